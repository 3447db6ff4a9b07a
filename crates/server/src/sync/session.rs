//! A conversation with one replica: it says hello, is told its boards, and then asks and is told in turn. One
//! task does all of it, so that whoever does not read is not heard either, and costs one frame.

use super::{
    accepting::role_of,
    following::{Followed, failed},
    live::LiveBoard,
    places::Place,
    presence::Showing,
    pushing::Gathered,
    socket::{End, Socket},
};
use crate::{ServerError, Shared, account::callers::Caller, now_ms};
use domain::id::BoardId;
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use store::{
    account::{self, AccountId},
    rooms,
};
use sync::message::{
    BoardNews, BoardSeen, FromClient, FromServer, GoodbyeCode, Hello, PROTOCOL_MAX, PROTOCOL_MIN,
    RESUME_SINCE, Welcome,
};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval, timeout},
};

const HELLO_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(4);
/// A token may end by itself: it is looked at again so often.
const LOOKS_TO_THE_TOKEN: u32 = 15;

pub struct Session {
    pub shared: Arc<Shared>,
    pub socket: Socket,
    pub account: AccountId,
    /// The version that is spoken.
    pub protocol: u32,
    /// The boards were told, or are known to be known.
    pub is_open: bool,
    token: String,
    /// Counts up when rights may have changed.
    access: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    looks: Interval,
    looked: u32,
    pub boards: BTreeMap<BoardId, BoardSeen>,
    pub followed: HashMap<BoardId, Followed>,
    /// Followed ones of which there is more to send.
    pub behind: BTreeSet<BoardId>,
    /// Come back when there is something to tell of a board; two for each that was ever followed, at most.
    pub wakes: FuturesUnordered<BoxFuture<'static, Wake>>,
    listening: BTreeSet<BoardId>,
    pub listening_for_people: BTreeSet<BoardId>,
    pub showing: Showing,
    pub gathered: HashMap<BoardId, Gathered>,
    _place: Place,
}

/// Somebody who was let in.
pub struct Guest {
    pub account: AccountId,
    pub name: String,
    pub token: String,
    /// From before it was found out who they are.
    pub access: watch::Receiver<u64>,
    pub place: Place,
}

/// What there is to tell.
pub enum Wake {
    /// The log of a board went on.
    Log(BoardId),
    /// Others have it open now.
    People(BoardId),
}

enum Happened {
    Stop,
    Access,
    Heard(Option<FromClient>),
    Look,
    Wake(Wake),
    Behind,
}

/// Until one of the two ends goes.
pub async fn converse(shared: Arc<Shared>, socket: Socket, guest: Guest) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let number = shared.rooms.sessions.fetch_add(1, Ordering::Relaxed);
    let mut session = Session {
        protocol: PROTOCOL_MIN,
        is_open: false,
        showing: Showing::new(number),
        listening_for_people: BTreeSet::new(),
        stop: shared.stop.subscribe(),
        shared,
        socket,
        account: guest.account,
        token: guest.token,
        access: guest.access,
        looks,
        looked: 0,
        boards: BTreeMap::new(),
        followed: HashMap::new(),
        behind: BTreeSet::new(),
        wakes: FuturesUnordered::new(),
        listening: BTreeSet::new(),
        gathered: HashMap::new(),
        _place: guest.place,
    };
    let end = match session.run(guest.name).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    tracing::debug!(?end, "a conversation ended");
    session.showing.end();
    session.socket.close(end).await;
}

impl Session {
    async fn run(&mut self, name: String) -> Result<std::convert::Infallible, End> {
        self.hello(name).await?;
        loop {
            match self.next().await? {
                Happened::Stop => return Err(End::stopping()),
                Happened::Access => self.look_again().await?,
                Happened::Heard(Some(message)) => self.answer_to(message).await?,
                Happened::Heard(None) => {}
                Happened::Look => self.look().await?,
                Happened::Wake(Wake::Log(board)) => self.woken(board),
                Happened::Wake(Wake::People(board)) => self.people_changed(board).await?,
                Happened::Behind => {
                    if let Some(board) = self.behind.pop_first() {
                        self.read_on(board, false).await?;
                    }
                }
            }
        }
    }

