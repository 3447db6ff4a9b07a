//! The founding scenario: cards are created at fixed rates while others create too; then the server is killed in the
//! middle of more, started again, and every read path is compared with what it had acknowledged.

use crate::{
    act::{Act, Intent, Phase},
    agent::Agent,
    disk,
    faults::{self, KILLED, POWER_CUT},
    forgetful::Forgetful,
    hearing::{self, Logs},
    history::History,
    joining,
    journal::{self, Fault, Line},
    listening::Listeners,
    measure::{Machine, Memory},
    questions,
    reading::{Board, Readings},
    run::{Looked, Round, Run, Settings},
    server::Running,
    stage::Stage,
    watcher::{Watched, watch},
    wire::{Token, Wire},
};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    task::{JoinSet, block_in_place},
};

/// Of the others' writes, every so many is left before the answer, and another is sent again after it.
const LEFT_EVERY: u32 = 5;
/// So many writes at least are to be made when the server is killed.
const EDGE_MIN: u32 = 40;
const EDGE_MAX: u32 = 2_000;

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
    let mut wire = Wire::new(address, &Token::new(token));
    let (board, made) = stage.make_board(&mut wire, 1).await?;
    let boards = [board.clone()];
    let listeners = Listeners::begin(&stage, &wire, &boards);
    let (mut watched, mut looked) = (Vec::new(), Vec::new());
    for number in 0..settings.rounds.len() {
        watched.push(paced(&stage, &board, &wire, number).await?);
        let when = format!("after round {}", number + 1);
        looked.extend(stage.look(&wire, &boards, &when).await?);
    }
    let mut questions = vec![made];
    questions.extend(questions::ask(&mut wire, &board.id).await);

    let (spans, heard) = listeners.end(&stage, &wire).await?;
    questions.extend(heard);
    let killed_us = edge(&stage, &board, &wire, server).await?;
    let mut killed = KILLED;
    if let Some(disk) = &mut disk {
        killed = POWER_CUT;
        let mut chance = StdRng::seed_from_u64(settings.seed);
        block_in_place(|| disk.cut_power(&mut chance))?;
    }
    let copy = place.copy_database(&settings.out.join("after-the-kill"))?;
    let (mut copy, sound) = disk::Copy::open(&copy).await?;
    questions.push(sound);
    let on_disk = Readings::only(copy.read(&board.id, disk::ON_DISK).await);
    // One that cannot be read has none, which is told where it is missed.
    let log = copy.log(&board.id).await.ok();
    let logs: Logs = log.map(|log| ((0, board.id.clone()), log)).into_iter().collect();
    copy.close().await?;
    looked.push(Looked::new("after the kill", clock.now_us(), &board, on_disk));

    let mut server = place.start(&settings.log(), Some(address)).await?;
    tokio::spawn(memory.clone().watch(server.status_file()));
    let (until_us, name) = (clock.now_us(), killed.to_owned());
    let fault = Fault { at_us: killed_us, until_us, name };
    stage.common.journal.write(Line::Fault(fault)).await?;
    let compares_us = clock.now_us();
    stage.settle(&wire).await?;
    let last = stage.look(&wire, &boards, "after the restart").await?;
    looked.extend(last.into_iter().map(|it| Looked { last: true, ..it }));
    if let Some(replica) = &settings.replica {
        let found =
            joining::look(&stage, replica, address, &boards, &[], "after the restart").await?;
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
    let heard = hearing::judge(&spans, &logs, &history);
    Ok(Run {
        version: place.version().await?,
        machine,
        memory_kib: memory.most_kib(),
        fired: faults::fired(&history, &[killed]),
        history,
        looked,
        watched,
        heard: Some(heard),
        questions,
        check,
        load: None,
        no_wall_because: "only a storm does that".to_owned(),
        disk: disk.as_ref().map(Forgetful::counts),
        took_us: clock.now_us(),
        compared_us,
        began,
        settings,
    })
}

