//! One WebSocket: whole messages of the protocol in and out, and how it ends.

use super::watched::{Moved, Watched};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::{sync::Arc, time::Duration};
use sync::{
    frame::{self, FRAME_BYTES_MAX},
    message::{FromClient, FromServer, Goodbye, GoodbyeCode},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Bytes, Error, Message,
        error::CapacityError,
        protocol::{Role, WebSocketConfig},
    },
};

/// After so long without a sound we ask whether anybody is there.
const PING_AFTER: Duration = Duration::from_secs(8);
/// And after so long nobody is.
const DEAD_AFTER: Duration = Duration::from_secs(20);
/// A message that waited so long for its reader shows, once it is gone, that there is one.
const SLOW: Duration = Duration::from_secs(1);
/// How long the last words may take, and those to somebody who just took nothing.
const LAST_WORDS: Duration = Duration::from_secs(2);
const LAST_WORDS_TO_THE_SLOW: Duration = Duration::from_secs(10);
const BUFFER_BYTES: usize = 16 * 1024;

/// Why a conversation ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody is there, or nobody would understand more.
    Cut,
    Goodbye(GoodbyeCode, String),
}

impl End {
    pub fn protocol(why: impl ToString) -> End {
        End::Goodbye(GoodbyeCode::Protocol, why.to_string())
    }

    pub fn too_much(why: impl ToString) -> End {
        End::Goodbye(GoodbyeCode::TooMuch, why.to_string())
    }

    pub fn stopping() -> End {
        End::Goodbye(GoodbyeCode::Stopping, "The server stops for now.".to_owned())
    }

    fn too_slow() -> End {
        let why = "Too little of what was sent was taken.";
        End::Goodbye(GoodbyeCode::TooSlow, why.to_owned())
    }

    pub fn signed_out() -> End {
        let why = "Sign in again: this device was signed out.";
        End::Goodbye(GoodbyeCode::SignedOut, why.to_owned())
    }
}

pub struct Socket {
    stream: WebSocketStream<Watched<TokioIo<Upgraded>>>,
    moved: Arc<Moved>,
    stop: watch::Receiver<bool>,
    /// A reader that takes nothing for so long is given up.
    patience: Duration,
    /// Somebody was there then.
    alive: Instant,
}

impl Socket {
    pub async fn new(
        upgraded: Upgraded,
        stop: watch::Receiver<bool>,
        patience: Duration,
    ) -> Socket {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let (watched, moved) = Watched::new(TokioIo::new(upgraded));
        let stream = WebSocketStream::from_raw_socket(watched, Role::Server, Some(config)).await;
        Socket { stream, moved, stop, patience, alive: Instant::now() }
    }

    /// The next message; `None` where it was none of the protocol's. It may be dropped while it waits.
    pub async fn hear(&mut self) -> Result<Option<FromClient>, End> {
        match self.stream.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                frame::read(&bytes).map(Some).map_err(End::protocol)
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Text(_) | Message::Frame(_))) => {
                Err(End::protocol("messages are binary"))
            }
            Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                Err(End::too_much(frame::BadFrame::TooLong))
            }
            Some(Err(Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_))) => {
                Err(End::protocol("that is no WebSocket"))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Cut),
        }
    }

    pub async fn say(&mut self, message: &FromServer) -> Result<(), End> {
        let frame = frame::write(message).map_err(|error| {
            tracing::error!(%error, "a message is beyond what a frame holds");
            End::Cut
        })?;
        self.send(frame.into()).await
    }

    pub async fn send(&mut self, frame: Bytes) -> Result<(), End> {
        self.put(Message::Binary(frame)).await
    }

    /// Called every few seconds: asks whether anybody is there, or says that nobody is.
    pub async fn look(&mut self) -> Result<(), End> {
        let silence = self.alive.max(self.moved.read_at()).elapsed();
        if silence >= DEAD_AFTER {
            return Err(End::Cut);
        }
        if silence >= PING_AFTER { self.put(Message::Ping(Bytes::new())).await } else { Ok(()) }
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        let began = Instant::now();
        let (moved, stop, patience) = (&self.moved, &mut self.stop, self.patience);
        let sending = self.stream.send(message);
        tokio::pin!(sending);
        loop {
            let stalled = began.max(moved.written_at()) + patience;
            tokio::select! {
                biased;
                sent = &mut sending => {
                    sent.map_err(|_| End::Cut)?;
                    break;
                }
                // There is no time for who takes nothing.
                _ = stop.wait_for(|stop| *stop) => return Err(End::Cut),
                () = sleep_until(stalled) => {
                    if began.max(moved.written_at()) + patience <= Instant::now() {
                        tracing::info!("a reader took nothing for too long");
                        metrics::counter!("holdfast_sync_too_slow_total").increment(1);
                        return Err(End::too_slow());
                    }
                }
            }
        }
        if began.elapsed() >= SLOW {
            self.alive = Instant::now();
        }
        Ok(())
    }

    /// Says why, behind what is half sent, and closes.
    pub async fn close(mut self, end: End) {
        let End::Goodbye(code, message) = end else { return };
        let within = match code {
            GoodbyeCode::TooSlow => LAST_WORDS_TO_THE_SLOW,
            _ => LAST_WORDS,
        };
        let last = async {
            let goodbye = FromServer::Goodbye(Goodbye { code, message });
            let Ok(frame) = frame::write(&goodbye) else { return };
            if self.stream.send(Message::Binary(frame.into())).await.is_ok()
                && self.stream.close(None).await.is_ok()
            {
                // Whoever closes with unread bytes takes the last words back.
                while let Some(Ok(_)) = self.stream.next().await {}
            }
        };
        timeout(within, last).await.ok();
    }
}
