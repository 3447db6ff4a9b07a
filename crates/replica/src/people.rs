//! The desk's part of people: signing in and out, fetching and sharing boards, who is on them, and who may come.

use crate::{
    Desk, ServerFailure,
    engine::Engine,
    link::{self, InvitationLink, LinkError, Peer, ServerBoard, ServerUrl, Session},
    protocol::*,
    writing::Writing,
};
use domain::{
    change::Write,
    id::*,
    import::ME,
    register::{Field, Kind},
    text::{TITLE_BYTES_MAX, cut, title_from},
    value::Value,
};
use std::collections::BTreeSet;
use store::{
    account::Role,
    sharing::{self, Authority, Server},
};

const HOURS_A_DAY: u32 = 24;

impl Desk {
    /// What a person asks about servers and those who are on them.
    pub(crate) async fn people(&self, request: Request) -> Result<Reply, Failure> {
        Ok(match request {
            Request::Sharing => Reply::Sharing { sharing: self.sharing().await? },
            Request::SignIn { server, name, password, certificate } => {
                self.sign_in(&server, &name, &password.0, certificate.as_deref()).await?;
                self.start_link();
                Reply::Sharing { sharing: self.sharing().await? }
            }
            Request::SignOut { server } => {
                self.sign_out(&server).await?;
                Reply::Sharing { sharing: self.sharing().await? }
            }
            Request::ConnectNow => {
                self.start_link();
                self.0.links.ask();
                Reply::Done
            }
            Request::OfferedBoards { server } => {
                Reply::Offered { boards: self.offered(&server).await? }
            }
            Request::FetchBoard { server, board } => {
                self.clone_board(&server, &board.to_string()).await?;
                Reply::Fetched { board }
            }
            Request::ShareBoard { board, server } => {
                self.hand_over(board, &server).await?;
                Reply::Sharing { sharing: self.sharing().await? }
            }
            Request::Detach { board, keep } => {
                Reply::Detached { board: self.detach(board, keep).await? }
            }
            Request::Unshare { board } => Reply::Detached { board: self.unshare(board).await? },
            Request::MoveToServer { board, server } => {
                Reply::Detached { board: self.move_to_server(board, &server).await? }
            }
            Request::LookAtInvitation { link, certificate } => {
                Reply::Invited { invited: self.look_at(&link, certificate.as_deref()).await? }
            }
            Request::Join { link, account, certificate } => {
                Reply::Fetched { board: self.join(&link, account, certificate.as_deref()).await? }
            }
            Request::Members { board } => Reply::Members { members: self.members(board).await? },
            Request::AddMember { board, name, role } => {
                let session = self.session_of(board).await?;
                session.add_member(board, &name, role).await.map_err(said_no)?;
                Reply::Members { members: self.members(board).await? }
            }
            Request::SetRole { board, account, role } => {
                let session = self.session_of(board).await?;
                session.set_role(board, &account, role).await.map_err(said_no)?;
                Reply::Members { members: self.members(board).await? }
            }
            Request::RemoveMember { board, account } => {
                let session = self.session_of(board).await?;
                session.remove_member(board, &account).await.map_err(said_no)?;
                Reply::Members { members: self.members(board).await? }
            }
            Request::Invitations { board } => self.invitations(board, None).await?,
            Request::Invite { board, role, uses, days } => {
                let session = self.session_of(board).await?;
                let hours = days.saturating_mul(HOURS_A_DAY);
                let link = session.invite(board, role, uses, hours).await.map_err(said_no)?;
                self.invitations(board, Some(link)).await?
            }
            Request::Revoke { board, invitation } => {
                let session = self.session_of(board).await?;
                session.revoke(board, &invitation).await.map_err(said_no)?;
                self.invitations(board, None).await?
            }
            Request::Waiting { board, newest } => self.waiting(board, newest).await?,
            Request::Tray { board } => self.tray(board).await?,
            Request::DiscardRefused { board, act } => self.discard_refused(board, act).await?,
            _ => {
                return Err(Failure::new(
                    FailureCode::BadRequest,
                    "This is not asked of a server.",
                ));
            }
        })
    }

