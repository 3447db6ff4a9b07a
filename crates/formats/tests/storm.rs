//! Thousands of broken files, made from good ones by chance from a fixed seed: whatever comes,
//! reading ends with a board or a refusal, and what it gives survives our own format.

mod fixture;

use fixture::*;
use formats::holdfast::write_json;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::collections::HashMap;

const ROUNDS: usize = 6_000;
/// Pieces that change the meaning of what they land in.
const PIECES: [&str; 22] = [
    "null",
    "true",
    "\"\"",
    "{}",
    "[]",
    "0",
    "-1",
    "1e999",
    "\"\\ud800\"",
    "[[",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "\u{0}",
    "\u{feff}",
    "🪴",
    "\"id\":\"x\",",
    "\"pos\":\"top\",",
    "99999999999999999999",
    "\"0001-01-01T00:00:00Z\"",
];

fn broken(text: &str, chance: &mut StdRng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..chance.gen_range(1..4) {
        let at = chance.gen_range(0..bytes.len());
        match chance.gen_range(0..6) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] = chance.r#gen(),
            2 => {
                let piece = PIECES[chance.gen_range(0..PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let end = (at + chance.gen_range(1..200)).min(bytes.len());
                bytes.drain(at..end);
                bytes.push(b'}');
            }
            4 => {
                let end = (at + chance.gen_range(1..400)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => return replaced(text, chance),
        }
    }
    bytes
}

/// The file with one value replaced, which mostly stays JSON.
fn replaced(text: &str, chance: &mut StdRng) -> Vec<u8> {
    let starts: Vec<usize> = text.match_indices("\": ").map(|(at, _)| at + 3).collect();
    let start = starts[chance.gen_range(0..starts.len())];
    let mut values =
        serde_json::Deserializer::from_str(&text[start..]).into_iter::<serde::de::IgnoredAny>();
    let end = start + values.next().map_or(0, |_| values.byte_offset());
    let piece = PIECES[chance.gen_range(0..PIECES.len())];
    format!("{}{piece}{}", &text[..start], &text[end..]).into_bytes()
}

#[test]
fn no_broken_file_panics_or_hangs() {
    let mut chance = StdRng::seed_from_u64(0x5EED);
    let mut ends: HashMap<String, usize> = HashMap::new();
    for round in 0..ROUNDS {
        let text = [FULL, ODD, ABRIDGED, OWN][round % 4];
        let bytes = broken(text, &mut chance);
        let end = match read(&bytes, "file.json") {
            Ok(first) => {
                let second = good(&write_json(&first.board));
                assert_eq!(second.board, first.board, "round {round}");
                assert!(second.notes.is_empty(), "round {round}");
                "read".to_owned()
            }
            Err(bad) => {
                assert!(!bad.to_string().is_empty());
                format!("{bad:?}").split([' ', '{']).next().unwrap_or_default().to_owned()
            }
        };
        *ends.entry(end).or_default() += 1;
    }
    // A storm that never breaks anything, or breaks everything at once, would prove nothing.
    for end in ["read", "NotJson", "CutShort", "NotText", "DuplicateId"] {
        assert!(ends.get(end).is_some_and(|count| *count > 5), "{end}: {ends:?}");
    }
}
