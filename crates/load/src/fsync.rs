//! The floor below everything that is durable: a page appended to a file and forced to the disk.

use crate::report::Report;
use anyhow::Result;
use std::{fs::File, io::Write, path::Path, time::Instant};

const TIMES: usize = 300;
const PAGE: [u8; 4096] = [1; 4096];

pub fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        file.write_all(&PAGE)?;
        let began = Instant::now();
        file.sync_all()?;
        times.push(began.elapsed());
    }
    std::fs::remove_file(path)?;
    report.times("floor: one fsync of 4 KiB, where the server lies", times, "");
    Ok(())
}