    /// Rights come before all else, and hearing before sending: what waits to be sent is on disk.
    async fn next(&mut self) -> Result<Happened, End> {
        let Session { stop, access, socket, looks, wakes, behind, .. } = self;
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Ok(Happened::Stop),
            _ = access.changed() => Ok(Happened::Access),
            _ = looks.tick() => Ok(Happened::Look),
            heard = socket.hear() => Ok(Happened::Heard(heard?)),
            Some(wake) = wakes.next() => Ok(Happened::Wake(wake)),
            () = std::future::ready(()), if !behind.is_empty() => Ok(Happened::Behind),
        }
    }

    async fn hello(&mut self, account: String) -> Result<(), End> {
        let heard = async {
            loop {
                if let Some(message) = self.socket.hear().await? {
                    return Ok(message);
                }
            }
        };
        let heard = tokio::select! {
            heard = timeout(HELLO_WITHIN, heard) => heard,
            _ = self.stop.wait_for(|stop| *stop) => return Err(End::stopping()),
        };
        let message = heard.map_err(|_| End::protocol("nobody said hello"))??;
        let FromClient::Hello(Hello { protocol_min, protocol_max, app }) = message else {
            return Err(End::protocol("hello comes first"));
        };
        let protocol = protocol_max.min(PROTOCOL_MAX);
        if protocol < protocol_min.max(PROTOCOL_MIN) {
            let why = format!("This server speaks versions {PROTOCOL_MIN} to {PROTOCOL_MAX}.");
            return Err(End::Goodbye(GoodbyeCode::Version, why));
        }
        self.protocol = protocol;
        tracing::debug!(app = %app.chars().take(100).collect::<String>(), "hello");
        let now_ms = u64::try_from(now_ms()).unwrap_or(0);
        let welcome = Welcome { protocol, now_ms, account };
        self.socket.say(&FromServer::Welcome(welcome)).await?;
        self.boards = boards_now(&self.shared, self.account).await.map_err(failed)?;
        self.is_open = protocol < RESUME_SINCE;
        // Since then, whoever may know the list says so first.
        if self.is_open { self.say_boards().await } else { Ok(()) }
    }

    async fn answer_to(&mut self, message: FromClient) -> Result<(), End> {
        if !self.is_open && !matches!(message, FromClient::Resume(_) | FromClient::Ping(_)) {
            return Err(End::protocol("where one stands is said before all else"));
        }
        match message {
            FromClient::Hello(_) => Err(End::protocol("hello comes once")),
            FromClient::Follow(follow) => self.follow(&follow).await,
            FromClient::Leave(board) => {
                self.leave(board);
                Ok(())
            }
            FromClient::Push(push) => self.push(push).await,
            FromClient::Part(wanted) => self.part(wanted).await,
            FromClient::Ping(number) => self.socket.say(&FromServer::Pong(number)).await,
            FromClient::Share(promise) => self.share(promise).await,
            FromClient::ShareLog(board, head, log) => self.share_log(board, head, log).await,
            FromClient::ShareAbandon(board, head) => self.share_abandon(board, head).await,
            FromClient::Here(looking) => self.here(looking),
            FromClient::Resume(resume) => self.resume(resume).await,
        }
    }

    pub async fn say(&mut self, board: BoardId, news: BoardNews) -> Result<(), End> {
        self.socket.say(&FromServer::Board(board, news)).await
    }

    pub async fn say_boards(&mut self) -> Result<(), End> {
        let boards = self.boards.values().cloned().collect();
        self.socket.say(&FromServer::Boards(boards)).await
    }

    /// Rights were looked at when they last changed.
    pub fn is_member(&self, board: BoardId) -> bool {
        self.boards.contains_key(&board)
    }

    pub fn listen(&mut self, live: &LiveBoard) {
        self.listen_to(live.id, live.subscribe());
    }

    /// Notices what is told from when `head` was subscribed to.
    pub fn listen_to(&mut self, board: BoardId, mut head: watch::Receiver<u64>) {
        if self.listening.insert(board) {
            self.wakes.push(Box::pin(async move {
                // Where nobody follows the board any more, that is heard too.
                head.changed().await.ok();
                Wake::Log(board)
            }));
        }
    }

    fn woken(&mut self, board: BoardId) {
        self.listening.remove(&board);
        if self.followed.contains_key(&board) {
            let live = self.shared.rooms.live.of(board);
            self.listen(&live);
            self.behind.insert(board);
        }
    }

    async fn look(&mut self) -> Result<(), End> {
        self.looked += 1;
        if self.looked >= LOOKS_TO_THE_TOKEN {
            self.look_again().await?;
        }
        self.socket.look().await
    }

    /// Whether they are still let in, and where.
    async fn look_again(&mut self) -> Result<(), End> {
        self.access.mark_unchanged();
        self.looked = 0;
        match Caller::find(&self.shared, &self.token).await {
            Ok(Caller::Device(sign_in)) if sign_in.account == self.account => {}
            Ok(_) | Err(ServerError::NotSignedIn) => return Err(End::signed_out()),
            Err(error) => return Err(failed(error)),
        }
        let boards = boards_now(&self.shared, self.account).await.map_err(failed)?;
        if boards == self.boards {
            return Ok(());
        }
        let former = std::mem::replace(&mut self.boards, boards);
        let gone: Vec<BoardId> =
            former.into_keys().filter(|board| !self.boards.contains_key(board)).collect();
        self.say_boards().await?;
        for board in gone {
            self.gathered.remove(&board);
            if self.followed.contains_key(&board) {
                self.leave(board);
                self.say(board, BoardNews::Gone).await?;
            }
        }
        Ok(())
    }
}

/// The boards that an account is a member of and that are here.
async fn boards_now(
    shared: &Shared,
    account: AccountId,
) -> Result<BTreeMap<BoardId, BoardSeen>, ServerError> {
    let mut reader = shared.readers.take().await?;
    let mut boards = BTreeMap::new();
    for member in account::boards_of(&mut reader, account).await? {
        let board = member.board;
        if rooms::head(&mut reader, board).await?.is_none() {
            continue;
        }
        let title = rooms::title(&mut reader, board).await?.unwrap_or_default();
        let (role, person) = (role_of(member.role), member.person);
        boards.insert(board, BoardSeen { board, role, person, title });
    }
    Ok(boards)
}
