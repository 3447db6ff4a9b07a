//! How many connections there may be: so many in all, and so many from one address, so that nobody takes
//! them all. What is over is closed before a byte is read. Whoever takes nothing of what they are sent has one
//! for so long, and not for ever.

use crate::limits::{Network, network};
use axum_server::accept::Accept;
use std::{
    collections::HashMap,
    future::{Future, Ready, ready},
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

pub const CONNECTIONS_MAX: usize = 10_000;
/// An office may stand behind one address.
pub const CONNECTIONS_OF_ONE_MAX: usize = 200;

/// Who takes nothing is first told so, where that is possible; this much later the connection is closed.
const AFTER_THAT: Duration = Duration::from_secs(12);

/// Lets connections in, or not; clones count together.
#[derive(Clone)]
pub struct Connections {
    open: Arc<Mutex<Open>>,
    /// All of their people come from one address.
    proxies: Arc<[IpAddr]>,
    patience: Duration,
}

#[derive(Default)]
struct Open {
    all: usize,
    of_one: HashMap<Network, usize>,
}

/// A connection that was let in. It counts until it is dropped.
pub struct Counted {
    stream: TcpStream,
    patience: Duration,
    /// Ends when nothing was taken for too long; there while something waits to be taken.
    stalled: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

struct Place {
    open: Arc<Mutex<Open>>,
    network: Network,
}

impl Connections {
    /// Whoever takes nothing for `reader_patience`, and somewhat longer, is let go.
    pub fn new(proxies: &[IpAddr], reader_patience: Duration) -> Connections {
        let patience = reader_patience + AFTER_THAT;
        Connections { open: Arc::default(), proxies: proxies.into(), patience }
    }

    fn place(&self, address: IpAddr) -> Option<Place> {
        let network = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = open.of_one.get(&network).copied().unwrap_or(0);
        let trusted = self.proxies.contains(&address.to_canonical());
        if open.all >= CONNECTIONS_MAX || (of_one >= CONNECTIONS_OF_ONE_MAX && !trusted) {
            return None;
        }
        open.all += 1;
        open.of_one.insert(network, of_one + 1);
        Some(Place { open: self.open.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(of_one) = open.of_one.get_mut(&self.network) {
            *of_one -= 1;
            if *of_one == 0 {
                open.of_one.remove(&self.network);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // Small messages go at once.
        let place = stream
            .set_nodelay(true)
            .and_then(|()| stream.peer_addr())
            .map(|peer| self.place(peer.ip()));
        ready(match place {
            Ok(Some(place)) => {
                let patience = self.patience;
                Ok((Counted { stream, patience, stalled: None, _place: place }, service))
            }
            Ok(None) => {
                metrics::counter!("holdfast_connections_refused_total").increment(1);
                Err(io::Error::other("too many connections"))
            }
            Err(error) => Err(error),
        })
    }
}

impl Counted {
    /// What became of a write, or that it waited for too long.
    fn in_time(
        &mut self,
        context: &mut Context<'_>,
        wrote: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        stalled.as_mut().poll(context).map(|()| {
            metrics::counter!("holdfast_connections_stalled_total").increment(1);
            Err(io::ErrorKind::TimedOut.into())
        })
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.in_time(context, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
