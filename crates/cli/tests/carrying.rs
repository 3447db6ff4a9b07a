//! Cards that go to another board: all of them is there, once, whatever is undone, typed or refused.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use serde_json::{Value, json};
use std::process::Stdio;

fn two_boards(desk: &Desk) -> (String, String) {
    let from = desk.board("Garden", &["To do", "Done"]);
    let to = desk.board("House", &["Inbox", "Later"]);
    for title in ["dig", "sow", "water"] {
        desk.add(&from, "To do", title);
    }
    desk.add(&to, "Later", "paint");
    (from, to)
}

fn card(desk: &Desk, board: &str, title: &str) -> String {
    let shown = desk.json(["board", "show", board]);
    let columns = shown["columns"].as_array().unwrap();
    let mut cards = columns.iter().flat_map(|column| column["cards"].as_array().unwrap());
    text(&cards.find(|card| card["title"] == title).unwrap()["id"])
}

#[test]
fn a_card_goes_to_another_board_and_comes_back_in_one_step() {
    let desk = Desk::new();
    let (from, to) = two_boards(&desk);
    let dig = card(&desk, &from, "dig");
    let mut calling = desk.call();
    calling.edit(&from, &json!({ "verb": "addComment", "card": dig, "text": "with a spade" }));
    let (garden, house) = (desk.export(&from), desk.export(&to));

    let moved = desk.json(["card", "move", "dig", "--board", "House", "--column", "Later"]);
    assert_eq!(keys(&moved), "board column from id was");
    assert_eq!((&moved["was"], &moved["from"]), (&json!(dig), &json!(from)));
    assert_eq!(moved["id"], card(&desk, &to, "dig"));
    assert_eq!(desk.drawn(&from), "To do: sow water | Done:");
    assert_eq!(desk.drawn(&to), "Inbox: | Later: paint dig");
    let shown = desk.json(["board", "show", &to]);
    assert_eq!(shown["columns"][1]["cards"][1]["comments"], 1);

    desk.run(["undo"]).done();
    assert_eq!((desk.export(&from), desk.export(&to)), (garden, house));
    desk.run(["redo"]).done();
    assert_eq!(desk.drawn(&to), "Inbox: | Later: paint dig");
    assert_eq!(desk.drawn(&from), "To do: sow water | Done:");
    assert_eq!(desk.problems(), Vec::<String>::new());
}

#[test]
fn a_copy_leaves_the_card_where_it_is() {
    let desk = Desk::new();
    let (from, to) = two_boards(&desk);
    let garden = desk.export(&from);
    desk.json(["card", "copy", "sow", "--board", &to, "--column", "Inbox"]);
    assert_eq!(desk.export(&from), garden);
    assert_eq!(desk.drawn(&to), "Inbox: sow | Later: paint");
    desk.run(["undo"]).done();
    assert_eq!(desk.drawn(&to), "Inbox: | Later: paint");
}

#[test]
fn what_is_typed_on_a_card_goes_along() {
    let desk = Desk::new();
    let (from, to) = two_boards(&desk);
    let (dig, sow) = (card(&desk, &from, "dig"), card(&desk, &from, "sow"));
    let mut calling = desk.call();
    let checklist = json!({ "verb": "addChecklist", "card": dig, "title": "Tools" });
    let checklist = text(&calling.edit(&from, &checklist)["created"][0]);
    for (key, card) in [
        (format!("card/{dig}/comment"), &dig),
        (format!("checklist/{checklist}/item"), &dig),
        (format!("card/{sow}/comment"), &sow),
    ] {
        let draft = json!({
            "key": key, "board": from, "card": card, "column": null, "text": "half a", "savedMs": 0,
        });
        calling.ask(&json!({ "ask": "saveDraft", "draft": draft }));
    }
    let carrying =
        json!({ "board": from, "cards": [dig], "to": to, "column": null, "copy": false });
    let edited = calling.ask(&json!({ "ask": "carry", "carrying": carrying }))["edited"].take();
    let twin = text(&edited["created"][0]);
    assert_eq!(edited["patch"]["patch"]["board"]["id"], from, "the board that they left");
    let drafts = calling.ask(&json!({ "ask": "open" }))["overview"]["drafts"].take();
    let drafts = drafts.as_array().unwrap();
    let of = |card: &str| drafts.iter().filter(|it| it["card"] == card).collect::<Vec<_>>();
    assert_eq!((of(&dig).len(), of(&twin).len(), of(&sow).len()), (0, 2, 1));
    let detail = calling.ask(&json!({ "ask": "card", "board": to, "card": twin }));
    let checklist = text(&detail["detail"]["checklists"][0]["id"]);
    let keys: Vec<String> = of(&twin).iter().map(|it| text(&it["key"])).collect();
    assert_eq!(keys, [format!("card/{twin}/comment"), format!("checklist/{checklist}/item")]);
    assert!(of(&twin).iter().all(|it| it["board"] == to && it["text"] == "half a"));
    calling.end();
}

