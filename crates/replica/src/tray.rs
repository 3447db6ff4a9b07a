//! The tray: what a server did not accept, told in words and with all that was typed, until a person discards it.

use crate::{Desk, engine::Engine, history, protocol::*, writing::Writing};
use domain::{
    board::Board,
    change::{Change, Write},
    edit::{Edit, Place},
    id::*,
    record::Standing,
    register::{Field, Kind},
    resolve::resolve,
    text::title_from,
    view::signed,
};
use store::{
    Stack,
    sharing::{self, RefusedRow},
};

impl Desk {
    pub(crate) async fn tray(&self, board: BoardId) -> Result<Reply, Failure> {
        Ok(Reply::Tray { refused: self.0.engine().await?.tray(board).await? })
    }

    pub(crate) async fn discard_refused(
        &self,
        board: BoardId,
        act: ActId,
    ) -> Result<Reply, Failure> {
        let mut engine = self.0.engine().await?;
        engine.discard_refused(board, act).await?;
        let refused = engine.tray(board).await?;
        drop(engine);
        self.0.links.rang();
        Ok(Reply::Tray { refused })
    }
}

impl Engine {
    pub(crate) async fn tray(&mut self, board: BoardId) -> Result<Vec<RefusedAct>, Failure> {
        let rows = sharing::tray(self.store.connection(), board).await?;
        let shown = self.held(board).await?.board();
        Ok(rows.iter().map(|row| refused(shown, row)).collect())
    }

    /// Each with all that was typed, as a program reads it too.
    pub(crate) async fn refused_as_json(&mut self, board: BoardId) -> Result<String, Failure> {
        let tray = self.tray(board).await?;
        serde_json::to_string_pretty(&tray)
            .map_err(|error| Failure::new(FailureCode::Storage, error.to_string()))
    }

    /// One step of undo. The change stays in the tray: it is the person who discards it.
    pub(crate) async fn copy_refused(
        &mut self,
        board: BoardId,
        act: ActId,
        to: BoardId,
    ) -> Result<Edited, Failure> {
        let tray = self.tray(board).await?;
        let refused = tray.into_iter().find(|it| it.act == act);
        let (titles, text) = cards_of(refused.ok_or_else(|| Failure::not_found("change"))?);
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let at = writing.board(to).await?;
        let column = first_column(writing.resolving(at).0.board());
        let created = match column {
            Some(column) => make_cards(&mut writing, at, column, titles, text).await,
            None => {
                let message = "The board has no column yet that a card could go to.";
                Err(Failure::new(FailureCode::Refused, message))
            }
        };
        let created = match created {
            Ok(created) => created,
            Err(failure) => {
                writing.abandon().await?;
                return Err(failure);
            }
        };
        let patches = writing.finish("addCards", Some(Stack::Undo), true).await?;
        let patch = self.tell(patches, to).await?;
        Ok(Edited { board: to, created, unchanged: false, patch })
    }

    pub(crate) async fn discard_refused(
        &mut self,
        board: BoardId,
        act: ActId,
    ) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        sharing::discard_refused(&mut transaction, board, act).await?;
        transaction.commit().await.map_err(store::StoreError::from)?;
        Ok(())
    }
}

async fn make_cards(
    writing: &mut Writing<'_>,
    at: usize,
    column: ColumnId,
    titles: Vec<String>,
    text: String,
) -> Result<Vec<EntityId>, Failure> {
    let add = Edit::AddCards { column, place: Place::Last, titles };
    let created = carry_out(writing, at, &add).await?;
    if let (Some(card), false) = (created.first(), text.is_empty()) {
        carry_out(writing, at, &Edit::DescribeCard { card: CardId(card.0), text, seen: None })
            .await?;
    }
    Ok(created)
}

async fn carry_out(
    writing: &mut Writing<'_>,
    at: usize,
    edit: &Edit,
) -> Result<Vec<EntityId>, Failure> {
    let (held, fresh) = writing.resolving(at);
    let resolved = resolve(held.board(), held.me, edit, fresh)?;
    writing.write(at, edit.verb(), resolved.writes).await?;
    Ok(resolved.created)
}

/// The cards that it would have added; else one with its title, and a description with all the rest.
fn cards_of(refused: RefusedAct) -> (Vec<String>, String) {
    let RefusedAct { verb, about, mut texts, .. } = refused;
    if verb == "addCards" && !texts.is_empty() {
        return (texts, String::new());
    }
    let title = title_from(&about);
    let title = if title.is_empty() { "Not accepted".to_owned() } else { title };
    texts.retain(|text| *text != title);
    (vec![title], texts.join("\n\n"))
}

fn first_column(board: &Board) -> Option<ColumnId> {
    let mut columns = board.below(EntityId::BOARD, &Kind::COLUMN);
    let live = columns.find(|(_, column, _)| column.standing() == Standing::Live);
    live.map(|(id, ..)| ColumnId(id.0))
}

fn refused(board: &Board, row: &RefusedRow) -> RefusedAct {
    let change = &row.waiting.change;
    let mut what = Vec::new();
    for write in change.writes.iter().filter(|write| board.entity(write.entity).is_some()) {
        let now = board.entity(write.entity).and_then(|it| it.register(&write.slot));
        let told = history::what(board, write, now.map(|register| &register.value));
        what.extend(told.filter(|it| *it != HistoryWhat::Other && !what.contains(it)));
    }
    RefusedAct {
        act: change.act,
        verb: change.intent.clone(),
        about: about(board, change),
        what,
        texts: texts(change),
        why: row.why.clone(),
        made_ms: signed(change.wall_ms),
        refused_ms: row.refused_ms,
    }
}

/// The title of the card that it was about, as it stands or as it would have been; else of the board.
pub(crate) fn about(board: &Board, change: &Change) -> String {
    let title = |id: EntityId| board.entity(id).map(|it| it.text(Field::TITLE).to_owned());
    let card = change.writes.iter().find_map(|write| {
        let card = board.card_of(write.entity)?;
        title(card.into()).filter(|title| !title.is_empty())
    });
    card.or_else(|| {
        typed(change, |write| write.kind == Kind::CARD && write.slot.field == Field::TITLE)
    })
    .or_else(|| change.writes.first().and_then(|write| title(write.entity)))
    .filter(|title| !title.is_empty())
    .or_else(|| title(EntityId::BOARD))
    .unwrap_or_default()
}

fn typed(change: &Change, is_it: impl Fn(&Write) -> bool) -> Option<String> {
    let write = change.writes.iter().find(|write| is_it(write))?;
    write.value.as_text().map(str::to_owned)
}

fn texts(change: &Change) -> Vec<String> {
    let typed =
        |write: &&Write| [Field::TITLE, Field::TEXT, Field::URL].contains(&write.slot.field);
    let texts = change.writes.iter().filter(typed).filter_map(|write| write.value.as_text());
    texts.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect()
}
