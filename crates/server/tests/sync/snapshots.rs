//! Boards at a position, in parts.

use crate::{peer::Peer, replica::Replica, stage::Stage};
use domain::{
    board::{Board, Entity, Head},
    edit::Edit,
    id::BoardId,
    stamp::Latest,
};
use sync::message::*;

async fn offered(peer: &mut Peer, replica: &Replica) -> SnapshotOffer {
    let board = replica.board();
    let locator = vec![replica.position()];
    peer.say(&FromClient::Follow(Follow { board, locator, whole: true })).await;
    match peer.news(board).await {
        BoardNews::Snapshot(offer) => offer,
        other => panic!("{other:?}"),
    }
}

async fn part(peer: &mut Peer, board: BoardId, offer: &SnapshotOffer, part: u32) -> Vec<Thing> {
    peer.say(&FromClient::Part(PartWanted { board, at: offer.at, part })).await;
    match peer.news(board).await {
        BoardNews::Part(sent) => {
            assert_eq!((sent.at, sent.part), (offer.at, part));
            minicbor::decode(&sent.things).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

/// A board of a few megabytes, so that it has several parts.
async fn large(stage: &Stage) -> (Peer, Replica) {
    let (mut ada, mut adas) = stage.shared("ada", 4).await;
    let board = adas.board();
    let shown = adas.shared.shown();
    let column = crate::replica::first_column(shown);
    let cards = shown.below(column, &domain::register::Kind::CARD);
    for card in cards.map(|(id, ..)| id.into()).collect::<Vec<_>>() {
        let changes =
            adas.edit(&Edit::DescribeCard { card, text: "x".repeat(1024 * 1024), seen: None });
        let answers = ada.push(board, changes).await;
        let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
        adas.hear_up_to(seq, &mut ada).await;
    }
    (ada, adas)
}

#[tokio::test]
async fn a_snapshot_is_resumed_and_goes_on_live() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = large(&stage).await;
    let board = adas.board();
    let mut peer = stage.peer("ada").await;
    let offer = offered(&mut peer, &adas).await;
    assert_eq!((offer.at, offer.common), (adas.position(), Some(adas.position())));
    assert!(offer.parts > 2, "{} parts", offer.parts);
    let mut things = part(&mut peer, board, &offer, 0).await;
    drop(peer);
    // The log goes on meanwhile; the same snapshot is offered, and what came behind it follows.
    let added = adas.add("meanwhile");
    ada.push(board, added).await;
    let mut peer = stage.peer("ada").await;
    let again = offered(&mut peer, &adas).await;
    assert_eq!(again, offer);
    for number in 1..offer.parts {
        things.extend(part(&mut peer, board, &offer, number).await);
    }
    assert_eq!(things.len() as u64, offer.things);
    let entities =
        things.into_iter().map(|it| (it.id, Entity::from_registers(it.kind, it.registers)));
    let latest = Latest { ms: offer.latest_ms, counter: offer.latest_counter };
    let head = Head { position: offer.at, latest, digest: u128::from_be_bytes(offer.digest) };
    let mut fold = Board::from_entities(board, head, entities);
    let changes = peer.changes().await;
    assert_eq!(changes.from, offer.at);
    for NumberedBytes(numbered) in changes.changes {
        fold.absorb(&numbered);
    }
    assert_eq!(changes.digest, Some(fold.head.digest.to_be_bytes()));
    let live = adas.add("live");
    ada.push(board, live).await;
    let changes = peer.changes().await;
    assert_eq!((changes.from.seq, changes.changes.len()), (fold.head.position.seq, 1));
}

#[tokio::test]
async fn a_snapshot_that_is_no_more_is_offered_anew() {
    let stage = Stage::with(&["ada"]).await;
    let (peer, adas) = stage.shared("ada", 3).await;
    drop(peer);
    let board = adas.board();
    let mut peer = stage.peer("ada").await;
    let mut at = offered(&mut peer, &adas).await.at;
    at.chain.0[0] ^= 1;
    peer.say(&FromClient::Part(PartWanted { board, at, part: 0 })).await;
    let news = peer.news(board).await;
    assert!(matches!(&news, BoardNews::Snapshot(offer) if offer.at == adas.position()), "{news:?}");
    // Snapshots are not kept over a start.
    let stage = stage.killed();
    let mut peer = stage.peer("ada").await;
    let at = adas.position();
    peer.say(&FromClient::Part(PartWanted { board, at, part: 0 })).await;
    assert!(matches!(peer.news(board).await, BoardNews::Snapshot(offer) if offer.at == at));
    peer.say(&FromClient::Part(PartWanted { board, at, part: 99 })).await;
    assert_eq!(peer.goodbye().await, Some(GoodbyeCode::Protocol));
}
