//! The desk's part of servers: signing in, fetching a board, and bringing all of them to where the server is.

use crate::{
    Desk, ServerFailure,
    failure::sentence,
    link::{self, LinkError, Peer, ServerUrl},
    protocol::*,
};
use domain::id::BoardId;
use std::{collections::BTreeMap, sync::atomic::Ordering};
use store::{account::Role, sharing};

/// How bringing boards up to date ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synced {
    /// Nothing waits, and every board is where its server is.
    All,
    /// Another process on the folder keeps them up to date.
    Elsewhere,
}

/// A session that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The address and the account as they are known from now on.
    pub server: String,
    pub account: String,
    /// No keyring took the token: it lies in a file that only its owner can read.
    pub token_in_file: bool,
}

/// A board that came from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloned {
    pub board: BoardId,
    pub title: String,
    pub role: Role,
}

impl Desk {
    /// Begins a session at a server. Where nobody vouches for it, it must show the `certificate` with this fingerprint.
    pub async fn sign_in(
        &self,
        url: &str,
        name: &str,
        password: &str,
        certificate: Option<&str>,
    ) -> Result<SignedIn, ServerFailure> {
        let peer = self.meet(ServerUrl::read(url)?, certificate).await?;
        let signed_in = link::sign_in(&peer, name, password).await?;
        let token = signed_in.token.ok_or_else(|| LinkError::protocol("no token"))?;
        let (server, account) = (peer.url.to_string(), signed_in.account.name);
        link::keep(self.folder(), &server, &token).await?;
        self.0.engine().await?.sign_in(&server, &account, peer.pinned).await?;
        self.0.links.ask();
        let token_in_file = link::in_file(self.folder(), &server);
        Ok(SignedIn { server, account, token_in_file })
    }

    /// Looks whom a server proves to be, before it is told anything.
    pub(crate) async fn meet(
        &self,
        url: ServerUrl,
        certificate: Option<&str>,
    ) -> Result<Peer, ServerFailure> {
        let given = certificate.map(str::parse).transpose();
        let given = given.map_err(|error: sharing::BadFingerprint| {
            failure("badFingerprint", sentence(&error.to_string()))
        })?;
        let known = self.0.engine().await?.server(&url).await?;
        Ok(Peer::meet(url, known.and_then(|server| server.pinned), given).await?)
    }

    /// Makes room for a board of a server, which `named` names by its id or by a title that only one has. It is
    /// empty until it is followed.
    pub async fn clone_board(&self, url: &str, named: &str) -> Result<Cloned, ServerFailure> {
        let url = ServerUrl::read(url)?;
        let base_url = url.to_string();
        let token = link::token(self.folder(), &base_url).await?;
        let token = token.ok_or(LinkError::SignedOut)?;
        let server = self.0.engine().await?.server(&url).await?;
        let server = server.ok_or(LinkError::SignedOut)?;
        let mut boards = link::boards(&Peer::of(&server)?, &token).await?;
        if boards.iter().any(|board| board.id.to_string() == named) {
            boards.retain(|board| board.id.to_string() == named);
        } else {
            boards.retain(|board| board.title == named);
        }
        let board = match (boards.pop(), boards.is_empty()) {
            (None, _) => {
                return Err(failure("notFound", format!("There is no board \"{named}\".")));
            }
            (Some(_), false) => {
                let message =
                    format!("Several boards are called \"{named}\": say which by its id.");
                return Err(failure("ambiguous", message));
            }
            (Some(board), true) => board,
        };
        let mut engine = self.0.engine().await?;
        engine.clone_board(server.id, &board).await?;
        engine.arrive(board.id, board.role).await?;
        drop(engine);
        self.0.links.ask();
        Ok(Cloned { board: board.id, title: board.title, role: board.role })
    }

    /// How each shared board stands.
    pub(crate) async fn statuses(&self) -> Result<Vec<BoardStatus>, Failure> {
        let standings = self.0.engine().await?.standings().await?;
        let with_link = |(server, status)| {
            let link = self.0.links.state(server);
            BoardStatus { link, ..status }
        };
        Ok(standings.into_iter().map(with_link).collect())
    }

    /// Connects, and returns when nothing waits and every board is where its server is; or with the reason
    /// why that cannot be.
    pub async fn sync(&self) -> Result<Synced, ServerFailure> {
        self.start_link();
        let mut changes = self.0.links.changes();
        loop {
            changes.borrow_and_update();
            if let Some(synced) = self.synced().await? {
                return Ok(synced);
            }
            if changes.changed().await.is_err() {
                return Err(failure("closed", "The folder was closed.".to_owned()));
            }
        }
    }

    /// `None` where it still goes on.
    async fn synced(&self) -> Result<Option<Synced>, ServerFailure> {
        let mut reports = BTreeMap::new();
        for (server, status) in self.0.engine().await?.standings().await? {
            let report = reports.entry(server).or_insert_with(|| self.0.links.of(server));
            match &report.state {
                LinkState::Elsewhere => return Ok(Some(Synced::Elsewhere)),
                LinkState::Off | LinkState::Connecting => return Ok(None),
                _ => {}
            }
            if let Some(failure) = out_of_reach(report.state.clone()) {
                return Err(failure);
            }
            let reached = report.verified.contains(&status.id) && status.cursor == status.head;
            if !status.gone && (status.waiting > 0 || !reached) {
                return Ok(None);
            }
        }
        Ok(Some(Synced::All))
    }

    /// Keeps shared boards up to date from now on, where no other process on the folder does.
    pub fn start_link(&self) {
        if !self.0.links.started.swap(true, Ordering::Relaxed) {
            tokio::spawn(link::run(std::sync::Arc::downgrade(&self.0)));
        }
    }
}

/// Why nothing comes of waiting for a server; `None` while something may.
pub(crate) fn out_of_reach(state: LinkState) -> Option<ServerFailure> {
    match state {
        LinkState::SignedOut => Some(LinkError::SignedOut.into()),
        LinkState::Offline { problem } => Some(failure("unreachable", problem)),
        LinkState::Untrusted { certificate } => Some(ServerFailure::untrusted(certificate)),
        LinkState::KeyringClosed { problem } => Some(failure("keyring", problem)),
        LinkState::TooOld { message } => Some(failure("version", message)),
        LinkState::Off | LinkState::Elsewhere | LinkState::Connecting | LinkState::Online => None,
    }
}

fn failure(code: &str, message: String) -> ServerFailure {
    ServerFailure::new(code, message)
}
