//! Jobs that share a sitting, on a real writer and real SQLite: each gets what it would get alone.
#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use super::*;
use crate::{
    sync::acting::{self, Own},
    writer::{BoardWork, On, Writer, WriterTask, board_job, job},
};
use domain::{
    document::{BoardDocument, ColumnDocument},
    edit::{Edit, Place},
    fresh::Fresh,
    import::import,
    register::Kind,
    resolve::Series,
};
use std::sync::Arc;
use store::{
    Folder, Opening, Readers, Store,
    account::{Account, Member as MemberRow, Role},
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

/// A writer, a board with one column on it, and an account that owns the board.
struct Stage {
    writer: Writer,
    task: WriterTask,
    readers: Readers,
    rooms: Arc<Rooms>,
    board: BoardId,
    owner: AccountId,
    _root: TempDir,
}

async fn stage() -> Stage {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::prepare_server(&root.path().join("data")).unwrap();
    let opening = Opening { thorough: false, checkpoints: true };
    let store = Store::open(&folder, opening).await.unwrap();
    let readers = store.shared_readers();
    let (writer, task) = Writer::start(store, || ());
    let owner = add_account(&writer, "ada").await;
    let made = job(move |connection| {
        Box::pin(async move {
            let mut fresh = acting::fresh()?;
            let column = ColumnDocument { title: "To do".to_owned(), ..Default::default() };
            let document = BoardDocument {
                title: "Garden".to_owned(),
                columns: vec![column],
                ..Default::default()
            };
            let made = import(&document, "", |_| true, &mut fresh);
            let own = Own {
                author: made.me,
                intent: "createBoard",
                group: GroupId(Uuid::new_v4()),
                acts: &|_| ActId(Uuid::new_v4()),
                writes: made.writes,
            };
            acting::begin(connection, made.board, owner, own, &mut fresh).await?;
            Ok(made.board)
        })
    });
    let board = writer.write(made).await.unwrap();
    Stage { writer, task, readers, rooms: Arc::default(), board, owner, _root: root }
}

async fn add_account(writer: &Writer, name: &str) -> AccountId {
    let account = Account {
        id: AccountId::fresh(),
        name: name.to_owned(),
        name_key: name.to_owned(),
        password: String::new(),
        operator: false,
        disabled: false,
        made_ms: 1,
    };
    let id = account.id;
    let work = job(move |connection| {
        Box::pin(async move { Ok(account::add_account(connection, &account).await?) })
    });
    assert!(writer.write(work).await.unwrap());
    id
}

/// Makes a card under an act, or says what the act came to before; the number of its change.
async fn create(
    connection: &mut Connection,
    sitting: &mut Sitting,
    account: AccountId,
    act: ActId,
    title: &str,
) -> Result<u64, ServerError> {
    let member = sitting.member(connection, account).await?;
    let member = member.ok_or(ServerError::NotFound("board"))?;
    if let Some(first) = sitting.answered(connection, act).await? {
        let made = first.writes.first().map(|write| write.entity);
        assert!(made.is_some_and(|id| sitting.board.entity(id).is_some()));
        return Ok(0);
    }
    let mut fresh: Fresh = acting::fresh()?;
    let columns = sitting.board.below(EntityId::BOARD, &Kind::COLUMN);
    let column = columns.map(|it| it.0).next().unwrap();
    let (place, titles) = (Place::Last, vec![title.to_owned()]);
    let edit = Edit::AddCards { column: column.into(), place, titles };
    let mut series = Series::begin(&mut sitting.board, member.person, &mut fresh);
    series.edit(&edit).unwrap();
    let writes = series.end();
    let own = Own {
        author: member.person,
        intent: "addCards",
        group: GroupId(Uuid::new_v4()),
        acts: &|_| act,
        writes,
    };
    let acted = acting::act(connection, sitting, member, own, &mut fresh).await?;
    acted.map_err(|_| ServerError::NotAllowed)?;
    Ok(sitting.board.head.position.seq)
}

fn creates(account: AccountId, act: ActId, title: &str) -> impl BoardWork<u64> + use<> {
    let title = title.to_owned();
    board_job(move |connection, sitting| {
        let title = title.clone();
        Box::pin(async move { create(connection, sitting, account, act, &title).await })
    })
}

/// As [`creates`], and then fails.
fn creates_and_fails(account: AccountId, title: &str) -> impl BoardWork<u64> + use<> {
    let (title, act) = (title.to_owned(), fresh_act());
    board_job(move |connection, sitting| {
        let title = title.clone();
        Box::pin(async move {
            create(connection, sitting, account, act, &title).await?;
            Err(ServerError::bad_request("it fails half-way"))
        })
    })
}

fn fresh_act() -> ActId {
    ActId(Uuid::new_v4())
}

impl Stage {
    /// Keeps the writer busy until it is let go, so that what is handed in meanwhile comes together.
    async fn block(&self) -> oneshot::Sender<()> {
        let (let_go, wait) = oneshot::channel::<()>();
        let (began, begun) = oneshot::channel();
        let writer = self.writer.clone();
        tokio::spawn(async move {
            let work = job(move |_| {
                Box::pin(async move {
                    began.send(()).unwrap();
                    wait.await.unwrap();
                    Ok(())
                })
            });
            writer.write(work).await.unwrap();
        });
        begun.await.unwrap();
        let_go
    }

    /// Comes back once the job waits.
    async fn hand_in(
        &self,
        acts: Vec<ActId>,
        work: impl BoardWork<u64>,
    ) -> JoinHandle<Result<u64, ServerError>> {
        let (writer, free) = (self.writer.clone(), self.writer.free());
        let on = On { rooms: self.rooms.clone(), board: self.board, acts };
        let handed_in = tokio::spawn(async move { writer.write_on(on, work, |_| ()).await });
        while self.writer.free() == free {
            tokio::task::yield_now().await;
        }
        handed_in
    }

    /// The titles of the cards that are on disk, in the order of the column; the log has them all in order.
    async fn titles(&self) -> Vec<String> {
        let mut reader = self.readers.take().await.unwrap();
        let board = rooms::load_at_once(&mut reader, self.board).await.unwrap().unwrap();
        let log = rooms::read_on(&mut reader, self.board, 0, 1_000, usize::MAX).await;
        let log = log.unwrap().unwrap();
        let mut folded = Board::new(self.board, board.head.position.epoch);
        for numbered in &log.changes {
            assert!(numbered.follows(folded.head.position), "{} does not follow", numbered.seq);
            folded.absorb(numbered);
        }
        assert_eq!(folded.head.digest, board.head.digest, "the rows are not what the log says");
        let cards = board.entities().filter(|(_, it)| it.kind == Kind::CARD);
        let text = |it: &domain::board::Entity| it.text(domain::register::Field::TITLE).to_owned();
        let mut titles: Vec<String> = cards.map(|(_, card)| text(card)).collect();
        titles.sort();
        titles
    }
}

#[tokio::test]
async fn jobs_of_one_sitting_are_numbered_in_a_row_and_an_act_is_done_once() {
    let stage = stage().await;
    let (let_go, act) = (stage.block().await, fresh_act());
    let mut jobs = Vec::new();
    for title in ["a", "b", "c"] {
        jobs.push(stage.hand_in(vec![], creates(stage.owner, fresh_act(), title)).await);
    }
    let first = stage.hand_in(vec![act], creates(stage.owner, act, "once")).await;
    let again = stage.hand_in(vec![act], creates(stage.owner, act, "twice")).await;
    let last = stage.hand_in(vec![], creates(stage.owner, fresh_act(), "z")).await;
    let_go.send(()).unwrap();
    let mut numbers = Vec::new();
    for job in jobs {
        numbers.push(job.await.unwrap().unwrap());
    }
    numbers.push(first.await.unwrap().unwrap());
    assert_eq!(again.await.unwrap().unwrap(), 0, "it is known from the same sitting");
    numbers.push(last.await.unwrap().unwrap());
    let begins = numbers[0];
    assert_eq!(numbers, (begins..begins + 5).collect::<Vec<_>>());
    assert_eq!(stage.titles().await, ["a", "b", "c", "once", "z"]);
    stage.task.finish().await.unwrap();
}

#[tokio::test]
async fn a_job_that_fails_half_way_costs_the_others_of_its_sitting_nothing() {
    let stage = stage().await;
    let let_go = stage.block().await;
    let before = stage.hand_in(vec![], creates(stage.owner, fresh_act(), "before")).await;
    let fails = stage.hand_in(vec![], creates_and_fails(stage.owner, "half-way")).await;
    let behind = stage.hand_in(vec![], creates(stage.owner, fresh_act(), "behind")).await;
    let_go.send(()).unwrap();
    let before = before.await.unwrap().unwrap();
    assert!(matches!(fails.await.unwrap(), Err(ServerError::BadRequest { .. })));
    assert_eq!(behind.await.unwrap().unwrap(), before + 1);
    assert_eq!(stage.titles().await, ["before", "behind"]);
    stage.task.finish().await.unwrap();
}

#[tokio::test]
async fn who_may_not_write_is_told_so_and_the_others_of_the_sitting_write() {
    let stage = stage().await;
    let (viewer, stranger) =
        (add_account(&stage.writer, "ben").await, add_account(&stage.writer, "cleo").await);
    let row = MemberRow {
        board: stage.board,
        account: viewer,
        role: Role::Viewer,
        person: PersonId(Uuid::new_v4()),
        since_ms: 1,
        ended_ms: None,
    };
    let joins = job(move |connection| {
        Box::pin(async move { Ok(account::put_member(connection, &row).await?) })
    });
    stage.writer.write(joins).await.unwrap();
    let (let_go, act) = (stage.block().await, fresh_act());
    let before = stage.hand_in(vec![], creates(stage.owner, fresh_act(), "before")).await;
    let viewed = stage.hand_in(vec![act], creates(viewer, act, "not allowed")).await;
    let strange = stage.hand_in(vec![], creates(stranger, fresh_act(), "not here")).await;
    // Under the act that was refused, by somebody who may: nothing was kept of the refusal.
    let behind = stage.hand_in(vec![act], creates(stage.owner, act, "behind")).await;
    let_go.send(()).unwrap();
    let before = before.await.unwrap().unwrap();
    assert!(matches!(viewed.await.unwrap(), Err(ServerError::NotAllowed)));
    assert!(matches!(strange.await.unwrap(), Err(ServerError::NotFound("board"))));
    assert_eq!(behind.await.unwrap().unwrap(), before + 1);
    assert_eq!(stage.titles().await, ["before", "behind"]);
    stage.task.finish().await.unwrap();
}
