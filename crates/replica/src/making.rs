//! Making boards: new ones, the example, and those from files; and their places in the sidebar.

use crate::{engine::Engine, engine::fresh, protocol::*, writing::Writing};
use domain::{
    document::*,
    edit::Place,
    id::*,
    import::{Import, ME, import},
    key::{KEY_BYTES_MAX, OrderKey, keys_between},
    resolve::board::{move_board, sidebar_write},
    text::{Colour, title_from},
};
use formats::preview::{Format, ImportNote, Read};
use std::collections::BTreeSet;
use store::{Reason, Stack, boards};

/// How many columns a new board may have from the start.
const COLUMNS_MAX: usize = 100;

impl Engine {
    pub async fn create_board(
        &mut self,
        title: &str,
        colour: Option<Colour>,
        columns: &[String],
    ) -> Result<Edited, Failure> {
        if title_from(title).is_empty() {
            return Err(Failure::new(FailureCode::Refused, "A board needs a title."));
        }
        if columns.len() > COLUMNS_MAX {
            let message = format!("A new board has at most {COLUMNS_MAX} columns.");
            return Err(Failure::new(FailureCode::TooLarge, message));
        }
        let now = Some(domain::view::signed(crate::engine::wall_ms()));
        let columns = columns.iter().filter(|title| !title_from(title).is_empty());
        let document = BoardDocument {
            title: title.to_owned(),
            colour,
            created_ms: now,
            people: vec![PersonDocument { id: "me".to_owned(), name: ME.to_owned(), me: true }],
            columns: columns
                .map(|title| ColumnDocument {
                    title: title.clone(),
                    created_ms: now,
                    ..ColumnDocument::default()
                })
                .collect(),
            ..BoardDocument::default()
        };
        let (edited, _) = self.make(&document, "", "createBoard").await?;
        Ok(edited)
    }

    pub async fn create_example(&mut self) -> Result<Edited, Failure> {
        let document = crate::example::document(crate::engine::wall_ms());
        let (edited, _) = self.make(&document, "", "createExample").await?;
        Ok(edited)
    }

    /// Imports what was read from a file, as one step of undo. A backup is made first.
    pub async fn import(
        &mut self,
        read: &Read,
        preview: ImportPreview,
    ) -> Result<Imported, Failure> {
        self.store.backup(Reason::Import).await?;
        let source = match read.format {
            Format::Trello => "trello",
            Format::Holdfast => "holdfast",
        };
        let (edited, texts_cut) = self.make(&read.board, source, "import").await?;
        let mut preview = preview;
        let told = preview.notes.iter().any(|note| matches!(note, ImportNote::TextsCut { .. }));
        if texts_cut > 0 && !told {
            preview.notes.push(ImportNote::TextsCut { texts: texts_cut });
        }
        Ok(Imported { board: edited.board, preview, patch: edited.patch })
    }

    async fn make(
        &mut self,
        document: &BoardDocument,
        source: &str,
        verb: &str,
    ) -> Result<(Edited, u32), Failure> {
        let last = self.sidebar_keys(None).await?.pop().map(|(_, key)| key);
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let taken: BTreeSet<BoardId> =
            boards::board_ids(&mut writing.transaction).await?.into_iter().collect();
        let mut fresh = fresh();
        let Import { board, me, mut writes, texts_cut } =
            import(document, source, |id| !taken.contains(&id), &mut fresh);
        writes.extend(move_board(me, last.as_ref(), None, &mut fresh));
        let at = writing.new_board(board, me).await?;
        writing.write(at, verb, writes).await?;
        let patches = writing.finish(verb, Some(Stack::Undo), true).await?;
        let patch = self.tell(patches, board).await?;
        let created = vec![EntityId(board.0)];
        Ok((Edited { board, created, unchanged: false, patch }, texts_cut))
    }

    /// The boards of the sidebar in order, with their keys; one is left out.
    async fn sidebar_keys(
        &mut self,
        without: Option<BoardId>,
    ) -> Result<Vec<(BoardId, OrderKey)>, Failure> {
        let records = self.records().await?;
        let keyed = records.into_iter().filter(|record| Some(record.id) != without);
        Ok(keyed.filter_map(|record| Some((record.id, key_of(&record.key)?))).collect())
    }

    pub(crate) async fn move_board(
        &mut self,
        id: BoardId,
        place: &Place,
    ) -> Result<Edited, Failure> {
        let others = self.sidebar_keys(Some(id)).await?;
        let at = match place {
            Place::First => 0,
            Place::Last => others.len(),
            Place::After { neighbours } => neighbours
                .iter()
                .find_map(|neighbour| others.iter().position(|(board, _)| board.0 == neighbour.0))
                .map_or(others.len(), |at| at + 1),
        };
        let key = |at: Option<usize>| at.and_then(|at| others.get(at)).map(|(_, key)| key);
        let (lower, upper) = (key(at.checked_sub(1)), key(Some(at)));
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let open = writing.board(id).await?;
        let (held, fresh) = writing.resolving(open);
        match move_board(held.me, lower, upper, fresh) {
            Some(write) => {
                writing.write(open, "moveBoard", vec![write]).await?;
            }
            None => {
                let mut order: Vec<BoardId> = others.iter().map(|(board, _)| *board).collect();
                order.insert(at, id);
                renew_sidebar(&mut writing, &order).await?;
            }
        }
        let patches = writing.finish("moveBoard", Some(Stack::Undo), true).await?;
        let patch = self.tell(patches, id).await?;
        Ok(Edited { board: id, created: Vec::new(), unchanged: false, patch })
    }
}

/// There is no room left between two boards: each gets a new key.
async fn renew_sidebar(writing: &mut Writing<'_>, order: &[BoardId]) -> Result<(), Failure> {
    let keys = keys_between(None, None, order.len(), KEY_BYTES_MAX, fresh().rng());
    for (board, key) in order.iter().zip(keys.unwrap_or_default()) {
        let open = writing.board(*board).await?;
        let (held, _) = writing.resolving(open);
        let write = sidebar_write(held.me, &key);
        writing.write(open, "moveBoard", vec![write]).await?;
    }
    Ok(())
}

fn key_of(hex: &str) -> Option<OrderKey> {
    let bytes = (0..hex.len() / 2)
        .map(|at| hex.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    OrderKey::from_bytes(&bytes.collect::<Option<Vec<u8>>>()?)
}