#[test]
fn what_cannot_go_stays_whole() {
    let desk = Desk::new();
    let (from, to) = two_boards(&desk);
    desk.board("Attic", &[]);
    let before = (desk.export(&from), desk.export(&to));
    let refused =
        |arguments: &[&str], exit| desk.run([&["--json"], arguments].concat()).refused(exit);
    refused(&["card", "move", "dig", "--board", "Nowhere", "--column", "Inbox"], 1);
    refused(&["card", "move", "dig", "--board", "House", "--column", "Cellar"], 1);
    refused(&["card", "move", "dig", "--board", "House", "--column", "Inbox", "--first"], 2);
    let (code, message) =
        refused(&["card", "move", "dig", "--board", "Garden", "--column", "Done"], 1);
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("refused", "The cards are on this board already.")
    );
    let attic = text(&desk.json(["board", "list"])[2]["id"]);
    let dig = card(&desk, &from, "dig");
    let carrying =
        json!({ "board": from, "cards": [dig], "to": attic, "column": null, "copy": false });
    let mut calling = desk.call();
    let answer: Value = calling.answer(&json!({ "ask": "carry", "carrying": carrying }));
    assert_eq!(answer["failed"]["code"], "refused", "{answer}");
    assert_eq!((desk.export(&from), desk.export(&to)), before);
}

fn signed_in(server: &Server, name: &str) -> Desk {
    server.add(name);
    let desk = Desk::new();
    let mut login = on(&desk.data(), ["login", &server.url(), "--user", name, "--password-stdin"]);
    assert!(answered(login.stdin(Stdio::piped())).success());
    desk
}

#[test]
fn a_card_goes_to_a_shared_board_and_its_members_see_it_unless_one_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path().join("server"));
    let (ann, bob) = (signed_in(&server, "ann"), signed_in(&server, "bob"));
    let (from, to) = two_boards(&ann);
    ann.run(["share", &to, "--server", &server.url()]).done();
    ann.run(["member", "add", &to, "bob", "--role", "viewer"]).done();
    bob.run(["clone", &server.url(), "House"]).done();

    ann.json(["card", "move", "dig", "--board", "House", "--column", "Inbox"]);
    ann.run(["sync"]).done();
    bob.run(["sync"]).done();
    assert_eq!(bob.drawn(&to), "Inbox: dig | Later: paint");
    assert_eq!(ann.drawn(&from), "To do: sow water | Done:");

    let own = bob.board("Own", &["Here"]);
    bob.add(&own, "Here", "mine");
    let (before, house) = (bob.export(&own), bob.export(&to));
    let to_house = ["--json", "card", "move", "mine", "--board", "House", "--column", "Inbox"];
    bob.run(to_house).refused(1);
    let from_house = ["--json", "card", "move", "dig", "--board", "Own", "--column", "Here"];
    bob.run(from_house).refused(1);
    assert_eq!((bob.export(&own), bob.export(&to)), (before, house), "nothing half done");
    bob.json(["card", "copy", "dig", "--board", "Own", "--column", "Here"]);
    assert_eq!(bob.drawn(&own), "Here: mine dig");

    ann.run(["undo"]).done();
    ann.run(["sync"]).done();
    bob.run(["sync"]).done();
    assert_eq!(bob.drawn(&to), "Inbox: | Later: paint");
    assert_eq!(ann.drawn(&from), "To do: dig sow water | Done:");
    assert_eq!((ann.problems(), bob.problems()), (Vec::new(), Vec::new()));
}
