//! Ending a shared board for all who are on it, and moving it to another server. The copy is on disk, with the intent,
//! before any server is told: whatever is cut, the link finishes it, or whoever asks again does.

use crate::{
    Desk,
    desk::Shared,
    detaching::Original,
    engine::{Engine, wall_ms},
    link::{self, LinkError},
    people::said_no,
    protocol::*,
    status::out_of_reach,
};
use domain::{id::*, view};
use std::sync::Weak;
use store::{
    StoreError,
    account::Role,
    sharing::{self, Retired, Server, ServerId, Share},
};

impl Desk {
    /// Ends a shared board. The copy that goes on here comes back.
    pub(crate) async fn unshare(&self, board: BoardId) -> Result<BoardId, Failure> {
        self.end(board, None).await
    }

    /// Shares the copy with another server, and ends the board. The copy comes back.
    pub(crate) async fn move_to_server(
        &self,
        board: BoardId,
        url: &str,
    ) -> Result<BoardId, Failure> {
        let session = self.session(url).await?;
        let server = self.0.engine().await?.server(&session.peer.url).await?;
        let server = server.ok_or_else(|| said_no(LinkError::SignedOut))?;
        self.end(board, Some(server.id)).await
    }

    async fn end(&self, board: BoardId, moves_to: Option<ServerId>) -> Result<BoardId, Failure> {
        let begun = self.0.engine().await?.begun(board, moves_to).await?;
        let retired = match begun {
            Begun::Done(copy) => return Ok(copy),
            Begun::Half(retired) => retired,
            Begun::Not => self.begin_to_end(board, moves_to).await?,
        };
        match self.finish(retired).await {
            Ok(()) => Ok(retired.copy),
            Err(failure) => {
                let rest = "The board is this folder's own already. The rest is done when its server can be \
                            reached.";
                let message = format!("{} {rest}", failure.message);
                Err(Failure::new(FailureCode::ServerSaidNo, message))
            }
        }
    }

    /// The transaction after which it ends, whatever happens; nothing is changed before it.
    async fn begin_to_end(
        &self,
        board: BoardId,
        moves_to: Option<ServerId>,
    ) -> Result<Retired, Failure> {
        let session = self.session_of(board).await?;
        let seen = link::boards(&session.peer, &session.token).await.map_err(said_no)?;
        if !seen.iter().any(|it| it.id == board && it.role == Role::Owner) {
            let message = "Only an owner of the board can end it for everybody.";
            return Err(Failure::new(FailureCode::Refused, message));
        }
        let share = self.0.engine().await?.share(board).await?;
        if moves_to == Some(share.server) {
            let message = "The board is on this server already.";
            return Err(Failure::new(FailureCode::Refused, message));
        }
        if let Some(server) = moves_to {
            let server = self.0.engine().await?.server_by_id(server).await?;
            self.server_ms(&server).await?;
        }
        // What others did that is not here yet comes along.
        self.wait_for(share.server, board, |status, verified| {
            verified && status.waiting == 0 && status.cursor == status.head
        })
        .await?;
        let mut engine = self.0.engine().await?;
        let copy = engine.detach(board, Original::Ends { moves_to }).await?;
        Ok(Retired { board, copy, ends: true, moves_to, ended: false })
    }

    /// What is left to do of an ending. Doing it again changes nothing.
    pub(crate) async fn finish(&self, retired: Retired) -> Result<(), Failure> {
        let Retired { board, copy, moves_to, .. } = retired;
        if let Some(server) = moves_to {
            self.share_copy(copy, server).await?;
        }
        let share = self.0.engine().await?.share(board).await?;
        let server = self.0.engine().await?.server_by_id(share.server).await?;
        let session = self.session(&server.base_url).await?;
        let ended = session.end_board(board).await.map_err(said_no);
        if ended.as_ref().is_err_and(|failure| failure.code != FailureCode::ServerSaidNo) {
            return ended;
        }
        // Whoever is no owner any more cannot end it: it goes on there, and the copy here.
        self.0.engine().await?.ended(board).await?;
        ended
    }

