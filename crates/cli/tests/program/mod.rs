//! The built program, as a terminal or a script meets it, and its database behind its back.
#![allow(dead_code, reason = "each test file uses some of it")]

pub mod database;
pub mod keyring;
pub mod relay;
pub mod server;

use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};
use tempfile::TempDir;

/// A data folder of the test's own; it goes with the test.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    /// The data folder. It is made by the program.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("boards")
    }

    /// A file beside the data folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        ended(&mut on(&self.data(), arguments))
    }

    /// What `--json` prints.
    pub fn json<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let arguments: Vec<_> = arguments.into_iter().map(|it| it.as_ref().to_owned()).collect();
        let ended = self.run(arguments.iter().map(|it| &**it).chain([OsStr::new("--json")]));
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }

    pub fn call(&self) -> Calling {
        Calling::start(&self.data())
    }

    pub fn export(&self, board: &str) -> String {
        self.run(["export", board]).done()
    }

    /// A board with these columns; its id.
    pub fn board(&self, title: &str, columns: &[&str]) -> String {
        let columns = columns.iter().flat_map(|column| ["--column", column]);
        let made = self.json(["board", "create", title].into_iter().chain(columns));
        text(&made["id"])
    }

    pub fn add(&self, board: &str, column: &str, title: &str) -> String {
        text(&self.json(["card", "add", board, "--column", column, title])["id"])
    }

    /// The board drawn in a line: columns with their cards in order, archived ones in brackets.
    pub fn drawn(&self, board: &str) -> String {
        draw(&self.json(["board", "show", board]))
    }

    pub fn problems(&self) -> Vec<String> {
        let ended = self.run(["check", "--json"]);
        let told: Value = serde_json::from_str(&ended.out).unwrap();
        let problems = texts(&told["problems"]);
        assert_eq!(told["ok"], problems.is_empty());
        assert_eq!(ended.code, if problems.is_empty() { 0 } else { 3 });
        problems
    }
}

pub fn draw(shown: &Value) -> String {
    let name = |thing: &Value| match thing["archived"].as_bool().unwrap() {
        true => format!("[{}]", thing["title"].as_str().unwrap()),
        false => text(&thing["title"]),
    };
    let columns = shown["columns"].as_array().unwrap().iter().map(|column| {
        let cards: Vec<String> = column["cards"].as_array().unwrap().iter().map(name).collect();
        format!("{}: {}", name(column), cards.join(" ")).trim_end().to_owned()
    });
    columns.collect::<Vec<_>>().join(" | ")
}

/// The program on a data folder, and on nothing else of this machine.
pub fn on<A: AsRef<OsStr>>(data: &Path, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = bare();
    command.arg("--data-dir").arg(data).args(arguments);
    command
}

pub fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    for variable in ["HOLDFAST_DATA_DIR", "XDG_DATA_HOME", "RUST_LOG"] {
        command.env_remove(variable);
    }
    // A bus that is none: the keyring of whoever runs the tests is none of ours. Unset would be the usual one.
    command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    command.env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// What it printed; it was done and said nothing else.
    pub fn done(self) -> String {
        assert_eq!((self.code, &*self.err), (0, ""));
        self.out
    }

    /// The code and the message of an error under `--json`; nothing was printed.
    pub fn refused(&self, exit: i32) -> (String, String) {
        assert_eq!((self.code, &*self.out), (exit, ""), "{}", self.err);
        let error: Value = serde_json::from_str(&self.err).unwrap();
        assert_eq!(keys(&error), "code message");
        (text(&error["code"]), text(&error["message"]))
    }
}

/// `holdfast call`, kept open.
pub struct Calling {
    pub child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Calling {
    pub fn start(data: &Path) -> Calling {
        Calling::of(&mut on(data, ["call"]))
    }

    pub fn of(command: &mut Command) -> Calling {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Calling { child, input, output }
    }

    /// Whether the request could still be handed over.
    pub fn send(&mut self, request: &Value) -> bool {
        let Some(input) = &mut self.input else { return false };
        writeln!(input, "{request}").and_then(|()| input.flush()).is_ok()
    }

    /// The next answer, or `None` at the end. A line that was cut short is no answer.
    pub fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        if read.is_err() || !line.ends_with('\n') {
            return None;
        }
        serde_json::from_str(&line).ok()
    }

    pub fn answer(&mut self, request: &Value) -> Value {
        assert!(self.send(request), "the program is gone");
        self.hear().expect("the program answers")
    }

    /// The reply to a request that is carried out.
    pub fn ask(&mut self, request: &Value) -> Value {
        let mut answer = self.answer(request);
        assert_eq!(keys(&answer), "ok", "{request}: {answer}");
        answer["ok"].take()
    }

    pub fn edit(&mut self, board: &str, edit: &Value) -> Value {
        self.ask(&json!({ "ask": "edit", "board": board, "edit": edit }))["edited"].take()
    }

    /// It ends in good order when its input does.
    pub fn end(mut self) {
        self.input = None;
        assert!(self.child.wait().unwrap().success());
    }

    /// As a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The keys of an object, sorted.
pub fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}
