//! Saved means saved: the program is killed again and again, and what it had answered is there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod killing;
mod program;

use killing::{
    journal::Act,
    observed::Known,
    rounds::{Figures, Killer, Kind, thousand_cards},
};
use program::*;
use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Killers that work at once, each on a folder of its own.
const KILLERS: u64 = 2;
const KILLS_EACH: u32 = 105;

#[test]
fn what_was_answered_survives_every_kill() {
    let seed = seed();
    say(&format!("kills: HOLDFAST_SEED={seed}"));
    let begun = Instant::now();
    let killers: Vec<_> =
        (0..KILLERS).map(|number| thread::spawn(move || killing_spree(seed + number))).collect();
    let figures: Vec<Figures> = killers.into_iter().map(|killer| killer.join().unwrap()).collect();
    let sum = |of: fn(&Figures) -> u32| figures.iter().map(of).sum::<u32>();
    let (kills, inside) = (sum(|it| it.kills), sum(|it| it.inside));
    say(&format!(
        "kills: {kills}, {inside} of them inside a transaction; {} while importing ({} inside), {} while \
         backing up; {} acts were answered and all are there, of {} unanswered {} were done wholly and \
         the others not at all; {} checks found nothing; {:.0} s",
        sum(|it| it.imports),
        sum(|it| it.imports_inside),
        sum(|it| it.backups),
        sum(|it| it.answered),
        sum(|it| it.unanswered),
        sum(|it| it.unanswered_done),
        sum(|it| it.checks),
        begun.elapsed().as_secs_f64(),
    ));
    assert!(kills >= 200, "{kills} kills are too few");
    assert!(inside > 0, "no kill fell inside a transaction: it proves nothing");
    assert!(sum(|it| it.imports_inside) > 0, "no kill fell inside an import: it proves nothing");
}

fn killing_spree(seed: u64) -> Figures {
    let mut killer = Killer::new(seed);
    for kill in 0..KILLS_EACH {
        killer.round(match kill % 10 {
            3 | 6 | 9 => Kind::Imports,
            4 | 8 => Kind::Backups,
            _ => Kind::Edits,
        });
    }
    killer.check();
    killer.figures
}

/// A build that answers before it commits leaves this after a power cut.
#[test]
fn a_lost_edit_is_found() {
    let mut killer = Killer::new(1);
    killer.work(40);
    assert_eq!(found(&mut killer), Ok(()));
    let saved = copied(&killer.desk.data(), &killer.desk.path("saved"));
    let journal = killer.journal.clone();
    for verb in ["added", "renamed", "drafted"] {
        killer.journal = journal.clone();
        let act = match verb {
            "added" => Act::Add { column: 0, first: false, title: "lost".to_owned() },
            "renamed" => {
                let from = journal.answered.titles().next().unwrap().clone();
                Act::Rename { from, to: "lost".to_owned() }
            }
            _ => Act::SaveDraft { key: "card/9/comment".to_owned(), text: "lost".to_owned() },
        };
        killer.carry_out(act);
        assert_eq!(found(&mut killer), Ok(()), "{verb}");
        fs::remove_dir_all(killer.desk.data()).unwrap();
        copied(&saved, &killer.desk.data());
        let wrong = found(&mut killer).unwrap_err();
        assert!(wrong.starts_with("what is there was never answered"), "{verb}: {wrong}");
    }
}

#[test]
fn an_answer_for_what_never_happened_is_found() {
    let mut killer = Killer::new(2);
    killer.work(40);
    let journal = killer.journal.clone();
    let fresh = || "never".to_owned();
    let acts = [
        Act::Add { column: 1, first: true, title: fresh() },
        Act::Import { title: fresh() },
        Act::SaveDraft { key: fresh(), text: fresh() },
        Act::Undo,
    ];
    for act in acts {
        killer.journal = journal.clone();
        killer.journal.asked(act.clone());
        // As long as it is not answered, it need not have happened.
        assert_eq!(found(&mut killer), Ok(()), "{act:?}");
        killer.journal.was_answered();
        assert!(found(&mut killer).is_err(), "{act:?}");
    }
    killer.journal = journal;
    killer.journal.backups.insert("holdfast-20260101T000000000-asked.db".to_owned());
    assert!(found(&mut killer).unwrap_err().contains("is not there"));
}

#[test]
fn half_an_import_and_a_bad_backup_are_found() {
    let mut killer = Killer::new(3);
    let file = killer.desk.file("import.json", thousand_cards("half"));
    killer.desk.run([OsStr::new("import"), file.as_os_str()]).done();
    killer.journal.asked(Act::Import { title: "half".to_owned() });
    assert_eq!(found(&mut killer), Ok(()));
    killer.known = Known::default();
    let gone =
        "delete from entity where rowid = (select max(rowid) from entity where kind = 'card')";
    assert_eq!(database::write(&killer.desk.data(), gone), 1);
    assert!(found(&mut killer).unwrap_err().starts_with("an import did not come whole"));

    let mut killer = Killer::new(4);
    killer.work(40);
    let name = text(&killer.desk.json(["backup"])["name"]);
    assert_eq!(found(&mut killer), Ok(()));
    killer.known = Known::default();
    let backup = killer.desk.data().join("backups").join(&name);
    killer.journal.backups.insert(name);
    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    fs::write(&backup, bytes).unwrap();
    assert!(found(&mut killer).unwrap_err().contains("backup"));
}

fn found(killer: &mut Killer) -> Result<(), String> {
    let mut calling = killer.desk.call();
    let found = killer.find(&mut calling).map(drop);
    calling.end();
    found
}

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
