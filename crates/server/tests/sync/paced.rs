//! A socket whose reader may be slow: a kilobyte a second, as on a bad line, until it is let go.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Interval, interval},
};

const BYTES_A_SECOND: usize = 1024;

pub struct Paced {
    stream: TcpStream,
    slow: Arc<AtomicBool>,
    seconds: Interval,
    left: usize,
}

impl Paced {
    /// Slow from now on, where `slow` is, and as long as it is.
    pub fn new(stream: TcpStream, slow: Arc<AtomicBool>) -> Paced {
        Paced { stream, slow, seconds: interval(Duration::from_secs(1)), left: 0 }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.slow.load(Ordering::Relaxed) && self.left == 0 {
            ready!(self.seconds.poll_tick(context));
            self.left = BYTES_A_SECOND;
        }
        if !self.slow.load(Ordering::Relaxed) {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let mut bytes = [0; BYTES_A_SECOND];
        let most = self.left.min(into.remaining());
        let mut few = ReadBuf::new(&mut bytes[..most]);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut few))?;
        self.left -= few.filled().len();
        into.put_slice(few.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
