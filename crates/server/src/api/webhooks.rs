//! The webhooks of a board, for those who manage it: made, looked at, paused, deleted, tried. They are rows of the
//! server's own and no part of the board, so nothing of this is a change. A secret is shown to whoever makes it, once.

use super::{
    fields::{Asked, Field, Holds, needed, optional},
    problem::Problem,
    reads::{JSON, whole},
    records::json,
    requests::{KEY, Request},
    routes::Method,
};
use crate::{
    ServerError, Shared,
    account::members::managing_role,
    now_ms,
    webhooks::{
        Target, URL_BYTES_MAX, WEBHOOKS_MAX, WEBHOOKS_OF_BOARD_MAX, fresh_secret, may_be_called,
        ping, written,
    },
    writer::job,
};
use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::id::{BoardId, PersonId};
use serde::Serialize;
use store::{
    Connection, account, rooms,
    webhooks::{self, Delivery, Pause, Webhook, WebhookId, WhyPaused},
};
use uuid::Uuid;

/// What a route does about webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    List,
    Make,
    Show,
    Change,
    Delete,
    Ping,
    Deliveries,
}

const OF_BOARD: &str = "/boards/{board}/webhooks";
const ONE: &str = "/boards/{board}/webhooks/{webhook}";

pub const ROUTES: [(Method, &str, Hooks); 7] = [
    (Method::Get, OF_BOARD, Hooks::List),
    (Method::Post, OF_BOARD, Hooks::Make),
    (Method::Get, ONE, Hooks::Show),
    (Method::Patch, ONE, Hooks::Change),
    (Method::Delete, ONE, Hooks::Delete),
    (Method::Post, "/boards/{board}/webhooks/{webhook}/ping", Hooks::Ping),
    (Method::Get, "/boards/{board}/webhooks/{webhook}/deliveries", Hooks::Deliveries),
];

const URL: &str = "url";
const SAYS_URL: &str = "http or https, at most 2 KiB, without a name and a password in it.";
const MADE: &[Field] = &[needed(URL, Holds::Text, SAYS_URL)];
const CHANGED: &[Field] = &[
    optional(URL, Holds::Text, SAYS_URL),
    optional(
        "paused",
        Holds::Flag,
        "true ends the deliveries; false goes on where they ended, at once.",
    ),
];

/// What the description says of them.
impl Hooks {
    pub fn id(self) -> &'static str {
        match self {
            Hooks::List => "listWebhooks",
            Hooks::Make => "createWebhook",
            Hooks::Show => "showWebhook",
            Hooks::Change => "changeWebhook",
            Hooks::Delete => "deleteWebhook",
            Hooks::Ping => "pingWebhook",
            Hooks::Deliveries => "listDeliveries",
        }
    }

    pub fn says(self) -> &'static str {
        match self {
            Hooks::List => "The webhooks, the oldest first.",
            Hooks::Make => {
                "Sends the changes from now on to an address. The secret is shown this once."
            }
            Hooks::Show => "One webhook.",
            Hooks::Change => "Changes where to it is delivered, or whether.",
            Hooks::Delete => "Ends a webhook and forgets its tries.",
            Hooks::Ping => "Sends a ping, once, and says what came of it; it may be paused.",
            Hooks::Deliveries => "The last 1,000 tries of a webhook, the latest first.",
        }
    }

    pub fn fields(self) -> Option<&'static [Field]> {
        match self {
            Hooks::Make => Some(MADE),
            Hooks::Change => Some(CHANGED),
            Hooks::Ping => Some(&[]),
            Hooks::List | Hooks::Show | Hooks::Delete | Hooks::Deliveries => None,
        }
    }

    /// The status, the shape, and whether it is a list.
    pub fn answer(self) -> (u16, Option<(&'static str, bool)>) {
        match self {
            Hooks::List => (200, Some(("Webhook", true))),
            Hooks::Make => (201, Some(("NewWebhook", false))),
            Hooks::Show | Hooks::Change => (200, Some(("Webhook", false))),
            Hooks::Delete => (204, None),
            Hooks::Ping => (200, Some(("Delivery", false))),
            Hooks::Deliveries => (200, Some(("Delivery", true))),
        }
    }
}

/// A webhook as its board's managers see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebhookShown {
    id: Uuid,
    url: String,
    made_by: PersonId,
    made_ms: i64,
    delivered: u64,
    failures: u32,
    next_ms: Option<i64>,
    paused: Option<&'static str>,
    paused_ms: Option<i64>,
}

