//! Starting, ending in good order, and being killed.

use crate::running::{
    PASSWORD, Server, builder,
    cast::{behind, board, people},
    command, done, failed, folder,
};
use rustix::process::Signal;
use serde_json::json;
use std::net::SocketAddr;
use store::account::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
};

#[tokio::test]
async fn one_server_works_on_a_folder() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let second = failed(&folder, &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(second, (Some(1), "alreadyOpen".to_owned()));
    server.get("/healthz", "").await.expect(200);
    let taken = failed(&folder.join("other"), &["serve", "--listen", server.address()], "");
    assert_eq!(taken, (Some(1), "listen".to_owned()));
}

#[tokio::test]
async fn a_desktops_folder_is_not_served() {
    let (_root, folder) = folder();
    let desktop = store::Folder::prepare(&folder).unwrap();
    let opening = store::Opening { thorough: false, checkpoints: true };
    store::Store::open(&desktop, opening).await.unwrap().close().await.unwrap();
    let refused = failed(&folder, &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(refused, (Some(1), "otherKind".to_owned()));
}

#[tokio::test]
async fn a_health_check_says_whether_the_server_works() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let health = server.get("/healthz", "").await.expect(200);
    assert_eq!(health["status"], "ok");
    let address = server.address().to_owned();
    done(&folder, &["healthcheck", "--listen", &address], "");
    let by_variable =
        command(&folder, &["healthcheck"]).env("HOLDFAST_LISTEN", &address).status().unwrap();
    assert!(by_variable.success());
    server.stop();
    assert_eq!(failed(&folder, &["healthcheck", "--listen", &address], "").1, "unhealthy");
}

#[tokio::test]
async fn the_numbers_are_for_this_machine_and_behind_a_proxy_for_a_key_alone() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let page = server.get("/metrics", "").await.expect(200);
    let page = page.as_str().unwrap();
    assert!(page.contains("holdfast_writer_transactions_total"), "{page}");
    assert!(page.contains("holdfast_http_answers_total{status=\"201\"} 1"), "{page}");
    server.stop();

    let server = Server::start_with(&folder, &["--base-url", "https://boards.example"]);
    server.get("/metrics", "").await.refused(401, "notSignedIn");
    let key = |scope: &str| {
        let made = done(&folder, &["token", "create", "ada", "--scope", scope], "");
        made["token"].as_str().unwrap().to_owned()
    };
    server.get("/metrics", &key("read")).await.refused(403, "outOfScope");
    server.get("/metrics", &key("metrics")).await.expect(200);
}

/// A request whose body is not yet there when the server is asked to end.
async fn begun(server: &Server, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /api/sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n",
        server.address()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: the request is in its hands.
    let mut line = [0; 25];
    stream.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

async fn refuses_connections(server: &Server) {
    while TcpStream::connect(server.address()).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    server.set_up("ada").await;
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let mut stream = begun(&server, body.len()).await;
    server.signal(Signal::TERM);
    refuses_connections(&server).await;
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(server.ended().success());
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let _stream = begun(&server, 1000).await;
    server.signal(Signal::TERM);
    assert!(server.ended().success());
}

#[tokio::test]
async fn whoever_does_not_say_what_they_want_is_let_go() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").await.unwrap();
    // It ends where the server closes; a server that waits for ever never lets this test end.
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    server.get("/healthz", "").await.expect(200);
}

/// A connection that the server keeps open; `None` where it was closed at once.
async fn kept_open(server: &Server, from: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    let mut stream = socket.connect(server.address().parse().unwrap()).await.unwrap();
    // Whoever is refused may hear so while still speaking.
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.ok();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.ok()?;
    assert_eq!(&answer, b"HTTP/1.1 200");
    Some(stream)
}

#[tokio::test]
async fn one_address_does_not_take_all_connections() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let mut open = Vec::new();
    while let Some(stream) = kept_open(&server, "127.0.0.3").await {
        open.push(stream);
        assert!(open.len() <= server::CONNECTIONS_OF_ONE_MAX);
    }
    assert_eq!(open.len(), server::CONNECTIONS_OF_ONE_MAX);
    assert!(kept_open(&server, "127.0.0.4").await.is_some());
    drop(open);
    while kept_open(&server, "127.0.0.3").await.is_none() {}
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let (_root, folder) = folder();
    let mut server = Server::start(&folder);
    let people = people(&server, &folder, &["ada"]).await;
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(&people["ada"], Role::Owner)]).await;
    store.close().await.unwrap();
    let token = &people["ada"].token;
    let path = format!("/api/boards/{board}/invitations");
    let mut answered = Vec::new();
    for round in 0..6 {
        let mut asked = JoinSet::new();
        let client = builder().build().unwrap();
        for _ in 0..24 {
            let request = client.post(format!("{}{path}", server.url)).bearer_auth(token);
            let request = request.json(&json!({ "role": "viewer" }));
            asked.spawn(async move {
                let made = request.send().await.ok()?.json::<serde_json::Value>().await.ok()?;
                Some(made["id"].as_str()?.to_owned())
            });
        }
        // Killed while others still wait for their answer.
        for _ in 0..=round * 4 {
            answered.extend(asked.join_next().await.and_then(Result::unwrap));
        }
        server.kill();
        while let Some(late) = asked.join_next().await {
            answered.extend(late.unwrap());
        }
        server = Server::start(&folder);
        let listed = server.get(&path, token).await.expect(200);
        let listed: Vec<&str> = listed["invitations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap())
            .collect();
        for id in &answered {
            assert!(listed.contains(&id.as_str()), "{id} was answered and is gone");
        }
    }
    assert!(answered.len() >= 6, "{} were answered", answered.len());
    assert_eq!(done(&folder, &["check"], "")["problems"], json!([]));
}
