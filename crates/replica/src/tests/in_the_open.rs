//! Over http nothing is asked of another machine, whichever way somebody comes to its address.

use crate::{
    Desk, DeskOptions,
    link::{ServerBoard, keep},
    protocol::*,
};
use domain::id::*;
use store::account::Role;

const FAR: &str = "http://boards.example";

async fn desk(folder: &std::path::Path) -> Desk {
    Desk::open(DeskOptions { folder: folder.to_owned(), window: false }).await
}

async fn refused(desk: &Desk, request: Request) {
    let said = format!("{request:?}");
    let failure = desk.call(request).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::ServerSaidNo, "{said}");
    assert!(failure.message.contains("it takes https://"), "{said}: {}", failure.message);
}

fn account() -> NewAccount {
    NewAccount { name: "ada".to_owned(), password: Password("secret".to_owned()) }
}

#[tokio::test]
async fn no_address_that_somebody_types_or_pastes_is_asked_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let board = BoardId(uuid::Uuid::new_v4());
    for server in [FAR, "http://192.0.2.7:8470", "http://localhost.example"] {
        let (server, link) = (server.to_owned(), format!("{server}/join#hfi_0a1b"));
        let NewAccount { name, password } = account();
        for request in [
            Request::SignIn { server: server.clone(), name, password, certificate: None },
            Request::SignOut { server: server.clone() },
            Request::OfferedBoards { server: server.clone() },
            Request::FetchBoard { server: server.clone(), board },
            Request::ShareBoard { board, server },
            Request::LookAtInvitation { link: link.clone(), certificate: None },
            Request::Join { link: link.clone(), account: None, certificate: None },
            Request::Join { link, account: Some(account()), certificate: None },
        ] {
            refused(&desk, request).await;
        }
    }
}

#[tokio::test]
async fn a_database_that_names_such_an_address_sends_no_token_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    keep(folder.path(), FAR, "token").await.unwrap();
    let (id, person) = (BoardId(uuid::Uuid::new_v4()), PersonId(uuid::Uuid::new_v4()));
    let mut engine = desk.0.engine().await.unwrap();
    let server = engine.sign_in(FAR, "ada", None).await.unwrap();
    let board = ServerBoard { id, title: "B".to_owned(), role: Role::Owner, person };
    engine.clone_board(server, &board).await.unwrap();
    drop(engine);
    let (board, somebody) = (id, uuid::Uuid::new_v4().to_string());
    let (name, account, invitation) = ("bob".to_owned(), somebody.clone(), somebody.clone());
    for request in [
        Request::Members { board },
        Request::AddMember { board, name, role: MemberRole::Editor },
        Request::SetRole { board, account, role: MemberRole::Editor },
        Request::RemoveMember { board, account: somebody },
        Request::Invitations { board },
        Request::Invite { board, role: MemberRole::Editor, uses: 1, days: 1 },
        Request::Revoke { board, invitation },
    ] {
        refused(&desk, request).await;
    }
    let failure = desk.sync().await.unwrap_err();
    assert!(failure.message.contains("it takes https://"), "{}", failure.message);
}
