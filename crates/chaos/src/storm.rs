//! The storm: agents create, rename, move, archive, restore and delete on one board that many share and on many
//! boards, while the server is killed and paused and its clients leave; then all faults stop, and everything is
//! compared.

use crate::{
    act::{Act, Phase},
    agent::{Agent, Known},
    busy::Busy,
    disk,
    faults::{self, harm},
    forgetful::Forgetful,
    history::History,
    journal,
    measure::{Machine, Memory},
    offline::{self, KILLED_AT_IT, Offline},
    questions,
    reading::Readings,
    run::{Looked, Run, Settings},
    stage::Stage,
    wire::Wire,
};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Of a thousand writes, so many are left before the answer, and so many are sent again after it.
const LEFT_OF_1000: u32 = 30;
const AGAIN_OF_1000: u32 = 30;

pub async fn run(settings: Arc<Settings>) -> Result<Run> {
    let machine = Machine::measure(&settings.out)?;
    let place = settings.place();
    let mut disk = settings.mount()?;
    let token = place.open_account().await?;
    let server = place.start(&settings.log(), None).await?;
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
    let until_us = clock.now_us() + crate::clock::us(Duration::from_secs_f64(settings.seconds));
    let mut agents = JoinSet::new();
    for number in 0..settings.agents {
        // Half of them share one board, each of the others writes to all.
        let shared = if number % 2 == 0 { 1 } else { boards.len() };
        let chance = StdRng::seed_from_u64(settings.seed ^ (u64::from(number) << 32));
        let (boards, cards) = (boards[..shared].to_vec(), Vec::new());
        let busy = Busy { agent: number, boards, cards, chance, made: 0 };
        agents.spawn(act_until(stage.clone(), stage.agent(number, &wire), busy, until_us));
    }
    let offline = match &settings.replica {
        Some(replica) => Some(Offline::begin(&stage, replica, address, &boards[0]).await?),
        None => None,
    };
    let offline = offline.map(|it| tokio::spawn(it.act_until(stage.clone(), until_us)));
    let server = harm(&stage, &place, server, &mut disk, &memory, until_us).await?;
    while let Some(ended) = agents.join_next().await {
        ended??;
    }
    let offline = match offline {
        Some(offline) => Some(offline.await??),
        None => None,
    };
    questions.extend(questions::ask(&mut wire.another(), &boards[0].id).await);
    server.kill().await?;

    let copy = place.copy_database(&settings.out.join("after-the-kill"))?;
    let mut looked = Vec::new();
    for board in &boards {
        let on_disk = Readings::only(disk::read(&copy, &board.id).await);
        looked.push(Looked::new("after the last kill", clock.now_us(), board, on_disk));
    }
    let server = place.start(&settings.log(), Some(address)).await?;
    tokio::spawn(memory.clone().watch(server.status_file()));
    stage.settle(&wire).await?;
    if let Some(offline) = &offline {
        questions.push(offline.meet(&stage).await);
    }
    for board in &boards {
        let found = stage.look(&mut wire, board, "after the storm").await?;
        looked.push(Looked { last: true, ..found });
    }
    if let Some(replica) = &settings.replica {
        let when = "after the storm";
        let found =
            offline::look(&stage, replica, address, &boards, offline.as_ref(), when).await?;
        looked.extend(found.0);
        questions.extend(found.1);
    }
    let check = place.check().await.map_err(|error| format!("{error:#}"));
    server.kill().await?;
    let began = stage.began.clone();
    drop(stage);
    writing.finish()?;
    let history = History::of(journal::read(&settings.journal())?);
    let mut fired = faults::kinds(disk.is_some()).to_vec();
    fired.extend(offline.is_some().then_some(KILLED_AT_IT));
    Ok(Run {
        version: place.version().await?,
        machine,
        memory_kib: memory.most_kib(),
        fired: faults::fired(&history, &fired),
        history,
        looked,
        watched: Vec::new(),
        questions,
        check,
        disk: disk.as_ref().map(Forgetful::counts),
        took_us: clock.now_us(),
        began,
        settings,
    })
}

/// One agent, at its part of the fixed rate.
async fn act_until(stage: Stage, mut agent: Agent, mut busy: Busy, until_us: u64) -> Result<()> {
    let settings = &stage.settings;
    let every = Duration::from_secs_f64(f64::from(settings.agents) / settings.rate);
    let mut due_us = stage.common.clock.now_us();
    while due_us < until_us {
        let next = busy.choose();
        let name = format!("storm-{}-{}", agent.number, busy.made);
        let board = &busy.boards[next.board].id;
        let intent =
            stage.intent(agent.number, Phase::Storm, board, &name, due_us, next.act.clone());
        let roll = busy.chance.gen_range(0..1_000);
        if roll < LEFT_OF_1000 {
            let after = Duration::from_micros(busy.chance.gen_range(0..5_000));
            agent.send_and_leave(&intent, after).await?;
        }
        let known = agent.carry_out(&intent).await?;
        if let Known::Acknowledged(answered) = &known {
            busy.did(&next, answered.card.as_ref());
        }
        if (LEFT_OF_1000..LEFT_OF_1000 + AGAIN_OF_1000).contains(&roll) && is_shown(&next.act) {
            // It was answered, and is sent again all the same.
            agent.carry_out(&intent).await?;
        }
        due_us += crate::clock::us(every);
    }
    Ok(())
}

/// Whether the card is still there for a repeat to be answered with.
fn is_shown(act: &Act) -> bool {
    !matches!(act, Act::Delete { .. })
}
