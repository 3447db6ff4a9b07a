//! What is opened, and what is refused and left as it was.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod fixture;

use fixture::*;
use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
};
use store::{Reason, Store, StoreError, backup, drafts, undo};
use tempfile::tempdir;

#[tokio::test]
async fn an_empty_folder_gets_a_database_that_checks_clean() {
    let root = tempdir().unwrap();
    let folder = folder(&root.path().join("boards"));
    let mut store = opened(&folder).await;
    assert!(store.is_fresh());
    assert!(store.check().await.unwrap().is_empty());
    let replica = Store::replica(store.connection()).await.unwrap();
    store.close().await.unwrap();
    let mut again = opened(&folder).await;
    assert!(!again.is_fresh());
    assert_eq!(Store::replica(again.connection()).await.unwrap(), replica);
}

/// What "saved" means hangs on these, and no killed process would show that one is missing: only a
/// power cut would.
#[tokio::test]
async fn what_is_committed_is_forced_to_the_disk() {
    let root = tempdir().unwrap();
    let mut store = opened(&folder(root.path())).await;
    let journal = sqlx::query_scalar::<_, String>("pragma journal_mode");
    assert_eq!(journal.fetch_one(store.connection()).await.unwrap(), "wal");
    // 2 is FULL: each commit waits for the disk.
    let synchronous = sqlx::query_scalar::<_, i64>("pragma synchronous");
    assert_eq!(synchronous.fetch_one(store.connection()).await.unwrap(), 2);
    let references = sqlx::query_scalar::<_, i64>("pragma foreign_keys");
    assert_eq!(references.fetch_one(store.connection()).await.unwrap(), 1);
}

/// The file is frozen: whatever comes after the first schema must still open it.
#[tokio::test]
async fn a_database_of_the_first_schema_opens_and_checks_clean() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    let mut store = opened(&folder).await;
    assert!(!store.is_fresh());
    // As it was before the schema grew.
    let kept = backup::list(&folder).await.unwrap();
    assert_eq!(
        kept.iter().map(|it| (it.reason, it.cards)).collect::<Vec<_>>(),
        [(Reason::Migration, 5)]
    );
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    let mut cards = titles(&mut store).await;
    cards.sort();
    assert_eq!(cards, ["five", "one", "two"]);
    let sidebar = store::shelf::boards(store.connection()).await.unwrap();
    assert_eq!(sidebar.iter().map(|it| &*it.title).collect::<Vec<_>>(), ["Small", "Own"]);
    assert_eq!(drafts::all(store.connection()).await.unwrap()[0].text, "half a");
    let tops = undo::tops(store.connection()).await.unwrap();
    assert_eq!(
        (tops.undo.as_deref(), tops.redo.as_deref()),
        (Some("deleteColumn"), Some("renameCard"))
    );
    let found = store::shelf::search(store.readers(), "descr").await.unwrap();
    assert_eq!(found.iter().map(|it| &*it.title).collect::<Vec<_>>(), ["one"]);
    add_card(&mut store, "six").await.unwrap();
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    // What it holds can be shared, and what is edited then waits.
    let board = share_small(&mut store).await;
    queue_card(&mut store, "seven").await;
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    store.close().await.unwrap();
    let mut store = opened(&folder).await;
    let mut cards = titles(&mut store).await;
    cards.sort();
    assert_eq!(cards, ["five", "one", "seven", "six", "two"]);
    let standings = store::sharing::standings(store.connection()).await.unwrap();
    let standings = standings.iter().map(|it| (it.share.board, it.waiting, it.refused));
    assert_eq!(standings.collect::<Vec<_>>(), [(board, 1, 0)]);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_not_a_byte_changes() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    opened(&folder).await.close().await.unwrap();
    tamper(
        &folder.database(),
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, x'00', 0)",
    )
    .await;
    let (before, backups) = (content(root.path()), content(&folder.backups()));
    let error = refused(&folder).await;
    assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
    assert!(content(root.path()) == before);
    assert!(content(&folder.backups()) == backups);
}

#[tokio::test]
async fn another_programs_file_is_refused_and_not_a_byte_changes() {
    let other = tempdir().unwrap();
    let (plain, named) = (other.path().join("plain.db"), other.path().join("named.db"));
    tamper(&plain, "create table card (a); insert into card values ('theirs')").await;
    let theirs = "create table card (a); pragma application_id = 7; pragma user_version = 3";
    tamper(&named, theirs).await;
    let mut files = vec![
        fs::read(plain).unwrap(),
        fs::read(named).unwrap(),
        b"not a database at all".repeat(400),
        vec![0x5a; 8192],
        SAVED[..SAVED.len() / 2].to_vec(),
        SAVED[..1000].to_vec(),
    ];
    // A page in the middle that holds something else.
    let mut damaged = SAVED.to_vec();
    let middle = damaged.len() / 2 / 4096 * 4096;
    damaged[middle..middle + 4096].fill(0x5a);
    files.push(damaged);
    for (number, file) in files.iter().enumerate() {
        let root = tempdir().unwrap();
        let folder = holding(root.path(), file);
        let error = refused(&folder).await;
        assert!(matches!(error, StoreError::Corrupt(_)), "{number}: {error}");
        assert!(content(root.path())["holdfast.db"] == *file, "{number} was changed");
    }
}

#[tokio::test]
async fn one_window_at_a_time() {
    let root = tempdir().unwrap();
    let folder = folder(root.path());
    assert!(!folder.has_window());
    let lock = folder.lock_window().unwrap();
    assert!(folder.has_window());
    assert!(matches!(folder.lock_window(), Err(StoreError::Locked)));
    drop(lock);
    assert!(!folder.has_window());
    drop(folder.lock_window().unwrap());
}

/// Whoever asks holds the lock for an instant, which must not keep a window from opening.
#[test]
fn asking_for_a_window_keeps_none_from_opening() {
    let root = tempdir().unwrap();
    let folder = folder(root.path());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                folder.has_window();
                std::thread::yield_now();
            }
        });
        let opened = (0..500).filter(|_| folder.lock_window().is_ok()).count();
        done.store(true, Ordering::Relaxed);
        assert_eq!(opened, 500);
    });
}
