//! `SPEC.md` and the tests name each other.

use std::{collections::BTreeSet, fs, path::Path};

/// `K12` from `- **K12** …` at the start of a line.
fn rules() -> Vec<String> {
    let spec = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SPEC.md"));
    let spec = spec.expect("the rules");
    let rule = |line: &str| Some(line.strip_prefix("- **")?.split_once("**")?.0.to_owned());
    spec.lines().filter_map(rule).collect()
}

/// `K12` from `fn k12_…` below this folder.
fn carried(folder: &Path, carried_rules: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            carried(&path, carried_rules);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).expect("a file");
            let names = text
                .lines()
                .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("fn "));
            let rule = |name: &str| {
                let first = name.split_once('_')?.0;
                let (letter, number) = first.split_at_checked(1)?;
                let rule = letter.chars().all(|it| it.is_ascii_lowercase())
                    && !number.is_empty()
                    && number.chars().all(|it| it.is_ascii_digit());
                rule.then(|| first.to_uppercase())
            };
            carried_rules.extend(names.filter_map(rule));
        }
    }
}

#[test]
fn every_rule_has_a_test_and_every_numbered_test_a_rule() {
    let rules = rules();
    let once: BTreeSet<String> = rules.iter().cloned().collect();
    assert_eq!(rules.len(), once.len(), "a number is given once");
    assert!(rules.len() > 40);
    let mut tested = BTreeSet::new();
    carried(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut tested);
    let untested: Vec<_> = once.difference(&tested).collect();
    let unwritten: Vec<_> = tested.difference(&once).collect();
    assert!(untested.is_empty(), "rules without a test: {untested:?}");
    assert!(unwritten.is_empty(), "tests without a rule: {unwritten:?}");
}
