//! Where a person's boards lie on this machine.

use std::{env, ffi::OsString, path::PathBuf};

#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum FolderError {
    #[error(
        "neither XDG_DATA_HOME nor HOME is set; say where the boards are to lie with --data-dir"
    )]
    NoHome,
    #[error("the current folder cannot be found, and {0} is relative to it")]
    NoCurrentFolder(String),
}

/// The flag beats `HOLDFAST_DATA_DIR`, which beats `$XDG_DATA_HOME/holdfast`, which beats
/// `~/.local/share/holdfast`. The folder is absolute and need not exist.
pub fn data_folder(flag: Option<PathBuf>) -> Result<PathBuf, FolderError> {
    let folder = decide(flag, |name| env::var_os(name))?;
    if folder.is_absolute() {
        return Ok(folder);
    }
    match env::current_dir() {
        Ok(current) => Ok(current.join(folder)),
        Err(_) => Err(FolderError::NoCurrentFolder(folder.display().to_string())),
    }
}

/// An empty variable counts as unset, and a relative `XDG_DATA_HOME` too, as its specification asks.
fn decide(
    flag: Option<PathBuf>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, FolderError> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = flag.or_else(|| set("HOLDFAST_DATA_DIR")) {
        return Ok(folder);
    }
    let data_home = set("XDG_DATA_HOME").filter(|home| home.is_absolute());
    let data_home = data_home.or_else(|| set("HOME").map(|home| home.join(".local/share")));
    data_home.map(|home| home.join("holdfast")).ok_or(FolderError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flag: Option<&str>, variables: &[(&str, &str)], expected: Result<&str, FolderError>) {
        let decided = decide(flag.map(PathBuf::from), |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        });
        assert_eq!(decided, expected.map(PathBuf::from));
    }

    #[test]
    fn the_flag_beats_the_environment_which_beats_the_default() {
        let own = ("HOLDFAST_DATA_DIR", "/own");
        let data = ("XDG_DATA_HOME", "/data");
        let home = ("HOME", "/home/ada");
        check(Some("/flag"), &[own, data, home], Ok("/flag"));
        check(None, &[own, data, home], Ok("/own"));
        check(None, &[data, home], Ok("/data/holdfast"));
        check(None, &[home], Ok("/home/ada/.local/share/holdfast"));
        check(None, &[], Err(FolderError::NoHome));
    }

    #[test]
    fn an_empty_variable_counts_as_unset_and_a_relative_data_home_too() {
        let home = ("HOME", "/home/ada");
        let expected = Ok("/home/ada/.local/share/holdfast");
        check(None, &[("HOLDFAST_DATA_DIR", ""), ("XDG_DATA_HOME", ""), home], expected.clone());
        check(None, &[("XDG_DATA_HOME", "here"), home], expected);
    }
}
