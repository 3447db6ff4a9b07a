//! A connection to a server: TCP, and TLS on it where the server is not this machine's own.

use super::{LinkError, ServerUrl, certificate::Looking};
use crate::protocol::{Untrusted, WhyUntrusted};
use std::{io, sync::Arc, time::Duration};
use store::sharing::{Fingerprint, Server};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream, rustls::pki_types::ServerName};

/// With the name looked up and the certificate checked.
const DIAL_WITHIN: Duration = Duration::from_secs(15);

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Bytes to a server and back.
pub(crate) type Wire = Box<dyn Duplex>;

/// A server, and whom it must prove to be before it is told anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    pub url: ServerUrl,
    /// The one certificate that it may show; `None` where this computer's roots vouch for it.
    pub pinned: Option<Fingerprint>,
}

impl Peer {
    pub fn of(server: &Server) -> Result<Peer, LinkError> {
        Ok(Peer { url: ServerUrl::read(&server.base_url)?, pinned: server.pinned })
    }

    /// Looks at a server's certificate and tells it nothing. Either this computer's roots vouch for the server, or it
    /// shows the certificate that somebody trusts: the one that is `given` with the question, or else the one that was
    /// `pinned` before.
    pub async fn meet(
        url: ServerUrl,
        pinned: Option<Fingerprint>,
        given: Option<Fingerprint>,
    ) -> Result<Peer, LinkError> {
        if !url.private {
            return match given {
                None => Ok(Peer { url, pinned: None }),
                Some(_) => Err(LinkError::Address(format!("\"{url}\" shows no certificate"))),
            };
        }
        let trusted = given.or(pinned);
        let looking = look(None).await?;
        let shown = timeout(DIAL_WITHIN, shake_hands(&url, &looking)).await;
        match shown.map_err(|_| LinkError::Silent)? {
            Ok(_) => match (given, looking.fingerprint()) {
                (Some(given), Some(shown)) if given != shown => {
                    Err(LinkError::Untrusted(other_than(given, shown)))
                }
                _ => Ok(Peer { url, pinned: None }),
            },
            Err(LinkError::Untrusted(untrusted)) => match (trusted, looking.fingerprint()) {
                (Some(trusted), Some(shown)) if trusted == shown => {
                    Ok(Peer { url, pinned: Some(trusted) })
                }
                (Some(trusted), Some(shown)) => {
                    Err(LinkError::Untrusted(other_than(trusted, shown)))
                }
                _ => Err(LinkError::Untrusted(untrusted)),
            },
            Err(error) => Err(error),
        }
    }
}

fn other_than(trusted: Fingerprint, shown: Fingerprint) -> Untrusted {
    Untrusted {
        fingerprint: shown.to_string(),
        trusted: Some(trusted.to_string()),
        why: WhyUntrusted::Changed,
    }
}

pub(crate) async fn dial(peer: &Peer) -> Result<Wire, LinkError> {
    timeout(DIAL_WITHIN, dial_on(peer)).await.map_err(|_| LinkError::Silent)?
}

async fn dial_on(peer: &Peer) -> Result<Wire, LinkError> {
    if !peer.url.private {
        return Ok(Box::new(connect(&peer.url).await?));
    }
    let looking = look(peer.pinned).await?;
    Ok(Box::new(shake_hands(&peer.url, &looking).await?))
}

/// The roots are read from the disk.
async fn look(pinned: Option<Fingerprint>) -> Result<Arc<Looking>, LinkError> {
    let looking = tokio::task::spawn_blocking(move || Looking::new(pinned));
    looking.await.map_err(io::Error::other)?
}

async fn connect(url: &ServerUrl) -> Result<TcpStream, LinkError> {
    let tcp = TcpStream::connect((url.host(), url.port)).await?;
    // What is said is small, and should be there at once.
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

async fn shake_hands(
    url: &ServerUrl,
    looking: &Arc<Looking>,
) -> Result<TlsStream<TcpStream>, LinkError> {
    let name = ServerName::try_from(url.host().to_owned())
        .map_err(|error| LinkError::Address(error.to_string()))?;
    let config = looking.config()?;
    let tcp = connect(url).await?;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, tcp);
    connecting.await.map_err(|error| looking.failure(error))
}
