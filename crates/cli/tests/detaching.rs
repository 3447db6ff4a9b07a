//! Sharing a board of 10,000 cards, detaching it and moving it to another server, each killed at random moments and begun
//! again until it is done: the same cards stand in the same order, digests are the same, and nothing that waited is lost.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::{server::*, *};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;

const COLUMNS: usize = 10;
const CARDS_EACH: usize = 1_000;
/// Edits that wait when the board is left.
const WAITING: usize = 30;

fn big_board() -> String {
    let card = |column: usize, at: usize| {
        let mut card =
            json!({ "id": format!("{column}-{at}"), "title": format!("Card {column}.{at}") });
        if at.is_multiple_of(3) {
            card["labels"] = json!(["late"]);
        }
        if at.is_multiple_of(50) {
            card["description"] = json!("Why it is *here*.\n".repeat(5));
            card["comments"] = json!([{ "id": format!("n{column}-{at}"), "text": "Seen." }]);
            let items =
                json!([{ "id": format!("i{column}-{at}"), "title": "first", "done": true }]);
            card["checklists"] =
                json!([{ "id": format!("l{column}-{at}"), "title": "Steps", "items": items }]);
        }
        card
    };
    let columns: Vec<Value> = (0..COLUMNS)
        .map(|column| {
            let cards: Vec<Value> = (0..CARDS_EACH).map(|at| card(column, at)).collect();
            json!({ "id": format!("c{column}"), "title": format!("Column {column}"), "cards": cards })
        })
        .collect();
    let people = json!([{ "id": "p", "name": "Ann", "me": true }]);
    let labels = json!([{ "id": "late", "name": "late", "colour": "red" }]);
    let board = json!({
        "id": "b", "title": "Big", "columns": columns, "people": people, "labels": labels,
    });
    json!({ "format": "holdfast-board", "version": 1, "board": board }).to_string()
}

/// A board as it is told from outside: all but its own id, and who looks at it.
#[derive(PartialEq)]
struct Picture {
    /// The columns with the ids of their cards, in order.
    cards: Vec<(String, Vec<String>)>,
    digest: String,
    exported: Value,
}

fn picture(desk: &Desk, board: &str) -> Picture {
    let shown = desk.json(["board", "show", board]);
    let columns = shown["columns"].as_array().unwrap().iter();
    let cards = columns.map(|column| {
        let cards = column["cards"].as_array().unwrap().iter().map(|card| text(&card["id"]));
        (text(&column["id"]), cards.collect())
    });
    let cards = cards.collect();
    let mut exported: Value = serde_json::from_str(&desk.export(board)).unwrap();
    exported["board"]["id"].take();
    for person in exported["board"]["people"].as_array_mut().unwrap() {
        person["me"].take();
    }
    Picture { cards, digest: text(&shown["digest"]), exported }
}

impl Picture {
    fn is(&self, other: &Picture) {
        assert!(self.cards == other.cards, "other cards, or in another order");
        assert_eq!(self.digest, other.digest);
        assert!(self.exported == other.exported, "the export differs");
    }
}

/// Folders as they stand before each run; a run works on copies.
struct Stage {
    root: TempDir,
    /// Where the two servers answer in every run.
    addresses: [String; 2],
    /// The board of ann's own.
    own: Picture,
    /// Shared with the first server, and fetched from it by bob.
    shared: Picture,
    /// And worked on by ann without it since.
    waits: Picture,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Share,
    Detach,
    Move,
}

/// A desk and two servers at work on copies.
struct Run {
    desk: Desk,
    servers: Vec<Server>,
    _folder: TempDir,
}

