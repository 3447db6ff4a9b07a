//! Descriptions that were written apart, made one where that needs nobody: both are numbered, one of them is by
//! whoever uses this folder, and no line of the one is in the way of the other. It looks at what there is, not
//! at what just came, so that nothing is missed by an end in between.

use crate::{
    engine::Engine,
    protocol::{Failure, FailureCode},
    versions::text_of,
    writing::Writing,
};
use domain::{
    id::*,
    merge::{MERGE, Merge, merge},
    register::Field,
    stamp::ChangeId,
    versions::{Family, Origin, Version, is_version},
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, HeldBoard, account::Role, versions};

/// Two versions of a card's description: the one that stands, and one that stands apart from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    board: BoardId,
    card: CardId,
    standing: ChangeId,
    other: ChangeId,
}

pub(crate) type Unmerged = BTreeSet<Pair>;

impl Engine {
    /// Merges what can be merged on a board that is held; the rest is offered to whoever opens the card. What led
    /// here is done, whatever becomes of this: it is looked at again at the next word or edit.
    pub(crate) async fn merge_apart(&mut self, id: BoardId) {
        if let Err(failure) = self.merge_pairs(id).await {
            tracing::warn!(code = ?failure.code, "descriptions could not be merged");
        }
    }

    async fn merge_pairs(&mut self, id: BoardId) -> Result<(), Failure> {
        while let Some(pair) = self.boards.get(&id).and_then(|held| next(held, &self.unmerged)) {
            if !self.merge_pair(pair).await? {
                self.unmerged.insert(pair);
            }
        }
        Ok(())
    }

    /// Whether it came to a merge, or the pair is another by now.
    async fn merge_pair(&mut self, pair: Pair) -> Result<bool, Failure> {
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let at = writing.board(pair.board).await?;
        let (held, _) = writing.resolving(at);
        let me = held.me;
        let is_another = next(held, &self.unmerged) != Some(pair);
        let merge = match is_another {
            true => None,
            false => plan(&mut writing.transaction, me, pair).await?,
        };
        let Some(Merge { act, write }) = merge else {
            // Where another process wrote, the board is dropped here and read again when it is needed.
            writing.abandon().await?;
            return Ok(is_another);
        };
        match writing.write_as(at, MERGE, vec![write], Some(act)).await {
            Ok(_) => {}
            Err(failure) if failure.code == FailureCode::Refused => {
                writing.abandon().await?;
                return Ok(false);
            }
            Err(failure) => return Err(failure),
        }
        let patches = writing.finish(MERGE, None, false).await?;
        self.tell(patches, pair.board).await?;
        Ok(true)
    }
}

/// The next pair to look at. Where something waits for its number on a card, that comes first.
fn next(held: &HeldBoard, but: &Unmerged) -> Option<Pair> {
    let may =
        |shared: &store::SharedHolding| !shared.share.gone && shared.share.role >= Role::Editor;
    if held.apart.is_empty() || !held.shared().is_none_or(may) {
        return None;
    }
    let waiting = held.shared().into_iter().flat_map(|shared| shared.board.outbox());
    let waiting: BTreeSet<EntityId> = waiting
        .flat_map(|it| &it.change.writes)
        .filter(|write| is_version(write))
        .map(|write| write.entity)
        .collect();
    let pairs = held.apart.iter().filter(|(card, _)| !waiting.contains(&(**card).into()));
    let pairs = pairs.filter_map(|(card, others)| {
        let standing = held.numbered().winner((*card).into(), &Field::TEXT.into())?.winner();
        Some(others.iter().map(move |other| (*card, standing, *other)))
    });
    pairs
        .flatten()
        .map(|(card, standing, other)| Pair { board: held.id(), card, standing, other })
        .find(|pair| !but.contains(pair))
}

/// The merge of a pair, where it can be merged, is this person's to merge, and was not merged before.
async fn plan(
    connection: &mut Connection,
    me: PersonId,
    pair: Pair,
) -> Result<Option<Merge>, Failure> {
    let Pair { board, card, standing, other } = pair;
    let cut = versions::is_cut(connection, board).await?;
    let known = versions::of_card(connection, board, card).await?;
    let family = Family::new(&known, cut);
    let both = [standing, other].map(|id| family.version(id));
    let own = both.iter().flatten().any(|version| version.author == me);
    let Some(origin) = family.origin(standing, other).filter(|_| own) else { return Ok(None) };
    let former = match origin {
        Origin::Version(id) => family.version(id),
        Origin::Nothing | Origin::Unknown => None,
    };
    let wanted: Vec<&Version> = both.into_iter().chain([former]).flatten().collect();
    let mut texts = BTreeMap::new();
    for version in wanted {
        let numbered = versions::change(connection, board, version.seq).await?;
        let text = numbered.and_then(|it| text_of(&it.change, card).map(str::to_owned));
        texts.extend(text.map(|text| (version.id, text)));
    }
    let merge = merge(card, &family, standing, other, |id| texts.get(&id).cloned());
    let Some(merge) = merge else { return Ok(None) };
    // Another folder of the same person may have made it, or it was refused.
    let known = versions::is_known(connection, board, merge.act).await?;
    Ok((!known).then_some(merge))
}
