//! What is taken in: repeats, forks, gaps, acts that are known, and acts as wholes.

use crate::support::{pen::*, room::*, *};
use domain::shared::Former;
use proptest::{collection::vec, prelude::*};
use sync::{acceptance::*, message::*, serving::Gathering};

fn forbidden() -> Answer {
    Answer::Refused(Refused::Forbidden)
}

/// What only an owner may.
fn owners(text: &str) -> Write {
    write(Kind::BOARD, EntityId::BOARD, Field::DELETED, Value::text(text))
}

const EDITOR: Member = Member { role: Role::Editor, ..OWNER };

#[test]
pub fn a_repeat_gets_the_same_answer_and_no_new_number() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let offers = vec![pen.sign(vec![title(7, "a")]), pen.sign(vec![title(7, "b")])];
    let first = room.take(offers.clone());
    assert_eq!(first[1], Answer::Accepted(2, stamp(NOON, 1, 2)));
    assert_eq!(room.take(offers.clone()), first);
    assert_eq!(room.take(vec![offers[0].clone()]), first[..1]);
    assert_eq!(room.head().seq, 2);
    room.verify();
}

#[test]
fn a_repeat_of_what_was_refused_is_refused_whatever_the_role_is_now() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let offers = vec![pen.sign(vec![owners("gone")])];
    assert_eq!(room.accept(EDITOR, offers.clone()), [forbidden()]);
    assert_eq!(room.take(offers), [forbidden()]);
    assert_eq!(room.head().seq, 0);
}

#[test]
pub fn another_change_under_a_used_number_is_a_fork() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let mut copy = Pen { hand: 3, ..pen.clone() };
    room.take(vec![pen.sign(vec![title(7, "a")])]);
    let forked = vec![copy.sign(vec![title(7, "b")]), copy.sign(vec![title(7, "c")])];
    assert_eq!(room.take(forked), [Answer::Fork], "and nothing behind it is looked at");
    assert_eq!((room.text(7), room.head().seq), ("a", 1));
}

#[test]
pub fn a_change_behind_another_than_the_last_is_a_fork() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let mut copy = Pen { hand: 3, ..pen.clone() };
    room.take(vec![pen.sign(vec![title(7, "a")])]);
    copy.sign(vec![title(7, "b")]);
    assert_eq!(room.take(vec![copy.sign(vec![title(7, "c")])]), [Answer::Fork]);
    let orphan = Pen::new(4).sign_with(vec![title(7, "d")], |it| it.prev = Hash([1; 16]));
    assert_eq!(room.take(vec![orphan]), [Answer::Fork], "the first has none before it");
}

#[test]
fn a_gap_is_answered_with_the_number_that_is_expected() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let offers: Vec<Offer> = ["a", "b", "c", "d"].map(|text| pen.sign(vec![title(7, text)])).into();
    assert_eq!(room.take(offers[2..].to_vec()), [Answer::Expected(1)]);
    let taken = Answer::Accepted(1, stamp(NOON, 0, 2));
    assert_eq!(
        room.take(vec![offers[0].clone(), offers[2].clone(), offers[1].clone()]),
        [taken, Answer::Expected(2)]
    );
    assert_eq!(room.text(7), "a", "nothing behind the gap was looked at");
    assert_eq!(room.take(offers).len(), 4);
    assert_eq!(room.text(7), "d");
    room.verify();
}

#[test]
pub fn an_act_that_is_known_under_another_id_gets_its_first_answer() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let first = pen.sign(vec![title(7, "a")]);
    let answers = room.take(vec![first.clone()]);
    let mut renumbered = Pen { hand: 2, ..Pen::new(5) };
    let again = renumbered.sign_with(vec![title(7, "a")], |it| it.act = first.change.act);
    let next = renumbered.sign(vec![title(7, "b")]);
    let later = room.take(vec![again.clone(), next]);
    assert_eq!(later[0], answers[0]);
    assert_eq!(later[1], Answer::Accepted(2, stamp(NOON, 1, 5)), "its number was used");
    assert_eq!(room.take(vec![again]), answers, "for ever");
    assert_eq!(room.log.len(), 2);
}

