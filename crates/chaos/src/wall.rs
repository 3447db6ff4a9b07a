//! Wall clocks that jump, while the monotonic ones run on: by libfaketime, which a program is started with and which
//! reads from a file how far its wall clock is off. Where it is not installed, that is said and not tested.

use anyhow::{Context, Result, ensure};
use rand::{Rng, rngs::StdRng};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Blocking,
};
use tokio::process::Command;

/// Where Debian puts it, below a folder for the machine's kind.
const LIBRARIES: &str = "/usr/lib";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// Devices are signed out after 90 days, which no jump is to reach.
const JUMP_S_MAX: i64 = 48 * 3600;
const JUMP_S_MIN: i64 = 60;
/// How far off a clock is set to see whether it can be.
const TRIED_S: i64 = 1_000_000;

/// The wall clock of one machine, which several processes may have.
#[derive(Clone, Debug)]
pub struct Wall {
    library: PathBuf,
    file: PathBuf,
}

impl Wall {
    /// A clock that is right as yet; its file is made.
    pub fn begin(file: PathBuf) -> Result<Wall> {
        let folders = fs::read_dir(LIBRARIES)?.filter_map(Result::ok);
        let library = folders.map(|it| it.path().join(LIBRARY)).find(|it| it.exists());
        let library = library.context("libfaketime is not installed (Debian's `faketime`)")?;
        let wall = Wall { library, file };
        wall.set(TRIED_S)?;
        wall.is_believed()?;
        wall.set(0)?;
        Ok(wall)
    }

    /// Whether a program that is started with it sees the time that it is told.
    fn is_believed(&self) -> Result<()> {
        let mut date = Blocking::new("date");
        date.arg("+%s").env_clear().envs(self.variables());
        let mut child = date.stdout(std::process::Stdio::piped()).spawn()?;
        let pid = child.id();
        let mut said = String::new();
        if let Some(stdout) = &mut child.stdout {
            std::io::Read::read_to_string(stdout, &mut said)?;
        }
        child.wait()?;
        forget(pid);
        let ahead_s = said.trim().parse::<i64>()? - jiff::Timestamp::now().as_second();
        ensure!(ahead_s > TRIED_S / 2, "libfaketime is there and does nothing");
        Ok(())
    }

    /// How many seconds it is off from now on.
    pub fn set(&self, off_s: i64) -> Result<()> {
        // Whoever reads it meanwhile sees the one or the other.
        let beside = self.file.with_extension("next");
        fs::write(&beside, format!("{off_s:+}\n"))?;
        Ok(fs::rename(beside, &self.file)?)
    }

    /// To another time, ahead at first if it must; how far it is off comes back.
    pub fn jump(&self, chance: &mut StdRng, ahead: bool) -> Result<i64> {
        let far = chance.gen_range(JUMP_S_MIN..JUMP_S_MAX);
        let off_s = if ahead || chance.gen_ratio(1, 2) { far } else { -far };
        self.set(off_s)?;
        Ok(off_s)
    }

    pub fn give_to(&self, command: &mut Command) {
        command.envs(self.variables());
    }

    fn variables(&self) -> [(&'static str, &Path); 5] {
        [
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", &self.file),
            ("FAKETIME_NO_CACHE", Path::new("1")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", Path::new("1")),
            ("NO_FAKE_STAT", Path::new("1")),
        ]
    }
}

/// What libfaketime leaves of each process, which the next process of that number would fall over.
pub fn forget(pid: u32) {
    for name in [format!("faketime_shm_{pid}"), format!("sem.faketime_sem_{pid}")] {
        // A process without it left nothing.
        fs::remove_file(Path::new("/dev/shm").join(name)).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// Where it is not installed, there is nothing to see; the harness says so in its reports.
    #[tokio::test]
    async fn a_program_sees_its_wall_clock_jump() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(wall) = Wall::begin(folder.path().join("wall")) else { return };
        let off_s = wall.jump(&mut StdRng::seed_from_u64(1), false).unwrap();
        let mut date = Command::new("date");
        wall.give_to(date.arg("+%s").env_clear());
        let child = date.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let pid = child.id().unwrap();
        let said = child.wait_with_output().await.unwrap();
        forget(pid);
        let said: i64 = String::from_utf8(said.stdout).unwrap().trim().parse().unwrap();
        let is = said - jiff::Timestamp::now().as_second();
        assert!((is - off_s).abs() < JUMP_S_MIN, "it is {is} s off and was to be {off_s}");
    }
}
