//! Reading takes less than six times the file's size. Each file is read in a process of its own,
//! since the peak that the kernel keeps is that of a whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test may panic")]

mod fixture;

use fixture::good;
use std::{fmt::Write, fs, process::Command};

const FILE: &str = "HOLDFAST_TEST_MEMORY_FILE";
const CARDS: usize = 16_000;
const TIMES_MAX: u64 = 6;

/// An export of about 20 MB in Trello's own shape, with the many fields that nobody reads.
fn large_export() -> String {
    let mut cards = String::new();
    let mut checklists = String::new();
    let mut actions = String::new();
    for n in 0..CARDS {
        let comma = if n == 0 { "" } else { "," };
        let (id, list) = (format!("5f{n:022x}"), n % 8);
        write!(
            cards,
            r#"{comma}{{"id":"{id}","name":"Card number {n} with a title of the usual length","desc":"{}","closed":false,"idList":"list{list}","pos":{n}.5,"due":"2026-05-01T12:30:00.000Z","dueComplete":false,"idMembers":["member"],"idLabels":["label"],"labels":[{{"id":"label","name":"bug","color":"red","uses":3}}],"idChecklists":["{id}k"],"badges":{{"votes":0,"comments":1,"checkItems":3,"attachmentsByType":{{"trello":{{"board":0,"card":0}}}}}},"cover":{{"color":null,"size":"normal","brightness":"light"}},"limits":{{"attachments":{{"perCard":{{"status":"ok","disableAt":1000,"warnAt":900}}}},"checklists":{{"perCard":{{"status":"ok","disableAt":500,"warnAt":450}}}}}},"shortUrl":"https://trello.com/c/{n:08}","customFieldItems":[{{"id":"{id}f","idCustomField":"field","value":{{"number":"{n}"}}}}],"attachments":[]}}"#,
            "A few words of text. ".repeat(8)
        )
        .expect("memory");
        write!(
            checklists,
            r#"{comma}{{"id":"{id}k","name":"Steps","idCard":"{id}","pos":1,"checkItems":[{{"id":"{id}1","name":"first","state":"complete","pos":1}},{{"id":"{id}2","name":"second","state":"incomplete","pos":2}}]}}"#
        )
        .expect("memory");
    }
    for n in 0..1_000 {
        let comma = if n == 0 { "" } else { "," };
        write!(
            actions,
            r#"{comma}{{"id":"6f{n:022x}","type":"commentCard","date":"2026-01-01T00:00:00Z","data":{{"text":"A comment","card":{{"id":"5f{n:022x}"}}}},"memberCreator":{{"id":"member","fullName":"Member"}}}}"#
        )
        .expect("memory");
    }
    let lists: Vec<_> =
        (0..8).map(|n| format!(r#"{{"id":"list{n}","name":"List {n}","pos":{n}}}"#)).collect();
    format!(
        r#"{{"name":"Large","lists":[{}],"cards":[{cards}],"checklists":[{checklists}],"actions":[{actions}],"members":[{{"id":"member","fullName":"Member"}}],"labels":[{{"id":"label","name":"bug","color":"red"}}]}}"#,
        lists.join(",")
    )
}

/// As many cards as may be, with little on each: most of their memory is fields without a value.
fn small_cards() -> String {
    let cards: Vec<_> = (0..100_000)
        .map(|n| {
            format!(
                r#"{{"id":"5f{n:022x}","name":"Card {n}","desc":"","closed":false,"idList":"5f00000000000000000000ff","pos":{n}}}"#
            )
        })
        .collect();
    format!(r#"{{"lists":[{{"id":"5f00000000000000000000ff"}}],"cards":[{}]}}"#, cards.join(","))
}

/// Values without end under a key that nobody reads.
fn small_unread_values() -> String {
    format!(r#"{{"lists":[],"cards":[],"x":[{}0]}}"#, "0,".repeat(10 * 1024 * 1024))
}

/// The part that runs in the process of its own; without the variable it has nothing to do.
#[test]
fn read_one_file_and_print_the_peak() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let text = fs::read_to_string(path).expect("the file that the other test wrote");
    let read = good(&text);
    let status = fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let peak = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the peak");
    println!("cards={} {peak}", read.counts.cards);
}

/// The peak in bytes, above that of reading an empty board.
fn peak(name: &str, text: &str) -> (u64, String) {
    let path = std::env::temp_dir().join(format!("holdfast-memory-{}-{name}", std::process::id()));
    fs::write(&path, text).expect("a file for the test");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["read_one_file_and_print_the_peak", "--exact", "--nocapture"])
        .env(FILE, &path)
        .output()
        .expect("the test starts itself");
    fs::remove_file(&path).expect("the file of the test");
    let said = String::from_utf8(output.stdout).expect("text");
    let kilobytes = said
        .split_once("VmHWM:")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or_else(|| panic!("no peak in: {said}"));
    (kilobytes * 1024, said)
}

#[test]
fn memory_stays_under_six_times_the_file() {
    let (empty, _) = peak("empty", r#"{"lists":[],"cards":[]}"#);
    let large = large_export();
    assert!(large.len() > 18_000_000, "{} bytes", large.len());
    for (name, text) in
        [("large", large), ("small-cards", small_cards()), ("small-values", small_unread_values())]
    {
        let (peak, said) = peak(name, &text);
        let bytes = u64::try_from(text.len()).expect("a length");
        // The text of the file itself is in the peak, too.
        let above = peak.saturating_sub(empty);
        println!("{name}: {bytes} bytes in the file, {above} in memory, {said}");
        assert!(above < TIMES_MAX * bytes, "{name}: {above} bytes for {bytes}");
        if name == "large" {
            assert!(said.contains(&format!("cards={CARDS}")), "{said}");
        }
    }
}
