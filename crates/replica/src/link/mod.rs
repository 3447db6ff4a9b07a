//! The link: what keeps shared boards current while there is a network, and comes back by itself when there is
//! one again. One process on a folder holds it, with one connection to each server.

mod accounts;
mod address;
mod certificate;
mod conversation;
mod dial;
mod invitation;
mod keyring;
mod members;
mod presence;
mod problem;
mod secrets;
mod socket;
mod waking;

pub(crate) use accounts::{ServerBoard, boards, sign_in};
pub(crate) use address::ServerUrl;
pub(crate) use dial::Peer;
pub(crate) use invitation::InvitationLink;
pub(crate) use members::{Session, join_anew, look_at};
pub(crate) use presence::{PageId, Presence};
pub(crate) use problem::LinkError;
pub use problem::ServerFailure;
pub(crate) use secrets::{abandon, forget, in_file, keep, token};

use crate::{
    desk::Shared,
    ending::finish_what_was_begun,
    protocol::{LinkState, ServerTrouble},
};
use conversation::Conversation;
use domain::id::BoardId;
use rand::Rng;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::AtomicBool},
    time::{Duration, Instant},
};
use store::sharing::{Server, ServerId};
use tokio::{
    sync::{Notify, watch},
    task::{AbortHandle, JoinSet},
    time::sleep,
};
use waking::Waking;

/// How often it is looked whether there are other servers, or whether the process that held the link went.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const BACK_OFF_MIN: Duration = Duration::from_millis(500);
const BACK_OFF_MAX: Duration = Duration::from_secs(60);

/// How the connections of this process stand.
pub(crate) struct Links {
    reports: Mutex<BTreeMap<ServerId, Report>>,
    /// Counts up whenever something may stand otherwise.
    changes: watch::Sender<u64>,
    /// Somebody asks to try at once.
    asked: Arc<Notify>,
    pub presence: Presence,
    /// There is a link in this process, or it waits for another's to end.
    pub started: AtomicBool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub state: LinkState,
    /// Boards whose position the server found on this connection.
    pub verified: BTreeSet<BoardId>,
    /// Why the last that was pushed was not looked at.
    pub trouble: Option<ServerTrouble>,
    /// The server's clock when it was met on this connection.
    met: Option<(Instant, u64)>,
}

impl Report {
    /// The server's clock: what it said, and what passed since by a clock that nobody sets.
    pub fn server_ms(&self) -> Option<u64> {
        let (when, server_ms) = self.met?;
        let passed = u64::try_from(when.elapsed().as_millis()).ok()?;
        server_ms.checked_add(passed)
    }
}

impl Default for Links {
    fn default() -> Links {
        Links {
            reports: Mutex::default(),
            changes: watch::Sender::new(0),
            asked: Arc::default(),
            presence: Presence::default(),
            started: AtomicBool::new(false),
        }
    }
}

impl Links {
    fn reports(&self) -> MutexGuard<'_, BTreeMap<ServerId, Report>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn of(&self, server: ServerId) -> Report {
        self.reports().get(&server).cloned().unwrap_or_default()
    }

    pub fn state(&self, server: ServerId) -> LinkState {
        self.reports().get(&server).map(|report| report.state.clone()).unwrap_or_default()
    }

    /// What stands otherwise from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Rings when somebody asks.
    pub fn asked(&self) -> Arc<Notify> {
        Arc::clone(&self.asked)
    }

    /// Tries now what would be tried later.
    pub fn ask(&self) {
        self.asked.notify_waiters();
    }

    pub fn rang(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn report(&self, server: ServerId, state: LinkState) {
        self.presence.forget(server);
        self.reports().insert(server, Report { state, ..Report::default() });
        self.rang();
    }

    fn met(&self, server: ServerId, server_ms: u64) {
        if let Some(report) = self.reports().get_mut(&server) {
            report.met = Some((Instant::now(), server_ms));
        }
        self.rang();
    }

    /// Why the server takes no changes just now.
    fn troubled(&self, server: ServerId, trouble: Option<ServerTrouble>) {
        if let Some(report) = self.reports().get_mut(&server) {
            report.trouble = trouble;
        }
        self.rang();
    }

    fn verified(&self, server: ServerId, board: BoardId, verified: bool) {
        if let Some(report) = self.reports().get_mut(&server) {
            match verified {
                true => report.verified.insert(board),
                false => report.verified.remove(&board),
            };
        }
        self.rang();
    }
}

