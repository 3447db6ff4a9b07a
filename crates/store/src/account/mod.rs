//! Accounts of a board server: who they are, what lets them in, and on which boards they are members. Rows
//! are loaded and saved here; hashing passwords and deciding who may what is the server's.

mod accounts;
mod invitations;
mod members;
mod names;
mod tokens;

pub use accounts::*;
pub use invitations::*;
pub use members::*;
pub use names::*;
pub use tokens::*;

use crate::{
    StoreError, boards,
    webhooks::{self, WhyPaused},
};
use domain::id::BoardId;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// What a restored server begins with: a new epoch for every board, so that a replica that knows more
/// notices, and nothing that was ended or used up since the backup opens again. A webhook may have been
/// deleted since: none is sent anything until somebody says so.
pub async fn begin_anew(connection: &mut SqliteConnection, now_ms: i64) -> Result<(), StoreError> {
    for board in boards::board_ids(connection).await? {
        renew_epoch(connection, board).await?;
    }
    for statement in [
        "update sign_in set ended_ms = ? where ended_ms is null",
        "update api_token set ended_ms = ? where ended_ms is null",
        "update invitation set revoked_ms = ? where revoked_ms is null",
    ] {
        sqlx::query(statement).bind(now_ms).execute(&mut *connection).await?;
    }
    sqlx::query("delete from set_up").execute(&mut *connection).await?;
    webhooks::pause_all(connection, WhyPaused::Restored, now_ms).await
}

async fn renew_epoch(connection: &mut SqliteConnection, board: BoardId) -> Result<(), StoreError> {
    sqlx::query("update board_head set epoch = ? where board_id = ?")
        .bind(Uuid::new_v4().as_bytes().as_slice())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}
