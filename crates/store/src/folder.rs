//! The data folder: its own files and no others', and one window at a time.

use crate::StoreError;
use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

const WINDOW_TRIES: u32 = 10;
const WINDOW_WAIT: Duration = Duration::from_millis(5);

/// Whose boards a folder holds. The schema is one; what the rows mean is not, so that neither opens the
/// other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderKind {
    /// A person's, on their own machine.
    Desktop,
    /// Those that people share, on a board server.
    Server,
}

impl FolderKind {
    pub(crate) fn other(self) -> FolderKind {
        match self {
            FolderKind::Desktop => FolderKind::Server,
            FolderKind::Server => FolderKind::Desktop,
        }
    }

    fn database(self) -> &'static str {
        match self {
            FolderKind::Desktop => "holdfast.db",
            FolderKind::Server => "holdfast-server.db",
        }
    }
}

impl fmt::Display for FolderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FolderKind::Desktop => "a desktop",
            FolderKind::Server => "a board server",
        })
    }
}

/// The paths of a data folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    kind: FolderKind,
}

/// Held while a window or a server works on the folder; let go when dropped, or by the system when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct WindowLock {
    _file: File,
}

/// Held by the one process on a folder that speaks with servers; let go as a [`WindowLock`] is.
#[derive(Debug)]
pub struct LinkLock {
    _file: File,
}

impl Folder {
    /// Makes a desktop's folder, for its owner alone, where it is missing.
    pub fn prepare(root: &Path) -> Result<Folder, StoreError> {
        Folder::prepare_kind(root, FolderKind::Desktop)
    }

    /// As [`Folder::prepare`], for a board server.
    pub fn prepare_server(root: &Path) -> Result<Folder, StoreError> {
        Folder::prepare_kind(root, FolderKind::Server)
    }

    pub(crate) fn prepare_kind(root: &Path, kind: FolderKind) -> Result<Folder, StoreError> {
        if !root.is_dir() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        }
        let folder = Folder { root: root.to_owned(), kind };
        if fs::metadata(root)?.permissions().mode() & 0o077 != 0 {
            // Somebody else's permissions on an existing folder are mended where that is allowed.
            fs::set_permissions(root, fs::Permissions::from_mode(0o700)).ok();
        }
        Ok(folder)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn kind(&self) -> FolderKind {
        self.kind
    }

    pub fn database(&self) -> PathBuf {
        self.root.join(self.kind.database())
    }

    /// A companion of the database: SQLite appends to its name.
    pub(crate) fn companion(&self, suffix: &str) -> PathBuf {
        self.root.join(format!("{}{suffix}", self.kind.database()))
    }

    /// One folder holds the boards of one kind.
    pub(crate) fn refuse_other_kind(&self) -> Result<(), StoreError> {
        let other = self.kind.other();
        if self.root.join(other.database()).exists() {
            return Err(StoreError::OtherKind { found: other, wanted: self.kind });
        }
        Ok(())
    }

    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    fn lock_file(&self, name: &str) -> Result<File, StoreError> {
        let path = self.root.join(name);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        Ok(file)
    }

    /// Another process that only asks whether there is a window holds the lock for an instant: that
    /// is waited out.
    pub fn lock_window(&self) -> Result<WindowLock, StoreError> {
        for _ in 0..WINDOW_TRIES {
            match self.try_lock_window() {
                Err(StoreError::Locked) => std::thread::sleep(WINDOW_WAIT),
                locked => return locked,
            }
        }
        self.try_lock_window()
    }

    fn try_lock_window(&self) -> Result<WindowLock, StoreError> {
        let file = self.lock_file(match self.kind {
            FolderKind::Desktop => "window.lock",
            FolderKind::Server => "server.lock",
        })?;
        taken(file.try_lock())?;
        Ok(WindowLock { _file: file })
    }

    /// One process on a folder speaks with servers for all of them.
    pub fn lock_link(&self) -> Result<LinkLock, StoreError> {
        let file = self.lock_file("link.lock")?;
        taken(file.try_lock())?;
        Ok(LinkLock { _file: file })
    }

    /// Held by every process that has the database open.
    pub(crate) fn work_with_others(&self) -> Result<File, StoreError> {
        let file = self.lock_file("open.lock")?;
        taken(file.try_lock_shared())?;
        Ok(file)
    }

    /// Waits until no other process is opening the database. SQLite does not wait for one that
    /// makes it or changes its journal mode: it says at once that it is busy.
    pub(crate) fn take_turn(&self) -> Result<File, StoreError> {
        let file = self.lock_file("opening.lock")?;
        file.lock()?;
        Ok(file)
    }

    /// Held while the database is replaced: whoever had it open would go on writing to what is no
    /// longer there.
    pub(crate) fn work_alone(&self) -> Result<File, StoreError> {
        let file = self.lock_file("open.lock")?;
        taken(file.try_lock())?;
        Ok(file)
    }

    /// One server works on a folder; it alone writes the log back into the database.
    pub fn lock_server(&self) -> Result<WindowLock, StoreError> {
        self.lock_window()
    }

    /// Whether a server works on the folder now.
    pub fn has_server(&self) -> bool {
        self.has_window()
    }

    /// Whether a window works on the folder now.
    pub fn has_window(&self) -> bool {
        matches!(self.try_lock_window(), Err(StoreError::Locked))
    }

    /// Makes the database's file, for its owner alone; SQLite gives its companions the same mode.
    pub(crate) fn create_database(&self) -> Result<(), StoreError> {
        match OpenOptions::new().create_new(true).write(true).mode(0o600).open(self.database()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map(drop).map_err(Into::into),
        }
    }

    /// Why the folder cannot be written, if it cannot: SQLite's own answer does not tell.
    pub(crate) fn probe(&self) -> Result<(), StoreError> {
        let path = self.root.join(format!(".probe-{}", uuid::Uuid::new_v4().simple()));
        let written =
            OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path).and_then(
                |mut file| {
                    // As much as SQLite's shared memory needs at least.
                    io::Write::write_all(&mut file, &[0; 64 * 1024])?;
                    file.sync_all()
                },
            );
        fs::remove_file(&path).ok();
        written.map_err(Into::into)
    }
}

fn taken(lock: Result<(), TryLockError>) -> Result<(), StoreError> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Makes a renamed or new file's name durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)?.sync_all().map_err(Into::into)
}
