//! Cut at a write: the program is killed as it is about to write to its disk, at one moment after the other, while it
//! migrates, makes a backup, shares a board or takes a snapshot in. What is there afterwards is the old state or the
//! new one, and going on finishes the work.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
};

/// What changes a disk.
const WRITES: &str = "fsync,fdatasync,pwrite64,ftruncate,rename,unlink";
const KILLED: i32 = 9;

/// Told also where the test passes.
fn told(line: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "{line}").unwrap();
}

/// Cuts one command of the program in a fresh copy of a folder, at up to `most` moments spread over all of its writes,
/// and judges each copy. There is a last run that nothing cuts.
fn cut(before: &Path, arguments: &[&str], most: usize, judge: impl Fn(&Desk, bool)) {
    let writes = writes_of(&copy_of(before), arguments);
    let step = writes.div_ceil(most).max(1);
    let mut cuts = 0;
    for moment in (1..).step_by(step) {
        let desk = copy_of(before);
        let was_cut = killed_at(&desk, arguments, moment);
        judge(&desk, was_cut);
        if !was_cut {
            break;
        }
        cuts += 1;
    }
    told(&format!("{arguments:?}: {writes} writes, cut at {cuts} moments"));
    assert!(cuts * 3 >= most.min(writes), "{cuts} cuts in {writes} writes");
}

fn copy_of(before: &Path) -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.data()).unwrap();
    for entry in fs::read_dir(before).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), desk.data().join(entry.file_name())).unwrap();
        }
    }
    desk
}

/// The program under a tracer.
fn traced(desk: &Desk, log: &Path, more: &[&str], arguments: &[&str]) -> Command {
    let program = on(&desk.data(), arguments);
    let mut tracer = Command::new("strace");
    tracer.args(["-f", "-qq", "-e", "signal=none", "-e"]).arg(format!("trace={WRITES}")).args(more);
    tracer.arg("-o").arg(log).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => tracer.env(name, value),
            None => tracer.env_remove(name),
        };
    }
    tracer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    tracer
}

/// So many writes its busiest thread makes, of one kind: what the tracer counts.
fn writes_of(desk: &Desk, arguments: &[&str]) -> usize {
    let log = desk.path("trace");
    assert!(traced(desk, &log, &[], arguments).status().unwrap().success(), "{arguments:?}");
    let mut counts = BTreeMap::<(String, String), usize>::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, _)) = call.trim().split_once('(') else { continue };
        *counts.entry((thread.to_owned(), name.to_owned())).or_default() += 1;
    }
    counts.into_values().max().expect("it writes")
}

fn killed_at(desk: &Desk, arguments: &[&str], moment: usize) -> bool {
    let inject = format!("inject={WRITES}:signal=SIGKILL:when={moment}");
    let status = traced(desk, &desk.path("trace"), &["-e", &inject], arguments).status().unwrap();
    match status.signal() {
        Some(signal) => signal == KILLED,
        None => {
            assert!(status.success(), "{arguments:?} failed where it was not cut: {status}");
            false
        }
    }
}

/// A board of two columns with so many cards, each with a text of so many bytes.
fn board_file(desk: &Desk, title: &str, cards: usize, text_bytes: usize) -> String {
    let card = |number: usize| {
        json!({ "title": format!("card {number}"), "text": "word ".repeat(text_bytes / 5),
                "column": if number.is_multiple_of(2) { "A" } else { "B" } })
    };
    let list = |id: &str, pos: u32| json!({ "id": id, "name": id, "closed": false, "pos": pos });
    let cards = (0..cards).map(|number| {
        let card = card(number);
        json!({ "id": format!("{number:024x}"), "idList": card["column"], "name": card["title"],
                "desc": card["text"], "closed": false, "pos": number, "idLabels": [],
                "idMembers": [], "idChecklists": [], "due": null, "dueComplete": false })
    });
    let file = json!({ "id": "b", "name": title, "desc": "", "closed": false,
        "lists": [list("A", 1), list("B", 2)], "cards": cards.collect::<Vec<_>>(), "labels": [],
        "members": [], "checklists": [], "actions": [], "customFields": [] });
    desk.file("board.json", file.to_string()).to_string_lossy().into_owned()
}

fn signed_in(server: &Server, name: &str) -> Desk {
    server.add(name);
    let desk = Desk::new();
    let mut login = on(&desk.data(), ["login", &server.url(), "--user", name, "--password-stdin"]);
    assert!(answered(login.stdin(Stdio::piped())).success());
    desk
}

fn standing(desk: &Desk, board: &str) -> Value {
    let boards = desk.json(["status"]);
    boards.as_array().unwrap().iter().find(|it| it["id"] == board).expect("it is shared").clone()
}

