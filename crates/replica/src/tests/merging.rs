//! One description written by two: made one where no line is in the way of another, offered side by side elsewhere.

use super::table::*;
use crate::protocol::*;
use domain::{edit::Edit, id::*, merge::MERGE, record::CardDetail, versions::TextVersion};
use store::{account::Role, sharing};

const TEXT: &str = "one\ntwo\nthree";

/// Two replicas with a card that says [`TEXT`].
async fn two() -> (Table, Seat, Seat, CardId) {
    let mut table = Table::new().await;
    let (mut one, mut other) = (table.seat().await, table.seat().await);
    one.connect(&mut table).await;
    let card = one.card("first").await;
    one.describe(card, TEXT, None).await;
    one.exchange(&mut table).await;
    other.connect(&mut table).await;
    (table, one, other, card)
}

impl Seat {
    async fn describe(&mut self, card: CardId, text: &str, seen: Option<Vec<TextVersion>>) {
        self.edit(Edit::DescribeCard { card, text: text.to_owned(), seen }).await;
    }

    async fn detail(&mut self, card: CardId) -> CardDetail {
        let Reply::Card { detail, .. } = self.engine.card(self.board, card).await.unwrap() else {
            panic!("no card")
        };
        *detail
    }

    async fn text(&mut self, card: CardId) -> String {
        self.detail(card).await.description
    }

    async fn apart(&mut self, card: CardId) -> Vec<String> {
        let detail = self.detail(card).await;
        let content = self.engine.content(self.board).await.unwrap();
        let record = content.cards.iter().find(|it| it.id == card).unwrap();
        assert_eq!(record.apart, !detail.apart.is_empty(), "the board marks it");
        detail.apart.into_iter().map(|it| it.text).collect()
    }

    /// All versions, newest first, as the panel reads them.
    async fn texts(&mut self, card: CardId) -> Vec<String> {
        let mut texts = Vec::new();
        for record in self.engine.versions(self.board, card).await.unwrap() {
            let read = self.engine.version_text(self.board, card, &record.version).await.unwrap();
            let Reply::Text { text, .. } = read else { panic!("no text") };
            assert!(text.starts_with(record.excerpt.split(' ').next().unwrap()));
            texts.push(text);
        }
        texts
    }
}

impl Table {
    fn merges(&mut self) -> usize {
        self.room().log.iter().filter(|it| it.change.intent == MERGE).count()
    }

    /// Both go on until there is nothing more to say, and then are the same.
    async fn settle(&mut self, one: &mut Seat, other: &mut Seat) {
        for _ in 0..3 {
            one.exchange(self).await;
            other.exchange(self).await;
        }
        let digest = self.room().board.head.digest;
        assert_eq!((one.digest().await, other.digest().await), (digest, digest));
        assert_eq!((one.counts().await, other.counts().await), ((0, 0), (0, 0)));
        assert_eq!((one.problems().await, other.problems().await), (vec![], vec![]));
    }
}

#[tokio::test]
async fn lines_that_two_wrote_offline_come_together_once() {
    let (mut table, mut one, mut other, card) = two().await;
    one.disconnect().await;
    other.disconnect().await;
    one.describe(card, "ONE\ntwo\nthree", None).await;
    other.describe(card, "one\ntwo\nTHREE", None).await;
    one.connect(&mut table).await;
    assert_eq!(one.text(card).await, "ONE\ntwo\nthree");
    other.connect(&mut table).await;
    table.settle(&mut one, &mut other).await;
    for seat in [&mut one, &mut other] {
        assert_eq!(seat.text(card).await, "ONE\ntwo\nTHREE");
        assert_eq!(seat.apart(card).await, [""; 0]);
        let mut texts = seat.texts(card).await;
        assert_eq!(texts.remove(0), "ONE\ntwo\nTHREE");
        texts.sort();
        assert_eq!(texts, ["ONE\ntwo\nthree", "one\ntwo\nTHREE", TEXT]);
    }
    assert_eq!(table.merges(), 1);
    let listed = one.engine.versions(one.board, card).await.unwrap();
    assert!(listed[0].merged && listed[0].standing == VersionStanding::Shown);
}

