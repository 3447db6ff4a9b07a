//! Links that make members.

use super::{AccountId, InvitationId, Role, SecretHash};
use crate::{StoreError, rows};
use domain::id::BoardId;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub board: BoardId,
    pub role: Role,
    pub uses_left: i64,
    pub made_by: AccountId,
    pub made_ms: i64,
    pub expires_ms: i64,
    pub revoked_ms: Option<i64>,
}

impl Invitation {
    /// Whether it lets somebody in at this time.
    pub fn opens(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && self.uses_left > 0 && now_ms < self.expires_ms
    }
}

pub async fn add_invitation(
    connection: &mut SqliteConnection,
    invitation: &Invitation,
    secret: SecretHash,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into invitation (invitation_id, secret_hash, board_id, role, uses_left, made_by,
         made_ms, expires_ms, revoked_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(invitation.id.bytes())
    .bind(secret.0.as_slice())
    .bind(invitation.board.bytes().as_slice())
    .bind(invitation.role.name())
    .bind(invitation.uses_left)
    .bind(invitation.made_by.bytes())
    .bind(invitation.made_ms)
    .bind(invitation.expires_ms)
    .bind(invitation.revoked_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// All of a board, those that no longer open too, the latest first.
pub async fn invitations(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<Invitation>, StoreError> {
    let rows = sqlx::query(
        "select * from invitation where board_id = ? order by made_ms desc, invitation_id",
    )
    .bind(board.bytes().as_slice())
    .fetch_all(connection)
    .await?;
    rows.iter().map(invitation).collect()
}

/// Whatever its state; `None` where there never was such a secret.
pub async fn invitation_by_secret(
    connection: &mut SqliteConnection,
    secret: SecretHash,
) -> Result<Option<Invitation>, StoreError> {
    let row = sqlx::query("select * from invitation where secret_hash = ?")
        .bind(secret.0.as_slice())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(invitation).transpose()
}

/// Whether there was a use left.
pub async fn use_invitation(
    connection: &mut SqliteConnection,
    id: InvitationId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update invitation set uses_left = uses_left - 1 where invitation_id = ? and uses_left > 0",
    )
    .bind(id.bytes())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether the board has such an invitation; one that was revoked already stays as it was.
pub async fn revoke_invitation(
    connection: &mut SqliteConnection,
    board: BoardId,
    id: InvitationId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update invitation set revoked_ms = ifnull(revoked_ms, ?)
         where invitation_id = ? and board_id = ?",
    )
    .bind(now_ms)
    .bind(id.bytes())
    .bind(board.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn invitation(row: &SqliteRow) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: InvitationId::read(row.try_get("invitation_id")?)?,
        board: rows::id(row.try_get("board_id")?)?,
        role: Role::read(row.try_get("role")?)?,
        uses_left: row.try_get("uses_left")?,
        made_by: AccountId::read(row.try_get("made_by")?)?,
        made_ms: row.try_get("made_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        revoked_ms: row.try_get("revoked_ms")?,
    })
}
