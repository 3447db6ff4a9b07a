//! Versions of a description: which stand apart, and how two become one.

use crate::support::{
    storm,
    world::{NOON_MS, World, replica},
};
use domain::{
    board::Board,
    change::*,
    edit::Edit,
    id::*,
    log::number,
    merge::{LINES_MAX, merge, merge_texts},
    register::{Field, Kind},
    stamp::{ChangeId, Latest, Stamp},
    value::Value,
    versions::*,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A card whose description is written by several replicas, and an authority that numbers what comes.
#[derive(Clone)]
struct Desk {
    board: Board,
    card: CardId,
    versions: Vec<Version>,
    texts: BTreeMap<ChangeId, String>,
}

/// What an author signs.
#[derive(Clone)]
struct Typed {
    by: u8,
    rseq: u64,
    ms: u64,
    text: String,
    seen: Option<Vec<ChangeId>>,
    base: Position,
    replaces: Option<ChangeId>,
}

impl Desk {
    fn new() -> Desk {
        let world = World::drawn("Todo: a");
        let card = crate::support::drawing::all(&world.board, &Kind::CARD)[0].into();
        Desk { board: world.board, card, versions: Vec::new(), texts: BTreeMap::new() }
    }

    fn typed(&self, by: u8, rseq: u64, text: &str, seen: &[ChangeId]) -> Typed {
        let text = text.to_owned();
        let base = self.board.head.position;
        let ms = NOON_MS + 3_600_000 + self.versions.len() as u64;
        Typed { by, rseq, ms, text, seen: Some(seen.to_vec()), base, replaces: None }
    }

    /// Signed, numbered and absorbed.
    fn take(&mut self, typed: &Typed) -> ChangeId {
        let signer = replica(typed.by);
        let write = Write {
            kind: Kind::CARD,
            entity: self.card.into(),
            slot: Field::TEXT.into(),
            value: Value::text(&typed.text),
            replaces: typed.replaces,
            seen: typed.seen.clone(),
        };
        let stamp = Stamp { ms: typed.ms, counter: 0, replica: signer };
        let change = Change {
            board: self.board.id,
            replica: signer,
            rseq: typed.rseq,
            prev: Hash::default(),
            act: ActId(Uuid::from_u128(u128::from(typed.by) << 64 | u128::from(typed.rseq))),
            stamp,
            base: typed.base,
            author: PersonId(Uuid::from_u128(u128::from(typed.by))),
            wall_ms: typed.ms,
            intent: "describeCard".to_owned(),
            group: Group { id: GroupId(Uuid::nil()), part: 0, parts: 1 },
            writes: vec![write],
        };
        let (body, hash) = sign(&change).unwrap();
        // As it is read from a log.
        let change = read(&body).unwrap();
        let id = change.id();
        let numbered = number(&self.board, change, body, hash, stamp);
        self.board.absorb(&numbered);
        self.versions.extend(versions_of(&numbered, typed.base.seq).map(|(_, version)| version));
        self.texts.insert(id, typed.text.clone());
        id
    }

    fn write(&mut self, by: u8, rseq: u64, text: &str, seen: &[ChangeId]) -> ChangeId {
        let typed = self.typed(by, rseq, text, seen);
        self.take(&typed)
    }

    fn stands(&self) -> ChangeId {
        self.board.winner(self.card.into(), &Field::TEXT.into()).unwrap().winner()
    }

    fn shows(&self) -> &str {
        self.board.entity(self.card.into()).unwrap().text(Field::TEXT)
    }

    fn apart(&self) -> Vec<ChangeId> {
        Family::new(&self.versions, false).apart(self.stands())
    }

    fn merge(&self, standing: ChangeId, other: ChangeId) -> Option<domain::merge::Merge> {
        let family = Family::new(&self.versions, false);
        merge(self.card, &family, standing, other, |id| self.texts.get(&id).cloned())
    }

    /// As a replica with this number merges the oldest that stands apart.
    fn merged(&self, by: u8, rseq: u64) -> Option<Typed> {
        let merge = self.merge(self.stands(), *self.apart().first()?)?;
        let text = merge.write.value.as_text().unwrap().to_owned();
        let Write { seen, replaces, .. } = merge.write;
        Some(Typed { seen, replaces, ..self.typed(by, rseq, &text, &[]) })
    }
}

/// Two who began with the same three lines.
fn two(ours: &str, theirs: &str) -> (Desk, ChangeId, ChangeId) {
    let mut desk = Desk::new();
    let base = desk.write(1, 1, "one\ntwo\nthree", &[]);
    let one = desk.write(1, 2, ours, &[base]);
    let other = desk.write(2, 1, theirs, &[base]);
    (desk, one, other)
}

#[test]
pub fn t1_an_edit_names_what_stood_or_what_its_author_had_before_them() {
    let mut world = World::drawn("Todo: a");
    let card: CardId = crate::support::drawing::all(&world.board, &Kind::CARD)[0].into();
    let mut describe = |text: &str, seen: Option<Vec<TextVersion>>| {
        let edit = Edit::DescribeCard { card, text: text.to_owned(), seen };
        let before = world.log.len();
        world.edit(&edit).unwrap();
        let changes = &world.log[before..];
        changes.first().map(|it| (it.change.id(), it.change.writes[0].seen.clone()))
    };
    let (first, seen) = describe("first", None).unwrap();
    assert_eq!(seen, Some(vec![]), "there was none before it");
    let (second, seen) = describe("second", None).unwrap();
    assert_eq!(seen, Some(vec![first]), "what stood");
    let (_, seen) = describe("third", Some(vec![first.into()])).unwrap();
    assert_eq!(seen, Some(vec![first]), "what stood when editing began");
    assert_eq!(describe("third", Some(vec![second.into()])), None, "it says that already");
    let nothing = Some(vec![TextVersion::default()]);
    assert_eq!(describe("fourth", nothing).unwrap().1, Some(vec![]));
    world.undo();
    let undone = world.log.last().unwrap();
    assert_eq!(
        undone.change.writes[0].seen,
        Some(vec![world.log[world.log.len() - 2].change.id()])
    );
}

#[test]
fn t2_what_was_written_without_seeing_each_other_stands_apart() {
    let (mut desk, one, other) = two("ours", "theirs");
    assert_eq!((desk.stands(), desk.apart()), (other, vec![one]));
    // Whoever goes on with one of them has not seen the other yet.
    let next = desk.write(2, 2, "theirs, longer", &[other]);
    assert_eq!((desk.stands(), desk.apart()), (next, vec![one]));
    let later = desk.write(1, 3, "ours, longer", &[one]);
    assert_eq!((desk.stands(), desk.apart()), (later, vec![next]));
    // What says the same does not stand apart.
    desk.write(2, 3, "ours, longer", &[next]);
    assert_eq!(desk.apart(), []);
}

#[test]
fn t3_where_nothing_is_named_the_base_and_the_replica_tell_what_was_seen() {
    let mut desk = Desk::new();
    let base = desk.board.head.position;
    desk.write(1, 1, "first", &[]);
    let saw = desk.board.head.position;
    let unseen = Typed { seen: None, base, ..desk.typed(2, 1, "unseen", &[]) };
    let unseen = desk.take(&unseen);
    assert_eq!(desk.apart().len(), 1);
    // Its base shows neither, but the first is the same replica's.
    let own = Typed { seen: None, base, ..desk.typed(1, 2, "own", &[]) };
    desk.take(&own);
    assert_eq!(desk.apart(), [unseen]);
    let first = Typed { seen: None, base: saw, ..desk.typed(3, 1, "saw the first", &[]) };
    desk.take(&first);
    assert_eq!(desk.apart().len(), 2);
    let all = Typed { seen: None, ..desk.typed(3, 2, "saw all", &[]) };
    desk.take(&all);
    assert_eq!(desk.apart(), []);
}

#[test]
fn t4_deciding_names_all_that_were_before_one_also_where_the_text_stays() {
    let (mut desk, one, other) = two("ours", "theirs");
    desk.write(3, 1, "theirs", &[other, one]);
    assert_eq!(desk.apart(), []);

    let mut world = World::drawn("Todo: a");
    let card: CardId = crate::support::drawing::all(&world.board, &Kind::CARD)[0].into();
    let text = "stays".to_owned();
    world.edit(&Edit::DescribeCard { card, text: text.clone(), seen: None }).unwrap();
    let stands = shown(world.board.entity(card.into()).unwrap());
    let elsewhere = ChangeId { replica: replica(4), rseq: 9 };
    let seen = Some(vec![stands.clone(), elsewhere.into()]);
    world.edit(&Edit::DescribeCard { card, text, seen }).unwrap();
    let decided = &world.log.last().unwrap().change.writes[0];
    assert_eq!(decided.seen, Some(vec![stands.change().unwrap(), elsewhere]));
}

#[test]
fn t5_lines_of_both_come_together_and_the_same_line_does_not() {
    let merged = |base: &str, ours: &str, theirs: &str| merge_texts(base, ours, theirs);
    let text = "one\ntwo\nthree";
    assert_eq!(merged(text, "ONE\ntwo\nthree", "one\ntwo\nTHREE").unwrap(), "ONE\ntwo\nTHREE");
    assert_eq!(
        merged(text, "one\ntwo\nthree\nfour", "zero\none\ntwo\nthree").unwrap(),
        "zero\none\ntwo\nthree\nfour"
    );
    assert_eq!(merged(text, "two\nthree", "one\ntwo\nthree\n").unwrap(), "two\nthree\n");
    assert_eq!(merged(text, text, "").unwrap(), "");
    assert_eq!(merged(text, "one\nours\nthree", "one\ntheirs\nthree"), None);
    assert_eq!(merged(text, "one\nTWO\nthree", "one\ntwo\nTHREE"), None, "side by side");
    assert_eq!(merged(text, "one\ntwo\nthree\nmine", "one\ntwo\nthree\nyours"), None);
    assert_eq!(merged("", "ours", "theirs"), None);
    let line = |_| "x\n";
    let long = |lines: usize| (0..lines).map(line).collect::<String>();
    assert!(
        merged(
            &long(LINES_MAX * 4),
            &(long(LINES_MAX * 4) + "y"),
            &("z\n".to_owned() + &long(LINES_MAX * 4))
        )
        .is_none()
    );
    assert!(
        merged(&long(LINES_MAX * 4), &long(LINES_MAX * 4), &(long(LINES_MAX * 4) + "y")).is_some()
    );
}

#[test]
fn t6_a_merge_has_one_name_and_stands_until_somebody_types() {
    let (mut desk, one, other) = two("ONE\ntwo\nthree", "one\ntwo\nTHREE");
    assert_eq!(desk.merge(one, other).unwrap().act, desk.merge(other, one).unwrap().act);
    let first = desk.merged(1, 3).unwrap();
    let elsewhere = desk.merged(2, 2).unwrap();
    desk.take(&first);
    assert_eq!((desk.shows(), desk.apart().len()), ("ONE\ntwo\nTHREE", 0));
    // A second one, should it come under another name, is void, and no version.
    let versions = desk.versions.len();
    desk.take(&elsewhere);
    assert_eq!((desk.versions.len(), desk.apart().len()), (versions, 0));
    assert!(desk.merged(1, 4).is_none());
}

#[test]
fn t7_without_the_text_that_both_go_back_to_there_is_no_merge() {
    let (desk, one, other) = two("ONE\ntwo\nthree", "one\ntwo\nTHREE");
    let rest = &desk.versions[1..];
    let family = Family::new(rest, true);
    assert_eq!(family.origin(one, other), Some(Origin::Unknown));
    assert_eq!(merge(desk.card, &family, other, one, |id| desk.texts.get(&id).cloned()), None);
    assert_eq!(family.apart(other), [one], "they are told apart all the same");
    assert_eq!(family.apart(ChangeId { replica: replica(7), rseq: 7 }), [one, other]);
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-e]{0,2}", 0..8).prop_map(|lines| lines.join("\n"))
}

