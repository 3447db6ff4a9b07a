//! What is done to the server while others write to it.

use crate::{
    forgetful::Forgetful,
    history::History,
    journal::{Fault, Line},
    measure::Memory,
    server::{Place, Running},
    stage::Stage,
};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{collections::BTreeMap, time::Duration};
use tokio::task::block_in_place;

pub const KILLED: &str = "killed and started again";
pub const PAUSED: &str = "paused";
pub const POWER_CUT: &str = "killed, and the power cut: what was not synced is forgotten";
pub const FULL: &str = "the disk full";
const LEFT: &str = "left before the answer";
const AGAIN: &str = "sent again after the answer";

/// Between two faults.
const REST_MS: std::ops::Range<u64> = 300..2_500;
const PAUSE_MS: std::ops::Range<u64> = 100..1_500;
const FULL_MS: std::ops::Range<u64> = 100..1_000;

/// Harms it at random moments; the server that runs in the end comes back.
pub async fn harm(
    stage: &Stage,
    place: &Place,
    mut server: Running,
    disk: &mut Option<Forgetful>,
    memory: &Memory,
    until_us: u64,
) -> Result<Running> {
    let mut chance = StdRng::seed_from_u64(stage.settings.seed);
    let clock = stage.common.clock;
    let all = kinds(disk.is_some());
    for number in 0.. {
        let rest = Duration::from_millis(chance.gen_range(REST_MS));
        if clock.now_us() + crate::clock::us(rest) > until_us {
            break;
        }
        tokio::time::sleep(rest).await;
        let at_us = clock.now_us();
        // Each once at first, and then as it falls.
        let name = all[if number < all.len() { number } else { chance.gen_range(0..all.len()) }];
        match (name, disk.as_mut()) {
            (PAUSED, _) => {
                server.pause()?;
                tokio::time::sleep(Duration::from_millis(chance.gen_range(PAUSE_MS))).await;
                server.go_on()?;
            }
            (FULL, Some(disk)) => {
                disk.fill(true);
                tokio::time::sleep(Duration::from_millis(chance.gen_range(FULL_MS))).await;
                disk.fill(false);
            }
            (_, disk) => {
                let address = server.address;
                server.kill().await?;
                if let (POWER_CUT, Some(disk)) = (name, disk) {
                    block_in_place(|| disk.cut_power(&mut chance))?;
                }
                server = place.start(&stage.settings.log(), Some(address)).await?;
                tokio::spawn(memory.clone().watch(server.status_file()));
            }
        }
        let (until_us, name) = (clock.now_us(), name.to_owned());
        stage.common.journal.write(Line::Fault(Fault { at_us, until_us, name })).await?;
    }
    Ok(server)
}

/// Those that can be done here.
pub fn kinds(disk_forgets: bool) -> &'static [&'static str] {
    if disk_forgets { &[KILLED, PAUSED, POWER_CUT, FULL] } else { &[KILLED, PAUSED] }
}

/// How often each fault happened. `done` are those that a scenario does to the server itself.
pub fn fired(history: &History, done: &[&'static str]) -> BTreeMap<&'static str, usize> {
    let mut fired = BTreeMap::new();
    for name in done {
        let count = history.faults.iter().filter(|fault| fault.name == *name).count();
        fired.insert(*name, count);
    }
    let left = history.writes.iter().flat_map(|write| &write.unknowns);
    fired.insert(LEFT, left.filter(|unknown| unknown.why == crate::agent::LEFT).count());
    let again = history.writes.iter().map(|write| write.answers.len().saturating_sub(1));
    fired.insert(AGAIN, again.sum());
    fired
}
