//! Requests that look, and what they are answered: all that was answered to anybody before.

use super::{
    answers::Turn,
    boards, changes,
    fields::Asked,
    lists::List,
    paging::{Page, link, page},
    problem::Problem,
    reading::{Seen, see},
    records::{self, Thing},
    requests::Request,
};
use crate::{ServerError, Shared, account::members};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::id::*;
use std::fmt::Display;

pub const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub const HEAD: HeaderName = HeaderName::from_static("x-holdfast-head");
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

pub fn tag(headers: &mut HeaderMap, record: &[u8]) {
    if let Ok(etag) = records::etag(record).parse() {
        headers.insert(header::ETAG, etag);
    }
}

/// One thing.
pub async fn show(
    shared: &Shared,
    thing: Thing,
    request: &Request,
) -> Result<Response, ServerError> {
    let mut asked = request.parameters(&[])?;
    let id = request.name(thing, &mut asked)?;
    let turn = shared.api.answers.take(request.account())?;
    let Seen { board, me } = see(shared, request.board()?, request.account()).await?;
    let record = thing.record(&board, me, id)?.ok_or_else(|| Problem::not_found(thing.noun()))?;
    let head = board.head.position.seq;
    drop(board);
    let known = request.headers.get(header::IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| records::names(known, Some(&record)));
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut answer = status.into_response();
    tag(answer.headers_mut(), &record);
    answer.headers_mut().insert(HEAD, HeaderValue::from(head));
    if !is_known {
        answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
        *answer.body_mut() = turn.send(record);
    }
    Ok(answer)
}

/// Things of a board.
pub async fn list(
    shared: &Shared,
    list: &'static List,
    request: &Request,
) -> Result<Response, ServerError> {
    let mut asked = request.parameters(list.parameters)?;
    if let Some(thing) = list.of {
        request.name(thing, &mut asked)?;
    }
    let turn = shared.api.answers.take(request.account())?;
    let seen = see(shared, request.board()?, request.account()).await?;
    // Many cards take a while: other requests go on meanwhile.
    let made = tokio::task::spawn_blocking(move || listed(list, &asked, &seen)).await;
    let (bytes, page, head) = made.map_err(|error| ServerError::Failed(error.to_string()))??;
    let answer = whole(turn, bytes, page.total);
    let answer = goes_on(answer, request, "after", page.next);
    Ok(at(answer, head))
}

fn listed(
    list: &List,
    asked: &Asked,
    seen: &Seen,
) -> Result<(Vec<u8>, Page<EntityId>, u64), ServerError> {
    let board = &seen.board;
    let page = page(list.find(board, asked)?, asked, |id| id.0)?;
    let mut bytes = vec![b'['];
    for id in &page.part {
        // What was found is shown: nothing changes while somebody looks.
        let Some(record) = list.thing.record(board, seen.me, *id)? else { continue };
        if bytes.len() > 1 {
            bytes.push(b',');
        }
        bytes.extend(record);
    }
    bytes.push(b']');
    Ok((bytes, page, board.head.position.seq))
}

/// The boards of whoever asks.
pub async fn boards(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let asked = request.parameters(boards::PARAMETERS)?;
    let turn = shared.api.answers.take(request.account())?;
    let page = page(boards::list(shared, request.account()).await?, &asked, |board| board.id.0)?;
    let answer = whole(turn, records::json(&page.part)?, page.total);
    Ok(goes_on(answer, request, "after", page.next))
}

/// The log of a board.
pub async fn changes(shared: &Shared, request: &Request) -> Result<Response, ServerError> {
    let asked = request.parameters(changes::PARAMETERS)?;
    let board = request.board()?;
    let turn = shared.api.answers.take(request.account())?;
    let mut reader = shared.reader().await?;
    members::role_on(&mut reader, board, request.account()).await?;
    drop(reader);
    let changes = changes::read(shared, board, &asked).await?;
    let total = usize::try_from(changes.total).unwrap_or(usize::MAX);
    let answer = whole(turn, records::json(&changes.part)?, total);
    Ok(at(goes_on(answer, request, "since", changes.next), changes.head))
}

/// A list, and how many there are of it in all.
pub fn whole(turn: Turn, bytes: Vec<u8>, total: usize) -> Response {
    let mut answer = Response::new(turn.send(bytes));
    answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
    answer.headers_mut().insert(TOTAL, HeaderValue::from(total));
    answer
}

/// At which number of the log it was read.
pub fn at(mut answer: Response, head: u64) -> Response {
    answer.headers_mut().insert(HEAD, HeaderValue::from(head));
    answer
}

/// Where the next page is, if there is one.
pub fn goes_on(
    mut answer: Response<Body>,
    request: &Request,
    key: &str,
    next: Option<impl Display>,
) -> Response {
    let link = next.and_then(|next| link(&request.path, &request.query, key, next).parse().ok());
    if let Some(link) = link {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}