#[derive(Serialize)]
struct NewWebhookShown {
    #[serde(flatten)]
    webhook: WebhookShown,
    secret: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryShown {
    number: Option<u64>,
    attempt: u32,
    at_ms: i64,
    duration_ms: i64,
    status: Option<u16>,
    error: Option<String>,
}

impl WebhookShown {
    async fn of(
        connection: &mut Connection,
        webhook: Webhook,
    ) -> Result<WebhookShown, ServerError> {
        let maker = account::member(connection, webhook.board, webhook.made_by).await?;
        let waits = webhook.failures > 0 && webhook.paused.is_none();
        Ok(WebhookShown {
            id: webhook.id.0,
            url: webhook.url,
            made_by: maker.ok_or(ServerError::NotFound("webhook"))?.person,
            made_ms: webhook.made_ms,
            delivered: webhook.cursor,
            failures: webhook.failures,
            next_ms: waits.then_some(webhook.next_ms),
            paused: webhook.paused.map(|pause| pause.why.name()),
            paused_ms: webhook.paused.map(|pause| pause.since_ms),
        })
    }
}

impl DeliveryShown {
    fn of(delivery: Delivery) -> DeliveryShown {
        let Delivery { number, attempt, at_ms, duration_ms, status, error } = delivery;
        DeliveryShown { number, attempt, at_ms, duration_ms, status, error }
    }
}

pub async fn answer(
    shared: &Shared,
    hooks: Hooks,
    request: &Request,
    body: &Bytes,
) -> Result<Response, ServerError> {
    request.parameters(&[])?;
    if !request.method.is_safe() && request.headers.contains_key(KEY) {
        let words = "What is done to webhooks has no key: look at the list before you repeat it.";
        return Err(Problem::bad_header("Idempotency-Key", words).into());
    }
    let asked = match hooks.fields() {
        Some(fields) => Asked::read(request.object(body)?, fields, "")?,
        None if !body.is_empty() && !request.method.is_safe() => {
            return Err(ServerError::bad_request("A DELETE has no body here."));
        }
        None => Asked::default(),
    };
    match hooks {
        Hooks::List => list(shared, request).await,
        Hooks::Make => make(shared, request, &asked).await,
        Hooks::Show => show(shared, request).await,
        Hooks::Change => change(shared, request, &asked).await,
        Hooks::Delete => delete(shared, request).await,
        Hooks::Ping => try_it(shared, request).await,
        Hooks::Deliveries => deliveries(shared, request).await,
    }
}

async fn list(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let board = request.board()?;
    let turn = shared.api.answers.take(request.account())?;
    let mut reader = shared.reader().await?;
    managing_role(&mut reader, board, request.account()).await?;
    let mut shown = Vec::new();
    for webhook in webhooks::of_board(&mut reader, board).await? {
        shown.push(WebhookShown::of(&mut reader, webhook).await?);
    }
    Ok(whole(turn, json(&shown)?, shown.len()))
}

async fn deliveries(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let turn = shared.api.answers.take(request.account())?;
    let mut reader = shared.reader().await?;
    let webhook = named(&mut reader, request).await?;
    let found = webhooks::deliveries(&mut reader, webhook.id).await?;
    let shown: Vec<DeliveryShown> = found.into_iter().map(DeliveryShown::of).collect();
    Ok(whole(turn, json(&shown)?, shown.len()))
}

async fn show(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let mut reader = shared.reader().await?;
    let webhook = named(&mut reader, request).await?;
    let shown = WebhookShown::of(&mut reader, webhook).await?;
    Ok(record(StatusCode::OK, json(&shown)?))
}

async fn make(shared: &Shared, request: &Request, asked: &Asked) -> Result<Response, ServerError> {
    let (board, account) = (request.board()?, request.account());
    let url = url(shared, &asked.need::<String>(URL)?)?;
    let secret = fresh_secret()?;
    let work = job(move |connection| {
        Box::pin(async move {
            managing_role(connection, board, account).await?;
            room_for_one(connection, board).await?;
            let head =
                rooms::head(connection, board).await?.ok_or(ServerError::NotFound("board"))?;
            let webhook = Webhook {
                id: WebhookId(Uuid::new_v4()),
                board,
                made_by: account,
                made_ms: now_ms(),
                url,
                secret,
                cursor: head.position.seq,
                failures: 0,
                next_ms: 0,
                paused: None,
            };
            webhooks::put(connection, &webhook).await?;
            WebhookShown::of(connection, webhook).await
        })
    });
    let webhook = shared.writer.write(work).await?;
    shared.webhooks.tell();
    let location = format!("/api/v1/boards/{board}/webhooks/{}", webhook.id);
    let shown = NewWebhookShown { webhook, secret: written(&secret) };
    let mut answer = record(StatusCode::CREATED, json(&shown)?);
    if let Ok(location) = location.parse() {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

async fn room_for_one(connection: &mut Connection, board: BoardId) -> Result<(), ServerError> {
    let of_board = webhooks::of_board(connection, board).await?.len();
    let words = if of_board >= WEBHOOKS_OF_BOARD_MAX {
        format!("A board has at most {WEBHOOKS_OF_BOARD_MAX} webhooks.")
    } else if webhooks::count(connection).await? >= WEBHOOKS_MAX {
        format!("A server has at most {WEBHOOKS_MAX} webhooks.")
    } else {
        return Ok(());
    };
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "tooMany", &words).into())
}

async fn change(
    shared: &Shared,
    request: &Request,
    asked: &Asked,
) -> Result<Response, ServerError> {
    let url = asked.get::<String>(URL)?.map(|typed| url(shared, &typed)).transpose()?;
    let paused = asked.get::<bool>("paused")?;
    let (board, account, id) = (request.board()?, request.account(), id(request)?);
    let work = job(move |connection| {
        Box::pin(async move {
            let mut webhook = managed(connection, board, account, id).await?;
            if let Some(url) = url {
                webhook = Webhook { url, failures: 0, next_ms: 0, ..webhook };
            }
            match paused {
                Some(true) if webhook.paused.is_none() => {
                    let why = WhyPaused::Asked;
                    webhook.paused = Some(Pause { why, since_ms: now_ms() });
                }
                Some(false) => {
                    // Whoever lets it go on stands for it from then on.
                    let made_by = if webhook.paused.is_some() { account } else { webhook.made_by };
                    let (failures, next_ms) = (0, 0);
                    webhook = Webhook { made_by, paused: None, failures, next_ms, ..webhook };
                }
                Some(true) | None => {}
            }
            webhooks::put(connection, &webhook).await?;
            WebhookShown::of(connection, webhook).await
        })
    });
    let shown = shared.writer.write(work).await?;
    shared.webhooks.tell();
    Ok(record(StatusCode::OK, json(&shown)?))
}

async fn delete(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let (board, account, id) = (request.board()?, request.account(), id(request)?);
    let work = job(move |connection| {
        Box::pin(async move {
            let webhook = managed(connection, board, account, id).await?;
            Ok(webhooks::delete(connection, webhook.id).await?)
        })
    });
    shared.writer.write(work).await?;
    shared.webhooks.tell();
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn try_it(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let mut reader = shared.reader().await?;
    let webhook = named(&mut reader, request).await?;
    drop(reader);
    let delivery = ping(shared, webhook).await?;
    Ok(record(StatusCode::OK, json(&DeliveryShown::of(delivery))?))
}

fn record(status: StatusCode, record: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], record).into_response()
}

