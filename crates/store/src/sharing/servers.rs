//! The board servers that a folder knows. Tokens are kept elsewhere.

use super::{FINGERPRINT_BYTES, Fingerprint};
use crate::StoreError;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Names a server in this folder.
pub type ServerId = i64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub id: ServerId,
    /// Scheme, host and port.
    pub base_url: String,
    /// Who signs in there.
    pub account: String,
    /// The server's clock less this machine's.
    pub clock_offset_ms: i64,
    pub signed_in: bool,
    /// The one certificate that it may show; `None` where its certificate is signed as others are.
    pub pinned: Option<Fingerprint>,
}

/// Somebody signed in: the server is known from now on.
pub async fn sign_in(
    connection: &mut SqliteConnection,
    base_url: &str,
    account: &str,
) -> Result<ServerId, StoreError> {
    let id = sqlx::query_scalar(
        "insert into server (base_url, account, clock_offset_ms, signed_in) values (?, ?, 0, 1)
         on conflict (base_url) do update set account = excluded.account, signed_in = 1
         returning server_id",
    )
    .bind(base_url)
    .bind(account)
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// The server may show this certificate alone from now on; with `None` each that others vouch for.
pub async fn pin(
    connection: &mut SqliteConnection,
    server: ServerId,
    pinned: Option<Fingerprint>,
) -> Result<(), StoreError> {
    sqlx::query("update server set pinned = ? where server_id = ?")
        .bind(pinned.map(|it| it.0.to_vec()))
        .bind(server)
        .execute(connection)
        .await?;
    Ok(())
}

/// The server ended the session, or the person did: what waits stays.
pub async fn sign_out(
    connection: &mut SqliteConnection,
    server: ServerId,
) -> Result<(), StoreError> {
    sqlx::query("update server set signed_in = 0 where server_id = ?")
        .bind(server)
        .execute(connection)
        .await?;
    Ok(())
}

/// What the server's welcome said.
pub async fn welcomed(
    connection: &mut SqliteConnection,
    server: ServerId,
    account: &str,
    clock_offset_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("update server set account = ?, clock_offset_ms = ? where server_id = ?")
        .bind(account)
        .bind(clock_offset_ms)
        .bind(server)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn servers(connection: &mut SqliteConnection) -> Result<Vec<Server>, StoreError> {
    let rows = sqlx::query("select * from server order by server_id").fetch_all(connection).await?;
    rows.iter().map(server).collect()
}

pub async fn server_by_url(
    connection: &mut SqliteConnection,
    base_url: &str,
) -> Result<Option<Server>, StoreError> {
    let all = servers(connection).await?;
    Ok(all.into_iter().find(|server| server.base_url == base_url))
}

fn server(row: &SqliteRow) -> Result<Server, StoreError> {
    Ok(Server {
        id: row.try_get("server_id")?,
        base_url: row.try_get("base_url")?,
        account: row.try_get("account")?,
        clock_offset_ms: row.try_get("clock_offset_ms")?,
        signed_in: row.try_get("signed_in")?,
        pinned: row.try_get::<Option<Vec<u8>>, _>("pinned")?.map(fingerprint).transpose()?,
    })
}

fn fingerprint(bytes: Vec<u8>) -> Result<Fingerprint, StoreError> {
    let bytes: Result<[u8; FINGERPRINT_BYTES], _> = bytes.try_into();
    let bytes = bytes.map_err(|_| StoreError::Corrupt("a pinned certificate".to_owned()))?;
    Ok(Fingerprint(bytes))
}
