//! Serves the built page and one desk to a browser on the same machine.
//!
//! Whoever can open the printed address works on the boards, so the address carries a secret that is
//! new at each start. It stands in the fragment, which a browser never sends, and reaches the program
//! only as the first message of the socket. The files of the page carry no data and need no secret.

mod conversation;
mod gate;
mod page;
mod preferences;
mod shell;

use axum::{Router, routing::get};
use replica::Desk;
use std::{io, net::Ipv4Addr, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

/// More sockets than this at once are refused.
pub const SOCKETS_MAX: usize = 8;

/// How a desk is served.
pub struct HostOptions {
    /// 0 takes a free one.
    pub port: u16,
    /// Called once with the address to open, as soon as it answers.
    pub announce: Box<dyn FnOnce(&str) + Send>,
}

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen { port: u16, source: io::Error },
    #[error("the system gave no random secret: {0}")]
    Secret(getrandom::Error),
    #[error("serving failed: {0}")]
    Serve(#[from] io::Error),
}

/// Serves until somebody asks to quit, on the page or by a signal.
pub async fn serve(desk: Desk, options: HostOptions) -> Result<(), HostError> {
    let host = Host::bind(desk, options.port).await?;
    (options.announce)(host.address());
    let stop = host.stop();
    let signals = tokio::spawn(async move {
        asked_to_end().await;
        stop.send_replace(true);
    });
    let served = host.run().await;
    signals.abort();
    served
}

/// What every connection shares.
struct Shared {
    desk: Desk,
    key: gate::Key,
    /// `127.0.0.1:PORT`: the only Host that is answered.
    authority: String,
    sockets: Arc<Semaphore>,
    stop: watch::Sender<bool>,
}

/// A host that listens already and does not answer yet.
pub struct Host {
    listener: TcpListener,
    shared: Arc<Shared>,
    address: String,
}

impl Host {
    pub async fn bind(desk: Desk, port: u16) -> Result<Host, HostError> {
        let listen = |source| HostError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
        let authority = listener.local_addr().map_err(listen)?.to_string();
        let key = gate::Key::fresh().map_err(HostError::Secret)?;
        let address = format!("http://{authority}/#key={}", key.words());
        let sockets = Arc::new(Semaphore::new(SOCKETS_MAX));
        let stop = watch::Sender::new(false);
        let shared = Arc::new(Shared { desk, key, authority, sockets, stop });
        Ok(Host { listener, shared, address })
    }

    /// The address to open, with its secret.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sending `true` ends [`Host::run`].
    pub fn stop(&self) -> watch::Sender<bool> {
        self.shared.stop.clone()
    }

    pub async fn run(self) -> Result<(), HostError> {
        let mut stopped = self.shared.stop.subscribe();
        let routes = Router::new()
            .route("/socket", get(conversation::open))
            .fallback(page::file)
            .layer(axum::middleware::from_fn_with_state(self.shared.clone(), gate::guard))
            .with_state(self.shared);
        axum::serve(self.listener, routes)
            .with_graceful_shutdown(async move {
                // The sender lives in what the routes share, so this ends by the signal alone.
                stopped.wait_for(|stop| *stop).await.ok();
            })
            .await?;
        Ok(())
    }
}

async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.ok();
}
