//! The house: which room may lean on which, and which room alone names a framework. ARCHITECTURE.md
//! draws the same arrows.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its tree has failed")]

use std::{collections::BTreeSet, fs, path::Path};

/// A room, and the rooms that it may name. Arrows never turn back.
const ARROWS: [(&str, &[&str]); 11] = [
    ("crates/domain", &[]),
    ("crates/sync", &["domain"]),
    ("crates/store", &["domain"]),
    ("crates/formats", &["domain"]),
    ("crates/replica", &["domain", "sync", "store", "formats"]),
    ("crates/host", &["replica"]),
    ("crates/cli", &["host", "replica", "domain"]),
    ("crates/server", &["sync", "store", "domain"]),
    // What judges the others knows them from outside alone.
    ("crates/chaos", &[]),
    // What loads a server speaks its protocol, and knows nothing else of it.
    ("crates/load", &["domain", "sync"]),
    ("src-tauri", &["replica"]),
];

const ROOMS: [&str; 8] = ["domain", "sync", "store", "formats", "replica", "host", "cli", "server"];

/// What only some rooms may name.
const FRAMEWORKS: [(&str, &[&str]); 4] = [
    // The harness reads with SQL of its own what the store wrote.
    ("sqlx", &["crates/store", "crates/chaos"]),
    ("axum", &["crates/host", "crates/server"]),
    ("tauri", &["src-tauri"]),
    (
        "tokio",
        &[
            "crates/store",
            "crates/replica",
            "crates/host",
            "crates/cli",
            "crates/server",
            "crates/chaos",
            "crates/load",
            "src-tauri",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The names under `[dependencies]`, without those that only tests use.
fn dependencies(room: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]" || line.contains("'.dependencies]");
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.extend((!name.is_empty()).then(|| name.to_owned()));
        }
    }
    names
}

#[test]
fn rooms_lean_only_on_the_rooms_below_them() {
    for (room, may_name) in ARROWS {
        for name in dependencies(room).iter().filter(|name| ROOMS.contains(&name.as_str())) {
            assert!(may_name.contains(&name.as_str()), "{room} names {name}");
        }
    }
}

#[test]
fn every_room_of_the_workspace_is_drawn() {
    let crates = fs::read_dir(root().join("crates")).unwrap();
    for entry in crates {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let drawn = ARROWS.iter().any(|(room, _)| *room == format!("crates/{name}"));
        assert!(drawn, "crates/{name} has no arrows here: draw them, and in ARCHITECTURE.md");
    }
}

#[test]
fn a_framework_is_named_in_its_own_room_alone() {
    for (framework, rooms) in FRAMEWORKS {
        for (room, _) in ARROWS {
            let named = dependencies(room)
                .iter()
                .any(|name| name == framework || name.starts_with(&format!("{framework}-")));
            assert!(!named || rooms.contains(&room), "{room} names {framework}");
        }
    }
}

#[test]
fn the_domain_knows_no_clock_disk_or_network() {
    let impure = ["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "thread_rng"];
    let mut folders = vec![root().join("crates/domain/src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            files += 1;
            for name in impure {
                assert!(!text.contains(name), "{} names {name}", path.display());
            }
        }
    }
    assert!(files > 10, "only {files} files were looked at");
}
