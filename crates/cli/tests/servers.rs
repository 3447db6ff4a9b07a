//! Signing in at a server, and what is said where there is none. What two desks and a server do together is told
//! in `together.rs`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::*;
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::Stdio,
    thread::{self, JoinHandle},
};

/// Answers one request over HTTP; what was asked comes back.
fn answering(status: &'static str, body: Value) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answered = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = Vec::new();
        while !String::from_utf8_lossy(&asked).ends_with('}') {
            let mut some = [0; 4096];
            let read = stream.read(&mut some).unwrap();
            assert!(read > 0, "the request ended early");
            asked.extend(&some[..read]);
        }
        let body = body.to_string();
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        String::from_utf8(asked).unwrap()
    });
    (url, answered)
}

fn login(desk: &Desk, url: &str, password: &str) -> Ended {
    let mut command =
        on(&desk.data(), ["login", url, "--user", "ada", "--password-stdin", "--json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn signing_in_keeps_the_token_for_its_owner_alone_and_no_password() {
    let desk = Desk::new();
    let account = json!({ "id": "x", "name": "Ada", "operator": false });
    let (url, answered) = answering("200 OK", json!({ "token": "t0ken", "account": account }));
    let ended = login(&desk, &format!("{url}/"), "pass word\n");
    assert_eq!((ended.code, &*ended.err), (0, ""));
    let told: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(told, json!({ "server": url, "account": "Ada", "tokenInFile": true }));
    let asked = answered.join().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/sign-in HTTP/1.1\r\n"), "{head}");
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&sent["name"], &sent["password"]), (&json!("ada"), &json!("pass word")));
    let tokens = desk.data().join("tokens.json");
    assert_eq!(fs::metadata(&tokens).unwrap().permissions().mode() & 0o777, 0o600);
    let kept: Value = serde_json::from_slice(&fs::read(&tokens).unwrap()).unwrap();
    assert_eq!(kept, json!({ url: "t0ken" }));
    for entry in fs::read_dir(desk.data()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(9).any(|some| some == b"pass word"));
    }
}

#[test]
fn what_a_server_says_no_to_is_said_in_its_own_words() {
    let desk = Desk::new();
    let problem =
        json!({ "code": "badCredentials", "detail": "The name or the password is wrong." });
    let (url, answered) = answering("401 Unauthorized", problem);
    let (code, message) = login(&desk, &url, "wrong").refused(1);
    assert_eq!((&*code, &*message), ("badCredentials", "The name or the password is wrong."));
    answered.join().unwrap();
    assert!(!desk.data().join("tokens.json").exists());
}

#[test]
fn a_password_never_travels_in_the_open_nor_stands_among_the_arguments() {
    let desk = Desk::new();
    let (code, message) = login(&desk, "http://boards.example", "secret").refused(1);
    assert_eq!(code, "address");
    assert!(message.contains("https://"), "{message}");
    let typed = ["login", "https://boards.example", "--user", "ada", "--json"];
    assert_eq!(desk.run(typed).refused(2).0, "usage");
}

#[test]
fn without_a_server_there_is_nothing_to_sync_and_nothing_to_fetch() {
    let desk = Desk::new();
    desk.board("Own", &["A"]);
    assert_eq!(desk.json(["status"]), json!([]));
    assert_eq!(desk.json(["sync"]), json!([]));
    let (code, _) = desk.run(["clone", "http://127.0.0.1:9", "B", "--json"]).refused(1);
    assert_eq!(code, "signedOut");
}
