//! Shows that the harness catches broken servers: founding, small, on a server that is whole and must be green, and
//! on one for each rule that a server can be built without, each of which must be red.

use crate::{
    arguments::{empty, forgetful_if_it_can_be},
    founding,
    judge::{Colour, judge},
    report::Report,
    run::{DiskKind, Round, Settings},
    server::StaysDown,
};
use anyhow::Result;
use std::{path::PathBuf, sync::Arc};

/// The rules, by the names that the server knows them by.
const RULES: [&str; 7] = [
    "a write is answered after its commit",
    "a list is in order",
    "no card falls between two pages",
    "a list is whole",
    "a key is done once",
    "an unknown parameter is refused",
    "every change is told",
];
/// Only whoever cuts the power can tell: what a process has written outlives it.
const FORCED: &str = "a commit waits for the disk";

/// What a run on one server came to.
pub struct Tried {
    /// `None` where the server was whole.
    pub rule: Option<&'static str>,
    pub disk: DiskKind,
    pub colour: Colour,
    /// Why it is not green.
    pub reasons: Vec<String>,
}

/// Runs all of them, and tells of each. The last words are of what could not be tried.
pub async fn try_all(
    server: PathBuf,
    out: PathBuf,
    seed: u64,
    tell: impl Fn(&str),
) -> Result<Colour> {
    let out = empty(out)?;
    let mut all: Vec<_> =
        [None].into_iter().chain(RULES.map(Some)).map(|rule| (rule, DiskKind::Real)).collect();
    let (forgetful, why) = forgetful_if_it_can_be(&out);
    if forgetful == DiskKind::Forgetful {
        all.extend([None, Some(FORCED)].map(|rule| (rule, forgetful)));
    }
    let mut colour = Colour::Green;
    for (number, (rule, disk)) in all.into_iter().enumerate() {
        let settings = Settings {
            scenario: "founding",
            seed,
            rounds: vec![Round { creates: 30, seconds: 1.0 }],
            agents: 4,
            seconds: 0.0,
            rate: 1.0,
            boards: 1,
            server: server.clone(),
            replica: None,
            out: empty(out.join(number.to_string()))?,
            mutant: rule.map(str::to_owned),
            disk,
            real_because: why.clone(),
        };
        let (found, reasons) = match founding::run(Arc::new(settings)).await {
            Ok(run) => {
                let judgement = judge(&run);
                Report::of(&run, &judgement).write()?;
                (judgement.colour, judgement.reasons)
            }
            Err(error) if error.is::<StaysDown>() => (Colour::Red, vec![format!("{error:#}")]),
            Err(error) => return Err(error),
        };
        let tried = Tried { rule, disk, colour: found, reasons };
        tell(&tried.words());
        if !tried.is_as_it_must_be() {
            colour = Colour::Red;
        }
    }
    if forgetful == DiskKind::Real {
        tell(&format!("not tried: \"{FORCED}\", since the power cannot be cut here: {why}"));
    }
    Ok(colour)
}

impl Tried {
    pub fn is_as_it_must_be(&self) -> bool {
        let must = if self.rule.is_some() { Colour::Red } else { Colour::Green };
        self.colour == must
    }

    pub fn words(&self) -> String {
        let first = self.reasons.first().map_or("nothing", String::as_str);
        let harm = match self.disk {
            DiskKind::Real => "killed",
            DiskKind::Forgetful => "when its power is cut",
        };
        match (self.rule, self.is_as_it_must_be()) {
            (None, true) => format!("ok    the whole server is green, {harm}"),
            (None, false) => format!("FAIL  the whole server is not green, {harm}: {first}"),
            (Some(rule), true) => format!("ok    without \"{rule}\" it is red: {first}"),
            (Some(rule), false) => {
                format!("FAIL  without \"{rule}\" it is not red; found: {first}")
            }
        }
    }
}
