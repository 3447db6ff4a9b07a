//! `holdfast sync --watch` beside a real server: what others do arrives without a further command, through kills of the
//! server, and a reconnect moves little, however many boards there are.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{relay::Relay, server::*, *};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// A test that waits longer has failed: it would wait for ever.
const FOR_EVER: Duration = Duration::from_secs(120);
/// After missing one change a reconnect moves less, all told.
const RECONNECT_BYTES_MAX: u64 = 8 * 1024;
const BOARDS: usize = 100;

fn signed_in(server: &Server, url: &str, name: &str) -> Desk {
    server.add(name);
    let desk = Desk::new();
    let mut login = on(&desk.data(), ["login", url, "--user", name, "--password-stdin"]);
    assert!(answered(login.stdin(Stdio::piped())).success());
    desk
}

/// A process that keeps a folder up to date, until it is told to end.
struct Watching(Child);

impl Watching {
    fn start(desk: &Desk) -> Watching {
        let mut command = on(&desk.data(), ["sync", "--watch"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("Shared boards are kept up to date"), "{line}");
        Watching(child)
    }

    fn terminate(mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        let ended = self.0.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Looks again and again; each look is a process of its own that connects to nothing.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < FOR_EVER, "waited for ever until {what}");
    }
}

fn shows(desk: &Desk, board: &str, title: &str) {
    until(title, || desk.drawn(board).matches(title).count() == 1);
}

fn waiting(desk: &Desk) -> Vec<Value> {
    desk.json(["status"]).as_array().unwrap().iter().map(|it| it["waiting"].clone()).collect()
}

#[test]
fn a_folder_that_is_watched_keeps_up_by_itself_and_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path().join("server"));
    let url = server.url();
    let (ann, bob) = (signed_in(&server, &url, "ann"), signed_in(&server, &url, "bob"));
    let board = ann.board("Team", &["To do"]);
    ann.run(["share", &board, "--server", &url]).done();
    ann.run(["member", "add", &board, "bob", "--role", "editor"]).done();
    bob.run(["clone", &url, &board]).done();
    let watching = Watching::start(&bob);
    ann.add(&board, "To do", "arrives");
    ann.run(["sync"]).done();
    shows(&bob, &board, "arrives");
    // What another process on the folder does goes out too.
    bob.add(&board, "To do", "goes");
    until("nothing waits", || waiting(&bob) == [json!(0)]);

    server.kill();
    bob.add(&board, "To do", "made meanwhile");
    assert_eq!(waiting(&bob), [json!(1)]);
    server.start_again();
    until("nothing waits", || waiting(&bob) == [json!(0)]);
    ann.add(&board, "To do", "after the restart");
    ann.run(["sync"]).done();
    shows(&bob, &board, "after the restart");

    server.kill();
    bob.add(&board, "To do", "last");
    watching.terminate();
    assert_eq!(waiting(&bob), [json!(1)], "what waits stays");
    server.start_again();
    bob.run(["sync"]).done();
    ann.run(["sync"]).done();
    assert_eq!(ann.drawn(&board), bob.drawn(&board));
    for title in ["arrives", "goes", "made meanwhile", "after the restart", "last"] {
        assert_eq!(ann.drawn(&board).matches(title).count(), 1, "{title}");
    }
    assert_eq!((ann.problems(), bob.problems()), (Vec::new(), Vec::new()));
    assert_eq!(server.problems(), "");
}

/// Ann's boards, shared, which Bob has too; both know all.
fn many_boards(server: &Server, way: &str) -> (Desk, Desk, Vec<String>) {
    let url = server.url();
    let (ann, bob) = (signed_in(server, &url, "ann"), signed_in(server, way, "bob"));
    let mut calls = ann.call();
    let boards: Vec<String> = (0..BOARDS)
        .map(|number| {
            let title = format!("The board with number {number}");
            let made =
                json!({ "ask": "createBoard", "title": title, "colour": null, "columns": ["A"] });
            let board = text(&calls.ask(&made)["edited"]["board"]);
            calls.ask(&json!({ "ask": "shareBoard", "board": board, "server": url }));
            board
        })
        .collect();
    calls.end();
    ann.run(["sync"]).done();
    let mut calls = ann.call();
    for board in &boards {
        calls.ask(&json!({ "ask": "addMember", "board": board, "name": "bob", "role": "editor" }));
    }
    calls.end();
    let mut calls = bob.call();
    for board in &boards {
        calls.ask(&json!({ "ask": "fetchBoard", "server": way, "board": board }));
    }
    calls.end();
    for desk in [&bob, &ann, &bob] {
        desk.run(["sync"]).done();
    }
    (ann, bob, boards)
}

fn rename(desk: &Desk, board: &str, title: &str) {
    let mut calls = desk.call();
    calls.edit(board, &json!({ "verb": "renameBoard", "title": title }));
    calls.end();
}

/// Whatever passed on a way while this was done.
fn passed(relay: &Relay, what: &str, done: impl FnOnce()) {
    relay.passed();
    done();
    let bytes = relay.passed();
    let mut output = std::io::stdout();
    writeln!(output, "{BOARDS} boards, {what}: {bytes} bytes").unwrap();
    assert!(bytes > 0 && bytes < RECONNECT_BYTES_MAX, "{what}: {bytes} bytes");
}