#[test]
fn a_refused_act_that_is_known_under_another_id_stays_refused() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let refused = pen.sign(vec![owners("gone")]);
    room.accept(EDITOR, vec![refused.clone()]);
    let again = Pen::new(5).sign_with(vec![owners("gone")], |it| it.act = refused.change.act);
    assert_eq!(room.take(vec![again]), [forbidden()]);
}

#[test]
fn a_refused_act_uses_its_number_and_the_next_is_looked_at() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let offers = vec![pen.sign(vec![owners("gone")]), pen.sign(vec![title(7, "a")])];
    let answers = room.accept(EDITOR, offers);
    assert_eq!(answers, [forbidden(), Answer::Accepted(1, stamp(NOON, 0, 2))]);
    assert_eq!(room.ends[&replica(2)].rseq, 2);
}

#[test]
fn a_group_is_taken_whole_or_refused_whole() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let before = room.board.head;
    let group = pen.sign_group(vec![vec![title(7, "a")], vec![title(8, "b")], vec![owners("x")]]);
    assert_eq!(room.accept(EDITOR, group), [forbidden(); 3]);
    assert_eq!(room.board.head, before, "nothing of it is there");
    let next = pen.sign_group(vec![vec![title(7, "a")], vec![title(8, "b")]]);
    let answers = room.accept(EDITOR, next.clone());
    let taken = |seq, counter| Answer::Accepted(seq, stamp(NOON, counter, 2));
    assert_eq!(answers, [taken(1, 0), taken(2, 1)]);
    assert_eq!(room.accept(EDITOR, next), answers);
}

type Spoil = fn(&mut domain::change::Change);

#[test]
fn what_is_not_well_formed_is_refused() {
    let mut room = Room::new();
    let elsewhere = BoardId(Uuid::from_bytes([9; 16]));
    let place = |value| vec![write(Kind::CARD, thing(7), Field::PLACE, value)];
    let bad: Vec<(&str, Vec<Write>, Spoil)> = vec![
        ("a stamp of another replica", vec![title(7, "a")], |it| it.stamp.replica = replica(9)),
        ("a time behind all times", vec![title(7, "a")], |it| it.stamp.ms = 1 << 48),
        ("a counter that carries", vec![title(7, "a")], |it| it.stamp.counter = 0x1_0000),
        ("a wall behind all times", vec![title(7, "a")], |it| it.wall_ms = 1 << 48),
        ("a place that is none", place(Value::text("there")), |_| {}),
        (
            "a key that does not end as one",
            place(Value::from_bytes(&[&[0x82, 0x50][..], &[1; 16], &[0x41, 7]].concat()).unwrap()),
            |_| {},
        ),
        (
            "a sidebar that is no key",
            vec![write(Kind::BOARD, EntityId::BOARD, Field::SIDEBAR, Value::flag(true))],
            |_| {},
        ),
        (
            "another thing called the board",
            vec![write(Kind::BOARD, thing(7), Field::TITLE, Value::text("a"))],
            |_| {},
        ),
        (
            "the board called a card",
            vec![write(Kind::CARD, EntityId::BOARD, Field::TITLE, Value::text("a"))],
            |_| {},
        ),
    ];
    for (number, (what, writes, but)) in (10..).zip(bad) {
        let offer = Pen::new(number).sign_with(writes, but);
        assert_eq!(room.take(vec![offer]), [Answer::Refused(Refused::Malformed)], "{what}");
    }
    let offer = Pen::new(2).sign_with(vec![title(7, "a")], |it| it.board = elsewhere);
    assert_eq!(room.take(vec![offer]), [Answer::Refused(Refused::Malformed)]);
    let mut offer = Pen::new(3).sign(vec![title(7, "a")]);
    offer.former = Some(Former { cstamp: stamp(1 << 48, 0, 3), weak_ranks: Vec::new() });
    assert_eq!(room.take(vec![offer]), [Answer::Refused(Refused::Malformed)]);
    assert_eq!(room.head().seq, 0);
}

