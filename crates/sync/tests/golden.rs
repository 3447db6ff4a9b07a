//! The wire is frozen: every message as bytes in `golden/`, which must be read as what it was and be written as the
//! same bytes, for ever. These files are never edited. A new one is made by
//! `HOLDFAST_GOLDEN=new cargo test -p holdfast-sync --test golden`, which writes those that are missing and no other.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "golden/samples.rs"]
mod samples;
#[path = "golden/unknown.rs"]
mod unknown;
#[path = "golden/vectors.rs"]
mod vectors;

use minicbor::{Decode, Encode};
use std::{collections::BTreeSet, fmt::Debug, fs, path::PathBuf};
use sync::frame;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The bytes of a golden file: hexadecimal digits, and comments behind `#`. Where it is missing and a new one is
/// asked for, it is made of these bytes.
fn frozen(name: &str, about: &str, fresh: &[u8]) -> Vec<u8> {
    let path = folder().join(format!("{name}.hex"));
    if !path.exists() && std::env::var("HOLDFAST_GOLDEN").as_deref() == Ok("new") {
        let digits = hex(fresh);
        let rows: Vec<&str> = (0..digits.len())
            .step_by(80)
            .map(|at| &digits[at..digits.len().min(at + 80)])
            .collect();
        fs::write(&path, format!("# {about}.\n{}\n", rows.join("\n"))).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name}.hex is missing"));
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    from_hex(&lines.collect::<String>())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn check<M: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + Debug>(
    name: &str,
    about: &str,
    message: &M,
) {
    let written = frame::write(message).unwrap();
    let frozen = frozen(name, about, &written);
    assert_eq!(frame::read::<M>(&frozen).as_ref(), Ok(message), "{name} is read as what it was");
    assert_eq!(hex(&written), hex(&frozen), "{name} is written as it was");
}

#[test]
fn every_message_of_a_client_is_frozen() {
    for (name, about, message) in samples::from_clients() {
        assert_eq!(samples::from_client(&message), name);
        check(name, about, &message);
    }
}

#[test]
fn every_message_of_a_server_is_frozen() {
    for (name, about, message) in samples::from_servers() {
        assert_eq!(samples::from_server(&message), name);
        check(name, about, &message);
    }
}

#[test]
fn the_samples_have_every_answer_and_every_role() {
    for (name, _, sample) in samples::answers() {
        assert_eq!(samples::answer(&sample), name);
    }
    for (name, _, sample) in samples::roles() {
        assert_eq!(samples::role(&sample), name);
    }
}

/// Another version of Zstandard may pack otherwise: what is packed must be read, and unpack to what is written plain.
#[test]
fn a_packed_frame_is_read_for_ever() {
    let numbered = samples::numbered();
    let changes = sync::message::FromClient::ShareLog(
        samples::board(),
        samples::position(8),
        vec![sync::message::NumberedBytes(numbered); 12],
    );
    let written = frame::write(&changes).unwrap();
    assert_eq!(written[0], 1, "it is long enough to be packed");
    let frozen = frozen("packed", "A share's log of 12 times the same change, packed", &written);
    assert_eq!(frozen[0], 1);
    assert_eq!(frame::read(&frozen), Ok(changes.clone()));
    let unpacked = zstd::bulk::decompress(&frozen[1..], frame::FRAME_BYTES_MAX).unwrap();
    assert_eq!(unpacked, minicbor::to_vec(&changes).unwrap());
}

/// The body of a merge: a description that names the two versions that its author had before them.
#[test]
fn a_write_that_names_what_was_seen_is_frozen() {
    let merge = samples::merge();
    let (body, _) = domain::change::sign(&merge).unwrap();
    let frozen =
        frozen("seen", "A change's body whose write names what its author had seen", &body);
    assert_eq!(domain::change::read(&frozen), Ok(merge));
    assert_eq!(hex(&body), hex(&frozen));
}

#[test]
fn every_golden_file_is_looked_at() {
    let mut names: BTreeSet<String> = BTreeSet::from(["packed".to_owned()]);
    names.insert("seen".to_owned());
    names.extend(samples::from_clients().iter().map(|it| it.0.to_owned()));
    names.extend(samples::from_servers().iter().map(|it| it.0.to_owned()));
    names.extend(unknown::NAMES.iter().chain(&vectors::NAMES).map(|name| (*name).to_owned()));
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|file| {
            file.unwrap().file_name().to_str()?.strip_suffix(".hex").map(str::to_owned)
        })
        .collect();
    assert_eq!(files, names);
}
