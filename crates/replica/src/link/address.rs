//! Where a board server is reached.

use super::LinkError;
use hyper::Uri;
use std::{fmt, net::IpAddr};

/// Scheme, host and port. Without TLS it is this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    pub private: bool,
    /// As in a URL: an IPv6 address stands in brackets.
    host: String,
    pub port: u16,
}

impl ServerUrl {
    /// Passwords, tokens and boards travel over http to this machine alone. A name alone means https.
    pub fn read(text: &str) -> Result<ServerUrl, LinkError> {
        let bad = |why: &str| LinkError::Address(format!("\"{text}\" {why}"));
        let text = text.trim();
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: Uri = whole.parse().map_err(|_| bad("is no address of a server"))?;
        let private = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("begins with neither https:// nor http://")),
        };
        let authority = uri.authority().ok_or_else(|| bad("names no server"))?;
        if authority.as_str().contains('@')
            || !matches!(uri.path(), "" | "/")
            || uri.query().is_some()
        {
            return Err(bad("says more than where the server is"));
        }
        let host = authority.host().to_lowercase();
        let port = authority.port_u16().unwrap_or(if private { 443 } else { 80 });
        let url = ServerUrl { private, host, port };
        if !url.private && !url.is_here() {
            return Err(bad("is not private: to another machine it takes https://"));
        }
        Ok(url)
    }

    /// To look up and to compare with a certificate.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The socket of the sync.
    pub fn socket(&self) -> String {
        let Self { host, port, .. } = self;
        format!("{}://{host}:{port}/sync", if self.private { "wss" } else { "ws" })
    }

    fn is_here(&self) -> bool {
        self.host == "localhost" || self.host().parse().is_ok_and(|it: IpAddr| it.is_loopback())
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { private, host, port } = self;
        let (scheme, usual) = if *private { ("https", 443) } else { ("http", 80) };
        if *port == usual {
            write!(f, "{scheme}://{host}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_one_name() {
        let name = |text| ServerUrl::read(text).unwrap().to_string();
        assert_eq!(name("https://Boards.Example:443/"), "https://boards.example");
        assert_eq!(name("https://boards.example:8443"), "https://boards.example:8443");
        assert_eq!(name("http://[::1]:80/"), "http://[::1]");
        assert_eq!(name(" boards.example "), "https://boards.example");
        assert_eq!(name("boards.example:8443/"), "https://boards.example:8443");
        let url = ServerUrl::read("http://127.0.0.1:7070").unwrap();
        assert_eq!((url.socket(), url.host()), ("ws://127.0.0.1:7070/sync".into(), "127.0.0.1"));
        let url = ServerUrl::read("https://[2001:db8::1]").unwrap();
        assert_eq!(
            (url.socket(), url.host()),
            ("wss://[2001:db8::1]:443/sync".into(), "2001:db8::1")
        );
    }

    #[test]
    fn without_tls_it_is_this_machine_and_nothing_stands_behind_the_address() {
        for text in [
            "http://boards.example",
            "http://192.168.0.7",
            "http://localhost.example",
            "ftp://boards.example",
            "https://ada:secret@boards.example",
            "https://boards.example/team",
            "https://boards.example/?a=b",
            "https://",
            "",
        ] {
            assert!(ServerUrl::read(text).is_err(), "{text}");
        }
        for text in ["http://localhost:1", "http://127.3.2.1", "http://[::1]:9"] {
            assert!(ServerUrl::read(text).is_ok(), "{text}");
        }
    }
}
