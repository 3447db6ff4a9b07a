//! What listeners heard, against the log as it lay on the disk: each thing that was told is stored, in the log's order,
//! each once, and between the first and the last that a connection heard nothing is missing.

use crate::{act::Id, history::History, logged::Logged};
use serde::Serialize;
use std::collections::BTreeMap;

/// Over which path somebody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Path {
    /// Server-sent events, each with its number; who comes back goes on from the last.
    Events,
    /// The earlier server's WebSocket, which begins with what is then.
    Socket,
}

/// Something that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A change: its number, and of each thing its kind, its id and the fields.
    Change { number: u64, things: Vec<(String, Id, Vec<String>)> },
    /// An event by its name, and the number of what it is about.
    Event { event: String, about: u64 },
}

/// One connection, from when it was known to be there until it was gone.
#[derive(Clone, Debug)]
pub struct Span {
    pub path: Path,
    pub board: Id,
    /// How many backups had been put back.
    pub turn: u32,
    pub began_us: u64,
    /// It began behind this number, where that was told.
    pub since: Option<u64>,
    pub told: Vec<Told>,
    /// Where it was there to the end: all that was acknowledged by then had to be told. Else it was cut, and nobody
    /// knows what was still on its way.
    pub owes_until_us: Option<u64>,
    /// What was wrong with its form.
    pub faults: Vec<String>,
}

/// A card that was acknowledged, and the number of the change that made it.
struct Made<'a> {
    card: &'a Id,
    number: u64,
    sent_us: u64,
    answered_us: u64,
    /// It comes to the server when its replica does.
    on_replica: bool,
}

/// What all of it came to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    pub connections: usize,
    pub events: usize,
    pub socket_events: usize,
    pub faults: Vec<String>,
}

/// The log of each board that was listened to, by how many backups had been put back when it lay there.
pub type Logs = BTreeMap<(u32, Id), Vec<Logged>>;

/// Holds all of it against the logs.
pub fn judge(spans: &[Span], logs: &Logs, history: &History) -> Heard {
    let mut heard = Heard { connections: spans.len(), ..Heard::default() };
    let mut by_log: BTreeMap<(u32, &Id), Vec<&Span>> = BTreeMap::new();
    for span in spans {
        let count = match span.path {
            Path::Events => &mut heard.events,
            Path::Socket => &mut heard.socket_events,
        };
        *count += span.told.len();
        by_log.entry((span.turn, &span.board)).or_default().push(span);
    }
    for ((turn, board), spans) in by_log {
        let log = logs.get(&(turn, board.clone())).map(|log| Log::of(log, history, board));
        for span in spans {
            let found = match &log {
                Some(log) => faults(span, log),
                None => vec!["nobody read the log that it was told from".to_owned()],
            };
            let began_ms = span.began_us / 1000;
            let where_it_was = format!("{:?} of {board}, from {began_ms} ms on", span.path);
            heard.faults.extend(found.into_iter().map(|fault| format!("{where_it_was}: {fault}")));
        }
    }
    heard
}

/// A log, and what of it was acknowledged.
struct Log<'a> {
    changes: &'a [Logged],
    events: Vec<Stored>,
    made: Vec<Made<'a>>,
}

impl<'a> Log<'a> {
    fn of(changes: &'a [Logged], history: &'a History, board: &Id) -> Log<'a> {
        let creates = |field: &String| field == "created";
        let things = changes.iter().flat_map(|it| it.things.iter().map(|thing| (it.number, thing)));
        let created = things
            .filter(|(_, thing)| thing.kind == "card" && thing.fields.iter().any(creates))
            .map(|(number, thing)| (&thing.id, number));
        let numbers: BTreeMap<&Id, u64> = created.collect();
        let writes = history.writes.iter().filter(|write| write.intent.board == *board);
        let made = writes.filter(|write| write.intent.is_create()).filter_map(|write| {
            let (answered, sent_us) = (write.acknowledged()?, write.sent_us);
            let (card, answered_us) = (answered.card.as_ref()?, answered.at_us);
            let (number, on_replica) = (*numbers.get(card)?, write.intent.is_on_replica());
            Some(Made { card, number, sent_us, answered_us, on_replica })
        });
        Log { changes, events: changes.iter().flat_map(stored).collect(), made: made.collect() }
    }
}