#[tokio::test]
async fn two_who_merge_at_once_do_it_once() {
    let (mut table, mut one, mut other, card) = two().await;
    one.disconnect().await;
    other.disconnect().await;
    one.describe(card, "ONE\ntwo\nthree", None).await;
    one.connect(&mut table).await;
    one.disconnect().await;
    other.describe(card, "one\ntwo\nTHREE", None).await;
    other.add("Z", "a").await;
    other.add("Z", "b").await;
    other.connect(&mut table).await;
    other.exchange(&mut table).await;
    assert_eq!(table.merges(), 1);
    // It hears of the other's text, and merges, before it hears of the other's merge.
    one.connect(&mut table).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!((table.merges(), one.text(card).await), (1, "ONE\ntwo\nTHREE".to_owned()));
    assert_eq!(one.apart(card).await, [""; 0]);
}

#[tokio::test]
async fn what_is_typed_meanwhile_stands_and_the_merge_is_made_anew() {
    let (mut table, mut one, mut other, card) = two().await;
    one.disconnect().await;
    other.disconnect().await;
    one.describe(card, "ONE\ntwo\nthree", None).await;
    other.describe(card, "one\ntwo\nTHREE", None).await;
    other.connect(&mut table).await;
    one.connect(&mut table).await;
    // The merge waits at one of them when the other goes on typing.
    other.describe(card, "one\ntwo\nTHREE\nfour", None).await;
    other.exchange(&mut table).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!(one.text(card).await, "ONE\ntwo\nTHREE\nfour");
    assert_eq!((one.apart(card).await, other.apart(card).await), (vec![], vec![]));
}

/// Both wrote the same line; the text of `other` came later.
async fn torn() -> (Table, Seat, Seat, CardId) {
    let (mut table, mut one, mut other, card) = two().await;
    one.disconnect().await;
    other.disconnect().await;
    one.describe(card, "one\nours\nthree", None).await;
    other.describe(card, "one\ntheirs\nthree", None).await;
    one.connect(&mut table).await;
    other.connect(&mut table).await;
    table.settle(&mut one, &mut other).await;
    (table, one, other, card)
}

#[tokio::test]
async fn the_same_line_is_offered_to_both_until_one_decides() {
    let (mut table, mut one, mut other, card) = torn().await;
    assert_eq!(table.merges(), 0);
    for seat in [&mut one, &mut other] {
        assert_eq!(seat.text(card).await, "one\ntheirs\nthree");
        assert_eq!(seat.apart(card).await, ["one\nours\nthree"]);
    }
    other.told();
    let detail = one.detail(card).await;
    let seen = vec![detail.version, detail.apart[0].version.clone()];
    let both = "one\ntheirs\nthree\n\none\nours\nthree";
    one.describe(card, both, Some(seen)).await;
    assert_eq!(one.apart(card).await, [""; 0], "at once, before the server heard of it");
    table.settle(&mut one, &mut other).await;
    for seat in [&mut one, &mut other] {
        assert_eq!((seat.text(card).await, seat.apart(card).await), (both.to_owned(), vec![]));
        let texts = seat.texts(card).await;
        assert!(
            ["one\nours\nthree", "one\ntheirs\nthree"]
                .iter()
                .all(|it| texts.iter().any(|text| text == it))
        );
    }
    let told: Vec<_> = other.told().into_iter().flat_map(|patch| patch.cards).collect();
    assert!(told.iter().any(|it| it.id == card && !it.apart), "{told:?}");
    let undone = one.engine.step(store::Stack::Undo).await.unwrap();
    assert_eq!(undone.verb.as_deref(), Some("describeCard"));
    assert_eq!(one.text(card).await, "one\ntheirs\nthree");
}

#[tokio::test]
async fn keeping_what_stands_is_a_decision_too_and_the_offer_survives_a_restart() {
    let (mut table, one, mut other, card) = torn().await;
    let root = one.root();
    drop(one);
    let mut one = table.seat_on(&root).await;
    assert_eq!(one.apart(card).await, ["one\nours\nthree"]);
    one.connect(&mut table).await;
    let detail = one.detail(card).await;
    let seen = vec![detail.version, detail.apart[0].version.clone()];
    one.describe(card, &detail.description, Some(seen)).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!((one.apart(card).await, other.apart(card).await), (vec![], vec![]));
    assert_eq!(other.text(card).await, "one\ntheirs\nthree");
}

