//! Two desks and one server, each a process of its own: what is acknowledged reaches the other exactly once, whatever is
//! killed in between.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{collections::BTreeSet, process::Stdio, thread, time::Duration};

fn signed_in(server: &Server, name: &str) -> Desk {
    server.add(name);
    let desk = Desk::new();
    let mut login = on(&desk.data(), ["login", &server.url(), "--user", name, "--password-stdin"]);
    assert!(answered(login.stdin(Stdio::piped())).success());
    desk
}

fn status(desk: &Desk) -> Value {
    desk.json(["status"])[0].take()
}

/// The ids of the cards of a board, each as often as it is listed.
fn cards(desk: &Desk, board: &str) -> Vec<String> {
    let shown = desk.json(["board", "show", board]);
    let columns = shown["columns"].as_array().unwrap();
    let cards = columns.iter().flat_map(|column| column["cards"].as_array().unwrap());
    cards.map(|card| text(&card["id"])).collect()
}

/// Two desks on one shared board.
fn two_desks(server: &Server) -> (Desk, Desk, String) {
    let (ann, bob) = (signed_in(server, "ann"), signed_in(server, "bob"));
    let board = ann.board("Team", &["To do", "Done"]);
    ann.add(&board, "To do", "first");
    ann.run(["share", &board, "--server", &server.url()]).done();
    ann.run(["member", "add", &board, "bob", "--role", "editor"]).done();
    bob.run(["clone", &server.url(), "Team"]).done();
    (ann, bob, board)
}

/// Both send and fetch until neither has anything to say.
fn agree(ann: &Desk, bob: &Desk) {
    for desk in [ann, bob, ann] {
        desk.run(["sync"]).done();
    }
    let (ours, theirs) = (status(ann), status(bob));
    for same in ["cursor", "head", "digest", "epoch"] {
        assert_eq!(ours[same], theirs[same], "{same}");
    }
    assert_eq!((&ours["waiting"], &theirs["waiting"]), (&json!(0), &json!(0)));
    assert_eq!((ann.problems(), bob.problems()), (Vec::new(), Vec::new()));
}

/// Another computer of somebody who is on the board already says nothing again that the server knows.
#[test]
fn a_board_is_fetched_to_a_second_computer_and_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob, _) = two_desks(&server);
    for name in ["ann", "bob"] {
        let second = Desk::new();
        let login = ["login", &server.url(), "--user", name, "--password-stdin"];
        assert!(answered(on(&second.data(), login).stdin(Stdio::piped())).success());
        second.run(["clone", &server.url(), "Team"]).done();
        agree(&ann, &bob);
        agree(&ann, &second);
        let stands = status(&second);
        assert_eq!((&stands["waiting"], &stands["refused"]), (&json!(0), &json!(0)));
    }
}

#[test]
fn what_two_desks_did_apart_is_on_both_after_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path().join("server"));
    let (ann, bob, board) = two_desks(&server);
    assert_eq!(bob.drawn(&board), "To do: first | Done:");

    server.kill();
    ann.add(&board, "To do", "by ann");
    let card = cards(&bob, &board).remove(0);
    bob.run(["card", "move", &card, "--column", "Done"]).done();
    assert_ne!(bob.run(["sync"]).code, 0, "there is no server");
    assert_eq!((&status(&ann)["waiting"], &status(&bob)["waiting"]), (&json!(1), &json!(1)));

    server.start_again();
    agree(&ann, &bob);
    assert_eq!(ann.drawn(&board), "To do: by ann | Done: first");
    let exported: Value = serde_json::from_str(&ann.export(&board)).unwrap();
    let people = exported["board"]["people"].as_array().unwrap().iter();
    let people: BTreeSet<String> = people.map(|person| text(&person["name"])).collect();
    let both = ["ann", "bob"].map(str::to_owned);
    assert_eq!(people, BTreeSet::from(both), "who shares and who comes say who they are");
    assert_eq!(bob.drawn(&board), ann.drawn(&board));
    assert_eq!(server.problems(), "");
}

