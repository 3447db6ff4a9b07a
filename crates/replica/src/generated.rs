//! The TypeScript picture of the protocol is generated and committed; this keeps it fresh.

use crate::protocol::{Call, Event, Failure, Reply, ShellReply};
use std::{collections::BTreeMap, fs, path::Path};
use ts_rs::{Config, TS};

fn write_all(folder: &Path) {
    let config = Config::default().with_out_dir(folder).with_large_int("number");
    Call::export_all(&config).unwrap();
    Reply::export_all(&config).unwrap();
    ShellReply::export_all(&config).unwrap();
    Event::export_all(&config).unwrap();
    Failure::export_all(&config).unwrap();
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// `UPDATE_GENERATED=1` writes the files anew.
#[test]
fn the_generated_types_are_fresh() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/generated");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::remove_dir_all(&committed).ok();
        write_all(&committed);
    }
    let fresh = tempfile::tempdir().unwrap();
    write_all(fresh.path());
    assert_eq!(
        files(&committed),
        files(fresh.path()),
        "stale: UPDATE_GENERATED=1 cargo test -p holdfast-replica generated"
    );
}
