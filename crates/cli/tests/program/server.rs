//! A board server as a process of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

pub const PASSWORD: &str = "correct horse battery";

/// The program beside ours, built with it.
fn program() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_holdfast")).with_file_name("holdfast-server");
    assert!(beside.exists(), "holdfast-server is not built: cargo build -p holdfast-server");
    beside
}

/// A server on a folder of its own. It is killed with the test.
pub struct Server {
    pub folder: PathBuf,
    pub address: String,
    /// Where it does TLS.
    tls: Option<TlsFiles>,
    child: Child,
}

/// PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Server {
    pub fn start(folder: PathBuf) -> Server {
        Server::start_with(folder, None)
    }

    /// Where one of this folder answered before.
    pub fn start_at(folder: PathBuf, address: &str) -> Server {
        let (child, address) = Server::serve(&folder, address, None);
        Server { folder, address, tls: None, child }
    }

    pub fn start_with(folder: PathBuf, tls: Option<TlsFiles>) -> Server {
        let (child, address) = Server::serve(&folder, "127.0.0.1:0", tls.as_ref());
        Server { folder, address, tls, child }
    }

    fn serve(folder: &Path, listen: &str, tls: Option<&TlsFiles>) -> (Child, String) {
        let mut command = Command::new(program());
        command.env_remove("HOLDFAST_DATA_DIR").args(["serve", "--listen", listen]);
        command.arg("--data-dir").arg(folder);
        if let Some(TlsFiles { certificate, key }) = tls {
            command.arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the server ended");
            if let Some(rest) = line.strip_prefix("Listening on ") {
                break rest.split(',').next().unwrap().trim().to_owned();
            }
        };
        // Whatever else it says has somewhere to go.
        thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        (child, address)
    }

    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// As a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// At the same address as before.
    pub fn start_again(&mut self) {
        self.child = Server::serve(&self.folder, &self.address, self.tls.as_ref()).0;
    }

    /// It is killed, and shows another certificate from now on.
    pub fn renew(&mut self, tls: TlsFiles) {
        self.child.kill().ok();
        self.child.wait().ok();
        self.tls = Some(tls);
        self.start_again();
    }

    pub fn add(&self, name: &str) {
        let mut command = Command::new(program());
        command.args(["user", "add", name, "--password-stdin"]);
        command.arg("--data-dir").arg(&self.folder);
        assert!(answered(command.stdin(Stdio::piped())).success());
    }

    pub fn problems(&self) -> String {
        let mut command = Command::new(program());
        let output = command.arg("check").arg("--data-dir").arg(&self.folder).output().unwrap();
        if output.status.success() { String::new() } else { format!("{output:?}") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Gives the password when it is asked for.
pub fn answered(command: &mut Command) -> std::process::ExitStatus {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    child.wait().unwrap()
}
