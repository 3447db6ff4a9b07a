//! A replica that follows one board: what it holds in memory, what it would have on disk of its log, and what it says.

use super::{pen::Pen, *};
use domain::{
    board::Board,
    change::Numbered,
    fresh::Fresh,
    log::{Act, Signer},
    shared::{Settled, SharedBoard, Waiting},
};
use std::sync::Arc;
use sync::{
    following::{Broken, Following, Near, Outcome, Past},
    message::*,
    rows::Row,
};

pub struct Desk {
    pub shared: SharedBoard,
    pub following: Following,
    pub signer: Signer,
    /// The log with its lines, and the bodies that a snapshot covered, as rows would have them.
    pub past: Past,
    pub now_ms: u64,
    acts: u64,
}

impl Desk {
    pub fn new(number: u8) -> Desk {
        let shared =
            SharedBoard::new(Board::new(board(), epoch()), Vec::new(), Settled::default(), 0);
        let mut following = Following::new(board(), None);
        following.follow(Vec::new());
        let signer = Pen::new(number).signer;
        Desk { shared, following, signer, past: Past::default(), now_ms: NOON, acts: 0 }
    }

    /// A person acts: it waits in the outbox.
    pub fn act(&mut self, writes: Vec<Write>) -> Vec<Arc<Waiting>> {
        self.acts += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.acts.to_be_bytes());
        let mut fresh = Fresh::new(seed, self.now_ms);
        let act = Act { author: person(1), intent: "test", group: GroupId(fresh.uuid()), id: None };
        self.shared.queue(&mut self.signer, &act, writes, &mut fresh).unwrap().waiting
    }

    pub fn try_hear(&mut self, news: BoardNews) -> Result<Outcome, Broken> {
        let Past { floor, log, kept, staged } = &self.past;
        let past = self.following.needs_past(&news).then(|| Past {
            floor: *floor,
            log: log.clone(),
            kept: kept.clone(),
            staged: staged.clone(),
        });
        let near = Near { replica: self.signer.replica, fresh: replica(0xf0), past };
        let outcome = self.following.receive(&mut self.shared, near, news)?;
        for row in &outcome.rows {
            match row {
                Row::Log { numbered, line } => {
                    self.past.log.push((Numbered::clone(numbered), *line));
                }
                Row::Unlog { after } => self.past.log.retain(|(it, _)| it.seq <= *after),
                Row::Keep { waiting, seq, cstamp } => {
                    self.past.kept.push((Waiting::clone(waiting), *seq, *cstamp));
                }
                Row::Unkeep { line } => self.past.kept.retain(|(it, ..)| it.line != *line),
                Row::Floor(floor) => self.past.floor = *floor,
                Row::Stage(_) | Row::Unstage => self.past.staged.clear(),
                Row::StagePart { things, .. } => self.past.staged.push(things.clone()),
                Row::Signer(signer) => self.signer = *signer,
                Row::Restamp(_)
                | Row::Queue(_)
                | Row::Unqueue { .. }
                | Row::Refuse { .. }
                | Row::Things(_)
                | Row::AllThings
                | Row::Head
                | Row::Replica(_)
                | Row::Renamed { .. } => {}
            }
        }
        Ok(outcome)
    }

    pub fn hear(&mut self, news: BoardNews) -> Outcome {
        self.try_hear(news).unwrap()
    }

    /// What it pushes now, as the changes' ids.
    pub fn push(&mut self) -> Option<Push> {
        match self.following.push(&self.shared)? {
            FromClient::Push(push) => Some(push),
            other => panic!("{other:?}"),
        }
    }

    /// Another connection, with the marks of the one before gone.
    pub fn reconnect(&mut self) -> Vec<Row> {
        let rows = self.following.end(&mut self.shared);
        self.shared.show();
        self.following.follow(vec![self.shared.numbered().head.position]);
        rows
    }

    pub fn title(&self, card: u8) -> &str {
        self.shared.shown().entity(thing(card)).map_or("", |it| it.text(Field::TITLE))
    }

    pub fn waits(&self) -> Vec<ChangeId> {
        self.shared.outbox().map(|it| it.change.id()).collect()
    }
}

/// What is said about the board, in short.
pub fn told(rows: &[Row]) -> Vec<&'static str> {
    let name = |row: &Row| match row {
        Row::Log { line: None, .. } => "log",
        Row::Log { line: Some(_), .. } => "log own",
        Row::Restamp(_) => "restamp",
        Row::Unlog { .. } => "unlog",
        Row::Queue(_) => "queue",
        Row::Unqueue { .. } => "unqueue",
        Row::Keep { .. } => "keep",
        Row::Unkeep { .. } => "unkeep",
        Row::Refuse { .. } => "refuse",
        Row::Things(_) => "things",
        Row::AllThings => "all things",
        Row::Head => "head",
        Row::Floor(_) => "floor",
        Row::Signer(_) => "signer",
        Row::Replica(_) => "replica",
        Row::Renamed { .. } => "renamed",
        Row::Stage(_) => "stage",
        Row::StagePart { .. } => "stage part",
        Row::Unstage => "unstage",
    };
    rows.iter().map(name).collect()
}
