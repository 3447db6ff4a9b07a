//! What a replica does in a storm: it saves cards while the server may be gone, meets it when it can, and is killed
//! while it does. What it saved is on all read paths once the faults have ended.

use crate::{
    act::{Act, Phase},
    journal::{Answered, Fault, Line, Sent},
    reading::{Board, Readings},
    replica::Replica,
    run::{Looked, Question},
    stage::Stage,
};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

pub const KILLED_AT_IT: &str = "a replica killed while it met the server";
const WROTE: &str = "the replica that wrote";
const JOINED: &str = "a replica that joined afterwards";

/// Between two acts.
const REST_MS: std::ops::Range<u64> = 50..400;
const KILL_AFTER_MS: std::ops::Range<u64> = 5..60;
/// When faults have ended, all heads agree within this.
const AGREES_WITHIN: Duration = Duration::from_secs(30);
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// One replica on one board, through the whole storm.
pub struct Offline {
    replica: Replica,
    board: Arc<Board>,
    agent: u32,
    chance: StdRng,
}

impl Offline {
    /// Fetches the board, while the server is whole.
    pub async fn begin(
        stage: &Stage,
        program: &Path,
        server: SocketAddr,
        board: &Arc<Board>,
    ) -> Result<Offline> {
        let (settings, board) = (&stage.settings, board.clone());
        let folder = settings.out.join("replica");
        let replica = Replica::sign_in(program, folder, server, crate::server::ACCOUNT).await?;
        replica.fetch(&board.id).await?;
        let (agent, chance) = (settings.agents, StdRng::seed_from_u64(settings.seed ^ 0x0ff));
        Ok(Offline { replica, board, agent, chance })
    }

    pub async fn act_until(mut self, stage: Stage, until_us: u64) -> Result<Offline> {
        let clock = stage.common.clock;
        for number in 0_u32.. {
            if clock.now_us() > until_us {
                break;
            }
            tokio::time::sleep(Duration::from_millis(self.chance.gen_range(REST_MS))).await;
            match number % 5 {
                // It may find no server.
                3 => drop(self.replica.sync().await),
                4 => self.be_killed(&stage).await?,
                _ => self.add(&stage, number).await?,
            }
        }
        Ok(self)
    }

    async fn add(&mut self, stage: &Stage, number: u32) -> Result<()> {
        let clock = stage.common.clock;
        let column = self.board.columns[self.chance.gen_range(0..self.board.columns.len())].clone();
        let title = format!("offline {number} {}", stage.word());
        let act = Act::Create { column: column.clone(), title: title.clone() };
        let (board, name) = (&self.board.id, format!("offline-{number}"));
        let intent = stage.intent(self.agent, Phase::Offline, board, &name, clock.now_us(), act);
        let key = intent.key.clone();
        let sent = Sent { at_us: clock.now_us(), intent };
        stage.common.journal.write(Line::Sent(sent)).await?;
        let card = self.replica.add(board, &column, &title).await?;
        let (at_us, status, card) = (clock.now_us(), 201, Some(card));
        let (number, replayed, code) = (None, false, None);
        let answered = Answered { at_us, key, status, card, number, replayed, code };
        stage.common.journal.write(Line::Answered(answered)).await
    }

    async fn be_killed(&mut self, stage: &Stage) -> Result<()> {
        let (clock, after) = (stage.common.clock, self.chance.gen_range(KILL_AFTER_MS));
        let at_us = clock.now_us();
        if self.replica.sync_and_be_killed(Duration::from_millis(after)).await? {
            let (until_us, name) = (clock.now_us(), KILLED_AT_IT.to_owned());
            stage.common.journal.write(Line::Fault(Fault { at_us, until_us, name })).await?;
        }
        Ok(())
    }

    /// The faults have ended: nothing may wait any more, soon.
    pub async fn meet(&self, stage: &Stage) -> Question {
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
        let asked = format!("{WROTE} and the server agree when the faults have ended");
        Question { asked, fault }
    }
}

/// Looks at boards through a replica that joins now, and through the one that wrote, if there is one.
pub async fn look(
    stage: &Stage,
    program: &Path,
    server: SocketAddr,
    boards: &[Arc<Board>],
    wrote: Option<&Offline>,
    when: &str,
) -> Result<(Vec<Looked>, Vec<Question>)> {
    let (mut looked, mut questions) = (Vec::new(), Vec::new());
    let by_us = stage.common.clock.now_us();
    let folder = stage.settings.out.join("joined");
    let joined = Replica::sign_in(program, folder, server, crate::server::ACCOUNT).await?;
    for board in boards {
        joined.fetch(&board.id).await?;
        let (reading, digest) = joined.show(board, JOINED).await;
        let mut readings = vec![reading];
        if let Some(wrote) = wrote.filter(|wrote| wrote.board.id == board.id) {
            let (reading, other) = wrote.replica.show(board, WROTE).await;
            readings.push(reading);
            let same = digest.is_some() && digest == other;
            let fault = (!same).then(|| format!("they have {digest:?} and {other:?}"));
            let asked = "the digest of a board on two replicas".to_owned();
            questions.push(Question { asked, fault });
        }
        let found = Readings { readings, numbers: BTreeMap::new() };
        looked.push(Looked { last: true, ..Looked::new(when, by_us, board, found) });
    }
    for (name, replica) in [(WROTE, wrote.map(|wrote| &wrote.replica)), (JOINED, Some(&joined))] {
        let Some(replica) = replica else { continue };
        let fault = match replica.check().await {
            Ok(problems) if problems.is_empty() => None,
            Ok(problems) => Some(problems.join("; ")),
            Err(error) => Some(format!("{error:#}")),
        };
        questions.push(Question { asked: format!("holdfast check of {name}"), fault });
    }
    Ok((looked, questions))
}
