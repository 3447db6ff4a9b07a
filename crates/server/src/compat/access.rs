//! Asking without a token, where a server was started so. It is for programs on the same machine alone: whatever
//! comes from elsewhere, through a proxy, or from a page in a browser is refused, also where the page made its name
//! point to this machine.

use crate::{
    Secret, SecretKind, ServerError, Shared,
    account::callers::ANYBODY,
    api::{
        Problem,
        boards::{self, NewBoard},
        fields::Asked,
    },
    now_ms,
    writer::job,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use serde_json::json;
use std::net::IpAddr;
use store::account::{self, Account, AccountId};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// No name of a person holds it.
const ANYBODY_KEY: &str = "\u{1}anybody";
/// The columns of the first board, as that server had them.
const COLUMNS: [&str; 5] = ["Not Started", "In Progress", "Blocked", "Ready for QC", "Done"];

/// Makes who writes for those without a token, and their first board.
pub async fn begin(shared: &Shared) -> Result<(), ServerError> {
    // Nobody learns this password.
    let password = Secret::fresh(SecretKind::SetUp)?.words().to_owned();
    let account = Account {
        id: AccountId::ANYBODY,
        name: ANYBODY.to_owned(),
        name_key: ANYBODY_KEY.to_owned(),
        password: shared.passwords.hash(password).await?,
        operator: false,
        disabled: false,
        made_ms: now_ms(),
    };
    let work = job(move |connection| {
        Box::pin(async move {
            if account::account_by_id(connection, account.id).await?.is_none() {
                account::add_account(connection, &account).await?;
            }
            Ok(account::boards_of(connection, account.id).await?.is_empty())
        })
    });
    if shared.writer.write(work).await? {
        let wish = json!({ "title": "Board", "columns": COLUMNS });
        let fields = wish.as_object().cloned().unwrap_or_default();
        let asked = Asked::read(fields, boards::FIELDS, "")?;
        let new = NewBoard::read(&asked, AccountId::ANYBODY, ANYBODY, None)?;
        boards::make(shared, new).await?;
    }
    tracing::warn!("programs on this machine need no token for /api/tickets/ and its like");
    Ok(())
}

/// Whether a request without a token comes from a program on this machine.
pub fn look(parts: &Parts, shared: &Shared) -> Result<(), ServerError> {
    let headers = &parts.headers;
    let forwards = |name: &&HeaderName| {
        **name == header::FORWARDED || name.as_str().starts_with("x-forwarded-")
    };
    if let Some(name) = headers.keys().find(forwards) {
        return Err(elsewhere(name.as_str()));
    }
    let host = only(headers, &header::HOST).ok_or_else(|| elsewhere("Host"))?;
    let target = parts.uri.authority().map(|authority| authority.as_str());
    if !is_loopback(host) || !target.is_none_or(is_loopback) {
        return Err(elsewhere("Host"));
    }
    same_origin(headers, shared)
}

/// Whether a request comes from no page in a browser but one of this server's own.
pub fn same_origin(headers: &HeaderMap, shared: &Shared) -> Result<(), ServerError> {
    let scheme = shared.door.url.split("://").next().unwrap_or_default();
    let host = only(headers, &header::HOST).unwrap_or_default();
    let own = format!("{scheme}://{host}");
    let is = |value: &HeaderValue, allowed: &[&str]| {
        value.to_str().is_ok_and(|value| allowed.contains(&value))
    };
    if !headers.get_all(header::ORIGIN).iter().all(|origin| is(origin, &[&own])) {
        return Err(elsewhere("Origin"));
    }
    if !headers.get_all(SITE).iter().all(|site| is(site, &["none", "same-origin"])) {
        return Err(elsewhere("Sec-Fetch-Site"));
    }
    Ok(())
}

/// The value of a header that is sent once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

/// Whether a host, with its port or without, is this machine by a name that nobody else can give.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit()) => {
            name
        }
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn elsewhere(header: &str) -> ServerError {
    let words = "Without a token only programs on this machine are let in, and no pages.";
    Problem::new(StatusCode::FORBIDDEN, "notFromHere", words).about(header).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_names_that_nobody_else_can_give() {
        for host in
            ["localhost", "LOCALHOST:80", "127.0.0.1", "127.8.9.1:8470", "[::1]:8470", "[::1]"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.example",
            "evil.example:8470",
            "127.0.0.1.nip.io",
            "192.0.2.1",
            "[::2]:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
