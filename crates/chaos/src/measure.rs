//! Figures: of the machine, of the server's memory, and of latencies.

use anyhow::Result;
use serde::Serialize;
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::clock::us;

const SYNCS: usize = 200;
const MEMORY_EVERY: Duration = Duration::from_millis(100);

/// Percentiles in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Percentiles {
    pub count: usize,
    pub p50_us: u64,
    pub p95_us: u64,
    pub p99_us: u64,
    pub p999_us: u64,
    pub max_us: u64,
}

impl Percentiles {
    /// By the nearest rank: each is a value that was measured.
    pub fn of(mut values: Vec<u64>) -> Percentiles {
        values.sort_unstable();
        let count = values.len();
        let rank = |per_mille: usize| {
            let rank = (count * per_mille).div_ceil(1000).max(1);
            values.get(rank - 1).copied().unwrap_or_default()
        };
        Percentiles {
            count,
            p50_us: rank(500),
            p95_us: rank(950),
            p99_us: rank(990),
            p999_us: rank(999),
            max_us: rank(1000),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    pub cores: usize,
    pub memory: String,
    pub kernel: String,
    /// A write of 4 KiB and an fdatasync, where the database lies, before the server began.
    pub fsync: Percentiles,
}

impl Machine {
    pub fn measure(folder: &Path) -> Result<Machine> {
        let line = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            line.unwrap_or("unknown").to_owned()
        };
        Ok(Machine {
            cores: std::thread::available_parallelism()?.get(),
            memory: line("/proc/meminfo", "MemTotal:"),
            kernel: line("/proc/version", "Linux version ")
                .split(' ')
                .next()
                .unwrap_or("")
                .to_owned(),
            fsync: fsync(folder)?,
        })
    }
}

fn fsync(folder: &Path) -> Result<Percentiles> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(us(began.elapsed()));
    }
    fs::remove_file(path)?;
    Ok(Percentiles::of(took))
}

/// The most memory that the server held, over all of its processes.
#[derive(Clone, Default)]
pub struct Memory(Arc<AtomicU64>);

impl Memory {
    /// Looks at a process until it is gone.
    pub async fn watch(self, status: PathBuf) {
        while let Ok(text) = fs::read_to_string(&status) {
            let most = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            // A process that is gone and not yet waited for has no such line.
            let Some(most) = most else { return };
            let kib = most.trim().trim_end_matches("kB").trim().parse().unwrap_or(0);
            self.0.fetch_max(kib, Ordering::Relaxed);
            tokio::time::sleep(MEMORY_EVERY).await;
        }
    }

    pub fn most_kib(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request that was due at a time and answered at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    pub due_us: u64,
    pub answered_us: u64,
}

/// The longest time in which something was due and nothing was answered.
pub fn longest_stall_us(timed: &[Timed]) -> u64 {
    let mut by_answer = timed.to_vec();
    by_answer.sort_unstable_by_key(|it| it.answered_us);
    let (mut longest, mut earliest_due) = (0, u64::MAX);
    // From the last answer backwards, so that those not yet answered are known.
    for (index, one) in by_answer.iter().enumerate().rev() {
        earliest_due = earliest_due.min(one.due_us);
        let before = index.checked_sub(1).map_or(0, |index| by_answer[index].answered_us);
        longest = longest.max(one.answered_us.saturating_sub(before.max(earliest_due)));
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let found = Percentiles::of((1..=1000).rev().collect());
        let told = [found.p50_us, found.p95_us, found.p99_us, found.p999_us, found.max_us];
        assert_eq!(told, [500, 950, 990, 999, 1000]);
        let one = Percentiles::of(vec![7]);
        assert_eq!((one.p50_us, one.max_us), (7, 7));
    }

    #[test]
    fn a_stall_is_counted_while_something_is_due_and_not_while_all_rest() {
        let timed = |pairs: &[(u64, u64)]| {
            pairs
                .iter()
                .map(|&(due_us, answered_us)| Timed { due_us, answered_us })
                .collect::<Vec<_>>()
        };
        assert_eq!(longest_stall_us(&timed(&[(0, 1), (100, 103), (200, 201)])), 3);
        // The second was due at 10 and waited for; answers came in between.
        assert_eq!(longest_stall_us(&timed(&[(0, 1), (10, 60), (20, 25)])), 35);
        assert_eq!(longest_stall_us(&[]), 0);
    }
}