/// Some create at the fixed rate, as many create as much beside them, and one reads all the while.
async fn paced(stage: &Stage, board: &Arc<Board>, wire: &Wire, round: usize) -> Result<Watched> {
    let (ending, ended) = watch::channel(false);
    let reads = {
        let (wire, stage, board) = (wire.another(), stage.clone(), board.clone());
        tokio::spawn(async move { watch(wire, &board, &stage.common, ended).await })
    };
    let begins_us = stage.common.clock.now_us() + 100_000;
    let mut agents = JoinSet::new();
    for (phase, from) in [(Phase::Paced(round), 0), (Phase::Others(round), stage.settings.agents)] {
        let next = Arc::new(AtomicU32::new(0));
        for number in from..from + stage.settings.agents {
            let part =
                Part { stage: stage.clone(), board: board.clone(), phase, next: next.clone() };
            let (agent, pace) = (stage.agent(number, wire), stage.settings.rounds[round]);
            agents.spawn(part.create(agent, pace, begins_us));
        }
    }
    while let Some(ended) = agents.join_next().await {
        ended??;
    }
    ending.send_replace(true);
    Ok(reads.await?)
}

/// What several agents do together: each takes the next create that nobody took.
struct Part {
    stage: Stage,
    board: Arc<Board>,
    phase: Phase,
    next: Arc<AtomicU32>,
}

impl Part {
    /// Makes each when it is due.
    async fn create(self, mut agent: Agent, pace: Round, begins_us: u64) -> Result<()> {
        let Part { stage, board, phase, next } = self;
        let every_s = pace.seconds / f64::from(pace.creates);
        let is_other = matches!(phase, Phase::Others(_));
        let mut chance = StdRng::seed_from_u64(stage.settings.seed ^ u64::from(agent.number));
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= pace.creates {
                return Ok(());
            }
            let due = Duration::from_secs_f64(every_s * f64::from(number));
            let due_us = begins_us + crate::clock::us(due);
            let intent = create(&stage, &board, agent.number, phase, number, due_us);
            if is_other && number.is_multiple_of(LEFT_EVERY) {
                let after = Duration::from_micros(chance.gen_range(0..5_000));
                agent.send_and_leave(&intent, after).await?;
            }
            stage.heard(&agent.carry_out(&intent).await?);
            if is_other && number % LEFT_EVERY == 1 {
                // It was answered, and is sent again all the same.
                agent.carry_out(&intent).await?;
            }
        }
    }

    /// Makes one after the other as fast as it goes, until the server is gone.
    async fn create_on_and_on(self, mut agent: Agent) -> Result<()> {
        let Part { stage, board, phase, next } = self;
        while !*agent.given_up.borrow() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let now_us = stage.common.clock.now_us();
            let intent = create(&stage, &board, agent.number, phase, number, now_us);
            stage.heard(&agent.carry_out(&intent).await?);
        }
        Ok(())
    }
}

/// All create as fast as it goes, and in the middle of it the server is killed. When that was comes back.
async fn edge(stage: &Stage, board: &Arc<Board>, wire: &Wire, mut server: Running) -> Result<u64> {
    let most = stage.settings.rounds.iter().map(|round| round.creates).max();
    let count = most.unwrap_or_default().div_ceil(2).clamp(EDGE_MIN, EDGE_MAX);
    let enough = stage.common.acknowledged.count() + usize::try_from(count)?;
    let next = Arc::new(AtomicU32::new(0));
    let mut agents = JoinSet::new();
    for number in 0..stage.settings.agents {
        let (board, phase) = (board.clone(), Phase::Edge);
        let part = Part { stage: stage.clone(), board, phase, next: next.clone() };
        agents.spawn(part.create_on_and_on(stage.agent(number, wire)));
    }
    stage.common.acknowledged.reaches(enough).await;
    let killed_us = stage.common.clock.now_us();
    server.kill().await?;
    stage.give_up(true);
    while let Some(ended) = agents.join_next().await {
        ended??;
    }
    Ok(killed_us)
}

/// What one of them creates next.
fn create(
    stage: &Stage,
    board: &Board,
    agent: u32,
    phase: Phase,
    number: u32,
    due_us: u64,
) -> Intent {
    let (name, column) = match phase {
        Phase::Paced(round) => (format!("founding {}", round + 1), 0),
        Phase::Others(round) => (format!("other {}", round + 1), 1),
        Phase::Edge | Phase::Storm | Phase::Load | Phase::Offline => ("edge".to_owned(), 2),
    };
    let column = board.columns[column].clone();
    let title = format!("{name} {number:05} {}", stage.word());
    let act = Act::Create { column, title };
    stage.intent(
        agent,
        phase,
        &board.id,
        &format!("{}-{number}", name.replace(' ', "-")),
        due_us,
        act,
    )
}
