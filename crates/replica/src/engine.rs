//! The engine: boards in memory, the store below them, and the one way in which anything is written:
//! read on, resolve, sign, commit, and only then tell.

use crate::{
    kept::KnownKept,
    merging::Unmerged,
    protocol::*,
    reading_on::{current, read_on},
    writing::Writing,
};
use domain::{
    edit::Edit,
    fresh::Fresh,
    id::*,
    record::{BoardPatch, BoardRecord, Standing},
    resolve::resolve,
    versions::TextVersion,
    view,
};
use std::collections::BTreeMap;
use store::{HeldBoard, Stack, Store, StoreError, drafts, reading, sharing, shelf, undo};
use tokio::sync::broadcast;

/// So many edits can be carried out as one.
const EDITS_MAX: usize = 1_000;

pub struct Engine {
    /// Tells it from the one that the folder had before a restore.
    pub(crate) id: uuid::Uuid,
    pub(crate) store: Store,
    /// Boards that were asked for, as of the last commit that we know of.
    pub(crate) boards: BTreeMap<BoardId, HeldBoard>,
    /// What the windows were last told, to tell them what others did.
    told: Told,
    pub(crate) patches: broadcast::Sender<Patch>,
    data_version: i64,
    /// Pairs of versions that cannot be merged without asking.
    pub(crate) unmerged: Unmerged,
    /// What lies deleted with edits that had not seen that, as far as each board was looked through.
    pub(crate) kept: BTreeMap<BoardId, KnownKept>,
}

#[derive(Default)]
struct Told {
    boards: BTreeMap<BoardId, BoardRecord>,
    drafts: BTreeMap<String, Draft>,
}

/// The clock of this machine, in milliseconds since 1970.
pub(crate) fn wall_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Chance and time from the system.
pub(crate) fn fresh() -> Fresh {
    fresh_at(0)
}

