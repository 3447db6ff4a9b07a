//! Members of a board: who they are, what they may, and how they go.

use super::{names, roles};
use crate::{ServerError, Shared, now_ms, writer::job};
use domain::id::{BoardId, PersonId};
use store::{
    Connection,
    account::{self, AccountId, Member, NamedMember, Role},
    webhooks,
};
use uuid::Uuid;

/// The role of somebody who asks about a board. Whoever is no member does not learn that there is one.
pub async fn role_on(
    connection: &mut Connection,
    board: BoardId,
    account: AccountId,
) -> Result<Role, ServerError> {
    let role = account::role(connection, board, account).await?;
    role.ok_or(ServerError::NotFound("board"))
}

/// As [`role_on`], for those who give and take roles.
pub async fn managing_role(
    connection: &mut Connection,
    board: BoardId,
    account: AccountId,
) -> Result<Role, ServerError> {
    let role = role_on(connection, board, account).await?;
    if roles::may_manage(role) { Ok(role) } else { Err(ServerError::NotAllowed) }
}

pub async fn list(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
) -> Result<Vec<NamedMember>, ServerError> {
    let mut reader = shared.reader().await?;
    role_on(&mut reader, board, asks).await?;
    Ok(account::members(&mut reader, board).await?)
}

/// Makes somebody who has an account here a member, or gives a member another role. They come back as who they
/// were on the board before.
pub async fn add(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
    name: &str,
    role: Role,
) -> Result<Member, ServerError> {
    let key = names::key(name);
    let work = job(move |connection| {
        Box::pin(async move {
            let actor = managing_role(connection, board, asks).await?;
            if !roles::may_invite(actor, role) {
                return Err(ServerError::NotAllowed);
            }
            let account = account::account_by_key(connection, &key).await?;
            let account = account.ok_or(ServerError::NotFound("account"))?;
            let former = account::member(connection, board, account.id).await?;
            if let Some(member) = &former
                && member.ended_ms.is_none()
            {
                if !roles::may_change(actor, member.role, role) {
                    return Err(ServerError::NotAllowed);
                }
                if member.role == Role::Owner && role != Role::Owner {
                    keep_an_owner(connection, member).await?;
                }
            }
            let person = former.map_or_else(|| PersonId(Uuid::new_v4()), |former| former.person);
            let (account, since_ms) = (account.id, now_ms());
            let member = Member { board, account, role, person, since_ms, ended_ms: None };
            account::put_member(connection, &member).await?;
            Ok(member)
        })
    });
    shared.change_access(work).await
}

pub async fn change(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
    whom: AccountId,
    to: Role,
) -> Result<(), ServerError> {
    let work = job(move |connection| {
        Box::pin(async move {
            let actor = managing_role(connection, board, asks).await?;
            let member = current(connection, board, whom).await?;
            if !roles::may_change(actor, member.role, to) {
                return Err(ServerError::NotAllowed);
            }
            if member.role == Role::Owner && to != Role::Owner {
                keep_an_owner(connection, &member).await?;
            }
            Ok(account::put_member(connection, &Member { role: to, ..member }).await?)
        })
    });
    shared.change_access(work).await
}

/// Removes a member, or lets somebody leave.
pub async fn remove(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
    whom: AccountId,
) -> Result<(), ServerError> {
    let work = job(move |connection| {
        Box::pin(async move {
            let actor = role_on(connection, board, asks).await?;
            let leaves = asks == whom;
            if !leaves && !roles::may_manage(actor) {
                return Err(ServerError::NotAllowed);
            }
            let member = current(connection, board, whom).await?;
            if !leaves && !roles::may_remove(actor, member.role) {
                return Err(ServerError::NotAllowed);
            }
            if member.role == Role::Owner {
                keep_an_owner(connection, &member).await?;
            }
            let ended = Member { ended_ms: Some(now_ms()), ..member };
            Ok(account::put_member(connection, &ended).await?)
        })
    });
    shared.change_access(work).await
}

/// Nobody is on the board any more, whoever they were: it is shared no longer. Its log stays on the disk, as its answers
/// do. Owners alone.
pub async fn end_board(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
) -> Result<(), ServerError> {
    let work = job(move |connection| {
        Box::pin(async move {
            if role_on(connection, board, asks).await? != Role::Owner {
                return Err(ServerError::NotAllowed);
            }
            // Nobody would be left who could.
            webhooks::delete_of_board(connection, board).await?;
            Ok(account::end_members(connection, board, now_ms()).await?)
        })
    });
    shared.change_access(work).await
}

async fn current(
    connection: &mut Connection,
    board: BoardId,
    whom: AccountId,
) -> Result<Member, ServerError> {
    let member = account::member(connection, board, whom).await?;
    member.filter(|member| member.ended_ms.is_none()).ok_or(ServerError::NotFound("member"))
}

/// Whether a board keeps an owner who can sign in when this one no longer is one.
async fn keep_an_owner(connection: &mut Connection, member: &Member) -> Result<(), ServerError> {
    let counts = account::role(connection, member.board, member.account).await?.is_some();
    let others = account::owner_count(connection, member.board).await? - i64::from(counts);
    if others > 0 { Ok(()) } else { Err(ServerError::LastOwner) }
}
