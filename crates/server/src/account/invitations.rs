//! Invitations: links that make members, counted, and no longer than their maker could.

use super::{
    members::managing_role,
    names::Name,
    people::{self, Credentials, LetIn},
    roles,
};
use crate::{Secret, SecretKind, ServerError, Shared, now_ms, writer::job};
use domain::id::{BoardId, PersonId};
use std::net::IpAddr;
use store::{
    Connection,
    account::{self, AccountId, Invitation, InvitationId, Member, Role, SecretHash},
    rooms,
};
use uuid::Uuid;

pub const USES_MAX: u32 = 1000;
pub const HOURS_MAX: u32 = 24 * 90;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// What an invitation promises, for whoever holds its secret.
#[derive(Clone, Debug)]
pub struct Promise {
    pub board: BoardId,
    /// `None` while the server holds no change of the board.
    pub title: Option<String>,
    pub role: Role,
    pub made_by: String,
    pub expires_ms: i64,
}

/// Somebody became a member.
#[derive(Clone, Debug)]
pub struct Joined {
    pub board: BoardId,
    pub role: Role,
    pub person: PersonId,
}

/// Makes an invitation; its secret is handed out this once.
pub async fn make(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
    role: Role,
    uses: u32,
    hours: u32,
) -> Result<(Invitation, Secret), ServerError> {
    if !(1..=USES_MAX).contains(&uses) || !(1..=HOURS_MAX).contains(&hours) {
        return Err(ServerError::bad_request(&format!(
            "An invitation has 1 to {USES_MAX} uses and lasts 1 to {HOURS_MAX} hours."
        )));
    }
    let secret = Secret::fresh(SecretKind::Invitation)?;
    let hash = secret.hash();
    let now = now_ms();
    let invitation = Invitation {
        id: InvitationId::fresh(),
        board,
        role,
        uses_left: i64::from(uses),
        made_by: asks,
        made_ms: now,
        expires_ms: now + i64::from(hours) * HOUR_MS,
        revoked_ms: None,
    };
    let work = job(move |connection| {
        Box::pin(async move {
            let actor = managing_role(connection, board, asks).await?;
            if !roles::may_invite(actor, role) {
                return Err(ServerError::NotAllowed);
            }
            account::add_invitation(connection, &invitation, hash).await?;
            Ok(invitation)
        })
    });
    Ok((shared.writer.write(work).await?, secret))
}

/// All of a board, those that no longer open too.
pub async fn list(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
) -> Result<Vec<Invitation>, ServerError> {
    let mut reader = shared.reader().await?;
    managing_role(&mut reader, board, asks).await?;
    Ok(account::invitations(&mut reader, board).await?)
}

pub async fn revoke(
    shared: &Shared,
    board: BoardId,
    asks: AccountId,
    id: InvitationId,
) -> Result<(), ServerError> {
    let work = job(move |connection| {
        Box::pin(async move {
            managing_role(connection, board, asks).await?;
            let found = account::revoke_invitation(connection, board, id, now_ms()).await?;
            if found { Ok(()) } else { Err(ServerError::NotFound("invitation")) }
        })
    });
    shared.writer.write(work).await
}

/// What an invitation promises, before somebody accepts it.
pub async fn look(shared: &Shared, address: IpAddr, secret: &str) -> Result<Promise, ServerError> {
    shared.limits.try_address(address)?;
    let secret = read(secret)?;
    let mut reader = shared.reader().await?;
    let invitation = open(&mut reader, secret).await?;
    let made_by = account::account_by_id(&mut reader, invitation.made_by).await?;
    Ok(Promise {
        board: invitation.board,
        title: rooms::title(&mut reader, invitation.board).await?,
        role: invitation.role,
        made_by: made_by.map(|account| account.name).unwrap_or_default(),
        expires_ms: invitation.expires_ms,
    })
}

/// Somebody with an account accepts. Doing it again changes nothing.
pub async fn accept(
    shared: &Shared,
    address: IpAddr,
    secret: &str,
    who: AccountId,
) -> Result<Joined, ServerError> {
    shared.limits.try_address(address)?;
    let secret = read(secret)?;
    let work = job(move |connection| Box::pin(async move { join(connection, secret, who).await }));
    shared.change_access(work).await
}

/// Somebody without an account accepts: they get one, and are signed in.
pub async fn accept_as_new(
    shared: &Shared,
    address: IpAddr,
    secret: &str,
    credentials: Credentials,
) -> Result<(Joined, LetIn), ServerError> {
    shared.limits.try_address(address)?;
    let secret = read(secret)?;
    let name = Name::read(&credentials.name)?;
    // Nobody makes the server hash who has no invitation.
    let mut reader = shared.reader().await?;
    open(&mut reader, secret).await?;
    drop(reader);
    let account = people::new_account(shared, name, credentials.password, false).await?;
    let (new, let_in) = people::new_sign_in(&account, credentials.device.as_deref())?;
    let work = job(move |connection| {
        Box::pin(async move {
            open(connection, secret).await?;
            people::add_account(connection, &account).await?;
            people::add_sign_in(connection, new.as_ref()).await?;
            join(connection, secret, account.id).await
        })
    });
    Ok((shared.change_access(work).await?, let_in))
}

fn read(secret: &str) -> Result<SecretHash, ServerError> {
    let secret = Secret::read_kind(secret, SecretKind::Invitation);
    secret.map(|secret| secret.hash()).ok_or(ServerError::InvitationEnded)
}

/// The invitation, where it lets somebody in now and its maker could still make it.
async fn open(connection: &mut Connection, secret: SecretHash) -> Result<Invitation, ServerError> {
    let found = account::invitation_by_secret(connection, secret).await?;
    let invitation = found.ok_or(ServerError::InvitationEnded)?;
    let maker = account::role(connection, invitation.board, invitation.made_by).await?;
    let stands = maker.is_some_and(|maker| roles::may_invite(maker, invitation.role));
    if stands && invitation.opens(now_ms()) {
        Ok(invitation)
    } else {
        Err(ServerError::InvitationEnded)
    }
}

/// Makes somebody a member with the role of the invitation, or leaves them with the greater one they have.
async fn join(
    connection: &mut Connection,
    secret: SecretHash,
    who: AccountId,
) -> Result<Joined, ServerError> {
    let found = account::invitation_by_secret(connection, secret).await?;
    let invitation = found.ok_or(ServerError::InvitationEnded)?;
    let board = invitation.board;
    let former = account::member(connection, board, who).await?;
    if let Some(member) = &former
        && member.ended_ms.is_none()
        && member.role >= invitation.role
    {
        return Ok(Joined { board, role: member.role, person: member.person });
    }
    let invitation = open(connection, secret).await?;
    if !account::use_invitation(connection, invitation.id).await? {
        return Err(ServerError::InvitationEnded);
    }
    let person = former.map_or_else(|| PersonId(Uuid::new_v4()), |former| former.person);
    let member = Member {
        board,
        account: who,
        role: invitation.role,
        person,
        since_ms: now_ms(),
        ended_ms: None,
    };
    account::put_member(connection, &member).await?;
    Ok(Joined { board, role: member.role, person })
}
