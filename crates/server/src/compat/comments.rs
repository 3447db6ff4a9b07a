//! Comments on tickets, by their numbers.

use super::{
    asking::{self, Call, answer},
    operations::{self, TICKET},
    shown::Remark,
    tickets::with,
};
use crate::{
    ServerError, Shared,
    api::{reading::see, reads, records, requests},
};
use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::StatusCode,
    response::Response,
};
use domain::{register::Kind, view};
use std::sync::Arc;
use store::rooms;

type Answer = Result<Response, ServerError>;

/// All comments on the ticket that the path names.
pub async fn list(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    call.request.parameters(&[])?;
    let turn = shared.api.answers.take(call.request.account())?;
    let (board, id) = call.ticket(&shared).await?;
    let seen = see(&shared, board, call.request.account()).await?.board;
    if !seen.of_kind(id, &Kind::CARD).is_some_and(view::is_live) {
        return Err(ServerError::NotFound("ticket"));
    }
    let mut reader = shared.reader().await?;
    let mut remarks = Vec::new();
    for (comment, _, _) in seen.below(id, &Kind::COMMENT) {
        let number = rooms::number_of_thing(&mut reader, board, comment).await?;
        let ticket = call.number()?;
        remarks.extend(number.and_then(|number| Remark::of(&seen, comment, number, ticket)));
    }
    remarks.sort_by_key(|remark| remark.id);
    let answer = reads::whole(turn, records::json(&remarks)?, remarks.len());
    Ok(reads::at(answer, seen.head.position.seq))
}

pub async fn create(
    State(shared): State<Arc<Shared>>,
    call: Call,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    let body = requests::body(body)?;
    call.request.parameters(&[])?;
    let sent = call.sent(&body, operations::COMMENT.fields)?;
    let ticket: u64 = sent.asked.need(TICKET.name)?;
    let (board, id) = asking::ticket(&shared, ticket).await?;
    let asked = with(sent.asked, id);
    let done = call.write(
        &shared,
        board,
        &operations::COMMENT,
        asked,
        &body,
        move |connection, board, written| {
            let id = written.things.first().map(|it| it.1);
            Box::pin(async move {
                let id = id.ok_or(ServerError::NotFound("comment"))?;
                let number = rooms::number_of_thing(connection, board.id, id).await?;
                Ok(number.and_then(|number| Remark::of(board, id, number, ticket)))
            })
        },
    );
    let (written, remark) = done.await?;
    Ok(answer(StatusCode::CREATED, &remark, &written, &sent.ignored))
}
