//! The one writer: nothing is answered before it is on disk, and nobody's failure is another's.

use crate::running::{cast::behind, folder};
use server::{
    ServerError, deadline,
    writer::{JOBS_WAITING_MAX, Work, Writer, WriterTask, job},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    Folder, Opening, Readers, Store,
    account::{self, Account, AccountId, NewSignIn, SecretHash, SignInId},
};
use tokio::{sync::oneshot, task::JoinHandle, time::Instant};

async fn start(folder: &Path) -> (Writer, WriterTask, Readers) {
    let opening = Opening { thorough: false, checkpoints: true };
    let store = Store::open(&Folder::prepare_server(folder).unwrap(), opening).await.unwrap();
    let readers = store.shared_readers();
    let (writer, task) = Writer::start(store, || ());
    (writer, task, readers)
}

fn account(name: &str) -> Account {
    Account {
        id: AccountId::fresh(),
        name: name.to_owned(),
        name_key: name.to_owned(),
        password: String::new(),
        operator: false,
        disabled: false,
        made_ms: 1,
    }
}

fn add(name: &str) -> impl Work<bool> {
    let account = account(name);
    job(move |connection| {
        Box::pin(async move { Ok(account::add_account(connection, &account).await?) })
    })
}

async fn names(readers: &Readers) -> Vec<String> {
    let accounts = account::accounts(&mut readers.take().await.unwrap()).await.unwrap();
    accounts.into_iter().map(|account| account.name).collect()
}

/// Keeps the writer busy until it is let go.
async fn block(writer: &Writer) -> (oneshot::Sender<()>, JoinHandle<Result<(), ServerError>>) {
    let (let_go, wait) = oneshot::channel::<()>();
    let (began, begun) = oneshot::channel();
    let writer = writer.clone();
    let blocker = tokio::spawn(async move {
        let work = job(move |_| {
            Box::pin(async move {
                began.send(()).unwrap();
                wait.await.unwrap();
                Ok(())
            })
        });
        writer.write(work).await
    });
    begun.await.unwrap();
    (let_go, blocker)
}

/// Hands a job in and comes back once it waits.
async fn hand_in<T: Send + 'static>(
    writer: &Writer,
    work: impl Work<T>,
) -> JoinHandle<Result<T, ServerError>> {
    let free = writer.free();
    let waiting = writer.clone();
    let handed_in = tokio::spawn(async move { waiting.write(work).await });
    while writer.free() == free {
        tokio::task::yield_now().await;
    }
    handed_in
}

#[tokio::test]
async fn a_job_that_fails_takes_back_its_own_writes_alone() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    let first = hand_in(&writer, add("first")).await;
    let fails = job(move |connection| {
        Box::pin(async move {
            account::add_account(connection, &account("second")).await?;
            Err::<(), _>(ServerError::NotAllowed)
        })
    });
    let second = hand_in(&writer, fails).await;
    let third = hand_in(&writer, add("third")).await;
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    assert!(first.await.unwrap().unwrap());
    assert!(matches!(second.await.unwrap(), Err(ServerError::NotAllowed)));
    assert!(third.await.unwrap().unwrap());
    assert_eq!(names(&readers).await, ["first", "third"]);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_is_answered_with_try_again_to_all_of_it() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let (let_go, blocker) = block(&writer).await;
    let tell = told.clone();
    let waiting = writer.clone();
    let free = writer.free();
    let good = tokio::spawn(async move {
        waiting.write_then(add("good"), move |_| tell.lock().unwrap().push("good")).await
    });
    while writer.free() == free {
        tokio::task::yield_now().await;
    }
    // A reference that is looked at only when the transaction ends.
    let breaks = job(move |connection| {
        Box::pin(async move {
            sqlx::query("pragma defer_foreign_keys = on").execute(&mut *connection).await.unwrap();
            let sign_in = NewSignIn {
                id: SignInId::fresh(),
                token: SecretHash([1; 32]),
                account: AccountId::fresh(),
                device: String::new(),
                made_ms: 1,
            };
            Ok(account::add_sign_in(connection, &sign_in).await?)
        })
    });
    let breaks = hand_in(&writer, breaks).await;
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    assert!(matches!(good.await.unwrap(), Err(ServerError::Unknown(_))));
    assert!(matches!(breaks.await.unwrap(), Err(ServerError::Unknown(_))));
    assert!(told.lock().unwrap().is_empty(), "nothing is told of what nobody knows");
    assert_eq!(names(&readers).await, [""; 0]);
    assert!(writer.write(add("again")).await.unwrap(), "the writer goes on");
    assert_eq!(names(&readers).await, ["again"]);
    task.finish().await.unwrap();
}

