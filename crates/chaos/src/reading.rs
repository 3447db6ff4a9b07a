//! The read paths. Each is looked at by itself, its shape is asserted before its content is believed, and what it
//! shows is a sequence of cards, never a number.

use crate::{
    act::{Card, Id, Standing},
    expected::Board as Expected,
    stream::Events,
    tickets,
    tongue::{self, Change},
    wire::{Answer, Asked, Wire},
};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};

/// A path that would cost more requests than this is left out, and the report says so.
const PAGES_MAX: usize = 2_000;
/// Cards are asked for one by one over so many connections.
const BY_ID_AT_ONCE: usize = 8;
/// Events that do not come are not waited for any longer.
const EVENT_WITHIN: Duration = Duration::from_secs(10);

/// What one path showed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    pub path: String,
    pub shows: Shows,
    /// Of which cards.
    pub standing: Standing,
    pub of: Of,
    #[serde(skip)]
    pub cards: Vec<Card>,
    /// What was wrong with its form.
    pub faults: Vec<String>,
    /// Why it was not looked at, though it could have been.
    pub left_out: Option<String>,
    /// Why it could not be looked at.
    pub failed: Option<String>,
}

/// What a path promises to show, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Shows {
    /// Whole cards, by id.
    CardsById,
    /// Whole cards, in no order.
    Cards,
    /// Ids alone, in the order in which the cards were made.
    IdsAsMade,
}

/// What the cards of a reading stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Of {
    Cards,
    /// Each comment: its id, its text, and for a column the card that it is on.
    Comments,
    /// Each card that somebody has: for a title their name.
    Claims,
}

impl Reading {
    pub fn new(path: &str, shows: Shows) -> Reading {
        let (cards, faults) = (Vec::new(), Vec::new());
        let path = path.to_owned();
        Reading {
            path,
            shows,
            standing: Standing::Live,
            of: Of::Cards,
            cards,
            faults,
            left_out: None,
            failed: None,
        }
    }

    pub fn fault(&mut self, fault: impl std::fmt::Display) {
        self.faults.push(format!("{fault:#}"));
    }

    /// Where a path shows the archive or the trash as well.
    pub fn only_live(mut self) -> Reading {
        self.cards.retain(|card| card.standing == Standing::Live);
        self
    }

    fn take(&mut self, values: &[Value]) {
        for value in values {
            match tongue::card(value) {
                Ok(card) => self.cards.push(card),
                Err(error) => self.fault(error),
            }
        }
    }
}

/// A board, and where to ask for what of it.
pub struct Board {
    pub id: Id,
    /// On the earlier server's paths.
    pub number: u64,
    pub columns: Vec<Id>,
    /// A word that all titles of the run have.
    pub word: String,
}

/// Which changes of the log made a card, and put it where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub made: u64,
    pub placed: u64,
}

/// All that was read of a board.
pub struct Readings {
    pub readings: Vec<Reading>,
    /// By the log.
    pub numbers: BTreeMap<Id, Numbers>,
}

impl Readings {
    pub fn only(reading: Reading) -> Readings {
        Readings { readings: vec![reading], numbers: BTreeMap::new() }
    }
}

/// Reads live cards on every path.
pub async fn read_all(wire: &mut Wire, board: &Board, expected: &Expected) -> Readings {
    let (id, head) = (&board.id, expected.head);
    let ids: Vec<Id> = expected.cards.keys().cloned().collect();
    let live = expected.cards.values().filter(|card| card.standing == Standing::Live).count();
    let mut readings = vec![by_id(wire, id, &ids).await.only_live()];
    readings.push(whole(wire, "list", &tongue::cards(id, ""), head).await);
    for (name, standing) in [("archived", Standing::Archived), ("deleted", Standing::Deleted)] {
        let list = whole(wire, name, &tongue::cards(id, &format!("{name}=true")), head).await;
        readings.push(Reading { standing, ..list });
    }
    for size in [1, 7, 100] {
        let path = format!("pages of {size}");
        let first = tongue::cards(id, &format!("limit={size}"));
        readings.push(pages(wire, &path, first, size, live).await);
    }
    readings.push(columns(wire, board, head).await);
    readings
        .push(whole(wire, "search", &tongue::search(id, &board.word, ""), head).await.only_live());
    let first = tongue::search(id, &board.word, "&limit=7");
    readings.push(pages(wire, "search in pages of 7", first, 7, ids.len()).await.only_live());
    let contested = expected.contested.iter();
    let contested = contested.flat_map(|(id, it)| it.titles().into_iter().map(move |it| (it, id)));
    let by_title = expected.cards.iter().map(|(id, card)| (card.title.as_str(), id));
    let by_title = by_title.chain(contested).collect();
    let (shown, claims) = tickets::read(wire, board, &by_title).await;
    readings.extend([shown, claims]);
    readings.push(comments(wire, board, expected).await);
    let (changes, numbers, last) = changes(wire, id, head).await;
    readings.push(changes);
    readings.push(events(wire, id, last).await);
    Readings { readings, numbers }
}

