//! Going on alone with a board that was shared. Each of these can be cut anywhere; doing it again finishes it.

use crate::{
    errand::{Errand, Outcome},
    names,
    print::{json, line, plain},
};
use domain::id::BoardId;
use replica::{Desk, protocol::*};
use serde_json::json;

pub async fn detach(
    desk: &Desk,
    typed: &str,
    keep: bool,
    leave_refused: bool,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let board = names::board_or_left(desk, typed).await?;
    if !keep && !leave_refused {
        nothing_refused(desk, board).await?;
    }
    goes_on(desk, Request::Detach { board, keep }, as_json).await
}

pub async fn unshare(
    desk: &Desk,
    typed: &str,
    leave_refused: bool,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let board = names::board_or_left(desk, typed).await?;
    if !leave_refused {
        nothing_refused(desk, board).await?;
    }
    goes_on(desk, Request::Unshare { board }, as_json).await
}

pub async fn move_to_server(
    desk: &Desk,
    typed: &str,
    url: &str,
    leave_refused: bool,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let board = names::board_or_left(desk, typed).await?;
    if !leave_refused {
        nothing_refused(desk, board).await?;
    }
    goes_on(desk, Request::MoveToServer { board, server: url.to_owned() }, as_json).await
}

/// What was not accepted shows on no board, so it does not come along: whoever leaves it behind says so.
async fn nothing_refused(desk: &Desk, board: BoardId) -> Result<(), Errand> {
    let Reply::Status { boards } = desk.call(Request::Status).await? else { return Ok(()) };
    let refused = boards.iter().find(|it| it.id == board).map_or(0, |it| it.refused);
    if refused == 0 {
        return Ok(());
    }
    let message = format!(
        "{refused} of your changes were not accepted, and would be out of reach. Save them with \"holdfast export {board} \
         --format refused\", then say --leave-refused."
    );
    Err(Errand::failed("refusedChanges", &message))
}

/// Carries it out, and names the board that goes on here.
async fn goes_on(desk: &Desk, request: Request, as_json: bool) -> Result<Outcome, Errand> {
    let Reply::Detached { board } = desk.call(request).await? else { return Ok(Outcome::Done) };
    let title = title(desk, board).await?;
    if as_json {
        json(&json!({ "id": board, "title": title, "digest": desk.digest(board).await? }));
    } else {
        line(&format!("{board}  {}", plain(&title)));
    }
    Ok(Outcome::Done)
}

async fn title(desk: &Desk, board: BoardId) -> Result<String, Errand> {
    let boards = names::boards(desk).await?;
    Ok(boards.into_iter().find(|it| it.id == board).map(|it| it.title).unwrap_or_default())
}
