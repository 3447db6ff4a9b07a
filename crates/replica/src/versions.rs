//! What a card's description was, and what stands beside it undecided.

use crate::{engine::Engine, protocol::*};
use domain::{
    change::Change,
    id::*,
    merge::MERGE,
    record::ApartRecord,
    register::{Field, Kind},
    stamp::ChangeId,
    text::{cut, title_from},
    versions::{TextVersion, Version, is_version},
    view::signed,
};
use store::{HeldBoard, versions};

/// So many versions are listed, the newest ones.
const LISTED_MAX: usize = 200;
/// So many are offered beside what stands, the newest ones.
const OFFERED_MAX: usize = 8;
const EXCERPT_BYTES: usize = 160;

/// The description that a change wrote.
pub(crate) fn text_of(change: &Change, card: CardId) -> Option<&str> {
    let write = change.writes.iter().find(|it| is_version(it) && it.entity == card.into())?;
    Some(write.value.as_text().unwrap_or_default())
}

impl Engine {
    /// Newest first.
    pub async fn versions(
        &mut self,
        board: BoardId,
        card: CardId,
    ) -> Result<Vec<VersionRecord>, Failure> {
        self.held(board).await?;
        let connection = self.store.connection();
        let known = versions::of_card(connection, board, card).await?;
        let mut changes: Vec<Change> = Vec::new();
        for version in known.iter().rev().take(LISTED_MAX) {
            let numbered = versions::change(connection, board, version.seq).await?;
            changes.extend(numbered.map(|it| it.change));
        }
        list(self.held(board).await?, card, &changes)
    }

    pub async fn version_text(
        &mut self,
        board: BoardId,
        card: CardId,
        version: &TextVersion,
    ) -> Result<Reply, Failure> {
        let id = version.change().ok_or_else(|| Failure::not_found("version"))?;
        let mut text = near_text(self.held(board).await?, card, id);
        if text.is_none() {
            let known = versions::of_card(self.store.connection(), board, card).await?;
            if let Some(version) = known.iter().find(|it| it.id == id) {
                text = self.numbered_text(board, card, version).await?.map(|(_, text)| text);
            }
        }
        let text = text.ok_or_else(|| Failure::not_found("version"))?;
        Ok(Reply::Text { name: String::new(), text })
    }

    /// What nobody has decided about on a card; oldest first.
    pub(crate) async fn apart(
        &mut self,
        board: BoardId,
        card: CardId,
    ) -> Result<Vec<ApartRecord>, Failure> {
        let ids = self.held(board).await?.apart_of(card);
        let known = versions::of_card(self.store.connection(), board, card).await?;
        let mut apart = Vec::new();
        for id in ids.iter().skip(ids.len().saturating_sub(OFFERED_MAX)) {
            let Some(version) = known.iter().find(|it| it.id == *id) else { continue };
            let Some((ms, text)) = self.numbered_text(board, card, version).await? else {
                continue;
            };
            let shown = self.held(board).await?.board();
            let who = shown.entity(version.author.into()).map(|it| it.text(Field::TITLE));
            let who = who.unwrap_or_default().to_owned();
            apart.push(ApartRecord { version: (*id).into(), text, who, ms });
        }
        Ok(apart)
    }

    /// When it was written, and what it says.
    async fn numbered_text(
        &mut self,
        board: BoardId,
        card: CardId,
        version: &Version,
    ) -> Result<Option<(i64, String)>, Failure> {
        let numbered = versions::change(self.store.connection(), board, version.seq).await?;
        let numbered = numbered.filter(|it| it.change.id() == version.id);
        Ok(numbered.and_then(|it| {
            let text = text_of(&it.change, card)?.to_owned();
            Some((signed(it.change.wall_ms), text))
        }))
    }
}

/// `numbered` newest first.
fn list(
    held: &HeldBoard,
    card: CardId,
    numbered: &[Change],
) -> Result<Vec<VersionRecord>, Failure> {
    let shown = held.board();
    let entity = shown.of_kind(card.into(), &Kind::CARD);
    let entity = entity.ok_or_else(|| Failure::not_found("card"))?;
    let register = entity.register(&Field::TEXT.into());
    let apart = held.apart_of(card);
    let record = |change: &Change| {
        let id = change.id();
        let excerpt = excerpt(text_of(change, card)?);
        let who = shown.entity(change.author.into()).map(|it| it.text(Field::TITLE));
        let standing = match register {
            Some(register) if register.winner() == id => VersionStanding::Shown,
            _ if apart.contains(&id) => VersionStanding::Apart,
            _ => VersionStanding::Former,
        };
        let (version, ms) = (id.into(), signed(change.wall_ms));
        let (who, merged) = (who.unwrap_or_default().to_owned(), change.intent == MERGE);
        Some(VersionRecord { version, ms, who, excerpt, standing, merged })
    };
    // What waits comes above all that was numbered, as on the board itself.
    let waiting = held.shared().into_iter().flat_map(|it| it.board.outbox().rev());
    let all = waiting.map(|it| &it.change).chain(numbered);
    let mut records: Vec<VersionRecord> = all.filter_map(record).collect();
    // A log that begins later does not have what its beginning shows.
    let told = records.iter().any(|it| it.standing == VersionStanding::Shown);
    if let Some(register) = register.filter(|_| !told) {
        records.push(VersionRecord {
            version: register.winner().into(),
            ms: signed(register.rank.stamp.ms),
            who: String::new(),
            excerpt: excerpt(register.value.as_text().unwrap_or_default()),
            standing: VersionStanding::Shown,
            merged: false,
        });
    }
    Ok(records)
}

/// The text of what shows, or of what waits.
fn near_text(held: &HeldBoard, card: CardId, id: ChangeId) -> Option<String> {
    let shown = held.board().winner(card.into(), &Field::TEXT.into());
    if let Some(register) = shown.filter(|register| register.winner() == id) {
        return Some(register.value.as_text().unwrap_or_default().to_owned());
    }
    let waiting = held.shared()?.board.outbox().find(|it| it.change.id() == id)?;
    text_of(&waiting.change, card).map(str::to_owned)
}

/// A text's beginning on one line.
fn excerpt(text: &str) -> String {
    let words = cut(text, EXCERPT_BYTES * 4).split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&title_from(&words), EXCERPT_BYTES).to_owned()
}
