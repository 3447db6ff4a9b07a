//! Tickets: cards by their numbers.

use super::{
    asking::{self, Call, Sent, answer},
    operations::{self, BOARD, assignees, no_column},
    shown::{Ticket, column_of},
};
use crate::{
    ServerError, Shared,
    api::{
        fields::{Asked, Field, Holds, optional},
        operations::Operation,
        paging::{self, LIMIT},
        reading::{Seen, see},
        reads, records,
        records::Thing,
        requests,
    },
};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    board::Board,
    id::*,
    record::Standing,
    register::{self, Kind},
    view,
};
use std::{collections::HashMap, sync::Arc};
use store::{Connection, account, rooms};

type Answer = Result<Response, ServerError>;
type Body = Result<Bytes, BytesRejection>;

const OF_A_BOARD: [Field; 4] = [
    optional("column", Holds::Text, "Those in the column of this name."),
    optional("assignee", Holds::Text, "Those that somebody of this name has."),
    LIMIT,
    optional("after", Holds::Position, "Those behind this number."),
];
const OF_ALL: [Field; 5] = [BOARD, OF_A_BOARD[0], OF_A_BOARD[1], OF_A_BOARD[2], OF_A_BOARD[3]];

pub async fn list(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    let asked = call.request.parameters(&OF_ALL)?;
    let boards = match asked.get::<u64>(BOARD.name)? {
        Some(number) => vec![asking::board(&shared, number).await?],
        None => boards_of(&shared, &call).await?,
    };
    list_of(&shared, &call, &asked, &boards).await
}

/// The tickets of the board that the path names.
pub async fn list_on_board(shared: &Shared, call: &Call) -> Answer {
    let asked = call.request.parameters(&OF_A_BOARD)?;
    let board = call.board(shared).await?;
    list_of(shared, call, &asked, &[board]).await
}

/// All boards of whoever asks, but those in the trash.
pub async fn boards_of(shared: &Shared, call: &Call) -> Result<Vec<BoardId>, ServerError> {
    let mut reader = shared.reader().await?;
    let mut boards = Vec::new();
    for member in account::boards_of(&mut reader, call.request.account()).await? {
        let itself = rooms::itself(&mut reader, member.board).await?;
        if itself.is_some_and(|it| it.standing() != Standing::Deleted) {
            boards.push(member.board);
        }
    }
    Ok(boards)
}

