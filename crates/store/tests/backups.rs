//! Copies that count: whole, reopened, ten of them.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod fixture;

use fixture::*;
use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    time::{Duration, SystemTime},
};
use store::{Reason, StoreError, backup};
use tempfile::tempdir;

#[tokio::test]
async fn ten_are_kept_and_each_opens() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    let mut store = opened(&folder).await;
    let mut made = Vec::new();
    for number in 0..13 {
        add_card(&mut store, &format!("card {number}")).await.unwrap();
        made.push(store.backup(Reason::Asked).await.unwrap());
    }
    let listed = backup::list(&folder).await.unwrap();
    made.reverse();
    assert_eq!(listed, made[..backup::BACKUPS_KEPT]);
    assert_eq!(fs::read_dir(folder.backups()).unwrap().count(), backup::BACKUPS_KEPT);
    let now = titles(&mut store).await.len();
    for (age, backup) in listed.iter().enumerate() {
        let path = folder.backups().join(&backup.name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let elsewhere = tempdir().unwrap();
        let copy = holding(elsewhere.path(), &fs::read(path).unwrap());
        let mut store = opened(&copy).await;
        assert_eq!(store.check().await.unwrap(), [""; 0]);
        assert_eq!(titles(&mut store).await.len(), now - age, "each is of its own moment");
    }
    assert!(listed.windows(2).all(|pair| pair[0].cards == pair[1].cards + 1));
}

#[tokio::test]
async fn a_copy_that_was_cut_short_does_not_count() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    let mut store = opened(&folder).await;
    let newest = store.backup(Reason::Daily).await.unwrap();
    let good = backup::list(&folder).await.unwrap();
    assert_eq!(good[0], newest);
    let bytes = fs::read(folder.backups().join(&good[0].name)).unwrap();
    let half = &bytes[..bytes.len() / 2];
    let put = |name: &str, bytes: &[u8]| fs::write(folder.backups().join(name), bytes).unwrap();
    // A kill leaves the first; a disk or a person the others.
    put(".0123456789abcdef0123456789abcdef.unfinished", half);
    put("holdfast-20200101T000000000-asked.db", &[]);
    put("holdfast-20200101T000000000-daily.db", &[0x5a; 8192]);
    put("holdfast-20200101T000000000-magic.db", &bytes);
    put("notes.txt", b"mine");
    assert_eq!(backup::list(&folder).await.unwrap(), good);
    put("holdfast-20200101T000000000-import.db", half);
    assert_eq!(backup::list_whole(&folder).await.unwrap(), good);
    store.close().await.unwrap();
    let before = fs::read(folder.database()).unwrap();
    let cut_short = folder.backups().join("holdfast-20200101T000000000-import.db");
    let error = backup::restore_file(&folder, &cut_short).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    assert!(fs::read(folder.database()).unwrap() == before);
}

#[tokio::test]
async fn what_a_kill_left_is_swept_once_it_is_old() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    let mut store = opened(&folder).await;
    store.backup(Reason::Asked).await.unwrap();
    let old = folder.backups().join(".0123456789abcdef0123456789abcdef.unfinished");
    let young = folder.backups().join(".fedcba9876543210fedcba9876543210.unfinished");
    let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
    File::create(&old).unwrap().set_modified(yesterday).unwrap();
    File::create(&young).unwrap();
    store.backup(Reason::Asked).await.unwrap();
    assert!(!old.exists() && young.exists());
}

#[tokio::test]
async fn a_restore_keeps_what_it_replaces_even_where_it_is_damaged() {
    let root = tempdir().unwrap();
    let folder = holding(root.path(), SAVED);
    let mut store = opened(&folder).await;
    let good = store.backup(Reason::Asked).await.unwrap();
    let good = folder.backups().join(good.name);
    add_card(&mut store, "later").await.unwrap();
    assert!(matches!(backup::restore_file(&folder, &good).await, Err(StoreError::Locked)));
    store.close().await.unwrap();
    backup::restore_file(&folder, &good).await.unwrap();
    let mut store = opened(&folder).await;
    assert!(!titles(&mut store).await.contains(&"later".to_owned()));
    let kept = backup::list(&folder).await.unwrap().remove(0);
    assert_eq!(kept.reason, Reason::Restore);
    assert_eq!(kept.cards, titles_of_all(&mut store).await + 1);
    store.close().await.unwrap();

    fs::write(folder.database(), [0x5a; 9000]).unwrap();
    backup::restore_file(&folder, &good).await.unwrap();
    let mut store = opened(&folder).await;
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    let files = fs::read_dir(folder.backups()).unwrap().map(|file| file.unwrap().path());
    let damaged: Vec<_> =
        files.filter(|path| path.to_string_lossy().contains("damaged-")).collect();
    assert_eq!(damaged.len(), 1);
    assert_eq!(fs::read(&damaged[0]).unwrap(), [0x5a; 9000]);
}

/// Cards of all boards that are not in the trash.
async fn titles_of_all(store: &mut store::Store) -> u32 {
    let sidebar = store::shelf::boards(store.connection()).await.unwrap();
    sidebar.iter().map(|board| board.cards + board.archived_cards).sum()
}