async fn by_id(wire: &Wire, board: &Id, ids: &[Id]) -> Reading {
    let mut reading = Reading::new("by id", Shows::Cards);
    let mut parts = JoinSet::new();
    for part in ids.chunks(ids.len().div_ceil(BY_ID_AT_ONCE).max(1)) {
        let (wire, board, part) = (wire.another(), board.clone(), part.to_vec());
        parts.spawn(each_by_id(wire, board, part));
    }
    while let Some(part) = parts.join_next().await {
        match part {
            Ok(part) => {
                reading.cards.extend(part.cards);
                reading.faults.extend(part.faults);
            }
            Err(error) => reading.failed = Some(error.to_string()),
        }
    }
    reading
}

async fn each_by_id(mut wire: Wire, board: Id, ids: Vec<Id>) -> Reading {
    let mut reading = Reading::new("by id", Shows::Cards);
    for id in &ids {
        match wire.ask(&tongue::one(&board, id)).await {
            Ok(answer) if answer.status == 200 => match answer.json() {
                Ok(value) => reading.take(&[value]),
                Err(error) => reading.fault(error),
            },
            Ok(answer) if answer.status == 404 => {}
            Ok(answer) => reading.fault(format!("{id} was answered {}", answer.status)),
            Err(error) => reading.fault(error),
        }
    }
    reading
}

/// On each card that was commented and is there.
async fn comments(wire: &mut Wire, board: &Board, expected: &Expected) -> Reading {
    let mut all = Reading { of: Of::Comments, ..Reading::new("comments", Shows::Cards) };
    let cards: BTreeSet<&Id> = expected.comments_there().map(|(_, said)| &said.column).collect();
    for card in cards {
        let read = async {
            let answer = wire.ask(&tongue::comments(&board.id, card)).await?;
            let array = tongue::array(&answer)?;
            tongue::total(&answer, array.len())?;
            anyhow::Ok(array)
        };
        match read.await {
            Ok(array) => {
                for comment in &array {
                    let text = comment["text"].as_str().unwrap_or_default().to_owned();
                    match tongue::id(comment) {
                        Ok(id) => all.cards.push(tickets::said(id, text, card.clone())),
                        Err(error) => all.fault(error),
                    }
                }
            }
            Err(error) => all.fault(format!("{card}: {error:#}")),
        }
    }
    all
}

/// A list that was asked for without pages: all of it.
async fn whole(wire: &mut Wire, path: &str, asked: &Asked, head: u64) -> Reading {
    let mut reading = Reading::new(path, Shows::CardsById);
    let read = async {
        let answer = wire.ask(asked).await?;
        let array = tongue::array(&answer)?;
        anyhow::Ok((answer, array))
    };
    match read.await {
        Ok((answer, array)) => {
            reading.take(&array);
            if let Err(error) = is_whole(&answer, array.len(), head) {
                reading.fault(error);
            }
        }
        Err(error) => reading.fault(error),
    }
    reading
}

/// What a list that is no page says of itself.
fn is_whole(answer: &Answer, count: usize, head: u64) -> Result<()> {
    ensure!(tongue::next(answer).is_none(), "a page where none was asked for");
    tongue::total(answer, count)?;
    let read_at = answer.number(tongue::HEAD).context("it does not say when it was read")?;
    ensure!(read_at >= head, "read at {read_at}, though {head} was acknowledged before");
    Ok(())
}