/// Holds the link for as long as the desk is there, or waits until no other process does.
pub(crate) async fn run(desk: Weak<Shared>) {
    let (mut lock, mut clear, mut talking) = (None, false, JoinSet::new());
    let mut servers: BTreeMap<ServerId, AbortHandle> = BTreeMap::new();
    let mut waking = Waking::now();
    let mut finishing: Option<AbortHandle> = None;
    loop {
        let Some(shared) = desk.upgrade() else { return };
        if waking.look() {
            shared.links.ask();
        }
        if lock.is_none() {
            lock = shared.lock_link().ok();
            clear = lock.is_some();
        }
        let known = match shared.engine().await {
            Ok(mut engine) => engine.servers().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        if std::mem::take(&mut clear) {
            talking.spawn(clear_away(shared.root().to_owned(), known.clone()));
        }
        for server in known {
            let talks = servers.get(&server.id).is_some_and(|it| !it.is_finished());
            if lock.is_none() {
                shared.links.report(server.id, LinkState::Elsewhere);
            } else if !server.signed_in {
                if let Some(talking) = servers.remove(&server.id) {
                    talking.abort();
                }
                shared.links.report(server.id, LinkState::SignedOut);
            } else if !talks {
                let id = server.id;
                servers.insert(id, talking.spawn(keep_talking(desk.clone(), server)));
            }
        }
        if lock.is_some() && finishing.as_ref().is_none_or(AbortHandle::is_finished) {
            finishing = Some(talking.spawn(finish_what_was_begun(desk.clone())));
        }
        while talking.try_join_next().is_some() {}
        rest(shared, LOOK_EVERY).await;
    }
}

/// Tokens of sessions that ended while the keyring which holds them was closed.
async fn clear_away(root: PathBuf, servers: Vec<Server>) {
    for server in servers.into_iter().filter(|server| !server.signed_in) {
        if let Err(error) = secrets::settle(&root, &server.base_url).await {
            tracing::warn!(%error, "a token was not cleared away");
        }
    }
}

/// Lets the desk go while nothing is done, so that it can end.
async fn rest(shared: Arc<Shared>, longest: Duration) {
    let asked = Arc::clone(&shared.links.asked);
    drop(shared);
    tokio::select! {
        () = asked.notified() => {}
        () = sleep(longest) => {}
    }
}

/// Connects again and again, until nobody is signed in there any more.
async fn keep_talking(desk: Weak<Shared>, server: Server) {
    let id = server.id;
    let mut conversation = Conversation::new(desk.clone(), server.clone());
    let mut failed = 0;
    loop {
        let Some(shared) = desk.upgrade() else { return };
        shared.links.report(id, LinkState::Connecting);
        drop(shared);
        let mut greeted = false;
        let ended = conversation.run(&mut greeted).await;
        failed = if greeted { 0 } else { failed + 1 };
        tracing::info!(server = id, error = %ended, "the connection ended");
        let Some(shared) = desk.upgrade() else { return };
        match ended {
            LinkError::SignedOut => {
                if sign_out(&shared, &server, conversation.token.as_deref()).await {
                    return shared.links.report(id, LinkState::SignedOut);
                }
            }
            LinkError::Untrusted(certificate) => {
                shared.links.report(id, LinkState::Untrusted { certificate });
            }
            LinkError::Keyring(closed) => {
                let problem = crate::failure::sentence(&LinkError::from(closed).to_string());
                shared.links.report(id, LinkState::KeyringClosed { problem });
            }
            LinkError::Version(message) => shared.links.report(id, LinkState::TooOld { message }),
            error => {
                let problem = crate::failure::sentence(&error.to_string());
                shared.links.report(id, LinkState::Offline { problem });
            }
        }
        rest(shared, back_off(failed)).await;
    }
}

/// Whether nobody is signed in now: somebody may have signed in anew since the connection began.
async fn sign_out(shared: &Shared, server: &Server, token: Option<&str>) -> bool {
    let ended = match token {
        Some(token) => forget(shared.root(), &server.base_url, token).await,
        None => Ok(true),
    };
    match ended {
        Ok(false) => return false,
        Ok(true) => {}
        Err(error) => tracing::warn!(%error, "a token that ended could not be forgotten"),
    }
    let signed_out = match shared.engine().await {
        Ok(mut engine) => engine.sign_out(server.id).await,
        Err(failure) => Err(failure),
    };
    if let Err(failure) = signed_out {
        tracing::warn!(code = ?failure.code, "signing out was not stored");
    }
    true
}

/// Longer and longer, and never all at once: a server that comes back is not to be run over.
fn back_off(failed: u32) -> Duration {
    let longest = BACK_OFF_MIN.saturating_mul(1 << failed.min(10)).min(BACK_OFF_MAX);
    longest.mul_f64(rand::thread_rng().gen_range(0.5..1.0))
}
