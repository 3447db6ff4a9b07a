//! One end of a socket, as a replica would hold it.

use crate::{paced::Paced, running::Server};
use domain::{change::Hash, id::BoardId, stamp::ChangeId};
use futures_util::{SinkExt, StreamExt};
use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use sync::{frame, message::*};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue, Request},
    },
};

/// A test that waits longer has failed: it would wait for ever.
const FOR_EVER: Duration = Duration::from_secs(60);

pub struct Peer {
    stream: WebSocketStream<Paced>,
    pub boards: Vec<BoardSeen>,
    /// Heard while waiting for something else.
    changes: VecDeque<Changes>,
}

pub async fn patiently<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(FOR_EVER, wait).await.expect("waited for ever")
}

pub fn request(server: &Server, headers: &[(&str, &str)]) -> Request<()> {
    let mut request = format!("ws://{}/sync", server.address()).into_client_request().unwrap();
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

/// The status of a handshake that is refused.
pub async fn refused(server: &Server, headers: &[(&str, &str)]) -> u16 {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    match client_async(request(server, headers), stream).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

/// Of somebody who speaks this version and those before it.
pub fn hello(protocol_max: u32) -> FromClient {
    FromClient::Hello(Hello { protocol_min: 1, protocol_max, app: "a test".to_owned() })
}

impl Peer {
    /// Through hello and welcome, until the boards are told.
    pub async fn connect(server: &Server, token: &str) -> Peer {
        let mut peer = Peer::silent(server, token).await;
        peer.greet(PROTOCOL_MAX).await;
        peer
    }

    /// As [`Peer::connect`], of before it was told who is here.
    pub async fn old(server: &Server, token: &str) -> Peer {
        Peer::speaking(server, token, 1).await
    }

    /// As [`Peer::connect`], in this version.
    pub async fn speaking(server: &Server, token: &str, version: u32) -> Peer {
        let mut peer = Peer::silent(server, token).await;
        peer.greet(version).await;
        peer
    }

    /// As [`Peer::connect`], on a socket that holds little of what is not read.
    pub async fn narrow(server: &Server, token: &str) -> Peer {
        Peer::slow(server, token, Arc::default()).await
    }

    /// As [`Peer::narrow`], and read at a kilobyte a second for as long as `slow` is.
    pub async fn slow(server: &Server, token: &str, slow: Arc<AtomicBool>) -> Peer {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let stream = socket.connect(server.address().parse().unwrap()).await.unwrap();
        let mut peer = Peer::on(Paced::new(stream, slow), server, token).await;
        peer.greet(PROTOCOL_MAX).await;
        peer
    }

    /// A socket on which nothing was said yet.
    pub async fn silent(server: &Server, token: &str) -> Peer {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        Peer::on(Paced::new(stream, Arc::default()), server, token).await
    }

    async fn on(stream: Paced, server: &Server, token: &str) -> Peer {
        let bearer = format!("Bearer {token}");
        let request = request(server, &[("authorization", &bearer)]);
        let (stream, _) = client_async(request, stream).await.unwrap();
        Peer { stream, boards: Vec::new(), changes: VecDeque::new() }
    }

    async fn greet(&mut self, version: u32) {
        self.meet(version).await;
        if version >= RESUME_SINCE {
            let (list, imprints) = (Hash::default(), Vec::new());
            self.say(&FromClient::Resume(Resume { list, imprints })).await;
        }
        self.boards().await;
        if version >= RESUME_SINCE {
            assert!(matches!(self.hear().await, FromServer::Resumed(_)));
        }
    }

    /// As far as the welcome.
    pub async fn meet(&mut self, version: u32) {
        self.say(&hello(version)).await;
        let FromServer::Welcome(welcome) = self.hear().await else { panic!("no welcome") };
        assert_eq!(welcome.protocol, version);
    }

    pub async fn say(&mut self, message: &FromClient) {
        self.send(Message::Binary(frame::write(message).unwrap().into())).await;
    }

    /// Anything at all. The other end may be gone already.
    pub async fn send(&mut self, message: Message) {
        patiently(self.stream.send(message)).await.ok();
    }

    /// The next message; `None` when the server has closed.
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Option<FromServer>> {
        patiently(async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Binary(bytes))) => return Some(frame::read(&bytes).unwrap()),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => {}
                }
            }
        })
    }

    pub async fn hear(&mut self) -> FromServer {
        self.next().await.expect("the server closed")
    }

    /// Waits for the boards to be told.
    pub async fn boards(&mut self) -> &[BoardSeen] {
        loop {
            match self.hear().await {
                FromServer::Boards(boards) => {
                    self.boards = boards;
                    return &self.boards;
                }
                FromServer::Board(_, BoardNews::Changes(changes)) => {
                    self.changes.push_back(changes)
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next news of a board that is no list of changes.
    pub async fn news(&mut self, board: BoardId) -> BoardNews {
        loop {
            match self.hear().await {
                FromServer::Board(id, BoardNews::Changes(changes)) if id == board => {
                    self.changes.push_back(changes);
                }
                FromServer::Board(id, news) if id == board => return news,
                FromServer::Boards(boards) => self.boards = boards,
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next changes, in the order in which they came.
    pub async fn changes(&mut self) -> Changes {
        if let Some(changes) = self.changes.pop_front() {
            return changes;
        }
        loop {
            match self.hear().await {
                FromServer::Board(_, BoardNews::Changes(changes)) => return changes,
                FromServer::Boards(boards) => self.boards = boards,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Pushes, and waits for what becomes of it.
    pub async fn push(&mut self, board: BoardId, changes: Vec<Pushed>) -> Vec<(ChangeId, Answer)> {
        self.say(&FromClient::Push(Push { board, changes })).await;
        match self.news(board).await {
            BoardNews::Answers(answers) => answers,
            other => panic!("{other:?}"),
        }
    }

    /// Says half of a message, and no more of it.
    pub async fn say_half(&mut self, message: &FromClient) {
        let payload = frame::write(message).unwrap();
        let length = u8::try_from(payload.len()).unwrap();
        assert!(length < 126, "a length of one byte");
        // The end of a message in binary, masked with zeros.
        let header = [0x82, 0x80 | length, 0, 0, 0, 0];
        let half = [&header[..], &payload[..payload.len() / 2]].concat();
        self.stream.get_mut().write_all(&half).await.unwrap();
    }

    /// Neither hears nor answers any more, until the other end gives up.
    pub async fn play_dead(self) {
        let mut stream = self.stream.into_inner();
        let mut bytes = Vec::new();
        // A socket that is closed with unread bytes ends with an error.
        patiently(stream.read_to_end(&mut bytes)).await.ok();
    }

    /// Why the server closes; `None` where it does so without a word.
    pub async fn goodbye(&mut self) -> Option<GoodbyeCode> {
        let mut code = None;
        while let Some(message) = self.next().await {
            if let FromServer::Goodbye(goodbye) = message {
                code = Some(goodbye.code);
            }
        }
        code
    }
}
