//! A disk that forgets what was written and not synced when its power is cut, and that can be full: a small FUSE layer
//! in memory, on which the server's folder lies. Where the system lets nobody mount one, that is said and not tested.

mod files;
mod mount;

pub use files::Counts;
use files::Files;

use anyhow::{Context, Result};
use fuser::{BackgroundSession, Config, MountOption, spawn_mount};
use mount::Mounted;
use rand::rngs::StdRng;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub struct Forgetful {
    folder: PathBuf,
    files: Arc<Mutex<Files>>,
    /// `None` between two mounts.
    session: Option<BackgroundSession>,
}

impl Forgetful {
    /// An empty disk on a folder, which is made.
    pub fn mount(folder: &Path) -> Result<Forgetful> {
        fs::create_dir_all(folder)?;
        let files = Arc::new(Mutex::new(Files::new()));
        let session = Some(mounted(folder, &files)?);
        Ok(Forgetful { folder: folder.to_owned(), files, session })
    }

    /// Whoever used it is dead by then. It is mounted anew, so that the kernel remembers nothing either.
    pub fn cut_power(&mut self, chance: &mut StdRng) -> Result<()> {
        self.unmount()?;
        self.files().forget(chance);
        self.session = Some(mounted(&self.folder, &self.files)?);
        Ok(())
    }

    /// From now on there is no space for anything more, or there is again.
    pub fn fill(&self, full: bool) {
        self.files().fill(full);
    }

    pub fn counts(&self) -> Counts {
        self.files().counts
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unmount(&mut self) -> Result<()> {
        if let Some(session) = self.session.take() {
            session.umount_and_join().context("the disk that forgets could not be unmounted")?;
        }
        Ok(())
    }
}

fn mounted(folder: &Path, files: &Arc<Mutex<Files>>) -> Result<BackgroundSession> {
    let mut config = Config::default();
    config.mount_options =
        vec![MountOption::FSName("holdfast-chaos".to_owned()), MountOption::NoAtime];
    spawn_mount(Mounted::new(files.clone()), folder, &config)
        .with_context(|| format!("nothing can be mounted by FUSE on {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::{fs::File, io::Write};

    /// Where nobody may mount, there is nothing to see; the harness says so in its reports.
    #[test]
    fn a_file_that_was_not_synced_is_gone_after_the_power_was_cut() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("disk");
        let Ok(mut disk) = Forgetful::mount(&folder) else { return };
        let mut file = File::create(folder.join("log")).unwrap();
        file.write_all(b"synced").unwrap();
        file.sync_data().unwrap();
        drop(file);
        let mut chance = StdRng::seed_from_u64(1);
        while disk.counts().forgotten == 0 {
            let mut file = File::options().append(true).open(folder.join("log")).unwrap();
            file.write_all(b", and not synced").unwrap();
            drop(file);
            disk.cut_power(&mut chance).unwrap();
        }
        let left = fs::read_to_string(folder.join("log")).unwrap();
        assert!(left.starts_with("synced"), "{left}");
        disk.fill(true);
        let full = fs::write(folder.join("more"), b"more").unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }
}
