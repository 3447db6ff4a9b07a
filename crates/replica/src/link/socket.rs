//! The socket of the sync: whole messages, in both directions at once.

use super::{
    LinkError,
    dial::{Peer, Wire, dial},
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use std::time::Duration;
use sync::{
    frame::{self, FRAME_BYTES_MAX},
    message::{FromClient, FromServer},
};
use tokio::{sync::mpsc, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};

/// A socket that says nothing for so long is dead.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(15);
/// What was said and is not on its way yet. A push and a question for each board are little.
const SAYING_MAX: usize = 4096;

type Stream = WebSocketStream<Wire>;

/// What is said; [`Writing::run`] brings it out.
#[derive(Clone)]
pub(crate) struct Saying(mpsc::Sender<Vec<u8>>);

pub(crate) struct Writing {
    sink: SplitSink<Stream, Message>,
    said: mpsc::Receiver<Vec<u8>>,
}

pub(crate) struct Hearing(SplitStream<Stream>);

/// Opens the socket for who holds the token.
pub(crate) async fn open(
    peer: &Peer,
    token: &str,
) -> Result<(Saying, Writing, Hearing), LinkError> {
    let mut request = peer.url.socket().into_client_request().map_err(broken)?;
    let mut bearer =
        HeaderValue::from_str(&format!("Bearer {token}")).map_err(LinkError::protocol)?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    let config = WebSocketConfig::default()
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX));
    let wire = dial(peer).await?;
    let opening = client_async_with_config(request, wire, Some(config));
    let opened = timeout(DEAD_AFTER, opening).await.map_err(|_| LinkError::Silent)?;
    let (stream, _) = opened.map_err(broken)?;
    let (sink, stream) = stream.split();
    let (saying, said) = mpsc::channel(SAYING_MAX);
    Ok((Saying(saying), Writing { sink, said }, Hearing(stream)))
}

fn broken(error: tungstenite::Error) -> LinkError {
    match error {
        tungstenite::Error::Io(error) => LinkError::Connect(error),
        tungstenite::Error::Http(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
            LinkError::SignedOut
        }
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
            LinkError::Closed
        }
        error => LinkError::protocol(error),
    }
}

impl Saying {
    /// An end that reads nothing is no end.
    pub fn say(&self, message: &FromClient) -> Result<(), LinkError> {
        self.0.try_send(frame::write(message)?).map_err(|_| LinkError::Silent)
    }
}

impl Writing {
    /// Brings out what is said, until the socket breaks.
    pub async fn run(mut self) -> LinkError {
        while let Some(frame) = self.said.recv().await {
            if let Err(error) = self.sink.send(Message::Binary(frame.into())).await {
                return broken(error);
            }
        }
        LinkError::Closed
    }
}

impl Hearing {
    /// The next message, however long it takes.
    pub async fn hear(&mut self) -> Result<FromServer, LinkError> {
        loop {
            match self.0.next().await.ok_or(LinkError::Closed)?.map_err(broken)? {
                Message::Binary(frame) => return Ok(frame::read(&frame)?),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(_) => return Err(LinkError::Closed),
                Message::Text(_) | Message::Frame(_) => {
                    return Err(LinkError::protocol("a message that is none"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_tungstenite::tungstenite::protocol::Role;

    async fn pair() -> (Hearing, WebSocketStream<tokio::io::DuplexStream>) {
        let (near, far) = tokio::io::duplex(1024);
        let near: Wire = Box::new(near);
        let near = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        let (_, stream) = near.split();
        (Hearing(stream), WebSocketStream::from_raw_socket(far, Role::Server, None).await)
    }

    #[tokio::test]
    async fn what_is_no_message_ends_the_connection() {
        for said in
            [Message::Text("{}".into()), Message::Binary(vec![7, 7].into()), Message::Close(None)]
        {
            let (mut hearing, mut far) = pair().await;
            far.send(said).await.unwrap();
            assert!(matches!(
                hearing.hear().await,
                Err(LinkError::Protocol(_) | LinkError::Closed)
            ));
        }
    }
}
