//! The folder on which the script runs too: transactions that are kept and such that are not, starts anew, and
//! copies of the board.

use super::{
    STEPS, Saved, Script,
    comparing::{Memory, Scope, scope, things},
    kind,
};
use crate::{detaching::copy, storing::store_rows};
use domain::{board::Board, change::sign, detach::FOUNDING, id::*, stamp::ChangeId, undo::Inverse};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, Folder, Opening, Stack, Store, account, boards, reading, sharing, undo};
use sync::sharing::{Promise, open};
use tempfile::TempDir;
use uuid::Uuid;

const OPENING: Opening = Opening { thorough: false, checkpoints: true };

pub struct Stage {
    store: Option<Store>,
    /// What befalls the disk is no part of the script.
    rng: StdRng,
    /// How often each of it happened.
    befell: BTreeMap<&'static str, usize>,
    /// Of copies: whether they have changes that stand for a log that was never here, and whether something waited
    /// under a name that was taken.
    copies: BTreeSet<(bool, bool)>,
    root: TempDir,
}

impl Stage {
    pub async fn new(script: &Script) -> Stage {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(root.path()).unwrap();
        let mut store = Store::open(&folder, OPENING).await.unwrap();
        let connection = store.connection();
        let server = sharing::sign_in(connection, "http://127.0.0.1:1", "ada").await.unwrap();
        let empty = Board::new(script.board, ReplicaId(Uuid::nil()));
        boards::begin_board(connection, &empty, script.me).await.unwrap();
        sharing::share(connection, script.board, server, account::Role::Owner).await.unwrap();
        Store::put_replica(connection, script.disk.replica).await.unwrap();
        Stage {
            store: Some(store),
            rng: StdRng::seed_from_u64(2),
            befell: BTreeMap::new(),
            copies: BTreeSet::new(),
            root,
        }
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn befalls(&mut self, what: &'static str, probability: f64) -> bool {
        let befalls = self.rng.gen_bool(probability);
        *self.befell.entry(what).or_default() += usize::from(befalls);
        befalls
    }

    /// Some steps in one transaction, compared after each.
    pub async fn steps(&mut self, script: &mut Script, count: usize) {
        let lost = self.befalls("a transaction was lost", 0.1);
        let before = lost.then(|| (script.disk.clone(), script.last));
        let mut store = self.store.take().unwrap();
        let mut transaction = store.begin().await.unwrap();
        let mut saved = Vec::new();
        for _ in 0..count {
            saved.extend(self.step(script, &mut transaction).await);
        }
        if let Some((disk, last)) = before {
            transaction.rollback().await.unwrap();
            let (board, rows) = (script.board, &disk.boards[&script.board]);
            let memory = Memory { board, replica: disk.replica, rows, last };
            memory.compare(store.connection(), &Scope::ALL).await;
            transaction = store.begin().await.unwrap();
            save(&mut transaction, &saved).await;
            Memory::of(script).compare(&mut transaction, &Scope::ALL).await;
        }
        store::commit(transaction).await.unwrap();
        if self.befalls("the folder was opened anew", 0.1) {
            store.close().await.unwrap();
            let folder = Folder::prepare(self.root.path()).unwrap();
            store = Store::open(&folder, OPENING).await.unwrap();
            Memory::of(script).compare(store.connection(), &Scope::ALL).await;
        }
        self.store = Some(store);
    }

    /// One step, and sometimes a part of it before, which is taken back.
    async fn step(&mut self, script: &mut Script, connection: &mut Connection) -> Vec<Saved> {
        let fails = self.befalls("a step was taken back", 0.05);
        let before = fails.then(|| (script.disk.clone(), script.last));
        let head = script.disk.boards[&script.board].head.position.seq;
        script.step();
        let saved = std::mem::take(&mut script.saved);
        let rows = || saved.iter().flat_map(|it| &it.rows);
        // A step may go back in the log and on again.
        let lowest = saved.iter().map(|it| it.shared.numbered().head.position.seq).min();
        let scope = scope(head, lowest.unwrap_or(head), &rows().map(kind).collect());
        if let Some((disk, last)) = before {
            let part = self.rng.gen_range(0..=saved.len());
            let savepoint = store::savepoint(connection).await.unwrap();
            save(connection, &saved[..part]).await;
            savepoint.end(connection, false).await.unwrap();
            let (board, rows) = (script.board, &disk.boards[&script.board]);
            let memory = Memory { board, replica: disk.replica, rows, last };
            memory.compare(connection, &scope).await;
        }
        save(connection, &saved).await;
        Memory::of(script).compare(connection, &scope).await;
        saved
    }

    pub async fn compare_all(&mut self, script: &Script) {
        Memory::of(script).compare(self.store().connection(), &Scope::ALL).await;
    }

    /// A copy that belongs to the folder alone, made and taken back: it is the board as it shows, and its log is one
    /// that any server takes over.
    pub async fn detach(&mut self, script: &Script) {
        let store = self.store.as_mut().unwrap();
        let mut transaction = store.begin().await.unwrap();
        let seen = detach(script, &mut transaction).await;
        transaction.rollback().await.unwrap();
        self.copies.insert(seen);
    }

    pub async fn end(mut self, script: &Script) {
        self.compare_all(script).await;
        let seen = |wanted: fn(&(bool, bool)) -> bool| self.copies.iter().any(wanted);
        assert!(
            seen(|it| it.0) && seen(|it| !it.0),
            "copies of logs that were whole, and that were not"
        );
        assert!(seen(|it| it.1) && seen(|it| !it.1), "and with names that were taken, and without");
        println!("{STEPS} steps, each compared; what befell the disk: {:?}", self.befell);
        assert!(self.befell.values().all(|count| *count > 0), "each of it happened");
        let store = self.store();
        let held = boards::load(store.connection(), script.board).await.unwrap().unwrap();
        reading::rebuild(store.connection(), held.board(), held.me).await.unwrap();
        assert_eq!(store.check().await.unwrap(), [""; 0]);
    }
}

async fn save(connection: &mut Connection, saved: &[Saved]) {
    for Saved { shared, rows, made } in saved {
        store_rows(connection, shared, rows).await.unwrap();
        let Some(made) = made else { continue };
        let (board, write) = (made.change.board, made.change.writes[0].clone());
        let inverse = Inverse {
            kind: write.kind,
            entity: write.entity,
            slot: write.slot,
            expects: Some(made.change.id()),
            former: write.value,
            former_change: None,
        };
        undo::push(connection, Stack::Undo, "edit", &[(board, inverse)]).await.unwrap();
    }
}

async fn detach(script: &Script, connection: &mut Connection) -> (bool, bool) {
    let held = boards::load(connection, script.board).await.unwrap().unwrap();
    let shared = held.shared().unwrap().clone();
    if shared.board.shown().things() == 0 {
        return (false, false);
    }
    let shared_before = shared.board.clone();
    let log_before = boards::read_after(connection, script.board, 0, u32::MAX).await.unwrap();
    let copy = copy(connection, shared, held.me).await.unwrap().board().id;
    let detached = boards::load(connection, copy).await.unwrap().unwrap();
    let numbered = shared_before.numbered();
    let logged = log_before.iter().map(|numbered| numbered.change.id());
    let winners = numbered.entities().flat_map(|(_, it)| it.registers()).map(|it| it.winner());
    let taken: BTreeSet<ChangeId> = logged.chain(winners).collect();
    // What waits under a name that is taken gets another one, or was numbered already.
    let clashes = shared_before.outbox().any(|waiting| taken.contains(&waiting.change.id()));
    if !clashes {
        assert_eq!(things(detached.numbered()), things(held.board()));
    }
    let (head, person) = (detached.numbered().head, held.me);
    let log = boards::read_after(connection, copy, 0, u32::MAX).await.unwrap();
    let founding = log.iter().any(|numbered| numbered.change.intent == FOUNDING);
    for numbered in &log {
        let (body, hash) = sign(&numbered.change).unwrap();
        assert_eq!((&body, hash, numbered.change.board), (&numbered.body, numbered.hash, copy));
    }
    let digest = head.digest.to_be_bytes();
    let promise = Promise { board: copy, head: head.position, digest, person };
    open(&promise, log, super::NOW_MS).unwrap();
    (founding, clashes)
}
