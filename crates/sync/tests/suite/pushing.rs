//! What waits is pushed, and leaves the outbox only when what is held covers it, or when it was refused.

use crate::support::{desk::*, pen::*, room::*, *};
use domain::shared::Former;
use sync::{acceptance::Offer, message::*, rows::Row, serving::Gathering};

fn answers(push: &Push, answers: impl IntoIterator<Item = Answer>) -> BoardNews {
    let ids = push.changes.iter().map(|it| domain::change::read(&it.body).unwrap().id());
    BoardNews::Answers(ids.zip(answers).collect())
}

fn ids(push: &Push) -> Vec<ChangeId> {
    push.changes.iter().map(|it| domain::change::read(&it.body).unwrap().id()).collect()
}

fn offers(push: &Push) -> Vec<Offer> {
    Gathering::default().take(push.changes.clone()).unwrap()
}

fn number(replica_number: u8, rseq: u64) -> ChangeId {
    ChangeId { replica: replica(replica_number), rseq }
}

/// A desk with so many acts that wait, on a board of its own server's.
fn busy(acts: u8) -> (Room, Desk) {
    let mut room = Room::new();
    room.take(vec![Pen::new(2).sign(vec![title(7, "there")])]);
    let mut desk = Desk::new(5);
    desk.hear(BoardNews::Changes(room.changes(0)));
    for act in 0..acts {
        desk.act(vec![title(8 + act, "mine")]);
    }
    (room, desk)
}

#[test]
fn there_is_one_push_at_a_time() {
    let (mut room, mut desk) = busy(2);
    let push = desk.push().unwrap();
    assert_eq!(ids(&push), [number(5, 1), number(5, 2)]);
    desk.act(vec![title(20, "later")]);
    assert_eq!(desk.push(), None);
    let answered = room.take(offers(&push));
    desk.hear(answers(&push, answered));
    assert_eq!(ids(&desk.push().unwrap()), [number(5, 3)]);
}

#[test]
fn nothing_is_pushed_where_nothing_waits() {
    let (_, mut desk) = busy(0);
    assert_eq!(desk.push(), None);
}

#[test]
fn a_push_has_so_many_changes_and_so_many_bytes_at_most() {
    let (_, mut desk) = busy(0);
    for number in 0..=MESSAGE_CHANGES_MAX {
        desk.act(vec![title(8, &number.to_string())]);
    }
    assert_eq!(desk.push().unwrap().changes.len(), MESSAGE_CHANGES_MAX);
    let (_, mut desk) = busy(0);
    for _ in 0..3 {
        desk.act(vec![title(8, &"a".repeat(MESSAGE_BYTES * 2 / 3))]);
    }
    assert_eq!(desk.push().unwrap().changes.len(), 2, "closed when it has a mebibyte");
}

#[test]
pub fn an_answer_only_marks_and_the_stream_settles() {
    let (mut room, mut desk) = busy(1);
    let push = desk.push().unwrap();
    let answered = room.take(offers(&push));
    let outcome = desk.hear(answers(&push, answered));
    assert!(outcome.rows.is_empty());
    assert_eq!(desk.waits().len(), 1);
    assert_eq!(desk.push(), None, "it is not pushed again");
    let outcome = desk.hear(BoardNews::Changes(room.changes(1)));
    assert_eq!(told(&outcome.rows), ["log own", "unqueue", "things", "head"]);
    assert!(desk.waits().is_empty());
    assert_eq!(desk.title(8), "mine");
}

#[test]
fn the_stream_settles_without_an_answer_too() {
    let (mut room, mut desk) = busy(1);
    let push = desk.push().unwrap();
    let answered = room.take(offers(&push));
    desk.hear(BoardNews::Changes(room.changes(1)));
    assert!(desk.waits().is_empty());
    assert!(desk.hear(answers(&push, answered)).rows.is_empty());
}

