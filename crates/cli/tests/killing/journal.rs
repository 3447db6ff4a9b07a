//! What the killer was told, as a model of its own: boards are lists of titles, and a step of undo is
//! the picture that it brings back.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

/// So deep are the stacks of undo and redo.
const STEPS_MAX: usize = 500;

#[derive(Clone, Debug)]
pub enum Act {
    Add { column: usize, first: bool, title: String },
    Move { title: String, column: usize, after: Option<String> },
    Rename { from: String, to: String },
    Archive { title: String },
    SaveDraft { key: String, text: String },
    DropDraft { key: String },
    Undo,
    Redo,
    Import { title: String },
    Backup,
}

/// What undo takes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The live cards of each column, in order. Every title is had by one card alone.
    pub columns: Vec<Vec<String>>,
    /// Titles of the imported boards.
    pub imported: BTreeSet<String>,
}

type Step = (&'static str, Rc<Picture>);

#[derive(Clone, Debug)]
pub struct Model {
    pub now: Rc<Picture>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    pub drafts: BTreeMap<String, String>,
    /// How many changes the logs hold: it tells apart what looks the same, such as an edit that was
    /// taken back and one that never was.
    pub changes: usize,
}

impl Model {
    /// An empty board, made as the first step of all.
    pub fn new(columns: usize) -> Model {
        let now = Picture { columns: vec![Vec::new(); columns], imported: BTreeSet::new() };
        let (undo, redo, drafts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Model { now: Rc::new(now), undo, redo, drafts, changes: 1 }
    }

    /// The verbs on top of the two stacks; `None` is also what is below the first step of the journal.
    pub fn tops(&self) -> (Option<&'static str>, Option<&'static str>) {
        (self.undo.last().map(|step| step.0), self.redo.last().map(|step| step.0))
    }

    /// It shows the same, with the same below.
    pub fn is_like(&self, other: &Model) -> bool {
        self.changes == other.changes && self.now == other.now && self.drafts == other.drafts
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    pub fn titles(&self) -> impl Iterator<Item = &String> {
        self.now.columns.iter().flatten()
    }

    pub fn column_of(&self, title: &str) -> Option<usize> {
        self.now.columns.iter().position(|cards| cards.iter().any(|card| card == title))
    }

    pub fn apply(&mut self, act: &Act) {
        match act {
            Act::SaveDraft { key, text } => {
                self.drafts.insert(key.clone(), text.clone());
            }
            Act::DropDraft { key } => {
                self.drafts.remove(key);
            }
            Act::Backup => {}
            Act::Undo => {
                self.changes += usize::from(self.can_undo());
                step(&mut self.undo, &mut self.redo, &mut self.now);
            }
            Act::Redo => {
                self.changes += usize::from(self.can_redo());
                step(&mut self.redo, &mut self.undo, &mut self.now);
            }
            Act::Add { .. } => self.edit("addCards", act),
            Act::Move { .. } => self.edit("moveCards", act),
            Act::Rename { .. } => self.edit("renameCard", act),
            Act::Archive { .. } => self.edit("archiveCards", act),
            Act::Import { .. } => self.edit("import", act),
        }
    }

    fn edit(&mut self, verb: &'static str, act: &Act) {
        self.changes += 1;
        push(&mut self.undo, (verb, self.now.clone()));
        self.redo.clear();
        let now = Rc::make_mut(&mut self.now);
        match act {
            Act::Add { column, first, title } => {
                let at = if *first { 0 } else { now.columns[*column].len() };
                now.columns[*column].insert(at, title.clone());
            }
            Act::Move { title, column, after } => {
                take_out(now, title);
                let cards = &mut now.columns[*column];
                let behind = |after: &String| cards.iter().position(|card| card == after);
                let at = after
                    .as_ref()
                    .map_or(0, |after| behind(after).map_or(cards.len(), |it| it + 1));
                cards.insert(at, title.clone());
            }
            Act::Rename { from, to } => {
                let card = now.columns.iter_mut().flatten().find(|card| *card == from);
                *card.expect("only cards that are there are renamed") = to.clone();
            }
            Act::Archive { title } => take_out(now, title),
            Act::Import { title } => {
                now.imported.insert(title.clone());
            }
            Act::SaveDraft { .. } | Act::DropDraft { .. } => {}
            Act::Undo | Act::Redo | Act::Backup => {}
        }
    }
}

fn step(from: &mut Vec<Step>, to: &mut Vec<Step>, now: &mut Rc<Picture>) {
    let Some((verb, former)) = from.pop() else { return };
    push(to, (verb, std::mem::replace(now, former)));
}

fn push(stack: &mut Vec<Step>, step: Step) {
    stack.push(step);
    if stack.len() > STEPS_MAX {
        stack.remove(0);
    }
}

fn take_out(picture: &mut Picture, title: &str) {
    for cards in &mut picture.columns {
        cards.retain(|card| card != title);
    }
}

/// What was answered, and what was asked and not answered when the program was killed.
#[derive(Clone, Debug)]
pub struct Journal {
    pub answered: Model,
    pub waiting: VecDeque<Act>,
    /// As if all that waits had been carried out.
    pub tip: Model,
    /// Names of the backups that were answered.
    pub backups: BTreeSet<String>,
}

impl Journal {
    pub fn new(columns: usize) -> Journal {
        let answered = Model::new(columns);
        let (waiting, backups) = (VecDeque::new(), BTreeSet::new());
        Journal { tip: answered.clone(), answered, waiting, backups }
    }

    pub fn asked(&mut self, act: Act) {
        self.tip.apply(&act);
        self.waiting.push_back(act);
    }

    /// The first of what waits was answered.
    pub fn was_answered(&mut self) {
        let act = self.waiting.pop_front().expect("nothing is answered that was not asked");
        self.answered.apply(&act);
    }

    /// What may be there: all that was answered, and of what waits none, or one, or more, in order.
    pub fn possible(&self) -> Vec<Model> {
        let mut possible = vec![self.answered.clone()];
        for act in &self.waiting {
            let mut next = possible[possible.len() - 1].clone();
            next.apply(act);
            possible.push(next);
        }
        possible
    }

    /// From now on that is what there is.
    pub fn settle(&mut self, there: Model) {
        self.tip = there.clone();
        self.answered = there;
        self.waiting.clear();
    }
}
