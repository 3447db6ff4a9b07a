//! `healthcheck`: a question to the server on this machine, for those who start it again when it fails.

use super::{Errand, accounts::print, arguments::Healthcheck};
use serde_json::json;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

const ANSWER_WITHIN: Duration = Duration::from_secs(8);
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

pub async fn check(how: Healthcheck, json: bool) -> Result<(), Errand> {
    let asked = tokio::time::timeout(ANSWER_WITHIN, ask(&how)).await;
    let answer = asked
        .map_err(|_| Errand::failed("unhealthy", "the server does not answer"))?
        .map_err(|error| Errand::failed("unhealthy", &error.to_string()))?;
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(Errand::failed("unhealthy", &format!("the server answers: {status}")));
    }
    print(json, json!({ "status": "ok" }), "the server works");
    Ok(())
}

async fn ask(how: &Healthcheck) -> io::Result<String> {
    let address = reachable(how.listen);
    let stream = TcpStream::connect(address).await?;
    match &how.tls_cert {
        None => talk(stream, address).await,
        Some(certificate) => {
            let connector = server::connector_to(certificate)?;
            talk(connector.connect(address.ip().into(), stream).await?, address).await
        }
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
) -> io::Result<String> {
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Whoever listens on all addresses is reached on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
