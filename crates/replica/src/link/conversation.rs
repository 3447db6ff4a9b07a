//! One connection to a server, and the boards that are followed on it: from the greeting to its end.

mod resuming;

use super::{
    LinkError, Peer, presence, secrets,
    socket::{self, DEAD_AFTER},
};
use crate::{
    desk::Shared,
    engine::{Engine, wall_ms},
    hearing::HearError,
    protocol::{Failure, FailureCode, LinkState, Patch},
};
use domain::{id::*, view};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Weak,
    time::Duration,
};
use store::sharing::{Authority, Server};
use sync::{following::Following, message::*, resuming::Asked};
use tokio::{
    sync::{MappedMutexGuard, broadcast::error::RecvError},
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

const PING_EVERY: Duration = Duration::from_secs(5);
/// Behind a sleep of the machine, or on another network, it has to show sooner that it is there.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// What waits is looked at again even if nobody rang.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A server's part of the link. What it knows of the boards outlives a connection, not the engine.
pub(crate) struct Conversation {
    desk: Weak<Shared>,
    server: Server,
    boards: BTreeMap<BoardId, Following>,
    /// Those that are followed on this connection.
    followed: BTreeSet<BoardId>,
    /// Those whose sharing was promised on this connection.
    promised: BTreeSet<BoardId>,
    /// Those on which one is known to have a name.
    introduced: BTreeSet<BoardId>,
    /// Who one is on each board, as last heard.
    me: BTreeMap<BoardId, PersonId>,
    /// As the server told it last, on this connection or one before.
    list: Option<Vec<BoardSeen>>,
    /// Where we said that we stand, until that is answered.
    asked: Option<Asked>,
    /// What was shown to the server on this connection.
    pub token: Option<String>,
    /// Which engine the boards were read from: another one may have been restored from a backup.
    engine: Option<uuid::Uuid>,
}

impl Conversation {
    pub fn new(desk: Weak<Shared>, server: Server) -> Conversation {
        let (boards, followed, promised, introduced, me) = Default::default();
        let (list, asked, token, engine) = Default::default();
        Conversation {
            desk,
            server,
            boards,
            followed,
            promised,
            introduced,
            me,
            list,
            asked,
            token,
            engine,
        }
    }

    /// Connects, and keeps the boards current until the connection ends. `greeted` is set when the server let us
    /// in.
    pub async fn run(&mut self, greeted: &mut bool) -> LinkError {
        let ended = match self.connect(greeted).await {
            Ok(never) => match never {},
            Err(error) => error,
        };
        self.promised.clear();
        self.asked = None;
        for id in std::mem::take(&mut self.followed) {
            if let Err(error) = self.hang_up(id).await {
                tracing::warn!(board = %id, %error, "what the connection taught was not stored");
            }
        }
        if matches!(ended, LinkError::Failed(_)) {
            self.boards.clear();
            self.introduced.clear();
            self.list = None;
        }
        ended
    }

    async fn connect(&mut self, greeted: &mut bool) -> Result<std::convert::Infallible, LinkError> {
        let shared = self.shared()?;
        let (root, name) = (shared.root(), &self.server.base_url);
        secrets::settle(root, name).await?;
        let token = secrets::token(root, name).await?;
        self.token.clone_from(&token);
        let token = token.ok_or(LinkError::SignedOut)?;
        let mut patches = shared.patches();
        let peer = self.peer(&shared).await?;
        drop(shared);
        let (saying, writing, mut hearing) = socket::open(&peer, &token).await?;
        let talk = async {
            let asked = Instant::now();
            let app = format!("Holdfast {}", env!("CARGO_PKG_VERSION"));
            let (protocol_min, protocol_max) = (PROTOCOL_MIN, PROTOCOL_MAX);
            saying.say(&FromClient::Hello(Hello { protocol_min, protocol_max, app }))?;
            let welcomed = timeout(DEAD_AFTER, hearing.hear()).await;
            let welcome = match welcomed.map_err(|_| LinkError::Silent)?? {
                FromServer::Welcome(welcome) => welcome,
                FromServer::Goodbye(goodbye) => return Err(ended(goodbye)),
                _ => return Err(LinkError::protocol("no welcome")),
            };
            let server_ms = self.welcomed(&welcome, asked.elapsed()).await?;
            *greeted = true;
            self.report(LinkState::Online)?;
            self.shared()?.links.met(self.server.id, server_ms);
            let resumes = welcome.protocol >= RESUME_SINCE;
            if resumes {
                self.resume(&saying).await?;
            }
            let (mut ping, mut look) = (interval(PING_EVERY), interval(LOOK_EVERY));
            ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let (mut pings, mut listed) = (0, false);
            let asked = self.shared()?.links.asked();
            let mut silent_at = Instant::now() + DEAD_AFTER;
            let mut showing = self.shared()?.links.presence.saying(welcome.protocol);
            loop {
                tokio::select! {
                    heard = hearing.hear() => {
                        let heard = heard?;
                        silent_at = Instant::now() + DEAD_AFTER;
                        listed |= match heard {
                            FromServer::Boards(_) => !resumes,
                            FromServer::Resumed(_) => true,
                            _ => false,
                        };
                        self.hear(heard, &saying).await?;
                        if listed {
                            self.look(&saying).await?;
                        }
                    }
                    rung = patches.recv() => match rung {
                        // Of people, not of what waits.
                        Ok(Patch::Here { .. }) => {}
                        Ok(_) | Err(RecvError::Lagged(_)) if listed => self.look(&saying).await?,
                        Ok(_) | Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => return Err(LinkError::Closed),
                    },
                    _ = look.tick(), if listed => self.look(&saying).await?,
                    looking = showing.next(&self.followed) => {
                        let looking = looking?;
                        saying.say(&FromClient::Here(looking))?;
                        showing.said(looking);
                    }
                    () = sleep_until(silent_at) => return Err(LinkError::Silent),
                    () = asked.notified() => {
                        silent_at = silent_at.min(Instant::now() + ANSWER_WITHIN);
                        ping.reset_immediately();
                    }
                    _ = ping.tick() => {
                        pings += 1;
                        saying.say(&FromClient::Ping(pings))?;
                    }
                }
            }
        };
        tokio::select! {
            ended = talk => ended,
            error = writing.run() => Err(error),
        }
    }

    fn shared(&self) -> Result<std::sync::Arc<Shared>, LinkError> {
        self.desk.upgrade().ok_or(LinkError::Closed)
    }

    /// The server as it is known by now: somebody may have trusted another certificate since.
    async fn peer(&mut self, shared: &Shared) -> Result<Peer, LinkError> {
        let mut engine = shared.engine().await?;
        self.engine = Some(engine.id);
        let known = engine.servers().await?.into_iter().find(|it| it.id == self.server.id);
        Peer::of(&known.ok_or(LinkError::SignedOut)?)
    }

    fn report(&self, state: LinkState) -> Result<(), LinkError> {
        self.shared()?.links.report(self.server.id, state);
        Ok(())
    }

    /// What the server's clock says now comes back.
    async fn welcomed(&mut self, welcome: &Welcome, took: Duration) -> Result<u64, LinkError> {
        if !(PROTOCOL_MIN..=PROTOCOL_MAX).contains(&welcome.protocol) {
            return Err(LinkError::Version(format!("it speaks {}", welcome.protocol)));
        }
        // By the time that we hear it, it is as old as half the way there and back.
        let half = u64::try_from(took.as_millis() / 2).unwrap_or(0);
        let server_ms = welcome.now_ms.saturating_add(half);
        let offset_ms = view::signed(server_ms).saturating_sub(view::signed(wall_ms()));
        let shared = self.shared()?;
        let mut engine = self.engine(&shared).await?;
        engine.welcomed(self.server.id, &welcome.account, offset_ms).await?;
        Ok(server_ms)
    }

    /// The engine that this connection began with.
    async fn engine<'a>(
        &self,
        shared: &'a Shared,
    ) -> Result<MappedMutexGuard<'a, Engine>, LinkError> {
        let engine = shared.engine().await?;
        if self.engine != Some(engine.id) {
            let message = "The data folder was opened anew.";
            return Err(Failure::new(FailureCode::Storage, message).into());
        }
        Ok(engine)
    }

    async fn hear(
        &mut self,
        message: FromServer,
        saying: &socket::Saying,
    ) -> Result<(), LinkError> {
        let shared = self.shared()?;
        match message {
            FromServer::Boards(seen) => self.boards_are(seen).await?,
            FromServer::Resumed(resumed) => self.resumed(&resumed).await?,
            FromServer::Board(id, BoardNews::Share(standing)) => {
                let mut engine = self.engine(&shared).await?;
                if let Some(message) = engine.share_stands(id, standing).await? {
                    saying.say(&message)?;
                }
            }
            FromServer::Board(id, BoardNews::Here(present)) => {
                let people = presence::others(&present, self.me.get(&id).copied());
                shared.links.presence.told(self.server.id, id, people);
            }
            FromServer::Board(id, news) => {
                let mut engine = self.engine(&shared).await?;
                let Some(following) = self.boards.get_mut(&id) else { return Ok(()) };
                let gone = matches!(news, BoardNews::Gone);
                match &news {
                    BoardNews::Busy(_, why) => {
                        shared.links.troubled(self.server.id, Some((*why).into()))
                    }
                    BoardNews::Answers(_) => shared.links.troubled(self.server.id, None),
                    _ => {}
                }
                let heard = match engine.hear(following, id, news).await {
                    // It was left since it was followed.
                    Err(HearError::Failed(failure)) if failure.code == FailureCode::NotFound => {
                        self.boards.remove(&id);
                        return Ok(());
                    }
                    heard => heard?,
                };
                if let Some(mismatch) = heard.mismatch {
                    tracing::error!(board = %id, ?mismatch, "the board differs from the server's");
                }
                let verified = following.is_verified();
                if verified && self.introduced.insert(id) {
                    engine.introduce(id, &self.server.account).await?;
                }
                drop(engine);
                shared.links.verified(self.server.id, id, verified);
                if gone {
                    self.followed.remove(&id);
                    shared.links.presence.told(self.server.id, id, Vec::new());
                }
                for message in heard.say {
                    saying.say(&message)?;
                }
            }
            FromServer::Goodbye(goodbye) => return Err(ended(goodbye)),
            FromServer::Pong(_) => {}
            FromServer::Welcome(_) => return Err(LinkError::protocol("a second welcome")),
        }
        Ok(())
    }

    /// Follows what is not followed yet, and pushes what waits, whoever made it.
    async fn look(&mut self, saying: &socket::Saying) -> Result<(), LinkError> {
        let shared = self.shared()?;
        let mut engine = self.engine(&shared).await?;
        let shares = engine.shares(self.server.id).await?;
        // One that was left is followed anew when it comes back.
        let here: BTreeSet<BoardId> = shares.iter().map(|share| share.board).collect();
        self.boards.retain(|id, _| here.contains(id));
        self.followed.retain(|id| here.contains(id));
        self.promised.retain(|id| here.contains(id));
        for share in shares {
            let id = share.board;
            if share.gone {
                continue;
            }
            if share.authority == Authority::Sharing {
                if self.promised.insert(id)
                    && let Some(promise) = engine.promise(id).await?
                {
                    saying.say(&promise)?;
                }
                continue;
            }
            if !self.followed.contains(&id) {
                let mut following = match self.boards.remove(&id) {
                    Some(following) => following,
                    None => engine.following(id).await?,
                };
                let follow = following.follow(engine.locator(id).await?);
                self.boards.insert(id, following);
                self.followed.insert(id);
                shared.links.verified(self.server.id, id, false);
                saying.say(&follow)?;
            }
            if let Some(following) = self.boards.get_mut(&id)
                && let Some(push) = engine.push(following, id).await?
            {
                saying.say(&push)?;
            }
        }
        drop(engine);
        shared.links.rang();
        Ok(())
    }

    async fn hang_up(&mut self, id: BoardId) -> Result<(), LinkError> {
        let shared = self.shared()?;
        let mut engine = self.engine(&shared).await?;
        if let Some(following) = self.boards.get_mut(&id) {
            engine.hang_up(following, id).await?;
        }
        Ok(())
    }
}

fn ended(goodbye: Goodbye) -> LinkError {
    match goodbye.code {
        GoodbyeCode::SignedOut => LinkError::SignedOut,
        GoodbyeCode::Version => LinkError::Version(goodbye.message),
        GoodbyeCode::Protocol => LinkError::Protocol(goodbye.message),
        GoodbyeCode::Stopping | GoodbyeCode::TooSlow | GoodbyeCode::TooMuch => LinkError::Closed,
    }
}
