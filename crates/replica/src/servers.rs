//! The engine's part of servers: who is signed in where, which boards are theirs, and how each stands.

use crate::{engine::Engine, link::ServerBoard, protocol::*};
use domain::{board::Board, id::*, view};
use store::{
    StoreError, boards, reading,
    sharing::{self, Fingerprint, Server, ServerId, Share, Standing},
};

impl Engine {
    pub(crate) async fn servers(&mut self) -> Result<Vec<Server>, Failure> {
        Ok(sharing::servers(self.store.connection()).await?)
    }

    /// The boards of this folder that are a server's.
    pub(crate) async fn shares(&mut self, server: ServerId) -> Result<Vec<Share>, Failure> {
        let mut shares = sharing::shares(self.store.connection()).await?;
        shares.retain(|share| share.server == server);
        Ok(shares)
    }

    /// Somebody signed in at a server, which showed a certificate that only they vouch for, or one like others.
    pub(crate) async fn sign_in(
        &mut self,
        base_url: &str,
        account: &str,
        pinned: Option<Fingerprint>,
    ) -> Result<ServerId, Failure> {
        let mut transaction = self.store.begin().await?;
        let server = sharing::sign_in(&mut transaction, base_url, account).await?;
        sharing::pin(&mut transaction, server, pinned).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(server)
    }

    /// The session ended. What waits stays, and waits.
    pub(crate) async fn sign_out(&mut self, server: ServerId) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        sharing::sign_out(&mut transaction, server).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// What a server's welcome said.
    pub(crate) async fn welcomed(
        &mut self,
        server: ServerId,
        account: &str,
        clock_offset_ms: i64,
    ) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        sharing::welcomed(&mut transaction, server, account, clock_offset_ms).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Makes room for a board that the account has on a server: empty at first, and followed from then on.
    /// Doing it again changes nothing.
    pub(crate) async fn clone_board(
        &mut self,
        server: ServerId,
        board: &ServerBoard,
    ) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        if boards::head(&mut transaction, board.id).await?.is_none() {
            // The first news names the epoch.
            let empty = Board::new(board.id, ReplicaId(uuid::Uuid::nil()));
            boards::begin_board(&mut transaction, &empty, board.person).await?;
            sharing::share(&mut transaction, board.id, server, board.role).await?;
            reading::rebuild(&mut transaction, &empty, board.person).await?;
        } else if let Some(share) = sharing::share_of(&mut transaction, board.id).await?
            && share.retired
        {
            // It was left, and is fetched again: it goes on from there, and what waited is pushed.
            sharing::unretire(&mut transaction, board.id, server).await?;
            sharing::put_role(&mut transaction, board.id, Some(board.role)).await?;
            if let Some(held) = boards::load(&mut transaction, board.id).await? {
                reading::rebuild(&mut transaction, held.board(), held.me).await?;
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// How each shared board stands, but for the state of its link.
    pub(crate) async fn standings(&mut self) -> Result<Vec<(ServerId, BoardStatus)>, Failure> {
        let servers = self.servers().await?;
        let standings = sharing::standings(self.store.connection()).await?;
        let status = |standing: Standing| {
            let server = servers.iter().find(|server| server.id == standing.share.server);
            BoardStatus {
                id: standing.share.board,
                title: standing.title,
                server: server.map(|server| server.base_url.clone()).unwrap_or_default(),
                epoch: standing.epoch,
                cursor: standing.cursor,
                head: standing.share.known_seq,
                digest: format!("{:032x}", standing.digest),
                waiting: u32::try_from(standing.waiting).unwrap_or(u32::MAX),
                waiting_since_ms: standing.waiting_since_ms.map(view::signed),
                refused: u32::try_from(standing.refused).unwrap_or(u32::MAX),
                role: standing.share.role.into(),
                handing_over: standing.share.authority == sharing::Authority::Sharing,
                gone: standing.share.gone,
                link: LinkState::Off,
            }
        };
        Ok(standings.into_iter().map(|it| (it.share.server, status(it))).collect())
    }
}
