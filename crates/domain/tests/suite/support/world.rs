//! One board with its log, its steps of undo and a clock that the test sets.

use super::steps::Steps;
use domain::{
    board::Board,
    change::{Hash, Numbered, Write},
    document::{BoardDocument, PersonDocument},
    edit::{Edit, Place},
    fresh::Fresh,
    id::*,
    import::{Import, import},
    log::{Act, Recorded, Signer, record},
    resolve::{Refusal, Resolved, resolve},
};
use uuid::Uuid;

/// An hour in November 2026.
pub const NOON_MS: u64 = 1_795_348_800_000;

#[derive(Clone)]
pub struct World {
    pub board: Board,
    pub me: PersonId,
    pub signer: Signer,
    pub steps: Steps,
    pub log: Vec<Numbered>,
    pub now_ms: u64,
    /// Every source of chance is made from this and differs from those before it.
    seed: u64,
}

pub fn replica(number: u8) -> ReplicaId {
    ReplicaId(Uuid::from_bytes([number; 16]))
}

pub fn signer(number: u8) -> Signer {
    Signer { replica: replica(number), rseq: 0, prev: Hash::default() }
}

impl World {
    /// A board without a column, with one person.
    pub fn new() -> World {
        let document = BoardDocument {
            id: Uuid::from_u128(0xb0a4d).to_string(),
            title: "Board".to_owned(),
            people: vec![PersonDocument {
                id: Uuid::from_u128(0x3e).to_string(),
                name: "me".to_owned(),
                me: true,
            }],
            ..BoardDocument::default()
        };
        World::imported(&document)
    }

    /// The board of a document, with the ids that the document gives.
    pub fn imported(document: &BoardDocument) -> World {
        let mut fresh = Fresh::new([7; 32], NOON_MS);
        let Import { board, me, writes, .. } = import(document, "test", |_| true, &mut fresh);
        let mut world = World {
            board: Board::new(board, replica(9)),
            me,
            signer: signer(1),
            steps: Steps::default(),
            log: Vec::new(),
            now_ms: NOON_MS,
            seed: 0,
        };
        world.write("import", writes);
        world.steps = Steps::default();
        world
    }

    pub fn fresh(&mut self) -> Fresh {
        self.seed += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        Fresh::new(seed, self.now_ms)
    }

    /// Does an edit. A refused one, and one that changes nothing, writes nothing.
    pub fn edit(&mut self, edit: &Edit) -> Result<Vec<EntityId>, Refusal> {
        let before = self.board.head;
        self.now_ms += 1_000;
        let mut fresh = self.fresh();
        let resolved = resolve(&self.board, self.me, edit, &mut fresh);
        assert_eq!(self.board.head, before, "resolving writes nothing");
        let Resolved { writes, created } = resolved?;
        self.write(edit.verb(), writes);
        Ok(created)
    }

    /// Signs, numbers and absorbs, as one step of undo. Without writes nothing happens.
    pub fn write(&mut self, intent: &str, writes: Vec<Write>) -> Recorded {
        let before = self.board.clone();
        let recorded = self.record(intent, writes.clone());
        self.steps.did(&before, &writes, &recorded.changes);
        recorded
    }

    /// As `write`, but no step of this person's undo.
    pub fn record(&mut self, intent: &str, writes: Vec<Write>) -> Recorded {
        let mut fresh = self.fresh();
        let group = GroupId(fresh.uuid());
        let act = Act { author: self.me, intent, group, id: None };
        let recorded = record(&mut self.board, &mut self.signer, &act, writes, &mut fresh)
            .expect("within the limits");
        self.log.extend(recorded.changes.iter().cloned());
        recorded
    }

    /// An edit of somebody else on this board, as another replica would have made it here and now.
    pub fn foreign(&mut self, number: u8, edit: &Edit) -> Result<Vec<EntityId>, Refusal> {
        let last = self.last_of(number);
        let own = std::mem::replace(&mut self.signer, last);
        self.now_ms += 1_000;
        let mut fresh = self.fresh();
        let resolved = resolve(&self.board, self.me, edit, &mut fresh);
        let created = resolved.map(|resolved| {
            self.record(edit.verb(), resolved.writes);
            resolved.created
        });
        self.signer = own;
        created
    }

    fn last_of(&self, number: u8) -> Signer {
        let last = self.log.iter().rev().find(|it| it.change.replica == replica(number));
        last.map_or(signer(number), |it| Signer {
            replica: replica(number),
            rseq: it.change.rseq,
            prev: it.hash,
        })
    }

    pub fn undo(&mut self) -> Option<Vec<EntityId>> {
        self.step(true)
    }

    pub fn redo(&mut self) -> Option<Vec<EntityId>> {
        self.step(false)
    }

    /// What was changed since and stays; `None` where there is no step.
    fn step(&mut self, undo: bool) -> Option<Vec<EntityId>> {
        self.now_ms += 1_000;
        let step = self.steps.take(undo)?;
        let before = self.board.clone();
        let plan = domain::undo::plan(&self.board, &step);
        let recorded = self.record(if undo { "undo" } else { "redo" }, plan.writes.clone());
        self.steps.stepped(undo, &before, &plan, &recorded.changes);
        Some(plan.kept)
    }

    pub fn column(&mut self, title: &str) -> ColumnId {
        let edit = Edit::AddColumn { title: title.to_owned(), place: Place::Last };
        self.edit(&edit).expect("a column")[0].into()
    }

    pub fn cards(&mut self, column: ColumnId, titles: &[&str]) -> Vec<CardId> {
        let titles = titles.iter().map(|title| (*title).to_owned()).collect();
        let edit = Edit::AddCards { column, place: Place::Last, titles };
        self.edit(&edit).expect("cards").into_iter().map(CardId::from).collect()
    }
}
