//! Where a token lies: with a real keyring on a bus of the test's own, and without any.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{
    keyring::{Session, until},
    server::*,
    *,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::Path,
    process::{Command, Stdio},
};

const WARNING: &str =
    "holdfast: There is no keyring here; the token lies in a file that only you can read.\n";

struct Table {
    _folder: tempfile::TempDir,
    server: Server,
    desk: Desk,
}

impl Table {
    fn new() -> Table {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path().join("server"));
        server.add("ada");
        Table { server, desk: Desk::new(), _folder: folder }
    }

    /// What it said beside its answer.
    fn log_in(&self, mut command: Command) -> String {
        command.args(["login", &self.server.url(), "--user", "ada", "--password-stdin"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn log_in_within(&self, session: &Session) -> String {
        self.log_in(session.on(&self.desk.data(), [""; 0]))
    }

    /// A board that is on the server when this returns.
    fn share_within(&self, session: &Session) -> String {
        let board = self.desk.board("Team", &["To do"]);
        session.run(&self.desk.data(), ["share", &board, "--server", &self.server.url()]).done();
        board
    }

    fn tokens(&self) -> Value {
        serde_json::from_slice(&fs::read(self.desk.data().join("tokens.json")).unwrap()).unwrap()
    }
}

/// Whether something that is built like a token stands in a file of the data folder.
fn has_token(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return has_token(&path);
        }
        let bytes = fs::read(path).unwrap();
        bytes
            .windows(4 + 64)
            .any(|some| some.starts_with(b"hfs_") && some[4..].iter().all(u8::is_ascii_hexdigit))
    })
}

#[test]
fn a_token_lies_in_the_keyring_and_a_restart_finds_it_there() {
    let (table, mut session) = (Table::new(), Session::new());
    session.log_in();
    assert_eq!(table.log_in_within(&session), "");
    let url = table.server.url();
    assert_eq!((session.tokens(&url), has_token(&table.desk.data())), (1, false));
    assert_eq!(table.tokens(), json!({ &url: { "keyring": "holds" } }));
    table.share_within(&session);
    table.desk.add("Team", "To do", "later");
    session.run(&table.desk.data(), ["sync"]).done();
    // Somebody logs out of their computer, and in again.
    session.log_out();
    session.log_in();
    session.run(&table.desk.data(), ["member", "list", "Team"]).done();
    assert!(!has_token(&table.desk.data()));

    let mut calling = Calling::of(&mut session.on(&table.desk.data(), ["call"]));
    let told = calling.ask(&json!({ "ask": "sharing" }));
    assert_eq!(told["sharing"]["servers"][0]["tokenInFile"], json!(false));
    calling.ask(&json!({ "ask": "signOut", "server": url }));
    calling.end();
    assert_eq!((session.tokens(&url), table.tokens()), (0, json!({})));
    let (code, _) = session.run(&table.desk.data(), ["sync", "--json"]).refused(1);
    assert_eq!(code, "signedOut");
}

#[test]
fn two_folders_of_one_person_share_no_token() {
    let (table, mut session, other) = (Table::new(), Session::new(), Desk::new());
    session.log_in();
    table.log_in_within(&session);
    table.log_in(session.on(&other.data(), [""; 0]));
    let url = table.server.url();
    assert_eq!(session.tokens(&url), 2);
    let mut calling = Calling::of(&mut session.on(&other.data(), ["call"]));
    calling.ask(&json!({ "ask": "signOut", "server": url }));
    calling.end();
    assert_eq!(session.tokens(&url), 1);
    table.share_within(&session);
}

#[test]
fn without_a_keyring_the_token_lies_in_a_file_for_its_owner_and_moves_when_one_appears() {
    let (table, mut session) = (Table::new(), Session::new());
    let url = table.server.url();
    for command in [on(&table.desk.data(), [""; 0]), session.on(&table.desk.data(), [""; 0])] {
        assert_eq!(table.log_in(command), WARNING);
        let tokens = table.desk.data().join("tokens.json");
        assert_eq!(fs::metadata(tokens).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(text(&table.tokens()[&url]).starts_with("hfs_"));
    }
    let board = table.share_within(&session);
    let told = table.desk.call().ask(&json!({ "ask": "sharing" }));
    assert_eq!(told["sharing"]["servers"][0]["tokenInFile"], json!(true));

    session.log_in();
    table.desk.add(&board, "To do", "more");
    session.run(&table.desk.data(), ["sync"]).done();
    assert_eq!((session.tokens(&url), has_token(&table.desk.data())), (1, false));
    session.run(&table.desk.data(), ["member", "list", "Team"]).done();
}

#[test]
fn a_keyring_that_is_locked_is_said_to_be_so_and_nobody_is_signed_out_by_it() {
    let (table, mut session) = (Table::new(), Session::new());
    session.log_in();
    table.log_in_within(&session);
    let (url, board) = (table.server.url(), table.share_within(&session));
    session.lock();
    table.desk.add(&board, "To do", "waits");
    let (code, message) = session.run(&table.desk.data(), ["sync", "--json"]).refused(1);
    assert_eq!((&*code, message.contains("locked")), ("keyring", true), "{message}");
    session.log_out();
    session.log_in();
    session.run(&table.desk.data(), ["sync"]).done();

    // Who signs out while it is locked is signed out, and what it held goes when it is open.
    session.lock();
    let mut calling = Calling::of(&mut session.on(&table.desk.data(), ["call"]));
    calling.ask(&json!({ "ask": "signOut", "server": url }));
    calling.end();
    session.log_out();
    session.log_in();
    assert_eq!(session.tokens(&url), 1);
    let (code, _) =
        session.run(&table.desk.data(), ["member", "list", "Team", "--json"]).refused(1);
    assert_eq!(code, "signedOut");
    let mut calling = Calling::of(&mut session.on(&table.desk.data(), ["call"]));
    calling.ask(&json!({ "ask": "connectNow" }));
    until("the token is cleared away", || session.tokens(&url) == 0 && table.tokens() == json!({}));
    calling.end();

    // Signing in while it is locked takes the file.
    session.lock();
    assert_eq!(table.log_in_within(&session), WARNING);
    session.run(&table.desk.data(), ["sync"]).done();
}

#[test]
fn a_bus_on_which_nobody_answers_holds_nobody_up_for_ever() {
    let table = Table::new();
    let bus = table.desk.path("bus");
    let _listening = UnixListener::bind(&bus).unwrap();
    let mut command = on(&table.desk.data(), [""; 0]);
    command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
    assert_eq!(table.log_in(command), WARNING);
}