#[test]
fn a_migration_that_is_cut_leaves_every_board_and_goes_on() {
    let old = tempfile::tempdir().unwrap();
    let saved =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures/schema-0001.db");
    fs::copy(saved, old.path().join("holdfast.db")).unwrap();
    let whole = copy_of(old.path());
    let boards: Vec<String> = whole
        .json(["board", "list"])
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["id"]))
        .collect();
    let expected: Vec<String> = boards.iter().map(|board| whole.export(board)).collect();
    assert!(!expected.is_empty());
    cut(old.path(), &["board", "list"], 40, |desk, _| {
        let found: Vec<String> = boards.iter().map(|board| desk.export(board)).collect();
        assert_eq!(found, expected);
        assert_eq!(desk.problems(), [""; 0]);
    });
}

#[test]
fn a_backup_that_is_cut_does_not_count_and_the_next_one_does() {
    let desk = Desk::new();
    let file = board_file(&desk, "Work", 200, 100);
    desk.run(["import", &file]).done();
    desk.run(["check"]).done();
    let expected = desk.export("Work");
    let listed = |desk: &Desk| desk.json(["backup", "list"]).as_array().unwrap().len();
    let none = listed(&copy_of(&desk.data()));
    cut(&desk.data(), &["backup"], 40, |desk, was_cut| {
        let counted = listed(desk);
        assert!(counted == none + 1 || was_cut && counted == none, "{counted} count");
        assert_eq!(desk.export("Work"), expected);
        desk.run(["backup", "--json"]);
        assert!(listed(desk) > none);
        assert_eq!(desk.problems(), [""; 0]);
    });
}

#[test]
fn a_share_that_is_cut_is_finished_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob) = (signed_in(&server, "ann"), signed_in(&server, "bob"));
    let file = board_file(&ann, "Work", 60, 100);
    cut_with_a_board_of_its_own(&ann, &file, &server, 24, |desk, board| {
        desk.add(board, "A", "after the cut");
        desk.run(["share", board, "--server", &server.url()]).done();
        desk.run(["sync"]).done();
        desk.run(["member", "add", board, "bob", "--role", "viewer"]).done();
        bob.run(["clone", &server.url(), board]).done();
        for each in [&bob, desk] {
            each.run(["sync"]).done();
        }
        let (ours, theirs) = (standing(desk, board), standing(&bob, board));
        assert_eq!(ours["digest"], theirs["digest"]);
        assert_eq!((&ours["waiting"], &ours["refused"]), (&json!(0), &json!(0)));
        assert_eq!(desk.drawn(board), bob.drawn(board));
        assert_eq!(desk.problems(), [""; 0]);
    });
    assert_eq!((bob.problems(), server.problems()), (Vec::new(), String::new()));
}

/// As [`cut`], where each copy has another board to share: one server keeps a board for ever.
fn cut_with_a_board_of_its_own(
    before: &Desk,
    file: &str,
    server: &Server,
    most: usize,
    judge: impl Fn(&Desk, &str),
) {
    let prepared = || {
        let desk = copy_of(&before.data());
        let board = text(&desk.json(["import", file])["board"]["id"]);
        (desk, board)
    };
    let (desk, board) = prepared();
    let url = server.url();
    let writes = writes_of(&desk, &["share", &board, "--server", &url]);
    let mut cuts = 0;
    for moment in (1..).step_by(writes.div_ceil(most).max(1)) {
        let (desk, board) = prepared();
        let was_cut = killed_at(&desk, &["share", &board, "--server", &url], moment);
        judge(&desk, &board);
        if !was_cut {
            break;
        }
        cuts += 1;
    }
    told(&format!("share: {writes} writes, cut at {cuts} moments"));
    assert!(cuts * 3 >= most.min(writes), "{cuts} cuts in {writes} writes");
}

/// A folder whose digest is wrong asks for the board whole, as one would whose disk lied.
#[test]
fn a_snapshot_that_is_cut_while_it_comes_in_is_taken_in_whole_and_nothing_that_waits_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob) = (signed_in(&server, "ann"), signed_in(&server, "bob"));
    let file = board_file(&ann, "Work", 900, 4000);
    let board = text(&ann.json(["import", &file])["board"]["id"]);
    ann.run(["share", &board, "--server", &server.url()]).done();
    ann.run(["member", "add", &board, "bob", "--role", "editor"]).done();
    bob.run(["clone", &server.url(), &board]).done();
    bob.add(&board, "A", "made without the server");
    database::write(&bob.data(), "update board_head set digest = zeroblob(16)");
    cut(&bob.data(), &["sync"], 10, |desk, _| {
        // It says that the digests differed, unless the cut came after they were mended.
        assert_eq!(desk.run(["sync"]).code, 0);
        ann.run(["sync"]).done();
        let (ours, theirs) = (standing(desk, &board), standing(&ann, &board));
        assert_eq!(ours["digest"], theirs["digest"]);
        assert_eq!((&ours["waiting"], &ours["refused"]), (&json!(0), &json!(0)));
        assert_eq!(desk.drawn(&board), ann.drawn(&board));
        assert!(ann.drawn(&board).matches("made without the server").count() == 1);
        assert_eq!(desk.problems(), [""; 0]);
    });
    assert_eq!((ann.problems(), server.problems()), (Vec::new(), String::new()));
}