    /// How the connections stand, and what waits on each board.
    pub(crate) async fn sharing(&self) -> Result<Sharing, Failure> {
        let servers = self.0.engine().await?.servers().await?;
        if servers.is_empty() {
            return Ok(Sharing::default());
        }
        let mut boards = self.statuses().await?;
        let servers = servers.into_iter().map(|server| {
            let report = self.0.links.of(server.id);
            let link = if server.signed_in { report.state } else { LinkState::SignedOut };
            let Server { base_url: url, account, .. } = server;
            let token_in_file = link::in_file(self.folder(), &url);
            ServerStatus { url, account, link, trouble: report.trouble, token_in_file }
        });
        let servers: Vec<ServerStatus> = servers.collect();
        for board in &mut boards {
            let server = servers.iter().find(|server| server.url == board.server);
            board.link = server.map(|server| server.link.clone()).unwrap_or_default();
        }
        let kept = self.0.engine().await?.kept_edits().await?;
        Ok(Sharing { servers, boards, kept })
    }

    /// The session ends on both ends; where the server cannot be told, on this one.
    async fn sign_out(&self, url: &str) -> Result<(), Failure> {
        let url = ServerUrl::read(url).map_err(said_no)?;
        let base_url = url.to_string();
        match self.session(&base_url).await {
            Ok(session) => {
                if let Err(error) = session.sign_out().await {
                    tracing::info!(%error, "the server was not told of a sign-out");
                }
                let forgotten = link::forget(self.folder(), &base_url, &session.token).await;
                forgotten.map_err(said_no)?;
            }
            // Nobody has to open a keyring to get out.
            Err(failure) if failure.code == FailureCode::Keyring => {
                link::abandon(self.folder(), &base_url).await.map_err(said_no)?;
            }
            Err(failure) => return Err(failure),
        }
        let mut engine = self.0.engine().await?;
        if let Some(server) = engine.server(&url).await? {
            engine.sign_out(server.id).await?;
        }
        drop(engine);
        self.0.links.ask();
        Ok(())
    }

    async fn offered(&self, url: &str) -> Result<Vec<OfferedBoard>, Failure> {
        let Session { peer, token } = self.session(url).await?;
        let boards = link::boards(&peer, &token).await.map_err(said_no)?;
        let mut engine = self.0.engine().await?;
        let here: BTreeSet<BoardId> =
            engine.all_shares().await?.into_iter().map(|share| share.board).collect();
        let offered = |ServerBoard { id, title, role, .. }| OfferedBoard {
            id,
            title,
            role: role.into(),
            here: here.contains(&id),
        };
        Ok(boards.into_iter().map(offered).collect())
    }

    /// Whoever shares a board has a name on it that tells them from others.
    pub(crate) async fn hand_over(&self, board: BoardId, url: &str) -> Result<(), Failure> {
        let session = self.session(url).await?;
        let mut engine = self.0.engine().await?;
        let account = engine.server(&session.peer.url).await?.map(|server| server.account);
        if let Some(account) = account
            && engine.held(board).await?.shared().is_none()
        {
            engine.introduce(board, &account).await?;
        }
        drop(engine);
        self.share_board(board, url).await?;
        self.start_link();
        Ok(())
    }

    async fn members(&self, board: BoardId) -> Result<Vec<BoardMember>, Failure> {
        let session = self.session_of(board).await?;
        let listed = session.members(board).await.map_err(said_no)?;
        let mut engine = self.0.engine().await?;
        let me = engine.server(&session.peer.url).await?.map(|server| server.account);
        let members = listed.into_iter().map(|it| BoardMember {
            me: me.as_ref() == Some(&it.name),
            account: it.account,
            name: it.name,
            role: it.role,
            disabled: it.disabled,
        });
        Ok(members.collect())
    }

