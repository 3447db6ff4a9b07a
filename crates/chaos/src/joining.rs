//! Replicas that join when all is over: what they show is one more read path of every board. Each has a few of the
//! boards, since a replica tells a server of all that it has whenever it fetches one more.

use crate::{
    offline::Offline,
    reading::{Board, Reading, Readings},
    relay::Relay,
    replica::Replica,
    run::{Looked, Question},
    side_by_side::side_by_side,
    stage::Stage,
};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

const JOINED: &str = "a replica that joined afterwards";
const BOARDS_EACH: usize = 8;
const AT_ONCE: usize = 3;

/// Looks at boards through replicas that join now, and through those that wrote.
pub async fn look(
    stage: &Stage,
    program: &std::path::Path,
    server: SocketAddr,
    boards: &[Arc<Board>],
    wrote: &[Offline],
    when: &str,
) -> Result<(Vec<Looked>, Vec<Question>)> {
    let by_us = stage.common.clock.now_us();
    let joins = boards.chunks(BOARDS_EACH).enumerate().map(|(number, some)| {
        let folder = stage.settings.out.join(format!("joined-{number}"));
        join(program.to_owned(), folder, server, number, some.to_vec())
    });
    let mut questions = Vec::new();
    let mut shown = BTreeMap::new();
    for (some, checked) in side_by_side(AT_ONCE, joins).await? {
        shown.extend(some);
        questions.push(checked);
    }
    for wrote in wrote {
        let (board, reading, digest) = wrote.show().await;
        if let Some((readings, joined)) = shown.get_mut(&board.id) {
            let same = digest.is_some() && digest == *joined;
            let fault = (!same).then(|| format!("they have {joined:?} and {digest:?}"));
            let asked = "the digest of a board on two replicas".to_owned();
            questions.push(Question { asked, fault });
            readings.push(reading);
        }
        questions.push(wrote.check().await);
    }
    let looked = boards.iter().filter_map(|board| {
        let (readings, _) = shown.remove(&board.id)?;
        let found = Readings { readings, numbers: BTreeMap::new() };
        Some(Looked { last: true, ..Looked::new(when, by_us, board, found) })
    });
    Ok((looked.collect(), questions))
}

/// Of each board what it looked like, with its digest; and what a check found.
type Joined = (Vec<(String, (Vec<Reading>, Option<String>))>, Question);

/// One of them, on a folder and at an address of its own: a server lets nobody try passwords as often as many sign in.
async fn join(
    program: PathBuf,
    folder: PathBuf,
    server: SocketAddr,
    number: usize,
    boards: Vec<Arc<Board>>,
) -> Result<Joined> {
    let last = u8::try_from(number % 250)? + 2;
    let relay = Relay::from_to(Ipv4Addr::new(127, 0, 1, last), server).await?;
    let replica = Replica::sign_in(&program, folder, relay.address, None).await?;
    let mut shown = Vec::new();
    for board in boards {
        replica.fetch(&board.id).await?;
        let (reading, digest) = replica.show(&board, JOINED).await;
        shown.push((board.id.clone(), (vec![reading], digest)));
    }
    Ok((shown, replica.question(JOINED).await))
}
