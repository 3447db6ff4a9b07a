//! Members of a board who are connected at the same time.

use crate::{
    replica::{Replica, first_column},
    stage::{Stage, follow, is_heard},
};
use domain::{
    change::Write,
    edit::Edit,
    id::EntityId,
    log::Signer,
    register::{Field, Kind},
    value::Value,
};
use serde_json::json;
use sync::message::*;
use uuid::Uuid;

fn accepted(answers: &[(domain::stamp::ChangeId, Answer)]) -> Vec<u64> {
    let seqs = answers.iter().map(|(_, answer)| match answer {
        Answer::Accepted(seq, _) => *seq,
        other => panic!("{other:?}"),
    });
    seqs.collect()
}

#[tokio::test]
async fn a_shared_board_is_cloned_by_a_member() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_ada, original) = stage.shared("ada", 12).await;
    let (ben, clone) = stage.join(original.board(), "ada", "ben", "editor").await;
    assert_eq!(clone.titles(), original.titles());
    assert_eq!(clone.position(), original.position());
    assert_eq!(clone.shared.numbered().head, original.shared.numbered().head);
    let seen = &ben.boards[0];
    assert_eq!((seen.title.as_str(), seen.role), ("Garden", Role::Editor));
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn two_members_get_each_others_changes_once_and_in_order() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 3).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "editor").await;
    let begins = adas.position().seq;
    const ROUNDS: u64 = 20;
    for round in 0..ROUNDS {
        let (one, other) = (adas.add(&format!("ada {round}")), bens.add(&format!("ben {round}")));
        // Both are under way at once.
        ada.say(&FromClient::Push(Push { board, changes: one })).await;
        ben.say(&FromClient::Push(Push { board, changes: other })).await;
        let both = [ada.news(board).await, ben.news(board).await];
        for news in both {
            let BoardNews::Answers(answers) = news else { panic!("{news:?}") };
            assert_eq!(accepted(&answers).len(), 1);
        }
    }
    let end = begins + ROUNDS * 2;
    adas.hear_up_to(end, &mut ada).await;
    bens.hear_up_to(end, &mut ben).await;
    assert_eq!(adas.position(), bens.position());
    assert_eq!(adas.shared.numbered().head.digest, bens.shared.numbered().head.digest);
    assert_eq!(adas.titles(), bens.titles());
    assert_eq!((adas.shared.outbox().count(), bens.shared.outbox().count()), (0, 0));
    // Nothing more comes: the next that is heard is the answer to a question.
    is_heard(&mut ada).await;
    is_heard(&mut ben).await;
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_replica_that_was_away_gets_what_it_missed_alone() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 5).await;
    let board = adas.board();
    let (ben, mut bens) = stage.join(board, "ada", "ben", "viewer").await;
    drop(ben);
    let added = adas.add("while away");
    ada.push(board, added).await;
    let mut ben = stage.peer("ben").await;
    ben.say(&bens.follow()).await;
    let changes = ben.changes().await;
    assert_eq!(changes.changes.len(), 1);
    assert!(sync::frame::write(&changes).unwrap().len() < 8 * 1024);
    bens.take(changes);
    assert_eq!(bens.titles().last().unwrap(), "while away");
}

