//! The folder, and what befalls it: transactions that are lost, ends and starts, backups that it is set back to.

use super::{
    super::carrying_out::carry_out,
    STEPS, Script,
    authority::Authority,
    comparing::{Scope, compare},
    jobs::{Asked, Reply},
};
use crate::{ServerError, sync::Rooms};
use domain::{change::Numbered, id::*};
use rand::Rng;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use store::{
    Folder, Opening, Store,
    account::{self, Account},
    boards,
};
use tempfile::TempDir;
use tokio::sync::oneshot;

const OPENING: Opening = Opening { thorough: false, checkpoints: true };

pub struct Stage {
    store: Option<Store>,
    rooms: Arc<Rooms>,
    backup: Option<(PathBuf, Authority)>,
    root: TempDir,
}

impl Stage {
    pub async fn new(script: &Script) -> Stage {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare_server(&root.path().join("data")).unwrap();
        let mut store = Store::open(&folder, OPENING).await.unwrap();
        for (number, somebody) in script.people.iter().enumerate() {
            let name = format!("person{number}");
            let account = Account {
                id: somebody.account,
                name: name.clone(),
                name_key: name,
                password: String::new(),
                operator: false,
                disabled: false,
                made_ms: 1,
            };
            assert!(account::add_account(store.connection(), &account).await.unwrap());
        }
        Stage { store: Some(store), rooms: Arc::default(), backup: None, root }
    }

    pub fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    fn folder(&self) -> Folder {
        Folder::prepare_server(&self.root.path().join("data")).unwrap()
    }

    /// One transaction of the writer, once more where it is lost, and what it answers.
    pub async fn step(&mut self, script: &mut Script) {
        let asked = script.some_asked();
        let scopes = scopes(script, &asked);
        if script.rng.gen_bool(0.1) {
            script.saw("a transaction was lost");
            self.lose(script, &asked).await;
            for (board, scope) in &scopes {
                compare(self.store().connection(), script, *board, scope).await;
            }
        }
        let (mut jobs, answers) = self.jobs(script, &asked);
        let store = self.store.as_mut().unwrap();
        let mut transaction = store.begin().await.unwrap();
        carry_out(&mut transaction, &mut jobs).await.unwrap();
        let mut logs = BTreeMap::<BoardId, Vec<Numbered>>::new();
        for board in scopes.keys() {
            let head = script.model.rooms[board].head().seq;
            let log = boards::read_after(&mut transaction, *board, head, u32::MAX).await.unwrap();
            logs.insert(*board, log);
        }
        let models: Vec<_> = asked.iter().map(|it| it.model(script, &logs[&it.board()])).collect();
        for (board, scope) in &scopes {
            compare(&mut transaction, script, *board, scope).await;
        }
        store::commit(transaction).await.unwrap();
        jobs.into_iter().for_each(|job| job.committed());
        for ((asked, model), answer) in asked.iter().zip(models).zip(answers) {
            let answer = answer.await.unwrap();
            see(script, &answer);
            let told = answer.map(|it| it.map(|(_, verdict)| verdict.answers)).map_err(|_| ());
            assert_eq!(told, model, "of {:?}", asked.on());
        }
        for (board, scope) in &scopes {
            compare(self.store().connection(), script, *board, scope).await;
        }
    }

    fn jobs(
        &self,
        script: &Script,
        asked: &[Asked],
    ) -> (Vec<Box<dyn super::super::job::Job>>, Vec<oneshot::Receiver<Reply>>) {
        asked.iter().map(|it| it.job(script, &self.rooms)).unzip()
    }

    /// All of it is done and nothing of it saved, as where the commit finds the disk full.
    async fn lose(&mut self, script: &Script, asked: &[Asked]) {
        let (mut jobs, _answers) = self.jobs(script, asked);
        let mut transaction = self.store().begin().await.unwrap();
        carry_out(&mut transaction, &mut jobs).await.unwrap();
        transaction.rollback().await.unwrap();
        jobs.into_iter().for_each(|job| job.failed(ServerError::Busy));
    }

