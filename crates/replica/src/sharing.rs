//! Handing a board of this folder's own over to a server, which can be cut anywhere: from its start nobody numbers, and
//! what is written waits, until the server says, on disk, that it does, or that it never will.

use crate::{
    Desk, ServerFailure,
    engine::{Engine, wall_ms},
    link::{self, LinkError, ServerUrl},
    protocol::{Failure, FailureCode, LinkState},
    status::out_of_reach,
    storing::store_rows,
};
use domain::{board::Board, change::Numbered, id::*, shared::Settled};
use store::{
    Connection, Holding, StoreError, boards, reading,
    sharing::{self, Authority, Server, ServerId},
};
use sync::{
    message::{FromClient, MESSAGE_BYTES, MESSAGE_CHANGES_MAX, NumberedBytes},
    rows::Row,
    sharing::{Promise, Standing, bring_near},
};

impl Desk {
    /// Begins to share a board with a server that somebody is signed in at and that can be reached now. The link
    /// does the rest; doing it again changes nothing.
    pub async fn share_board(&self, board: BoardId, url: &str) -> Result<(), ServerFailure> {
        let base_url = ServerUrl::read(url)?.to_string();
        let token = link::token(self.folder(), &base_url).await?;
        token.ok_or(LinkError::SignedOut)?;
        let mut engine = self.0.engine().await?;
        let servers = engine.servers().await?;
        let server = servers.into_iter().find(|server| server.base_url == base_url);
        let server = server.ok_or(LinkError::SignedOut)?;
        drop(engine);
        let now_ms = self.server_ms(&server).await?;
        self.0.engine().await?.begin_sharing(board, server.id, now_ms).await?;
        self.0.links.ask();
        Ok(())
    }

    /// What the server's clock says, once it is met.
    pub(crate) async fn server_ms(&self, server: &Server) -> Result<u64, ServerFailure> {
        self.start_link();
        self.0.links.ask();
        let mut changes = self.0.links.changes();
        loop {
            changes.borrow_and_update();
            let report = self.0.links.of(server.id);
            if let Some(server_ms) = report.server_ms() {
                return Ok(server_ms);
            }
            if report.state == LinkState::Elsewhere {
                // Another process talks to it: as near as was known when it was met last.
                return Ok(wall_ms().saturating_add_signed(server.clock_offset_ms));
            }
            if let Some(failure) = out_of_reach(report.state) {
                return Err(failure);
            }
            if changes.changed().await.is_err() {
                return Err(LinkError::Closed.into());
            }
        }
    }
}

impl Engine {
    async fn begin_sharing(
        &mut self,
        id: BoardId,
        server: ServerId,
        now_ms: u64,
    ) -> Result<(), Failure> {
        self.boards.remove(&id);
        let mut transaction = self.store.begin().await?;
        let held = boards::load(&mut transaction, id).await?;
        let held = held.ok_or_else(|| Failure::not_found("board"))?;
        let mut board = match held.holding {
            Holding::Own(board) => *board,
            Holding::Shared(shared) if shared.share.retired => {
                return Err(Failure::not_found("board"));
            }
            Holding::Shared(shared) if shared.share.server == server => return Ok(()),
            Holding::Shared(_) => {
                let message = "The board is shared with another server already.";
                return Err(Failure::new(FailureCode::Refused, message));
            }
        };
        let near = bring_log_near(&mut transaction, &board, now_ms).await?;
        if let Some(near) = near {
            board = near;
            boards::put_all_entities(&mut transaction, &board).await?;
            boards::put_head(&mut transaction, &board).await?;
        }
        let line = i64::try_from(board.head.position.seq).unwrap_or(i64::MAX);
        let settled = Settled { line, latest: board.head.latest };
        sharing::begin_sharing(&mut transaction, id, server, settled).await?;
        reading::rebuild(&mut transaction, &board, held.me).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.tell_anew(id).await
    }

    /// Whoever shows the board reads it again.
    async fn tell_anew(&mut self, id: BoardId) -> Result<(), Failure> {
        self.boards.remove(&id);
        let patch = self.held(id).await?.reading_again();
        self.tell(vec![patch], id).await?;
        Ok(())
    }

