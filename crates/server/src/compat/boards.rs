//! Boards by their numbers, and their columns by name.

use super::{
    asking::{Call, Sent, answer, ignoring},
    operations,
    shown::TicketBoard,
    tickets,
};
use crate::{
    ServerError, Shared,
    api::{
        boards::{self, NewBoard},
        fields::{Asked, Field, Holds, needed, optional},
        operations::Operation,
        reading::{Shown, see},
        reads, records, requests, writes,
        writing::Written,
    },
    http::{self, Asking},
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{id::EntityId, view};
use serde_json::{Map, Value};
use std::sync::Arc;
use store::rooms;

type Answer = Result<Response, ServerError>;
type Body = Result<Bytes, BytesRejection>;

const NEW: [Field; 2] = [
    needed("name", Holds::Text, "One line."),
    optional("columns", Holds::Texts, "The names of its columns."),
];

pub async fn list(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    call.request.parameters(&[])?;
    let turn = shared.api.answers.take(call.request.account())?;
    let mut all = Vec::new();
    for id in tickets::boards_of(&shared, &call).await? {
        let seen = see(&shared, id, call.request.account()).await?.board;
        let mut reader = shared.reader().await?;
        all.extend(
            rooms::number_of_board(&mut reader, id).await?.map(|it| TicketBoard::of(&seen, it)),
        );
    }
    all.sort_by_key(|board| board.id);
    Ok(reads::whole(turn, records::json(&all)?, all.len()))
}

pub async fn create(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    let body = requests::body(body)?;
    call.request.parameters(&[])?;
    let Sent { asked, ignored } = call.sent(&body, &NEW)?;
    let mut wish = Map::new();
    wish.insert("title".to_owned(), asked.need("name")?);
    wish.insert(
        "columns".to_owned(),
        asked.get("columns")?.unwrap_or_else(|| Value::Array(Vec::new())),
    );
    let wish = Asked::read(wish, boards::FIELDS, "")?;
    let (account, name) = (call.request.account(), call.request.caller.name());
    let new = NewBoard::read(&wish, account, name, call.request.key(&body)?)?;
    let made = boards::make(&shared, new).await?;
    // It is made, whatever becomes of looking at it.
    let seen = see(&shared, made.board, account).await.map_err(|_| ServerError::HandedOver)?.board;
    let shown = Json(TicketBoard::of(&seen, made.number));
    let mut answer = (StatusCode::CREATED, shown).into_response();
    writes::wrote(answer.headers_mut(), made.head, made.repeats);
    Ok(ignoring(answer, &ignored))
}

pub async fn show(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    let seen = look(&shared, &call).await?;
    let shown = Json(TicketBoard::of(&seen, call.number()?));
    Ok(reads::at(shown.into_response(), seen.head.position.seq))
}

pub async fn columns(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    let seen = look(&shared, &call).await?;
    let names = Json(operations::names(&seen));
    Ok(reads::at(names.into_response(), seen.head.position.seq))
}

pub async fn tickets(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    tickets::list_on_board(&shared, &call).await
}

/// The board that the path names, unless it lies in the trash.
async fn look(shared: &Shared, call: &Call) -> Result<Shown, ServerError> {
    call.request.parameters(&[])?;
    let board = call.board(shared).await?;
    let seen = see(shared, board, call.request.account()).await?.board;
    let is_shown = seen.entity(EntityId::BOARD).is_some_and(view::is_live);
    if is_shown { Ok(seen) } else { Err(ServerError::NotFound("board")) }
}

pub async fn change(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    let body = requests::body(body)?;
    call.request.parameters(&[])?;
    let sent = call.sent(&body, operations::CHANGE_BOARD.fields)?;
    let (shown, written) =
        write(&shared, &call, &operations::CHANGE_BOARD, sent.asked, &body).await?;
    Ok(answer(StatusCode::OK, &shown, &written, &sent.ignored))
}

/// The names of all columns, as they are to stand.
pub async fn put_columns(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    let body = requests::body(body)?;
    call.request.parameters(&[])?;
    let names = call.request.json(&body)?;
    if !names.as_array().is_some_and(|names| names.iter().all(Value::is_string)) {
        return Err(ServerError::bad_request("The body is a list of names."));
    }
    let fields = Map::from_iter([("columns".to_owned(), names)]);
    let asked = Asked::read(fields, operations::CHANGE_BOARD.fields, "")?;
    let (shown, written) = write(&shared, &call, &operations::CHANGE_BOARD, asked, &body).await?;
    Ok(answer(StatusCode::OK, &shown.columns, &written, &[]))
}

/// A number is one of these boards and goes to the trash; an id is one of an account, and ends for all.
pub async fn delete(
    State(shared): State<Arc<Shared>>,
    Path(named): Path<String>,
    request: Request,
) -> Answer {
    let (mut parts, body) = request.into_parts();
    if let Ok(board) = named.parse() {
        let asking = Asking::from_request_parts(&mut parts, &shared).await?;
        return Ok(http::end_board(&shared, asking, board).await?.into_response());
    }
    let call = Call::from_request_parts(&mut parts, &shared).await?;
    call.request.parameters(&[])?;
    let body = requests::body(Bytes::from_request(Request::from_parts(parts, body), &()).await)?;
    let sent = call.sent(&body, operations::DELETE_BOARD.fields)?;
    let (shown, written) =
        write(&shared, &call, &operations::DELETE_BOARD, sent.asked, &body).await?;
    Ok(answer(StatusCode::NO_CONTENT, &shown, &written, &sent.ignored))
}

async fn write(
    shared: &Shared,
    call: &Call,
    operation: &'static Operation,
    asked: Asked,
    body: &Bytes,
) -> Result<(TicketBoard, Written), ServerError> {
    let (id, number) = (call.board(shared).await?, call.number()?);
    let done = call.write(shared, id, operation, asked, body, move |_, board, _| {
        Box::pin(async move { Ok(TicketBoard::of(board, number)) })
    });
    done.await.map(|(written, shown)| (shown, written))
}