    pub async fn open_anew(&mut self, script: &mut Script) {
        script.saw("the server was started anew");
        self.store.take().unwrap().close().await.unwrap();
        self.start().await;
        self.compare_all(script).await;
    }

    async fn start(&mut self) {
        self.store = Some(Store::open(&self.folder(), OPENING).await.unwrap());
        self.rooms = Arc::default();
    }

    pub async fn back_up(&mut self, script: &Script) {
        let path = self.root.path().join(format!("{}.db", uuid::Uuid::new_v4().simple()));
        self.store().backup_to(&path).await.unwrap();
        self.backup = Some((path, script.model.clone()));
    }

    /// The server is as it was, but for what must not be: its epochs and its own name.
    pub async fn restore(&mut self, script: &mut Script) {
        let Some((path, model)) = self.backup.take() else { return };
        script.saw("the server was set back");
        let name = Store::replica(self.store().connection()).await.unwrap();
        self.store.take().unwrap().close().await.unwrap();
        store::backup::restore_file(&self.folder(), &path).await.unwrap();
        self.start().await;
        assert_ne!(Store::replica(self.store().connection()).await.unwrap(), name);
        script.model = model;
        // What is under way or was handed out does not outlive it.
        script.pushed.retain(|(board, ..)| script.model.rooms.contains_key(board));
        for (id, room) in &mut script.model.rooms {
            let (head, _) = boards::head(self.store().connection(), *id).await.unwrap().unwrap();
            let (before, now) = (&mut room.board.head.position.epoch, head.position.epoch);
            assert_ne!(*before, now, "a new epoch");
            *before = now;
        }
        self.compare_all(script).await;
    }

    pub async fn compare_all(&mut self, script: &Script) {
        let connection = self.store.as_mut().unwrap().connection();
        let boards = boards::board_ids(connection).await.unwrap();
        assert_eq!(boards, script.model.rooms.keys().copied().collect::<Vec<_>>());
        for (id, room) in &script.model.rooms {
            compare(connection, script, *id, &Scope::of(room)).await;
        }
    }

    pub async fn end(mut self, script: &mut Script) {
        self.compare_all(script).await;
        println!("{STEPS} transactions, each compared: {:?}", script.seen);
        for what in HAPPENINGS {
            assert!(script.seen.contains_key(what), "it never happened that {what}");
        }
        assert_eq!(self.store().check().await.unwrap(), [""; 0]);
    }
}

/// What a run that is worth anything has seen.
const HAPPENINGS: [&str; 12] = [
    "a board was shared",
    "a change was accepted",
    "a change was refused",
    "a job failed",
    "a number was missing",
    "a push came twice",
    "a transaction was lost",
    "somebody was no member",
    "the log had forked",
    "the server was set back",
    "the server was started anew",
    "what the server signed was taken in",
];

fn see(script: &mut Script, answer: &Reply) {
    use sync::message::Answer;
    let Ok(Some((_, verdict))) = answer else {
        return script.saw(if answer.is_ok() { "somebody was no member" } else { "a job failed" });
    };
    if verdict.answers.is_empty() {
        script.saw("what the server signed was taken in");
    }
    for (_, answer) in &verdict.answers {
        script.saw(match answer {
            Answer::Accepted(..) => "a change was accepted",
            Answer::Refused(_) => "a change was refused",
            Answer::Fork => "the log had forked",
            Answer::Expected(_) => "a number was missing",
        });
    }
}

/// What these jobs may change, board by board.
fn scopes(script: &Script, asked: &[Asked]) -> BTreeMap<BoardId, Scope> {
    let mut scopes = BTreeMap::<BoardId, Scope>::new();
    for asked in asked {
        let scope = scopes.entry(asked.board()).or_default();
        // The row below the first new one may not have changed either.
        scope.log_after = script.model.rooms[&asked.board()].head().seq.saturating_sub(2);
        for change in asked.offers().iter().map(|offer| &offer.change) {
            scope.changes.insert(change.id());
            scope.acts.insert(change.act);
            scope.replicas.insert(change.replica);
        }
        if let Asked::Own { act, .. } = asked {
            scope.acts.insert(*act);
        }
    }
    scopes
}
