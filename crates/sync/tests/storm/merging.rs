//! Merging in the storm: what a replica does when it hears of a description that stands apart from another.

use crate::{
    client::Client,
    disk::{BoardRows, Holder},
};
use domain::{
    id::*,
    merge::{Merge, merge},
    register::Field,
    stamp::ChangeId,
    versions::*,
};
use std::collections::BTreeMap;

/// The versions of each card's description in a log, in order, with their texts.
pub type Described = BTreeMap<CardId, Vec<(Version, String)>>;

pub fn described<'a>(log: impl Iterator<Item = &'a domain::change::Numbered> + Clone) -> Described {
    let mut all = Described::new();
    for numbered in log.clone() {
        let base = numbered.change.base;
        let at = log.clone().find(|it| it.seq == base.seq && it.chain == base.chain);
        for (card, version) in versions_of(numbered, at.map_or(0, |it| it.seq)) {
            let writes = numbered.change.writes.iter();
            let mut texts = writes.filter(|it| is_version(it) && it.entity == card.into());
            let text = texts.find_map(|it| it.value.as_text()).unwrap_or_default().to_owned();
            all.entry(card).or_default().push((version, text));
        }
    }
    all
}

/// What stands apart from `standing`, and the merge where there is one.
pub fn pairs(
    card: CardId,
    known: &[(Version, String)],
    standing: ChangeId,
    cut: bool,
) -> Vec<([PersonId; 2], Option<Merge>)> {
    let versions: Vec<Version> = known.iter().map(|(version, _)| version.clone()).collect();
    let family = Family::new(&versions, cut);
    let text = |id: ChangeId| known.iter().find(|it| it.0.id == id).map(|it| it.1.clone());
    let Some(ours) = family.version(standing) else { return Vec::new() };
    let others = family.apart(standing).into_iter().filter_map(|it| family.version(it));
    let pair = |other: &Version| {
        let merge = merge(card, &family, standing, other.id, text);
        ([ours.author, other.author], merge)
    };
    others.map(pair).collect()
}

/// The next merge that a client makes on a board.
pub fn next(client: &Client, id: BoardId) -> Option<Merge> {
    let rows = &client.disk.boards[&id];
    if rows.holder != Holder::Server {
        return None;
    }
    let numbered = client.open[&id].numbered();
    let described = described(rows.log.values().map(|(numbered, _)| numbered));
    let waits = |card: CardId| {
        let writes = rows.outbox.values().flat_map(|it| &it.change.writes);
        writes.clone().any(|it| is_version(it) && it.entity == card.into())
    };
    described
        .iter()
        .filter(|(card, known)| known.len() > 1 && !waits(**card))
        .filter_map(|(card, known)| {
            let standing = numbered.winner((*card).into(), &Field::TEXT.into())?.winner();
            Some(pairs(*card, known, standing, rows.floor > 0))
        })
        .flatten()
        .filter(|(authors, _)| authors.contains(&client.person))
        .find_map(|(_, merge)| merge.filter(|it| !is_known(rows, it.act)))
}

fn is_known(rows: &BoardRows, act: ActId) -> bool {
    rows.log.values().any(|(it, _)| it.change.act == act)
        || rows.outbox.values().any(|it| it.change.act == act)
        || rows.kept.values().any(|it| it.0.change.act == act)
        || rows.refused.values().any(|it| it.0.change.act == act)
}
