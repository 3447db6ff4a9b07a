//! Several processes on one folder are one replica.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use futures_util::{SinkExt, StreamExt};
use program::*;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const PROCESSES: usize = 4;
const ADDS: usize = 50;

fn titles(content: &Value) -> Vec<String> {
    let cards = content["content"]["cards"].as_array().unwrap();
    cards.iter().map(|card| text(&card["title"])).collect()
}

#[test]
fn each_sees_what_the_other_did() {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    let mut calling = desk.call();
    let ask = json!({ "ask": "board", "board": board });
    let content = calling.ask(&ask);
    let column = content["content"]["columns"][0]["id"].clone();
    desk.add("B", "A", "from outside");
    assert_eq!(titles(&calling.ask(&ask)), ["from outside"]);
    let add = json!({ "verb": "addCards", "column": column, "place": { "at": "first" }, "titles": ["from inside"] });
    let patch = calling.edit(&board, &add)["patch"].take();
    assert_eq!(patch["patch"]["cards"].as_array().unwrap().len(), 1, "{patch}");
    assert_eq!(desk.drawn("B"), "A: from inside from outside | Z:");

    // An edit on a board that went on without us tells what the others did, too.
    desk.run(["card", "move", "from outside", "--column", "Z"]).done();
    let add = json!({ "verb": "addCards", "column": column, "place": { "at": "last" }, "titles": ["third"] });
    let patch = calling.edit(&board, &add)["patch"].take();
    let told = patch["patch"]["cards"].as_array().unwrap();
    let told: BTreeSet<&str> = told.iter().filter_map(|card| card["title"].as_str()).collect();
    assert_eq!(told, BTreeSet::from(["from outside", "third"]));

    // One stack of undo for all of them.
    assert_eq!(desk.json(["undo"])["verb"], "addCards");
    assert_eq!(calling.ask(&json!({ "ask": "undo" }))["undone"]["verb"], "moveCards");
    assert_eq!(desk.drawn("B"), "A: from inside from outside | Z:");
    let new = desk.board("New", &["A"]);
    let overview = calling.ask(&json!({ "ask": "open" }));
    let boards = overview["overview"]["boards"].as_array().unwrap();
    assert!(boards.iter().any(|board| board["id"] == new));
    let other = desk.call();
    calling.ask(&json!({ "ask": "saveDraft", "draft": {
        "key": "board/x/title", "board": board, "card": null, "column": null, "text": "typed", "savedMs": 0 } }));
    let mut other = other;
    let drafts = other.ask(&json!({ "ask": "open" }))["overview"]["drafts"].take();
    assert_eq!(drafts[0]["text"], "typed");
    assert_eq!(desk.problems(), [""; 0]);
}

#[test]
fn four_that_add_at_once_lose_nothing_and_number_without_gaps() {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    let column = text(&desk.json(["board", "show", "B"])["columns"][0]["id"]);
    let adding: Vec<_> =
        (0..PROCESSES)
            .map(|process| {
                let (mut calling, board, column) = (desk.call(), board.clone(), column.clone());
                thread::spawn(move || {
                    let ids: Vec<String> =
                        (0..ADDS)
                            .map(|at| {
                                let edited = calling.edit(&board, &json!({
                            "verb": "addCards", "column": column, "place": { "at": "last" },
                            "titles": [format!("{process}-{at}")],
                        }));
                                text(&edited["created"][0])
                            })
                            .collect();
                    calling.end();
                    ids
                })
            })
            .collect();
    let answered: BTreeSet<String> =
        adding.into_iter().flat_map(|process| process.join().unwrap()).collect();
    assert_eq!(answered.len(), PROCESSES * ADDS);
    let shown = desk.json(["board", "show", "B"]);
    let cards = shown["columns"][0]["cards"].as_array().unwrap();
    let there: Vec<String> = cards.iter().map(|card| text(&card["id"])).collect();
    assert_eq!(there.len(), PROCESSES * ADDS);
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), answered);
    // Each one's cards stand in the order in which it added them.
    for process in 0..PROCESSES {
        let own = cards.iter().map(|card| text(&card["title"]));
        let own: Vec<String> = own.filter(|it| it.starts_with(&format!("{process}-"))).collect();
        let expected: Vec<String> = (0..ADDS).map(|at| format!("{process}-{at}")).collect();
        assert_eq!(own, expected);
    }
    let numbers =
        "select count(*) || ' ' || min(seq) || ' ' || max(seq) || ' ' || count(distinct rseq)
                   || ' ' || max(rseq) || ' ' || count(distinct replica_id) from log";
    assert_eq!(database::read(&desk.data(), numbers), ["201 1 201 201 201 1"]);
    assert_eq!(desk.problems(), [""; 0]);
}

