//! Boards and cards.

use crate::{
    arguments::PlaceArguments,
    errand::{Errand, Outcome},
    names,
    print::{json, line, plain},
};
use domain::{
    document::{BoardDocument, CardDocument, LabelDocument},
    edit::{Edit, Place},
    id::BoardId,
};
use replica::{Desk, protocol::*};
use serde_json::{Value, json};

type Ended = Result<Outcome, Errand>;

pub async fn list(desk: &Desk, as_json: bool) -> Ended {
    let boards = names::boards(desk).await?;
    if as_json {
        let boards: Vec<Value> = boards
            .iter()
            .map(|board| {
                json!({
                    "id": board.id,
                    "title": board.title,
                    "archived": board.standing == domain::record::Standing::Archived,
                    "cards": board.cards + board.archived_cards,
                    "archived_cards": board.archived_cards,
                })
            })
            .collect();
        json(&boards);
        return Ok(Outcome::Done);
    }
    for board in boards {
        let archived = match board.standing {
            domain::record::Standing::Archived => " (archived)",
            _ => "",
        };
        line(&format!("{}  {:>6}  {}{archived}", board.id, board.cards, plain(&board.title)));
    }
    Ok(Outcome::Done)
}

pub async fn show(desk: &Desk, typed: &str, as_json: bool) -> Ended {
    let board = names::board(desk, typed).await?;
    let document = desk.document(board.id).await?;
    if as_json {
        json(&shown(&document, &desk.digest(board.id).await?));
        return Ok(Outcome::Done);
    }
    line(&plain(&document.title));
    for column in &document.columns {
        let archived = if column.archived { " (archived)" } else { "" };
        line(&format!("\n{}{archived}", plain(&column.title)));
        for card in &column.cards {
            let archived = if card.archived { " (archived)" } else { "" };
            line(&format!("  {}  {}{archived}", card.id, plain(&card.title)));
        }
    }
    Ok(Outcome::Done)
}

fn shown(document: &BoardDocument, digest: &str) -> Value {
    let columns: Vec<Value> = document
        .columns
        .iter()
        .map(|column| {
            let cards: Vec<Value> =
                column.cards.iter().map(|card| shown_card(document, card)).collect();
            json!({
                "id": column.id,
                "title": column.title,
                "archived": column.archived,
                "limit": column.limit,
                "cards": cards,
            })
        })
        .collect();
    json!({
        "board": {
            "id": document.id,
            "title": document.title,
            "archived": document.archived,
        },
        "digest": digest,
        "columns": columns,
    })
}

/// Labels and people by name; a label without a name by its colour.
fn shown_card(document: &BoardDocument, card: &CardDocument) -> Value {
    let name = |label: &LabelDocument| match &label.colour {
        Some(colour) if label.name.is_empty() => colour.0.clone(),
        _ => label.name.clone(),
    };
    let labels: Vec<String> =
        document.labels.iter().filter(|it| card.labels.contains(&it.id)).map(name).collect();
    let people = document.people.iter().filter(|it| card.people.contains(&it.id));
    let people: Vec<&String> = people.map(|person| &person.name).collect();
    let items = || card.checklists.iter().flat_map(|checklist| &checklist.items);
    json!({
        "id": card.id,
        "title": card.title,
        "archived": card.archived,
        "labels": labels,
        "people": people,
        "start": card.dates.start,
        "due": card.dates.due,
        "done": card.done,
        "priority": card.priority,
        "cover": card.cover,
        "description": card.description,
        "checklists": card.checklists.len(),
        "items": items().count(),
        "items_done": items().filter(|item| item.done).count(),
        "comments": card.comments.len(),
        "attachments": card.attachments.len(),
    })
}

pub async fn create(desk: &Desk, title: String, columns: Vec<String>, as_json: bool) -> Ended {
    let request = Request::CreateBoard { title, colour: None, columns };
    let Reply::Edited { edited } = desk.call(request).await? else { return Ok(Outcome::Done) };
    if as_json {
        json(&json!({ "id": edited.board }));
    } else {
        line(&edited.board.to_string());
    }
    Ok(Outcome::Done)
}

