//! The real server: a process of its own on a new folder, on a free port of loopback, with one account.

use crate::wire::{Asked, Wire};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdout, Command},
};

const ACCOUNT: &str = "load";
const PASSWORD: &str = "so many at once";

/// Killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// For programs.
    pub token: String,
    _stdout: BufReader<ChildStdout>,
}

/// A board with one column.
#[derive(Clone, Debug)]
pub struct Board {
    pub id: String,
    pub column: String,
}

impl Server {
    pub async fn start(program: &Path, root: &Path) -> Result<Server> {
        let folder = root.join("server");
        std::fs::create_dir(&folder)?;
        done(program, &folder, &["user", "add", ACCOUNT, "--password-stdin"]).await?;
        let create = ["token", "create", ACCOUNT, "--scope", "read", "--scope", "write"];
        let made = done(program, &folder, &create).await?;
        let token = made["token"].as_str().context("no token was printed")?.to_owned();
        let mut command = command(program, &folder, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().context("no output")?);
        let address = listening(&mut stdout).await?;
        ensure!(address.ip().is_loopback(), "the server listens beyond loopback");
        Ok(Server { child, address, token, _stdout: stdout })
    }

    /// A token as a device holds it.
    pub async fn sign_in(&self) -> Result<String> {
        let body = json!({ "name": ACCOUNT, "password": PASSWORD, "device": "load" });
        let mut wire = Wire::open(self.address, 0).await?;
        let answer = wire.ask(&Asked::post("/api/sign-in", "", &body)).await?;
        let token = answer.json(200)?["token"].as_str().context("no token")?.to_owned();
        Ok(token)
    }

    pub async fn make_board(&self) -> Result<Board> {
        let mut wire = Wire::open(self.address, 0).await?;
        let body = json!({ "title": "Load", "columns": ["To do"] });
        let made = wire.ask(&Asked::post("/api/v1/boards", &self.token, &body)).await?;
        let id = made.json(201)?["id"].as_str().context("a board without an id")?.to_owned();
        let path = format!("/api/v1/boards/{id}/columns");
        let columns = wire.ask(&Asked::get(&path, &self.token)).await?.json(200)?;
        let column = columns[0]["id"].as_str().context("a board without a column")?.to_owned();
        Ok(Board { id, column })
    }

    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await.context("the server could not be ended")
    }
}

fn command(program: &Path, folder: &PathBuf, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    // What the machine happens to have set is no part of a measurement.
    command.env_clear().args(["--json", "--data-dir"]).arg(folder).args(arguments);
    command.kill_on_drop(true);
    command
}

/// The JSON that a command prints.
async fn done(program: &Path, folder: &PathBuf, arguments: &[&str]) -> Result<Value> {
    let mut command = command(program, folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its input may be gone already.
        stdin.write_all(PASSWORD.as_bytes()).await.ok();
    }
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "{arguments:?} failed");
    serde_json::from_slice(&output.stdout).context("a command printed no JSON")
}

async fn listening(stdout: &mut BufReader<ChildStdout>) -> Result<SocketAddr> {
    let mut line = String::new();
    while stdout.read_line(&mut line).await? > 0 {
        let event: Value = serde_json::from_str(&line).context("the server printed no JSON")?;
        if event["event"] == "listening" {
            return Ok(event["address"].as_str().context("no address")?.parse()?);
        }
        line.clear();
    }
    anyhow::bail!("the server ended before it listened")
}
