//! What is done to the server, to its machine and to the links to it, while others write.

use crate::{
    act::Road,
    clock::us,
    forgetful::Forgetful,
    history::History,
    journal::{Fault, Line},
    measure::Memory,
    relay::Relay,
    restoring::Backups,
    server::{Place, Running},
    stage::Stage,
    tongue,
    wire::{Asked, Token, Wire},
};
use anyhow::{Context, Result};
use rand::{Rng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, SystemTime},
};
use tokio::task::block_in_place;

pub const KILLED: &str = "killed and started again";
pub const PAUSED: &str = "paused";
pub const POWER_CUT: &str = "killed, and the power cut: what was not synced is forgotten";
pub const FULL: &str = "the disk full";
pub const CUT: &str = "all links cut";
pub const SLOW: &str = "all links slow";
pub const STILL: &str = "all links still, with their sockets open";
pub const JUMPED: &str = "the server's wall clock jumped";
pub const RESTORED: &str = "an old backup put back";
/// Not harm, and has to happen all the same.
pub const TICKETS: &str = "written over the earlier server's paths";
const LEFT: &str = "left before the answer";
const AGAIN: &str = "sent again after the answer";

/// Between two faults.
const REST_MS: Range<u64> = 300..2_500;
const PAUSE_MS: Range<u64> = 100..1_500;
const FULL_MS: Range<u64> = 100..1_000;
const SLOW_MS: Range<u64> = 500..3_000;
const STILL_MS: Range<u64> = 300..3_000;
const DELAY_MS: Range<u64> = 20..250;
/// Of so many times that it falls to a backup, one is made or put back: what is there is to grow as well.
const BACKUP_ONE_OF: u32 = 3;
/// A server tells the time with every answer, and takes it from its wall clock.
const JUMPS_WITHIN: Duration = Duration::from_secs(5);

/// All that can be harmed.
pub struct Harm<'a> {
    pub stage: &'a Stage,
    pub place: &'a Place,
    pub server: Running,
    pub disk: &'a mut Option<Forgetful>,
    pub relay: &'a Relay,
    pub memory: &'a Memory,
    pub token: &'a Token,
    pub backups: Backups,
    pub chance: StdRng,
    /// How far off the server's wall clock is, once it was seen to go along.
    pub off_s: Option<i64>,
}

