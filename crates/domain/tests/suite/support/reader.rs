//! A reader that only knows a board's content and the patches that came since, as the window does.

use domain::{
    id::*,
    record::{
        BoardContent, BoardPatch, BoardRecord, CardRecord, ColumnRecord, LabelRecord, PersonRecord,
    },
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    pub seq: u64,
    board: BoardRecord,
    columns: BTreeMap<EntityId, ColumnRecord>,
    cards: BTreeMap<EntityId, CardRecord>,
    labels: BTreeMap<EntityId, LabelRecord>,
    people: BTreeMap<EntityId, PersonRecord>,
}

impl Reader {
    pub fn new(content: BoardContent) -> Reader {
        let BoardContent { board, seq, columns, cards, labels, people } = content;
        Reader {
            seq,
            board,
            columns: columns.into_iter().map(|it| (it.id.into(), it)).collect(),
            cards: cards.into_iter().map(|it| (it.id.into(), it)).collect(),
            labels: labels.into_iter().map(|it| (it.id.into(), it)).collect(),
            people: people.into_iter().map(|it| (it.id.into(), it)).collect(),
        }
    }

    pub fn absorb(&mut self, patch: BoardPatch) {
        assert_eq!(patch.from, self.seq, "a patch begins where the reader is");
        self.seq = patch.to;
        self.board = patch.board;
        for dropped in patch.dropped {
            self.columns.remove(&dropped);
            self.cards.remove(&dropped);
            self.labels.remove(&dropped);
            self.people.remove(&dropped);
        }
        self.columns.extend(patch.columns.into_iter().map(|it| (it.id.into(), it)));
        self.cards.extend(patch.cards.into_iter().map(|it| (it.id.into(), it)));
        self.labels.extend(patch.labels.into_iter().map(|it| (it.id.into(), it)));
        self.people.extend(patch.people.into_iter().map(|it| (it.id.into(), it)));
    }
}
