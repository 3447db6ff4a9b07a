//! From a request to what is asked: who asks, the number that the path names, and of a body what is known here.

use super::access;
use crate::{
    ServerError, Shared,
    account::callers::{Caller, Scope},
    api::{
        Problem,
        fields::{Asked, Field},
        operations::Operation,
        requests::Request,
        writes,
        writing::{self, Act, Show, Written},
    },
    http::Asking,
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, Path},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::id::{BoardId, EntityId};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc};
use store::rooms;

const IGNORED: HeaderName = HeaderName::from_static("x-holdfast-ignored");

/// Who asks and what for, but for the body.
pub struct Call {
    pub request: Request,
    number: Option<u64>,
}

impl FromRequestParts<Arc<Shared>> for Call {
    type Rejection = ServerError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, ServerError> {
        let caller = if parts.headers.contains_key(header::AUTHORIZATION) {
            let scope = if parts.method.is_safe() { Scope::Read } else { Scope::Write };
            Asking::from_request_parts(parts, shared).await?.with(scope)?
        } else if shared.door.open_access {
            access::look(parts, shared)?;
            Caller::Anybody
        } else {
            return Err(ServerError::NotSignedIn);
        };
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, shared).await;
        let named = named.map_err(|_| ServerError::NotFound("page"))?.0;
        let number = named.into_values().next().and_then(|text| text.parse().ok());
        Ok(Call { request: Request::read(parts, caller)?, number })
    }
}

/// What a body says that is known, and the names of what it says besides.
pub struct Sent {
    pub asked: Asked,
    pub ignored: Vec<String>,
}

impl Sent {
    pub fn read(body: Map<String, Value>, declared: &[Field]) -> Result<Sent, Problem> {
        let is_known = |name: &String| declared.iter().any(|field| field.name == name);
        let (known, rest): (Map<_, _>, Map<_, _>) =
            body.into_iter().partition(|(name, _)| is_known(name));
        let ignored = rest.into_iter().map(|(name, _)| name).collect();
        Ok(Sent { asked: Asked::read(known, declared, "")?, ignored })
    }
}

impl Call {
    /// The number in the path; one that is none names nothing.
    pub fn number(&self) -> Result<u64, ServerError> {
        self.number.ok_or(ServerError::NotFound("page"))
    }

    /// The board that the path names.
    pub async fn board(&self, shared: &Shared) -> Result<BoardId, ServerError> {
        board(shared, self.number()?).await
    }

    /// The ticket that the path names, and its board.
    pub async fn ticket(&self, shared: &Shared) -> Result<(BoardId, EntityId), ServerError> {
        ticket(shared, self.number()?).await
    }

    /// What a body says; without one it says nothing.
    pub fn sent(&self, body: &Bytes, declared: &[Field]) -> Result<Sent, ServerError> {
        if self.request.method == Method::DELETE && !body.is_empty() {
            return Err(ServerError::bad_request("A DELETE has no body here."));
        }
        Ok(Sent::read(self.request.object(body)?, declared)?)
    }

    /// Does one operation, and shows what came of it.
    pub async fn write<T: Send + 'static>(
        &self,
        shared: &Shared,
        board: BoardId,
        operation: &'static Operation,
        asked: Asked,
        body: &Bytes,
        show: impl Show<T>,
    ) -> Result<(Written, T), ServerError> {
        let act = Act {
            account: self.request.account(),
            name: self.request.caller.name().to_owned(),
            board,
            operations: vec![(operation, asked)],
            key: self.request.key(body)?,
            if_match: None,
        };
        writing::write_and(shared, act, show).await
    }
}

pub async fn board(shared: &Shared, number: u64) -> Result<BoardId, ServerError> {
    let mut reader = shared.reader().await?;
    let board = rooms::numbered_board(&mut reader, number).await?;
    board.ok_or(ServerError::NotFound("board"))
}

pub async fn ticket(shared: &Shared, number: u64) -> Result<(BoardId, EntityId), ServerError> {
    let mut reader = shared.reader().await?;
    let ticket = rooms::numbered_thing(&mut reader, number).await?;
    ticket.ok_or(ServerError::NotFound("ticket"))
}

/// What a write is answered.
pub fn answer(
    status: StatusCode,
    shown: &impl Serialize,
    written: &Written,
    ignored: &[String],
) -> Response {
    let mut answer = match status {
        StatusCode::NO_CONTENT => status.into_response(),
        status => (status, Json(shown)).into_response(),
    };
    writes::wrote(answer.headers_mut(), written.head, written.repeats);
    ignoring(answer, ignored)
}

/// Names the fields that nothing was done about.
pub fn ignoring(mut answer: Response, ignored: &[String]) -> Response {
    let names: Vec<String> = ignored.iter().map(|name| name.escape_default().to_string()).collect();
    if let Ok(names) = HeaderValue::try_from(names.join(", "))
        && !ignored.is_empty()
    {
        answer.headers_mut().insert(IGNORED, names);
    }
    answer
}
