//! The rows of webhooks: how many of their tries are kept, and what `check` sees.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use domain::id::BoardId;
use store::{Folder, Opening, Store, account, backup, webhooks::*};
use tempfile::tempdir;
use uuid::Uuid;

async fn opened(root: &std::path::Path) -> Store {
    let opening = Opening { thorough: false, checkpoints: true };
    Store::open(&Folder::prepare_server(root).unwrap(), opening).await.unwrap()
}

/// Of somebody who is put there with it.
async fn webhook(store: &mut Store) -> Webhook {
    let ada = account::Account {
        id: account::AccountId::fresh(),
        name: "Ada".to_owned(),
        name_key: "ada".to_owned(),
        password: "$argon2id$".to_owned(),
        operator: false,
        disabled: false,
        made_ms: 1,
    };
    account::add_account(store.connection(), &ada).await.unwrap();
    let webhook = Webhook {
        id: WebhookId(Uuid::new_v4()),
        board: BoardId(Uuid::new_v4()),
        made_by: ada.id,
        made_ms: 1,
        url: "https://a.example/".to_owned(),
        secret: WebhookSecret([7; SECRET_BYTES]),
        cursor: 3,
        failures: 2,
        next_ms: 9,
        paused: None,
    };
    put(store.connection(), &webhook).await.unwrap();
    webhook
}

#[tokio::test]
async fn a_webhook_is_read_as_it_was_stored() {
    let root = tempdir().unwrap();
    let mut store = opened(root.path()).await;
    let first = webhook(&mut store).await;
    let connection = store.connection();
    let of_board = of_board(connection, first.board).await.unwrap();
    assert_eq!(of_board, std::slice::from_ref(&first));
    assert_eq!(running(connection).await.unwrap(), [first.id]);
    for why in WhyPaused::ALL {
        let paused =
            Webhook { paused: Some(Pause { why, since_ms: 4 }), cursor: 8, ..first.clone() };
        put(connection, &paused).await.unwrap();
        assert_eq!(find(connection, first.id).await.unwrap(), Some(paused));
        assert_eq!(running(connection).await.unwrap(), []);
    }
    assert!(!format!("{first:?}").contains("7, 7"), "a secret is never shown by accident");
}

#[tokio::test]
async fn the_latest_tries_are_kept_and_go_with_their_webhook() {
    let root = tempdir().unwrap();
    let mut store = opened(root.path()).await;
    let webhook = webhook(&mut store).await;
    let try_of = |number| Delivery {
        number,
        attempt: 1,
        at_ms: 5,
        duration_ms: 6,
        status: Some(500),
        error: Some("status".to_owned()),
    };
    let more = u64::from(DELIVERIES_KEPT) + 5;
    let mut transaction = store.begin().await.unwrap();
    for number in 1..=more {
        note(&mut transaction, webhook.id, &try_of(Some(number))).await.unwrap();
    }
    note(&mut transaction, webhook.id, &try_of(None)).await.unwrap();
    store::commit(transaction).await.unwrap();
    let kept = deliveries(store.connection(), webhook.id).await.unwrap();
    let expected = (7..=more).rev().map(|number| try_of(Some(number)));
    let expected: Vec<Delivery> = [try_of(None)].into_iter().chain(expected).collect();
    assert_eq!(kept.len(), usize::try_from(DELIVERIES_KEPT).unwrap());
    assert_eq!(kept, expected);
    delete(store.connection(), webhook.id).await.unwrap();
    assert_eq!(deliveries(store.connection(), webhook.id).await.unwrap(), []);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_restored_server_has_all_of_them_paused_and_one_of_before_there_were_any_has_none() {
    let root = tempdir().unwrap();
    let (folder, file) = (root.path().join("data"), root.path().join("backup.db"));
    let mut store = opened(&folder).await;
    let made = webhook(&mut store).await;
    store.backup_to(&file).await.unwrap();
    store.close().await.unwrap();
    let folder = Folder::prepare_server(&folder).unwrap();
    backup::restore_file(&folder, &file).await.unwrap();
    let mut store = opened(folder.root()).await;
    let restored = find(store.connection(), made.id).await.unwrap().unwrap();
    assert_eq!(restored.paused.map(|pause| pause.why), Some(WhyPaused::Restored));
    assert_eq!((restored.cursor, restored.failures), (made.cursor, made.failures));
    // As a server of before would have made it.
    let before = "drop table webhook_delivery; drop table webhook;
        delete from _sqlx_migrations where version >= 9;";
    sqlx::raw_sql(before).execute(store.connection()).await.unwrap();
    let older = root.path().join("older.db");
    store.backup_to(&older).await.unwrap();
    store.close().await.unwrap();
    backup::restore_file(&folder, &older).await.unwrap();
    let mut store = opened(folder.root()).await;
    assert_eq!(find(store.connection(), made.id).await.unwrap(), None);
}
