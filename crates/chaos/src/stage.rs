//! What the scenarios share: the boards, the agents, and what is done when the faults are over.

use crate::{
    act::{Act, Id, Intent, Phase, Road},
    agent::{Acknowledged, Agent, Common, Known},
    history::History,
    journal::{self, Journal, Writing},
    reading::{Board, read_all},
    run::{Looked, Question, Settings, begin},
    side_by_side::side_by_side,
    tickets, tongue,
    wire::Wire,
};
use anyhow::{Context, Result, ensure};
use std::{sync::Arc, time::Duration};
use tokio::sync::{RwLock, watch};

/// A board that a broken server answered too early is waited for, so that the run goes on.
const BOARD_TRIES_MAX: usize = 100;
const BOARD_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// Few, so that they are written to often.
const CONTESTED_EACH: usize = 2;
/// A server answers one board's reader while another's is asked the next.
const BOARDS_AT_ONCE: usize = 3;

/// All that agents need to write.
#[derive(Clone)]
pub struct Stage {
    pub settings: Arc<Settings>,
    pub common: Common,
    /// By the wall clock.
    pub began: String,
    /// Who does one thing takes it for so long; whoever restores a backup takes it alone. It counts backups.
    pub turn: Arc<RwLock<u32>>,
    /// It turns true when what is unknown is no longer repeated.
    given_up: watch::Sender<bool>,
}

impl Stage {
    pub fn begin(settings: &Arc<Settings>) -> Result<(Stage, Writing)> {
        let (journal, writing) = Journal::create(&settings.journal())?;
        let (began, clock) = begin();
        let common = Common { clock, journal, acknowledged: Acknowledged::default() };
        let (settings, given_up) = (settings.clone(), watch::Sender::new(false));
        let turn = Arc::default();
        Ok((Stage { settings, common, began, turn, given_up }, writing))
    }

    pub fn agent(&self, number: u32, wire: &Wire) -> Agent {
        let (wire, common) = (wire.another(), self.common.clone());
        Agent { number, wire, common, given_up: self.given_up.subscribe() }
    }

    /// The server is gone: what is unknown stays so for now.
    pub fn give_up(&self, given_up: bool) {
        self.given_up.send_replace(given_up);
    }

    /// A word that all titles of the run have.
    pub fn word(&self) -> String {
        word(&self.settings)
    }

    /// What an agent means to do, under a key of its own.
    pub fn intent(
        &self,
        agent: u32,
        phase: Phase,
        board: &Id,
        name: &str,
        due_us: u64,
        act: Act,
    ) -> Intent {
        let key = format!("{}-{name}", self.word());
        Intent {
            key,
            agent,
            phase,
            board: board.clone(),
            act,
            road: Road::Api,
            due_us,
            contested: false,
        }
    }

    pub fn heard(&self, known: &Known) {
        if let Known::Acknowledged(answered) = known
            && let Some(card) = &answered.card
        {
            self.common.acknowledged.add(card);
        }
    }

    /// A board with its columns; also whether it was there as soon as it was answered.
    pub async fn make_board(&self, wire: &mut Wire, number: u32) -> Result<(Arc<Board>, Question)> {
        let title = format!("Chaos {number}");
        let made = wire.ask(&tongue::make_board(&title, &tongue::COLUMNS)).await?;
        let said = String::from_utf8_lossy(&made.bytes).into_owned();
        ensure!(made.status == 201, "the board was answered {}: {said}", made.status);
        let id = tongue::id(&made.json()?)?;
        let mut listed = wire.ask(&tongue::columns(&id)).await?;
        let fault = (listed.status != 200).then(|| format!("it was answered {}", listed.status));
        for _ in 0..BOARD_TRIES_MAX {
            if listed.status == 200 {
                break;
            }
            tokio::time::sleep(BOARD_AGAIN_AFTER).await;
            listed = wire.ask(&tongue::columns(&id)).await?;
        }
        let columns = tongue::array(&listed)?.iter().map(tongue::id).collect::<Result<Vec<_>>>()?;
        ensure!(columns.len() == tongue::COLUMNS.len(), "the board has the columns {columns:?}");
        let asked = "GET …/columns of a board as soon as it was made".to_owned();
        let named = tickets::boards(wire).await?;
        let number = named.get(&title).copied().context("the board has no number")?;
        let board = Board { id, number, columns, word: self.word() };
        Ok((Arc::new(board), Question { asked, fault }))
    }

    /// Cards that several will write to, on each of some boards.
    pub async fn make_contested(
        &self,
        wire: &Wire,
        boards: &[Arc<Board>],
    ) -> Result<Vec<(usize, Id)>> {
        let (mut agent, mut made) = (self.agent(0, wire), Vec::new());
        for (at, board) in boards.iter().enumerate() {
            for number in 0..CONTESTED_EACH {
                let (name, column) = (format!("contested-{at}-{number}"), board.columns[0].clone());
                let title = format!("contested {at}x{number} {}", self.word());
                let (act, due_us) = (Act::Create { column, title }, self.common.clock.now_us());
                let intent = self.intent(0, Phase::Edge, &board.id, &name, due_us, act);
                let intent = Intent { contested: true, ..intent };
                let known = agent.carry_out(&intent).await?;
                made.push((at, known.card().context("a contested card was not made")?));
            }
        }
        Ok(made)
    }

    /// Looks at every read path of boards for what was acknowledged until now.
    pub async fn look(
        &self,
        wire: &Wire,
        boards: &[Arc<Board>],
        when: &str,
    ) -> Result<Vec<Looked>> {
        let by_us = self.common.clock.now_us();
        let known = Arc::new(History::of(journal::read(&self.settings.journal())?));
        let looks = boards.iter().map(|board| {
            let (known, board) = (known.clone(), board.clone());
            let (mut wire, when) = (wire.another(), when.to_owned());
            async move {
                let expected = known.board(&board.id, by_us, true);
                let found = read_all(&mut wire, &board, &expected).await;
                Ok(Looked::new(&when, by_us, &board, found))
            }
        });
        side_by_side(BOARDS_AT_ONCE, looks).await
    }

    /// Repeats what nobody knows the outcome of, by its key.
    pub async fn settle(&self, wire: &Wire) -> Result<()> {
        self.give_up(false);
        let lines = journal::read(&self.settings.journal())?;
        let mut agent = self.agent(0, wire);
        for write in History::of(lines).open() {
            let known = agent.carry_out(&write.intent).await.context("a write is not settled")?;
            self.heard(&known);
        }
        Ok(())
    }
}

fn word(settings: &Settings) -> String {
    format!("chaos{:x}", settings.seed)
}
