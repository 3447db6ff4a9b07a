//! Going on with many boards at once: what a replica holds up to the end of its log is followed from there without a
//! further word, and the rest is named to it.

use super::{
    following::{Followed, failed},
    session::Session,
    socket::End,
};
use domain::id::BoardId;
use store::rooms;
use sync::{
    message::{BoardSeen, FromServer, Imprint, Resume, Resumed, list_hash},
    resuming::Resuming,
};

impl Session {
    /// The first that is said about boards. Whoever knows the list is not told it.
    pub async fn resume(&mut self, resume: Resume) -> Result<(), End> {
        if self.is_open {
            return Err(End::protocol("one resumes once, before all else"));
        }
        self.is_open = true;
        let list: Vec<BoardSeen> = self.boards.values().cloned().collect();
        if list_hash(&list) != resume.list {
            self.say_boards().await?;
        }
        let resumed = self.follow_those(&resume.imprints).await?;
        self.socket.say(&FromServer::Resumed(resumed)).await?;
        let followed: Vec<BoardId> = self.followed.keys().copied().collect();
        for board in followed {
            self.greet_with_people(board).await?;
        }
        Ok(())
    }

    /// Of the account's boards alone. Each is listened to first and read then, so that nothing falls between the two.
    async fn follow_those(&mut self, imprints: &[Imprint]) -> Result<Resumed, End> {
        let mut resuming = Resuming::new(imprints);
        if imprints.is_empty() {
            return Ok(resuming.answer());
        }
        let shared = self.shared.clone();
        let mut reader = shared.readers.take().await.map_err(|it| failed(it.into()))?;
        let boards: Vec<BoardId> = self.boards.keys().copied().collect();
        for board in boards {
            let live = shared.rooms.live.of(board);
            let log = live.subscribe();
            let head = rooms::head(&mut reader, board).await.map_err(|it| failed(it.into()))?;
            if let Some(head) = head.filter(|head| resuming.is_at(board, head)) {
                self.listen_to(board, log);
                self.followed.insert(board, Followed { live, cursor: head.position });
            }
        }
        Ok(resuming.answer())
    }
}