impl Stage {
    fn new() -> Stage {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str| root.path().join(name);
        let mut first = Server::start(folder("at-first"));
        let mut second = Server::start(folder("at-second"));
        let ann = signed_in(&first, "ann");
        second.add("ann");
        sign_in(&ann, &second, "ann");
        let bob = signed_in(&first, "bob");
        let file = ann.file("big.json", big_board());
        ann.run(["import".as_ref(), file.as_os_str()]).done();
        let own = picture(&ann, "Big");
        first.kill();
        second.kill();
        copied(&ann.data(), &folder("own"));
        copied(&folder("at-first"), &folder("first-empty"));
        copied(&folder("at-second"), &folder("second-empty"));

        first.start_again();
        ann.run(["share", "Big", "--server", &first.url()]).done();
        picture(&ann, "Big").is(&own);
        ann.run(["member", "add", "Big", "bob"]).done();
        bob.run(["clone", &first.url(), "Big"]).done();
        for desk in [&bob, &ann] {
            desk.run(["sync"]).done();
        }
        let shared = picture(&bob, "Big");
        picture(&ann, "Big").is(&shared);
        first.kill();
        work_alone(&ann, &own);
        assert_eq!(ann.json(["status"])[0]["waiting"], json!(WAITING));
        let waits = picture(&ann, "Big");
        copied(&ann.data(), &folder("waits"));
        copied(&bob.data(), &folder("bob"));
        copied(&folder("at-first"), &folder("first-shared"));
        Stage {
            addresses: [first.address.clone(), second.address.clone()],
            root,
            own,
            shared,
            waits,
        }
    }

    fn run(&self, kind: Kind) -> Run {
        let (desk, folder) = (Desk::new(), tempfile::tempdir().unwrap());
        let (here, first) = match kind {
            Kind::Share => ("own", "first-empty"),
            Kind::Detach | Kind::Move => ("waits", "first-shared"),
        };
        copied(&self.root.path().join(here), &desk.data());
        let servers = [first, "second-empty"].into_iter().zip(&self.addresses);
        let servers = servers.map(|(name, address)| {
            let data = copied(&self.root.path().join(name), &folder.path().join(name));
            Server::start_at(data, address)
        });
        // It asks no server.
        let servers = if kind == Kind::Detach { Vec::new() } else { servers.collect() };
        Run { desk, servers, _folder: folder }
    }

    fn url(&self, at: usize) -> String {
        format!("http://{}", self.addresses[at])
    }

    fn command(&self, kind: Kind) -> Vec<String> {
        let words: Vec<&str> = match kind {
            Kind::Share => vec!["share", "Big", "--server"],
            Kind::Detach => vec!["detach", "Big"],
            Kind::Move => vec!["move", "Big", "--server"],
        };
        let url = match kind {
            Kind::Share => Some(self.url(0)),
            Kind::Detach => None,
            Kind::Move => Some(self.url(1)),
        };
        words.into_iter().map(str::to_owned).chain(url).collect()
    }

    /// What must be true when it is done.
    fn verify(&self, kind: Kind, run: &mut Run) {
        let listed = run.desk.json(["board", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), 1, "one board: {listed}");
        let status = run.desk.json(["status"]);
        let before = if kind == Kind::Share { &self.own } else { &self.waits };
        let after = picture(&run.desk, "Big");
        after.is(before);
        if kind == Kind::Detach {
            assert_eq!(status, json!([]), "it is nobody else's");
        } else {
            let url = self.url(usize::from(kind == Kind::Move));
            let shared = &status[0];
            assert_eq!((&shared["server"], &shared["waiting"]), (&json!(url), &json!(0)));
            assert_eq!(
                (&shared["cursor"], &shared["digest"]),
                (&shared["head"], &json!(after.digest))
            );
        }
        assert_eq!(run.desk.problems(), [""; 0]);
        for server in &mut run.servers {
            server.kill();
            assert_eq!(server.problems(), "");
        }
    }

    /// Whoever was on the board before it moved keeps what they have, and may keep it as their own.
    fn told(&self, run: &mut Run) {
        run.servers[0].start_again();
        let bob = Desk::new();
        copied(&self.root.path().join("bob"), &bob.data());
        bob.run(["sync"]).done();
        let status = &bob.json(["status"])[0];
        assert_eq!((&status["gone"], &status["waiting"]), (&json!(true), &json!(0)));
        let before = picture(&bob, "Big");
        before.is(&self.shared);
        bob.run(["detach", "Big"]).done();
        picture(&bob, "Big").is(&before);
        assert_eq!((bob.json(["status"]), bob.problems()), (json!([]), Vec::new()));
    }
}