#[test]
fn a_lowered_role_leaves_what_was_done_in_the_tray() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob, board) = two_desks(&server);
    let refused = bob.add(&board, "Done", "too late");
    ann.run(["member", "add", &board, "bob", "--role", "viewer"]).done();
    ann.add(&board, "Done", "in time");
    agree(&ann, &bob);
    let after = status(&bob);
    assert_eq!((&after["waiting"], &after["refused"]), (&json!(0), &json!(1)));
    assert_eq!(bob.drawn(&board), "To do: first | Done: in time");
    assert!(!cards(&ann, &board).contains(&refused));
    assert_eq!(server.problems(), "");
    // It is not left behind without a word.
    let (code, message) = bob.run(["detach", &board, "--json"]).refused(1);
    assert_eq!(code, "refusedChanges");
    assert!(message.contains("--leave-refused"), "{message}");
    assert!(bob.run(["export", &board, "--format", "refused"]).done().contains("too late"));
    bob.run(["detach", &board, "--leave-refused"]).done();
    assert_eq!(bob.drawn("Team"), "To do: first | Done: in time");
}

/// Bob, who does not know it yet, puts cards into a column that Ann deleted.
#[test]
fn cards_that_go_into_a_column_deleted_meanwhile_are_on_both_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob, board) = two_desks(&server);
    let shown = ann.json(["board", "show", &board]);
    let [to_do, done] = [0, 1].map(|at| shown["columns"][at]["id"].clone());
    let mut calls = ann.call();
    calls.edit(&board, &json!({ "verb": "deleteColumn", "column": done, "cards": { "to": "column", "column": to_do } }));
    calls.end();
    bob.run(["card", "move", "first", "--column", "Done"]).done();
    let made = bob.add(&board, "Done", "made there");
    agree(&ann, &bob);
    assert_eq!(ann.drawn(&board), bob.drawn(&board));
    let listed = cards(&ann, &board);
    assert_eq!((listed.len(), listed.contains(&made)), (2, true), "{listed:?}");
    for desk in [&ann, &bob] {
        // Neither went out of sight with the column.
        let shown = desk.json(["board", "show", &board]);
        let columns = shown["columns"].as_array().unwrap();
        let live = columns.iter().filter(|column| column["archived"] == false);
        let titles = live.flat_map(|column| column["cards"].as_array().unwrap());
        let mut titles: Vec<String> = titles.map(|card| text(&card["title"])).collect();
        titles.sort();
        assert_eq!(titles, ["first", "made there"], "{shown}");
    }
}

#[test]
fn what_waits_on_a_board_that_was_lost_is_told_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob, board) = two_desks(&server);
    bob.add(&board, "Done", "never sent");
    ann.run(["member", "remove", &board, "bob"]).done();
    let told = bob.run(["sync"]).done();
    assert!(told.contains("Team: 1 waiting, on a board that is no longer yours"), "{told}");
    assert_eq!(bob.drawn(&board), "To do: first | Done: never sent");
}

/// Kills land where chance puts them: while a desk pushes, while it takes in, while the server commits.
#[test]
fn every_acknowledged_card_is_on_both_desks_exactly_once_whatever_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path().join("server"));
    let (ann, bob, board) = two_desks(&server);
    let mut chance = StdRng::seed_from_u64(20_261_122);
    let mut acknowledged: BTreeSet<String> = cards(&ann, &board).into_iter().collect();
    for round in 0..25 {
        for (desk, title) in [(&ann, "ann"), (&bob, "bob")] {
            for number in 0..4 {
                acknowledged.insert(desk.add(
                    &board,
                    "To do",
                    &format!("{title} {round}.{number}"),
                ));
            }
        }
        let desk = if round % 2 == 0 { &ann } else { &bob };
        let mut syncing =
            on(&desk.data(), ["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The place of the kill is what chance decides; nothing waits for it.
        thread::sleep(Duration::from_micros(chance.gen_range(500..40_000)));
        if round % 3 == 0 {
            server.kill();
            server.start_again();
        }
        syncing.kill().unwrap();
        syncing.wait().unwrap();
    }
    agree(&ann, &bob);
    for desk in [&ann, &bob] {
        let listed = cards(desk, &board);
        assert_eq!(listed.len(), acknowledged.len(), "each is there once");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), acknowledged);
    }
    assert_eq!(server.problems(), "");
}
