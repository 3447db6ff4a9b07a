//! For each rule that a build can leave out and that is a law of the board there is a test that stops it.

use crate::{fold, life, stamps, undoing, versions};
use domain::mutants::{Checker, caught_by, leave_out};
use std::panic::catch_unwind;

const STOPPED_BY: &[(&str, fn())] = &[
    (
        "of two that tie the first stays",
        stamps::s4_of_two_that_differ_in_nothing_else_the_change_decides_in_any_order,
    ),
    (
        "what was seen is what stands at the end",
        versions::t1_an_edit_names_what_stood_or_what_its_author_had_before_them,
    ),
    (
        "a card of an unknown column is nowhere",
        life::l7_a_card_put_into_a_deleted_column_shows_in_recovered,
    ),
    (
        "a card of a deleted column is nowhere",
        life::l7_a_card_put_into_a_deleted_column_shows_in_recovered,
    ),
    (
        "a card put into an archived column rests there",
        life::l9_a_card_put_into_an_archived_column_later_shows_in_recovered,
    ),
    (
        "undo writes over what came since",
        undoing::u6_what_somebody_changed_since_stays_and_is_named,
    ),
    (
        "what was purged is written again",
        fold::r7_what_was_purged_stays_so_whatever_arrives_before_or_behind_it,
    ),
    ("a digest is over what is understood", fold::r3_the_digest_is_over_the_bytes_that_were_signed),
];

#[test]
fn every_broken_build_is_stopped_by_a_law() {
    for does in caught_by(Checker::Laws) {
        let test = STOPPED_BY.iter().find(|(of, _)| *of == does).map(|(_, test)| *test);
        let test = test.unwrap_or_else(|| panic!("no test is named for: {does}"));
        test();
        leave_out(Some(does));
        let stopped = catch_unwind(test).is_err();
        leave_out(None);
        assert!(stopped, "nothing notices that {does}");
    }
}
