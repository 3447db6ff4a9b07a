//! A part of a transaction that can be taken back by itself.

use crate::{Connection, StoreError, Transaction};

/// What was begun with [`savepoint`]. Dropping it leaves it to the transaction around it.
#[must_use]
pub struct Savepoint(());

/// Begins a part; parts do not nest.
pub async fn savepoint(connection: &mut Connection) -> Result<Savepoint, StoreError> {
    sqlx::query("savepoint part").execute(connection).await?;
    Ok(Savepoint(()))
}

impl Savepoint {
    /// Keeps what was written since it began, or takes it back. An error says that the whole transaction is
    /// lost: where the disk is full, SQLite takes all of it back by itself.
    pub async fn end(self, connection: &mut Connection, keep: bool) -> Result<(), StoreError> {
        if !keep {
            sqlx::query("rollback to part").execute(&mut *connection).await?;
        }
        sqlx::query("release part").execute(connection).await?;
        Ok(())
    }
}

/// Ends a transaction. After an error nobody knows whether it is on disk.
pub async fn commit(transaction: Transaction<'_>) -> Result<(), StoreError> {
    Ok(transaction.commit().await?)
}