/// An address that a webhook may have. What a name leads to is looked at each time that something is sent.
fn url(shared: &Shared, typed: &str) -> Result<String, Problem> {
    let refused =
        |code, words: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, words).about(URL);
    let Some(target) = Target::read(typed) else {
        let words = format!(
            "An address is http or https, has at most {URL_BYTES_MAX} bytes, no name and password in it, and no fragment."
        );
        return Err(refused("badUrl", &words));
    };
    if target.literal().is_some_and(|it| !may_be_called(it, shared.webhooks.allowed())) {
        return Err(refused("refusedAddress", "The server does not connect to this address."));
    }
    Ok(typed.to_owned())
}

fn id(request: &Request) -> Result<WebhookId, ServerError> {
    request.named("webhook").map(WebhookId).ok_or(ServerError::NotFound("webhook"))
}

/// The webhook that the path names, for one who manages its board.
async fn named(connection: &mut Connection, request: &Request) -> Result<Webhook, ServerError> {
    managed(connection, request.board()?, request.account(), id(request)?).await
}

async fn managed(
    connection: &mut Connection,
    board: BoardId,
    account: account::AccountId,
    id: WebhookId,
) -> Result<Webhook, ServerError> {
    managing_role(connection, board, account).await?;
    let found = webhooks::find(connection, id).await?;
    found.filter(|webhook| webhook.board == board).ok_or(ServerError::NotFound("webhook"))
}
