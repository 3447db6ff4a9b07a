//! Who may do what on which board.

use super::{AccountId, Role};
use crate::{StoreError, rooms, rows};
use domain::id::{BoardId, PersonId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub board: BoardId,
    pub account: AccountId,
    pub role: Role,
    /// Who they are on the board, for ever.
    pub person: PersonId,
    pub since_ms: i64,
    /// `None` while they are a member.
    pub ended_ms: Option<i64>,
}

/// A member with the name of their account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMember {
    pub member: Member,
    pub name: String,
    pub disabled: bool,
}

/// A board of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberBoard {
    pub board: BoardId,
    pub role: Role,
    pub person: PersonId,
    /// `None` while the server holds no change of the board.
    pub title: Option<String>,
}

/// Adds a member or changes what is known of them. Their person stays who they are.
pub async fn put_member(
    connection: &mut SqliteConnection,
    member: &Member,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into member (board_id, account_id, role, person_id, since_ms, ended_ms)
         values (?, ?, ?, ?, ?, ?)
         on conflict (board_id, account_id) do update set
         role = excluded.role, since_ms = excluded.since_ms, ended_ms = excluded.ended_ms",
    )
    .bind(member.board.bytes().as_slice())
    .bind(member.account.bytes())
    .bind(member.role.name())
    .bind(member.person.bytes().as_slice())
    .bind(member.since_ms)
    .bind(member.ended_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Nobody is a member any more. Who they were on the board stays known.
pub async fn end_members(
    connection: &mut SqliteConnection,
    board: BoardId,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("update member set ended_ms = ? where board_id = ? and ended_ms is null")
        .bind(now_ms)
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether they still are a member or not; `None` for somebody who never was.
pub async fn member(
    connection: &mut SqliteConnection,
    board: BoardId,
    account: AccountId,
) -> Result<Option<Member>, StoreError> {
    let row = sqlx::query("select * from member where board_id = ? and account_id = ?")
        .bind(board.bytes().as_slice())
        .bind(account.bytes())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The role of somebody who is a member now and can sign in.
pub async fn role(
    connection: &mut SqliteConnection,
    board: BoardId,
    account: AccountId,
) -> Result<Option<Role>, StoreError> {
    let role: Option<String> = sqlx::query_scalar(
        "select m.role from member m join account a using (account_id)
         where m.board_id = ? and m.account_id = ? and m.ended_ms is null and a.disabled = 0",
    )
    .bind(board.bytes().as_slice())
    .bind(account.bytes())
    .fetch_optional(connection)
    .await?;
    role.as_deref().map(Role::read).transpose()
}

/// The members of now, sorted by name.
pub async fn members(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<NamedMember>, StoreError> {
    let rows = sqlx::query(
        "select m.*, a.name, a.disabled from member m join account a using (account_id)
         where m.board_id = ? and m.ended_ms is null order by a.name_key",
    )
    .bind(board.bytes().as_slice())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(NamedMember {
                member: read(row)?,
                name: row.try_get("name")?,
                disabled: row.try_get("disabled")?,
            })
        })
        .collect()
}

/// How many owners a board has that can sign in.
pub async fn owner_count(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "select count(*) from member m join account a using (account_id)
         where m.board_id = ? and m.role = 'owner' and m.ended_ms is null and a.disabled = 0",
    )
    .bind(board.bytes().as_slice())
    .fetch_one(connection)
    .await?)
}

/// The boards that an account is a member of now, sorted by title.
pub async fn boards_of(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Vec<MemberBoard>, StoreError> {
    let rows = sqlx::query(
        "select board_id, role, person_id from member
         where account_id = ? and ended_ms is null order by board_id",
    )
    .bind(account.bytes())
    .fetch_all(&mut *connection)
    .await?;
    let mut boards = Vec::with_capacity(rows.len());
    for row in rows {
        let board = rows::id(row.try_get("board_id")?)?;
        let title = rooms::title(connection, board).await?;
        let role = Role::read(row.try_get("role")?)?;
        boards.push(MemberBoard {
            board,
            role,
            person: rows::id(row.try_get("person_id")?)?,
            title,
        });
    }
    boards.sort_by(|one, other| one.title.cmp(&other.title));
    Ok(boards)
}

fn read(row: &SqliteRow) -> Result<Member, StoreError> {
    Ok(Member {
        board: rows::id(row.try_get("board_id")?)?,
        account: AccountId::read(row.try_get("account_id")?)?,
        role: Role::read(row.try_get("role")?)?,
        person: rows::id(row.try_get("person_id")?)?,
        since_ms: row.try_get("since_ms")?,
        ended_ms: row.try_get("ended_ms")?,
    })
}
