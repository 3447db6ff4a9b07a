//! The storm: agents create, rename, move, archive, restore and delete on one board that many share and on many
//! boards, while the server and its machine, the links to it and its replicas are harmed; then all faults stop, and
//! everything is compared.

use crate::{
    act::{Act, Intent, Phase},
    agent::{Agent, Known},
    busy::Busy,
    disk,
    faults::{self, Harm},
    forgetful::Forgetful,
    hearing,
    history::History,
    joining, journal,
    listening::{Listeners, listened},
    measure::{Machine, Memory},
    offline::Offline,
    questions,
    reading::Readings,
    relay::Relay,
    restoring::Backups,
    run::{Looked, Run, Settings},
    server::Place,
    stage::Stage,
    wall::Wall,
    wire::{Token, Wire},
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
    let (wall, no_wall_because) = match Wall::begin(settings.out.join("server.wall")) {
        Ok(wall) => (Some(wall), String::new()),
        Err(error) => (None, format!("{error:#}")),
    };
    let place = Place { wall, ..settings.place() };
    let mut disk = settings.mount()?;
    let token = Token::new(place.open_account().await?);
    let server = place.start(&settings.log(), None).await?;
    let memory = Memory::default();
    tokio::spawn(memory.clone().watch(server.status_file()));
    let (stage, writing) = Stage::begin(&settings)?;
    let clock = stage.common.clock;

    let relay = Relay::to(server.address).await?;
    let address = relay.address;
    let mut wire = Wire::new(address, &token);
    let (mut boards, mut questions) = (Vec::new(), Vec::new());
    for number in 0..settings.boards {
        let (board, made) = stage.make_board(&mut wire, number).await?;
        boards.push(board);
        questions.push(made);
    }
    let contested = stage.make_contested(&wire, listened(&boards)).await?;
    let until_us = clock.now_us() + crate::clock::us(Duration::from_secs_f64(settings.seconds));
    let mut agents = JoinSet::new();
    for number in 0..settings.agents {
        // Half of them share one board, each of the others writes to all.
        let shared = if number % 2 == 0 { 1 } else { boards.len() };
        let chance = StdRng::seed_from_u64(settings.seed ^ (u64::from(number) << 32));
        let (boards, cards) = (boards[..shared].to_vec(), Vec::new());
        let on_them = contested.iter().filter(|(board, _)| *board < shared);
        let contested = on_them.cloned().collect();
        // Half of the ones and half of the others speak as the earlier server's programs do.
        let by_tickets = number % 4 >= 2;
        let busy = Busy { agent: number, by_tickets, boards, cards, chance, contested, made: 0 };
        agents.spawn(act_until(stage.clone(), stage.agent(number, &wire), busy, until_us));
    }
    let listeners = Listeners::begin(&stage, &wire, &boards);
    let mut replicas = JoinSet::new();
    if let Some(replica) = &settings.replica {
        for offline in Offline::begin(&stage, replica, address, &boards, &contested).await? {
            replicas.spawn(offline.act_until(stage.clone(), until_us));
        }
    }
    let harm = Harm {
        stage: &stage,
        place: &place,
        server,
        disk: &mut disk,
        relay: &relay,
        memory: &memory,
        token: &token,
        backups: Backups::of(&boards),
        chance: StdRng::seed_from_u64(settings.seed),
        off_s: None,
    };
    let (mut server, backups) = harm.until(until_us).await?;
    while let Some(ended) = agents.join_next().await {
        ended??;
    }
    let mut offline = Vec::new();
    while let Some(ended) = replicas.join_next().await {
        offline.push(ended??);
    }
    questions.extend(questions::ask(&mut wire.another(), &boards[0].id).await);
    let (spans, heard) = listeners.end(&stage, &wire).await?;
    questions.extend(heard);
    let listens = server.address;
    server.kill().await?;

    let copy = place.copy_database(&settings.out.join("after-the-kill"))?;
    let mut looked = backups.looked;
    questions.extend(backups.questions);
    let (mut logs, turn) = (backups.logs, *stage.turn.read().await);
    let (mut copy, sound) = disk::Copy::open(&copy).await?;
    questions.push(sound);
    for board in &boards {
        let on_disk = Readings::only(copy.read(&board.id, disk::ON_DISK).await);
        looked.push(Looked::new("after the last kill", clock.now_us(), board, on_disk));
    }
    for board in listened(&boards) {
        let log = copy.log(&board.id).await.ok();
        logs.extend(log.map(|log| ((turn, board.id.clone()), log)));
    }
    copy.close().await?;
    let mut server = place.start(&settings.log(), Some(listens)).await?;
    tokio::spawn(memory.clone().watch(server.status_file()));
    let compares_us = clock.now_us();
    stage.settle(&wire).await?;
    for offline in &mut offline {
        questions.push(offline.meet(&stage).await?);
    }
    // What the last of them brought, the first has not heard yet.
    for offline in &mut offline {
        questions.push(offline.meet(&stage).await?);
    }
    let last = stage.look(&wire, &boards, "after the storm").await?;
    looked.extend(last.into_iter().map(|it| Looked { last: true, ..it }));
    if let Some(replica) = &settings.replica {
        let when = "after the storm";
        let found = joining::look(&stage, replica, listens, &boards, &offline, when).await?;
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
    let mut fired = faults::kinds(disk.is_some(), place.wall.is_some());
    fired.extend(Offline::kinds(&offline));
    fired.push(faults::TICKETS);
    let heard = hearing::judge(&spans, &logs, &history);
    Ok(Run {
        version: place.version().await?,
        machine,
        memory_kib: memory.most_kib(),
        fired: faults::fired(&history, &fired),
        history,
        looked,
        watched: Vec::new(),
        heard: Some(heard),
        questions,
        check,
        load: None,
        no_wall_because,
        disk: disk.as_ref().map(Forgetful::counts),
        took_us: clock.now_us(),
        compared_us,
        began,
        settings,
    })
}

/// One agent, at its part of the fixed rate.
async fn act_until(stage: Stage, mut agent: Agent, mut busy: Busy, until_us: u64) -> Result<()> {
    let settings = &stage.settings;
    let every = Duration::from_secs_f64(f64::from(settings.agents) / settings.rate);
    let mut due_us = stage.common.clock.now_us();
    let mut restored = 0;
    while due_us < until_us {
        let turn = stage.turn.read().await;
        if *turn != restored {
            // What stands on a backup is nobody's to write to: it is known, and stays so.
            (restored, due_us) = (*turn, stage.common.clock.now_us());
            busy.cards.clear();
        }
        let next = busy.choose();
        let name = format!("storm-{}-{}", agent.number, busy.made);
        let board = &busy.boards[next.board].id;
        let road = busy.road(&next);
        let act = next.act.clone();
        let intent = stage.intent(agent.number, Phase::Storm, board, &name, due_us, act);
        let contested = busy.is_contested(&next);
        let intent = Intent { road, contested, ..intent };
        if let Act::Claim { card, .. } = &next.act {
            claim(&stage, &mut agent, &intent, card).await?;
            due_us += crate::clock::us(every);
            continue;
        }
        let roll = busy.chance.gen_range(0..1_000);
        if roll < LEFT_OF_1000 {
            let after = Duration::from_micros(busy.chance.gen_range(0..5_000));
            agent.send_and_leave(&intent, after).await?;
        }
        let known = agent.carry_out(&intent).await?;
        if let Known::Acknowledged(answered) = &known {
            busy.did(&next, answered);
        }
        if (LEFT_OF_1000..LEFT_OF_1000 + AGAIN_OF_1000).contains(&roll) && is_shown(&next.act) {
            // It was answered, and is sent again all the same.
            agent.carry_out(&intent).await?;
        }
        due_us += crate::clock::us(every);
    }
    Ok(())
}

/// Somebody else claims the same card at the same time, over another connection: one of them is to get it.
async fn claim(stage: &Stage, agent: &mut Agent, intent: &Intent, card: &str) -> Result<()> {
    let mut rival = stage.agent(agent.number, &agent.wire);
    let act = Act::Claim { card: card.to_owned(), by: format!("rival-{}", agent.number) };
    let other = Intent { key: format!("{}-rival", intent.key), act, ..intent.clone() };
    let (one, other) = tokio::join!(agent.carry_out(intent), rival.carry_out(&other));
    one.and(other).map(drop)
}

/// Whether the card is still there for a repeat to be answered with.
fn is_shown(act: &Act) -> bool {
    !matches!(act, Act::Delete { .. })
}
