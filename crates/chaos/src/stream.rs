//! Streams that somebody listens on: the server-sent events of a board, and the earlier server's WebSocket.

use crate::{
    hearing::Told,
    tongue::{self, Change},
    wire::Wire,
};
use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use hyper::{Response, body::Incoming};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, error::ProtocolError},
};

/// Server-sent events, as they come.
pub struct Events {
    body: Incoming,
    text: String,
}

impl Events {
    pub fn of(answer: Response<Incoming>) -> Events {
        Events { body: answer.into_body(), text: String::new() }
    }

    /// `None` where the stream ended. What an await that was given up had read is not lost.
    pub async fn next(&mut self) -> Result<Option<Change>> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let event = self.text.drain(..end + 2).collect::<String>();
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                let Some(data) = line("data: ") else { continue };
                let change = tongue::change(&serde_json::from_str(data)?)?;
                let named = line("id: ") == Some(&change.number.to_string());
                ensure!(named, "its id is not its number");
                return Ok(Some(change));
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let Ok(bytes) = frame?.into_data() else { continue };
            let bytes = std::str::from_utf8(&bytes).context("an event is cut within a letter")?;
            self.text.push_str(bytes);
        }
    }
}

/// The earlier server's `/ws/connect`.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// It comes back when the first message was there, which must say that it is.
    pub async fn connect(wire: &Wire, board: u64) -> Result<Socket> {
        let address = wire.address();
        let url = format!("ws://{address}/ws/connect?board_id={board}");
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("authorization", wire.bearer().parse()?);
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut socket, _) = client_async(request, stream).await?;
        let first = text(&mut socket).await?.context("it ended before it said anything")?;
        Socket::is_connected(&first, board)?;
        Ok(Socket(socket))
    }

    fn is_connected(first: &Value, board: u64) -> Result<()> {
        let is_it = first["event"] == "connected" && first["data"]["board_id"] == board;
        ensure!(is_it, NotConnected(first.to_string()));
        Ok(())
    }

    /// An event, and the title or text of what it is about; `None` where it ended.
    pub async fn next(&mut self) -> Result<Option<(Told, String)>> {
        let Some(told) = text(&mut self.0).await? else { return Ok(None) };
        let event = told["event"].as_str().context("an event without a name")?.to_owned();
        let about = told["data"]["id"].as_u64().context("an event without a number")?;
        let title = told["data"]["title"].as_str().unwrap_or_default().to_owned();
        Ok(Some((Told::Event { event, about }, title)))
    }
}

/// The first message of a socket was another one.
#[derive(Debug)]
pub struct NotConnected(String);

impl std::fmt::Display for NotConnected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a socket began with {}", self.0)
    }
}

/// The next message that says something; `None` where it ended.
async fn text(socket: &mut WebSocketStream<TcpStream>) -> Result<Option<Value>> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(Some(serde_json::from_str(&text)?)),
            Some(Ok(Message::Close(_))) | None => return Ok(None),
            Some(Err(error)) if is_gone(&error) => return Ok(None),
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(_)) => {}
        }
    }
}

/// Whether an error is of the link, and not of what was said.
fn is_gone(error: &Error) -> bool {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_) => true,
        Error::Protocol(wrong) => *wrong == ProtocolError::ResetWithoutClosingHandshake,
        _ => false,
    }
}
