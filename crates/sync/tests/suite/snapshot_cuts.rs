//! A snapshot of many parts that is cut at every message of it. It goes on where it was cut, and what waits is as it was.

use crate::support::{desk::*, pen::*, room::*, *};
use sync::{acceptance::Offer, following::Following, message::*};

const THINGS_EACH: usize = 2;
const PARTS_MIN: u32 = 32;

/// What ends at a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// The connection, behind it.
    Connection,
    /// The process, when it has stored what came of it.
    ProcessBehind,
    /// The process, before it stored anything of it.
    ProcessBefore,
}

fn room() -> Room {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    for card in 10..80 {
        room.take(vec![pen.sign(vec![title(card, "there")])]);
    }
    room
}

/// The replica is cut at this message, counted from 0, the offer; the messages that it heard in all.
fn cut_at(message: usize, ends: Ends) -> usize {
    let (mut room, mut desk) = (room(), Desk::new(5));
    desk.now_ms += 50 * SECOND;
    let waiting = [desk.act(vec![title(30, "mine")]), desk.act(vec![title(90, "new")])].concat();
    let (offer, parts) = room.snapshot_by(THINGS_EACH, None);
    assert!(offer.parts >= PARTS_MIN);
    let mut staged = None;
    let (mut news, mut heard) = (BoardNews::Snapshot(offer.clone()), 0);
    loop {
        let before = (desk.shared.clone(), desk.past.staged.clone());
        let outcome = desk.hear(news.clone());
        heard += 1;
        let mut say = outcome.say;
        if heard == message + 1 {
            if ends == Ends::ProcessBefore {
                (desk.shared, desk.past.staged) = before;
            } else {
                staged = Some((offer.clone(), u32::try_from(desk.past.staged.len()).unwrap()));
            }
            let is_over = desk.following.is_verified() && ends != Ends::ProcessBefore;
            if ends == Ends::Connection {
                desk.reconnect();
            } else {
                desk.following = Following::new(board(), staged.clone().filter(|_| !is_over));
                desk.following.follow(vec![desk.shared.numbered().head.position]);
            }
            if is_over {
                break;
            }
            assert_eq!(desk.title(10), "", "nothing shows before the end");
            say = desk.hear(BoardNews::Snapshot(offer.clone())).say;
        } else if outcome.rows.is_empty() && say.is_empty() {
            panic!("it stopped behind {heard} messages");
        }
        staged = Some((offer.clone(), u32::try_from(desk.past.staged.len()).unwrap()));
        let Some(FromClient::Part(wanted)) = say.pop() else { break };
        news = BoardNews::Part(parts[usize::try_from(wanted.part).unwrap()].clone());
    }
    assert_eq!(desk.shared.numbered().head, room.board.head, "{ends:?} at {message}");
    let ids: Vec<ChangeId> = waiting.iter().map(|it| it.change.id()).collect();
    assert_eq!(desk.waits(), ids, "{ends:?} at {message}");
    assert_eq!((desk.title(10), desk.title(30), desk.title(90)), ("there", "mine", "new"));
    // And it is taken in afterwards.
    desk.reconnect();
    desk.hear(BoardNews::Changes(room.changes(room.head().seq)));
    let push = desk.push().expect("what waits is offered");
    assert_eq!(push.changes.len(), 2);
    room.take(waiting.iter().map(offered).collect());
    let from = desk.shared.numbered().head.position.seq;
    desk.hear(BoardNews::Changes(room.changes(from)));
    assert_eq!(desk.waits(), []);
    assert_eq!(desk.shared.numbered().head, room.board.head);
    heard
}

fn offered(waiting: &std::sync::Arc<domain::shared::Waiting>) -> Offer {
    let (change, body, hash) = (waiting.change.clone(), waiting.body.clone(), waiting.hash);
    Offer { change, body, hash, former: None }
}

fn cut_everywhere(ends: Ends) {
    let (offer, _) = room().snapshot_by(THINGS_EACH, None);
    let messages = usize::try_from(offer.parts).unwrap() + 1;
    for message in 0..messages {
        let heard = cut_at(message, ends);
        // What was heard and not stored is asked for once more.
        let again = usize::from(ends == Ends::ProcessBefore && message > 0);
        assert_eq!(heard, messages + again, "{ends:?} at {message}");
    }
}

#[test]
fn a_connection_that_ends_behind_each_message_costs_nothing_that_was_heard() {
    cut_everywhere(Ends::Connection);
}

#[test]
fn a_process_that_ends_behind_each_message_goes_on_with_the_next() {
    cut_everywhere(Ends::ProcessBehind);
}

#[test]
fn a_process_that_ends_before_it_stored_a_message_asks_for_it_again() {
    cut_everywhere(Ends::ProcessBefore);
}
