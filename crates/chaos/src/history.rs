//! What the journal says in the end: each write with its outcome, and the cards that must therefore be there.

use crate::{
    act::{Act, Id, Intent},
    expected::Board,
    journal::{Answered, Fault, Line, Restored, Unknown},
};
use std::collections::{BTreeMap, BTreeSet};

/// A write, from its first sending on.
#[derive(Clone, Debug)]
pub struct Write {
    pub intent: Intent,
    /// For the first time.
    pub sent_us: u64,
    pub times_sent: u32,
    /// In the order in which they were heard; of a repeated one there are several.
    pub answers: Vec<Answered>,
    /// Each time that its outcome was left open.
    pub unknowns: Vec<Unknown>,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    /// In the order of their first sending.
    pub writes: Vec<Write>,
    pub faults: Vec<Fault>,
    /// Each with how many writes there were before it.
    restored: Vec<(usize, Restored)>,
    /// Of each board, in order.
    of_board: BTreeMap<Id, Vec<usize>>,
}

/// How many writes came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub attempted: usize,
    pub acknowledged: usize,
    pub refused: usize,
    /// Claims of what somebody else was given.
    pub outdone: usize,
    /// The server had too much to do, and said that it did nothing: it must not be there.
    pub turned_away: usize,
    pub unknown: usize,
}

impl Write {
    pub fn acknowledged(&self) -> Option<&Answered> {
        self.answers.iter().find(|answer| answer.is_acknowledged())
    }

    fn was_turned_away(&self) -> bool {
        self.answers.iter().all(|answer| answer.status == 503)
    }

    fn was_outdone(&self) -> bool {
        let claimed = |answer: &Answered| answer.code.as_deref() == Some("claimed");
        matches!(self.intent.act, Act::Claim { .. }) && self.answers.iter().all(claimed)
    }
}

impl History {
    pub fn of(lines: Vec<Line>) -> History {
        let (mut history, mut at) = (History::default(), BTreeMap::new());
        for line in lines {
            match line {
                Line::Sent(sent) => {
                    let index = *at.entry(sent.intent.key.clone()).or_insert(history.writes.len());
                    if index == history.writes.len() {
                        let (answers, unknowns) = (Vec::new(), Vec::new());
                        let (intent, sent_us, times_sent) = (sent.intent, sent.at_us, 0);
                        history.of_board.entry(intent.board.clone()).or_default().push(index);
                        let write = Write { intent, sent_us, times_sent, answers, unknowns };
                        history.writes.push(write);
                    }
                    history.writes[index].times_sent += 1;
                }
                Line::Answered(answered) => {
                    let index = at.get(&answered.key).copied();
                    if let Some(write) = index.and_then(|index| history.writes.get_mut(index)) {
                        write.answers.push(answered);
                    }
                }
                Line::Unknown(unknown) => {
                    let index = at.get(&unknown.key).copied();
                    if let Some(write) = index.and_then(|index| history.writes.get_mut(index)) {
                        write.unknowns.push(unknown);
                    }
                }
                Line::Fault(fault) => history.faults.push(fault),
                Line::Restored(restored) => {
                    history.restored.push((history.writes.len(), restored));
                }
            }
        }
        history
    }

