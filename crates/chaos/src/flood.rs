//! Creates from so many connections that the server, and not the harness, is the limit: nobody waits for the journal,
//! which is on disk before anything is compared.

use crate::{
    act::{Act, Id, Intent, Phase},
    clock::us,
    journal::{Answered, Line, Sent, Unknown},
    lean::{self, Lean},
    reading::Board,
    stage::Stage,
    tongue,
    wire::Wire,
};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

/// Of one address; a server takes some more.
const CONNECTIONS_OF_ONE: u32 = 180;
const BUSY: u16 = 503;

#[derive(Clone)]
pub struct Flood {
    pub stage: Stage,
    pub boards: Arc<[Arc<Board>]>,
    /// Whose address is asked, and what is shown there.
    pub wire: Arc<Wire>,
}

/// What became of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    Accepted,
    /// The server did nothing of it, since it had too much to do.
    Refused,
    /// Nobody knows yet.
    Open,
}

/// What became of all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flooded {
    pub accepted: usize,
    pub turned_away: usize,
    pub open: usize,
    /// Due while each connection waited for an answer.
    pub not_sent: usize,
    /// From the moment it was due, whatever was answered.
    pub longest_us: u64,
    pub late: usize,
}

/// Of an answer, as far as it is wanted.
#[derive(Default, Deserialize)]
struct Shown {
    id: Option<Id>,
    code: Option<String>,
}

impl Flood {
    /// Each connection writes as soon as it has its answer; how many were accepted comes back.
    pub async fn as_fast_as_it_goes(&self, connections: u32, time: Duration) -> Result<usize> {
        let until_us = self.stage.common.clock.now_us() + us(time);
        let mut writing = JoinSet::new();
        for (first, mut lean) in (0..).zip(self.connections(0, connections).await?) {
            let flood = self.clone();
            writing.spawn(async move {
                let mut accepted = 0;
                for made in (first..).step_by(usize::try_from(connections)?) {
                    let now_us = flood.stage.common.clock.now_us();
                    if now_us > until_us {
                        break;
                    }
                    let intent = flood.create(Phase::Edge, made, now_us);
                    let (came, _) = flood.write(&mut lean, intent).await?;
                    accepted += usize::from(came == Came::Accepted);
                }
                anyhow::Ok(accepted)
            });
        }
        let mut accepted = 0;
        while let Some(ended) = writing.join_next().await {
            accepted += ended??;
        }
        Ok(accepted)
    }

