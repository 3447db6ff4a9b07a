use super::*;
use crate::{
    act::{Act, Intent, Phase, Road},
    journal::{Answered, Line, Sent},
    logged::Thing,
};

fn thing(id: &str, fields: &[&str], event: &'static str, called: u64) -> Thing {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Thing {
        kind: "card".to_owned(),
        id: id.to_owned(),
        fields,
        event: Some((event, called)),
        early: false,
    }
}

/// Cards a, b and c are made, and between them a is moved.
fn log() -> Vec<Logged> {
    let made =
        |id: &str, called| thing(id, &["created", "title", "place"], "ticket_created", called);
    let all = [made("a", 7), thing("a", &["place"], "ticket_moved", 7), made("b", 8), made("c", 9)];
    let numbered = (1..).zip(all).map(|(number, thing)| Logged { number, things: vec![thing] });
    numbered.collect()
}

/// As a server tells it that is whole: from a number on, and to one.
fn told(path: Path, from: usize, to: usize) -> Span {
    let logged = &log()[from..to];
    let told = logged.iter().map(|logged| {
        let thing = &logged.things[0];
        match path {
            Path::Events => {
                let things = vec![(thing.kind.clone(), thing.id.clone(), thing.fields.clone())];
                Told::Change { number: logged.number, things }
            }
            Path::Socket => {
                let (event, about) = thing.event.unwrap();
                Told::Event { event: event.to_owned(), about }
            }
        }
    });
    let since = (path == Path::Events).then_some(u64::try_from(from).unwrap());
    let (board, told) = ("board".to_owned(), told.collect());
    Span {
        path,
        board,
        turn: 0,
        began_us: 10,
        since,
        told,
        owes_until_us: Some(40),
        faults: Vec::new(),
    }
}

/// The cards b and c were sent and acknowledged while somebody listened, and a before.
fn history() -> History {
    let lines = [("a", 5), ("b", 20), ("c", 30)].into_iter().flat_map(|(card, at_us)| {
        let (key, board, road) = (card.to_owned(), "board".to_owned(), Road::Api);
        let act = Act::Create { column: "todo".to_owned(), title: card.to_owned() };
        let intent = Intent {
            key: key.clone(),
            agent: 0,
            phase: Phase::Storm,
            board,
            act,
            road,
            due_us: 0,
            contested: false,
        };
        let card = Some(card.to_owned());
        let (status, number, replayed, code, ticket) = (201, None, false, None, None);
        let answered = Answered { at_us, key, status, card, number, replayed, code, ticket };
        [Line::Sent(Sent { at_us, intent }), Line::Answered(answered)]
    });
    History::of(lines.collect())
}

fn check(span: Span) -> Vec<String> {
    let logs = Logs::from([((0, "board".to_owned()), log())]);
    let found = judge(&[span], &logs, &history()).faults;
    found.into_iter().map(|fault| fault.split_once("ms on: ").unwrap().1.to_owned()).collect()
}

const BOTH: [Path; 2] = [Path::Events, Path::Socket];

#[test]
fn what_a_whole_server_tells_is_right_from_wherever_it_begins() {
    for path in BOTH {
        for from in 0..3 {
            assert_eq!(check(told(path, from.min(2), 4)), Vec::<String>::new());
        }
        let cut = Span { owes_until_us: None, ..told(path, 1, 3) };
        assert_eq!(
            check(cut),
            Vec::<String>::new(),
            "the end of a link that was cut is nobody's fault"
        );
        let silent = Span { owes_until_us: None, ..told(path, 2, 2) };
        assert_eq!(check(silent), Vec::<String>::new());
    }
}

#[test]
fn one_that_was_left_out_is_missed() {
    for path in BOTH {
        let mut span = told(path, 0, 4);
        span.told.remove(2);
        assert!(!check(span).is_empty(), "{path:?}");
    }
}

#[test]
fn the_last_ones_that_were_left_out_are_missed_where_it_was_there_to_the_end() {
    for path in BOTH {
        let found = check(told(path, 0, 2));
        assert_eq!(found, ["the card b, number 3, was acknowledged and not told, and 1 more"]);
        assert_eq!(check(told(path, 1, 1)).len(), 1, "nothing was told at all");
    }
}

#[test]
fn the_first_one_that_was_left_out_is_missed() {
    let mut span = told(Path::Socket, 2, 4);
    span.told.remove(0);
    assert_eq!(check(span), ["the card b, number 3, was acknowledged and not told, and 0 more"]);
    let before_c = Span { owes_until_us: Some(25), ..told(Path::Socket, 1, 3) };
    assert_eq!(check(before_c), Vec::<String>::new(), "c was acknowledged later");
}

#[test]
fn one_that_was_told_twice_is_wrong() {
    for path in BOTH {
        let mut span = told(path, 0, 4);
        span.told.insert(2, span.told[1].clone());
        assert!(!check(span).is_empty(), "{path:?}");
    }
}

#[test]
fn what_was_told_and_is_not_on_the_disk_is_wrong() {
    let mut span = told(Path::Socket, 0, 4);
    span.told.push(Told::Event { event: "ticket_created".to_owned(), about: 10 });
    assert_eq!(check(span).len(), 1);
    let mut span = told(Path::Events, 0, 4);
    span.told.push(Told::Change { number: 5, things: Vec::new() });
    assert_eq!(check(span), ["number 5 was told and is not stored"]);
}

#[test]
fn what_was_told_from_handlers_in_another_order_is_wrong() {
    for path in BOTH {
        let mut span = told(path, 0, 4);
        span.told.swap(1, 2);
        assert!(!check(span).is_empty(), "{path:?}");
    }
}

#[test]
fn a_change_that_is_another_than_was_told_is_wrong() {
    let mut span = told(Path::Events, 0, 4);
    let Told::Change { things, .. } = &mut span.told[2] else { unreachable!() };
    things[0].1 = "z".to_owned();
    assert_eq!(check(span), ["number 3 is another than was told"]);
}

#[test]
fn a_comment_that_came_before_its_card_may_be_told_or_not() {
    let mut log = log();
    let comment = Thing { early: true, ..thing("x", &["text", "created"], "comment_added", 12) };
    log.insert(2, Logged { number: 3, things: vec![comment] });
    let whole = told(Path::Socket, 0, 4);
    let mut with_it = whole.clone();
    with_it.told.insert(2, Told::Event { event: "comment_added".to_owned(), about: 12 });
    for (span, faults) in [(whole, 0), (with_it, 0)] {
        let logs = Logs::from([((0, "board".to_owned()), log.clone())]);
        assert_eq!(judge(&[span], &logs, &history()).faults.len(), faults);
    }
}

#[test]
fn a_log_that_nobody_read_proves_nothing() {
    assert_eq!(judge(&[told(Path::Socket, 0, 4)], &Logs::new(), &history()).faults.len(), 1);
}