    async fn share_copy(&self, copy: BoardId, server: ServerId) -> Result<(), Failure> {
        let url = self.0.engine().await?.server_by_id(server).await?.base_url;
        self.hand_over(copy, &url).await?;
        self.wait_for(server, copy, |status, _| !status.handing_over).await
    }

    /// Waits until a board stands so with its server; `done` hears, too, whether the server found our position.
    async fn wait_for(
        &self,
        server: ServerId,
        board: BoardId,
        done: impl Fn(&BoardStatus, bool) -> bool,
    ) -> Result<(), Failure> {
        self.start_link();
        self.0.links.ask();
        let mut changes = self.0.links.changes();
        loop {
            changes.borrow_and_update();
            let standings = self.0.engine().await?.standings().await?;
            let status = standings.into_iter().map(|it| it.1).find(|status| status.id == board);
            let taken = status.filter(|status| !status.gone).ok_or_else(not_taken)?;
            let report = self.0.links.of(server);
            // Where another process has the connection, what it stored is all that can be known.
            let verified = report.state == LinkState::Elsewhere || report.verified.contains(&board);
            if done(&taken, verified) {
                return Ok(());
            }
            if let Some(failure) = out_of_reach(report.state) {
                return Err(failure.into());
            }
            if changes.changed().await.is_err() {
                return Err(said_no(LinkError::Closed));
            }
        }
    }
}

/// Finishes what was begun and cut, where the servers are reached: nobody has to ask again.
pub(crate) async fn finish_what_was_begun(desk: Weak<Shared>) {
    let Some(desk) = desk.upgrade().map(Desk) else { return };
    let begun = match desk.0.engine().await {
        Ok(mut engine) => engine.ending().await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    for (retired, from) in begun {
        let reached = |server: ServerId| desk.0.links.state(server) == LinkState::Online;
        if !reached(from) || !retired.moves_to.is_none_or(reached) {
            continue;
        }
        match desk.finish(retired).await {
            Ok(()) => tracing::info!(board = %retired.board, "a board ended"),
            Err(failure) => {
                tracing::warn!(board = %retired.board, code = ?failure.code, "a board did not end");
            }
        }
    }
}

/// How far an ending is that somebody asks for.
enum Begun {
    Not,
    Half(Retired),
    /// It is all done, and this is the copy.
    Done(BoardId),
}

impl Engine {
    /// `board` may be the one that ends, or its copy: after a cut, that is the one which has its title.
    async fn begun(
        &mut self,
        board: BoardId,
        moves_to: Option<ServerId>,
    ) -> Result<Begun, Failure> {
        let connection = self.store.connection();
        let all = sharing::retired(connection).await?.into_iter();
        let mut ends = all.filter(|it| it.ends && [it.board, it.copy].contains(&board));
        let Some(retired) = ends.next() else { return Ok(Begun::Not) };
        if retired.is_ending() {
            return Ok(Begun::Half(retired));
        }
        if retired.board == board {
            return Ok(Begun::Done(retired.copy));
        }
        let share = sharing::share_of(connection, board).await?;
        let stands_so = share.map(|share| share.server) == moves_to;
        Ok(if stands_so { Begun::Done(board) } else { Begun::Not })
    }

    /// Boards whose server is still to be told that they end, each with it.
    async fn ending(&mut self) -> Result<Vec<(Retired, ServerId)>, Failure> {
        let mut ending = Vec::new();
        for retired in sharing::retired(self.store.connection()).await? {
            if retired.is_ending() {
                ending.push((retired, self.share(retired.board).await?.server));
            }
        }
        Ok(ending)
    }

    async fn ended(&mut self, board: BoardId) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        sharing::ended(&mut transaction, board, view::signed(wall_ms())).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn share(&mut self, board: BoardId) -> Result<Share, Failure> {
        let share = sharing::share_of(self.store.connection(), board).await?;
        share.ok_or_else(|| Failure::not_found("shared board"))
    }

    async fn server_by_id(&mut self, id: ServerId) -> Result<Server, Failure> {
        let server = self.servers().await?.into_iter().find(|server| server.id == id);
        server.ok_or_else(|| said_no(LinkError::SignedOut))
    }
}

fn not_taken() -> Failure {
    let message = "The server has this board for us no more.";
    Failure::new(FailureCode::ServerSaidNo, message)
}
