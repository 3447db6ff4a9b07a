//! Rounds of kills on one data folder, so that damage would add up.

use super::{
    journal::{Act, Journal, Model},
    observed::{BACKUPS_KEPT, IMPORTED_CARDS, Known, observe, verify, verify_backups},
    victim::kill_after,
};
use crate::program::*;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IteratorRandom};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::Read,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

const COLUMNS: usize = 3;
/// So many acts are under way, so that the program never waits for the killer.
const WAITING_MAX: usize = 3;
/// About so many cards stay on the board.
const CARDS_ABOUT: usize = 30;
const CHECK_EVERY: u32 = 10;
/// So many of the last acts are told where something is wrong.
const TRAIL_TOLD: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Edits,
    Imports,
    Backups,
}

/// What a killer counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub kills: u32,
    pub inside: u32,
    pub imports: u32,
    pub imports_inside: u32,
    pub backups: u32,
    pub answered: u32,
    /// Acts that were not answered, and found done.
    pub unanswered_done: u32,
    pub unanswered: u32,
    pub checks: u32,
}

/// What is there, and the ids of the cards.
type Found = (Model, HashMap<String, String>);

pub struct Killer {
    rng: StdRng,
    pub desk: Desk,
    board: String,
    columns: Vec<String>,
    ids: HashMap<String, String>,
    pub journal: Journal,
    pub figures: Figures,
    serial: u32,
    pub known: Known,
    /// The acts that were answered, in words, to tell what led to a fault.
    trail: Vec<String>,
}

impl Killer {
    pub fn new(seed: u64) -> Killer {
        let desk = Desk::new();
        let board = desk.board("Own", &["A", "B", "C"]);
        let shown = desk.json(["board", "show", &board]);
        let columns = shown["columns"].as_array().unwrap().iter();
        Killer {
            rng: StdRng::seed_from_u64(seed),
            columns: columns.map(|column| text(&column["id"])).collect(),
            board,
            desk,
            ids: HashMap::new(),
            journal: Journal::new(COLUMNS),
            figures: Figures::default(),
            serial: 0,
            known: Known::default(),
            trail: Vec::new(),
        }
    }

    /// One kill, and what it left.
    pub fn round(&mut self, kind: Kind) {
        let delay = Duration::from_millis(self.rng.gen_range(1..=300));
        let inside = match kind {
            Kind::Edits | Kind::Backups => self.feed(kind, delay),
            Kind::Imports => self.import(delay),
        };
        self.figures.kills += 1;
        self.figures.inside += u32::from(inside);
        if kind == Kind::Imports {
            self.figures.imports += 1;
            self.figures.imports_inside += u32::from(inside);
        }
        self.figures.backups += u32::from(kind == Kind::Backups);
        self.look().unwrap_or_else(|wrong| {
            let trail = self.trail[self.trail.len().saturating_sub(TRAIL_TOLD)..].join("\n");
            panic!("after {:?}, {kind:?}: {wrong}\n{trail}", self.figures)
        });
        if self.figures.kills.is_multiple_of(CHECK_EVERY) {
            self.check();
        }
    }

    /// Acts without a pause until the program is dead.
    fn feed(&mut self, kind: Kind, delay: Duration) -> bool {
        let mut calling = self.desk.call();
        let (data, process) = (self.desk.data(), calling.child.id());
        let blow = thread::spawn(move || kill_after(&data, process, delay));
        loop {
            while self.journal.waiting.len() < WAITING_MAX {
                let act = self.next_act(kind);
                let request = self.request(&act);
                self.journal.asked(act);
                calling.send(&request);
            }
            let Some(answer) = calling.hear() else { break };
            self.take_answer(&answer);
        }
        blow.join().unwrap()
    }

    fn take_answer(&mut self, answer: &Value) {
        assert_eq!(keys(answer), "ok", "{:?}: {answer}", self.journal.waiting.front());
        match self.journal.waiting.front() {
            Some(Act::Add { title, .. }) => {
                let id = text(&answer["ok"]["edited"]["created"][0]);
                self.ids.insert(title.clone(), id);
            }
            Some(Act::Backup) => {
                self.journal.backups.insert(text(&answer["ok"]["backups"][0]["name"]));
            }
            _ => {}
        }
        let undone = &answer["ok"]["undone"];
        self.trail
            .push(format!("{:?} {} {}", self.journal.waiting[0], undone["verb"], undone["kept"]));
        self.journal.was_answered();
        self.figures.answered += 1;
    }

