//! Pushes of one connection: its changes are gathered until their acts are whole, then they go to the writer.

use super::{accepting, session::Session, socket::End};
use crate::ServerError;
use domain::id::BoardId;
use std::sync::Arc;
use sync::{
    message::{ACT_BYTES_MAX, Answer, BoardNews, MESSAGE_CHANGES_MAX, Obstacle, Push},
    serving::Gathering,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// When to push again, where the writer has too much to do.
const BUSY_MS: u32 = 500;
/// And where something failed.
const FAILED_MS: u32 = 5_000;

/// An act of one board whose end is still to come.
#[derive(Default)]
pub struct Gathered {
    acts: Gathering,
    bytes: usize,
    /// Its part of what all connections may gather.
    held: Option<OwnedSemaphorePermit>,
}

impl Gathered {
    /// Whether there is memory for what was gathered.
    fn fits(&mut self, room: &Arc<Semaphore>) -> bool {
        self.held = None;
        let kib = u32::try_from(self.bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        if kib > 0 {
            self.held = room.clone().try_acquire_many_owned(kib).ok();
        }
        kib == 0 || self.held.is_some()
    }
}

impl Session {
    pub async fn push(&mut self, push: Push) -> Result<(), End> {
        let Push { board, changes } = push;
        if changes.len() > MESSAGE_CHANGES_MAX {
            return Err(End::protocol("a push has too many changes"));
        }
        if !self.is_member(board) {
            self.gathered.remove(&board);
            return self.say(board, BoardNews::Gone).await;
        }
        let gathered = self.gathered.entry(board).or_default();
        gathered.bytes += changes.iter().map(|pushed| pushed.body.len()).sum::<usize>();
        let offers = gathered.acts.take(changes).map_err(End::protocol)?;
        gathered.bytes -= offers.iter().map(|offer| offer.body.len()).sum::<usize>();
        let fits = gathered.fits(&self.shared.rooms.gathering);
        if self.gathered.values().map(|it| it.bytes).sum::<usize>() > ACT_BYTES_MAX {
            return Err(End::too_much("finish one act before the next"));
        }
        if !fits {
            return self.answer(board, Err(ServerError::Busy)).await;
        }
        if offers.is_empty() {
            return self.say(board, BoardNews::Answers(Vec::new())).await;
        }
        let pushed = accepting::push(&self.shared, self.account, board, offers).await;
        self.answer(board, pushed).await
    }

    async fn answer(
        &mut self,
        board: BoardId,
        pushed: Result<Option<accepting::Answers>, ServerError>,
    ) -> Result<(), End> {
        let goes_on = |answer: &Answer| matches!(answer, Answer::Accepted(..) | Answer::Refused(_));
        let news = match pushed {
            Ok(Some(answers)) if answers.iter().all(|(_, answer)| goes_on(answer)) => {
                return self.say(board, BoardNews::Answers(answers)).await;
            }
            Ok(Some(answers)) => BoardNews::Answers(answers),
            Ok(None) => BoardNews::Gone,
            Err(ServerError::Ending) => return Err(End::stopping()),
            Err(ServerError::Busy) => BoardNews::Busy(BUSY_MS, None),
            Err(error) => {
                tracing::error!(%error, %board, "a push failed");
                let why = match error {
                    ServerError::NotSaved { why, .. } | ServerError::Unknown(why) => why,
                    _ => Obstacle::Other,
                };
                BoardNews::Busy(FAILED_MS, Some(why))
            }
        };
        // What was gathered behind it comes again.
        self.gathered.remove(&board);
        self.say(board, news).await
    }
}
