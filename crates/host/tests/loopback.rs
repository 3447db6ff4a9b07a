//! Real sockets against a real desk: who is let in, and how broken messages are answered.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use futures_util::{SinkExt, StreamExt};
use host::Host;
use replica::{Desk, DeskOptions};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode},
    },
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

struct Running {
    authority: String,
    key: String,
    stop: tokio::sync::watch::Sender<bool>,
    ended: tokio::task::JoinHandle<()>,
    folder: TempDir,
}

async fn running() -> Running {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(DeskOptions { folder: folder.path().to_path_buf(), window: true }).await;
    let host = Host::bind(desk, 0).await.unwrap();
    let (start, key) = host.address().split_once("/#key=").unwrap();
    let (authority, key) = (start.strip_prefix("http://").unwrap().to_owned(), key.to_owned());
    let stop = host.stop();
    let ended = tokio::spawn(async move { host.run().await.unwrap() });
    Running { authority, key, stop, ended, folder }
}

impl Running {
    /// What a client that forges nothing but these two headers meets.
    async fn knock(&self, host: &str, origin: Option<&str>) -> Result<Socket, Error> {
        let mut request = format!("ws://{}/socket", self.authority).into_client_request().unwrap();
        request.headers_mut().insert("host", HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
        }
        connect_async(request).await.map(|(socket, _)| socket)
    }

    async fn stranger(&self) -> Socket {
        self.knock(&self.authority, Some(&format!("http://{}", self.authority))).await.unwrap()
    }

    async fn friend(&self) -> Socket {
        let mut socket = self.stranger().await;
        send(&mut socket, &json!({ "key": self.key })).await;
        socket
    }

