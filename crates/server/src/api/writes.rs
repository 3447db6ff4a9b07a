//! Requests that change something, and what they are answered.

use super::{
    boards::{self, Made, NewBoard},
    bulk,
    fields::Asked,
    operations::Operation,
    problem::Problem,
    reads::{HEAD, JSON, tag},
    requests::Request,
    writing::{self, Act, Written, location},
};
use crate::{ServerError, Shared};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::id::*;

const REPEATS: HeaderName = HeaderName::from_static("idempotency-replayed");

/// One operation.
pub async fn write(
    shared: &Shared,
    operation: &'static Operation,
    status: u16,
    request: &Request,
    body: &Bytes,
) -> Result<Response, ServerError> {
    // What deletes has no body: its fields are parameters.
    let mut asked = if request.method == Method::DELETE {
        if !body.is_empty() {
            return Err(ServerError::bad_request("A DELETE has no body here."));
        }
        request.parameters(operation.fields)?
    } else {
        request.parameters(&[])?;
        Asked::read(request.object(body)?, operation.fields, "")?
    };
    if let Some(thing) = operation.names {
        request.name(thing, &mut asked)?;
    }
    let if_match = request.headers.get(header::IF_MATCH).cloned();
    if if_match.is_some() && operation.makes {
        return Err(Problem::bad_header("If-Match", "Nothing is there to be matched yet.").into());
    }
    let act = act(request, vec![(operation, asked)], if_match, body)?;
    let board = act.board;
    let Written { head, things, record, repeats } = writing::write(shared, act).await?;
    let thing = things.first();
    let (_, id) = thing.ok_or(ServerError::Failed("an operation came to nothing".to_owned()))?;
    let record = record.unwrap_or_else(|| b"null".to_vec());
    let at = location(board, operation.thing, *id);
    Ok(answer(status, &at, record, head, repeats))
}

/// Several operations as one act.
pub async fn bulk(
    shared: &Shared,
    request: &Request,
    body: &Bytes,
) -> Result<Response, ServerError> {
    request.parameters(&[])?;
    if request.headers.contains_key(header::IF_MATCH) {
        return Err(Problem::bad_header("If-Match", "A bulk is of several things.").into());
    }
    let operations = bulk::read(request.object(body)?)?;
    let written = writing::write(shared, act(request, operations, None, body)?).await?;
    let mut answer = Response::new(Body::from(bulk::answer(&written)?));
    answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
    wrote(answer.headers_mut(), written.head, written.repeats);
    Ok(answer)
}

/// A new board.
pub async fn make_board(
    shared: &Shared,
    request: &Request,
    body: &Bytes,
) -> Result<Response, ServerError> {
    request.parameters(&[])?;
    if request.headers.contains_key(header::IF_MATCH) {
        return Err(Problem::bad_header("If-Match", "Nothing is there to be matched yet.").into());
    }
    let asked = Asked::read(request.object(body)?, boards::FIELDS, "")?;
    let (account, name) = (request.account(), request.caller.name());
    let new = NewBoard::read(&asked, account, name, request.key(body)?)?;
    let Made { board, record, head, repeats, .. } = boards::make(shared, new).await?;
    Ok(answer(201, &format!("/api/v1/boards/{board}"), record, head, repeats))
}

fn act(
    request: &Request,
    operations: Vec<(&'static Operation, Asked)>,
    if_match: Option<HeaderValue>,
    body: &Bytes,
) -> Result<Act, ServerError> {
    Ok(Act {
        account: request.account(),
        name: request.caller.name().to_owned(),
        board: BoardId(request.board()?.0),
        operations,
        key: request.key(body)?,
        if_match,
    })
}

fn answer(status: u16, at: &str, record: Vec<u8>, head: u64, repeats: bool) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut answer = status.into_response();
    if status == StatusCode::CREATED
        && let Ok(at) = at.parse()
    {
        answer.headers_mut().insert(header::LOCATION, at);
    }
    if status != StatusCode::NO_CONTENT {
        tag(answer.headers_mut(), &record);
        answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
        *answer.body_mut() = Body::from(record);
    }
    wrote(answer.headers_mut(), head, repeats);
    answer
}

/// What every answer to a write says.
pub fn wrote(headers: &mut HeaderMap, head: u64, repeats: bool) {
    headers.insert(HEAD, HeaderValue::from(head));
    if repeats {
        headers.insert(REPEATS, HeaderValue::from_static("true"));
    }
}