/// The names that another process would find now.
fn names_on_disk(folder: PathBuf) -> Vec<String> {
    let looks = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut other = behind(&folder).await;
            let accounts = account::accounts(other.connection()).await.unwrap();
            other.close().await.unwrap();
            accounts.into_iter().map(|account| account.name).collect()
        })
    });
    looks.join().unwrap()
}

#[tokio::test]
async fn what_is_told_is_on_disk_and_told_before_the_answer() {
    let (_root, folder) = folder();
    let (writer, task, _readers) = start(&folder).await;
    let (tell, told) = std::sync::mpsc::channel();
    let tell_names = move |_: &bool| tell.send(names_on_disk(folder)).unwrap();
    writer.write_then(add("ada"), tell_names).await.unwrap();
    assert_eq!(told.try_recv().unwrap(), ["ada"]);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_full_queue_says_busy_and_loses_nothing_that_it_took() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    let mut taken = Vec::new();
    for number in 0..JOBS_WAITING_MAX {
        taken.push(hand_in(&writer, add(&format!("{number:04}"))).await);
    }
    assert!(matches!(writer.write(add("one too many")).await, Err(ServerError::Busy)));
    assert_eq!(ServerError::Busy.status(), 503);
    assert!(ServerError::Busy.retry_after_s().is_some());
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    for job in taken {
        assert!(job.await.unwrap().unwrap());
    }
    assert_eq!(names(&readers).await.len(), JOBS_WAITING_MAX);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn the_end_waits_for_what_was_taken_and_takes_no_more() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    let waits = hand_in(&writer, add("waits")).await;
    let finished = tokio::spawn(task.finish());
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    assert!(waits.await.unwrap().unwrap());
    finished.await.unwrap().unwrap();
    assert!(matches!(writer.write(add("late")).await, Err(ServerError::Ending)));
    drop(readers);
    let (_, task, readers) = start(&folder).await;
    assert_eq!(names(&readers).await, ["waits"]);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn the_commits_of_other_processes_are_noticed() {
    let (_root, folder) = folder();
    let opening = Opening { thorough: false, checkpoints: true };
    let store = Store::open(&Folder::prepare_server(&folder).unwrap(), opening).await.unwrap();
    let (notice, mut noticed) = tokio::sync::mpsc::unbounded_channel();
    let (writer, task) = Writer::start(store, move || notice.send(()).unwrap());
    writer.write(add("own")).await.unwrap();
    let mut other = behind(&folder).await;
    account::add_account(other.connection(), &account("theirs")).await.unwrap();
    noticed.recv().await.unwrap();
    assert!(noticed.is_empty(), "it is told once, and of others alone");
    other.close().await.unwrap();
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_caller_who_goes_does_not_stop_the_job() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    let gone = hand_in(&writer, add("gone")).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    writer.write(add("next")).await.unwrap();
    assert_eq!(names(&readers).await, ["gone", "next"]);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn a_job_that_was_not_begun_in_time_is_taken_back_and_said_to_be_so() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    let late = writer.write_in_time(add("late"), |_| ()).await;
    assert!(matches!(late, Err(ServerError::Busy)), "{late:?}");
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    writer.write(add("next")).await.unwrap();
    assert_eq!(names(&readers).await, ["next"], "what was said not to be done was done");
    task.finish().await.unwrap();
}

#[tokio::test]
async fn what_a_request_waited_for_before_is_not_waited_for_once_more() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, blocker) = block(&writer).await;
    // From here on nobody waits for the disk, and time goes by itself.
    tokio::time::pause();
    let began = Instant::now();
    let late = deadline::from_now(async {
        tokio::time::sleep(deadline::WAITS_MAX - Duration::from_secs(1)).await;
        writer.write_in_time(add("late"), |_| ()).await
    });
    let late = late.await;
    // The clock goes in whole milliseconds.
    assert!(began.elapsed() < deadline::WAITS_MAX + Duration::from_secs(1));
    tokio::time::resume();
    assert!(matches!(late, Err(ServerError::Busy)), "{late:?}");
    let_go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    writer.write(add("next")).await.unwrap();
    assert_eq!(names(&readers).await, ["next"]);
    task.finish().await.unwrap();
}

#[tokio::test]
async fn of_a_job_that_was_begun_nobody_knows_in_time_and_it_goes_on() {
    let (_root, folder) = folder();
    let (writer, task, readers) = start(&folder).await;
    let (let_go, wait) = oneshot::channel::<()>();
    let begun = job(move |connection| {
        Box::pin(async move {
            account::add_account(connection, &account("begun")).await?;
            wait.await.unwrap();
            Ok(())
        })
    });
    let late = writer.write_in_time(begun, |_| ()).await;
    assert!(matches!(late, Err(ServerError::HandedOver)), "{late:?}");
    let_go.send(()).unwrap();
    writer.write(add("next")).await.unwrap();
    assert_eq!(names(&readers).await, ["begun", "next"]);
    task.finish().await.unwrap();
}
