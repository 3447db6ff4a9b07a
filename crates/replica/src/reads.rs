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
use store::{Folder, Reason, ShelfKindRow, account::Role, boards, sharing, shelf};

/// So many of the changes of a card are told as its history.
const HISTORY_CHANGES_MAX: u32 = 500;

impl Engine {
    pub async fn content(&mut self, board: BoardId) -> Result<BoardContent, Failure> {
        Ok(self.held(board).await?.content())
    }

    pub async fn card(&mut self, board: BoardId, id: CardId) -> Result<Reply, Failure> {
        let held = self.held(board).await?;
        let shown = held.board();
        let card = shown.of_kind(id.into(), &Kind::CARD);
        let card = card.ok_or_else(|| Failure::not_found("card"))?;
        let mut detail = Box::new(view::card_detail(shown, id, card));
        let mut card = view::card_record(shown, id, card);
        if !held.apart.is_empty() {
            detail.apart = self.apart(board, id).await?;
            card.apart = !detail.apart.is_empty();
        }
        Ok(Reply::Card { card, detail })
    }

    pub async fn history(
        &mut self,
        board: BoardId,
        card: CardId,
    ) -> Result<Vec<HistoryEvent>, Failure> {
        self.held(board).await?;
        let connection = self.store.connection();
        let logged = boards::changes_of_card(connection, board, card, HISTORY_CHANGES_MAX).await?;
        let held = self.held(board).await?;
        // What waits comes behind all that was numbered, as on the board itself.
        let waiting = held.shared().into_iter().flat_map(|it| it.board.outbox());
        let waiting = waiting.map(|it| &it.change);
        let changes: Vec<_> = logged.iter().map(|it| &it.change).chain(waiting).collect();
        Ok(history::tell(held.board(), card, &changes))
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
        let left = sharing::retired(&mut writing.transaction).await?;
        for id in boards::board_ids(&mut writing.transaction).await? {
            if left.iter().any(|retired| retired.board == id) {
                continue;
            }
            let at = writing.board(id).await?;
            let (held, fresh) = writing.resolving(at);
            // A server would refuse it of those who may not: their boards keep what lies in the trash.
            if held.shared().is_some_and(|shared| shared.share.role < Role::Admin) {
                continue;
            }
            let resolved = resolve(held.board(), held.me, &Edit::EmptyTrash, fresh)?;
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
        Ok(export(held.board(), held.me))
    }

    pub async fn export(&mut self, id: BoardId, format: ExportFormat) -> Result<Reply, Failure> {
        let document = self.document(id).await?;
        let (text, ending) = match format {
            ExportFormat::Refused => (self.refused_as_json(id).await?, "not-accepted.json"),
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
