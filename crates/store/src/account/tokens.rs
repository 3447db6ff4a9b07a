//! What lets a device or a program in.

use super::{AccountId, ApiTokenId, SecretHash, SignInId};
use crate::StoreError;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// A device that signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    pub id: SignInId,
    pub token: SecretHash,
    pub account: AccountId,
    pub device: String,
    pub made_ms: i64,
}

/// A device that is signed in, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub id: SignInId,
    pub account: AccountId,
    pub name: String,
    pub operator: bool,
    pub device: String,
    pub made_ms: i64,
    pub last_used_ms: i64,
}

pub async fn add_sign_in(
    connection: &mut SqliteConnection,
    new: &NewSignIn,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into sign_in (sign_in_id, token_hash, account_id, device, made_ms, last_used_ms)
         values (?1, ?2, ?3, ?4, ?5, ?5)",
    )
    .bind(new.id.bytes())
    .bind(new.token.0.as_slice())
    .bind(new.account.bytes())
    .bind(&new.device)
    .bind(new.made_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose token it is; `None` for one that is unknown, ended, unused since before `unused_since_ms`, or of
/// a disabled account.
pub async fn signed_in(
    connection: &mut SqliteConnection,
    token: SecretHash,
    unused_since_ms: i64,
) -> Result<Option<SignIn>, StoreError> {
    let row = sqlx::query(
        "select s.sign_in_id, s.account_id, a.name, a.operator, s.device, s.made_ms, s.last_used_ms
         from sign_in s join account a using (account_id)
         where s.token_hash = ? and s.ended_ms is null and s.last_used_ms >= ? and a.disabled = 0",
    )
    .bind(token.0.as_slice())
    .bind(unused_since_ms)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(SignIn {
            id: SignInId::read(row.try_get("sign_in_id")?)?,
            account: AccountId::read(row.try_get("account_id")?)?,
            name: row.try_get("name")?,
            operator: row.try_get("operator")?,
            device: row.try_get("device")?,
            made_ms: row.try_get("made_ms")?,
            last_used_ms: row.try_get("last_used_ms")?,
        })
    })
    .transpose()
}

pub async fn used_sign_in(
    connection: &mut SqliteConnection,
    id: SignInId,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("update sign_in set last_used_ms = max(last_used_ms, ?) where sign_in_id = ?")
        .bind(now_ms)
        .bind(id.bytes())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn end_sign_in(
    connection: &mut SqliteConnection,
    id: SignInId,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("update sign_in set ended_ms = ? where sign_in_id = ? and ended_ms is null")
        .bind(now_ms)
        .bind(id.bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends all devices of an account but, where named, one; how many were ended.
pub async fn end_sign_ins(
    connection: &mut SqliteConnection,
    account: AccountId,
    but: Option<SignInId>,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "update sign_in set ended_ms = ?
         where account_id = ? and ended_ms is null and sign_in_id is not ?",
    )
    .bind(now_ms)
    .bind(account.bytes())
    .bind(but.map(|id| id.bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets devices whose sign-in ended, or was last used, before then.
pub async fn forget_sign_ins(
    connection: &mut SqliteConnection,
    before_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("delete from sign_in where ifnull(ended_ms, last_used_ms) < ?")
        .bind(before_ms)
        .execute(connection)
        .await?;
    Ok(())
}

/// A token for a program, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub account: AccountId,
    pub name: String,
    pub operator: bool,
    pub label: String,
    /// Words with a space between them.
    pub scopes: String,
    pub made_ms: i64,
    pub expires_ms: i64,
    pub ended_ms: Option<i64>,
}

/// A token that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiToken {
    pub id: ApiTokenId,
    pub token: SecretHash,
    pub account: AccountId,
    pub label: String,
    pub scopes: String,
    pub made_ms: i64,
    pub expires_ms: i64,
}

pub async fn add_api_token(
    connection: &mut SqliteConnection,
    new: &NewApiToken,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into api_token (token_id, token_hash, account_id, label, scopes, made_ms, expires_ms)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.bytes())
    .bind(new.token.0.as_slice())
    .bind(new.account.bytes())
    .bind(&new.label)
    .bind(&new.scopes)
    .bind(new.made_ms)
    .bind(new.expires_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// All of them, ended ones too, the latest first.
pub async fn api_tokens(connection: &mut SqliteConnection) -> Result<Vec<ApiToken>, StoreError> {
    let rows = sqlx::query(
        "select t.*, a.name, a.operator from api_token t join account a using (account_id)
         order by t.made_ms desc, t.token_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(api_token).collect()
}

/// Whose token it is; `None` for one that is unknown, ended, expired, or of a disabled account.
pub async fn open_api_token(
    connection: &mut SqliteConnection,
    token: SecretHash,
    now_ms: i64,
) -> Result<Option<ApiToken>, StoreError> {
    let row = sqlx::query(
        "select t.*, a.name, a.operator from api_token t join account a using (account_id)
         where t.token_hash = ? and t.ended_ms is null and t.expires_ms > ? and a.disabled = 0",
    )
    .bind(token.0.as_slice())
    .bind(now_ms)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(api_token).transpose()
}

/// Whether there was such a token that opened.
pub async fn end_api_token(
    connection: &mut SqliteConnection,
    id: ApiTokenId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("update api_token set ended_ms = ? where token_id = ? and ended_ms is null")
            .bind(now_ms)
            .bind(id.bytes())
            .execute(connection)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all tokens for programs of an account; how many were ended.
pub async fn end_api_tokens(
    connection: &mut SqliteConnection,
    account: AccountId,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query("update api_token set ended_ms = ? where account_id = ? and ended_ms is null")
            .bind(now_ms)
            .bind(account.bytes())
            .execute(connection)
            .await?;
    Ok(done.rows_affected())
}

fn api_token(row: &SqliteRow) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: ApiTokenId::read(row.try_get("token_id")?)?,
        account: AccountId::read(row.try_get("account_id")?)?,
        name: row.try_get("name")?,
        operator: row.try_get("operator")?,
        label: row.try_get("label")?,
        scopes: row.try_get("scopes")?,
        made_ms: row.try_get("made_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        ended_ms: row.try_get("ended_ms")?,
    })
}