    async fn invitations(&self, board: BoardId, link: Option<String>) -> Result<Reply, Failure> {
        let session = self.session_of(board).await?;
        let listed = session.invitations(board).await.map_err(said_no)?;
        let now_ms = domain::view::signed(crate::engine::wall_ms());
        let open = listed
            .into_iter()
            .filter(|it| !it.revoked && it.uses_left > 0 && it.expires_ms > now_ms);
        let invitations = open.map(|it| Invitation {
            id: it.id,
            role: it.role,
            uses_left: it.uses_left,
            expires_ms: it.expires_ms,
        });
        Ok(Reply::Invitations { invitations: invitations.collect(), link })
    }

    async fn look_at(&self, link: &str, certificate: Option<&str>) -> Result<Invited, Failure> {
        let link = InvitationLink::read(link).map_err(said_no)?;
        let peer = self.meet(link.server.clone(), certificate).await?;
        let promised = link::look_at(&peer, &link.secret).await.map_err(said_no)?;
        let mut engine = self.0.engine().await?;
        let server = engine.server(&link.server).await?.filter(|server| server.signed_in);
        Ok(Invited {
            server: link.server.to_string(),
            title: promised.title.unwrap_or_default(),
            role: promised.role,
            made_by: promised.made_by,
            expires_ms: promised.expires_ms,
            signed_in: server.map(|server| server.account),
        })
    }

    async fn join(
        &self,
        link: &str,
        account: Option<NewAccount>,
        certificate: Option<&str>,
    ) -> Result<BoardId, Failure> {
        let link = InvitationLink::read(link).map_err(said_no)?;
        let base_url = link.server.to_string();
        let joined = match account {
            None => {
                if certificate.is_some() {
                    let peer = self.meet(link.server.clone(), certificate).await?;
                    self.0.engine().await?.pin(&peer).await?;
                }
                let session = self.session(&base_url).await?;
                session.join(&link.secret).await.map_err(said_no)?
            }
            Some(account) => {
                let peer = self.meet(link.server.clone(), certificate).await?;
                let anew = link::join_anew(&peer, &link.secret, &account).await;
                let anew = anew.map_err(said_no)?;
                // Without a token the account is there all the same: signing in helps.
                let token = anew.signed_in.token.ok_or(LinkError::SignedOut).map_err(said_no)?;
                link::keep(self.folder(), &base_url, &token).await.map_err(said_no)?;
                let mut engine = self.0.engine().await?;
                engine.sign_in(&base_url, &anew.signed_in.account.name, peer.pinned).await?;
                anew.joined
            }
        };
        let title = String::new();
        let (id, role, person) = (joined.board, joined.role(), joined.person);
        let mut engine = self.0.engine().await?;
        let server = engine.server(&link.server).await?;
        let server = server.ok_or(LinkError::SignedOut).map_err(said_no)?;
        engine.clone_board(server.id, &ServerBoard { id, title, role, person }).await?;
        engine.arrive(id, role).await?;
        drop(engine);
        self.start_link();
        self.0.links.ask();
        Ok(id)
    }

    pub(crate) async fn session_of(&self, board: BoardId) -> Result<Session, Failure> {
        let mut engine = self.0.engine().await?;
        let share = engine.all_shares().await?.into_iter().find(|share| share.board == board);
        let share = share.ok_or_else(|| Failure::not_found("shared board"))?;
        if share.authority == Authority::Sharing {
            let message =
                "The server does not have all of this board yet. Try again when it is there.";
            return Err(Failure::new(FailureCode::Refused, message));
        }
        let servers = engine.servers().await?;
        let server = servers.into_iter().find(|server| server.id == share.server);
        drop(engine);
        let server = server.ok_or(LinkError::SignedOut).map_err(said_no)?;
        self.session(&server.base_url).await
    }

