//! Old backups that are put back. What must be there afterwards is what the backup has and what replicas made; what
//! only the server held is gone, and is counted.

use crate::{
    act::Id,
    disk::{self, Copy},
    hearing::Logs,
    journal::{Kept, Line, Restored},
    listening::listened,
    logged::numbers,
    reading::{Board, Reading, Readings, Shows},
    run::{Looked, Question},
    server::Place,
    stage::Stage,
};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct Backups {
    boards: Vec<Arc<Board>>,
    /// The one that is put back next, and when it began to be made.
    last: Option<(PathBuf, u64)>,
    made: usize,
    /// Of the boards that are listened to, as they lay on the disk before a backup took their place.
    pub logs: Logs,
    /// What was found in those that were put back, and on the disk before.
    pub looked: Vec<Looked>,
    pub questions: Vec<Question>,
}

impl Backups {
    pub fn of(boards: &[Arc<Board>]) -> Backups {
        let boards = boards.to_vec();
        let (looked, questions, logs) = (Vec::new(), Vec::new(), Logs::new());
        Backups { boards, last: None, made: 0, logs, looked, questions }
    }

    pub fn has_one(&self) -> bool {
        self.last.is_some()
    }

    /// While the server runs and others write.
    pub async fn make(&mut self, stage: &Stage, place: &Place) -> Result<()> {
        self.made += 1;
        let file = stage.settings.out.join(format!("backup-{}.db", self.made));
        let began_us = stage.common.clock.now_us();
        place.back_up(&file).await?;
        self.last = Some((file, began_us));
        Ok(())
    }

    /// The server is dead, and nobody writes. What it has then is in the journal. So many were put back before.
    pub async fn put_back(&mut self, stage: &Stage, place: &Place, turn: u32) -> Result<()> {
        let Some((file, began_us)) = self.last.take() else { return Ok(()) };
        self.read_what_ends(stage, place, turn).await?;
        let boards = self.read(&file, began_us).await?;
        place.restore(&file).await?;
        let at_us = stage.common.clock.now_us();
        stage.common.journal.write(Line::Restored(Restored { at_us, boards })).await?;
        // It was looked through, and there are many.
        Ok(std::fs::remove_file(file)?)
    }

    /// By SQL: what listeners were told must be there, and what was acknowledged.
    async fn read_what_ends(&mut self, stage: &Stage, place: &Place, turn: u32) -> Result<()> {
        let folder = stage.settings.out.join(format!("before-backup-{}", self.made));
        let (mut copy, sound) = Copy::open(&place.copy_database(&folder)?).await?;
        self.questions.push(sound);
        let by_us = stage.common.clock.now_us();
        for board in listened(&self.boards) {
            let log = copy.log(&board.id).await?;
            let (reading, numbers) = (copy.read(&board.id, disk::ON_DISK).await, numbers(&log));
            self.logs.insert((turn, board.id.clone()), log);
            let found = Readings { readings: vec![reading], numbers };
            self.looked.push(Looked::new("before backups were put back", by_us, board, found));
        }
        copy.close().await?;
        Ok(std::fs::remove_dir_all(folder)?)
    }

    /// By SQL: all that was acknowledged before it began must be in it.
    async fn read(&mut self, file: &Path, by_us: u64) -> Result<BTreeMap<Id, Kept>> {
        let (mut copy, sound) = Copy::open(file).await?;
        self.questions.push(sound);
        let mut boards = BTreeMap::new();
        for board in &self.boards {
            let mut reading = Reading::new("SQL on a backup", Shows::CardsById);
            let kept = copy.kept(&board.id, &mut reading.faults).await?;
            reading.cards.clone_from(&kept.cards);
            boards.insert(board.id.clone(), kept);
            let numbers = numbers(&copy.log(&board.id).await?);
            let found = Readings { readings: vec![reading.only_live()], numbers };
            self.looked.push(Looked::new("in backups", by_us, board, found));
        }
        copy.close().await?;
        Ok(boards)
    }
}
