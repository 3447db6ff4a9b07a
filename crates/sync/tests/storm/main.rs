//! The storm: histories of clients, a server, sockets and clocks, each decided by a seed, with everything that goes
//! wrong in the field going wrong in them. Safety is checked at every step; then the faults stop, and everything must
//! come together.
//!
//! `HOLDFAST_STORM_SEEDS=N` runs N histories of each kind of weather, as many as one likes;
//! `HOLDFAST_STORM_SEED=S` with `HOLDFAST_STORM_WEATHER=W` tells one history whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]

mod authority;
mod client;
mod disk;
mod faults;
mod healing;
mod judge;
mod live;
mod merging;
mod network;
mod telling;
mod undoing;
mod world;

use faults::{FAULTS, Fault};
use std::{
    collections::BTreeMap,
    io::Write,
    time::{Duration, Instant},
};
use world::World;

/// Kinds of weather, and which faults they have.
fn weathers() -> Vec<(&'static str, Vec<Fault>)> {
    use Fault::*;
    let base = vec![Disconnect, Crash, CrashHearing, ServerCrash];
    let with = |more: &[Fault]| base.iter().chain(more).copied().collect::<Vec<_>>();
    vec![
        ("base", base.clone()),
        ("clock", with(&[Clock])),
        ("copy", with(&[Copy, Clock])),
        ("restore", with(&[Restore])),
        ("rollback", with(&[Rollback, RollbackUnseen, Clock])),
        ("compact", with(&[Compact, Clock])),
        ("role", with(&[Role])),
        ("network", with(&[Drop, Delay, Repeat, Reorder, Partition])),
        ("server clock", with(&[ServerClock, Clock])),
        ("rollback and compact", with(&[Rollback, Compact])),
        ("share", with(&[Share, Abandon, Clock])),
        ("share and copy", with(&[Share, Abandon, Clock, Copy])),
        ("share and rollback", with(&[Share, Abandon, Rollback])),
        ("all", FAULTS.to_vec()),
    ]
}

/// Histories that once showed a fault, of the product or of a checker.
const KEPT: [(&str, u64); 10] = [
    ("role", 7),
    ("all", 0),
    ("copy", 275),
    ("rollback", 96),
    ("compact", 488),
    ("all", 1528),
    ("share and rollback", 81),
    ("all", 155),
    ("share and copy", 383),
    ("share and copy", 833),
];

/// So long it goes on with new seeds.
const STORM: Duration = Duration::from_secs(120);

fn run(seed: u64, faults: &[Fault]) -> World {
    let mut world = World::new(seed, faults, false);
    world.run();
    world
}

fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[derive(Default)]
struct Found {
    histories: u32,
    /// Descriptions that were written apart and became one.
    merges: usize,
    undone: usize,
    /// Boards that went on from where both ends stood.
    resumed: usize,
    happened: BTreeMap<Fault, u32>,
    /// What was wrong, how often, and the first history in which it was.
    wrong: BTreeMap<String, (u32, String)>,
}

impl Found {
    fn take(&mut self, name: &str, seed: u64, world: World) {
        self.histories += 1;
        self.merges += world.merges;
        self.undone += world.undone;
        self.resumed += world.clients.iter().map(|client| client.resumed).sum::<usize>();
        for (fault, times) in world.happened {
            *self.happened.entry(fault).or_default() += times;
        }
        for (what, detail) in world.wrong {
            let first = || (0, format!("seed {seed}: {detail}"));
            self.wrong.entry(format!("{name}: {what}")).or_insert_with(first).0 += 1;
        }
    }
}

#[test]
fn the_storm_loses_nothing() {
    let weathers = weathers();
    if let Some(seed) = env("HOLDFAST_STORM_SEED") {
        let name = std::env::var("HOLDFAST_STORM_WEATHER").unwrap_or("all".into());
        let faults = &weathers.iter().find(|(of, _)| *of == name).expect("a kind of weather").1;
        let mut world = World::new(seed, faults, true);
        world.run();
        println!("{}", world.trace.unwrap().join("\n"));
        assert!(world.wrong.is_empty(), "{:#?}", world.wrong);
        return;
    }
    let wanted = env("HOLDFAST_STORM_SEEDS");
    let least = wanted.unwrap_or(100);
    let until = Instant::now() + if wanted.is_some() { Duration::ZERO } else { STORM };
    let mut found = Found::default();
    for (name, seed) in KEPT {
        let faults = weathers.iter().find(|(of, _)| *of == name).unwrap();
        found.take(name, seed, run(seed, &faults.1));
    }
    let mut seed = 0;
    while seed < least || Instant::now() < until {
        for (name, faults) in &weathers {
            found.take(name, seed, run(seed, faults));
        }
        seed += 1;
    }
    let Found { histories, merges, undone, resumed, happened, wrong } = found;
    // Told also where the test passes.
    let mut output = std::io::stdout();
    writeln!(
        output,
        "{histories} histories; {merges} merges; {undone} undone; {resumed} resumed; faults: {happened:?}"
    )
    .unwrap();
    assert!(merges > 0, "no descriptions were merged");
    assert!(undone > 0, "nothing was undone");
    assert!(resumed > 0, "nobody resumed");
    for fault in FAULTS {
        assert!(happened.contains_key(&fault), "{fault:?} never happened");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A checker that cannot fail proves nothing: with each of these rules left out, the storm finds something wrong.
#[cfg(feature = "mutants")]
#[test]
fn every_broken_build_is_caught() {
    use domain::mutants::{Checker, caught_by, leave_out};
    let most = env("HOLDFAST_STORM_SEEDS").unwrap_or(400);
    let mut uncaught = Vec::new();
    for does in caught_by(Checker::Storm) {
        let began = Instant::now();
        let found = (0..most).find_map(|seed| {
            weathers().into_iter().find_map(|(name, faults)| {
                let storm = std::panic::catch_unwind(|| {
                    leave_out(Some(does));
                    run(seed, &faults).wrong
                });
                leave_out(None);
                match storm {
                    Ok(wrong) => {
                        wrong.into_keys().next().map(|what| format!("{name} {seed}: {what}"))
                    }
                    Err(_) => Some(format!("{name} {seed}: a checker stopped it")),
                }
            })
        });
        let took = began.elapsed().as_secs_f32();
        match found {
            Some(found) => println!("{does}: {found} ({took:.1} s)"),
            None => {
                println!("{does}: NOTHING ({took:.1} s)");
                uncaught.push(does);
            }
        }
    }
    assert!(uncaught.is_empty(), "nothing catches these: {uncaught:#?}");
}
