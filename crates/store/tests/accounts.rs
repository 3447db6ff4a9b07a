//! Accounts and what lets them in, as rows; and whose boards a folder holds.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod fixture;

use domain::id::{BoardId, PersonId};
use fixture::*;
use std::fs;
use store::{Folder, FolderKind, Store, StoreError, account::*, backup};
use tempfile::tempdir;
use uuid::Uuid;

const NOW: i64 = 1_000_000;

async fn server(folder: &Folder) -> Store {
    Store::open(folder, WINDOW).await.unwrap()
}

fn account(name: &str) -> Account {
    Account {
        id: AccountId::fresh(),
        name: name.to_owned(),
        name_key: name.to_lowercase(),
        password: "$argon2id$".to_owned(),
        operator: false,
        disabled: false,
        made_ms: NOW,
    }
}

fn secret(byte: u8) -> SecretHash {
    SecretHash([byte; 32])
}

#[tokio::test]
async fn a_folder_is_opened_as_what_it_is_and_not_a_byte_changes() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    opened(&folder(one.path())).await.close().await.unwrap();
    server(&Folder::prepare_server(other.path()).unwrap()).await.close().await.unwrap();
    let check = async |folder: Folder, found| {
        let before = content(folder.root());
        let error = refused(&folder).await;
        let wanted = folder.kind();
        assert!(
            matches!(error, StoreError::OtherKind { found: f, wanted: w } if f == found && w == wanted),
            "{error}"
        );
        assert!(content(folder.root()) == before);
    };
    check(Folder::prepare_server(one.path()).unwrap(), FolderKind::Desktop).await;
    check(folder(other.path()), FolderKind::Server).await;
    // Another name does not make it another kind.
    fs::rename(one.path().join("holdfast.db"), one.path().join("holdfast-server.db")).unwrap();
    check(Folder::prepare_server(one.path()).unwrap(), FolderKind::Desktop).await;
    fs::rename(other.path().join("holdfast-server.db"), other.path().join("holdfast.db")).unwrap();
    check(folder(other.path()), FolderKind::Server).await;
}

#[tokio::test]
async fn a_backup_is_restored_as_what_it_is() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    let desktop = folder(one.path());
    let copy = one.path().join("copy.db");
    let mut store = opened(&desktop).await;
    store.backup_to(&copy).await.unwrap();
    assert!(store.backup_to(&copy).await.is_err(), "a file that is there is left alone");
    store.close().await.unwrap();
    backup::restore_file(&desktop, &copy).await.unwrap();
    let server = Folder::prepare_server(other.path()).unwrap();
    let error = backup::restore_file(&server, &copy).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherKind { .. }), "{error}");
    assert!(!server.database().exists());
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let root = tempdir().unwrap();
    let mut store = server(&Folder::prepare_server(root.path()).unwrap()).await;
    let connection = store.connection();
    assert!(add_account(connection, &account("Ada")).await.unwrap());
    assert!(!add_account(connection, &account("ADA")).await.unwrap());
    assert_eq!(account_count(connection).await.unwrap(), 1);
    assert_eq!(account_by_key(connection, "ada").await.unwrap().unwrap().name, "Ada");
}

#[tokio::test]
async fn a_token_opens_until_it_ends_or_rests_or_its_account_is_disabled() {
    let root = tempdir().unwrap();
    let mut store = server(&Folder::prepare_server(root.path()).unwrap()).await;
    let connection = store.connection();
    let ada = account("ada");
    add_account(connection, &ada).await.unwrap();
    let new = |byte| NewSignIn {
        id: SignInId::fresh(),
        token: secret(byte),
        account: ada.id,
        device: "desk".to_owned(),
        made_ms: NOW,
    };
    let (one, other) = (new(1), new(2));
    add_sign_in(connection, &one).await.unwrap();
    add_sign_in(connection, &other).await.unwrap();
    let opens = async |connection: &mut store::Connection, byte, since| {
        signed_in(connection, secret(byte), since).await.unwrap().is_some()
    };
    assert!(opens(connection, 1, NOW).await);
    assert!(!opens(connection, 1, NOW + 1).await);
    assert!(!opens(connection, 3, 0).await);
    used_sign_in(connection, one.id, NOW + 5).await.unwrap();
    assert!(opens(connection, 1, NOW + 5).await);
    assert_eq!(end_sign_ins(connection, ada.id, Some(one.id), NOW).await.unwrap(), 1);
    assert!(opens(connection, 1, NOW).await && !opens(connection, 2, NOW).await);
    set_disabled(connection, ada.id, true).await.unwrap();
    assert!(!opens(connection, 1, NOW).await);
}

#[tokio::test]
async fn a_restored_server_begins_new_epochs_and_ends_what_opened() {
    let root = tempdir().unwrap();
    let folder = Folder::prepare_server(root.path()).unwrap();
    let mut store = server(&folder).await;
    let connection = store.connection();
    let ada = account("ada");
    let board = BoardId(Uuid::new_v4());
    add_account(connection, &ada).await.unwrap();
    let sign_in = NewSignIn {
        id: SignInId::fresh(),
        token: secret(1),
        account: ada.id,
        device: String::new(),
        made_ms: NOW,
    };
    add_sign_in(connection, &sign_in).await.unwrap();
    let api_token = NewApiToken {
        id: ApiTokenId::fresh(),
        token: secret(2),
        account: ada.id,
        label: String::new(),
        scopes: "read".to_owned(),
        made_ms: NOW,
        expires_ms: i64::MAX,
    };
    add_api_token(connection, &api_token).await.unwrap();
    let invitation = Invitation {
        id: InvitationId::fresh(),
        board,
        role: Role::Editor,
        uses_left: 1,
        made_by: ada.id,
        made_ms: NOW,
        expires_ms: i64::MAX,
        revoked_ms: None,
    };
    add_invitation(connection, &invitation, secret(3)).await.unwrap();
    let member = Member {
        board,
        account: ada.id,
        role: Role::Owner,
        person: PersonId(Uuid::new_v4()),
        since_ms: NOW,
        ended_ms: None,
    };
    put_member(connection, &member).await.unwrap();
    let epoch = Uuid::new_v4();
    let empty = domain::board::Board::new(board, domain::id::ReplicaId(epoch));
    let nothing = store::rooms::Accepted { numbered: &[], touched: &[], answered: &[], ends: &[] };
    store::rooms::begin(connection, &empty, nothing).await.unwrap();
    let replica = Store::replica(connection).await.unwrap();
    let copy = root.path().join("copy.db");
    store.backup_to(&copy).await.unwrap();
    assert!(matches!(backup::restore_file(&folder, &copy).await, Err(StoreError::Locked)));
    store.close().await.unwrap();
    backup::restore_file(&folder, &copy).await.unwrap();

    let mut store = server(&folder).await;
    assert_eq!(store.check().await.unwrap(), [""; 0]);
    assert_eq!(store.check_beside().await.unwrap(), [""; 0]);
    let connection = store.connection();
    let (head, _) = store::boards::head(connection, board).await.unwrap().unwrap();
    assert_ne!(head.position.epoch.0, epoch);
    assert_ne!(Store::replica(connection).await.unwrap(), replica);
    assert_eq!(signed_in(connection, secret(1), 0).await.unwrap(), None);
    assert_eq!(open_api_token(connection, secret(2), NOW).await.unwrap(), None);
    let after = invitation_by_secret(connection, secret(3)).await.unwrap().unwrap();
    assert!(!after.opens(NOW));
    assert_eq!(role(connection, board, ada.id).await.unwrap(), Some(Role::Owner));
}
