//! A real server process on a free port of loopback, and what asks it.

pub mod cast;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
};
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse battery";

/// A server process; killed when dropped.
pub struct Server {
    child: Child,
    pub url: String,
    pub set_up: Option<String>,
    /// That of the certificate which it shows.
    pub fingerprint: Option<String>,
    pub client: Client,
    _stdout: BufReader<ChildStdout>,
}

/// An answer: its status, and its body where that is JSON.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
    }
}

/// What a server with TLS says after it listens.
fn certificate(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["event"], "certificate");
    event["fingerprint"].as_str().unwrap().to_owned()
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-server"));
    // What the machine happens to have set is not part of a test.
    command.env_clear().args(["--json", "--data-dir"]).arg(folder).args(arguments);
    command
}

/// Runs a command to its end.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone already.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

/// The answer of a command that succeeds.
#[track_caller]
pub fn done(folder: &Path, arguments: &[&str], input: &str) -> Value {
    let output = run(folder, arguments, input);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The code of a command that fails.
#[track_caller]
pub fn failed(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let output = run(folder, arguments, input);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = words.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{words}"));
    (output.status.code(), error["code"].as_str().unwrap().to_owned())
}

pub fn client() -> Client {
    client_from("127.0.0.1")
}

/// A client that comes from another address of loopback.
pub fn client_from(address: &str) -> Client {
    let address: IpAddr = address.parse().unwrap();
    builder().local_address(address).build().unwrap()
}

pub fn builder() -> reqwest::ClientBuilder {
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    // Another test of this process may have been first.
    provider.install_default().ok();
    Client::builder().no_proxy()
}

impl Server {
    pub fn start(folder: &Path) -> Server {
        Server::start_with(folder, &[])
    }

    pub fn start_with(folder: &Path, more: &[&str]) -> Server {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        Server::start_as(command(folder, &arguments), more.contains(&"--tls-cert"))
    }

    /// As a command that serves says, with TLS or without.
    pub fn start_as(mut serve: Command, tls: bool) -> Server {
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut set_up = None;
        let address = loop {
            let mut line = String::new();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "it ended before it listened");
            let event: Value = serde_json::from_str(&line).unwrap();
            match event["event"].as_str().unwrap() {
                "setUp" => set_up = Some(event["link"].as_str().unwrap().to_owned()),
                "listening" => break event["address"].as_str().unwrap().to_owned(),
                other => panic!("{other}"),
            }
        };
        let scheme = if tls { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let fingerprint = tls.then(|| certificate(&mut stdout));
        Server { child, url, set_up, fingerprint, client: client(), _stdout: stdout }
    }

    pub fn address(&self) -> &str {
        self.url.split("://").nth(1).unwrap()
    }

    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        answer(self.request(&self.client, method, path, token, body).await).await
    }

    pub async fn request(
        &self,
        client: &Client,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> Response {
        let mut request = client.request(method, format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(Method::GET, path, token, Value::Null).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, token, body).await
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "name": name, "password": password, "device": "desk" });
        self.post("/api/sign-in", "", body).await
    }

    /// The token of somebody who signs in with the usual password.
    pub async fn token(&self, name: &str) -> String {
        let body = self.sign_in(name, PASSWORD).await.expect(200);
        body["token"].as_str().unwrap().to_owned()
    }

    /// Makes the first account; its token.
    pub async fn set_up(&self, name: &str) -> String {
        let body = json!({ "secret": self.set_up, "name": name, "password": PASSWORD });
        let body = self.post("/api/setup", "", body).await.expect(201);
        body["token"].as_str().unwrap().to_owned()
    }

    /// Of the process.
    #[allow(dead_code, reason = "not all tests ask for it")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end, in good order or not.
    pub fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub fn stop(self) {
        self.signal(rustix::process::Signal::TERM);
        assert!(self.ended().success());
    }

    /// As a power cut would, as far as a process can tell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub async fn answer(response: Response) -> Answer {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// A folder that goes away with the test.
pub fn folder() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    (root, folder)
}
