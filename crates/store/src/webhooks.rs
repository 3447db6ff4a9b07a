//! Addresses that boards' changes are sent to, and what came of each try. Rows are loaded and saved here; where to, when
//! and whether at all is the server's.

use crate::{
    StoreError,
    account::AccountId,
    boards,
    rows::{self, signed, unsigned},
};
use domain::id::BoardId;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Tries of one webhook that are kept, the latest.
pub const DELIVERIES_KEPT: u32 = 1_000;
pub const SECRET_BYTES: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebhookId(pub Uuid);

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What deliveries are signed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WebhookSecret(pub [u8; SECRET_BYTES]);

impl fmt::Debug for WebhookSecret {
    /// Never the secret itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub board: BoardId,
    /// Whoever made it, or let it go on since.
    pub made_by: AccountId,
    pub made_ms: i64,
    pub url: String,
    pub secret: WebhookSecret,
    /// Taken up to this number of the board's log.
    pub cursor: u64,
    /// Tries in a row that failed.
    pub failures: u32,
    /// Not tried before.
    pub next_ms: i64,
    /// `None` while it is delivered.
    pub paused: Option<Pause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub why: WhyPaused,
    pub since_ms: i64,
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyPaused {
    /// Somebody said so.
    Asked,
    /// The receiver said that it is gone (410).
    Gone,
    /// Too many tries failed in a row.
    Failing,
    /// Whoever made it may do so no longer.
    NotAllowed,
    /// The server was restored from a backup.
    Restored,
}

impl WhyPaused {
    pub const ALL: [WhyPaused; 5] = [
        WhyPaused::Asked,
        WhyPaused::Gone,
        WhyPaused::Failing,
        WhyPaused::NotAllowed,
        WhyPaused::Restored,
    ];

    pub fn name(self) -> &'static str {
        match self {
            WhyPaused::Asked => "asked",
            WhyPaused::Gone => "gone",
            WhyPaused::Failing => "failing",
            WhyPaused::NotAllowed => "notAllowed",
            WhyPaused::Restored => "restored",
        }
    }
}

impl FromStr for WhyPaused {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<WhyPaused, StoreError> {
        let known = WhyPaused::ALL.into_iter().find(|why| why.name() == name);
        known.ok_or_else(|| StoreError::corrupt("a pause has no reason"))
    }
}

/// A try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Of the change; `None` for a ping.
    pub number: Option<u64>,
    /// 1, 2, 3 … of this number.
    pub attempt: u32,
    pub at_ms: i64,
    pub duration_ms: i64,
    /// Of the answer; `None` where there was none.
    pub status: Option<u16>,
    /// `None` where it was taken.
    pub error: Option<String>,
}