/// Comments, titles, labels and moves that wait.
fn work_alone(desk: &Desk, own: &Picture) {
    let board = text(&desk.json(["board", "list"])[0]["id"]);
    let mut calling = desk.call();
    for at in 0..WAITING {
        let card = &own.cards[at % COLUMNS].1[at * 7];
        let (to, _) = &own.cards[(at + 1) % COLUMNS];
        calling.edit(&board, &match at % 3 {
            0 => json!({ "verb": "addComment", "card": card, "text": format!("Offline {at}.") }),
            1 => json!({ "verb": "renameCard", "card": card, "title": format!("Renamed {at}") }),
            _ => json!({ "verb": "moveCards", "cards": [card], "column": to, "place": { "at": "first" } }),
        });
    }
    calling.end();
}

fn signed_in(server: &Server, name: &str) -> Desk {
    server.add(name);
    let desk = Desk::new();
    sign_in(&desk, server, name);
    desk
}

fn sign_in(desk: &Desk, server: &Server, name: &str) {
    let mut login = on(&desk.data(), ["login", &server.url(), "--user", name, "--password-stdin"]);
    assert!(answered(login.stdin(Stdio::piped())).success());
}

fn spawn(desk: &Desk, command: &[String]) -> Child {
    let mut begun = on(&desk.data(), command);
    begun.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What cutting came to.
#[derive(Debug, Default)]
struct Cuts {
    landed: u32,
    /// It was done before.
    missed: u32,
    servers: u32,
    runs: u32,
}

/// Cuts one run at most three times, and a server now and then; then lets it finish.
fn cut_and_finish(
    run: &mut Run,
    command: &[String],
    whole: Duration,
    chance: &mut StdRng,
    cuts: &mut Cuts,
) {
    cuts.runs += 1;
    for _ in 0..chance.gen_range(1..=3) {
        let mut child = spawn(&run.desk, command);
        // The moment is what chance decides, within what it takes uncut.
        thread::sleep(whole.mul_f64(chance.gen_range(0.02..0.98)));
        let servers = run.servers.len();
        if servers > 0 && chance.gen_bool(0.4) {
            let server = &mut run.servers[chance.gen_range(0..servers)];
            server.kill();
            server.start_again();
            cuts.servers += 1;
        }
        let ended = child.try_wait().unwrap();
        child.kill().ok();
        child.wait().unwrap();
        match ended {
            None => cuts.landed += 1,
            Some(_) => cuts.missed += 1,
        }
    }
    let done = run.desk.run(command);
    assert_eq!(done.code, 0, "{command:?}: {}", done.err);
}

#[test]
fn a_board_of_ten_thousand_cards_is_shared_detached_and_moved_whatever_is_killed() {
    let seed = seed();
    say(&format!("cuts: HOLDFAST_SEED={seed}"));
    let begun = Instant::now();
    let mut chance = StdRng::seed_from_u64(seed);
    let stage = Stage::new();
    say(&format!("the board is ready after {:.1} s", begun.elapsed().as_secs_f64()));
    let mut landed = 0;
    for (kind, wanted) in [(Kind::Share, 7), (Kind::Detach, 6), (Kind::Move, 7)] {
        let command = stage.command(kind);
        let mut run = stage.run(kind);
        let uncut = Instant::now();
        run.desk.run(&command).done();
        let whole = uncut.elapsed();
        stage.verify(kind, &mut run);
        let mut cuts = Cuts::default();
        while cuts.landed < wanted {
            assert!(cuts.runs < 4 * wanted, "cuts miss: {cuts:?}");
            let mut run = stage.run(kind);
            cut_and_finish(&mut run, &command, whole, &mut chance, &mut cuts);
            stage.verify(kind, &mut run);
            if kind == Kind::Move && cuts.landed >= wanted {
                stage.told(&mut run);
            }
        }
        landed += cuts.landed;
        say(&format!("{kind:?} takes {:.2} s uncut; {cuts:?}", whole.as_secs_f64()));
    }
    assert!(landed >= 20);
    say(&format!("{landed} cuts in {:.0} s", begun.elapsed().as_secs_f64()));
}

/// The files of a folder that nobody works on.
fn copied(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    to.to_owned()
}

fn seed() -> u64 {
    match std::env::var("HOLDFAST_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos()),
    }
}

/// Figures belong into the log of a test that passes, too.
fn say(line: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "{line}").unwrap();
}
