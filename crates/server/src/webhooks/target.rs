//! Where a webhook is delivered, read from its address.

use axum::http::Uri;
use std::net::IpAddr;

/// An address is no longer than this.
pub const URL_BYTES_MAX: usize = 2_048;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub tls: bool,
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
    /// Host and port as they were typed.
    pub authority: String,
    /// With what stands behind the question mark.
    pub path: String,
}

impl Target {
    /// `None` for what is no address of http or https, or has a name and a password in it, or a fragment.
    pub fn read(url: &str) -> Option<Target> {
        if url.len() > URL_BYTES_MAX || url.contains('#') {
            return None;
        }
        let uri: Uri = url.parse().ok()?;
        let scheme = uri.scheme_str()?;
        let tls = scheme.eq_ignore_ascii_case("https");
        if !tls && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let authority = uri.authority()?;
        let typed_host = authority.host();
        // What is no port is no port that was left out, and what stands before the host is refused.
        let port = match authority.as_str().strip_prefix(typed_host)? {
            "" if tls => 443,
            "" => 80,
            typed => typed.strip_prefix(':')?.parse().ok().filter(|port| *port > 0)?,
        };
        let host = typed_host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", uri.path());
        Some(Target { tls, host, port, authority: authority.as_str().to_owned(), path })
    }

    /// The address, where it says one and no name.
    pub fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_http_is_read_as_it_was_typed() {
        let read = |url: &str| {
            let target = Target::read(url).unwrap_or_else(|| panic!("{url}"));
            (target.tls, target.host, target.port, target.authority, target.path)
        };
        let is = |tls, host: &str, port, authority: &str, path: &str| {
            (tls, host.to_owned(), port, authority.to_owned(), path.to_owned())
        };
        assert_eq!(read("https://a.example"), is(true, "a.example", 443, "a.example", "/"));
        assert_eq!(
            read("http://a.example:8080/in?key=1"),
            is(false, "a.example", 8080, "a.example:8080", "/in?key=1")
        );
        assert_eq!(read("HTTP://[::1]:81/"), is(false, "::1", 81, "[::1]:81", "/"));
        assert_eq!(Target::read("http://[::1]/").unwrap().literal(), "::1".parse().ok());
        assert_eq!(Target::read("http://localhost/").unwrap().literal(), None);
    }

    #[test]
    fn what_is_no_such_address_is_none() {
        let long = format!("https://a.example/{}", "x".repeat(URL_BYTES_MAX));
        for url in [
            "",
            "a.example",
            "/in",
            "ftp://a.example/",
            "file:///etc/passwd",
            "https://",
            "https://ada:secret@a.example/",
            "https://ada@a.example/",
            "https://@a.example/",
            "https://a.example:0/",
            "https://a.example:99999/",
            "https://a.example:/",
            "https://a.example/#part",
            "https://a example/",
            "https://a.example/\r\nx: y",
            &long,
        ] {
            assert_eq!(Target::read(url), None, "{url}");
        }
    }
}