/// Adds a webhook, or changes what is known of one.
pub async fn put(connection: &mut SqliteConnection, webhook: &Webhook) -> Result<(), StoreError> {
    sqlx::query(
        "insert into webhook (webhook_id, board_id, made_by, made_ms, url, secret, cursor, failures,
         next_ms, paused, paused_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (webhook_id) do update set made_by = excluded.made_by, url = excluded.url, cursor = excluded.cursor,
         failures = excluded.failures, next_ms = excluded.next_ms, paused = excluded.paused,
         paused_ms = excluded.paused_ms",
    )
    .bind(webhook.id.0.as_bytes().as_slice())
    .bind(webhook.board.bytes().as_slice())
    .bind(webhook.made_by.bytes())
    .bind(webhook.made_ms)
    .bind(&webhook.url)
    .bind(webhook.secret.0.as_slice())
    .bind(signed(webhook.cursor))
    .bind(webhook.failures)
    .bind(webhook.next_ms)
    .bind(webhook.paused.map(|pause| pause.why.name()))
    .bind(webhook.paused.map(|pause| pause.since_ms))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(
    connection: &mut SqliteConnection,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    let row = sqlx::query("select * from webhook where webhook_id = ?")
        .bind(id.0.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Those of a board, the oldest first.
pub async fn of_board(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<Webhook>, StoreError> {
    let rows = sqlx::query("select * from webhook where board_id = ? order by made_ms, webhook_id")
        .bind(board.bytes().as_slice())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Those that are delivered, on all boards.
pub async fn running(connection: &mut SqliteConnection) -> Result<Vec<WebhookId>, StoreError> {
    let ids: Vec<Vec<u8>> =
        sqlx::query_scalar("select webhook_id from webhook where paused is null")
            .fetch_all(connection)
            .await?;
    ids.iter().map(|bytes| rows::uuid(bytes).map(WebhookId)).collect()
}

/// How many there are, on all boards.
pub async fn count(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("select count(*) from webhook").fetch_one(connection).await?)
}

/// Forgets a webhook and its tries.
pub async fn delete(connection: &mut SqliteConnection, id: WebhookId) -> Result<(), StoreError> {
    sqlx::query("delete from webhook where webhook_id = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// As [`delete`], with all of a board.
pub async fn delete_of_board(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<(), StoreError> {
    sqlx::query("delete from webhook where board_id = ?")
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes a try, and removes the oldest beyond [`DELIVERIES_KEPT`].
pub async fn note(
    connection: &mut SqliteConnection,
    id: WebhookId,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into webhook_delivery (webhook_id, number, attempt, at_ms, duration_ms, status, error)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id.0.as_bytes().as_slice())
    .bind(delivery.number.map(signed))
    .bind(delivery.attempt)
    .bind(delivery.at_ms)
    .bind(delivery.duration_ms)
    .bind(delivery.status)
    .bind(&delivery.error)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from webhook_delivery where webhook_id = ?1 and delivery_id <= (
             select delivery_id from webhook_delivery where webhook_id = ?1
             order by delivery_id desc limit 1 offset ?2)",
    )
    .bind(id.0.as_bytes().as_slice())
    .bind(DELIVERIES_KEPT)
    .execute(connection)
    .await?;
    Ok(())
}

/// The tries of a webhook that are kept, the latest first.
pub async fn deliveries(
    connection: &mut SqliteConnection,
    id: WebhookId,
) -> Result<Vec<Delivery>, StoreError> {
    let rows = sqlx::query(
        "select * from webhook_delivery where webhook_id = ? order by delivery_id desc",
    )
    .bind(id.0.as_bytes().as_slice())
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_delivery).collect()
}

/// Nothing is sent any more until somebody says so. In a copy of before there were webhooks there is none.
pub(crate) async fn pause_all(
    connection: &mut SqliteConnection,
    why: WhyPaused,
    now_ms: i64,
) -> Result<(), StoreError> {
    let tables: i64 =
        sqlx::query_scalar("select count(*) from sqlite_master where name = 'webhook'")
            .fetch_one(&mut *connection)
            .await?;
    if tables > 0 {
        sqlx::query("update webhook set paused = ?, paused_ms = ? where paused is null")
            .bind(why.name())
            .bind(now_ms)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Whether each of a board's webhooks stands where there is a log.
pub(crate) async fn problems(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<String>, StoreError> {
    let head = boards::head(connection, board).await?.map_or(0, |(head, _)| head.position.seq);
    let ahead = of_board(connection, board).await?.into_iter().filter(|it| it.cursor > head);
    Ok(ahead
        .map(|it| format!("board {board}: webhook {} was sent more than the log has", it.id))
        .collect())
}

fn read(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let paused: Option<&str> = row.try_get("paused")?;
    let since_ms: Option<i64> = row.try_get("paused_ms")?;
    let secret: &[u8] = row.try_get("secret")?;
    let secret = secret.try_into().map_err(|_| StoreError::corrupt("a secret's length"))?;
    let paused = match paused.zip(since_ms) {
        Some((why, since_ms)) => Some(Pause { why: why.parse()?, since_ms }),
        None => None,
    };
    Ok(Webhook {
        id: WebhookId(rows::uuid(row.try_get("webhook_id")?)?),
        board: rows::id(row.try_get("board_id")?)?,
        made_by: AccountId::read(row.try_get("made_by")?)?,
        made_ms: row.try_get("made_ms")?,
        url: row.try_get("url")?,
        secret: WebhookSecret(secret),
        cursor: unsigned(row.try_get("cursor")?)?,
        failures: row.try_get("failures")?,
        next_ms: row.try_get("next_ms")?,
        paused,
    })
}

fn read_delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let number: Option<i64> = row.try_get("number")?;
    Ok(Delivery {
        number: number.map(unsigned).transpose()?,
        attempt: row.try_get("attempt")?,
        at_ms: row.try_get("at_ms")?,
        duration_ms: row.try_get("duration_ms")?,
        status: row.try_get("status")?,
        error: row.try_get("error")?,
    })
}
