//! The boards of whoever asks, and making one. A board that is made here is a log like one that somebody shared:
//! it is taken over by the same code, with whoever asked as its owner.

use super::{
    fields::{Asked, Field, Holds, clearable, needed, optional},
    paging::{AFTER, LIMIT},
    problem::Problem,
    records::{BoardShown, Thing},
    writing::{Key, in_time},
};
use crate::{
    ServerError, Shared,
    sync::acting::{self, Member},
    writer::job,
};
use axum::http::StatusCode;
use domain::{
    document::{BoardDocument, ColumnDocument, PersonDocument},
    id::*,
    import::{Import, import},
    text::{Colour, TITLE_BYTES_MAX, title_from},
    view,
};
use store::{
    account::{self, AccountId, MemberBoard},
    rooms,
};

/// How many columns a new board may have from the start.
const COLUMNS_MAX: usize = 100;

pub const PARAMETERS: &[Field] = &[LIMIT, AFTER];
pub const FIELDS: &[Field] = &[
    needed("title", Holds::Text, "One line, at most 16 KiB."),
    clearable("colour", Holds::Colour, "Its colour."),
    optional("columns", Holds::Texts, "The titles of its columns, at most 100."),
];

/// All boards that an account is a member of, by id.
pub async fn list(shared: &Shared, account: AccountId) -> Result<Vec<BoardShown>, ServerError> {
    let mut reader = shared.reader().await?;
    let mut boards = Vec::new();
    for MemberBoard { board, role, person, .. } in account::boards_of(&mut reader, account).await? {
        // An account may be a member before the first change is here.
        let Some(entity) = rooms::itself(&mut reader, board).await? else { continue };
        let me = Member { person, role: acting::role_of(role) };
        boards.push(BoardShown::of(board, &entity, me));
    }
    boards.sort_by_key(|board| board.id);
    Ok(boards)
}

/// Somebody's wish for a board.
pub struct NewBoard {
    account: AccountId,
    key: Option<Key>,
    document: BoardDocument,
}

impl NewBoard {
    pub fn read(
        asked: &Asked,
        account: AccountId,
        name: &str,
        key: Option<Key>,
    ) -> Result<NewBoard, Problem> {
        let title = line(asked, "title", &asked.need::<String>("title")?)?;
        let colour = asked.get::<Option<Colour>>("colour")?.flatten();
        if colour.as_ref().is_some_and(|colour| !colour.is_valid()) {
            let words = "A colour is a name of lowercase letters.";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "badColour", words);
            return Err(problem.about("colour"));
        }
        let columns: Vec<String> = asked.get("columns")?.unwrap_or_default();
        if columns.len() > COLUMNS_MAX {
            let words = format!("A new board has at most {COLUMNS_MAX} columns.");
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "tooMany", &words);
            return Err(problem.about("columns"));
        }
        let columns = columns.iter().map(|column| {
            Ok(ColumnDocument { title: line(asked, "columns", column)?, ..Default::default() })
        });
        let document = BoardDocument {
            title,
            colour,
            people: vec![PersonDocument { id: "me".to_owned(), name: title_from(name), me: true }],
            columns: columns.collect::<Result<_, Problem>>()?,
            ..BoardDocument::default()
        };
        Ok(NewBoard { account, key, document })
    }
}

/// A title, which may not be blank.
fn line(asked: &Asked, field: &str, typed: &str) -> Result<String, Problem> {
    let title = title_from(typed);
    let (code, words) = match title.len() {
        0 => ("empty", "The title is empty."),
        1..=TITLE_BYTES_MAX => return Ok(title),
        _ => ("tooLong", "The title is longer than 16 KiB."),
    };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, words);
    Err(problem.about(&asked.path(field)))
}

/// A board that was made, and whether it had been before.
pub struct Made {
    pub board: BoardId,
    /// What an earlier server would have called it.
    pub number: u64,
    pub record: Vec<u8>,
    pub head: u64,
    pub repeats: bool,
}

pub async fn make(shared: &Shared, new: NewBoard) -> Result<Made, ServerError> {
    let access = shared.access.clone();
    let work = job(move |connection| {
        Box::pin(async move {
            let account = new.account;
            // A repeat finds the board under the id that its key gives.
            let named = new.key.map(|key| BoardId(key.act(0).0));
            if let (Some(key), Some(board)) = (new.key, named)
                && rooms::head(connection, board).await?.is_some()
            {
                let first = acting::answered(connection, board, key.act(1)).await?;
                if first.is_none_or(|first| first.group != key.group()) {
                    return Err(Problem::key_reused().into());
                }
                return shown(connection, board, account, true).await;
            }
            let mut fresh = acting::fresh()?;
            let mut document = new.document;
            let now = Some(view::signed(fresh.now_ms()));
            document.id = named.map(|board| board.to_string()).unwrap_or_default();
            document.created_ms = now;
            document.columns.iter_mut().for_each(|column| column.created_ms = now);
            let Import { board, me, writes, .. } = import(&document, "", |_| true, &mut fresh);
            let key = new.key.unwrap_or_else(Key::fresh);
            let acts = |part: u32| key.act(part + 1);
            let own = acting::Own {
                author: me,
                intent: "createBoard",
                group: key.group(),
                acts: &acts,
                writes,
            };
            acting::begin(connection, board, account, own, &mut fresh).await?;
            shown(connection, board, account, false).await
        })
    });
    let tell = move |_: &Made| access.send_modify(|count| *count += 1);
    in_time(shared.writer.write_in_time(work, tell)).await
}

async fn shown(
    connection: &mut store::Connection,
    board: BoardId,
    account: AccountId,
    repeats: bool,
) -> Result<Made, ServerError> {
    let role = crate::account::members::role_on(connection, board, account).await?;
    let member = account::member(connection, board, account).await?;
    let (head, entity) =
        (rooms::head(connection, board).await?, rooms::itself(connection, board).await?);
    let number = rooms::number_of_board(connection, board).await?;
    let (Some(member), Some(head), Some(entity), Some(number)) = (member, head, entity, number)
    else {
        return Err(ServerError::NotFound(Thing::Board.noun()));
    };
    let me = Member { person: member.person, role: acting::role_of(role) };
    let record = super::records::json(&BoardShown::of(board, &entity, me))?;
    Ok(Made { board, number, record, head: head.position.seq, repeats })
}