#[test]
fn a_reconnect_of_a_hundred_boards_that_missed_one_change_moves_under_8_kib() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (relay, way) = Relay::to(&server.address);
    let (ann, bob, boards) = many_boards(&server, &way);
    let misses = |change: &dyn Fn()| {
        relay.close();
        change();
        ann.run(["sync"]).done();
        relay.open();
    };
    let titled = |title: &str| {
        let listed = bob.json(["board", "list"]);
        listed.as_array().unwrap().iter().any(|it| it["title"] == title)
    };

    // A program that starts, and was told no list yet.
    misses(&|| drop(ann.add(&boards[40], "A", "missed by a start")));
    passed(&relay, "a start", || drop(bob.run(["sync"]).done()));
    assert_eq!(bob.drawn(&boards[40]), "A: missed by a start");

    // And one that goes on.
    let watching = Watching::start(&bob);
    ann.add(&boards[41], "A", "before the cut");
    ann.run(["sync"]).done();
    shows(&bob, &boards[41], "before the cut");
    misses(&|| drop(ann.add(&boards[60], "A", "missed by a cut")));
    passed(&relay, "a cut", || shows(&bob, &boards[60], "missed by a cut"));
    // The list of boards is another.
    misses(&|| rename(&ann, &boards[70], "Renamed meanwhile"));
    passed(&relay, "a rename", || until("it is renamed", || titled("Renamed meanwhile")));
    // Nothing at all, and what is made then goes the other way.
    misses(&|| {});
    passed(&relay, "nothing", || {
        bob.add(&boards[80], "A", "back again");
        until("nothing waits", || waiting(&bob).iter().all(|waiting| *waiting == json!(0)));
    });
    watching.terminate();

    ann.run(["sync"]).done();
    for board in &boards {
        assert_eq!(ann.drawn(board), bob.drawn(board));
    }
    assert_eq!((ann.problems(), bob.problems()), (Vec::new(), Vec::new()));
    assert_eq!(server.problems(), "");
}

/// How each board stands at a desk, by its title.
fn standings(desk: &Desk) -> BTreeMap<String, Value> {
    let status = desk.json(["status"]);
    status.as_array().unwrap().iter().map(|it| (text(&it["title"]), it.clone())).collect()
}

/// Roles, removals, titles and a server that was set back, each of which a folder missed whose connection was cut.
#[test]
fn whatever_happened_while_a_watching_folder_was_away_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let (root, old) = (folder.path().join("server"), folder.path().join("old"));
    let mut server = Server::start(root.clone());
    let (relay, way) = Relay::to(&server.address);
    let url = server.url();
    let (ann, bob) = (signed_in(&server, &url, "ann"), signed_in(&server, &way, "bob"));
    let boards = ["Lowered", "Removed", "Renamed", "Same"].map(|title| {
        let board = ann.board(title, &["A"]);
        ann.run(["share", &board, "--server", &url]).done();
        ann.run(["member", "add", &board, "bob", "--role", "editor"]).done();
        bob.run(["clone", &way, &board]).done();
        board
    });
    let [lowered, removed, renamed, same] = &boards;
    let watching = Watching::start(&bob);
    ann.add(same, "A", "before");
    ann.run(["sync"]).done();
    shows(&bob, same, "before");

    relay.close();
    ann.run(["member", "add", lowered, "bob", "--role", "viewer"]).done();
    ann.run(["member", "remove", removed, "bob"]).done();
    rename(&ann, renamed, "Another");
    ann.run(["sync"]).done();
    relay.open();
    until("he hears of all of it", || {
        let bobs = standings(&bob);
        bobs["Lowered"]["role"] == "viewer"
            && bobs["Removed"]["gone"] == true
            && bobs.contains_key("Another")
    });
    let bobs = standings(&bob);
    assert_eq!((&bobs["Same"]["role"], &bobs["Same"]["gone"]), (&json!("editor"), &json!(false)));
    assert_ne!(bob.run(["card", "add", lowered, "--column", "A", "refused"]).code, 0);

    relay.close();
    ann.run(["member", "add", lowered, "bob", "--role", "editor"]).done();
    ann.run(["member", "add", removed, "bob", "--role", "editor"]).done();
    relay.open();
    until("he is back", || {
        let bobs = standings(&bob);
        bobs["Lowered"]["role"] == "editor" && bobs["Removed"]["gone"] == false
    });
    bob.add(removed, "A", "back again");
    until("nothing waits", || waiting(&bob).iter().all(|waiting| *waiting == json!(0)));

    // A disk that was set back: what the server forgot is here, and goes to it again.
    server.kill();
    copy_folder(&root, &old);
    server.start_again();
    bob.add(same, "A", "forgotten");
    until("nothing waits", || waiting(&bob).iter().all(|waiting| *waiting == json!(0)));
    server.kill();
    std::fs::remove_dir_all(&root).unwrap();
    std::fs::rename(&old, &root).unwrap();
    server.start_again();
    until("the server has it again", || {
        ann.run(["sync"]).done();
        ann.drawn(same) == "A: before forgotten"
    });
    watching.terminate();
    bob.run(["sync"]).done();
    ann.run(["sync"]).done();
    let (anns, bobs) = (standings(&ann), standings(&bob));
    for (title, board) in &bobs {
        assert_eq!(board["digest"], anns[title]["digest"], "{title}");
        assert_eq!((&board["waiting"], &board["refused"]), (&json!(0), &json!(0)), "{title}");
    }
    assert_eq!(bobs.len(), boards.len());
    assert_eq!((ann.problems(), bob.problems()), (Vec::new(), Vec::new()));
    assert_eq!(server.problems(), "");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