#[tokio::test]
async fn a_draft_keeps_what_it_was_typed_over_and_is_merged_with_what_came_since() {
    let (mut table, mut one, mut other, card) = two().await;
    let base = one.detail(card).await.version;
    let draft = Draft {
        key: format!("card/{card}/description"),
        board: one.board,
        card: Some(card),
        column: None,
        text: "one\ntwo\nthree\nfour".to_owned(),
        base: Some(base.clone()),
        saved_ms: 0,
    };
    one.engine.save_draft(draft).await.unwrap();
    let root = one.root();
    drop(one);
    other.describe(card, "zero\none\ntwo\nthree", None).await;
    other.exchange(&mut table).await;
    let mut one = table.seat_on(&root).await;
    one.connect(&mut table).await;
    let draft = one.engine.drafts().await.unwrap().remove(0);
    assert_eq!(draft.base, Some(base));
    assert_ne!(draft.base, Some(one.detail(card).await.version), "something came since");
    one.describe(card, &draft.text, draft.base.map(|base| vec![base])).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!(other.text(card).await, "zero\none\ntwo\nthree\nfour");
}

#[tokio::test]
async fn whoever_may_only_look_merges_nothing() {
    let (mut table, mut one, mut other, card) = two().await;
    one.disconnect().await;
    other.disconnect().await;
    one.describe(card, "ONE\ntwo\nthree", None).await;
    one.connect(&mut table).await;
    for seat in [&mut one, &mut other] {
        sharing::put_role(seat.engine.store.connection(), seat.board, Some(Role::Commenter))
            .await
            .unwrap();
        seat.engine.boards.remove(&seat.board);
    }
    // As a device of the same person that signs without asking.
    sharing::put_role(other.engine.store.connection(), other.board, Some(Role::Editor))
        .await
        .unwrap();
    other.engine.boards.remove(&other.board);
    other.describe(card, "one\ntwo\nTHREE", None).await;
    sharing::put_role(other.engine.store.connection(), other.board, Some(Role::Viewer))
        .await
        .unwrap();
    other.engine.boards.remove(&other.board);
    other.connect(&mut table).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!((table.merges(), one.apart(card).await.len()), (0, 1));
    // Once one of them may, at the next word from the server.
    sharing::put_role(one.engine.store.connection(), one.board, Some(Role::Editor)).await.unwrap();
    one.engine.boards.remove(&one.board);
    other.engine.boards.remove(&other.board);
    one.disconnect().await;
    one.connect(&mut table).await;
    table.settle(&mut one, &mut other).await;
    assert_eq!((table.merges(), one.text(card).await), (1, "ONE\ntwo\nTHREE".to_owned()));
}

#[tokio::test]
async fn two_windows_on_a_board_of_ones_own_do_not_write_over_each_other() {
    let root = tempfile::tempdir().unwrap();
    let (mut engine, _patches) = start(root.path()).await;
    let board = engine.create_board("B", None, &["A".to_owned()]).await.unwrap().board;
    let in_column = column(&mut engine, board, "A").await;
    let card: CardId =
        engine.edit(board, &add(in_column, "first")).await.unwrap().created[0].into();
    let describe = |text: &str, seen: Option<TextVersion>| Edit::DescribeCard {
        card,
        text: text.to_owned(),
        seen: seen.map(|seen| vec![seen]),
    };
    engine.edit(board, &describe(TEXT, Some(TextVersion::default()))).await.unwrap();
    let version = engine.versions(board, card).await.unwrap()[0].version.clone();
    let text = |reply: Reply| match reply {
        Reply::Card { detail, .. } => (detail.description, detail.apart.len()),
        _ => panic!("no card"),
    };
    engine.edit(board, &describe("ONE\ntwo\nthree", Some(version.clone()))).await.unwrap();
    engine.edit(board, &describe("one\ntwo\nTHREE", Some(version.clone()))).await.unwrap();
    let card_now = engine.card(board, card).await.unwrap();
    assert_eq!(text(card_now), ("ONE\ntwo\nTHREE".to_owned(), 0));
    engine.edit(board, &describe("one\n2\nthree", Some(version))).await.unwrap();
    let card_now = engine.card(board, card).await.unwrap();
    assert_eq!(text(card_now), ("one\n2\nthree".to_owned(), 1));
    assert_eq!(engine.check().await.unwrap(), [""; 0]);
}
