//! Preferences in a file of the data folder. They may be lost at any time, so a file that cannot be
//! read counts as none; it is written whole and renamed, so that it is never half a file.

use replica::protocol::Preferences;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

const NAME: &str = "preferences.json";

pub fn read(folder: &Path) -> Preferences {
    fs::read(folder.join(NAME))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

pub fn write(folder: &Path, preferences: &Preferences) -> io::Result<()> {
    let new = folder.join(format!("{NAME}.{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(&serde_json::to_vec_pretty(preferences)?)?;
    drop(file);
    fs::rename(&new, folder.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use replica::protocol::Theme;

    #[test]
    fn what_was_written_is_read_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), Preferences::default());
        let dark = Preferences { theme: Theme::Dark, zoom: Some(125), ..Preferences::default() };
        write(folder.path(), &dark).unwrap();
        write(folder.path(), &dark).unwrap();
        assert_eq!(read(folder.path()), dark);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(NAME)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), "{\"theme\":").unwrap();
        assert_eq!(read(folder.path()), Preferences::default());
    }
}
