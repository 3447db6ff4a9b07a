//! Where this folder stands on all boards of a server, said at once, and what is stored when the server stands there
//! too.

use crate::{engine::Engine, protocol::Failure};
use domain::id::*;
use store::{
    Connection, Holding, StoreError, boards,
    sharing::{self, Authority, ServerId},
};
use sync::resuming::Stand;

impl Engine {
    /// On each board that is to be followed.
    pub(crate) async fn stands(&mut self, server: ServerId) -> Result<Vec<Stand>, Failure> {
        let mut transaction = self.store.begin().await?;
        let stands = stands(&mut transaction, server).await?;
        Ok(stands.into_iter().map(|(stand, _)| stand).collect())
    }

    /// The server's logs end where these stands are. Those boards come back on which this folder is still there: what
    /// the server says of them from now on follows on what is here.
    pub(crate) async fn resumed(
        &mut self,
        server: ServerId,
        vouched: &[Stand],
    ) -> Result<Vec<BoardId>, Failure> {
        let mut transaction = self.store.begin().await?;
        let mut here = stands(&mut transaction, server).await?;
        here.retain(|(stand, _)| vouched.contains(stand));
        for (stand, known_seq) in &here {
            if *known_seq != stand.seq() {
                sharing::put_known_seq(&mut transaction, stand.board, stand.seq()).await?;
            }
        }
        transaction.commit().await.map_err(StoreError::from)?;
        for (stand, _) in &here {
            let held = self.boards.get_mut(&stand.board).map(|held| &mut held.holding);
            if let Some(Holding::Shared(shared)) = held {
                shared.share.known_seq = stand.seq();
            }
        }
        Ok(here.into_iter().map(|(stand, _)| stand.board).collect())
    }
}

/// Each with where the server's log ended, as last heard.
async fn stands(
    connection: &mut Connection,
    server: ServerId,
) -> Result<Vec<(Stand, u64)>, Failure> {
    let mut stands = Vec::new();
    for share in sharing::shares(connection).await? {
        if share.server != server || share.authority == Authority::Sharing || share.gone {
            continue;
        }
        let head = boards::head(connection, share.board).await?;
        stands.extend(head.map(|(head, _)| (Stand::of(share.board, &head), share.known_seq)));
    }
    Ok(stands)
}