/// A text that came of another: some lines are gone, others, which nobody else has, are new.
fn edited() -> impl Strategy<Value = Vec<(u8, bool, u32)>> {
    prop::collection::vec((0u8..10, any::<bool>(), any::<u32>()), 0..4)
}

fn apply(base: &str, by: char, edits: &[(u8, bool, u32)]) -> String {
    let mut lines: Vec<String> = base.split('\n').map(str::to_owned).collect();
    for (at, removes, number) in edits {
        let at = usize::from(*at).min(lines.len());
        if *removes && at < lines.len() {
            lines.remove(at);
        } else {
            lines.insert(at, format!("{by}{number}"));
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(storm(256))]

    #[test]
    fn t5_a_merge_keeps_every_line_that_either_brought(
        base in text(), ours in edited(), theirs in edited(),
    ) {
        let (ours, theirs) = (apply(&base, 'm', &ours), apply(&base, 'y', &theirs));
        let merged = merge_texts(&base, &ours, &theirs);
        prop_assert_eq!(&merged, &merge_texts(&base, &theirs, &ours), "it does not matter whose");
        let Some(merged) = merged else { return Ok(()) };
        for side in [&ours, &theirs] {
            for line in side.split('\n').filter(|line| line.starts_with(['m', 'y'])) {
                prop_assert!(merged.split('\n').any(|it| it == line), "{:?} is gone", line);
            }
        }
        let known = |line: &str| [&base, &ours, &theirs].iter().any(|it| it.split('\n').any(|of| of == line));
        prop_assert!(merged.split('\n').all(known));
    }

    #[test]
    fn t5_no_texts_make_it_panic(base in ".{0,40}", ours in "(?s).{0,40}", theirs in "(?s).{0,40}") {
        merge_texts(&base, &ours, &theirs);
    }

    /// Whenever a merge arrives, before or after what somebody typed over what it stands on, what was typed stands;
    /// and merging that anew leaves nothing apart.
    #[test]
    fn t6_a_merge_never_beats_what_was_typed_over_what_it_stands_on(
        before in any::<bool>(), saw_merge in any::<bool>(), early in any::<bool>(),
    ) {
        let (mut desk, _, other) = two("ONE\ntwo\nthree", "one\ntwo\nTHREE");
        let merge = desk.merged(1, 3).unwrap();
        let mut typed = desk.typed(2, 2, "one\ntwo\nTHREE\nfour", &[other]);
        // By a clock that hardly went on since.
        typed.ms = if early { desk.board.head.latest.ms + 1 } else { typed.ms };
        if before {
            desk.take(&typed);
            desk.take(&merge);
        } else {
            let merged = desk.take(&merge);
            if saw_merge {
                typed.seen = Some(vec![merged]);
            }
            desk.take(&typed);
        }
        prop_assert_eq!(desk.shows(), "one\ntwo\nTHREE\nfour");
        if before || !saw_merge {
            let again = desk.merged(1, 4).unwrap();
            desk.take(&again);
            prop_assert_eq!(desk.shows(), "ONE\ntwo\nTHREE\nfour");
        }
        prop_assert_eq!(desk.apart(), []);
        prop_assert!(desk.merged(1, 5).is_none());
    }

    /// Each that is left out is gone back to by one that stands apart; no two of those go back to each other.
    #[test]
    fn t2_what_stands_apart_covers_all_that_is_not_included(
        writes in prop::collection::vec((1u8..4, prop::collection::vec(any::<prop::sample::Index>(), 0..3), 0u64..20), 1..12),
    ) {
        let mut desk = Desk::new();
        let mut ids: Vec<ChangeId> = Vec::new();
        let mut rseqs = [0u64; 4];
        for (by, parents, ms) in writes {
            rseqs[usize::from(by)] += 1;
            let seen: Vec<ChangeId> = parents.iter().filter(|_| !ids.is_empty()).map(|it| *it.get(&ids)).collect();
            let mut typed = desk.typed(by, rseqs[usize::from(by)], &format!("text {}", ids.len()), &seen);
            let above = Latest { ms: NOON_MS, counter: 0 };
            typed.ms = above.ms + 3_600_000 + ms;
            ids.push(desk.take(&typed));
        }
        let family = Family::new(&desk.versions, false);
        let apart = desk.apart();
        let goes_back = |from: ChangeId, to: ChangeId| from == to || {
            let (mut open, mut found) = (vec![from], false);
            while let Some(id) = open.pop() {
                for parent in family.version(id).unwrap().seen.as_deref().unwrap() {
                    found |= *parent == to;
                    open.push(*parent);
                }
            }
            found
        };
        for id in &ids {
            let mut covering = apart.iter().copied().chain([desk.stands()]);
            prop_assert!(covering.any(|of| goes_back(of, *id)));
        }
        for one in &apart {
            prop_assert!(!goes_back(desk.stands(), *one));
            prop_assert!(apart.iter().all(|other| one == other || !goes_back(*other, *one)));
        }
    }
}
