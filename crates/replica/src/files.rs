//! Files that the shell chose or took. The page knows them by a number and a name, never by a path.

use crate::protocol::*;
use formats::{
    Wanted,
    preview::{Format, Read},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

/// So many files are held at once.
const FILES_MAX: usize = 8;

/// Where the bytes of a chosen file are.
#[derive(Clone, Debug)]
pub enum FileSource {
    Path(PathBuf),
    Bytes(Vec<u8>),
}

#[derive(Default)]
pub(crate) struct Files(Mutex<Held>);

#[derive(Default)]
struct Held {
    last: FileHandle,
    files: BTreeMap<FileHandle, Arc<File>>,
}

struct File {
    name: String,
    source: FileSource,
    /// Set when the file is let go: whoever reads it stops.
    cancel: AtomicBool,
    /// What was read, so that what is imported is what was previewed.
    read: tokio::sync::OnceCell<Arc<Read>>,
}

impl Files {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file over the limit is refused by its size, before it is read.
    pub fn take(&self, name: String, source: FileSource) -> Result<ChosenFile, Failure> {
        let bytes = match &source {
            FileSource::Bytes(bytes) => bytes.len() as u64,
            FileSource::Path(path) => {
                let meta = std::fs::metadata(path).map_err(|error| cannot_read(&error))?;
                if !meta.is_file() {
                    return Err(Failure::new(FailureCode::BadFile, "That is no file."));
                }
                meta.len()
            }
        };
        formats::check_size(bytes)?;
        let mut held = self.held();
        if held.files.len() >= FILES_MAX {
            held.files.pop_first();
        }
        held.last += 1;
        let file = held.last;
        let (cancel, read) = (AtomicBool::new(false), tokio::sync::OnceCell::new());
        held.files.insert(file, Arc::new(File { name: name.clone(), source, cancel, read }));
        Ok(ChosenFile { file, name, bytes })
    }

    pub fn let_go(&self, file: FileHandle) {
        if let Some(file) = self.held().files.remove(&file) {
            file.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    pub async fn preview(
        &self,
        file: FileHandle,
        format: Option<Format>,
    ) -> Result<ImportPreview, Failure> {
        self.read(file, format).await.map(|(_, preview)| preview)
    }

    /// Reads the file once, on a thread of its own.
    pub async fn read(
        &self,
        handle: FileHandle,
        format: Option<Format>,
    ) -> Result<(Arc<Read>, ImportPreview), Failure> {
        let file = self.held().files.get(&handle).cloned();
        let file = file.ok_or_else(|| Failure::not_found("file"))?;
        let read = file.read.get_or_try_init(|| parse(file.clone(), format)).await?.clone();
        let preview = ImportPreview {
            file_name: file.name.clone(),
            format: read.format,
            title: read.board.title.clone(),
            counts: read.counts,
            left_out: read.left_out.clone(),
            notes: read.notes.clone(),
        };
        Ok((read, preview))
    }
}

async fn parse(file: Arc<File>, format: Option<Format>) -> Result<Arc<Read>, Failure> {
    let wanted = match format {
        None => Wanted::Auto,
        Some(Format::Trello) => Wanted::Trello,
        Some(Format::Holdfast) => Wanted::Holdfast,
    };
    let work = move || match &file.source {
        FileSource::Bytes(bytes) => {
            Ok(formats::read(bytes, &file.name, wanted, &file.cancel).map_err(Failure::from)?)
        }
        FileSource::Path(path) => {
            let bytes = std::fs::read(path).map_err(|error| cannot_read(&error))?;
            Ok(formats::read(&bytes, &file.name, wanted, &file.cancel)?)
        }
    };
    let read: Result<Read, Failure> =
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            Err(Failure::new(FailureCode::BadFile, "The file could not be read to its end."))
        });
    read.map(Arc::new)
}

fn cannot_read(error: &std::io::Error) -> Failure {
    Failure::new(FailureCode::BadFile, format!("The file cannot be read: {error}."))
}
