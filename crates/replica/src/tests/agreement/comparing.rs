//! What is on disk in both, table by table.

use super::{BoardRows, Script};
use crate::storing::{refused_name, staged};
use domain::{board::Board, id::*, log::Signer, shared::Waiting};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::{Connection, Stack, Store, boards, sharing, undo};

/// The part of the disk that steps may have changed. What is not in it was compared before.
pub struct Scope {
    /// Of the log, what is behind this number.
    pub log_after: u64,
    /// Whether changes came to those that are kept, or left them.
    pub kept: bool,
    pub tray: bool,
    /// Of every name that this folder ever signed with.
    pub signers: bool,
}

impl Scope {
    pub const ALL: Scope = Scope { log_after: 0, kept: true, tray: true, signers: true };
}

/// The storage in memory, as it is now or was before.
pub struct Memory<'a> {
    pub board: BoardId,
    pub replica: ReplicaId,
    pub rows: &'a BoardRows,
    pub last: Option<ActId>,
}

impl<'a> Memory<'a> {
    pub fn of(script: &'a Script) -> Memory<'a> {
        Memory {
            board: script.board,
            replica: script.disk.replica,
            rows: &script.disk.boards[&script.board],
            last: script.last,
        }
    }

    pub async fn compare(&self, connection: &mut Connection, scope: &Scope) {
        self.compare_board(connection).await;
        self.compare_log(connection, scope.log_after).await;
        self.compare_what_left(connection, scope).await;
        self.compare_signers(connection, scope.signers).await;
        self.compare_staged(connection).await;
        self.compare_undo(connection).await;
    }

    /// The registers, the head, and what all comes to with the changes that wait.
    async fn compare_board(&self, connection: &mut Connection) {
        let held = boards::load(connection, self.board).await.unwrap().unwrap();
        let shared = held.shared().unwrap();
        assert_eq!(held.numbered().head, self.rows.head);
        assert_eq!(things(held.numbered()), self.rows.things);
        let share = &shared.share;
        assert_eq!((share.settled, share.floor), (self.rows.settled, self.rows.floor));
        let memory = self.rows.load(self.board);
        assert_eq!(held.board().head, memory.shown().head);
        assert_eq!(things(held.board()), things(memory.shown()));
        assert_eq!(shared.board.latest(), memory.latest());
    }

    async fn compare_log(&self, connection: &mut Connection, after: u64) {
        let log = boards::read_lines_after(connection, self.board, after, u32::MAX).await.unwrap();
        let wanted = self.rows.log.range(after + 1..).map(|(_, it)| it.clone());
        assert_eq!(log, wanted.collect::<Vec<_>>());
    }

    /// The outbox, and what left it, but not for the log.
    async fn compare_what_left(&self, connection: &mut Connection, scope: &Scope) {
        let outbox = sharing::outbox(connection, self.board).await.unwrap();
        assert_eq!(outbox, self.rows.outbox.values().cloned().collect::<Vec<_>>());
        let standings = sharing::standings(connection).await.unwrap();
        let standings = standings.iter().map(|it| (it.share.board, it.waiting, it.refused));
        let counts = (self.rows.outbox.len() as u64, self.rows.refused.len() as u64);
        assert_eq!(standings.collect::<Vec<_>>(), [(self.board, counts.0, counts.1)]);
        // What was kept or refused has its place in its own columns.
        let plain = |it: &Arc<Waiting>| Waiting { former: None, ..Waiting::clone(it) };
        if scope.kept {
            let kept = sharing::kept(connection, self.board).await.unwrap();
            let wanted = self.rows.kept.values().map(|(it, seq, stamp)| (plain(it), *seq, *stamp));
            assert_eq!(kept, wanted.collect::<Vec<_>>());
        }
        if scope.tray {
            let tray = sharing::tray(connection, self.board).await.unwrap();
            let tray: Vec<_> = tray.into_iter().map(|it| (it.waiting, it.why)).collect();
            let wanted = self.rows.refused.values();
            let wanted = wanted.map(|(it, why)| (plain(it), refused_name(*why).to_owned()));
            assert_eq!(tray, wanted.collect::<Vec<_>>());
        }
    }

    async fn compare_signers(&self, connection: &mut Connection, all: bool) {
        assert_eq!(Store::replica(connection).await.unwrap(), self.replica);
        let named = |it: &&Signer| all || it.replica == self.replica;
        for signer in self.rows.signers.values().filter(named) {
            let here = boards::signer(connection, self.board, signer.replica).await.unwrap();
            assert_eq!(here, *signer);
        }
    }

    /// The snapshot that is arriving.
    async fn compare_staged(&self, connection: &mut Connection) {
        let here = staged(connection, self.board).await.unwrap();
        let parts = sharing::staged_parts(connection, self.board).await.unwrap();
        let here = here.map(|(offer, count)| {
            assert_eq!(count as usize, parts.len());
            (offer, parts)
        });
        assert_eq!(here, self.rows.staged);
    }

    /// The id under which undo looks for what was done last.
    async fn compare_undo(&self, connection: &mut Connection) {
        let top = undo::top(connection, Stack::Undo).await.unwrap();
        let expects = top.and_then(|step| step.inverses.last().and_then(|(_, it)| it.expects));
        assert_eq!(expects, self.last.map(|act| self.rows.undo[&act]));
    }
}

pub fn things(board: &Board) -> BTreeMap<EntityId, domain::board::Entity> {
    board.entities().map(|(id, it)| (id, it.clone())).collect()
}

/// What was written since the disk was last compared.
pub fn scope(before: u64, now: u64, kinds: &BTreeSet<&'static str>) -> Scope {
    // The row below it may not have changed either.
    let log_after = before.min(now).saturating_sub(2);
    let kept = ["Keep", "Unkeep"].iter().any(|kind| kinds.contains(kind));
    Scope { log_after, kept, tray: kinds.contains("Refuse"), signers: kinds.contains("Replica") }
}