    /// So many fall due each second. Each is sent when it is due, whatever became of those before it, and once.
    pub async fn at_a_rate(
        &self,
        connections: u32,
        a_second: f64,
        seconds: f64,
        late_us: u64,
    ) -> Result<Flooded> {
        let clock = self.stage.common.clock;
        let (due, waiting) = mpsc::unbounded_channel::<(u32, u64)>();
        let (waiting, idle) = (Arc::new(Mutex::new(waiting)), Arc::new(AtomicUsize::new(0)));
        let mut writing = JoinSet::new();
        for lean in self.connections(1, connections).await? {
            let (waiting, idle) = (waiting.clone(), idle.clone());
            idle.fetch_add(1, Ordering::Relaxed);
            writing.spawn(self.clone().one_after_the_other(lean, waiting, idle, late_us));
        }
        let (begins_us, mut not_sent) = (clock.now_us(), 0);
        for made in 0_u32.. {
            let due_s = f64::from(made) / a_second;
            if due_s > seconds {
                break;
            }
            let due_us = begins_us + us(Duration::from_secs_f64(due_s));
            if clock.now_us() < due_us {
                clock.wait_until(due_us).await;
            }
            let takes = |idle: usize| idle.checked_sub(1);
            match idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, takes) {
                Ok(_) => due.send((made, due_us)).ok().context("nobody sends any more")?,
                Err(_) => not_sent += 1,
            }
        }
        drop(due);
        let mut all = Flooded { not_sent, ..Flooded::default() };
        while let Some(ended) = writing.join_next().await {
            all.add(ended??);
        }
        Ok(all)
    }

    /// One connection, until nothing falls due any more.
    async fn one_after_the_other(
        self,
        mut lean: Lean,
        waiting: Arc<Mutex<mpsc::UnboundedReceiver<(u32, u64)>>>,
        idle: Arc<AtomicUsize>,
        late_us: u64,
    ) -> Result<Flooded> {
        let mut flooded = Flooded::default();
        loop {
            let next = waiting.lock().await.recv().await;
            let Some((made, due_us)) = next else { return Ok(flooded) };
            let intent = self.create(Phase::Load, made, due_us);
            let (came, answered_us) = self.write(&mut lean, intent).await?;
            idle.fetch_add(1, Ordering::Relaxed);
            let took_us = answered_us.saturating_sub(due_us);
            flooded.longest_us = flooded.longest_us.max(took_us);
            flooded.late += usize::from(took_us > late_us);
            match came {
                Came::Accepted => flooded.accepted += 1,
                Came::Refused => flooded.turned_away += 1,
                Came::Open => flooded.open += 1,
            }
        }
    }

    /// Sends it once. When it was answered comes back too.
    async fn write(&self, lean: &mut Lean, intent: Intent) -> Result<(Came, u64)> {
        let (clock, journal) = (self.stage.common.clock, &self.stage.common.journal);
        let request = lean::request(&tongue::write(&intent), &self.wire);
        let key = intent.key.clone();
        journal.note(Line::Sent(Sent { at_us: clock.now_us(), intent }))?;
        let answer = lean.ask(&request).await;
        let at_us = clock.now_us();
        let (why, status) = match answer {
            Ok(answer) if answer.status < 500 || answer.status == BUSY => {
                let Shown { id, code } = serde_json::from_slice(&answer.body)?;
                let (status, card, number) = (answer.status, id, answer.head);
                let (replayed, ticket) = (false, None);
                let line = Answered { at_us, key, status, card, number, replayed, code, ticket };
                let came = if line.is_acknowledged() { Came::Accepted } else { Came::Refused };
                journal.note(Line::Answered(line))?;
                return Ok((came, at_us));
            }
            Ok(answer) => (format!("answered {}", answer.status), Some(answer.status)),
            Err(error) => (format!("{error:#}"), None),
        };
        journal.note(Line::Unknown(Unknown { at_us, key, why, status }))?;
        Ok((Came::Open, at_us))
    }

    fn create(&self, phase: Phase, made: u32, due_us: u64) -> Intent {
        let name = if phase == Phase::Load { "load" } else { "edge" };
        let at = usize::try_from(made).unwrap_or_default() % self.boards.len();
        let column = self.boards[at].columns[0].clone();
        let title = format!("{name} {made} {}", self.stage.word());
        let act = Act::Create { column, title };
        let name = format!("{name}-{made}");
        self.stage.intent(0, phase, &self.boards[at].id, &name, due_us, act)
    }

    /// All of them open.
    async fn connections(&self, network: u8, count: u32) -> Result<Vec<Lean>> {
        let mut all = Vec::new();
        for number in 0..count {
            let last = u8::try_from(1 + number / CONNECTIONS_OF_ONE)?;
            let source = Ipv4Addr::new(127, 0, 2 + network, last);
            let mut lean = Lean::new(self.wire.address(), source);
            lean.open().await?;
            all.push(lean);
        }
        Ok(all)
    }
}

impl Flooded {
    fn add(&mut self, other: Flooded) {
        self.accepted += other.accepted;
        self.turned_away += other.turned_away;
        self.open += other.open;
        self.not_sent += other.not_sent;
        self.late += other.late;
        self.longest_us = self.longest_us.max(other.longest_us);
    }

    pub fn sent(&self) -> usize {
        self.accepted + self.turned_away + self.open
    }
}