    /// A whole answer to a plain request.
    async fn fetch(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.authority).await.unwrap();
        stream.write_all(request.replace('\n', "\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).to_ascii_lowercase()
    }
}

async fn send(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Value {
    let message = timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

/// The answer to one call; patches that come in between are passed over.
async fn ask(socket: &mut Socket, message: &Value) -> Value {
    send(socket, message).await;
    loop {
        let heard = hear(socket).await;
        if heard.get("event").is_none() {
            return heard;
        }
    }
}

fn replica(id: u64, request: &Value) -> Value {
    json!({ "id": id, "call": { "to": "replica", "request": request } })
}

fn shell(id: u64, request: &Value) -> Value {
    json!({ "id": id, "call": { "to": "shell", "request": request } })
}

/// The socket was closed and said nothing before.
async fn was_closed(socket: &mut Socket) -> bool {
    match timeout(Duration::from_secs(20), socket.next()).await.unwrap() {
        None | Some(Ok(Message::Close(_)) | Err(_)) => true,
        Some(Ok(_)) => false,
    }
}

fn status(refused: Result<Socket, Error>) -> StatusCode {
    match refused {
        Err(Error::Http(answer)) => answer.status(),
        Err(error) => panic!("{error}"),
        Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
    }
}

#[tokio::test]
async fn another_host_is_refused_everywhere() {
    let running = running().await;
    let port = running.authority.rsplit_once(':').unwrap().1;
    for host in ["boards.example", &format!("boards.example:{port}"), &format!("localhost:{port}")]
    {
        let page =
            running.fetch(&format!("GET / HTTP/1.1\nHost: {host}\nConnection: close\n\n")).await;
        assert!(page.starts_with("http/1.1 403"), "{page}");
        let origin = format!("http://{host}");
        assert_eq!(status(running.knock(host, Some(&origin)).await), StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn another_origin_gets_no_socket() {
    let running = running().await;
    let right = format!("http://{}", running.authority);
    for origin in
        [None, Some("null"), Some("http://boards.example"), Some(&*right.replace("http", "https"))]
    {
        let knocked = running.knock(&running.authority, origin).await;
        assert_eq!(status(knocked), StatusCode::FORBIDDEN, "{origin:?}");
    }
    assert!(running.knock(&running.authority, Some(&right)).await.is_ok());
}

#[tokio::test]
async fn a_wrong_key_closes() {
    let running = running().await;
    let nearly = format!("{}x", &running.key[..31]);
    let open = replica(1, &json!({ "ask": "open" }));
    for first in
        [json!({ "key": "" }), json!({ "key": nearly }), json!({ "key": 7 }), json!([]), open]
    {
        let mut socket = running.stranger().await;
        send(&mut socket, &first).await;
        assert!(was_closed(&mut socket).await, "{first}");
    }
}

#[tokio::test]
async fn a_key_that_does_not_come_in_time_closes() {
    let running = running().await;
    let started = Instant::now();
    let mut socket = running.stranger().await;
    assert!(was_closed(&mut socket).await);
    assert!(started.elapsed() > Duration::from_secs(4));
}

#[tokio::test]
async fn calls_are_answered_by_their_number() {
    let running = running().await;
    let mut socket = running.friend().await;
    let answer = ask(&mut socket, &replica(7, &json!({ "ask": "open" }))).await;
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["ok"]["is"], "overview", "{answer}");
}

#[tokio::test]
async fn an_edit_of_one_page_reaches_the_other() {
    let running = running().await;
    let (mut here, mut there) = (running.friend().await, running.friend().await);
    // An answer proves that the other page listens already.
    ask(&mut there, &replica(1, &json!({ "ask": "open" }))).await;
    let create =
        json!({ "ask": "createBoard", "title": "Holiday", "colour": null, "columns": ["To do"] });
    let made = ask(&mut here, &replica(1, &create)).await;
    assert_eq!(made["ok"]["is"], "edited", "{made}");
    let told = hear(&mut there).await;
    assert_eq!(told["event"]["what"], "patch", "{told}");
    assert_eq!(told["event"]["patch"]["of"], "board", "{told}");
}

#[tokio::test]
async fn junk_is_answered_and_the_socket_stays() {
    let running = running().await;
    let mut socket = running.friend().await;
    let deep = "[".repeat(100_000);
    for (junk, id) in [
        ("{", Value::Null),
        ("nonsense", Value::Null),
        (&deep, Value::Null),
        (r#"{"call":{"to":"replica","request":{"ask":"open"}}}"#, Value::Null),
        (r#"{"id":-1}"#, Value::Null),
        (r#"{"id":3}"#, json!(3)),
        (r#"{"id":4,"call":{"to":"replica","request":{"ask":"fly"}}}"#, json!(4)),
        (
            r#"{"id":5,"call":{"to":"shell","request":{"ask":"quit"}},"upload":{"name":"a","bytes":1}}"#,
            json!(5),
        ),
    ] {
        socket.send(Message::text(junk.to_owned())).await.unwrap();
        let answer = hear(&mut socket).await;
        assert_eq!(answer["failed"]["code"], "badRequest", "{answer}");
        assert_eq!(answer["id"], id, "{answer}");
    }
    let answer = ask(&mut socket, &replica(9, &json!({ "ask": "open" }))).await;
    assert_eq!(answer["ok"]["is"], "overview", "{answer}");
}

#[tokio::test]
async fn text_over_its_limit_is_refused_and_a_frame_over_all_limits_closes() {
    let running = running().await;
    let mut socket = running.friend().await;
    socket.send(Message::text("a".repeat((8 << 20) + 1))).await.unwrap();
    assert_eq!(hear(&mut socket).await["failed"]["code"], "tooLarge");
    socket.send(Message::binary(vec![0; 66 << 20])).await.ok();
    assert!(was_closed(&mut socket).await);
}

#[tokio::test]
async fn a_file_is_announced_and_then_taken() {
    let running = running().await;
    let mut socket = running.friend().await;
    let file = br#"{"name":"Garden","lists":[],"cards":[]}"#;
    send(
        &mut socket,
        &json!({ "id": 1, "upload": { "name": "garden.json", "bytes": file.len() } }),
    )
    .await;
    socket.send(Message::binary(file.to_vec())).await.unwrap();
    let taken = hear(&mut socket).await;
    assert_eq!(taken["ok"]["is"], "file", "{taken}");
    assert_eq!(taken["ok"]["file"]["name"], "garden.json");
    assert_eq!(taken["ok"]["file"]["bytes"], file.len());

    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(hear(&mut socket).await["failed"]["code"], "badRequest", "nobody announced it");

    send(&mut socket, &json!({ "id": 2, "upload": { "name": "short.json", "bytes": 9 } })).await;
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    let short = hear(&mut socket).await;
    assert_eq!((&short["id"], &short["failed"]["code"]), (&json!(2), &json!("badRequest")));

    let huge = json!({ "id": 3, "upload": { "name": "huge.json", "bytes": 200 << 20 } });
    assert_eq!(ask(&mut socket, &huge).await["failed"]["code"], "tooLarge");
}

#[tokio::test]
async fn preferences_come_back() {
    let running = running().await;
    let mut socket = running.friend().await;
    let dark = json!({
        "theme": "dark", "lastBoard": null, "letterKeysOff": true, "looksHidden": true, "zoom": 110,
        "keptSeen": ["a delete that crossed an edit"]
    });
    let set = shell(1, &json!({ "ask": "setPreferences", "preferences": dark }));
    assert_eq!(ask(&mut socket, &set).await["ok"]["is"], "done");
    let answer = ask(&mut socket, &shell(2, &json!({ "ask": "preferences" }))).await;
    assert_eq!(answer["ok"]["preferences"], dark);
    assert!(running.folder.path().join("preferences.json").is_file());
}

#[tokio::test]
async fn what_only_a_window_can_do_is_refused() {
    let running = running().await;
    let mut socket = running.friend().await;
    for (id, request) in
        [json!({ "ask": "chooseFile" }), json!({ "ask": "openLink", "url": "https://example.org" })]
            .iter()
            .enumerate()
    {
        let answer = ask(&mut socket, &shell(id as u64, request)).await;
        assert_eq!(answer["failed"]["code"], "badRequest", "{answer}");
    }
}

#[tokio::test]
async fn quit_stops_serving() {
    let running = running().await;
    let mut socket = running.friend().await;
    send(&mut socket, &shell(1, &json!({ "ask": "quit" }))).await;
    timeout(Duration::from_secs(20), running.ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(&running.authority).await.is_err());
}

#[tokio::test]
async fn no_more_than_eight_sockets() {
    let running = running().await;
    let mut friends = Vec::new();
    for _ in 0..host::SOCKETS_MAX {
        friends.push(running.friend().await);
    }
    let origin = format!("http://{}", running.authority);
    let ninth = running.knock(&running.authority, Some(&origin)).await;
    assert_eq!(status(ninth), StatusCode::SERVICE_UNAVAILABLE);
    running.stop.send_replace(true);
}

#[tokio::test]
async fn the_page_comes_with_strict_headers_and_only_by_its_exact_paths() {
    let running = running().await;
    let authority = &running.authority;
    let get = |method: &str, path: &str| {
        format!("{method} {path} HTTP/1.1\nHost: {authority}\nConnection: close\n\n")
    };
    let page = running.fetch(&get("GET", "/")).await;
    assert!(page.starts_with("http/1.1 200"), "{page}");
    for header in [
        "content-type: text/html; charset=utf-8",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "content-security-policy: default-src 'none'; script-src 'self'; ",
        &format!("connect-src 'self' ws://{authority};"),
        "frame-ancestors 'none'",
    ] {
        assert!(page.contains(header), "{header} is missing in {page}");
    }
    assert!(!page.contains("set-cookie"));
    assert!(!page.contains(&running.key));
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/holdfast.db", "//etc/passwd"] {
        let answer = running.fetch(&get("GET", path)).await;
        assert!(
            answer.starts_with("http/1.1 404") || answer.starts_with("http/1.1 400"),
            "{path}: {answer}"
        );
    }
    assert!(running.fetch(&get("POST", "/")).await.starts_with("http/1.1 405"));
}