impl Harm<'_> {
    /// Harms it at random moments; the server that runs in the end comes back, and the backups.
    pub async fn until(mut self, until_us: u64) -> Result<(Running, Backups)> {
        let clock = self.stage.common.clock;
        let all = kinds(self.disk.is_some(), self.place.wall.is_some());
        self.backups.make(self.stage, self.place).await?;
        for number in 0.. {
            let rest = Duration::from_millis(self.chance.gen_range(REST_MS));
            if clock.now_us() + us(rest) > until_us {
                break;
            }
            tokio::time::sleep(rest).await;
            let at_us = clock.now_us();
            // Each once at first, and then as it falls.
            let chosen =
                if number < all.len() { number } else { self.chance.gen_range(0..all.len()) };
            let name = all[chosen];
            if name == RESTORED && number >= all.len() && !self.chance.gen_ratio(1, BACKUP_ONE_OF) {
                continue;
            }
            if self.one(name).await? {
                let (until_us, name) = (clock.now_us(), name.to_owned());
                let fault = Fault { at_us, until_us, name };
                self.stage.common.journal.write(Line::Fault(fault)).await?;
            }
        }
        Ok((self.server, self.backups))
    }

    /// Whether it happened to anybody.
    async fn one(&mut self, name: &str) -> Result<bool> {
        match name {
            PAUSED => {
                self.server.pause()?;
                self.wait(PAUSE_MS).await;
                self.server.go_on()?;
            }
            FULL => {
                self.fill(true);
                self.wait(FULL_MS).await;
                self.fill(false);
            }
            CUT => {
                let open = self.relay.open();
                self.relay.cut();
                return Ok(open > 0);
            }
            SLOW => {
                let open = self.relay.open();
                self.relay.delay(Duration::from_millis(self.chance.gen_range(DELAY_MS)));
                self.wait(SLOW_MS).await;
                self.relay.delay(Duration::ZERO);
                return Ok(open > 0);
            }
            STILL => {
                let open = self.relay.open();
                self.relay.stand_still(true);
                self.wait(STILL_MS).await;
                // In half of the cases what was on its way never comes.
                if self.chance.gen_ratio(1, 2) {
                    self.relay.cut();
                }
                self.relay.stand_still(false);
                return Ok(open > 0);
            }
            JUMPED => return self.jump().await,
            RESTORED => return self.restore().await,
            _ => self.kill(name == POWER_CUT).await?,
        }
        Ok(true)
    }

    async fn wait(&mut self, between_ms: Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.chance.gen_range(between_ms))).await;
    }

    fn fill(&self, full: bool) {
        if let Some(disk) = &*self.disk {
            disk.fill(full);
        }
    }

    async fn kill(&mut self, with_power: bool) -> Result<()> {
        self.server.kill().await?;
        if let (true, Some(disk)) = (with_power, &mut *self.disk) {
            block_in_place(|| disk.cut_power(&mut self.chance))?;
        }
        self.start().await
    }

    async fn start(&mut self) -> Result<()> {
        let (log, address) = (self.stage.settings.log(), self.server.address);
        self.server = self.place.start(&log, Some(address)).await?;
        tokio::spawn(self.memory.clone().watch(self.server.status_file()));
        Ok(())
    }

    /// It counts where the server was seen to go along with it.
    async fn jump(&mut self) -> Result<bool> {
        let Some(wall) = &self.place.wall else { return Ok(false) };
        let off_s = wall.jump(&mut self.chance, self.off_s.is_none())?;
        // What it tells of the time it looks up when a second has passed, which after a jump back takes long. One that
        // was seen to go along goes along with that too.
        let went = self.off_s.replace(off_s);
        if went.is_some_and(|went| off_s < went) {
            return Ok(true);
        }
        let mut wire = Wire::new(self.server.address, self.token);
        let until = tokio::time::Instant::now() + JUMPS_WITHIN;
        while tokio::time::Instant::now() < until {
            // No answer says nothing of the clock.
            if let Ok(is_s) = off_by_s(&mut wire).await
                && (is_s - off_s).abs() < 30
            {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.off_s = went;
        Ok(false)
    }

    /// Puts the last backup back, or makes one where there is none since.
    async fn restore(&mut self) -> Result<bool> {
        if !self.backups.has_one() {
            self.backups.make(self.stage, self.place).await?;
            return Ok(false);
        }
        self.stage.give_up(true);
        self.server.kill().await?;
        // Whoever waits for an answer gets none any more, and nobody begins anything.
        let mut turn = self.stage.turn.clone().write_owned().await;
        self.backups.put_back(self.stage, self.place, *turn).await?;
        self.token.replace(self.place.make_token().await?);
        self.start().await?;
        *turn += 1;
        self.stage.give_up(false);
        Ok(true)
    }
}

/// How many seconds a server's wall clock is off, by what it says with an answer.
async fn off_by_s(wire: &mut Wire) -> Result<i64> {
    let answer = wire.ask(&Asked::get(tongue::HEALTH.to_owned())).await?;
    let date = answer.header("date").context("an answer without a date")?;
    let told = jiff::fmt::rfc2822::parse(date)?.timestamp().as_second();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    Ok(told - i64::try_from(now)?)
}

/// Those that can be done here. Killing is twice as likely as anything else.
pub fn kinds(disk_forgets: bool, walls_jump: bool) -> Vec<&'static str> {
    let mut kinds = vec![KILLED, PAUSED, CUT, SLOW, STILL, RESTORED, KILLED];
    kinds.extend(walls_jump.then_some(JUMPED));
    kinds.extend(disk_forgets.then_some([POWER_CUT, FULL]).into_iter().flatten());
    kinds
}

/// How often each fault happened. `done` are those that a scenario does to the server itself.
pub fn fired(history: &History, done: &[&'static str]) -> BTreeMap<&'static str, usize> {
    let mut fired = BTreeMap::new();
    for name in done {
        let count = history.faults.iter().filter(|fault| fault.name == *name).count();
        fired.insert(*name, count);
    }
    let tickets = history.writes.iter().filter(|it| it.intent.road != Road::Api);
    let tickets = tickets.filter(|it| it.acknowledged().is_some()).count();
    fired.entry(TICKETS).and_modify(|count| *count = tickets);
    let left = history.writes.iter().flat_map(|write| &write.unknowns);
    fired.insert(LEFT, left.filter(|unknown| unknown.why == crate::agent::LEFT).count());
    let again = history.writes.iter().map(|write| write.answers.len().saturating_sub(1));
    fired.insert(AGAIN, again.sum());
    fired
}
