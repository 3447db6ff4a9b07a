//! Twice as much as the server can take: first all write as fast as it goes, which says what it can; then, for so long
//! as was asked, twice that many writes fall due. It may say that it is busy. It may not fail, answer late, or do less
//! than half of what it could; and what it acknowledged is there.

use crate::{
    flood::Flood,
    history::History,
    joining, journal,
    measure::{Machine, Memory},
    questions,
    run::{Looked, Run, Settings},
    stage::Stage,
    wire::{Token, Wire},
};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// For how long it is measured what the server can, and with how many connections, each of which waits for its answer.
const MEASURED: Duration = Duration::from_secs(10);
const CONNECTIONS_MEASURED: u32 = 50;
const TIMES: f64 = 2.0;
/// More than may wait for the server's writer together with what it takes at once, so that it has to say no.
const CONNECTIONS: u32 = 2_160;
const ANSWERED_WITHIN_US: u64 = 5_000_000;
/// Of a hundred that are due, so many may find all connections waiting: more would be the harness's own limit.
const NOT_SENT_PERCENT_MAX: usize = 10;

#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    /// Acknowledged a second, where each connection waits for its answers.
    pub highest: f64,
    /// A second.
    pub asked: f64,
    pub accepted: f64,
    pub sent: usize,
    /// Answered that the server has too much to do.
    pub turned_away: usize,
    /// Due while each connection waited for an answer.
    pub not_sent: usize,
    /// Answered after five seconds.
    pub late: usize,
    /// From the moment it was due, whatever was answered.
    pub longest_us: u64,
}

impl Load {
    /// What is wrong with it, but for what else is wrong with a run.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.late > 0 {
            wrong.push(format!("{} writes were answered after five seconds", self.late));
        }
        if self.accepted * 2.0 < self.highest {
            let Load { accepted, highest, asked, .. } = self;
            wrong.push(format!(
                "at {asked:.0} writes a second {accepted:.0} were accepted, less than half of {highest:.0}"
            ));
        }
        wrong
    }

    /// Why it shows nothing.
    pub fn not_shown(&self) -> Vec<String> {
        let Load { sent, not_sent, .. } = self;
        let due = sent + not_sent;
        let many = not_sent * 100 > due * NOT_SENT_PERCENT_MAX;
        let said =
            || format!("{not_sent} of {due} writes were not sent: the harness was the limit");
        many.then(said).into_iter().collect()
    }

    pub fn words(&self) -> String {
        let Load { highest, asked, accepted, sent, turned_away, not_sent, late, longest_us } = self;
        let longest_ms = longest_us / 1000;
        format!(
            "at most {highest:.0} writes a second; of {asked:.0} a second {accepted:.0} were accepted; {sent} sent, \
             {turned_away} of them turned away, {not_sent} not sent while all {CONNECTIONS} connections waited, {late} \
             answered after 5 s, the last after {longest_ms} ms"
        )
    }
}

pub async fn run(settings: Arc<Settings>) -> Result<Run> {
    let machine = Machine::measure(&settings.out)?;
    let (place, disk) = (settings.place(), settings.mount()?);
    let token = Token::new(place.open_account().await?);
    let mut server = place.start(&settings.log(), None).await?;
    let memory = Memory::default();
    tokio::spawn(memory.clone().watch(server.status_file()));
    let (stage, writing) = Stage::begin(&settings)?;
    let clock = stage.common.clock;
    let address = server.address;
    let mut wire = Wire::new(address, &token);
    let (mut boards, mut questions) = (Vec::new(), Vec::new());
    for number in 0..settings.boards {
        let (board, made) = stage.make_board(&mut wire, number).await?;
        boards.push(board);
        questions.push(made);
    }
    let load = flood(&stage, &boards, &wire).await?;
    let compares_us = clock.now_us();
    stage.settle(&wire).await?;
    questions.extend(questions::ask(&mut wire.another(), &boards[0].id).await);
    let when = "after the load";
    let last = stage.look(&wire, &boards, when).await?;
    let mut looked: Vec<Looked> = last.into_iter().map(|it| Looked { last: true, ..it }).collect();
    if let Some(replica) = &settings.replica {
        let found = joining::look(&stage, replica, address, &boards, &[], when).await?;
        looked.extend(found.0);
        questions.extend(found.1);
    }
    let check = place.check().await.map_err(|error| format!("{error:#}"));
    server.kill().await?;
    let began = stage.began.clone();
    drop(stage);
    writing.finish()?;
    let history = History::of(journal::read(&settings.journal())?);
    let compared_us = clock.now_us() - compares_us;
    Ok(Run {
        version: place.version().await?,
        machine,
        memory_kib: memory.most_kib(),
        fired: BTreeMap::new(),
        history,
        looked,
        watched: Vec::new(),
        heard: None,
        questions,
        check,
        load: Some(load),
        no_wall_because: "only a storm does that".to_owned(),
        disk: disk.as_ref().map(crate::forgetful::Forgetful::counts),
        took_us: clock.now_us(),
        compared_us,
        began,
        settings,
    })
}

/// All lines of it are on disk when it comes back.
async fn flood(stage: &Stage, boards: &[Arc<crate::reading::Board>], wire: &Wire) -> Result<Load> {
    let (boards, seconds) = (boards.into(), stage.settings.seconds);
    let flood = Flood { stage: stage.clone(), boards, wire: Arc::new(wire.another()) };
    let accepted = flood.as_fast_as_it_goes(CONNECTIONS_MEASURED, MEASURED).await?;
    let a_second =
        |count: usize, seconds: f64| u32::try_from(count).map(|count| f64::from(count) / seconds);
    let highest = a_second(accepted, MEASURED.as_secs_f64())?;
    let asked = (highest * TIMES).max(1.0);
    let flooded = flood.at_a_rate(CONNECTIONS, asked, seconds, ANSWERED_WITHIN_US).await?;
    stage.common.journal.is_on_disk().await?;
    Ok(Load {
        highest,
        asked,
        accepted: a_second(flooded.accepted, seconds)?,
        sent: flooded.sent(),
        turned_away: flooded.turned_away,
        not_sent: flooded.not_sent,
        late: flooded.late,
        longest_us: flooded.longest_us,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_half_of_what_it_can_and_is_not_late_is_right() {
        let load = Load { highest: 100.0, asked: 200.0, accepted: 50.0, ..Load::default() };
        assert!(load.wrong().is_empty());
        let little = Load { accepted: 49.0, ..load };
        assert_eq!(
            little.wrong(),
            ["at 200 writes a second 49 were accepted, less than half of 100"]
        );
        let late = Load { late: 1, ..load };
        assert_eq!(late.wrong(), ["1 writes were answered after five seconds"]);
        let idle = Load { sent: 80, not_sent: 20, ..load };
        assert_eq!(idle.not_shown(), ["20 of 100 writes were not sent: the harness was the limit"]);
    }
}
