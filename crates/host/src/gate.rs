//! Who may come in. The Host must be the printed one, so that no foreign name can be pointed at this
//! port; a socket must come from the page that was served here, and must know the key.

use crate::Shared;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// 128 random bits, written in hexadecimal.
pub struct Key(String);

impl Key {
    pub fn fresh() -> Result<Key, getrandom::Error> {
        let mut bits = [0_u8; 16];
        getrandom::fill(&mut bits)?;
        Ok(Key(bits.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub fn words(&self) -> &str {
        &self.0
    }

    /// Takes the same time whatever was tried: hashes of blake3 compare in constant time.
    pub fn opens(&self, tried: &str) -> bool {
        blake3::hash(tried.as_bytes()) == blake3::hash(self.0.as_bytes())
    }
}

/// Refuses a foreign Host and puts the headers that every answer carries.
pub async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut answer = if only(request.headers(), header::HOST) == Some(shared.authority.as_str()) {
        next.run(request).await
    } else {
        forbidden()
    };
    for (name, value) in headers(&shared.authority) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// Whether the page that asks is the one that was served here.
pub fn is_own_page(headers: &HeaderMap, authority: &str) -> bool {
    only(headers, header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"))
        == Some(authority)
}

pub fn forbidden() -> Response {
    (StatusCode::FORBIDDEN, "Open the address that Holdfast printed.\n").into_response()
}

/// The header's value, where it was sent exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn headers(authority: &str) -> Vec<(HeaderName, HeaderValue)> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self' ws://{authority}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let mut headers = vec![
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    // An authority is an address and a port, which every header may carry.
    headers.extend(
        HeaderValue::from_str(&policy).map(|policy| (header::CONTENT_SECURITY_POLICY, policy)),
    );
    headers
}

/// An answer without a body of its own.
pub fn plain(status: StatusCode, words: &'static str) -> Response {
    (status, Body::from(words)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_each_time_and_opens_for_itself_alone() {
        let (one, other) = (Key::fresh().unwrap(), Key::fresh().unwrap());
        assert_eq!(one.words().len(), 32);
        assert_ne!(one.words(), other.words());
        assert!(one.opens(one.words()));
        assert!(!one.opens(other.words()));
        assert!(!one.opens(""));
    }

    #[test]
    fn a_header_sent_twice_is_no_header() {
        let mut headers = HeaderMap::new();
        headers.append(header::ORIGIN, HeaderValue::from_static("http://127.0.0.1:7"));
        assert!(is_own_page(&headers, "127.0.0.1:7"));
        assert!(!is_own_page(&headers, "127.0.0.1:8"));
        headers.append(header::ORIGIN, HeaderValue::from_static("http://127.0.0.1:7"));
        assert!(!is_own_page(&headers, "127.0.0.1:7"));
    }
}
