//! From what a run found to one verdict. Each acknowledged card has one outcome, as in Jepsen's set-full checker.

use crate::{
    act::{Id, Phase},
    compare::{Difference, compare},
    history::{Counts, History, Write},
    load::Load,
    measure::{Percentiles, Timed, longest_stall_us},
    reading::Of,
    run::{Looked, Run},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer of a hundred acknowledged prove nothing.
const ACKNOWLEDGED_PERCENT_MIN: usize = 90;
/// Under faults a server may refuse more.
const ACKNOWLEDGED_PERCENT_MIN_IN_A_STORM: usize = 50;
/// The server that this began with stood still for 30 to 50 seconds.
const STALL_US_MAX: u64 = 10_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Colour {
    Green,
    Red,
    /// Nothing wrong was seen, and not enough was.
    Inconclusive,
}

/// One path at one time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Path {
    pub when: String,
    pub path: String,
    pub cards: usize,
    pub difference: Difference,
    pub faults: Vec<String>,
    pub left_out: Option<String>,
    pub failed: Option<String>,
}

/// What became of each card that was acknowledged.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcomes {
    pub stable: usize,
    /// Shown once, and at the end on some path no more.
    pub lost: Vec<Id>,
    /// Acknowledged, and on no path at any time.
    pub never_read: Vec<Id>,
    /// There at the end, and missing from a read that began after the acknowledgement.
    pub stale: Vec<Id>,
    /// Shown twice by one read, or made twice by one write.
    pub duplicated: Vec<Id>,
    /// Held by nobody but a server that was then restored from a backup.
    pub rolled_back: Vec<Id>,
    /// Comments and claims of which the same is so.
    pub rolled_back_besides: usize,
}

/// What was due at one fixed rate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    pub name: String,
    pub counts: Counts,
    pub latency: Percentiles,
    pub longest_stall_us: u64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    pub colour: Colour,
    /// Why it is not green.
    pub reasons: Vec<String>,
    pub counts: Counts,
    pub paced: Counts,
    pub outcomes: Outcomes,
    pub paths: Vec<Path>,
    /// From the moment at which a write was due to its answer, at the fixed rates; over all, and for each.
    pub latency: Percentiles,
    pub longest_stall_us: u64,
    pub rates: Vec<Rate>,
    pub server_errors: BTreeMap<u16, usize>,
}

pub fn judge(run: &Run) -> Judgement {
    let paths: Vec<Path> = run.looked.iter().flat_map(|looked| look_at(run, looked)).collect();
    let outcomes = outcomes(run, &paths);
    let history = &run.history;
    let paced: Vec<&Write> =
        history.writes.iter().filter(|write| write.intent.phase.is_at_a_rate()).collect();
    let all = rate("all".to_owned(), &paced);
    let mut judgement = Judgement {
        colour: Colour::Green,
        reasons: Vec::new(),
        counts: History::counts(history.writes.iter()),
        paced: all.counts,
        outcomes,
        paths,
        latency: all.latency,
        longest_stall_us: all.longest_stall_us,
        rates: rates(run, &paced),
        server_errors: server_errors(history),
    };
    let (red, open) = (judgement.wrong(run), judgement.not_shown(run));
    judgement.colour = match (red.is_empty(), open.is_empty()) {
        (false, _) => Colour::Red,
        (true, false) => Colour::Inconclusive,
        (true, true) => Colour::Green,
    };
    judgement.reasons = [red, open].concat();
    judgement
}

/// Founding has one for each round, the storm has one.
fn rates(run: &Run, paced: &[&Write]) -> Vec<Rate> {
    let settings = &run.settings;
    let phases: BTreeSet<Phase> = paced.iter().map(|write| write.intent.phase).collect();
    let each = phases.into_iter().map(|phase| {
        let name = match phase {
            Phase::Paced(round) => {
                let round = settings.rounds.get(round).copied().unwrap_or_default();
                format!("{} creates in {} s", round.creates, round.seconds)
            }
            Phase::Load => {
                let asked = run.load.map_or(0.0, |load| load.asked);
                format!("{asked:.0} writes a second")
            }
            _ => format!("{} writes a second", settings.rate),
        };
        let writes: Vec<&Write> =
            paced.iter().copied().filter(|write| write.intent.phase == phase).collect();
        rate(name, &writes)
    });
    each.collect()
}

fn rate(name: String, writes: &[&Write]) -> Rate {
    let timed: Vec<Timed> = writes.iter().filter_map(|write| timed(write)).collect();
    let late = timed.iter().map(|it| it.answered_us.saturating_sub(it.due_us)).collect();
    Rate {
        name,
        counts: History::counts(writes.iter().copied()),
        latency: Percentiles::of(late),
        longest_stall_us: longest_stall_us(&timed),
    }
}

