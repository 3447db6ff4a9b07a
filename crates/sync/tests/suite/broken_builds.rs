//! A check that cannot fail proves nothing: for each rule that a build can leave out and that can be shown by hand here
//! there is a test that stops it.

use crate::{acceptance, canonical, catching_up, pushing, resuming, serving, sharing, snapshots};
use domain::mutants::{BROKEN, Broken, Checker, caught_by, leave_out};
use std::panic::catch_unwind;

const STOPPED_BY: &[(&str, fn())] = &[
    ("a full counter begins again", canonical::a_full_counter_carries_into_the_milliseconds),
    ("a wrong clock is remembered", pushing::a_clock_that_was_mended_is_forgotten),
    ("a clock far ahead is believed", canonical::a_clock_far_ahead_gets_the_servers_tick),
    (
        "an act is not lifted above its device's last",
        canonical::a_devices_later_act_beats_its_earlier_whatever_its_clock_says,
    ),
    (
        "an act is not lifted above what its author saw",
        canonical::what_an_author_had_seen_is_beaten_by_just_as_much_as_it_takes,
    ),
    ("a lift goes above all that there is", canonical::a_lift_goes_no_further_than_it_must),
    ("the server's clock counts alone", canonical::a_server_clock_that_steps_back_stops_nothing),
    (
        "weak writes are as strong as others",
        canonical::a_weak_write_ranks_directly_above_the_one_that_it_replaces,
    ),
    (
        "a weak write replaces whatever stands",
        canonical::a_weak_write_over_another_than_it_names_is_void,
    ),
    (
        "own changes are not offered again",
        catching_up::what_a_rolled_back_server_forgot_waits_again_with_its_number_and_former_stamp,
    ),
    ("positions are numbers alone", serving::where_logs_part_the_newest_common_position_is_named),
    ("a stand is a number alone", resuming::a_stand_is_its_board_epoch_number_chain_and_digest),
    ("a base is a number alone", canonical::a_base_of_another_log_counts_as_unseen),
    ("a former stamp is forgotten", canonical::a_former_stamp_is_given_again),
    (
        "a snapshot takes the outbox with it",
        snapshots::a_snapshot_is_asked_for_part_by_part_and_installed_with_the_last,
    ),
    ("an answer settles at once", pushing::an_answer_only_marks_and_the_stream_settles),
    ("marks outlive the connection", pushing::marks_die_with_the_connection_but_for_the_stamps),
    (
        "a refused change is dropped",
        pushing::what_is_refused_goes_to_the_tray_and_what_is_behind_it_on,
    ),
    (
        "a repeated change is numbered again",
        acceptance::a_repeat_gets_the_same_answer_and_no_new_number,
    ),
    (
        "an act is accepted twice",
        acceptance::an_act_that_is_known_under_another_id_gets_its_first_answer,
    ),
    ("a change follows any other", acceptance::a_change_behind_another_than_the_last_is_a_fork),
    (
        "what is behind a fork is looked at",
        acceptance::another_change_under_a_used_number_is_a_fork,
    ),
    ("a fork keeps its replica id", pushing::a_fork_signs_anew_what_was_not_accepted),
    (
        "an expected number that is gone is waited for",
        pushing::an_expected_number_that_is_gone_or_asked_for_twice_means_a_fresh_replica,
    ),
    (
        "another may sign with our id",
        catching_up::whose_id_another_machine_signs_with_takes_a_fresh_one,
    ),
    (
        "what waits shows with its own stamp",
        pushing::what_waits_shows_in_the_order_in_which_it_was_made,
    ),
    (
        "a share keeps stamps that are ahead",
        sharing::stamps_ahead_of_now_come_to_stand_behind_what_is_not_in_their_order,
    ),
    (
        "a mismatch is healed for ever",
        catching_up::a_digest_that_differs_heals_once_and_is_then_reported,
    ),
];

#[test]
fn every_broken_build_is_stopped_by_a_test() {
    for does in caught_by(Checker::Sync) {
        let test = STOPPED_BY.iter().find(|(of, _)| *of == does).map(|(_, test)| *test);
        let test = test.unwrap_or_else(|| panic!("no test is named for: {does}"));
        test();
        leave_out(Some(does));
        let stopped = catch_unwind(test).is_err();
        leave_out(None);
        assert!(stopped, "nothing notices that {does}");
    }
}

/// Rule 8 is kept by the storage, which forgets no answer, and rule 10 by its transactions: no line here leaves them out.
const ELSEWHERE: [u8; 2] = [8, 10];

#[test]
fn every_closing_rule_has_a_broken_build_and_every_one_of_them_a_checker() {
    let left_out: Vec<u8> = (1..=15)
        .filter(|rule| !BROKEN.iter().any(|it| it.rule == *rule) && !ELSEWHERE.contains(rule))
        .collect();
    assert_eq!(left_out, Vec::<u8>::new());
    let unchecked = |it: &&Broken| it.caught_by.is_empty();
    assert_eq!(
        BROKEN.iter().filter(unchecked).map(|it| it.does).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}