fn faults(span: &Span, log: &Log) -> Vec<String> {
    let mut faults = span.faults.clone();
    let heard = match span.path {
        Path::Events => changes(span, log.changes, &mut faults),
        Path::Socket => events(span, &log.events, &mut faults),
    };
    if let Some(heard) = heard {
        faults.extend(missing(span, &log.made, heard));
    }
    faults
}

/// From which number to which it was told; `None` where that cannot be said any more.
fn changes(span: &Span, log: &[Logged], faults: &mut Vec<String>) -> Option<(u64, u64)> {
    let begins = span.since.unwrap_or(0);
    let mut last = begins;
    for told in &span.told {
        let Told::Change { number, things } = told else { continue };
        if *number != last + 1 {
            faults.push(format!("number {number} was told after {last}"));
        }
        last = *number;
        let stored = log.binary_search_by_key(number, |it| it.number).ok().map(|at| &log[at]);
        let same = stored.is_some_and(|stored| {
            stored.things.len() == things.len()
                && stored.things.iter().zip(things).all(|(is, (kind, id, fields))| {
                    is.kind == *kind && is.id == *id && is.fields == *fields
                })
        });
        match stored {
            None => faults.push(format!("number {number} was told and is not stored")),
            Some(_) if !same => faults.push(format!("number {number} is another than was told")),
            Some(_) => {}
        }
    }
    Some((begins + 1, last))
}

/// An event that the log has: the number of its change, what is told, and whether it may be left out.
struct Stored {
    number: u64,
    event: &'static str,
    about: u64,
    early: bool,
}

/// The same, where only the order of all events can say which changes they are of.
fn events(span: &Span, all: &[Stored], faults: &mut Vec<String>) -> Option<(u64, u64)> {
    if span.told.is_empty() {
        // Where it was there to the end, all that was made meanwhile is missing.
        return span.owes_until_us.map(|_| (0, 0));
    }
    let from_each = (0..all.len()).map(|from| (as_far(all, from, &span.told), from));
    let ((far, until), from) = from_each.max_by_key(|((far, _), _)| *far)?;
    if far < span.told.len() {
        let before = far.checked_sub(1).map(|before| &span.told[before]);
        let stored = all.get(until).map(|it| (it.number, it.event, it.about));
        let told = &span.told[far];
        faults.push(format!("{told:?} was told after {before:?}, where the log has {stored:?}"));
        return None;
    }
    Some((all[from].number, all[until - 1].number))
}

fn stored(logged: &Logged) -> impl Iterator<Item = Stored> + '_ {
    logged.things.iter().filter_map(|thing| {
        let ((event, about), early) = (thing.event?, thing.early);
        Some(Stored { number: logged.number, event, about, early })
    })
}

/// How many of those that were told the log has from one on, and where it is then.
fn as_far(all: &[Stored], from: usize, told: &[Told]) -> (usize, usize) {
    let (mut far, mut at) = (0, from);
    while let (Some(stored), Some(told)) = (all.get(at), told.get(far)) {
        let is_it = matches!(told, Told::Event { event, about } if event == stored.event && *about == stored.about);
        if is_it {
            far += 1;
        } else if !stored.early {
            break;
        }
        at += 1;
    }
    (far, at)
}

/// What was made while it was there and was never told on it. What was made at the very end of a connection that was
/// cut may not have come.
fn missing(span: &Span, made: &[Made], (first, last): (u64, u64)) -> Option<String> {
    let mut missing = made.iter().filter(|made| made.sent_us > span.began_us).filter(|made| {
        let by_then = span.owes_until_us.is_some_and(|until_us| made.answered_us <= until_us);
        made.number < first || made.number > last && by_then && !made.on_replica
    });
    let Made { card, number, .. } = missing.next()?;
    let more = missing.count();
    Some(format!(
        "the card {card}, number {number}, was acknowledged and not told, and {more} more"
    ))
}

#[cfg(test)]
#[path = "hearing_tests.rs"]
mod tests;
