//! Readers who do not read, or hardly: they hold up nobody, cost little, and miss nothing.

use crate::{
    peer::{Peer, patiently},
    replica::{Replica, first_column, fresh},
    running::Server,
    stage::Stage,
};
use domain::{edit::Edit, id::CardId, register::Kind};
use rand::RngCore;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use sync::message::*;
use tokio::task::JoinSet;

const ROUNDS: usize = 160;
const TEXT_BYTES: usize = 96 * 1024;
const STALLED: usize = 20;

/// A text that cannot be packed to much less than half.
fn noise(length: usize) -> String {
    let mut bytes = vec![0; length / 2];
    fresh().rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the server has of the machine's memory.
fn resident_bytes(server: &Server) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

fn first_card(replica: &Replica) -> CardId {
    let shown = replica.shared.shown();
    shown.below(first_column(shown), &Kind::CARD).next().unwrap().0.into()
}

/// A number that the server counts.
async fn counted(server: &Server, name: &str) -> u64 {
    let metrics = server.get("/metrics", "").await.expect(200);
    let lines = metrics.as_str().unwrap().lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    values.next().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_do_not_read_hold_up_nobody_cost_little_and_miss_nothing() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "viewer").await;
    let mut stalled: Vec<(Peer, Replica)> = Vec::new();
    for _ in 0..STALLED {
        let mut peer = Peer::narrow(&stage.server, stage.token("ben")).await;
        let mut replica = Replica::empty(board, bens.person);
        peer.say(&replica.follow()).await;
        replica.take(peer.changes().await);
        stalled.push((peer, replica));
    }
    let before = resident_bytes(&stage.server);
    let card = first_card(&adas);
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let changes = adas.edit(&Edit::DescribeCard { card, text: noise(TEXT_BYTES), seen: None });
        bytes += changes[0].body.len();
        let answers = ada.push(board, changes).await;
        let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
        adas.hear_up_to(seq, &mut ada).await;
        bens.hear_up_to(seq, &mut ben).await;
    }
    let grown = resident_bytes(&stage.server).saturating_sub(before);
    // Queued for each of them it would be twenty times as much.
    let queued = bytes / 2 * STALLED;
    assert!(grown < queued / 2, "{grown} bytes more, of {queued}");
    let head = adas.shared.numbered().head;
    let mut reading = JoinSet::new();
    for (mut peer, mut replica) in stalled {
        reading.spawn(async move {
            replica.hear_up_to(head.position.seq, &mut peer).await;
            replica.shared.numbered().head
        });
    }
    assert_eq!(reading.join_all().await, vec![head; STALLED]);
}

/// Reads on until this number is here, and connects again whenever the server gave up.
async fn hear_at_last(
    server: &Server,
    token: &str,
    slow: Arc<AtomicBool>,
    replica: &mut Replica,
    seq: u64,
) {
    while replica.position().seq < seq {
        let mut peer = Peer::slow(server, token, slow.clone()).await;
        peer.say(&replica.follow()).await;
        while replica.position().seq < seq {
            match peer.next().await {
                Some(FromServer::Board(_, BoardNews::Changes(changes))) => replica.take(changes),
                Some(FromServer::Goodbye(goodbye)) => {
                    assert_eq!(goodbye.code, GoodbyeCode::TooSlow);
                }
                Some(FromServer::Boards(_) | FromServer::Board(_, BoardNews::Here(_))) => {}
                Some(other) => panic!("{other:?}"),
                None => break,
            }
        }
    }
}

const PUSHES: usize = 40;
const CHANGES_OF_PUSH: usize = 50;
const SLOW: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_kilobyte_a_second_is_enough_to_miss_nothing_and_holds_up_nobody() {
    let stage = Stage::patient(&["ada", "ben", "cleo"], 2).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let (mut ben, mut bens) = stage.join(board, "ada", "ben", "viewer").await;
    let cleo = stage.invited(board, "ada", "cleo", "viewer").await;
    let card = first_card(&adas);
    let before = resident_bytes(&stage.server);
    let slow = Arc::new(AtomicBool::new(true));
    let last = adas.position().seq + u64::try_from(PUSHES * CHANGES_OF_PUSH).unwrap();
    let write = async {
        for _ in 0..PUSHES {
            let edit = || Edit::DescribeCard { card, text: noise(4 * 1024), seen: None };
            let changes = (0..CHANGES_OF_PUSH).flat_map(|_| adas.edit(&edit())).collect();
            let answers = ada.push(board, changes).await;
            let Some((_, Answer::Accepted(seq, _))) = answers.last() else { panic!("{answers:?}") };
            adas.hear_up_to(*seq, &mut ada).await;
            bens.hear_up_to(*seq, &mut ben).await;
        }
        // All is told, and the slow ones have hardly begun.
        assert_eq!(bens.position().seq, last);
        let grown = resident_bytes(&stage.server).saturating_sub(before);
        slow.store(false, Ordering::Relaxed);
        grown
    };
    let read = async {
        let mut replicas: Vec<Replica> = (0..SLOW).map(|_| Replica::empty(board, cleo)).collect();
        let (server, token) = (&stage.server, stage.token("cleo"));
        let reading = replicas
            .iter_mut()
            .map(|replica| hear_at_last(server, token, slow.clone(), replica, last));
        futures_util::future::join_all(reading).await;
        replicas
    };
    let (grown, replicas) = tokio::join!(write, read);
    // Queued for each of them it would be as much as all of it, packed.
    let queued = PUSHES * CHANGES_OF_PUSH * 2 * 1024 * SLOW;
    assert!(grown < queued / 2, "{grown} bytes more, of {queued}");
    let head = bens.shared.numbered().head;
    for replica in replicas {
        assert_eq!(replica.shared.numbered().head, head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_is_told_so_and_goes_on_where_they_stopped() {
    let stage = Stage::patient(&["ada", "ben"], 1).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let ben = stage.invited(board, "ada", "ben", "viewer").await;
    let mut bens = Replica::empty(board, ben);
    let mut stalled = Peer::narrow(&stage.server, stage.token("ben")).await;
    stalled.say(&bens.follow()).await;
    bens.take(stalled.changes().await);
    let card = first_card(&adas);
    patiently(async {
        while counted(&stage.server, "holdfast_sync_too_slow_total").await == 0 {
            let changes =
                adas.edit(&Edit::DescribeCard { card, text: noise(TEXT_BYTES), seen: None });
            let answers = ada.push(board, changes).await;
            let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
            adas.hear_up_to(seq, &mut ada).await;
        }
    })
    .await;
    // What was on its way comes whole, and behind it the reason.
    loop {
        match stalled.hear().await {
            FromServer::Board(_, BoardNews::Changes(changes)) => bens.take(changes),
            FromServer::Goodbye(goodbye) => break assert_eq!(goodbye.code, GoodbyeCode::TooSlow),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stalled.next().await, None);
    let head = adas.shared.numbered().head;
    assert!(bens.position().seq < head.position.seq);
    let mut again = stage.peer("ben").await;
    again.say(&bens.follow()).await;
    bens.hear_up_to(head.position.seq, &mut again).await;
    assert_eq!(bens.shared.numbered().head, head);
}
