//! A check that cannot fail proves nothing: for each rule that a build can leave out there is a test that stops it.

use crate::{acceptance, canonical, catching_up, pushing, serving, snapshots};
use domain::mutants::{ALL, leave_out};
use std::panic::catch_unwind;

const STOPPED_BY: [(&str, fn()); 9] = [
    ("an answer settles at once", pushing::an_answer_only_marks_and_the_stream_settles),
    (
        "own changes are not offered again",
        catching_up::what_a_rolled_back_server_forgot_waits_again_with_its_number_and_former_stamp,
    ),
    (
        "a repeated change is numbered again",
        acceptance::a_repeat_gets_the_same_answer_and_no_new_number,
    ),
    (
        "an act is accepted twice",
        acceptance::an_act_that_is_known_under_another_id_gets_its_first_answer,
    ),
    (
        "weak writes are as strong as others",
        canonical::a_weak_write_ranks_directly_above_the_one_that_it_replaces,
    ),
    ("positions are numbers alone", serving::where_logs_part_the_newest_common_position_is_named),
    ("a fork keeps its replica id", pushing::a_fork_signs_anew_what_was_not_accepted),
    (
        "a snapshot takes the outbox with it",
        snapshots::a_snapshot_is_asked_for_part_by_part_and_installed_with_the_last,
    ),
    (
        "a refused change is dropped",
        pushing::what_is_refused_goes_to_the_tray_and_what_is_behind_it_on,
    ),
];

#[test]
fn every_broken_build_is_stopped_by_a_test() {
    for rule in ALL {
        let test = STOPPED_BY.iter().find(|(of, _)| *of == rule).map(|(_, test)| *test);
        let test = test.unwrap_or_else(|| panic!("no test is named for: {rule}"));
        test();
        leave_out(Some(rule));
        let stopped = catch_unwind(test).is_err();
        leave_out(None);
        assert!(stopped, "nothing notices that {rule}");
    }
}
