//! From a request to what is asked: who asks, what the path names, the parameters, the key, and the body.

use super::{
    fields::{Asked, Field},
    problem::Problem,
    records::Thing,
    strict::Strict,
    writing::Key,
};
use crate::{
    ServerError, Shared,
    account::callers::{Caller, Scope},
    http::{Asking, bearer},
};
use axum::{
    body::Bytes,
    extract::{self, FromRequestParts, OriginalUri, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts},
};
use domain::id::*;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc};
use store::account::AccountId;
use uuid::Uuid;

pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// A key is no longer than this.
pub const KEY_BYTES_MAX: usize = 255;

/// Who asks and what for, but for the body.
pub struct Request {
    pub caller: Caller,
    /// What they hold.
    pub token: String,
    pub method: Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    named: HashMap<String, Uuid>,
}

impl FromRequestParts<Arc<Shared>> for Request {
    type Rejection = ServerError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, ServerError> {
        let scope = if parts.method.is_safe() { Scope::Read } else { Scope::Write };
        let caller = Asking::from_request_parts(parts, shared).await?.with(scope)?;
        let named = extract::Path::<HashMap<String, Uuid>>::from_request_parts(parts, shared).await;
        // One that is no id names nothing.
        let named = named.map_err(|_| ServerError::NotFound("page"))?.0;
        Ok(Request { named, ..Request::read(parts, caller)? })
    }
}

impl Request {
    /// Of somebody who was let in; the path names nothing yet.
    pub fn read(parts: &Parts, caller: Caller) -> Result<Request, ServerError> {
        let token = bearer(&parts.headers).unwrap_or_default().to_owned();
        // The router took what stands before it off the path.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |it| &it.0);
        let path = uri.path().to_owned();
        let query = extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let query = query.map_err(|_| ServerError::bad_request("The query cannot be read."))?.0;
        let (method, headers) = (parts.method.clone(), parts.headers.clone());
        Ok(Request { caller, token, method, path, query, headers, named: HashMap::new() })
    }

    pub fn account(&self) -> AccountId {
        self.caller.account()
    }

    /// The board that the path names.
    pub fn board(&self) -> Result<BoardId, ServerError> {
        self.named.get("board").copied().map(BoardId).ok_or(ServerError::NotFound("board"))
    }

    /// What the path names by a word of its own.
    pub fn named(&self, word: &str) -> Option<Uuid> {
        self.named.get(word).copied()
    }

    /// Another thing that the path names.
    pub fn name(&self, thing: Thing, asked: &mut Asked) -> Result<EntityId, ServerError> {
        if thing == Thing::Board {
            return Ok(EntityId::BOARD);
        }
        let id = *self.named.get(thing.noun()).ok_or(ServerError::NotFound("page"))?;
        asked.name(thing.noun(), id);
        Ok(EntityId(id))
    }

    pub fn parameters(&self, declared: &[Field]) -> Result<Asked, Problem> {
        Asked::parameters(self.query.clone(), declared)
    }

    /// The key under which it may be repeated, if it has one.
    pub fn key(&self, body: &Bytes) -> Result<Option<Key>, Problem> {
        #[cfg(feature = "mutants")]
        if crate::mutants::is_left_out("a key is done once") {
            return Ok(None);
        }
        let mut sent = self.headers.get_all(KEY).iter();
        let (Some(first), second) = (sent.next(), sent.next()) else { return Ok(None) };
        let visible = |text: &&str| {
            (1..=KEY_BYTES_MAX).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        };
        let text = first.to_str().ok().filter(visible).filter(|_| second.is_none());
        let words = "A key is sent once and has 1 to 255 visible ASCII characters.";
        let text = text.ok_or_else(|| Problem::bad_header("Idempotency-Key", words))?;
        let query: String =
            self.query.iter().map(|(name, text)| format!("{name}={text}\n")).collect();
        let what = [self.method.as_str().as_bytes(), self.path.as_bytes(), query.as_bytes(), body];
        Ok(Some(Key::new(self.account(), text, &what)))
    }

    /// The object of a body. Where nothing is asked, there need be none.
    pub fn object(&self, body: &Bytes) -> Result<Map<String, Value>, ServerError> {
        if body.is_empty() {
            return Ok(Map::new());
        }
        match self.json(body)? {
            Value::Object(object) => Ok(object),
            _ => Err(ServerError::bad_request("The body is one JSON object.")),
        }
    }

    /// What a body says, which says that it is JSON.
    pub fn json(&self, body: &Bytes) -> Result<Value, ServerError> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let words = "A body is application/json.".to_owned();
            return Err(ServerError::BadRequest { status, words });
        }
        match serde_json::from_slice(body) {
            Ok(Strict(value)) => Ok(value),
            Err(error) => Err(ServerError::bad_request(&format!("The body is no JSON: {error}."))),
        }
    }
}

/// A body that was read whole.
pub fn body(read: Result<Bytes, BytesRejection>) -> Result<Bytes, ServerError> {
    read.map_err(|rejection| ServerError::BadRequest {
        status: rejection.status(),
        words: rejection.body_text(),
    })
}
