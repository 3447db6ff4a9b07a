//! From what somebody typed to the thing they mean: an id, or a title that only one has.

use crate::errand::Errand;
use domain::{
    document::{BoardDocument, CardDocument, ColumnDocument},
    id::*,
    record::BoardRecord,
};
use replica::{Desk, protocol::*};

/// All boards that are not in the trash.
pub async fn boards(desk: &Desk) -> Result<Vec<BoardRecord>, Errand> {
    match desk.call(Request::Open).await? {
        Reply::Overview { overview } => Ok(overview.boards),
        _ => Ok(Vec::new()),
    }
}

pub async fn board(desk: &Desk, typed: &str) -> Result<BoardRecord, Errand> {
    let boards = boards(desk).await?;
    one("board", typed, boards, |board| (board.id.to_string(), &board.title))
}

/// As [`board`], and the id of one that was left and is listed no more.
pub async fn board_or_left(desk: &Desk, typed: &str) -> Result<BoardId, Errand> {
    match typed.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(board(desk, typed).await?.id),
    }
}

/// A column of a board; archived ones are found by their id alone.
pub fn column(document: &BoardDocument, typed: &str) -> Result<ColumnId, Errand> {
    let columns: Vec<&ColumnDocument> =
        document.columns.iter().filter(|column| !column.archived || column.id == typed).collect();
    let found = one("column", typed, columns, |column| (column.id.clone(), &column.title))?;
    id(&found.id)
}

/// A card of any board, and its board.
pub async fn card(desk: &Desk, typed: &str) -> Result<(BoardDocument, CardId), Errand> {
    let mut cards = Vec::new();
    for record in boards(desk).await? {
        let document = desk.document(record.id).await?;
        let found = cards_of(&document)
            .filter(|card| card.id == typed || card.title == typed)
            .map(|card| (card.id.clone(), card.title.clone()))
            .collect::<Vec<_>>();
        cards.extend(found.into_iter().map(|(id, title)| (id, title, document.clone())));
    }
    let (found, _, document) = one("card", typed, cards, |(id, title, _)| (id.clone(), title))?;
    Ok((document, id(&found)?))
}

/// A card of this board.
pub fn card_of(document: &BoardDocument, typed: &str) -> Result<CardId, Errand> {
    let found = one("card", typed, cards_of(document), |card| (card.id.clone(), &card.title))?;
    id(&found.id)
}

fn cards_of(document: &BoardDocument) -> impl Iterator<Item = &CardDocument> {
    document.columns.iter().flat_map(|column| &column.cards)
}

fn id<Id: std::str::FromStr>(text: &str) -> Result<Id, Errand> {
    text.parse().map_err(|_| Errand::failed("notFound", "The id is none of ours."))
}

/// The one thing of that id, or the one of that title.
fn one<T>(
    what: &str,
    typed: &str,
    things: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> (String, &String),
) -> Result<T, Errand> {
    let mut named = Vec::new();
    for thing in things {
        let (id, title) = name(&thing);
        if id == typed {
            return Ok(thing);
        }
        if title == typed {
            named.push(thing);
        }
    }
    match named.len() {
        0 => Err(Errand::failed("notFound", &format!("There is no {what} \"{typed}\"."))),
        1 => Ok(named.remove(0)),
        several => {
            let ids: Vec<String> = named.iter().take(5).map(|thing| name(thing).0).collect();
            let message = format!(
                "{several} {what}s are called \"{typed}\": say which by its id ({}).",
                ids.join(", ")
            );
            Err(Errand::ambiguous(&message))
        }
    }
}
