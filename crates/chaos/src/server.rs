//! The real server: a process of its own on a folder of its own, on a free port of loopback.

use crate::wall::{self, Wall};
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    fmt, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

pub const ACCOUNT: &str = "harness";
pub const PASSWORD: &str = "replicas sign in with it";
/// A start looks at all that is on disk.
const STARTS_WITHIN: Duration = Duration::from_secs(120);
const DATABASE: &str = "holdfast-server.db";

/// A server's program and its folder, whether it runs or not.
#[derive(Clone, Debug)]
pub struct Place {
    pub program: PathBuf,
    pub folder: PathBuf,
    /// The broken build to be, by its name.
    pub mutant: Option<String>,
    /// The machine's own where there is none.
    pub wall: Option<Wall>,
}

/// A server that runs; killed when dropped.
pub struct Running {
    child: Child,
    pid: Pid,
    pub address: SocketAddr,
    _stdout: BufReader<ChildStdout>,
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // What the machine happens to have set is no part of a run.
        command.env_clear().args(["--json", "--data-dir"]).arg(&self.folder).args(arguments);
        if let Some(mutant) = &self.mutant {
            command.env("HOLDFAST_MUTANT", mutant);
        }
        if let Some(wall) = &self.wall {
            wall.give_to(&mut command);
        }
        command.kill_on_drop(true);
        command
    }

    /// The JSON that a command prints, and whether it succeeded.
    async fn done(&self, arguments: &[&str], input: &str) -> Result<(Value, bool)> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| self.program.display().to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input may be gone already.
            stdin.write_all(input.as_bytes()).await.ok();
        }
        let pid = child.id();
        let output = child.wait_with_output().await?;
        pid.inspect(|pid| wall::forget(*pid));
        let said = String::from_utf8_lossy(&output.stderr);
        let json = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{arguments:?} printed no JSON: {}", said.trim()))?;
        Ok((json, output.status.success()))
    }

    /// The account in a new folder, and a token for it.
    pub async fn open_account(&self) -> Result<String> {
        fs::create_dir_all(&self.folder)?;
        let (_, added) = self.done(&["user", "add", ACCOUNT, "--password-stdin"], PASSWORD).await?;
        ensure!(added, "the account was not made");
        self.make_token().await
    }

    /// Another one: a restored backup takes none of those that there were.
    pub async fn make_token(&self) -> Result<String> {
        let create = ["token", "create", ACCOUNT, "--scope", "read", "--scope", "write"];
        let (made, created) = self.done(&create, "").await?;
        ensure!(created, "the token was not made");
        Ok(made["token"].as_str().context("no token was printed")?.to_owned())
    }

    /// While it runs.
    pub async fn back_up(&self, to: &Path) -> Result<()> {
        let to = to.to_str().context("a path that is no text")?;
        let (said, done) = self.done(&["backup", to], "").await?;
        ensure!(done, "the backup was not made: {said}");
        Ok(())
    }

    /// The server must be dead.
    pub async fn restore(&self, from: &Path) -> Result<()> {
        let from = from.to_str().context("a path that is no text")?;
        let (said, done) = self.done(&["restore", from], "").await?;
        ensure!(done, "the backup was not put back: {said}");
        Ok(())
    }

    /// What `holdfast-server check` finds; empty where all is as it should be.
    pub async fn check(&self) -> Result<Vec<String>> {
        let (found, success) = self.done(&["check"], "").await?;
        let problems = found["problems"].as_array().context("check printed no problems")?;
        let problems: Vec<String> = problems.iter().map(Value::to_string).collect();
        ensure!(success == problems.is_empty(), "check's exit code and its words differ");
        Ok(problems)
    }

    pub async fn version(&self) -> Result<String> {
        let output = Command::new(&self.program).arg("--version").output().await;
        let output = output.with_context(|| self.program.display().to_string())?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// On a free port, or again where it was. One that does not come back is a [`StaysDown`].
    pub async fn start(&self, log: &Path, again: Option<SocketAddr>) -> Result<Running> {
        let started = self.starting(log, again).await;
        if again.is_some() { started.context(StaysDown) } else { started }
    }

    async fn starting(&self, log: &Path, again: Option<SocketAddr>) -> Result<Running> {
        let log = fs::File::options().create(true).append(true).open(log)?;
        let listen = again.map_or("127.0.0.1:0".to_owned(), |address| address.to_string());
        let mut command = self.command(&["serve", "--listen", &listen]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().with_context(|| self.program.display().to_string())?;
        let stdout = child.stdout.take().context("no output")?;
        let mut stdout = BufReader::new(stdout);
        let listening = timeout(STARTS_WITHIN, listening(&mut stdout)).await;
        let address = listening.context("the server did not start in time")??;
        ensure!(address.ip().is_loopback(), "the server listens beyond loopback");
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        let pid = pid.context("the server ended at once")?;
        Ok(Running { child, pid, address, _stdout: stdout })
    }

    /// Copies the database as it lies on disk; the server must be dead.
    pub fn copy_database(&self, to: &Path) -> Result<PathBuf> {
        fs::create_dir_all(to)?;
        for ending in ["", "-wal"] {
            let name = format!("{DATABASE}{ending}");
            let from = self.folder.join(&name);
            if from.exists() {
                fs::copy(&from, to.join(&name)).with_context(|| from.display().to_string())?;
            }
        }
        Ok(to.join(DATABASE))
    }
}

/// The server does not start on what was left to it: nobody reads anything there any more, whatever was found before.
#[derive(Debug)]
pub struct StaysDown;

impl fmt::Display for StaysDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server does not start any more")
    }
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
    bail!("the server ended before it listened; server.log says why")
}

impl Running {
    /// SIGKILL; it is gone when this comes back.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.context("the server could not be killed")?;
        wall::forget(self.pid.as_raw_nonzero().get().unsigned_abs());
        Ok(())
    }

    /// SIGSTOP: it neither answers nor dies.
    pub fn pause(&self) -> Result<()> {
        Ok(kill_process(self.pid, Signal::STOP)?)
    }

    pub fn go_on(&self) -> Result<()> {
        Ok(kill_process(self.pid, Signal::CONT)?)
    }

    /// Where the system says how much memory it holds.
    pub fn status_file(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/status", self.pid.as_raw_nonzero()))
    }
}
