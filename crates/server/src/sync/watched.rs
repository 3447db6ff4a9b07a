//! A connection that notes when something moved on it, so that a slow end can be told from a dead one.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// When something last moved, in each direction.
#[derive(Debug)]
pub struct Moved {
    began: Instant,
    read_ms: AtomicU64,
    written_ms: AtomicU64,
}

impl Moved {
    pub fn read_at(&self) -> Instant {
        self.began + Duration::from_millis(self.read_ms.load(Ordering::Relaxed))
    }

    pub fn written_at(&self) -> Instant {
        self.began + Duration::from_millis(self.written_ms.load(Ordering::Relaxed))
    }

    fn note(&self, moved: &AtomicU64) {
        let ms = self.began.elapsed().as_millis();
        moved.store(u64::try_from(ms).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

pub struct Watched<S> {
    inner: S,
    moved: Arc<Moved>,
}

impl<S> Watched<S> {
    pub fn new(inner: S) -> (Watched<S>, Arc<Moved>) {
        let moved = Arc::new(Moved {
            began: Instant::now(),
            read_ms: AtomicU64::new(0),
            written_ms: AtomicU64::new(0),
        });
        (Watched { inner, moved: moved.clone() }, moved)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, into);
        if into.filled().len() > before {
            self.moved.note(&self.moved.read_ms);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.moved.note(&self.moved.written_ms);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