pub fn timed(write: &Write) -> Option<Timed> {
    let answered_us = write.acknowledged()?.at_us;
    // What a server under too much load refused was asked again when that was over.
    if write.intent.phase == Phase::Load && !write.unknowns.is_empty() {
        return None;
    }
    Some(Timed { due_us: write.intent.due_us, answered_us })
}

fn look_at(run: &Run, looked: &Looked) -> Vec<Path> {
    let expected = run.history.board(&looked.board.id, looked.by_us, looked.last);
    // The log is the same at all times, but for backups that were put back, and those were looked at with their own; the
    // last look at it knows most of it.
    let has_log = |it: &&Looked| it.board.id == looked.board.id && !it.numbers.is_empty();
    let last = run.looked.iter().rev().find(has_log);
    let own = (!looked.numbers.is_empty()).then_some(looked);
    let numbers = &own.or(last).unwrap_or(looked).numbers;
    let paths = looked.readings.iter().map(|reading| {
        let looked_at = reading.left_out.is_none() && reading.failed.is_none();
        let compared = || match reading.of {
            Of::Cards => compare(&expected, reading, numbers),
            of => compare(&expected.clone().of(of), reading, numbers),
        };
        Path {
            when: looked.when.clone(),
            path: reading.path.clone(),
            cards: reading.cards.len(),
            difference: if looked_at { compared() } else { Difference::default() },
            faults: reading.faults.clone(),
            left_out: reading.left_out.clone(),
            failed: reading.failed.clone(),
        }
    });
    paths.collect()
}

fn outcomes(run: &Run, paths: &[Path]) -> Outcomes {
    let mut ever: BTreeSet<&Id> = run.watched.iter().flat_map(|it| &it.seen).collect();
    let readings = run.looked.iter().flat_map(|it| &it.readings);
    ever.extend(readings.flat_map(|reading| reading.cards.iter().map(|card| &card.id)));
    let last: BTreeSet<&str> =
        run.looked.iter().filter(|it| it.last).map(|it| it.when.as_str()).collect();
    let (mut missing, mut before, mut duplicated) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for path in paths {
        let into = if last.contains(path.when.as_str()) { &mut missing } else { &mut before };
        into.extend(&path.difference.missing);
        duplicated.extend(path.difference.duplicated.iter().cloned());
    }
    duplicated.extend(run.watched.iter().flat_map(|it| it.twice.iter().cloned()));
    duplicated.extend(run.history.keys_with_two_cards().into_iter().flat_map(|(_, cards)| cards));
    before.extend(run.watched.iter().flat_map(|it| it.stale.keys()));
    let rolled_back = run.history.rolled_back();
    let mut outcomes = Outcomes {
        duplicated: duplicated.into_iter().collect(),
        rolled_back_besides: rolled_back.iter().filter(|it| it.contains(' ')).count(),
        ..Outcomes::default()
    };
    for write in &run.history.writes {
        let made = write.intent.is_create().then(|| write.acknowledged()).flatten();
        let Some(card) = made.and_then(|answer| answer.card.as_ref()) else { continue };
        if rolled_back.contains(card) {
            outcomes.rolled_back.push(card.clone());
            continue;
        }
        match (missing.contains(card), ever.contains(card), before.contains(card)) {
            (true, true, _) => outcomes.lost.push(card.clone()),
            (true, false, _) => outcomes.never_read.push(card.clone()),
            (false, _, true) => outcomes.stale.push(card.clone()),
            (false, _, false) => outcomes.stable += 1,
        }
    }
    outcomes
}

/// Answers of 500 and above; 503 and 504 say plainly that nobody knows, or that nothing was done.
fn server_errors(history: &History) -> BTreeMap<u16, usize> {
    let mut errors = BTreeMap::new();
    for status in
        history.writes.iter().flat_map(|write| write.unknowns.iter().filter_map(|it| it.status))
    {
        *errors.entry(status).or_insert(0) += 1;
    }
    errors
}