pub async fn add_card(
    desk: &Desk,
    board: &str,
    column: &str,
    title: String,
    as_json: bool,
) -> Ended {
    let board = names::board(desk, board).await?;
    let column = names::column(&desk.document(board.id).await?, column)?;
    let edit = Edit::AddCards { column, place: Place::Last, titles: vec![title] };
    let request = Request::Edit { board: board.id, edit };
    let Reply::Edited { edited } = desk.call(request).await? else { return Ok(Outcome::Done) };
    let Some(card) = edited.created.first() else { return Ok(Outcome::Done) };
    if as_json {
        json(&json!({ "id": card, "board": board.id, "column": column }));
    } else {
        line(&card.to_string());
    }
    Ok(Outcome::Done)
}

pub async fn move_card(
    desk: &Desk,
    card: &str,
    column: &str,
    place: PlaceArguments,
    as_json: bool,
) -> Ended {
    let (document, card) = names::card(desk, card).await?;
    let column = names::column(&document, column)?;
    let place = match place {
        PlaceArguments { first: true, .. } => Place::First,
        PlaceArguments { after: Some(after), .. } => {
            Place::After { neighbours: vec![names::card_of(&document, &after)?.into()] }
        }
        PlaceArguments { .. } => Place::Last,
    };
    let board = board_of(&document)?;
    let edit = Edit::MoveCards { cards: vec![card], column, place };
    let Reply::Edited { edited } = desk.call(Request::Edit { board, edit }).await? else {
        return Ok(Outcome::Done);
    };
    if as_json {
        let moved = !edited.unchanged;
        json(&json!({ "id": card, "board": board, "column": column, "moved": moved }));
    }
    Ok(Outcome::Done)
}

/// To the foot of a column of another board, which both may name by id or title.
pub async fn carry_card(
    desk: &Desk,
    card: &str,
    to: &str,
    column: &str,
    copy: bool,
    as_json: bool,
) -> Ended {
    let (document, card) = names::card(desk, card).await?;
    let to = names::board(desk, to).await?;
    let column = names::column(&desk.document(to.id).await?, column)?;
    let board = board_of(&document)?;
    let carrying = Carrying { board, cards: vec![card], to: to.id, column: Some(column), copy };
    let Reply::Edited { edited } = desk.call(Request::Carry { carrying }).await? else {
        return Ok(Outcome::Done);
    };
    let Some(created) = edited.created.first() else { return Ok(Outcome::Done) };
    if as_json {
        json(
            &json!({ "id": created, "board": to.id, "column": column, "from": board, "was": card }),
        );
    } else {
        line(&created.to_string());
    }
    Ok(Outcome::Done)
}

fn board_of(document: &BoardDocument) -> Result<BoardId, Errand> {
    document.id.parse().map_err(|_| Errand::failed("notFound", "No such board."))
}

pub async fn undo(desk: &Desk, as_json: bool) -> Ended {
    step(desk, Request::Undo, as_json).await
}

pub async fn redo(desk: &Desk, as_json: bool) -> Ended {
    step(desk, Request::Redo, as_json).await
}

async fn step(desk: &Desk, request: Request, as_json: bool) -> Ended {
    let (did, nothing) = match request {
        Request::Undo => ("Undid", "There is nothing to undo."),
        _ => ("Did again", "There is nothing to do again."),
    };
    let Reply::Undone { undone } = desk.call(request).await? else { return Ok(Outcome::Done) };
    let Some(verb) = &undone.verb else {
        return Err(Errand::failed("nothing", nothing));
    };
    if as_json {
        json(&json!({
            "verb": verb,
            "board": undone.board,
            "restored": undone.restored,
            "kept": undone.kept,
            "kept_titles": undone.kept_titles,
        }));
    } else {
        let all = undone.restored + undone.kept;
        let done = format!("{did}: {}.", plain(&words_of(verb)));
        line(&match undone.kept {
            0 => done,
            1 => format!("{done} 1 of {all} was changed since and stays."),
            kept => format!("{done} {kept} of {all} were changed since and stay."),
        });
    }
    Ok(Outcome::Done)
}

/// `moveCards` as `move cards`.
fn words_of(verb: &str) -> String {
    verb.chars().fold(String::with_capacity(verb.len() + 4), |mut words, letter| {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
        words
    })
}
