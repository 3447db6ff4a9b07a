//! Versions of a description. Every write of it is one, and names those that its author had before them; so
//! it can be told which of them the text that stands knows of, and which stand apart: written by somebody
//! who had not seen it, and not seen by who wrote it.

use crate::{
    board::Entity,
    change::{Hash, Numbered, Write},
    id::*,
    register::{Field, Kind, Slot},
    stamp::ChangeId,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;

/// A version by its change's id, as it crosses to the window, which does not look into it. Empty where
/// nothing was written yet.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct TextVersion(pub String);

impl TextVersion {
    /// `None` for the empty one, and for what names nothing.
    pub fn change(&self) -> Option<ChangeId> {
        let (replica, rseq) = self.0.split_once('/')?;
        Some(ChangeId { replica: replica.parse().ok()?, rseq: rseq.parse().ok()? })
    }
}

impl From<ChangeId> for TextVersion {
    fn from(ChangeId { replica, rseq }: ChangeId) -> TextVersion {
        TextVersion(format!("{replica}/{rseq}"))
    }
}

/// The version that a card shows.
pub fn shown(card: &Entity) -> TextVersion {
    card.register(&Field::TEXT.into()).map(|it| it.winner().into()).unwrap_or_default()
}

/// Whether a write is a version of a description.
pub fn is_version(write: &Write) -> bool {
    is_description(&write.kind, &write.slot)
}

fn is_description(kind: &Kind, slot: &Slot) -> bool {
    *kind == Kind::CARD && *slot == Field::TEXT.into()
}

/// What an author has before them who writes over what stands on the board; `None` for other registers.
pub fn seen(kind: &Kind, slot: &Slot, entity: &Entity) -> Option<Vec<ChangeId>> {
    is_description(kind, slot)
        .then(|| entity.register(slot).map(|register| register.winner()).into_iter().collect())
}

/// A numbered version of one card's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: ChangeId,
    /// Its number in the log.
    pub seq: u64,
    pub author: PersonId,
    /// As the write says it.
    pub seen: Option<Vec<ChangeId>>,
    /// Where `seen` is absent: the author had what the log says up to here, and what the same replica had
    /// written. 0 where the base is no position of this log.
    pub base_seq: u64,
    /// Of the text.
    pub text: Hash,
}

/// The versions that a numbered change is, each of another card. `base_seq` as in [`Version`].
pub fn versions_of(
    numbered: &Numbered,
    base_seq: u64,
) -> impl Iterator<Item = (CardId, Version)> + '_ {
    // A weak write that is void is no version of anything.
    let writes = numbered.ranked_writes().map(|(write, _)| write).filter(|it| is_version(it));
    writes.map(move |write| {
        let version = Version {
            id: numbered.change.id(),
            seq: numbered.seq,
            author: numbered.change.author,
            seen: write.seen.clone(),
            base_seq,
            text: Hash::of(&[write.value.bytes()]),
        };
        (write.entity.into(), version)
    })
}

/// What two versions both go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Version(ChangeId),
    /// There was no description.
    Nothing,
    /// It is not known here: a log that begins later does not have it.
    Unknown,
}

/// All versions of one card's description that a log has.
pub struct Family<'a> {
    /// In the order of their numbers.
    versions: &'a [Version],
    places: HashMap<ChangeId, usize>,
    /// Whether there can be versions before these that the log no longer has.
    cut: bool,
}

/// A version's ancestors among those that are known.
struct Ancestors {
    known: BTreeSet<usize>,
    /// Some are not known.
    more: bool,
}

impl<'a> Family<'a> {
    /// `versions` in the order of their numbers; `cut` where the log does not have its beginning.
    pub fn new(versions: &'a [Version], cut: bool) -> Family<'a> {
        let places = versions.iter().enumerate().map(|(at, version)| (version.id, at)).collect();
        Family { versions, places, cut }
    }

    pub fn version(&self, id: ChangeId) -> Option<&'a Version> {
        self.versions.get(*self.places.get(&id)?)
    }

    /// The newest versions that `standing`, which holds the register, does not go back to and that say
    /// something else; oldest first.
    pub fn apart(&self, standing: ChangeId) -> Vec<ChangeId> {
        let stands = self.places.get(&standing).copied();
        let mut included = stands.map(|at| self.ancestors(at).known).unwrap_or_default();
        included.extend(stands);
        let said: BTreeSet<[u8; 16]> = stands.iter().map(|at| self.versions[*at].text.0).collect();
        let mut apart = Vec::new();
        for (at, version) in self.versions.iter().enumerate().rev() {
            if included.contains(&at) {
                continue;
            }
            included.extend(self.ancestors(at).known);
            if !said.contains(&version.text.0) {
                apart.push(version.id);
            }
        }
        apart.reverse();
        apart
    }

    /// The nearest that both go back to; `None` where one goes back to the other, or is not known.
    pub fn origin(&self, one: ChangeId, other: ChangeId) -> Option<Origin> {
        let (one, other) = (*self.places.get(&one)?, *self.places.get(&other)?);
        let (ours, theirs) = (self.ancestors(one), self.ancestors(other));
        if one == other || ours.known.contains(&other) || theirs.known.contains(&one) {
            return None;
        }
        let common: BTreeSet<usize> = ours.known.intersection(&theirs.known).copied().collect();
        let further: BTreeSet<usize> =
            common.iter().flat_map(|at| self.ancestors(*at).known).collect();
        let nearest = common.difference(&further).last();
        Some(match nearest.and_then(|at| self.versions.get(*at)) {
            Some(version) => Origin::Version(version.id),
            None if ours.more || theirs.more => Origin::Unknown,
            None => Origin::Nothing,
        })
    }

    fn ancestors(&self, of: usize) -> Ancestors {
        let mut ancestors = Ancestors { known: BTreeSet::new(), more: false };
        let mut open = vec![of];
        while let Some(at) = open.pop() {
            let version = &self.versions[at];
            let mut goes_back_to = |parent: usize| {
                if parent != of && ancestors.known.insert(parent) {
                    open.push(parent);
                }
            };
            match &version.seen {
                Some(seen) => {
                    for id in seen {
                        match self.places.get(id) {
                            Some(parent) => goes_back_to(*parent),
                            None => ancestors.more = true,
                        }
                    }
                }
                None => {
                    ancestors.more |= self.cut;
                    let before = |other: &Version| {
                        let own = other.id.replica == version.id.replica;
                        other.seq <= version.base_seq || own && other.id.rseq < version.id.rseq
                    };
                    let parents = self.versions.iter().enumerate();
                    parents.filter(|it| before(it.1)).for_each(|it| goes_back_to(it.0));
                }
            }
        }
        ancestors
    }
}