#[test]
pub fn marks_die_with_the_connection_but_for_the_stamps() {
    let (mut room, mut desk) = busy(1);
    let push = desk.push().unwrap();
    let answered = room.take(offers(&push));
    desk.hear(answers(&push, answered));
    let rows = desk.reconnect();
    let [Row::Queue(waiting)] = &rows[..] else { panic!("{:?}", told(&rows)) };
    assert_eq!(waiting.former.as_ref().unwrap().cstamp, room.at(2).cstamp);
    let again = desk.push().unwrap();
    assert_eq!(again.changes[0].former, waiting.former);
    assert_eq!(room.take(offers(&again)), [Answer::Accepted(2, room.at(2).cstamp)]);
}

/// The clock falls back: of a stamp from a clock that was wrong nothing stays once the server gave another.
#[test]
pub fn a_clock_that_was_mended_is_forgotten() {
    let (mut room, mut desk) = busy(0);
    desk.now_ms = NOON + YEAR;
    assert_eq!(desk.act(vec![title(8, "ahead")])[0].change.stamp.ms, NOON + YEAR);
    let push = desk.push().unwrap();
    let answered = room.take(offers(&push));
    desk.hear(answers(&push, answered));
    desk.hear(BoardNews::Changes(room.changes(1)));
    desk.now_ms = NOON + MINUTE;
    let mended = desk.act(vec![title(8, "mended")])[0].change.stamp;
    assert_eq!(mended, stamp(NOON + MINUTE, 0, 5));
}

/// The first got a later stamp than it was made with, before the second was numbered.
#[test]
pub fn what_waits_shows_in_the_order_in_which_it_was_made() {
    let (mut room, mut desk) = busy(0);
    desk.now_ms = NOON;
    desk.act(vec![title(8, "first")]);
    let push = desk.push().unwrap();
    desk.act(vec![title(8, "second")]);
    let mut first = offers(&push);
    first[0].former = Some(Former { cstamp: stamp(NOON + MINUTE, 0, 5), weak_ranks: Vec::new() });
    room.take(first);
    desk.hear(BoardNews::Changes(room.changes(1)));
    assert_eq!(desk.waits(), [number(5, 2)]);
    assert_eq!(desk.title(8), "second");
}

#[test]
pub fn what_is_refused_goes_to_the_tray_and_what_is_behind_it_on() {
    let (mut room, mut desk) = busy(0);
    desk.act(vec![write(Kind::BOARD, EntityId::BOARD, Field::DELETED, Value::flag(true))]);
    desk.act(vec![title(8, "mine")]);
    let push = desk.push().unwrap();
    let editor = sync::acceptance::Member { role: Role::Editor, ..OWNER };
    let answered = room.accept(editor, offers(&push));
    let outcome = desk.hear(answers(&push, answered));
    assert_eq!(told(&outcome.rows), ["refuse", "unqueue"]);
    assert!(matches!(&outcome.rows[0], Row::Refuse { why: Refused::Forbidden, waiting }
        if waiting.change.rseq == 1));
    assert!(outcome.touched.contains(&EntityId::BOARD), "it no longer shows");
    assert_eq!(desk.waits(), [number(5, 2)]);
    assert_eq!(desk.title(8), "mine");
}

#[test]
pub fn a_fork_signs_anew_what_was_not_accepted() {
    let (mut room, mut desk) = busy(3);
    let acts: Vec<ActId> = desk.shared.outbox().map(|it| it.change.act).collect();
    let push = desk.push().unwrap();
    // A copy of the folder was faster with the second.
    let first = room.take(offers(&push)[..1].to_vec());
    let outcome = desk.hear(answers(&push, [first[0], Answer::Fork]));
    assert_eq!(told(&outcome.rows), ["queue", "renamed", "queue", "renamed", "signer", "replica"]);
    assert!(matches!(outcome.rows[1], Row::Renamed { old, new }
        if old == number(5, 2) && new == number(0xf0, 1)));
    assert_eq!(desk.waits(), [number(5, 1), number(0xf0, 1), number(0xf0, 2)]);
    let kept: Vec<ActId> = desk.shared.outbox().map(|it| it.change.act).collect();
    assert_eq!(kept, acts, "acts survive");
    let again = desk.push().unwrap();
    assert_eq!(ids(&again), [number(0xf0, 1), number(0xf0, 2)], "what is marked is not pushed");
    assert!(room.take(offers(&again)).iter().all(|it| matches!(it, Answer::Accepted(..))));
}