    /// Imports one file after the other until one is killed.
    fn import(&mut self, delay: Duration) -> bool {
        let until = Instant::now() + delay;
        loop {
            let title = self.fresh_title("import");
            let file = self.desk.file("import.json", thousand_cards(&title));
            self.journal.asked(Act::Import { title });
            let mut command = on(&self.desk.data(), ["import", "--json"]);
            command.arg(file).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let (data, process) = (self.desk.data(), child.id());
            let rest = until.saturating_duration_since(Instant::now());
            let blow = thread::spawn(move || kill_after(&data, process, rest));
            let mut told = String::new();
            child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
            // It has said all: dead, or done.
            if let Ok(told) = serde_json::from_str::<Value>(&told) {
                assert_eq!(told["cards"], json!(IMPORTED_CARDS));
                self.journal.was_answered();
                self.figures.answered += 1;
            }
            let inside = blow.join().unwrap();
            let was_killed = child.wait().unwrap().code().is_none();
            if was_killed || Instant::now() >= until {
                return inside;
            }
        }
    }

    /// So many acts, each answered, and no kill.
    pub fn work(&mut self, acts: usize) {
        let mut calling = self.desk.call();
        for _ in 0..acts {
            let act = self.next_act(Kind::Edits);
            self.carry_out_with(&mut calling, act);
        }
        calling.end();
    }

    pub fn carry_out(&mut self, act: Act) {
        let mut calling = self.desk.call();
        self.carry_out_with(&mut calling, act);
        calling.end();
    }

    fn carry_out_with(&mut self, calling: &mut Calling, act: Act) {
        let request = self.request(&act);
        self.journal.asked(act);
        let answer = calling.answer(&request);
        self.take_answer(&answer);
    }

    /// Looks in a new process whether what is there may be there, and takes it for true from now on.
    fn look(&mut self) -> Result<(), String> {
        let mut calling = self.desk.call();
        let (there, ids) = self.find(&mut calling)?;
        let possible = self.journal.possible();
        let done = possible.iter().position(|it| it.is_like(&there)).unwrap_or(0);
        self.figures.unanswered += u32::try_from(self.journal.waiting.len()).unwrap();
        self.figures.unanswered_done += u32::try_from(done).unwrap();
        self.journal.settle(there);
        self.ids.extend(ids);
        // A process that ends in good order puts the log back into the database; one that is killed
        // leaves that to those after it.
        if self.rng.gen_bool(0.3) {
            calling.end()
        } else {
            calling.kill()
        }
        Ok(())
    }

    /// Which of the models that the journal allows is there.
    pub fn find(&mut self, calling: &mut Calling) -> Result<Found, String> {
        let observed =
            observe(&self.desk.data(), calling, &self.board, &self.columns, &mut self.known)?;
        let there = verify(&self.journal, &observed)?;
        verify_backups(&self.desk.data(), &self.journal, &observed.backups, &mut self.known)?;
        Ok((there, observed.ids))
    }

    pub fn check(&mut self) {
        self.known = Known::default();
        let newest = text(&self.desk.json(["backup"])["name"]);
        let listed = self.desk.json(["backup", "list"]);
        let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert!(names.len() <= BACKUPS_KEPT, "{names:?}");
        assert_eq!(names[0], &newest);
        assert_eq!(self.desk.problems(), [""; 0], "after {:?}", self.figures);
        self.figures.checks += 1;
    }

