//! What replicas do in a storm. One saves cards while the server may be gone, meets it when it can, and is killed while
//! it does; others stay connected, save cards all the same, and are killed and started again. What they saved is on all
//! read paths once the faults have ended.

use crate::{
    act::{Id, Intent, Phase},
    journal::{Answered, Fault, Line, Sent},
    reading::{Board, Reading},
    replica::{Replica, Staying},
    run::Question,
    saving::Saving,
    stage::Stage,
    wall::Wall,
};
use anyhow::{Context, Result};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

pub const KILLED_AT_IT: &str = "a replica killed while it met the server";
pub const KILLED_CONNECTED: &str = "a connected replica killed and started again";
pub const JUMPED: &str = "a replica's wall clock jumped";

/// Between two acts.
const REST_MS: std::ops::Range<u64> = 50..400;
const KILL_AFTER_MS: std::ops::Range<u64> = 5..60;
/// When faults have ended, all heads agree within this.
const AGREES_WITHIN: Duration = Duration::from_secs(30);
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// A server that was restored is back soon, and goes again soon.
const SIGNS_IN_WITHIN: Duration = Duration::from_secs(60);

/// One replica on one board, through the whole storm.
pub struct Offline {
    name: &'static str,
    replica: Replica,
    saving: Saving,
    /// The process that is connected, of one that stays so.
    staying: Option<Staying>,
    stays: bool,
    /// How many backups it knows to have been put back: each signs it out.
    restored: u32,
}

impl Offline {
    /// All of a storm, on boards that they fetch while the server is whole.
    pub async fn begin(
        stage: &Stage,
        program: &Path,
        server: SocketAddr,
        boards: &[Arc<Board>],
        contested: &[(usize, Id)],
    ) -> Result<Vec<Offline>> {
        let mut all = Vec::new();
        for (number, (name, board, stays)) in [
            ("a replica that came and went", 0, false),
            ("a replica that stayed", 0, true),
            ("another that stayed", 1 % boards.len(), true),
        ]
        .into_iter()
        .enumerate()
        {
            let on_it = contested.iter().filter(|(on, _)| *on == board);
            let contested = on_it.map(|(_, card)| card.clone()).collect();
            let (settings, board) = (&stage.settings, &boards[board]);
            let folder = settings.out.join(format!("replica-{number}"));
            let wall = Wall::begin(settings.out.join(format!("replica-{number}.wall"))).ok();
            let replica = Replica::sign_in(program, folder, server, wall).await?;
            replica.fetch(&board.id).await?;
            let staying = stays.then(|| replica.stay()).transpose()?;
            let agent = settings.agents + u32::try_from(number)?;
            let chance = StdRng::seed_from_u64(settings.seed ^ (0x0ff + u64::from(agent)));
            let saving = Saving::new(board, agent, chance, contested);
            all.push(Offline { name, replica, saving, staying, stays, restored: 0 });
        }
        Ok(all)
    }