    pub fn counts<'a>(writes: impl Iterator<Item = &'a Write>) -> Counts {
        writes.fold(Counts::default(), |mut counts, write| {
            counts.attempted += 1;
            match (write.acknowledged(), write.answers.is_empty()) {
                (Some(_), _) => counts.acknowledged += 1,
                (None, false) if write.was_outdone() => counts.outdone += 1,
                (None, false) if write.was_turned_away() => counts.turned_away += 1,
                (None, false) => counts.refused += 1,
                (None, true) => counts.unknown += 1,
            }
            counts
        })
    }

    /// What must be on a board, by what was known at a moment. Whoever writes to a card made it, so that the order
    /// of the sendings is that of the acts. What was saved on a replica need not be elsewhere before they have met.
    pub fn board(&self, id: &Id, by_us: u64, replicas_met: bool) -> Board {
        self.told(id, by_us, replicas_met, &mut BTreeSet::new())
    }

    /// Cards that were acknowledged, that only the server held, and that a backup knew nothing of, by their ids; comments
    /// and claims in words.
    pub fn rolled_back(&self) -> BTreeSet<String> {
        let mut rolled_back = BTreeSet::new();
        for id in self.of_board.keys() {
            self.told(id, u64::MAX, true, &mut rolled_back);
        }
        rolled_back
    }

    fn told(
        &self,
        id: &Id,
        by_us: u64,
        replicas_met: bool,
        rolled_back: &mut BTreeSet<String>,
    ) -> Board {
        let mut board = Board::default();
        let mut restored =
            self.restored.iter().filter(|(_, restored)| restored.at_us <= by_us).peekable();
        for index in self.of_board.get(id).into_iter().flatten() {
            while let Some((_, it)) = restored.next_if(|(before, _)| before <= index) {
                board.go_back(it.board(id), rolled_back);
            }
            let write = &self.writes[*index];
            let known = write.answers.iter().find(|answer| answer.at_us <= by_us);
            let may_wait = write.intent.is_on_replica() && !replicas_met;
            match known {
                Some(answer) if may_wait => board.wait_for(&write.intent, answer),
                Some(answer) if answer.is_acknowledged() => board.absorb(&write.intent, answer),
                Some(_) => {}
                None => board.leave_open(&write.intent),
            }
        }
        for (_, it) in restored {
            board.go_back(it.board(id), rolled_back);
        }
        board
    }

    /// Writes whose outcome somebody can still find out: a server that was restored knows no key any more of what it
    /// was asked since its backup, and nobody repeats it.
    pub fn open(&self) -> impl Iterator<Item = &Write> {
        let before = self.restored.last().map_or(0, |(before, _)| *before);
        self.writes[before..].iter().filter(|write| write.answers.is_empty())
    }

    /// Cards that several claimed, of whom not exactly one got it.
    pub fn badly_claimed(&self) -> Vec<String> {
        let mut claims: BTreeMap<&Id, Vec<&Write>> = BTreeMap::new();
        for write in &self.writes {
            if let Act::Claim { card, .. } = &write.intent.act {
                claims.entry(card).or_default().push(write);
            }
        }
        let known = claims.iter().filter(|(_, all)| all.iter().all(|it| !it.answers.is_empty()));
        let bad = known.filter_map(|(card, all)| {
            let given = all.iter().filter(|it| it.acknowledged().is_some()).count();
            (given != 1).then(|| format!("{} claimed {card}, and {given} got it", all.len()))
        });
        bad.collect()
    }

    /// Things that were acknowledged over the earlier server's paths and that nobody found under an id right after.
    pub fn unfound(&self) -> Vec<&str> {
        let made = self.writes.iter().filter(|write| {
            let makes = matches!(write.intent.act, Act::Create { .. } | Act::Comment { .. });
            makes && write.acknowledged().is_some_and(|answer| answer.card.is_none())
        });
        made.map(|write| write.intent.key.as_str()).collect()
    }

    /// Keys that were answered with two different cards: each is a card too many.
    pub fn keys_with_two_cards(&self) -> Vec<(String, Vec<Id>)> {
        let two = self.writes.iter().filter_map(|write| {
            let cards: BTreeSet<&Id> =
                write.answers.iter().filter_map(|answer| answer.card.as_ref()).collect();
            (cards.len() > 1)
                .then(|| (write.intent.key.clone(), cards.into_iter().cloned().collect()))
        });
        two.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        act::{Card, Phase, Road, Standing},
        expected::Placed,
        journal::{Journal, Kept, Sent, read},
    };

    fn sent(key: &str, act: Act) -> Line {
        let (agent, phase, board, due_us) = (0, Phase::Storm, "board".to_owned(), 0);
        let (key, road) = (key.to_owned(), Road::Api);
        let intent = Intent { key, agent, phase, board, act, road, due_us, contested: false };
        Line::Sent(Sent { at_us: 0, intent })
    }

    fn create(key: &str) -> Line {
        sent(key, Act::Create { column: "todo".to_owned(), title: format!("card {key}") })
    }

    fn answered(key: &str, card: &str, number: u64) -> Line {
        let (key, card, number) = (key.to_owned(), Some(card.to_owned()), Some(number));
        let (at_us, status, replayed, code) = (0, 201, false, None);
        let ticket = None;
        Line::Answered(Answered { at_us, key, status, card, number, replayed, code, ticket })
    }

    #[test]
    fn what_was_not_answered_may_be_there_and_is_not_expected() {
        let history = History::of(vec![create("a"), answered("a", "1", 5), create("b")]);
        let board = history.board(&"board".to_owned(), 0, true);
        assert_eq!(board.cards.keys().collect::<Vec<_>>(), ["1"]);
        assert_eq!((board.open_titles.len(), board.head), (1, 5));
        let counts = History::counts(history.writes.iter());
        assert_eq!((counts.attempted, counts.acknowledged, counts.unknown), (2, 1, 1));
    }

    #[test]
    fn what_a_replica_saved_is_owed_by_the_server_once_they_have_met() {
        let Line::Sent(mut saved) = create("a") else { unreachable!() };
        saved.intent.phase = Phase::Offline;
        let history = History::of(vec![Line::Sent(saved), answered("a", "1", 0)]);
        let id = "board".to_owned();
        let (before, after) = (history.board(&id, 0, false), history.board(&id, 0, true));
        assert!(before.cards.is_empty() && before.open_titles.contains("card a"));
        assert_eq!(after.cards["1"].placed, Placed::Somewhere);
    }

    #[test]
    fn after_a_restored_backup_that_is_owed_which_it_has_and_what_replicas_made() {
        let Line::Sent(mut saved) = create("offline") else { unreachable!() };
        saved.intent.phase = Phase::Offline;
        let in_backup = Card {
            id: "1".to_owned(),
            title: "card a".to_owned(),
            column: "todo".to_owned(),
            key: String::new(),
            standing: Standing::Live,
        };
        let in_backup = Kept { cards: vec![in_backup], ..Kept::default() };
        let boards = BTreeMap::from([("board".to_owned(), in_backup)]);
        let history = History::of(vec![
            create("a"),
            answered("a", "1", 5),
            sent("b", Act::Delete { card: "1".to_owned() }),
            answered("b", "1", 6),
            create("c"),
            answered("c", "2", 7),
            Line::Sent(saved),
            answered("offline", "3", 0),
            create("d"),
            Line::Restored(Restored { at_us: 0, boards }),
            create("e"),
            answered("e", "4", 6),
        ]);
        let board = history.board(&"board".to_owned(), 0, true);
        assert_eq!(board.cards.keys().collect::<Vec<_>>(), ["1", "3", "4"]);
        assert_eq!(board.cards["1"].standing, Standing::Live, "nobody deleted it by then");
        assert_eq!((board.head, board.open_titles.len()), (6, 0));
        assert_eq!(history.rolled_back(), BTreeSet::from(["2".to_owned()]));
        assert_eq!(history.open().count(), 0, "nobody can repeat what was asked before");
        let unmet = history.board(&"board".to_owned(), 0, false);
        assert_eq!(unmet.cards.keys().collect::<Vec<_>>(), ["1", "4"]);
        assert!(unmet.open_titles.contains("card offline"), "it may not have been sent again");
    }

    #[test]
    fn of_all_who_claim_a_card_exactly_one_must_have_got_it() {
        let claim = |key: &str| sent(key, Act::Claim { card: "1".to_owned(), by: key.to_owned() });
        let outdone = |key: &str| {
            let Line::Answered(mut answer) = answered(key, "1", 7) else { unreachable!() };
            (answer.status, answer.code) = (409, Some("claimed".to_owned()));
            Line::Answered(answer)
        };
        let begun = vec![create("a"), answered("a", "1", 5), claim("one"), claim("other")];
        let told = |answers: [Line; 2]| History::of([begun.clone(), answers.to_vec()].concat());
        let right = told([answered("one", "1", 6), outdone("other")]);
        assert!(right.badly_claimed().is_empty());
        assert_eq!(History::counts(right.writes.iter()).outdone, 1);
        assert_eq!(right.board(&"board".to_owned(), 0, true).claims["1"].title, "one");
        let both = told([answered("one", "1", 6), answered("other", "1", 7)]);
        assert_eq!(both.badly_claimed(), ["2 claimed 1, and 2 got it"]);
        let none = told([outdone("one"), outdone("other")]);
        assert_eq!(none.badly_claimed(), ["2 claimed 1, and 0 got it"]);
    }

    #[test]
    fn what_was_turned_away_is_known_not_to_be_there() {
        let Line::Answered(mut busy) = answered("b", "2", 0) else { unreachable!() };
        (busy.status, busy.card, busy.number) = (503, None, None);
        let history = History::of(vec![create("a"), create("b"), Line::Answered(busy)]);
        let board = history.board(&"board".to_owned(), 0, true);
        assert_eq!(board.open_titles, BTreeSet::from(["card a".to_owned()]));
        let counts = History::counts(history.writes.iter());
        assert_eq!((counts.turned_away, counts.unknown, counts.refused), (1, 1, 0));
        assert_eq!(history.open().count(), 1, "it is not asked again");
    }

    #[test]
    fn a_key_that_was_answered_with_two_cards_is_found() {
        let once = vec![create("a"), answered("a", "1", 5), create("a"), answered("a", "1", 5)];
        assert!(History::of(once.clone()).keys_with_two_cards().is_empty());
        let twice = [once, vec![answered("a", "2", 6)]].concat();
        let found = History::of(twice).keys_with_two_cards();
        assert_eq!(found, [("a".to_owned(), vec!["1".to_owned(), "2".to_owned()])]);
    }

    #[test]
    fn a_card_is_expected_as_the_last_acknowledged_writes_left_it() {
        let card = || "1".to_owned();
        let moves = Act::Move { card: card(), column: "done".to_owned(), first: true };
        let moved =
            vec![create("a"), answered("a", "1", 5), sent("b", moves), answered("b", "1", 7)];
        let board = History::of(moved.clone()).board(&"board".to_owned(), 0, true);
        assert_eq!(board.cards["1"].placed, Placed::First);
        let away = vec![
            sent("c", Act::Archive { card: card() }),
            answered("c", "1", 8),
            sent("d", Act::Rename { card: card(), title: "never answered".to_owned() }),
        ];
        let board = History::of([moved, away].concat()).board(&"board".to_owned(), 0, true);
        let expected = &board.cards["1"];
        assert_eq!((expected.title.as_str(), expected.column.as_str()), ("card a", "done"));
        assert_eq!((expected.standing, expected.placed), (Standing::Archived, Placed::Somewhere));
        assert!(board.open_cards.contains("1"), "what it says is not known now");
    }

    #[tokio::test]
    async fn what_is_expected_is_what_the_journal_has_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (journal, writing) = Journal::create(&path).unwrap();
        let lines = vec![create("a"), answered("a", "1", 5)];
        for line in &lines {
            journal.write(line.clone()).await.unwrap();
        }
        assert_eq!(read(&path).unwrap(), lines);
        // Those that nobody waited for are there when somebody waits for all.
        lines.iter().for_each(|line| journal.note(line.clone()).unwrap());
        journal.is_on_disk().await.unwrap();
        assert_eq!(read(&path).unwrap(), [lines.clone(), lines].concat());
        drop(journal);
        writing.finish().unwrap();
        assert!(Journal::create(&path).is_err(), "a journal is never written over");
    }
}