#[test]
fn writes_name_what_was_signed_anew_by_its_new_id() {
    let (mut room, mut desk) = busy(0);
    let placed = desk.act(vec![place(8, 1, 10)])[0].change.id();
    let seen = Some(vec![placed, number(7, 7)]);
    desk.act(vec![Write { seen, ..weakly(place(8, 1, 20), placed) }]);
    let push = desk.push().unwrap();
    desk.hear(answers(&push, [Answer::Fork]));
    let again = desk.push().unwrap();
    let write = offers(&again)[1].change.writes[0].clone();
    assert_eq!(write.replaces, Some(number(0xf0, 1)));
    assert_eq!(write.seen, Some(vec![number(0xf0, 1), number(7, 7)]));
    room.take(offers(&again));
    assert!(room.at(3).weak_ranks[0].is_some());
}

#[test]
fn an_expected_number_that_waits_is_pushed_again() {
    let (_, mut desk) = busy(3);
    let push = desk.push().unwrap();
    desk.hear(answers(&push, [Answer::Accepted(2, stamp(NOON, 0, 5))]));
    let later = BoardNews::Answers(vec![(number(5, 2), Answer::Expected(1))]);
    let outcome = desk.hear(later);
    assert!(outcome.rows.is_empty());
    let all = [number(5, 1), number(5, 2), number(5, 3)];
    assert_eq!(ids(&desk.push().unwrap()), all, "what was marked too");
}

#[test]
pub fn an_expected_number_that_is_gone_or_asked_for_twice_means_a_fresh_replica() {
    let (_, mut desk) = busy(2);
    let push = desk.push().unwrap();
    desk.hear(answers(&push, [Answer::Expected(1)]));
    let push = desk.push().unwrap();
    desk.hear(answers(&push, [Answer::Expected(1)]));
    assert_eq!(desk.waits(), [number(0xf0, 1), number(0xf0, 2)]);

    let (_, mut desk) = busy(2);
    desk.signer.rseq = 7;
    desk.act(vec![title(30, "behind a gap")]);
    let push = desk.push().unwrap();
    let gap = BoardNews::Answers(vec![(ids(&push)[2], Answer::Expected(3))]);
    let outcome = desk.hear(gap);
    assert_eq!(told(&outcome.rows), ["queue", "renamed", "signer", "replica"]);
    assert_eq!(desk.waits(), [number(5, 1), number(5, 2), number(0xf0, 1)]);
}

#[test]
fn a_push_that_was_not_looked_at_is_pushed_again() {
    let (_, mut desk) = busy(2);
    let push = desk.push().unwrap();
    assert!(desk.hear(BoardNews::Busy(2_000, None)).rows.is_empty());
    assert_eq!(desk.push(), Some(push));
}

#[test]
fn the_answers_to_an_act_come_with_the_push_that_ends_it() {
    let (mut room, mut desk) = busy(0);
    let text = "a".repeat(MESSAGE_BYTES - 1_000);
    desk.act((8..11).map(|card| title(card, &text)).collect());
    let (first, mut gathering) = (desk.push().unwrap(), Gathering::default());
    assert_eq!(first.changes.len(), 2);
    let whole = gathering.take(first.changes).unwrap();
    assert!(whole.is_empty());
    desk.hear(BoardNews::Answers(Vec::new()));
    let last = gathering.take(desk.push().unwrap().changes).unwrap();
    assert_eq!(last.len(), 3);
    let answered = room.take(last.clone());
    let ids = last.iter().map(|it| it.change.id());
    desk.hear(BoardNews::Answers(ids.zip(answered).collect()));
    desk.hear(BoardNews::Changes(room.changes(1)));
    assert!(desk.waits().is_empty());
}

#[test]
fn a_board_that_is_gone_leaves_everything_as_it_is() {
    let (_, mut desk) = busy(2);
    let outcome = desk.hear(BoardNews::Gone);
    assert!(outcome.gone && outcome.rows.is_empty() && outcome.say.is_empty());
    assert_eq!(desk.waits().len(), 2);
}
