//! A disk that is full and one that cannot be written, each made real in a mount namespace of the test's
//! own, since the administrator ignores permission bits.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod fixture;
#[path = "fixture/namespace.rs"]
mod namespace;

use fixture::*;
use namespace::*;
use std::fs;
use store::{Reason, StoreError};
use tempfile::tempdir;

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_harms_nothing() {
    if ran_in_a_namespace("a_full_disk_is_said_to_be_full_and_harms_nothing") {
        return;
    }
    let disk = tempdir().unwrap();
    mount(&["-t", "tmpfs", "-o", "size=4m", "tmpfs"], disk.path());
    let folder = holding(&disk.path().join("boards"), SAVED);
    let mut store = opened(&folder).await;
    let mut saved = titles(&mut store).await;
    let filling = disk.path().join("filling");
    // First room for some edits, then for none.
    fs::write(&filling, vec![1; 2 << 20]).unwrap();
    let error = loop {
        let title = format!("{} {}", "word ".repeat(400), saved.len());
        match add_card(&mut store, &title).await {
            Ok(()) => saved.push(title),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    assert!(saved.len() > 10, "only {} were saved", saved.len());
    saved.sort();
    for _ in 0..3 {
        let error = add_card(&mut store, &"word ".repeat(400)).await.unwrap_err();
        assert!(matches!(error, StoreError::DiskFull), "{error}");
        let mut there = titles(&mut store).await;
        there.sort();
        assert!(there == saved, "what was saved before is there");
    }
    let error = store.backup(Reason::Asked).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    // The one of the migration.
    assert_eq!(fs::read_dir(folder.backups()).unwrap().count(), 1, "no half backup stays");

    fs::remove_file(&filling).unwrap();
    add_card(&mut store, "after").await.unwrap();
    saved.push("after".to_owned());
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    store.close().await.unwrap();
    let mut store = opened(&folder).await;
    let (mut there, _) = (titles(&mut store).await, saved.sort());
    there.sort();
    assert!(there == saved, "all that was saved is there after a new start");
    store.close().await.unwrap();

    // A start on a full disk says so, too, and leaves the database alone.
    fill(&filling);
    let before = fs::read(folder.database()).unwrap();
    let error = refused(&folder).await;
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    assert!(fs::read(folder.database()).unwrap() == before);
    fs::remove_file(&filling).unwrap();
    let mut store = opened(&folder).await;
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_to_be_so() {
    if ran_in_a_namespace("a_folder_that_cannot_be_written_is_said_to_be_so") {
        return;
    }
    let root = tempdir().unwrap();
    let (saved, empty) = (root.path().join("saved"), root.path().join("empty"));
    let folder = holding(&saved, SAVED);
    opened(&folder).await.close().await.unwrap();
    fs::create_dir(&empty).unwrap();
    let before = content(&saved);
    for path in [&saved, &empty] {
        mount(&["--bind", path.to_str().unwrap()], path);
        mount(&["-o", "remount,ro,bind"], path);
    }
    let error = refused(&folder).await;
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    let error = refused(&fixture::folder(&empty)).await;
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    assert!(content(&saved) == before);
    assert!(matches!(folder.lock_window(), Err(StoreError::ReadOnly)));
}
