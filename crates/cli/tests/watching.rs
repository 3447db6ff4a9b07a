//! `holdfast sync --watch` beside a real server: what others do arrives without a further command, through kills of the
//! server.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// A test that waits longer has failed: it would wait for ever.
const FOR_EVER: Duration = Duration::from_secs(120);

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