async fn pages(wire: &mut Wire, path: &str, first: Asked, size: usize, cards: usize) -> Reading {
    let mut reading = Reading::new(path, Shows::CardsById);
    if cards.div_ceil(size) > PAGES_MAX {
        let why = format!("it would be more than {PAGES_MAX} pages");
        return Reading { left_out: Some(why), ..reading };
    }
    let read = async {
        let (mut joined, mut total) = (Vec::new(), 0);
        let mut next = Some(first);
        while let Some(asked) = next {
            let answer = wire.ask(&asked).await?;
            let array = tongue::array(&answer)?;
            next = tongue::next(&answer).map(Asked::get);
            ensure!(array.len() <= size, "a page of {} where {size} were asked", array.len());
            ensure!(array.len() == size || next.is_none(), "a short page that is not the last");
            total = answer.number(tongue::TOTAL).context("no total")?;
            joined.extend(array);
            ensure!(u64::try_from(joined.len())? <= total, "the pages have more than {total}");
        }
        ensure!(u64::try_from(joined.len())? == total, "{} of {total} are on a page", joined.len());
        anyhow::Ok(joined)
    };
    match read.await {
        Ok(array) => reading.take(&array),
        Err(error) => reading.fault(error),
    }
    reading
}

/// Column by column. A card that stands in two is shown twice.
async fn columns(wire: &mut Wire, board: &Board, head: u64) -> Reading {
    let mut all = Reading::new("per column", Shows::Cards);
    let listed = wire.ask(&tongue::columns(&board.id)).await;
    let listed = listed.and_then(|answer| {
        tongue::array(&answer)?.iter().map(tongue::id).collect::<Result<Vec<Id>>>()
    });
    match listed {
        Ok(listed) if listed == board.columns => {}
        Ok(listed) => all.fault(format!("the columns are {listed:?}, not {:?}", board.columns)),
        Err(error) => all.fault(error),
    }
    for column in &board.columns {
        let asked = tongue::cards(&board.id, &format!("column={column}"));
        let one = whole(wire, "per column", &asked, head).await;
        for card in one.cards.iter().filter(|card| card.column != *column) {
            all.fault(format!("{} is listed in {column} and says {}", card.id, card.column));
        }
        all.cards.extend(one.cards);
        all.faults.extend(one.faults);
    }
    all
}

/// The log from its beginning; also which numbers each card has by it, and the last one.
async fn changes(wire: &mut Wire, board: &Id, head: u64) -> (Reading, BTreeMap<Id, Numbers>, u64) {
    let mut reading = Reading::new("changes since 0", Shows::IdsAsMade);
    let read = async {
        let answer = wire.ask(&tongue::changes(board, "")).await?;
        let array = tongue::array(&answer)?;
        tongue::total(&answer, array.len())?;
        array.iter().map(tongue::change).collect::<Result<Vec<_>>>()
    };
    let changes = read.await.unwrap_or_else(|error| {
        reading.fault(error);
        Vec::new()
    });
    let last = made(&mut reading, &changes);
    if last < head {
        reading.fault(format!("it ends at {last}, though {head} was acknowledged"));
    }
    let mut numbers = BTreeMap::new();
    for change in &changes {
        let made = change.number;
        for card in &change.placed {
            let card = numbers.entry(card.clone()).or_insert(Numbers { made, placed: made });
            card.placed = change.number;
        }
    }
    (reading, numbers, last)
}

/// Takes the cards that changes made, which are numbered without gaps; the last number comes back.
fn made(reading: &mut Reading, changes: &[Change]) -> u64 {
    let mut last = 0;
    for Change { number, made, .. } in changes {
        if *number != last + 1 {
            reading.fault(format!("number {number} comes after {last}"));
        }
        last = *number;
        reading.cards.extend(made.iter().map(only_id));
    }
    last
}

/// A path that shows ids alone leaves the rest open.
pub fn only_id(id: &Id) -> Card {
    let (title, column, key) = (String::new(), String::new(), String::new());
    Card { id: id.clone(), title, column, key, standing: Standing::Live }
}

/// The server-sent events from the beginning to a number.
async fn events(wire: &Wire, board: &Id, until: u64) -> Reading {
    let mut reading = Reading::new("events since 0", Shows::IdsAsMade);
    let mut changes = Vec::new();
    if let Err(error) = listen(wire, board, until, &mut changes).await {
        reading.fault(error);
    }
    made(&mut reading, &changes);
    reading
}

async fn listen(wire: &Wire, board: &Id, until: u64, changes: &mut Vec<Change>) -> Result<()> {
    let mut stream = wire.another();
    let answer = stream.begin(&tongue::events(board, Some(0))).await?;
    ensure!(answer.status() == 200, "the status is {}, not 200", answer.status());
    let mut events = Events::of(answer);
    while changes.last().map_or(0, |it| it.number) < until {
        let change = timeout(EVENT_WITHIN, events.next()).await.context("an event did not come")?;
        changes.push(change?.context("the events ended")?);
    }
    Ok(())
}
