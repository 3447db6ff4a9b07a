//! Stopping a process, looking what it was about, and killing it.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// What SQLite locks in the `-shm` file of a database for as long as a transaction writes.
const WAL_WRITE_LOCK: u64 = 120;

/// SIGKILL after a while; says whether the process held the lock for writing just then.
pub fn kill_after(data: &Path, pid: u32, delay: Duration) -> bool {
    // The one wait by the clock: when the blow falls is what is random.
    thread::sleep(delay);
    let Some(process) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    if kill_process(process, Signal::STOP).is_err() {
        return false;
    }
    wait_until_stopped(pid);
    let inside = holds_write_lock(data, pid);
    kill_process(process, Signal::KILL).ok();
    inside
}

/// A thread that is in the kernel stops when it comes out of it.
fn wait_until_stopped(pid: u32) {
    let begun = Instant::now();
    while !is_stopped(pid) {
        assert!(begun.elapsed() < Duration::from_secs(20), "a stopped process runs on");
        thread::yield_now();
    }
}

fn is_stopped(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state stands behind the name, which is in brackets and may hold anything.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        state.is_none_or(|state| "TtZX".contains(state))
    })
}

/// `10: POSIX  ADVISORY  WRITE 17975 fe:00:10019540 120 120`
fn holds_write_lock(data: &Path, pid: u32) -> bool {
    let Ok(shared_memory) = fs::metadata(data.join("holdfast.db-shm")) else { return false };
    let locks = fs::read_to_string("/proc/locks").expect("the locks of the system can be read");
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, "WRITE", holder, file, first, last] = words[..] else { return false };
        let number = |text: &str| text.parse().unwrap_or(u64::MAX);
        let inode = file.rsplit(':').next().map(number);
        holder == pid.to_string()
            && inode == Some(shared_memory.ino())
            && (number(first)..=number(last)).contains(&WAL_WRITE_LOCK)
    })
}