    pub(crate) async fn session(&self, url: &str) -> Result<Session, Failure> {
        let url = ServerUrl::read(url).map_err(said_no)?;
        let token = link::token(self.folder(), &url.to_string()).await.map_err(said_no)?;
        let token = token.ok_or(LinkError::SignedOut).map_err(said_no)?;
        let server = self.0.engine().await?.server(&url).await?;
        let server = server.ok_or(LinkError::SignedOut).map_err(said_no)?;
        Ok(Session { peer: Peer::of(&server).map_err(said_no)?, token })
    }
}

impl Engine {
    pub(crate) async fn server(&mut self, url: &ServerUrl) -> Result<Option<Server>, Failure> {
        let base_url = url.to_string();
        Ok(sharing::server_by_url(self.store.connection(), &base_url).await?)
    }

    /// Somebody trusts the certificate that a server which they are signed in at shows by now.
    async fn pin(&mut self, peer: &Peer) -> Result<(), Failure> {
        let Some(server) = self.server(&peer.url).await? else { return Ok(()) };
        let mut transaction = self.store.begin().await?;
        sharing::pin(&mut transaction, server.id, peer.pinned).await?;
        transaction.commit().await.map_err(store::StoreError::from)?;
        Ok(())
    }

    async fn all_shares(&mut self) -> Result<Vec<sharing::Share>, Failure> {
        Ok(sharing::shares(self.store.connection()).await?)
    }

    /// A board came from a server: it stands in the sidebar.
    pub(crate) async fn arrive(&mut self, board: BoardId, role: Role) -> Result<(), Failure> {
        let share = sharing::share_of(self.store.connection(), board).await?;
        let share = share.ok_or_else(|| Failure::not_found("shared board"))?;
        if share.gone {
            // Invited again: it is followed from where it was left.
            let mut transaction = self.store.begin().await?;
            sharing::put_role(&mut transaction, board, Some(role)).await?;
            transaction.commit().await.map_err(store::StoreError::from)?;
            self.boards.remove(&board);
        }
        let patch = self.held(board).await?.reading_again();
        self.tell(vec![patch], board).await?;
        Ok(())
    }

    /// Whoever has no name on a board, or the one that everybody has on their own, takes that of their account. Of a board
    /// that comes from a server all is to be here first: it may know the person by now.
    pub(crate) async fn introduce(&mut self, board: BoardId, account: &str) -> Result<(), Failure> {
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let at = writing.board(board).await?;
        let (held, fresh) = writing.resolving(at);
        let entity = EntityId::from(held.me);
        let known = held.board().entity(entity);
        let name = known.map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default();
        if !name.is_empty() && name != ME {
            return writing.abandon().await;
        }
        let mut writes = Vec::new();
        let mut write = |field: Field, value| {
            let (kind, slot) = (Kind::PERSON, field.into());
            writes.push(Write { kind, entity, slot, value, replaces: None, seen: None });
        };
        if known.is_none() {
            let now_ms = domain::view::signed(fresh.now_ms());
            write(Field::CREATED, Value::created(Some(now_ms), None));
        }
        let title = title_from(account);
        write(Field::TITLE, Value::text(cut(&title, TITLE_BYTES_MAX)));
        writing.write(at, "renamePerson", writes).await?;
        let patches = writing.finish("renamePerson", None, false).await?;
        self.tell(patches, board).await?;
        Ok(())
    }
}

/// What a server, or the way to it, said no to.
pub(crate) fn said_no(error: LinkError) -> Failure {
    ServerFailure::from(error).into()
}

impl From<ServerFailure> for Failure {
    fn from(failure: ServerFailure) -> Failure {
        let code = match &*failure.code {
            "unreachable" => FailureCode::Unreachable,
            "signedOut" => FailureCode::SignedOut,
            "storage" => FailureCode::Storage,
            "keyring" => FailureCode::Keyring,
            _ if failure.certificate.is_some() => FailureCode::Untrusted,
            _ => FailureCode::ServerSaidNo,
        };
        let certificate = failure.certificate.map(Box::new);
        Failure { certificate, ..Failure::new(code, failure.message) }
    }
}
