//! Whoever listens while others write: over each of the two paths somebody on a board that many share and on another.
//! Whenever a connection is gone they come back. What they heard is judged when the log was read from the disk.

use crate::{
    act::{Act, Id, Phase},
    hearing::{Path, Span, Told},
    reading::Board,
    run::Question,
    stage::Stage,
    stream::{Events, NotConnected, Socket},
    tongue,
    wire::Wire,
};
use anyhow::{Context, Result, ensure};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// A link that stands still brings no first message.
const CONNECTS_WITHIN: Duration = Duration::from_secs(30);
/// Nothing is harmed any more when the last card is made.
const HEARD_WITHIN: Duration = Duration::from_secs(10);
const LAST_TRIES: u32 = 3;
/// What the title of the last card begins with, for whom its id is not told.
const LAST: &str = "last";

/// What a listener is known to have by now.
#[derive(Clone, Debug, Default)]
struct Has {
    connected: bool,
    /// Ids of cards that were made, or titles of those that are the last.
    made: BTreeSet<String>,
}

pub struct Listeners {
    boards: Vec<Arc<Board>>,
    all: Vec<(Path, Id, watch::Receiver<Has>)>,
    running: JoinSet<Result<Vec<Span>>>,
    /// All that is acknowledged by then has to be told, when that is known.
    ending: watch::Sender<Option<u64>>,
}

impl Listeners {
    /// On the first of some boards, and on another.
    pub fn begin(stage: &Stage, wire: &Wire, boards: &[Arc<Board>]) -> Listeners {
        let boards: Vec<Arc<Board>> = listened(boards).to_vec();
        let (mut all, mut running) = (Vec::new(), JoinSet::new());
        let ending = watch::Sender::new(None);
        for board in &boards {
            for path in [Path::Events, Path::Socket] {
                let (has, seen) = watch::channel(Has::default());
                all.push((path, board.id.clone(), seen));
                let (stage, board, wire) = (stage.clone(), board.clone(), wire.another());
                let (ended, spans) = (ending.subscribe(), Vec::new());
                let listener = Listener { stage, board, path, wire, has, ended, spans };
                running.spawn(listener.until_the_end());
            }
        }
        Listeners { boards, all, running, ending }
    }

    /// Nobody harms anything now. A last card is made on each board, and all have to hear of it; then they end.
    pub async fn end(mut self, stage: &Stage, wire: &Wire) -> Result<(Vec<Span>, Vec<Question>)> {
        let (mut deaf, mut until_us) = (Vec::new(), 0);
        for number in 0..LAST_TRIES {
            self.all_have(|has, _| has.connected).await;
            until_us = stage.common.clock.now_us();
            let made = self.make_the_last(stage, wire, number).await?;
            deaf = self
                .all_have(|has, board| {
                    let of_board = made.iter().filter(|(on, _, _)| on == board);
                    of_board
                        .into_iter()
                        .any(|(_, id, title)| has.made.contains(id) || has.made.contains(title))
                })
                .await;
            if deaf.is_empty() {
                break;
            }
        }
        self.ending.send_replace(Some(until_us));
        let mut spans = Vec::new();
        while let Some(ended) = self.running.join_next().await {
            spans.extend(ended??);
        }
        let questions = self.all.iter().map(|(path, board, _)| {
            let asked =
                format!("{path:?} of a board tell of the last card, when nothing is harmed");
            let fault =
                deaf.contains(&(*path, board.clone())).then(|| format!("those of {board} do not"));
            Question { asked, fault }
        });
        Ok((spans, questions.collect()))
    }

    /// Waits for something of all of them; those of whom it is not so, soon, come back.
    async fn all_have(&mut self, is_so: impl Fn(&Has, &Id) -> bool) -> Vec<(Path, Id)> {
        let mut not = Vec::new();
        for (path, board, has) in &mut self.all {
            let waited = timeout(HEARD_WITHIN, has.wait_for(|has| is_so(has, board))).await;
            if !matches!(waited, Ok(Ok(_))) {
                not.push((*path, board.clone()));
            }
        }
        not
    }

    async fn make_the_last(
        &self,
        stage: &Stage,
        wire: &Wire,
        number: u32,
    ) -> Result<Vec<(Id, Id, String)>> {
        let mut agent = stage.agent(0, wire);
        let mut made = Vec::new();
        for (at, board) in self.boards.iter().enumerate() {
            let column = board.columns.first().context("a board without columns")?.clone();
            let title = format!("{LAST} {at}x{number} {}", stage.word());
            let (due_us, name) = (stage.common.clock.now_us(), format!("last-{at}-{number}"));
            let act = Act::Create { column, title: title.clone() };
            let intent = stage.intent(0, Phase::Edge, &board.id, &name, due_us, act);
            let known = agent.carry_out(&intent).await?;
            stage.heard(&known);
            let id = known.card().context("a last card was not made")?;
            made.push((board.id.clone(), id, title));
        }
        Ok(made)
    }
}

/// Those of some boards that are listened to.
pub fn listened(boards: &[Arc<Board>]) -> &[Arc<Board>] {
    &boards[..boards.len().min(2)]
}