    /// The faults that these replicas have to have had.
    pub fn kinds(all: &[Offline]) -> Vec<&'static str> {
        let walls = all.iter().any(|it| it.replica.wall.is_some());
        let mut kinds = if all.is_empty() { vec![] } else { vec![KILLED_AT_IT, KILLED_CONNECTED] };
        kinds.extend(walls.then_some(JUMPED));
        kinds
    }

    pub async fn act_until(mut self, stage: Stage, until_us: u64) -> Result<Offline> {
        let clock = stage.common.clock;
        for number in 0_u32.. {
            if clock.now_us() > until_us {
                break;
            }
            tokio::time::sleep(Duration::from_millis(self.saving.chance.gen_range(REST_MS))).await;
            let turn = stage.turn.read().await;
            if *turn != self.restored {
                self.sign_in_again().await?;
                self.restored = *turn;
            }
            match (number % 5, number % 15, self.stays) {
                (3, 3, _) => self.jump(&stage).await?,
                // It may find no server.
                (3, _, false) => drop(self.replica.sync().await),
                (4, _, false) => self.be_killed(&stage).await?,
                (4, _, true) => self.start_again(&stage).await?,
                _ => self.save(&stage, number).await?,
            }
        }
        Ok(self)
    }

    /// The backup knows no token.
    async fn sign_in_again(&mut self) -> Result<()> {
        if let Some(staying) = self.staying.take() {
            staying.kill().await?;
        }
        let signs_in = async {
            while let Err(error) = self.replica.sign_in_again().await {
                tokio::time::sleep(AGAIN_AFTER).await;
                drop(error);
            }
        };
        let signed_in = tokio::time::timeout(SIGNS_IN_WITHIN, signs_in).await;
        signed_in.context("a replica could not sign in after a backup was put back")?;
        self.staying = self.stays.then(|| self.replica.stay()).transpose()?;
        Ok(())
    }

    async fn save(&mut self, stage: &Stage, number: u32) -> Result<()> {
        let (clock, agent) = (stage.common.clock, self.saving.agent);
        let next = self.saving.choose(number);
        let (name, board) = (format!("offline-{agent}-{number}"), &self.saving.board.id);
        let (act, now_us) = (next.act.clone(), clock.now_us());
        let intent = stage.intent(agent, Phase::Offline, board, &name, now_us, act);
        let intent = Intent { contested: next.contested, ..intent };
        let key = intent.key.clone();
        let sent = Sent { at_us: clock.now_us(), intent };
        stage.common.journal.write(Line::Sent(sent)).await?;
        let made = self.replica.save(board, &next.act, next.from).await?;
        self.saving.did(&next, &made);
        let (at_us, status, card) = (clock.now_us(), 201, Some(made));
        let (number, replayed, code) = (None, false, None);
        let answered = Answered { at_us, key, status, card, number, replayed, code, ticket: None };
        stage.common.journal.write(Line::Answered(answered)).await
    }

    async fn be_killed(&mut self, stage: &Stage) -> Result<()> {
        let after = self.saving.chance.gen_range(KILL_AFTER_MS);
        let at_us = stage.common.clock.now_us();
        if self.replica.sync_and_be_killed(Duration::from_millis(after)).await? {
            say(stage, at_us, KILLED_AT_IT).await?;
        }
        Ok(())
    }

    async fn start_again(&mut self, stage: &Stage) -> Result<()> {
        let at_us = stage.common.clock.now_us();
        if let Some(staying) = self.staying.take()
            && staying.kill().await?
        {
            say(stage, at_us, KILLED_CONNECTED).await?;
        }
        self.staying = Some(self.replica.stay()?);
        Ok(())
    }

    async fn jump(&mut self, stage: &Stage) -> Result<()> {
        let at_us = stage.common.clock.now_us();
        if let Some(wall) = &self.replica.wall {
            wall.jump(&mut self.saving.chance, false)?;
            say(stage, at_us, JUMPED).await?;
        }
        Ok(())
    }

    /// The faults have ended: nothing may wait any more, soon.
    pub async fn meet(&mut self, stage: &Stage) -> Result<Question> {
        let turn = stage.turn.read().await;
        if *turn != self.restored {
            self.sign_in_again().await?;
        }
        let clock = stage.common.clock;
        let give_up_us = clock.now_us() + crate::clock::us(AGREES_WITHIN);
        let mut fault = None;
        while clock.now_us() < give_up_us {
            fault = match self.replica.sync().await {
                Ok(stand) if stand.waiting == 0 && stand.behind == 0 => None,
                Ok(stand) => Some(format!("{stand:?}")),
                Err(error) => Some(format!("{error:#}")),
            };
            if fault.is_none() {
                break;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        // What it shows from now on was on its disk by then.
        if let Some(staying) = self.staying.take() {
            staying.kill().await?;
        }
        let asked = format!("{} and the server agree when the faults have ended", self.name);
        Ok(Question { asked, fault })
    }

    /// Its board as it shows it, with the digest.
    pub async fn show(&self) -> (&Arc<Board>, Reading, Option<String>) {
        let (reading, digest) = self.replica.show(&self.saving.board, self.name).await;
        (&self.saving.board, reading, digest)
    }

    pub async fn check(&self) -> Question {
        self.replica.question(self.name).await
    }
}

async fn say(stage: &Stage, at_us: u64, name: &str) -> Result<()> {
    let (until_us, name) = (stage.common.clock.now_us(), name.to_owned());
    stage.common.journal.write(Line::Fault(Fault { at_us, until_us, name })).await
}
