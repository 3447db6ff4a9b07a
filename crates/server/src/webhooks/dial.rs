//! A connection to a receiver. Its name is looked up anew each time, all addresses that come back are looked at, and
//! what is connected to is one of those: a name that leads elsewhere a moment later leads nowhere.

use super::{addresses::may_be_called, target::Target};
use ipnet::IpNet;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring as provider,
        pki_types::ServerName,
        version::{TLS12, TLS13},
    },
};

/// With the name looked up and the certificate checked.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Of the addresses of a name, so many are tried.
const ADDRESSES_TRIED_MAX: usize = 4;
/// The system looks names up on threads that nobody can stop: these leave some for the rest of the server.
const LOOKUPS_AT_ONCE_MAX: usize = 128;
static LOOKUPS: Semaphore = Semaphore::const_new(LOOKUPS_AT_ONCE_MAX);

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Bytes to a receiver and back.
pub type Wire = Box<dyn Duplex>;

/// Why nothing was sent, or nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    NoAddress,
    /// An address that the operator did not allow.
    RefusedAddress,
    NotConnected,
    /// Nobody whom this machine trusts vouches for the receiver.
    Tls,
    TooSlow,
    /// It spoke no HTTP, or hung up.
    NoAnswer,
}

impl Unreached {
    pub fn code(self) -> &'static str {
        match self {
            Unreached::NoAddress => "noAddress",
            Unreached::RefusedAddress => "refusedAddress",
            Unreached::NotConnected => "notConnected",
            Unreached::Tls => "tls",
            Unreached::TooSlow => "tooSlow",
            Unreached::NoAnswer => "noAnswer",
        }
    }
}

pub async fn dial(target: &Target, allowed: &[IpNet]) -> Result<Wire, Unreached> {
    let dialled = timeout(CONNECT_WITHIN, dial_on(target, allowed)).await;
    dialled.unwrap_or(Err(Unreached::TooSlow))
}

async fn dial_on(target: &Target, allowed: &[IpNet]) -> Result<Wire, Unreached> {
    let found = look_up(target.host.clone(), target.port).await?;
    let tcp = connect(looked_at(found, allowed)?).await?;
    if !target.tls {
        return Ok(Box::new(tcp));
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|_| Unreached::Tls)?;
    let config = trusting().await.map_err(|error| {
        tracing::error!(%error, "webhooks over https cannot be delivered");
        Unreached::Tls
    })?;
    let shaken = TlsConnector::from(config).connect(name, tcp).await;
    shaken.map(|stream| Box::new(stream) as Wire).map_err(|_| Unreached::Tls)
}

async fn look_up(host: String, port: u16) -> Result<Vec<SocketAddr>, Unreached> {
    let turn = LOOKUPS.acquire().await.map_err(|_| Unreached::NoAddress)?;
    let looking = tokio::spawn(async move {
        let found = lookup_host((host.as_str(), port)).await.map(Iterator::collect);
        // Whoever asked may have given up before.
        drop(turn);
        found
    });
    looking.await.map_err(io::Error::other).flatten().map_err(|_| Unreached::NoAddress)
}

/// The addresses of a name, where all of them are allowed: one that leads to the internet and to this machine as well
/// leads nowhere.
fn looked_at(found: Vec<SocketAddr>, allowed: &[IpNet]) -> Result<Vec<SocketAddr>, Unreached> {
    if found.is_empty() {
        return Err(Unreached::NoAddress);
    }
    let all = found.iter().all(|address| may_be_called(address.ip(), allowed));
    if all { Ok(found) } else { Err(Unreached::RefusedAddress) }
}

async fn connect(addresses: Vec<SocketAddr>) -> Result<TcpStream, Unreached> {
    for address in addresses.into_iter().take(ADDRESSES_TRIED_MAX) {
        if let Ok(tcp) = TcpStream::connect(address).await {
            tcp.set_nodelay(true).map_err(|_| Unreached::NotConnected)?;
            return Ok(tcp);
        }
    }
    Err(Unreached::NotConnected)
}

/// Those whom this machine trusts, read from the disk when the first receiver needs it.
async fn trusting() -> io::Result<Arc<ClientConfig>> {
    static TRUSTING: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = TRUSTING.get() {
        return Ok(config.clone());
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(io::Error::other("this machine trusts no authority"));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    });
    let config = read.await.map_err(io::Error::other)??;
    Ok(TRUSTING.get_or_init(|| config).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|it| SocketAddr::new(it.parse().unwrap(), 443)).collect()
    }

    #[test]
    fn a_name_with_one_address_that_is_refused_leads_nowhere() {
        let public = found(&["1.1.1.1", "2606:4700:4700::1111"]);
        assert_eq!(looked_at(public.clone(), &[]), Ok(public));
        for mixed in [
            ["1.1.1.1", "127.0.0.1"],
            ["127.0.0.1", "1.1.1.1"],
            ["1.1.1.1", "::ffff:10.0.0.1"],
            ["2606:4700:4700::1111", "fd00::1"],
        ] {
            let refused = looked_at(found(&mixed), &[]);
            assert_eq!(refused, Err(Unreached::RefusedAddress), "{mixed:?}");
        }
        assert_eq!(looked_at(Vec::new(), &[]), Err(Unreached::NoAddress));
    }

    /// The name server's answer of a moment ago is what is looked at and what is connected to: here it is asked for
    /// real, and what it says leads to this machine.
    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = Target::read(&format!("http://localhost:{port}/")).unwrap();
        assert_eq!(dial(&target, &[]).await.err(), Some(Unreached::RefusedAddress));
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody knocked");
        let loopback = ["127.0.0.0/8", "::1/128"].map(|it| it.parse().unwrap());
        assert!(dial(&target, &loopback).await.is_ok());
    }
}