struct Listener {
    stage: Stage,
    board: Arc<Board>,
    path: Path,
    wire: Wire,
    has: watch::Sender<Has>,
    ended: watch::Receiver<Option<u64>>,
    spans: Vec<Span>,
}

/// A connection that is there.
enum Stream {
    /// The connection that they come over ends when it is dropped.
    Events {
        events: Events,
        _over: Wire,
    },
    Socket(Box<Socket>),
}

impl Listener {
    async fn until_the_end(mut self) -> Result<Vec<Span>> {
        while self.ended.borrow().is_none() {
            let turn = self.turn().await;
            let mut ended = self.ended.clone();
            let connected = tokio::select! {
                connected = timeout(CONNECTS_WITHIN, self.connect(turn)) => connected,
                _ = ended.wait_for(Option::is_some) => break,
            };
            match connected {
                // A backup that was put back meanwhile knows another log.
                Ok(Ok((stream, since))) if self.turn().await == turn => {
                    self.listen(stream, turn, since).await?;
                }
                Ok(Err(error)) if is_wrong(&error) && self.turn().await == turn => {
                    self.fault(turn, format!("{error:#}"));
                }
                _ => {}
            }
            self.has.send_modify(|has| has.connected = false);
            sleep(AGAIN_AFTER).await;
        }
        Ok(self.spans)
    }

    async fn turn(&self) -> u32 {
        *self.stage.turn.read().await
    }

    /// Also behind which number it begins, where that is told.
    async fn connect(&mut self, turn: u32) -> Result<(Stream, Option<u64>)> {
        if self.path == Path::Socket {
            let socket = Socket::connect(&self.wire, self.board.number).await?;
            return Ok((Stream::Socket(Box::new(socket)), None));
        }
        let after = self.last_number(turn);
        let mut wire = self.wire.another();
        let answer = wire.begin(&tongue::events(&self.board.id, after)).await?;
        ensure!(answer.status() != 409, NotInLog(after));
        ensure!(answer.status() == 200, "it was answered {}", answer.status());
        let begins =
            answer.headers().get(tongue::HEAD).and_then(|head| head.to_str().ok()?.parse().ok());
        let begins = Some(begins.context("events that do not say where they begin")?);
        Ok((Stream::Events { events: Events::of(answer), _over: wire }, begins))
    }

    /// The last change that it was told since a backup was put back.
    fn last_number(&self, turn: u32) -> Option<u64> {
        let span = self.spans.last().filter(|span| span.turn == turn)?;
        match span.told.last() {
            Some(Told::Change { number, .. }) => Some(*number),
            _ => span.since,
        }
    }

    fn fault(&mut self, turn: u32, fault: String) {
        let mut span = self.span(turn, None);
        span.faults.push(fault);
        self.spans.push(span);
    }

    fn span(&self, turn: u32, since: Option<u64>) -> Span {
        let (path, board, began_us) =
            (self.path, self.board.id.clone(), self.stage.common.clock.now_us());
        let (told, faults) = (Vec::new(), Vec::new());
        Span { path, board, turn, began_us, since, told, owes_until_us: None, faults }
    }

    /// Until it is gone, or all has been told that is waited for.
    async fn listen(&mut self, mut stream: Stream, turn: u32, since: Option<u64>) -> Result<()> {
        let mut span = self.span(turn, since);
        if self.path == Path::Events
            && self.last_number(turn).is_some_and(|last| since != Some(last))
        {
            span.faults.push(format!("it goes on from {since:?} and not from where it was asked"));
        }
        self.has.send_modify(|has| has.connected = true);
        let mut ended = self.ended.clone();
        loop {
            let next = tokio::select! {
                biased;
                next = next(&mut stream) => next,
                until_us = ended.wait_for(Option::is_some) => {
                    span.owes_until_us = until_us.ok().and_then(|until_us| *until_us);
                    break;
                }
            };
            match next {
                Ok(Some((told, names))) => {
                    span.told.push(told);
                    self.has.send_if_modified(|has| {
                        let before = has.made.len();
                        has.made.extend(names);
                        has.made.len() > before
                    });
                }
                Ok(None) => break,
                // The link is gone.
                Err(error) if error.is::<hyper::Error>() => break,
                Err(error) => {
                    span.faults.push(format!("{error:#}"));
                    break;
                }
            }
        }
        self.spans.push(span);
        Ok(())
    }
}

/// What was told, with the ids of cards that it made, or the title of one that is the last.
async fn next(stream: &mut Stream) -> Result<Option<(Told, Vec<String>)>> {
    Ok(match stream {
        Stream::Events { events, .. } => events.next().await?.map(|change| {
            (Told::Change { number: change.number, things: change.things }, change.made)
        }),
        Stream::Socket(socket) => socket.next().await?.map(|(told, title)| {
            (told, title.starts_with(LAST).then_some(title).into_iter().collect())
        }),
    })
}

/// Whether a connection that was not had is the server's fault.
fn is_wrong(error: &anyhow::Error) -> bool {
    error.is::<NotConnected>() || error.is::<NotInLog>()
}

/// The server knows no number any more that it told.
#[derive(Debug)]
struct NotInLog(Option<u64>);

impl std::fmt::Display for NotInLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the log does not know the number {:?} that was told", self.0)
    }
}
