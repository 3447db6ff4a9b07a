//! Twice as much as the server can take: first all write as fast as it goes, which says what it can; then, for so long
//! as was asked, twice that many writes fall due. It may say that it is busy. It may not fail, answer late, or do less
//! than half of what it could; and what it acknowledged is there.

use crate::{
    act::{Act, Intent, Phase},
    agent::{Agent, Known},
    clock::us,
    history::History,
    joining, journal,
    measure::{Machine, Memory},
    questions,
    reading::Board,
    run::{Looked, Run, Settings},
    stage::Stage,
    wire::{Token, Wire},
};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinSet};

/// For how long it is measured what the server can.
const MEASURED: Duration = Duration::from_secs(10);
const TIMES: f64 = 2.0;
/// A server takes 200 connections from one address. Of what falls due while all are taken, nothing is sent.
const CONNECTIONS: u32 = 180;
/// The journal has a write before it is due.
const AHEAD: Duration = Duration::from_millis(200);
const ANSWERED_WITHIN_US: u64 = 5_000_000;

#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    /// Acknowledged a second, with as many agents as were asked for, each waiting for its answers.
    pub highest: f64,
    /// A second.
    pub asked: f64,
    pub accepted: f64,
    pub sent: usize,
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

    pub fn words(&self) -> String {
        let Load { highest, asked, accepted, sent, not_sent, late, longest_us } = self;
        let longest_ms = longest_us / 1000;
        format!(
            "at most {highest:.0} writes a second; of {asked:.0} a second {accepted:.0} were accepted; {sent} sent, \
             {not_sent} not sent while all {CONNECTIONS} connections waited, {late} answered after 5 s, the last after \
             {longest_ms} ms"
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
    let highest = as_fast_as_it_goes(&stage, &boards, &wire).await?;
    let load = too_much(&stage, &boards, &wire, highest).await?;
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

/// Acknowledged a second.
async fn as_fast_as_it_goes(stage: &Stage, boards: &[Arc<Board>], wire: &Wire) -> Result<f64> {
    let clock = stage.common.clock;
    let until_us = clock.now_us() + us(MEASURED);
    let mut agents = JoinSet::new();
    for number in 0..stage.settings.agents {
        let (stage, boards, mut agent) =
            (stage.clone(), boards.to_vec(), stage.agent(number, wire));
        agents.spawn(async move {
            let mut acknowledged = 0_u32;
            for made in (number..).step_by(usize::try_from(stage.settings.agents)?) {
                let now_us = stage.common.clock.now_us();
                if now_us > until_us {
                    break;
                }
                let intent = create(&stage, &boards, Phase::Edge, made, now_us);
                let known = agent.carry_out(&intent).await?;
                acknowledged += u32::from(matches!(known, Known::Acknowledged(_)));
            }
            anyhow::Ok(acknowledged)
        });
    }
    let mut acknowledged = 0;
    while let Some(ended) = agents.join_next().await {
        acknowledged += ended??;
    }
    Ok(f64::from(acknowledged) / MEASURED.as_secs_f64())
}

/// Each write is sent when it is due, whatever became of those before it, and once.
async fn too_much(stage: &Stage, boards: &[Arc<Board>], wire: &Wire, highest: f64) -> Result<Load> {
    let (clock, asked) = (stage.common.clock, (highest * TIMES).max(1.0));
    let (returned, mut free) = mpsc::unbounded_channel::<Agent>();
    for number in 0..CONNECTIONS {
        returned.send(stage.agent(number, wire))?;
    }
    let begins_us = clock.now_us() + us(AHEAD);
    let mut sending = JoinSet::new();
    let mut load = Load { highest, asked, ..Load::default() };
    for made in 0_u32.. {
        let due_s = f64::from(made) / asked;
        if due_s > stage.settings.seconds {
            break;
        }
        let due_us = begins_us + us(Duration::from_secs_f64(due_s));
        clock.wait_until(due_us.saturating_sub(us(AHEAD))).await;
        let Ok(mut agent) = free.try_recv() else {
            load.not_sent += 1;
            continue;
        };
        load.sent += 1;
        let intent = create(stage, boards, Phase::Load, made, due_us);
        let returned = returned.clone();
        sending.spawn(async move {
            let known = agent.once(&intent).await?;
            let late_us = agent.common.clock.now_us().saturating_sub(due_us);
            // Whoever takes it may have ended.
            returned.send(agent).ok();
            anyhow::Ok((matches!(known, Known::Acknowledged(_)), late_us))
        });
    }
    let mut accepted = 0_u32;
    while let Some(ended) = sending.join_next().await {
        let (acknowledged, late_us) = ended??;
        accepted += u32::from(acknowledged);
        load.late += usize::from(late_us > ANSWERED_WITHIN_US);
        load.longest_us = load.longest_us.max(late_us);
    }
    load.accepted = f64::from(accepted) / stage.settings.seconds;
    Ok(load)
}

fn create(stage: &Stage, boards: &[Arc<Board>], phase: Phase, made: u32, due_us: u64) -> Intent {
    let name = if phase == Phase::Load { "load" } else { "edge" };
    let at = usize::try_from(made).unwrap_or_default() % boards.len();
    let column = boards[at].columns[0].clone();
    let title = format!("{name} {made} {}", stage.word());
    let act = Act::Create { column, title };
    stage.intent(0, phase, &boards[at].id, &format!("{name}-{made}"), due_us, act)
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
    }
}
