//! Acts that go on over several pushes are looked at when they are whole.

use crate::support::{pen::*, *};
use sync::{acceptance::Offer, message::*, serving::*};

fn take(gathering: &mut Gathering, offers: &[Offer]) -> Vec<ChangeId> {
    let whole = gathering.take(offers.iter().map(pushed).collect()).unwrap();
    whole.iter().map(|offer| offer.change.id()).collect()
}

fn ids(offers: &[Offer]) -> Vec<ChangeId> {
    offers.iter().map(|offer| offer.change.id()).collect()
}

fn group(pen: &mut Pen, parts: usize) -> Vec<Offer> {
    pen.sign_group(vec![vec![title(7, "part")]; parts])
}

#[test]
fn whole_acts_come_back_at_once() {
    let (mut gathering, mut pen) = (Gathering::default(), Pen::new(2));
    let offers = [group(&mut pen, 1), group(&mut pen, 3), group(&mut pen, 1)].concat();
    assert_eq!(take(&mut gathering, &offers), ids(&offers));
    assert!(take(&mut gathering, &[]).is_empty());
}

#[test]
fn an_act_waits_for_its_end_over_several_pushes() {
    let (mut gathering, mut pen) = (Gathering::default(), Pen::new(2));
    let (one, five, two) = (group(&mut pen, 1), group(&mut pen, 5), group(&mut pen, 2));
    let first = [&one[..], &five[..2]].concat();
    assert_eq!(take(&mut gathering, &first), ids(&one));
    assert_eq!(take(&mut gathering, &five[2..4]), []);
    let last = [&five[4..], &two[..1]].concat();
    assert_eq!(take(&mut gathering, &last), ids(&five));
    assert_eq!(take(&mut gathering, &two[1..]), ids(&two));
}

#[test]
fn what_is_forgotten_of_an_act_does_not_come_back() {
    let (mut gathering, mut pen) = (Gathering::default(), Pen::new(2));
    let act = group(&mut pen, 3);
    take(&mut gathering, &act[..2]);
    gathering.forget();
    assert_eq!(take(&mut gathering, &act), ids(&act));
}

#[test]
fn a_former_stamp_stays_with_its_change() {
    let mut offer = Pen::new(2).sign(vec![title(7, "a")]);
    let cstamp = stamp(NOON, 3, 9);
    offer.former = Some(domain::shared::Former { cstamp, weak_ranks: vec![None] });
    let whole = Gathering::default().take(vec![pushed(&offer)]).unwrap();
    assert_eq!(whole[0].former, offer.former);
    assert_eq!((whole[0].hash, &whole[0].body), (offer.hash, &offer.body));
}

#[test]
fn an_act_of_too_many_changes_is_not_waited_for() {
    let (mut gathering, mut pen) = (Gathering::default(), Pen::new(2));
    let act = group(&mut pen, ACT_PARTS_MAX as usize + 2);
    assert_eq!(take(&mut gathering, &act[..ACT_PARTS_MAX as usize]), []);
    let more = gathering.take(vec![pushed(&act[ACT_PARTS_MAX as usize])]);
    assert_eq!(more.err(), Some(BadPush::ActTooLarge));
}

#[test]
fn an_act_of_too_many_bytes_is_not_waited_for() {
    let (mut gathering, mut pen) = (Gathering::default(), Pen::new(2));
    let text = "a".repeat(1024 * 1024);
    let act = pen.sign_group(vec![vec![title(7, &text)]; 65]);
    let mut pushes = act.iter().map(|offer| gathering.take(vec![pushed(offer)]));
    // Each has some bytes beside its text.
    assert!(pushes.by_ref().take(63).all(|push| push.is_ok_and(|whole| whole.is_empty())));
    assert_eq!(pushes.next().unwrap().err(), Some(BadPush::ActTooLarge));
}

#[test]
fn what_is_no_change_spoils_the_push() {
    let body = vec![0xa0].into();
    let push = Gathering::default().take(vec![Pushed { body, former: None }]);
    assert!(matches!(push, Err(BadPush::Change(_))));
}
