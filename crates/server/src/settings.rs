//! How a server is run, decided once at its start.

use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

#[derive(Clone, Debug)]
pub struct Settings {
    pub data_dir: PathBuf,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    pub tls: Option<TlsFiles>,
    /// How people reach the server, without a slash at the end: what links begin with.
    pub base_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// A replica that takes nothing of what it is sent for so long is given up.
    pub reader_patience: Duration,
    /// Whether whoever asks on this machine needs no token for the paths of an earlier server.
    pub open_access: bool,
    /// Private networks that webhooks may be delivered to.
    pub webhooks_allow: Vec<IpNet>,
}

/// PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What the settings and the bound address say about how requests come in.
#[derive(Clone, Debug)]
pub struct Door {
    pub address: SocketAddr,
    /// What links begin with.
    pub url: String,
    /// Whether passwords and tokens travel where nobody reads along.
    pub private: bool,
    /// Whether a proxy stands before the server, so that its own address says nothing of who asks.
    pub proxied: bool,
    /// Whose word is taken for who asks.
    pub proxies: Vec<IpAddr>,
    /// Whether whoever asks on this machine needs no token for the paths of an earlier server.
    pub open_access: bool,
}

impl Door {
    pub fn new(settings: &Settings, address: SocketAddr) -> Door {
        let tls = settings.tls.is_some();
        let https = settings.base_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        let proxied = !settings.proxies.is_empty() || (https && !tls);
        let scheme = if tls { "https" } else { "http" };
        let mut proxies = settings.proxies.clone();
        if proxied && proxies.is_empty() {
            proxies.extend([IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()]);
        }
        Door {
            address,
            url: settings.base_url.clone().unwrap_or_else(|| format!("{scheme}://{address}")),
            private: tls || https || address.ip().is_loopback(),
            proxied,
            proxies,
            open_access: settings.open_access,
        }
    }

    /// Who asks: the peer, or whom a trusted proxy names last, since what stands before that the client
    /// itself may have written.
    pub fn client(&self, peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.proxies.contains(&peer) {
            return peer;
        }
        let named = forwarded_for.and_then(|list| list.rsplit(',').next());
        named.and_then(|name| name.trim().parse().ok()).unwrap_or(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(listen: &str, base_url: Option<&str>, tls: bool, proxies: &[&str]) -> Door {
        let files = || TlsFiles { certificate: "cert.pem".into(), key: "key.pem".into() };
        let settings = Settings {
            data_dir: PathBuf::new(),
            listen: listen.parse().unwrap(),
            tls: tls.then(files),
            base_url: base_url.map(str::to_owned),
            proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
            reader_patience: Duration::from_secs(30),
            open_access: false,
            webhooks_allow: Vec::new(),
        };
        Door::new(&settings, settings.listen)
    }

    #[test]
    fn passwords_travel_on_loopback_under_tls_and_behind_a_proxy_alone() {
        assert!(door("127.0.0.1:80", None, false, &[]).private);
        assert!(door("[::1]:80", None, false, &[]).private);
        assert!(door("192.0.2.1:443", None, true, &[]).private);
        assert!(door("192.0.2.1:80", Some("https://boards.example"), false, &[]).private);
        assert!(!door("192.0.2.1:80", None, false, &[]).private);
        assert!(!door("0.0.0.0:80", Some("http://boards.example"), false, &[]).private);
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let open = door("0.0.0.0:80", None, false, &[]);
        assert_eq!(open.client(ip("192.0.2.7"), Some("192.0.2.8")), ip("192.0.2.7"));
        let behind = door("127.0.0.1:80", Some("https://boards.example"), false, &[]);
        let list = Some("203.0.113.1, 192.0.2.8");
        assert_eq!(behind.client(ip("127.0.0.1"), list), ip("192.0.2.8"));
        assert_eq!(behind.client(ip("::ffff:127.0.0.1"), list), ip("192.0.2.8"));
        assert_eq!(behind.client(ip("127.0.0.1"), None), ip("127.0.0.1"));
        assert_eq!(behind.client(ip("192.0.2.7"), list), ip("192.0.2.7"));
        let named = door("0.0.0.0:80", Some("https://boards.example"), false, &["192.0.2.9"]);
        assert_eq!(named.client(ip("192.0.2.9"), list), ip("192.0.2.8"));
        assert_eq!(named.client(ip("127.0.0.1"), list), ip("127.0.0.1"));
    }
}
