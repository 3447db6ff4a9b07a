//! The first account, signing in and out, and another password.

use super::names::{self, Name};
use crate::{Secret, SecretKind, ServerError, Shared, now_ms, writer::job};
use std::net::IpAddr;
use store::{
    Connection,
    account::{self, Account, AccountId, NewSignIn, SignIn, SignInId},
};

/// Longer names of devices are cut.
const DEVICE_CHARACTERS_MAX: usize = 100;

/// Somebody who was just let in.
#[derive(Clone, Debug)]
pub struct LetIn {
    /// Handed out this once; `None` where nobody stays signed in.
    pub token: Option<Secret>,
    pub account: AccountId,
    pub name: String,
    pub operator: bool,
}

/// A name and a password, as somebody sent them.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub name: String,
    pub password: String,
    /// What they call the device that stays signed in; `None` for a form in a browser.
    pub device: Option<String>,
}

/// Makes the first account, which runs the server.
pub async fn set_up(
    shared: &Shared,
    address: IpAddr,
    secret: &str,
    credentials: Credentials,
) -> Result<LetIn, ServerError> {
    shared.limits.try_address(address)?;
    let secret = Secret::read_kind(secret, SecretKind::SetUp).ok_or(ServerError::SetUpEnded)?;
    let name = Name::read(&credentials.name)?;
    // Nobody makes the server hash who has no secret.
    let mut reader = shared.reader().await?;
    if !account::set_up_opens(&mut reader, secret.hash(), now_ms()).await? {
        return Err(ServerError::SetUpEnded);
    }
    drop(reader);
    let account = new_account(shared, name, credentials.password, true).await?;
    let (new, let_in) = new_sign_in(&account, credentials.device.as_deref())?;
    let work = job(move |connection| {
        Box::pin(async move {
            if !account::set_up_opens(connection, secret.hash(), now_ms()).await? {
                return Err(ServerError::SetUpEnded);
            }
            account::remove_set_up(connection).await?;
            add_account(connection, &account).await?;
            add_sign_in(connection, new.as_ref()).await
        })
    });
    shared.change_access(work).await?;
    Ok(let_in)
}

/// A name and a password for a token.
pub async fn sign_in(
    shared: &Shared,
    address: IpAddr,
    credentials: Credentials,
) -> Result<LetIn, ServerError> {
    let key = names::key(&credentials.name);
    shared.limits.try_name(address, &key)?;
    let mut reader = shared.reader().await?;
    let found = account::account_by_key(&mut reader, &key).await?;
    drop(reader);
    let phc = found.as_ref().map(|account| account.password.as_str());
    let matches = shared.passwords.verify(credentials.password, phc).await?;
    let account = found.filter(|account| matches && !account.disabled);
    let outcome = if account.is_some() { "in" } else { "refused" };
    metrics::counter!("holdfast_sign_ins_total", "outcome" => outcome).increment(1);
    let account = account.ok_or(ServerError::BadCredentials)?;
    let (new, let_in) = new_sign_in(&account, credentials.device.as_deref())?;
    let work = job(move |connection| {
        Box::pin(async move {
            // While the password was hashed, it may have been changed, or the account disabled.
            let now = account::account_by_id(connection, account.id).await?;
            if now.is_none_or(|now| now.disabled || now.password != account.password) {
                return Err(ServerError::BadCredentials);
            }
            add_sign_in(connection, new.as_ref()).await
        })
    });
    shared.writer.write(work).await?;
    Ok(let_in)
}

pub async fn sign_out(shared: &Shared, sign_in: SignInId) -> Result<(), ServerError> {
    let work = job(move |connection| {
        Box::pin(async move { Ok(account::end_sign_in(connection, sign_in, now_ms()).await?) })
    });
    shared.change_access(work).await
}

/// Gives an account another password and signs all its other devices out; how many these were.
pub async fn change_password(
    shared: &Shared,
    address: IpAddr,
    sign_in: SignIn,
    current: String,
    next: String,
) -> Result<u64, ServerError> {
    shared.limits.try_name(address, &names::key(&sign_in.name))?;
    let mut reader = shared.reader().await?;
    let found = account::account_by_id(&mut reader, sign_in.account).await?;
    drop(reader);
    let former = found.ok_or(ServerError::NotSignedIn)?.password;
    if !shared.passwords.verify(current, Some(&former)).await? {
        return Err(ServerError::BadCredentials);
    }
    let password = shared.passwords.hash(next).await?;
    let work = job(move |connection| {
        Box::pin(async move {
            let now = account::account_by_id(connection, sign_in.account).await?;
            if now.is_none_or(|now| now.password != former) {
                return Err(ServerError::BadCredentials);
            }
            account::set_password(connection, sign_in.account, &password).await?;
            let but = Some(sign_in.id);
            Ok(account::end_sign_ins(connection, sign_in.account, but, now_ms()).await?)
        })
    });
    shared.change_access(work).await
}

/// An account with this name and password, not yet anywhere.
pub(crate) async fn new_account(
    shared: &Shared,
    name: Name,
    password: String,
    operator: bool,
) -> Result<Account, ServerError> {
    Ok(Account {
        id: AccountId::fresh(),
        name: name.shown,
        name_key: name.key,
        password: shared.passwords.hash(password).await?,
        operator,
        disabled: false,
        made_ms: now_ms(),
    })
}

pub(crate) async fn add_account(
    connection: &mut Connection,
    account: &Account,
) -> Result<(), ServerError> {
    if account::add_account(connection, account).await? {
        Ok(())
    } else {
        Err(ServerError::NameTaken)
    }
}

/// A token for a device of an account, and the row that lets it in.
pub(crate) fn new_sign_in(
    account: &Account,
    device: Option<&str>,
) -> Result<(Option<NewSignIn>, LetIn), ServerError> {
    let token = device.map(|_| Secret::fresh(SecretKind::SignIn)).transpose()?;
    let new = token.as_ref().zip(device).map(|(token, device)| NewSignIn {
        id: SignInId::fresh(),
        token: token.hash(),
        account: account.id,
        device: shown_device(device),
        made_ms: now_ms(),
    });
    let let_in = LetIn {
        token,
        account: account.id,
        name: account.name.clone(),
        operator: account.operator,
    };
    Ok((new, let_in))
}

pub(crate) async fn add_sign_in(
    connection: &mut Connection,
    new: Option<&NewSignIn>,
) -> Result<(), ServerError> {
    if let Some(new) = new {
        account::add_sign_in(connection, new).await?;
    }
    Ok(())
}

fn shown_device(device: &str) -> String {
    let shown = device.trim().chars().filter(|c| !c.is_control());
    shown.take(DEVICE_CHARACTERS_MAX).collect()
}