#[test]
fn several_that_find_no_folder_yet_make_one_together() {
    for _ in 0..10 {
        let desk = Desk::new();
        let making: Vec<_> = (0..PROCESSES)
            .map(|process| {
                let mut command = on(&desk.data(), ["board", "create", &process.to_string()]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        for process in making {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let boards = desk.json(["board", "list"]);
        let titles = boards.as_array().unwrap().iter().map(|board| text(&board["title"]));
        assert_eq!(titles.collect::<BTreeSet<_>>().len(), PROCESSES);
        assert_eq!(desk.problems(), [""; 0]);
    }
}

#[test]
fn a_restore_takes_the_database_from_under_nobody() {
    let desk = Desk::new();
    let board = desk.board("B", &["A"]);
    desk.add("B", "A", "old");
    let backup = text(&desk.json(["backup"])["name"]);
    desk.add("B", "A", "new");
    let mut calling = desk.call();
    calling.ask(&json!({ "ask": "open" }));
    let (code, message) = desk.run(["restore", &backup, "--json"]).refused(1);
    assert_eq!(code, "alreadyOpen", "{message}");
    // What is answered now must not go to a file without a name.
    calling.ask(&json!({ "ask": "undo" }));
    assert_eq!(desk.drawn(&board), "A: old");
    calling.ask(&json!({ "ask": "redo" }));
    calling.end();
    assert_eq!(desk.drawn(&board), "A: old new");
    desk.run(["restore", &backup]).done();
    assert_eq!(desk.drawn(&board), "A: old");

    // One that is alone on the folder restores from within.
    let mut calling = desk.call();
    let name = text(&calling.ask(&json!({ "ask": "backups" }))["backups"][0]["name"]);
    calling.ask(&json!({ "ask": "restore", "backup": name }));
    assert_eq!(desk.drawn(&board), "A: old new");
    calling.end();
    assert_eq!(desk.problems(), [""; 0]);
}

/// `holdfast web` that is ended with the test.
struct Web(std::process::Child);

impl Drop for Web {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_what_the_command_line_did() {
    let desk = Desk::new();
    let board = desk.board("B", &["A"]);
    let mut command = on(&desk.data(), ["web"]);
    let mut web = Web(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(web.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (origin, key) = line.trim().split_once("/#key=").unwrap();
    let authority = origin.strip_prefix("http://").unwrap();
    let mut request = format!("ws://{authority}/socket").into_client_request().unwrap();
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let open = json!({ "id": 1, "call": { "to": "replica", "request": { "ask": "board", "board": board } } });
    for message in [json!({ "key": key }), open] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    let mut hear = async || -> Value {
        let message = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
        serde_json::from_str(message.unwrap().unwrap().unwrap().to_text().unwrap()).unwrap()
    };
    while hear().await["id"] != 1 {}

    desk.add("B", "A", "from the command line");
    let added = Instant::now();
    loop {
        let told = hear().await;
        let cards = &told["event"]["patch"]["patch"]["cards"];
        if cards[0]["title"] == "from the command line" {
            break;
        }
    }
    println!("it took {:?}", added.elapsed());
}