    /// What a share promises the server; `None` where the board is not being shared.
    pub(crate) async fn promise(&mut self, id: BoardId) -> Result<Option<FromClient>, Failure> {
        let held = self.held(id).await?;
        let sharing = |it: &&store::SharedHolding| it.share.authority == Authority::Sharing;
        let Some(shared) = held.shared().filter(sharing) else { return Ok(None) };
        let head = shared.board.numbered().head;
        let digest = head.digest.to_be_bytes();
        let promise = Promise { board: id, head: head.position, digest, person: held.me };
        Ok(Some(FromClient::Share(promise)))
    }

    /// What to say to how a share stands at the server.
    pub(crate) async fn share_stands(
        &mut self,
        id: BoardId,
        standing: Standing,
    ) -> Result<Option<FromClient>, Failure> {
        let Some(FromClient::Share(promise)) = self.promise(id).await? else { return Ok(None) };
        match standing {
            Standing::Staged(seq) => {
                let log = next_of_log(self.store.connection(), id, seq).await?;
                Ok(Some(FromClient::ShareLog(id, promise.head, log)))
            }
            Standing::Shared => {
                let mut transaction = self.store.begin().await?;
                sharing::put_authority(&mut transaction, id, Authority::Server).await?;
                transaction.commit().await.map_err(StoreError::from)?;
                self.boards.remove(&id);
                Ok(None)
            }
            Standing::Abandoned => {
                self.take_back(id).await?;
                Ok(None)
            }
            Standing::TooLarge => Ok(Some(FromClient::ShareAbandon(id, promise.head))),
            Standing::Taken => {
                let mut transaction = self.store.begin().await?;
                sharing::put_role(&mut transaction, id, None).await?;
                transaction.commit().await.map_err(StoreError::from)?;
                self.boards.remove(&id);
                Ok(None)
            }
            // The connection ends, and it is promised again on the next one.
            Standing::Broken => {
                let message = "The server did not get the board whole.";
                Err(Failure::new(FailureCode::Storage, message))
            }
        }
    }

    /// This folder numbers the board again, with what waited first.
    async fn take_back(&mut self, id: BoardId) -> Result<(), Failure> {
        self.boards.remove(&id);
        let mut transaction = self.store.begin().await?;
        let held = boards::load(&mut transaction, id).await?;
        let Some((me, Holding::Shared(mut shared))) = held.map(|it| (it.me, it.holding)) else {
            return Ok(());
        };
        let mut rows = Vec::new();
        for (numbered, line) in shared.board.number_all() {
            rows.push(Row::Log { numbered: Box::new(numbered), line: Some(line) });
            rows.push(Row::Unqueue { line });
        }
        rows.extend([Row::AllThings, Row::Head]);
        store_rows(&mut transaction, &shared.board, &rows).await?;
        sharing::end_sharing(&mut transaction, id).await?;
        reading::rebuild(&mut transaction, shared.board.numbered(), me).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.tell_anew(id).await
    }
}

/// Stamps that a wrong clock set far ahead come near; the board as it is then, where there were any.
async fn bring_log_near(
    connection: &mut Connection,
    board: &Board,
    now_ms: u64,
) -> Result<Option<Board>, Failure> {
    let log: Vec<Numbered> = boards::read_after(connection, board.id, 0, u32::MAX).await?;
    let near = bring_near(board.id, board.head.position.epoch, log, now_ms);
    let near = near.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let Some((board, log)) = near else { return Ok(None) };
    for numbered in log {
        boards::restamp(connection, &numbered).await?;
    }
    Ok(Some(board))
}

async fn next_of_log(
    connection: &mut Connection,
    id: BoardId,
    after: u64,
) -> Result<Vec<NumberedBytes>, Failure> {
    let limit = u32::try_from(MESSAGE_CHANGES_MAX).unwrap_or(u32::MAX);
    let mut bytes = 0;
    let log = boards::read_after(connection, id, after, limit).await?;
    let some = log.into_iter().take_while(|numbered| {
        let fits = bytes < MESSAGE_BYTES;
        bytes += numbered.body.len();
        fits
    });
    Ok(some.map(NumberedBytes).collect())
}
