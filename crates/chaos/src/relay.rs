//! The links between clients and the server: whoever writes connects here, and the bytes are carried on. So links can
//! be cut, be slow, and stand still while the sockets stay open, whatever the server does meanwhile.

use anyhow::Result;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinHandle,
};

const PIECE: usize = 16 * 1024;

/// What the links are like now.
#[derive(Clone, Copy, Debug, Default)]
struct Weather {
    /// Counts up: whatever is open then, ends.
    cuts: u64,
    /// Each piece waits so long, in either direction.
    delay: Duration,
    /// No byte goes on, and no socket closes.
    still: bool,
}

pub struct Relay {
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
    open: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Relay {
    pub async fn to(server: SocketAddr) -> Result<Relay> {
        Relay::from_to(Ipv4Addr::LOCALHOST, server).await
    }

    /// The server sees them come from that address of this machine: it counts what it lets one address do.
    pub async fn from_to(source: Ipv4Addr, server: SocketAddr) -> Result<Relay> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, weather) = (listener.local_addr()?, watch::Sender::default());
        let open = Arc::new(AtomicUsize::new(0));
        let (heard, counted) = (weather.clone(), open.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, (source, server), heard.subscribe(), counted.clone()));
            }
        });
        Ok(Relay { address, weather, open, accepting })
    }

    /// How many connections there are, which whatever is done now is done to.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.cuts += 1);
    }

    pub fn delay(&self, each: Duration) {
        self.weather.send_modify(|weather| weather.delay = each);
    }

    pub fn stand_still(&self, still: bool) {
        self.weather.send_modify(|weather| weather.still = still);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One connection, until both sides ended it or it is cut.
async fn carry(
    client: TcpStream,
    (source, server): (Ipv4Addr, SocketAddr),
    mut weather: watch::Receiver<Weather>,
    open: Arc<AtomicUsize>,
) {
    // Where there is no server, the client's connection ends as well.
    let Ok(onward) = connect(source, server).await else { return };
    if client.set_nodelay(true).and(onward.set_nodelay(true)).is_err() {
        return;
    }
    open.fetch_add(1, Ordering::Relaxed);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = onward.into_split();
    let (there, back) = (weather.clone(), weather.clone());
    let cuts = weather.borrow_and_update().cuts;
    tokio::select! {
        _ = weather.wait_for(|now| now.cuts != cuts) => {}
        // An answer that ended ends all of it; a client that has left is waited for no longer than its answer.
        _ = one_way(from_server, to_client, back) => {}
        _ = async {
            // The server hears that the client is done, and may still answer.
            if one_way(from_client, to_server, there).await.is_ok() {
                std::future::pending::<()>().await;
            }
        } => {}
    }
    open.fetch_sub(1, Ordering::Relaxed);
}

/// From an address of this machine's loopback.
pub async fn connect(source: Ipv4Addr, server: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if source != Ipv4Addr::LOCALHOST {
        socket.bind((source, 0).into())?;
    }
    Ok(socket.connect(server).await?)
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
) -> Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece).await?;
        let delay = weather.wait_for(|now| !now.still).await?.delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if count == 0 {
            return Ok(to.shutdown().await?);
        }
        to.write_all(&piece[..count]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each byte with itself.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        address
    }

    async fn asked(stream: &mut TcpStream, byte: u8) -> u8 {
        stream.write_all(&[byte]).await.unwrap();
        stream.read_u8().await.unwrap()
    }

    #[tokio::test]
    async fn bytes_go_both_ways_until_the_link_is_cut() {
        let relay = Relay::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        assert_eq!(asked(&mut stream, 7).await, 7);
        assert_eq!(relay.open(), 1);
        relay.cut();
        assert_ne!(stream.read(&mut [0]).await.ok(), Some(1), "nothing comes over a cut link");
        let mut again = TcpStream::connect(relay.address).await.unwrap();
        assert_eq!(asked(&mut again, 8).await, 8, "a cut is over at once");
    }

    #[tokio::test]
    async fn a_link_that_stands_still_is_open_and_brings_nothing_until_it_goes_on() {
        let relay = Relay::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        assert_eq!(asked(&mut stream, 7).await, 7);
        relay.stand_still(true);
        stream.write_all(&[8]).await.unwrap();
        assert_eq!(relay.open(), 1);
        relay.stand_still(false);
        assert_eq!(stream.read_u8().await.unwrap(), 8, "what was sent comes afterwards");
        relay.stand_still(true);
        stream.write_all(&[9]).await.unwrap();
        relay.cut();
        assert_ne!(stream.read(&mut [0]).await.ok(), Some(1), "or never");
    }

    #[tokio::test]
    async fn a_slow_link_brings_everything_and_no_sooner() {
        let relay = Relay::to(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        let each = Duration::from_millis(20);
        relay.delay(each);
        let began = tokio::time::Instant::now();
        assert_eq!(asked(&mut stream, 7).await, 7);
        assert!(began.elapsed() >= each * 2, "there and back");
    }
}
