//! What can be asked of the engine without changing anything, and the upkeep of its folder.

use crate::{engine::Engine, history, protocol::*, writing::Writing};
use domain::{
    document::BoardDocument,
    edit::Edit,
    export::export,
    id::*,
    record::{BoardContent, Standing},
    register::Kind,
    resolve::resolve,
    text::title_from,
    view,
};
use store::{Folder, Reason, ShelfKindRow, boards, shelf};

/// So many of the changes of a card are told as its history.
const HISTORY_CHANGES_MAX: u32 = 500;

impl Engine {
    pub async fn content(&mut self, board: BoardId) -> Result<BoardContent, Failure> {
        let held = self.held(board).await?;
        Ok(view::content(&held.board, held.me))
    }

    pub async fn card(&mut self, board: BoardId, id: CardId) -> Result<Reply, Failure> {
        let held = self.held(board).await?;
        let card = held.board.of_kind(id.into(), &Kind::CARD);
        let card = card.ok_or_else(|| Failure::not_found("card"))?;
        Ok(Reply::Card {
            card: view::card_record(&held.board, id, card),
            detail: view::card_detail(&held.board, id, card),
        })
    }

    pub async fn history(
        &mut self,
        board: BoardId,
        card: CardId,
    ) -> Result<Vec<HistoryEvent>, Failure> {
        self.held(board).await?;
        let connection = self.store.connection();
        let changes = boards::changes_of_card(connection, board, card, HISTORY_CHANGES_MAX).await?;
        let held = self.held(board).await?;
        Ok(history::tell(&held.board, card, &changes))
    }

    pub async fn search(&mut self, words: &str) -> Result<Vec<Found>, Failure> {
        let rows = shelf::search(self.store.readers(), words).await?;
        Ok(rows
            .into_iter()
            .map(|row| Found {
                board: row.board,
                board_title: row.board_title,
                card: row.card,
                title: row.title,
                column_title: row.column_title,
                standing: row.standing,
                excerpt: row.excerpt,
            })
            .collect())
    }

    pub async fn archive(&mut self, board: Option<BoardId>) -> Result<Vec<ShelfItem>, Failure> {
        self.shelf(Standing::Archived, board).await
    }

    pub async fn trash(&mut self, board: Option<BoardId>) -> Result<Vec<ShelfItem>, Failure> {
        self.shelf(Standing::Deleted, board).await
    }

    async fn shelf(
        &mut self,
        standing: Standing,
        board: Option<BoardId>,
    ) -> Result<Vec<ShelfItem>, Failure> {
        let rows = shelf::shelf(self.store.readers(), standing, board).await?;
        Ok(rows
            .into_iter()
            .map(|row| ShelfItem {
                kind: match row.kind {
                    ShelfKindRow::Board => ShelfKind::Board,
                    ShelfKindRow::Column => ShelfKind::Column,
                    ShelfKindRow::Card => ShelfKind::Card,
                },
                id: row.id,
                board: row.board,
                board_title: row.board_title,
                title: row.title,
                column_title: row.column_title,
                since_ms: row.since_ms,
                cards: row.cards,
            })
            .collect())
    }

    /// Forgets what lies in the trash of every board. No step of undo comes of it.
    pub async fn empty_trash(&mut self) -> Result<(), Failure> {
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        for id in boards::board_ids(&mut writing.transaction).await? {
            let at = writing.board(id).await?;
            let (held, fresh) = writing.resolving(at);
            let resolved = resolve(&held.board, held.me, &Edit::EmptyTrash, fresh)?;
            writing.write(at, Edit::EmptyTrash.verb(), resolved.writes).await?;
        }
        let patches = writing.finish(Edit::EmptyTrash.verb(), None, true).await?;
        for patch in patches {
            let id = patch.board.id;
            self.tell(vec![patch], id).await?;
        }
        Ok(())
    }

    pub async fn document(&mut self, id: BoardId) -> Result<BoardDocument, Failure> {
        let held = self.held(id).await?;
        Ok(export(&held.board, held.me))
    }

    pub async fn export(&mut self, id: BoardId, format: ExportFormat) -> Result<Reply, Failure> {
        let document = self.document(id).await?;
        let (text, ending) = match format {
            ExportFormat::Json => (formats::holdfast::write_json(&document), "holdfast.json"),
            ExportFormat::Csv => (formats::csv::write_csv(&document), "csv"),
            ExportFormat::Markdown => (formats::markdown::write_markdown(&document), "md"),
        };
        Ok(Reply::Text { name: format!("{}.{ending}", file_name(&document.title)), text })
    }

    pub fn folder(&self) -> &Folder {
        self.store.folder()
    }

    pub async fn backup(&mut self, reason: Reason) -> Result<(), Failure> {
        self.store.backup(reason).await?;
        Ok(())
    }

    pub async fn check(&mut self) -> Result<Vec<String>, Failure> {
        Ok(self.store.check().await?)
    }

    pub async fn close(self) -> Result<(), Failure> {
        Ok(self.store.close().await?)
    }
}

/// A board's title as the name of a file on any system.
fn file_name(title: &str) -> String {
    let safe: String = title_from(title)
        .chars()
        .map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { '-' })
        .collect();
    let name = domain::text::cut(safe.trim(), 80).trim();
    if name.is_empty() { "board".to_owned() } else { name.to_owned() }
}
