//! The server in memory behind a real socket, which can be cut.

use super::{
    authority::{Authority, Session},
    table::NOW_MS,
};
use domain::{change::Hash, id::PersonId};
use futures_util::{SinkExt, StreamExt};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use sync::{frame, message::*};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::{StatusCode, header::AUTHORIZATION},
    },
};

pub const TOKEN: &str = "secret";

#[derive(Clone)]
pub struct Served {
    pub authority: Arc<Mutex<Authority>>,
    pub person: PersonId,
    /// Counts up with every change that was accepted.
    changes: Arc<watch::Sender<u64>>,
    /// The version of the protocol that it speaks.
    pub version: u32,
    /// What those who are connected said to have open.
    pub looked: Arc<watch::Sender<Vec<Option<Looking>>>>,
    /// What was said to it, of all connections.
    pub heard: Arc<Mutex<Vec<FromClient>>>,
    /// What it vouches for is proved of something else.
    pub proves_nothing: Arc<AtomicBool>,
}

impl Served {
    pub fn new(authority: Authority, person: PersonId) -> Served {
        let authority = Arc::new(Mutex::new(authority));
        Served {
            authority,
            person,
            changes: Arc::new(watch::Sender::new(0)),
            version: 1,
            looked: Arc::new(watch::Sender::new(Vec::new())),
            heard: Arc::default(),
            proves_nothing: Arc::default(),
        }
    }

    /// Answers on a port; all of it ends with the handle.
    pub async fn listen(&self, address: SocketAddr) -> (SocketAddr, AbortHandle) {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = self.clone();
        let listening = tokio::spawn(async move {
            // They end with it.
            let mut talking = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                talking.spawn(served.clone().talk(stream));
            }
        });
        (address, listening.abort_handle())
    }

    async fn talk(self, stream: TcpStream) {
        #[expect(clippy::result_large_err, reason = "the library names the type")]
        let guard = |request: &Request, response: Response| {
            let sent = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
            if sent == Some(&format!("Bearer {TOKEN}")) {
                return Ok(response);
            }
            let mut refused = Response::new(()).map(|()| None);
            *refused.status_mut() = StatusCode::UNAUTHORIZED;
            Err(refused)
        };
        let Ok(mut socket) = accept_hdr_async(stream, guard).await else { return };
        let (mut changes, mut session) = (self.changes.subscribe(), Session::default());
        loop {
            let said = tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        let mut said = self.answer(&mut session, &bytes);
                        said.extend(self.go_on(&mut session));
                        said
                    }
                    _ => return,
                },
                changed = changes.changed() => {
                    changed.unwrap();
                    self.go_on(&mut session)
                }
            };
            if send(&mut socket, said).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, session: &mut Session, bytes: &[u8]) -> Vec<FromServer> {
        let mut authority = self.authority.lock().unwrap();
        let message: FromClient = frame::read(bytes).unwrap();
        self.heard.lock().unwrap().push(message.clone());
        if let FromClient::Here(looking) = message {
            self.looked.send_modify(|looked| looked.push(looking));
            return Vec::new();
        }
        let boards = authority.rooms.iter().map(|(board, room)| BoardSeen {
            board: *board,
            role: room.members[&self.person],
            person: self.person,
            title: "B".to_owned(),
        });
        let boards: Vec<BoardSeen> = boards.collect();
        let (protocol, account) = (self.version, "ada".to_owned());
        let mut said = Vec::new();
        match &message {
            FromClient::Hello(_) => {
                let welcome = Welcome { protocol, now_ms: NOW_MS, account };
                said.push(FromServer::Welcome(welcome));
                if protocol < RESUME_SINCE {
                    said.push(FromServer::Boards(boards));
                }
                return said;
            }
            FromClient::Resume(resume) if resume.list != list_hash(&boards) => {
                said.push(FromServer::Boards(boards));
            }
            _ => {}
        }
        let pushed = matches!(message, FromClient::Push(_));
        said.extend(authority.hear(session, self.person, message, NOW_MS));
        if pushed {
            self.changes.send_modify(|count| *count += 1);
        }
        let lies = self.proves_nothing.load(Ordering::Relaxed);
        if let (true, Some(FromServer::Resumed(resumed))) = (lies, said.last_mut()) {
            resumed.proof = Hash([7; 16]);
        }
        said
    }

    fn go_on(&self, session: &mut Session) -> Vec<FromServer> {
        let authority = self.authority.lock().unwrap();
        let mut said = Vec::new();
        for (id, cursor) in &mut session.cursors {
            let room = &authority.rooms[id];
            if cursor.seq < room.head().seq {
                let changes = room.changes(*cursor, 1000);
                *cursor = changes.changes.last().unwrap().0.position();
                said.push(FromServer::Board(*id, BoardNews::Changes(changes)));
            }
        }
        said
    }
}

async fn send(
    socket: &mut WebSocketStream<TcpStream>,
    said: Vec<FromServer>,
) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    for message in said {
        let bytes = frame::write(&message).unwrap();
        socket.send(Message::Binary(bytes.into())).await?;
    }
    Ok(())
}
