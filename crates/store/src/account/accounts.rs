//! Accounts, and the secret that makes the first one.

use super::{AccountId, SecretHash};
use crate::StoreError;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// As the person writes it.
    pub name: String,
    /// The name folded; unique.
    pub name_key: String,
    /// argon2id, as a PHC string.
    pub password: String,
    /// Runs the server, and reads no board by that.
    pub operator: bool,
    pub disabled: bool,
    pub made_ms: i64,
}

/// Whether it was added; `false` where the name is taken.
pub async fn add_account(
    connection: &mut SqliteConnection,
    account: &Account,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into account (account_id, name, name_key, password, operator, disabled, made_ms)
         values (?, ?, ?, ?, ?, ?, ?) on conflict (name_key) do nothing",
    )
    .bind(account.id.bytes())
    .bind(&account.name)
    .bind(&account.name_key)
    .bind(&account.password)
    .bind(account.operator)
    .bind(account.disabled)
    .bind(account.made_ms)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// All of them, sorted by name.
pub async fn accounts(connection: &mut SqliteConnection) -> Result<Vec<Account>, StoreError> {
    let rows = sqlx::query("select * from account order by name_key").fetch_all(connection).await?;
    rows.iter().map(account).collect()
}

/// Of people: [`AccountId::ANYBODY`] does not count.
pub async fn account_count(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("select count(*) from account where account_id != ?")
        .bind(AccountId::ANYBODY.bytes())
        .fetch_one(connection)
        .await?)
}

pub async fn account_by_key(
    connection: &mut SqliteConnection,
    name_key: &str,
) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("select * from account where name_key = ?")
        .bind(name_key)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(account).transpose()
}

pub async fn account_by_id(
    connection: &mut SqliteConnection,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("select * from account where account_id = ?")
        .bind(id.bytes())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(account).transpose()
}

pub async fn set_password(
    connection: &mut SqliteConnection,
    id: AccountId,
    password: &str,
) -> Result<(), StoreError> {
    sqlx::query("update account set password = ? where account_id = ?")
        .bind(password)
        .bind(id.bytes())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_disabled(
    connection: &mut SqliteConnection,
    id: AccountId,
    disabled: bool,
) -> Result<(), StoreError> {
    sqlx::query("update account set disabled = ? where account_id = ?")
        .bind(disabled)
        .bind(id.bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// The secret of before no longer opens.
pub async fn put_set_up(
    connection: &mut SqliteConnection,
    secret: SecretHash,
    expires_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("insert or replace into set_up (one, secret_hash, expires_ms) values (1, ?, ?)")
        .bind(secret.0.as_slice())
        .bind(expires_ms)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the secret makes the first account at this time.
pub async fn set_up_opens(
    connection: &mut SqliteConnection,
    secret: SecretHash,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from set_up where secret_hash = ? and expires_ms > ?
         and not exists (select 1 from account where account_id != ?)",
    )
    .bind(secret.0.as_slice())
    .bind(now_ms)
    .bind(AccountId::ANYBODY.bytes())
    .fetch_one(connection)
    .await?;
    Ok(found > 0)
}

pub async fn remove_set_up(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("delete from set_up").execute(connection).await?;
    Ok(())
}

fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId::read(row.try_get("account_id")?)?,
        name: row.try_get("name")?,
        name_key: row.try_get("name_key")?,
        password: row.try_get("password")?,
        operator: row.try_get("operator")?,
        disabled: row.try_get("disabled")?,
        made_ms: row.try_get("made_ms")?,
    })
}