/// As [`fresh`], by a clock that is so much ahead of this machine's.
pub(crate) fn fresh_at(offset_ms: i64) -> Fresh {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    seed[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    Fresh::new(seed, wall_ms().saturating_add_signed(offset_ms))
}

impl Engine {
    /// Brings the tables for reading up to date where they are not.
    pub async fn start(
        mut store: Store,
        patches: broadcast::Sender<Patch>,
    ) -> Result<Engine, Failure> {
        let mut transaction = store.begin().await?;
        reading::bring_up_to_date(&mut transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        let data_version = store.data_version().await?;
        let told = Told::default();
        let mut engine = Engine {
            id: uuid::Uuid::new_v4(),
            store,
            boards: BTreeMap::new(),
            told,
            patches,
            data_version,
            unmerged: Unmerged::new(),
            kept: BTreeMap::new(),
        };
        engine.told = engine.now().await?;
        Ok(engine)
    }

    async fn now(&mut self) -> Result<Told, Failure> {
        let boards = shelf::boards(self.store.connection()).await?;
        let drafts = drafts::all(self.store.connection()).await?;
        Ok(Told {
            boards: boards.into_iter().map(|record| (record.id, record)).collect(),
            drafts: drafts.into_iter().map(draft).map(|it| (it.key.clone(), it)).collect(),
        })
    }

    pub(crate) async fn undo_state(&mut self) -> Result<UndoState, Failure> {
        let tops = undo::tops(self.store.connection()).await?;
        Ok(UndoState { undo: tops.undo, redo: tops.redo })
    }

    /// The sidebar, in order.
    pub(crate) async fn records(&mut self) -> Result<Vec<BoardRecord>, Failure> {
        Ok(shelf::boards(self.store.connection()).await?)
    }

    pub(crate) async fn drafts(&mut self) -> Result<Vec<Draft>, Failure> {
        Ok(drafts::all(self.store.connection()).await?.into_iter().map(draft).collect())
    }

    /// The board, loaded where it is not yet.
    pub(crate) async fn held(&mut self, id: BoardId) -> Result<&HeldBoard, Failure> {
        self.catch_up().await?;
        if !self.boards.contains_key(&id) {
            let current = current(self.store.connection(), id, None).await?;
            self.boards.insert(id, current.held);
        }
        self.boards.get(&id).ok_or_else(|| Failure::not_found("board"))
    }

    /// Carries an edit out. It is on disk when this returns.
    pub async fn edit(&mut self, id: BoardId, edit: &Edit) -> Result<Edited, Failure> {
        if let Edit::MoveBoard { place } = edit {
            return self.move_board(id, place).await;
        }
        self.edits(id, std::slice::from_ref(edit)).await
    }

    /// Carries several edits out as one: all of them or none, and one step of undo. Each sees what
    /// those before it did.
    pub async fn edits(&mut self, id: BoardId, edits: &[Edit]) -> Result<Edited, Failure> {
        let verb = match edits {
            [] => return Err(Failure::new(FailureCode::BadRequest, "There is nothing to do.")),
            [first, ..] if edits.len() <= EDITS_MAX => first.verb(),
            _ => {
                let message = format!("More than {EDITS_MAX} edits at once.");
                return Err(Failure::new(FailureCode::TooLarge, message));
            }
        };
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let at = writing.board(id).await?;
        let (mut created, mut unchanged) = (Vec::new(), true);
        for edit in edits {
            let (held, fresh) = writing.resolving(at);
            let resolved = match resolve(held.board(), held.me, edit, fresh) {
                Ok(resolved) => resolved,
                Err(refusal) => {
                    writing.abandon().await?;
                    return Err(refusal.into());
                }
            };
            unchanged &= resolved.writes.is_empty();
            created.extend(resolved.created);
            if let Err(failure) = writing.write(at, edit.verb(), resolved.writes).await {
                writing.abandon().await?;
                return Err(failure);
            }
        }
        let forgets = edits.contains(&Edit::EmptyTrash);
        let patches = writing.finish(verb, (!forgets).then_some(Stack::Undo), true).await?;
        let patch = self.tell(patches, id).await?;
        self.merge_apart(id).await;
        Ok(Edited { board: id, created, unchanged, patch })
    }

    /// Sends what was committed to all who listen; the patch of `id` comes back.
    pub(crate) async fn tell(
        &mut self,
        patches: Vec<BoardPatch>,
        id: BoardId,
    ) -> Result<Patch, Failure> {
        let undo = self.undo_state().await?;
        let mut own = None;
        for patch in patches {
            let of = patch.board.id;
            self.told.boards.insert(of, patch.board.clone());
            let patch = Patch::Board { patch: Box::new(patch), undo: undo.clone() };
            if of == id {
                own = Some(patch.clone());
            }
            self.publish(patch);
        }
        Ok(own.unwrap_or(Patch::Reload))
    }

    /// Nobody listening is no fault.
    fn publish(&self, patch: Patch) {
        self.patches.send(patch).ok();
    }

    pub async fn save_draft(&mut self, mut draft: Draft) -> Result<(), Failure> {
        draft.saved_ms = view::signed(wall_ms());
        let left = sharing::retired(self.store.connection()).await?;
        if let Some(left) = left.iter().find(|left| left.board == draft.board) {
            // A window that was not told yet that its board was left for a copy.
            draft.key = draft.key.replace(&left.board.to_string(), &left.copy.to_string());
            draft.board = left.copy;
        }
        let row = drafts::DraftRow {
            key: draft.key.clone(),
            board: draft.board,
            card: draft.card,
            column: draft.column,
            text: draft.text.clone(),
            base: draft.base.clone().map(|base| base.0),
            saved_ms: draft.saved_ms,
        };
        let mut transaction = self.store.begin().await?;
        drafts::put(&mut transaction, &row).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.told.drafts.insert(draft.key.clone(), draft.clone());
        self.publish(Patch::Drafts { put: vec![draft], dropped: Vec::new() });
        Ok(())
    }

    pub async fn drop_draft(&mut self, key: String) -> Result<(), Failure> {
        let mut transaction = self.store.begin().await?;
        let was_there = drafts::remove(&mut transaction, &key).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        self.told.drafts.remove(&key);
        if was_there {
            self.publish(Patch::Drafts { put: Vec::new(), dropped: vec![key] });
        }
        Ok(())
    }

    /// Reads on where another process committed since, and tells.
    pub async fn catch_up(&mut self) -> Result<(), Failure> {
        let version = self.store.data_version().await?;
        if version == self.data_version {
            return Ok(());
        }
        let undo = self.undo_state().await?;
        let mut patches = Vec::new();
        let ids: Vec<BoardId> = self.boards.keys().copied().collect();
        for id in ids {
            let Some(mut held) = self.boards.remove(&id) else { continue };
            let from = held.number();
            match read_on(self.store.connection(), &mut held).await? {
                None => {
                    self.data_version = version;
                    self.boards.clear();
                    self.told = self.now().await?;
                    self.publish(Patch::Reload);
                    return Ok(());
                }
                Some(touched) if held.number() > from => patches.push(held.patch(from, &touched)),
                Some(_) => {}
            }
            self.boards.insert(id, held);
        }
        let now = self.now().await?;
        self.tell_of_others(now, patches, &undo);
        self.data_version = version;
        Ok(())
    }

    /// Tells what boards and drafts there are now, after more than one of them became another.
    pub(crate) async fn tell_all(&mut self) -> Result<(), Failure> {
        let now = self.now().await?;
        let undo = self.undo_state().await?;
        self.tell_of_others(now, Vec::new(), &undo);
        Ok(())
    }

    /// Tells which drafts there are now, after some became others.
    pub(crate) async fn tell_drafts(&mut self) -> Result<(), Failure> {
        let now = self.now().await?.drafts;
        let told = std::mem::replace(&mut self.told.drafts, now);
        self.tell_of_drafts(told);
        Ok(())
    }

    fn tell_of_others(&mut self, now: Told, mut patches: Vec<BoardPatch>, undo: &UndoState) {
        let told = std::mem::replace(&mut self.told, now);
        let gone = told.boards.values().filter(|old| !self.told.boards.contains_key(&old.id));
        let gone = gone.map(|old| BoardRecord { standing: Standing::Deleted, ..old.clone() });
        let new = self.told.boards.values().filter(|it| told.boards.get(&it.id) != Some(it));
        for record in gone.chain(new.cloned()) {
            if !patches.iter().any(|patch| patch.board.id == record.id) {
                patches.push(empty_patch(record));
            }
        }
        for patch in patches {
            self.publish(Patch::Board { patch: Box::new(patch), undo: undo.clone() });
        }
        self.tell_of_drafts(told.drafts);
    }

    fn tell_of_drafts(&self, told: BTreeMap<String, Draft>) {
        let now = &self.told.drafts;
        let put = now.values().filter(|draft| told.get(&draft.key) != Some(draft));
        let put: Vec<Draft> = put.cloned().collect();
        let dropped: Vec<String> = told.into_keys().filter(|key| !now.contains_key(key)).collect();
        if !put.is_empty() || !dropped.is_empty() {
            self.publish(Patch::Drafts { put, dropped });
        }
    }
}

fn empty_patch(board: BoardRecord) -> BoardPatch {
    BoardPatch {
        board,
        from: 0,
        to: 0,
        columns: Vec::new(),
        cards: Vec::new(),
        labels: Vec::new(),
        people: Vec::new(),
        dropped: Vec::new(),
        details: Vec::new(),
    }
}

fn draft(row: drafts::DraftRow) -> Draft {
    Draft {
        key: row.key,
        board: row.board,
        card: row.card,
        column: row.column,
        text: row.text,
        base: row.base.map(TextVersion),
        saved_ms: row.saved_ms,
    }
}