impl Judgement {
    /// What the server did wrong.
    fn wrong(&self, run: &Run) -> Vec<String> {
        let mut wrong = Vec::new();
        let outcomes = &self.outcomes;
        for (ids, what) in [
            (&outcomes.lost, "lost"),
            (&outcomes.never_read, "never read"),
            (&outcomes.stale, "stale"),
            (&outcomes.duplicated, "duplicated"),
        ] {
            let cards = if ids.len() == 1 { "card is" } else { "cards are" };
            wrong.extend((!ids.is_empty()).then(|| format!("{} {cards} {what}", ids.len())));
        }
        for Path { when, path, difference, faults, .. } in &self.paths {
            if !difference.is_none() {
                wrong.push(format!("{path}, {when}: {}", difference.words()));
            }
            wrong.extend(faults.iter().map(|fault| format!("{path}, {when}: {fault}")));
        }
        let faults = run.watched.iter().flat_map(|it| &it.faults);
        wrong.extend(faults.map(|fault| format!("while others wrote: {fault}")));
        wrong.extend(run.heard.iter().flat_map(|heard| heard.faults.iter().cloned()));
        for question in &run.questions {
            let fault = question.fault.as_ref();
            wrong.extend(fault.map(|fault| format!("{}: {fault}", question.asked)));
        }
        if let Ok(problems) = &run.check {
            wrong.extend(problems.iter().map(|problem| format!("check found: {problem}")));
        }
        for (key, cards) in run.history.keys_with_two_cards() {
            wrong.push(format!("the key {key} was answered with the cards {}", cards.join(", ")));
        }
        wrong.extend(run.load.iter().flat_map(Load::wrong));
        wrong.extend(run.history.badly_claimed());
        let unfound = run.history.unfound();
        if let Some(first) = unfound.first() {
            let many = unfound.len();
            wrong.push(format!(
                "{many} things were not found right after they were answered: {first}"
            ));
        }
        wrong.extend(answered_too_early(run));
        if self.longest_stall_us > STALL_US_MAX {
            let stalled_s = self.longest_stall_us / 1_000_000;
            wrong.push(format!("for {stalled_s} s nothing was answered, though something was due"));
        }
        if self.counts.refused > 0 {
            wrong.push(format!("{} writes were refused, and none should be", self.counts.refused));
        }
        for (status, count) in self.server_errors.iter().filter(|it| ![503, 504].contains(it.0)) {
            wrong.push(format!("{count} writes were answered {status}"));
        }
        wrong
    }

    /// What was not shown.
    fn not_shown(&self, run: &Run) -> Vec<String> {
        let mut open = Vec::new();
        let Counts { attempted, acknowledged, turned_away, .. } = self.paced;
        let attempted = attempted - turned_away;
        let least = match run.settings.scenario {
            "storm" => ACKNOWLEDGED_PERCENT_MIN_IN_A_STORM,
            _ => ACKNOWLEDGED_PERCENT_MIN,
        };
        if acknowledged * 100 < attempted * least || acknowledged == 0 {
            open.push(format!("only {acknowledged} of {attempted} writes were acknowledged"));
        }
        for Path { when, path, failed, .. } in &self.paths {
            let failed = failed.as_ref();
            open.extend(failed.map(|why| format!("{path}, {when}, could not be looked at: {why}")));
        }
        let never = run.fired.iter().filter(|(_, count)| **count == 0);
        open.extend(never.map(|(name, _)| format!("a fault never happened: {name}")));
        let check = run.check.as_ref().err();
        open.extend(check.map(|why| format!("`holdfast-server check` could not be run: {why}")));
        open.extend(run.load.iter().flat_map(Load::not_shown));
        let unknown = run.history.open().count();
        if unknown > 0 {
            open.push(format!("of {unknown} writes nobody knows the outcome"));
        }
        if run.heard.as_ref().is_some_and(|heard| heard.events == 0 || heard.socket_events == 0) {
            open.push("whoever listened heard nothing".to_owned());
        }
        if run.watched.iter().any(|it| it.reads == 0) {
            open.push("nothing was read while others wrote".to_owned());
        }
        open
    }
}

/// An answer knows the board up to its own change at least.
fn answered_too_early(run: &Run) -> Vec<String> {
    let mut differ = Vec::new();
    for looked in run.looked.iter().filter(|it| it.last) {
        for (id, card) in run.history.board(&looked.board.id, looked.by_us, true).cards {
            if let (Some(said), Some(is)) = (card.number, looked.numbers.get(&id))
                && said < is.made
            {
                let is = is.made;
                differ.push(format!("{id} is number {is} and was answered when {said} was known"));
            }
        }
    }
    differ
}

impl Difference {
    pub fn words(&self) -> String {
        let few = |what: &str, list: &[String]| {
            let shown: Vec<&str> = list.iter().take(3).map(String::as_str).collect();
            let more = if list.len() > shown.len() { ", …" } else { "" };
            format!("{} {what} ({}{more})", list.len(), shown.join(", "))
        };
        let parts = [
            ("missing", &self.missing),
            ("duplicated", &self.duplicated),
            ("foreign", &self.foreign),
            ("wrong", &self.wrong),
            ("out of order", &self.order),
        ];
        let told = parts.iter().filter(|it| !it.1.is_empty()).map(|(what, list)| few(what, list));
        told.collect::<Vec<_>>().join("; ")
    }
}
