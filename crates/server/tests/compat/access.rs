//! Who is let in without a token, and who is not.

use crate::{
    asker::{Open, send},
    running::{PASSWORD, Server, done, failed, folder},
};
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn a_first_board_is_there_and_nothing_but_these_paths_is_open() {
    let open = Open::start();
    let asker = open.asker();
    let boards = asker.get("/api/boards/").await;
    assert_eq!(boards.ordered(), [1]);
    let columns = json!(["Not Started", "In Progress", "Blocked", "Ready for QC", "Done"]);
    assert_eq!(boards.body[0]["columns"], columns);
    for path in ["/api/boards", "/api/me", "/api/v1/boards", "/sync"] {
        asker.get(path).await.refused(401, "notSignedIn", "");
    }
    let wrong = asker.request(Method::GET, "/api/tickets/").bearer_auth("hfa_wrong");
    send(wrong).await.refused(401, "notSignedIn", "");
    let id = "/api/boards/0198c0de-0000-7000-8000-000000000000";
    asker.delete(id).await.refused(401, "notSignedIn", "");
}

#[tokio::test]
async fn the_first_account_is_still_made_by_the_link_and_sees_no_board_by_that() {
    let (_root, folder) = folder();
    let server = Server::start_with(&folder, &["--open-access"]);
    let ada = server.set_up("ada").await;
    assert_eq!(server.get("/api/boards", &ada).await.expect(200)["boards"], json!([]));
    assert_eq!(server.get("/api/tickets/", &ada).await.expect(200), json!([]));
    server.sign_in("anybody here", PASSWORD).await.refused(401, "badCredentials");
    // The name stays free for whoever wants it.
    done(&folder, &["user", "add", "anybody here", "--password-stdin"], PASSWORD);
    server.stop();
    // Its board is there again, and no second one; and shut where it is not opened.
    let server = Server::start_with(&folder, &["--open-access"]);
    let boards = server.get("/api/boards/", "").await.expect(200);
    assert_eq!(
        boards.as_array().unwrap().iter().map(|it| &it["id"]).collect::<Vec<_>>(),
        [&json!(1)]
    );
    server.stop();
    let server = Server::start(&folder);
    server.get("/api/boards/", "").await.refused(401, "notSignedIn");
}

#[tokio::test]
async fn whatever_comes_from_elsewhere_is_refused() {
    let open = Open::start();
    let asker = open.asker();
    let own = open.server.url.clone();
    let foreign = [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Forwarded", "for=192.0.2.1"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "localhost"),
        ("X-Forwarded-Proto", "https"),
        ("Host", "evil.example"),
        ("Host", "127.0.0.1.evil.example:80"),
    ];
    for (name, value) in foreign {
        for (method, path) in [
            (Method::GET, "/api/tickets/"),
            (Method::POST, "/api/tickets/"),
            (Method::PUT, "/api/boards/1/columns"),
            (Method::POST, "/api/tickets/1/claim?agent_id=x"),
            (Method::DELETE, "/api/boards/1"),
            (Method::GET, "/ws/connect?board_id=1"),
        ] {
            let request = asker.request(method.clone(), path).header(name, value);
            let request = match method {
                Method::POST | Method::PUT => request.json(&json!({ "board_id": 1, "title": "x" })),
                _ => request,
            };
            let answer = send(request).await;
            let said = name.to_lowercase();
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (403, Some("notFromHere")),
                "{name}: {value}"
            );
            assert_eq!(answer.body["field"].as_str().unwrap().to_lowercase(), said);
        }
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = asker.request(Method::POST, "/api/tickets/").header("Content-Type", kind);
        send(request.body("{\"board_id\": 1, \"title\": \"x\"}")).await.expect(415);
    }
    let bare =
        asker.request(Method::POST, "/api/tickets/").body("{\"board_id\": 1, \"title\": \"x\"}");
    send(bare).await.expect(415);
    assert_eq!(asker.get("/api/tickets/").await.expect(200), json!([]));
    assert_eq!(asker.get("/api/boards/").await.ordered(), [1]);
    // A page of the server's own is not foreign.
    let same = asker.request(Method::GET, "/api/tickets/").header("Origin", own);
    send(same.header("Sec-Fetch-Site", "same-origin")).await.expect(200);
}

#[tokio::test]
async fn an_address_of_somebody_else_in_the_first_line_is_refused() {
    let open = Open::start();
    let mut stream = TcpStream::connect(open.server.address()).await.unwrap();
    let request = "GET http://evil.example/api/tickets/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[test]
fn it_does_not_start_where_others_could_ask() {
    let (_root, folder) = folder();
    for more in [
        &["--listen", "0.0.0.0:0"][..],
        &["--listen", "192.0.2.1:80"],
        &["--listen", "[::]:0"],
        &["--listen", "127.0.0.1:0", "--base-url", "https://boards.example"],
        &["--listen", "127.0.0.1:0", "--proxy", "127.0.0.1"],
    ] {
        let words = [&["serve", "--open-access"], more].concat();
        assert_eq!(failed(&folder, &words, ""), (Some(2), "usage".to_owned()), "{more:?}");
    }
}