async fn list_of(shared: &Shared, call: &Call, asked: &Asked, boards: &[BoardId]) -> Answer {
    let (limit, after) = (paging::limit(asked)?, asked.get::<u64>("after")?.unwrap_or(0));
    let turn = shared.api.answers.take(call.request.account())?;
    let (mut tickets, mut heads, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    let column = asked.get::<String>("column")?;
    for id in boards {
        let Seen { board, .. } = see(shared, *id, call.request.account()).await?;
        // What stands on the board had its number before it could be seen.
        let mut reader = shared.reader().await?;
        let numbers = rooms::numbers_of(&mut reader, *id).await?;
        let number = rooms::number_of_board(&mut reader, *id).await?;
        drop(reader);
        heads.push(board.head.position.seq);
        for name in operations::names(&board) {
            if !valid.contains(&name) {
                valid.push(name);
            }
        }
        let (number, asked) = (number.ok_or(ServerError::NotFound("board"))?, asked.clone());
        // Many cards take a while: other requests go on meanwhile.
        let found = tokio::task::spawn_blocking(move || find(&board, number, &numbers, &asked));
        tickets.extend(found.await.map_err(|error| ServerError::Failed(error.to_string()))??);
    }
    if let Some(name) = column.filter(|name| name != "Recovered" && !valid.contains(name)) {
        return Err(no_column("column", &name, valid).into());
    }
    tickets.sort_unstable_by_key(|ticket| ticket.id);
    let total = tickets.len();
    tickets.retain(|ticket| ticket.id > after);
    let goes_on = tickets.len() > limit;
    tickets.truncate(limit);
    let next = tickets.last().map(|it| it.id).filter(|_| goes_on);
    let answer = reads::whole(turn, records::json(&tickets)?, total);
    let answer = reads::goes_on(answer, &call.request, "after", next);
    Ok(match heads[..] {
        [head] => reads::at(answer, head),
        _ => answer,
    })
}

/// Those of a board that match.
fn find(
    board: &Board,
    board_number: u64,
    numbers: &HashMap<EntityId, u64>,
    asked: &Asked,
) -> Result<Vec<Ticket>, ServerError> {
    let (column, assignee) = (asked.get::<String>("column")?, asked.get::<String>("assignee")?);
    let has = |card: &domain::board::Entity, name: &String| {
        assignees(board, card).iter().any(|it| it.1.text(register::Field::TITLE) == name)
    };
    let mut tickets = Vec::new();
    for (id, card) in Thing::Card.all(board) {
        let matches = view::card_standing(board, card).standing == Standing::Live
            && column.as_ref().is_none_or(|name| column_of(board, card) == *name)
            && assignee.as_ref().is_none_or(|name| has(card, name));
        if matches {
            let number = numbers.get(&id).copied();
            let number = number.ok_or(ServerError::Failed(format!("{id} has no number")))?;
            tickets.extend(Ticket::of(board, board_number, id, number));
        }
    }
    Ok(tickets)
}

pub async fn show(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    call.request.parameters(&[])?;
    let (board, id) = call.ticket(&shared).await?;
    let seen = see(&shared, board, call.request.account()).await.map_err(hidden)?.board;
    let is_shown = seen.of_kind(id, &Kind::CARD).is_some_and(view::is_live);
    let mut reader = shared.reader().await?;
    let number = rooms::number_of_board(&mut reader, board).await?.unwrap_or_default();
    let ticket = Ticket::of(&seen, number, id, call.number()?).filter(|_| is_shown);
    let answer = Json(ticket.ok_or(ServerError::NotFound("ticket"))?).into_response();
    Ok(reads::at(answer, seen.head.position.seq))
}

/// Whoever may not see a board does not learn that it has the ticket.
fn hidden(error: ServerError) -> ServerError {
    match error {
        ServerError::NotFound(_) => ServerError::NotFound("ticket"),
        other => other,
    }
}

pub async fn create(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    let body = requests::body(body)?;
    let by_address = call.request.parameters(&[BOARD])?.get::<u64>(BOARD.name)?;
    let sent = call.sent(&body, operations::CREATE.fields)?;
    let in_body = sent.asked.get::<u64>(BOARD.name)?;
    if let (Some(one), Some(other)) = (by_address, in_body)
        && one != other
    {
        let words = "The address names another board than the body.";
        return Err(ServerError::bad_request(words));
    }
    let number = in_body.or(by_address);
    let number = number.ok_or_else(|| crate::api::Problem::missing_field(BOARD.name))?;
    let board = asking::board(&shared, number).await?;
    write(&shared, &call, board, &operations::CREATE, sent, &body, StatusCode::CREATED).await
}

pub async fn change(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    call.request.parameters(&[])?;
    named(&shared, &call, &operations::CHANGE, body, StatusCode::OK).await
}

pub async fn put(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    call.request.parameters(&[])?;
    named(&shared, &call, &operations::MOVE, body, StatusCode::OK).await
}

pub async fn delete(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    call.request.parameters(&[])?;
    named(&shared, &call, &operations::DELETE, body, StatusCode::NO_CONTENT).await
}

/// What it takes is a parameter; a body says nothing.
pub async fn claim(State(shared): State<Arc<Shared>>, call: Call, body: Body) -> Answer {
    let body = requests::body(body)?;
    let asked = call.request.parameters(operations::CLAIM.fields)?;
    let ignored = call.sent(&body, &[])?.ignored;
    if !asked.has("agent_id") {
        return Err(crate::api::Problem::missing_field("agent_id").into());
    }
    let (board, id) = call.ticket(&shared).await?;
    let sent = Sent { asked: with(asked, id), ignored };
    write(&shared, &call, board, &operations::CLAIM, sent, &body, StatusCode::OK).await
}

/// Does an operation to the ticket that the path names.
async fn named(
    shared: &Shared,
    call: &Call,
    operation: &'static Operation,
    body: Body,
    status: StatusCode,
) -> Answer {
    let body = requests::body(body)?;
    let Sent { asked, ignored } = call.sent(&body, operation.fields)?;
    let (board, id) = call.ticket(shared).await?;
    let sent = Sent { asked: with(asked, id), ignored };
    write(shared, call, board, operation, sent, &body, status).await
}

/// With the card that it is done to.
pub fn with(mut asked: Asked, card: EntityId) -> Asked {
    asked.name(Thing::Card.noun(), card.0);
    asked
}

async fn write(
    shared: &Shared,
    call: &Call,
    board: BoardId,
    operation: &'static Operation,
    sent: Sent,
    body: &Bytes,
    status: StatusCode,
) -> Answer {
    let done =
        call.write(shared, board, operation, sent.asked, body, |connection, board, written| {
            let id = written.things.first().map(|it| it.1);
            Box::pin(async move {
                let id = id.ok_or(ServerError::NotFound("ticket"))?;
                ticket(connection, board, id).await?.ok_or(ServerError::NotFound("ticket"))
            })
        });
    let (written, ticket) = done.await.map_err(hidden)?;
    Ok(answer(status, &ticket, &written, &sent.ignored))
}

/// A ticket with the numbers that it has; `None` where there is no such card.
pub async fn ticket(
    connection: &mut Connection,
    board: &Board,
    id: EntityId,
) -> Result<Option<Ticket>, ServerError> {
    let number = rooms::number_of_thing(connection, board.id, id).await?;
    let board_number = rooms::number_of_board(connection, board.id).await?;
    Ok(number.zip(board_number).and_then(|(it, of)| Ticket::of(board, of, id, it)))
}