/// A field and a kind of thing that this program has never heard of, by way of a server that has not either.
#[tokio::test]
async fn what_only_a_newer_program_knows_comes_through_as_it_was_written() {
    let stage = Stage::with(&["ada", "ben", "cyd"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "editor").await;
    let numbered = adas.shared.numbered();
    let card = numbered.below(first_column(numbered), &Kind::CARD).next().unwrap().0;
    let (mood, sticker) = (Field::from_name("mood").unwrap(), Kind::from_name("sticker").unwrap());
    let other = EntityId(Uuid::new_v4());
    let write = |kind: &Kind, entity, value| Write {
        kind: kind.clone(),
        entity,
        slot: mood.clone().into(),
        value,
        replaces: None,
        seen: None,
    };
    let (calm, wild) = (Value::text("calm"), Value::number(u32::MAX));
    let writes = vec![write(&Kind::CARD, card, calm.clone()), write(&sticker, other, wild.clone())];
    let signed = adas.sign("cheerUp", writes);
    let [end] = accepted(&ada.push(board, signed).await)[..] else { panic!("one change") };
    adas.hear_up_to(end, &mut ada).await;
    bens.hear_up_to(end, &mut ben).await;
    drop((ada, ben));
    let stage = stage.killed();
    let (_cyd, cyds) = stage.join(board, "ada", "cyd", "viewer").await;
    for replica in [&adas, &bens, &cyds] {
        let board = replica.shared.numbered();
        for (entity, value) in [(card, &calm), (other, &wild)] {
            assert_eq!(board.entity(entity).unwrap().value(mood.clone()), Some(value));
        }
        assert_eq!(board.head.digest, adas.shared.numbered().head.digest);
    }
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_repeated_push_gets_the_same_answer_and_is_there_once() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let added = adas.add("once");
    let first = ada.push(board, added.clone()).await;
    let again = ada.push(board, added.clone()).await;
    assert_eq!(first, again);
    let mut other = stage.peer("ada").await;
    assert_eq!(other.push(board, added).await, first);
    adas.hear_up_to(accepted(&first)[0], &mut ada).await;
    is_heard(&mut ada).await;
    assert_eq!(adas.titles(), ["card 0", "once"]);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_copied_replica_is_told_that_it_forked_and_a_gap_what_is_expected() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let signer = adas.signer;
    let first = adas.add("first");
    let second = adas.add("second");
    let third = adas.add("third");
    // The second without the first.
    let answers = ada.push(board, second.clone()).await;
    assert!(matches!(answers[..], [(_, Answer::Expected(rseq))] if rseq == signer.rseq + 1));
    accepted(&ada.push(board, first).await);

    // A copy of the folder, from when the first was the last.
    let mut copy = Replica::empty(board, adas.person);
    let mut peer = stage.peer("ada").await;
    peer.say(&copy.follow()).await;
    copy.take(peer.changes().await);
    let last = copy.log.last().unwrap().hash;
    copy.signer = Signer { rseq: signer.rseq + 1, prev: last, ..signer };
    accepted(&ada.push(board, second).await);
    let forked = [copy.add("forked"), copy.add("behind it")].concat();
    let answers = peer.push(board, forked).await;
    assert!(matches!(answers[..], [(_, Answer::Fork)]), "{answers:?}");
    let seq = accepted(&ada.push(board, third).await)[0];
    adas.hear_up_to(seq, &mut ada).await;
    assert_eq!(adas.titles(), ["card 0", "first", "second", "third"]);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn an_act_of_several_changes_is_accepted_when_its_end_has_come() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 0).await;
    let board = adas.board();
    adas.add("described");
    // Of things that nobody has made yet.
    let write = |_| {
        let (entity, value) = (EntityId(Uuid::new_v4()), Value::text(&"x".repeat(900 * 1024)));
        Write {
            kind: Kind::CARD,
            entity,
            slot: Field::TEXT.into(),
            value,
            replaces: None,
            seen: None,
        }
    };
    let writes = (0..5).map(write).collect();
    let parts = adas.sign("later", writes);
    assert!(parts.len() > 1, "{} parts", parts.len());
    let all = adas.waiting();
    let (head, last) = all.split_at(all.len() - 1);
    let first = accepted(&ada.push(board, head.to_vec()).await);
    assert_eq!(first.len(), 1, "the card alone: the act goes on");
    let rest = accepted(&ada.push(board, last.to_vec()).await);
    assert_eq!(rest.len(), parts.len());
    adas.hear_up_to(rest[rest.len() - 1], &mut ada).await;
    assert_eq!(adas.shared.outbox().count(), 0);
}

#[tokio::test]
async fn a_board_that_is_left_is_heard_of_no_more_until_it_is_followed_again() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "editor").await;
    ben.say(&FromClient::Leave(board)).await;
    is_heard(&mut ben).await;
    let added = adas.add("unheard");
    ada.push(board, added).await;
    is_heard(&mut ben).await;
    ben.say(&bens.follow()).await;
    bens.take(ben.changes().await);
    let renamed = adas.edit(&Edit::RenameBoard { title: "Orchard".to_owned() });
    let seq = accepted(&ada.push(board, renamed).await)[0];
    bens.hear_up_to(seq, &mut ben).await;
    assert_eq!(bens.titles().last().unwrap(), "unheard");
    let mut again = stage.peer("ada").await;
    assert_eq!(again.boards[0].title, "Orchard");
    adas.hear_up_to(seq, &mut ada).await;
    follow(&mut again, &adas).await;
}