    fn next_act(&mut self, kind: Kind) -> Act {
        if kind == Kind::Backups && self.rng.gen_bool(0.5) {
            return Act::Backup;
        }
        let tip = &self.journal.tip;
        // Of a card whose making was not answered the id is not known yet.
        let known = tip.titles().filter(|title| self.ids.contains_key(*title)).cloned();
        let Some(title) = known.choose(&mut self.rng) else { return self.add() };
        let full = tip.titles().count() > CARDS_ABOUT;
        match self.rng.gen_range(0..12) {
            0..4 if !full => self.add(),
            0..4 => Act::Archive { title },
            4..6 => self.carry(title),
            6..8 => {
                let to = self.fresh_title("renamed");
                let id = self.ids[&title].clone();
                self.ids.insert(to.clone(), id);
                Act::Rename { from: title, to }
            }
            8 => Act::SaveDraft { key: self.draft_key(), text: self.fresh_title("half a") },
            9 => match tip.drafts.keys().choose(&mut self.rng).cloned() {
                Some(key) => Act::DropDraft { key },
                None => self.add(),
            },
            10 if tip.can_undo() => Act::Undo,
            11 if tip.can_redo() => Act::Redo,
            11 if tip.can_undo() => Act::Undo,
            _ => self.add(),
        }
    }

    fn add(&mut self) -> Act {
        let title = self.fresh_title("card");
        Act::Add { column: self.rng.gen_range(0..COLUMNS), first: self.rng.gen_bool(0.3), title }
    }

    fn carry(&mut self, title: String) -> Act {
        let tip = &self.journal.tip;
        let from = tip.column_of(&title).unwrap_or(0);
        let column = (from + self.rng.gen_range(1..COLUMNS)) % COLUMNS;
        let neighbours = tip.now.columns[column].iter().filter(|it| self.ids.contains_key(*it));
        let after = neighbours.choose(&mut self.rng).filter(|_| self.rng.gen_bool(0.7));
        Act::Move { title, column, after: after.cloned() }
    }

    fn draft_key(&mut self) -> String {
        format!("card/{}/comment", self.rng.gen_range(0..5))
    }

    /// A title that nothing else ever had.
    fn fresh_title(&mut self, what: &str) -> String {
        self.serial += 1;
        format!("{what} {}", self.serial)
    }

    fn request(&self, act: &Act) -> Value {
        let id = |title: &String| self.ids[title].clone();
        let edit = |edit: Value| json!({ "ask": "edit", "board": self.board, "edit": edit });
        match act {
            Act::Add { column, first, title } => edit(json!({
                "verb": "addCards", "column": self.columns[*column], "titles": [title],
                "place": { "at": if *first { "first" } else { "last" } },
            })),
            Act::Move { title, column, after } => edit(json!({
                "verb": "moveCards", "cards": [id(title)], "column": self.columns[*column],
                "place": match after {
                    None => json!({ "at": "first" }),
                    Some(after) => json!({ "at": "after", "neighbours": [id(after)] }),
                },
            })),
            Act::Rename { from, to } => {
                edit(json!({ "verb": "renameCard", "card": id(from), "title": to }))
            }
            Act::Archive { title } => edit(json!({ "verb": "archiveCards", "cards": [id(title)] })),
            Act::SaveDraft { key, text } => json!({ "ask": "saveDraft", "draft": {
                "key": key, "board": self.board, "card": null, "column": null, "text": text,
                "savedMs": 0,
            } }),
            Act::DropDraft { key } => json!({ "ask": "dropDraft", "key": key }),
            Act::Undo => json!({ "ask": "undo" }),
            Act::Redo => json!({ "ask": "redo" }),
            Act::Backup => json!({ "ask": "makeBackup" }),
            Act::Import { .. } => unreachable!("a page cannot name a file"),
        }
    }
}

/// A board of our own format with a thousand cards.
pub fn thousand_cards(title: &str) -> String {
    let column = |at: usize| {
        let cards: Vec<Value> = (0..IMPORTED_CARDS / 4)
            .map(|card| json!({ "id": format!("{at}-{card}"), "title": format!("Imported {card}"), "labels": ["l"] }))
            .collect();
        json!({ "id": format!("c{at}"), "title": format!("Column {at}"), "cards": cards })
    };
    let columns: Vec<Value> = (0..4).map(column).collect();
    json!({
        "format": "holdfast-board",
        "version": 1,
        "board": {
            "id": "b", "title": title, "columns": columns,
            "labels": [{ "id": "l", "name": "late", "colour": "red" }],
        },
    })
    .to_string()
}