#[test]
fn what_somebody_else_signed_is_refused() {
    let mut pen = Pen { author: person(9), ..Pen::new(2) };
    assert_eq!(Room::new().take(vec![pen.sign(vec![title(7, "a")])]), [forbidden()]);
}

#[test]
fn a_board_does_not_grow_beyond_what_a_server_holds() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let empty = domain::board::Entity::from_registers(Kind::LABEL, Vec::new());
    let ids = (1..THINGS_MAX).map(|number| EntityId(Uuid::from_u128(number as u128)));
    let things = ids.map(|id| (id, empty.clone()));
    room.board = domain::board::Board::from_entities(board(), room.board.head, things);
    let answers = room.take(vec![
        pen.sign(vec![title(7, "a"), title(8, "b")]),
        pen.sign(vec![title(7, "a")]),
        pen.sign(vec![title(8, "b")]),
    ]);
    assert_eq!(answers[0], Answer::Refused(Refused::TooLarge));
    assert!(matches!(answers[1], Answer::Accepted(1, _)));
    assert_eq!(answers[2], Answer::Refused(Refused::TooLarge));
}

/// Acts of two replicas: each a number of parts, and whether it is an owner's.
type Acts = Vec<(bool, usize, bool)>;

fn signed(acts: &Acts) -> Vec<Vec<Offer>> {
    let mut pens = [Pen::new(2), Pen::new(3)];
    let mut texts = 0..;
    acts.iter()
        .map(|(second, parts, forbidden)| {
            let mut writes = || {
                let text = texts.next().unwrap_or_default().to_string();
                let forbid = forbidden.then(|| owners(&text));
                [title(7, &text)].into_iter().chain(forbid).collect()
            };
            let parts = (0..*parts).map(|_| writes()).collect();
            let pen = &mut pens[usize::from(*second)];
            pen.ms += SECOND;
            pen.sign_group(parts)
        })
        .collect()
}

/// Pushes in batches of the given sizes, with a repetition of the one before where it is asked for.
fn in_batches(acts: &[Vec<Offer>], batches: &[(usize, bool)]) -> (Room, Vec<Answer>) {
    let (mut room, mut gathering) = (Room::new(), Gathering::default());
    let mut offers: Vec<Offer> = acts.concat();
    let (mut all, mut sizes) = (Vec::new(), batches.iter().cycle());
    while !offers.is_empty() {
        let (size, repeated) = sizes.next().copied().unwrap_or((1, false));
        let rest = offers.split_off(size.min(offers.len()));
        let whole = gathering.take(offers.iter().map(pushed).collect()).unwrap();
        offers = rest;
        let answers = room.accept(EDITOR, whole.clone());
        if repeated {
            assert_eq!(room.accept(EDITOR, whole), answers, "again");
        }
        all.extend(answers);
    }
    (room, all)
}

proptest! {
    #[test]
    fn any_batching_and_repetition_of_pushes_gives_the_same_log_and_answers(
        acts in vec((any::<bool>(), 1..4usize, prop::bool::weighted(0.2)), 1..12),
        batches in vec((1..6usize, any::<bool>()), 1..6),
    ) {
        let acts = signed(&acts);
        let (at_once, answers) = in_batches(&acts, &[(1_000, false)]);
        let (batched, same) = in_batches(&acts, &batches);
        prop_assert_eq!(answers, same);
        prop_assert_eq!(&at_once.log, &batched.log);
        prop_assert_eq!(at_once.board.head, batched.board.head);
        batched.verify();
    }
}
