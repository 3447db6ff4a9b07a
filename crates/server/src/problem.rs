//! Why a request was not carried out: one code for each, and the words that go with it (RFC 9457).

use crate::api::Problem;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use store::StoreError;
use sync::message::Obstacle;

#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("The name or the password is wrong.")]
    BadCredentials,
    #[error("Sign in first: the token is missing, unknown or ended.")]
    NotSignedIn,
    #[error("This token was not given that right.")]
    OutOfScope,
    #[error("A password needs at least {} characters.", crate::passwords::CHARACTERS_MIN)]
    WeakPassword,
    #[error(
        "A name has 1 to {} characters, and no invisible ones.",
        crate::account::names::CHARACTERS_MAX
    )]
    BadName,
    #[error("Somebody has this name already.")]
    NameTaken,
    #[error(
        "This set-up secret is wrong, was used, or is too old. Start the server again for a new one."
    )]
    SetUpEnded,
    #[error(
        "This invitation is wrong, was used up or taken back, or is too old. Ask for a new one."
    )]
    InvitationEnded,
    #[error("There is no such {0}, or you are no member of its board.")]
    NotFound(&'static str),
    #[error("Your role on this board does not allow that.")]
    NotAllowed,
    #[error("A board keeps one owner at least. Make somebody else an owner first.")]
    LastOwner,
    #[error("Passwords and tokens are taken over https alone.")]
    HttpsRequired,
    #[error("Too many tries. Wait {retry_after_s} seconds.")]
    TooManyTries { retry_after_s: u64 },
    #[error("{words}")]
    BadRequest { status: StatusCode, words: String },
    /// What the API says no to.
    #[error("{}", .0.words)]
    Asked(Box<Problem>),
    #[error("Nobody knows yet whether it was saved. Repeat it with the same Idempotency-Key.")]
    HandedOver,
    #[error("The server is busy. Try again.")]
    Busy,
    #[error("Nobody knows whether it was saved. Try again.")]
    Unknown(Obstacle),
    #[error("It was not saved: {words}. Try again.")]
    NotSaved { why: Obstacle, words: String },
    #[error("The server is ending. Try again.")]
    Ending,
    #[error("{0}")]
    Failed(String),
}

impl ServerError {
    pub fn bad_request(words: &str) -> ServerError {
        ServerError::BadRequest { status: StatusCode::BAD_REQUEST, words: words.to_owned() }
    }

    pub fn not_saved(error: &StoreError) -> ServerError {
        ServerError::NotSaved { why: obstacle(error), words: error.to_string() }
    }

    /// What a program acts on.
    pub fn code(&self) -> &'static str {
        match self {
            ServerError::BadCredentials => "badCredentials",
            ServerError::NotSignedIn => "notSignedIn",
            ServerError::OutOfScope => "outOfScope",
            ServerError::WeakPassword => "weakPassword",
            ServerError::BadName => "badName",
            ServerError::NameTaken => "nameTaken",
            ServerError::SetUpEnded => "setUpEnded",
            ServerError::InvitationEnded => "invitationEnded",
            ServerError::NotFound(_) => "notFound",
            ServerError::NotAllowed => "notAllowed",
            ServerError::LastOwner => "lastOwner",
            ServerError::HttpsRequired => "httpsRequired",
            ServerError::TooManyTries { .. } => "tooManyTries",
            ServerError::BadRequest { .. } => "badRequest",
            ServerError::Asked(problem) => problem.code,
            ServerError::HandedOver => "unknown",
            ServerError::Busy => "busy",
            ServerError::Unknown(_) => "unknown",
            ServerError::NotSaved { .. } => "notSaved",
            ServerError::Ending => "ending",
            ServerError::Failed(_) => "failed",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            ServerError::BadCredentials | ServerError::NotSignedIn => StatusCode::UNAUTHORIZED,
            ServerError::OutOfScope
            | ServerError::NotAllowed
            | ServerError::HttpsRequired
            | ServerError::SetUpEnded => StatusCode::FORBIDDEN,
            ServerError::WeakPassword | ServerError::BadName => StatusCode::UNPROCESSABLE_ENTITY,
            ServerError::NameTaken | ServerError::LastOwner => StatusCode::CONFLICT,
            ServerError::InvitationEnded => StatusCode::GONE,
            ServerError::NotFound(_) => StatusCode::NOT_FOUND,
            ServerError::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            ServerError::BadRequest { status, .. } => *status,
            ServerError::Asked(problem) => problem.status,
            ServerError::HandedOver => StatusCode::GATEWAY_TIMEOUT,
            ServerError::Busy
            | ServerError::Unknown(_)
            | ServerError::NotSaved { .. }
            | ServerError::Ending => StatusCode::SERVICE_UNAVAILABLE,
            ServerError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Seconds to wait before the next try, where trying again is the way out.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            ServerError::TooManyTries { retry_after_s } => Some(*retry_after_s),
            ServerError::HandedOver => Some(1),
            _ if self.status() == StatusCode::SERVICE_UNAVAILABLE => Some(1),
            _ => None,
        }
    }

    /// What is told of it. The cause of a failure is for the log alone.
    pub fn words(&self) -> String {
        match self {
            ServerError::Failed(_) => "The server failed. Its log says why.".to_owned(),
            told => told.to_string(),
        }
    }
}

pub fn obstacle(error: &StoreError) -> Obstacle {
    match error {
        StoreError::DiskFull => Obstacle::DiskFull,
        StoreError::ReadOnly => Obstacle::ReadOnly,
        _ => Obstacle::Other,
    }
}

impl From<StoreError> for ServerError {
    fn from(error: StoreError) -> ServerError {
        match error {
            StoreError::Busy => ServerError::Busy,
            StoreError::DiskFull | StoreError::ReadOnly => ServerError::not_saved(&error),
            StoreError::Corrupt(_)
            | StoreError::Newer { .. }
            | StoreError::OtherKind { .. }
            | StoreError::Locked
            | StoreError::OldSqlite(_)
            | StoreError::Malformed(_)
            | StoreError::Other(_) => ServerError::Failed(error.to_string()),
        }
    }
}

impl IntoResponse for ServerError {
    fn into_response(self) -> Response {
        if let ServerError::Failed(cause) = &self {
            tracing::error!(cause, "a request failed");
        }
        let status = self.status();
        let mut problem = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "code": self.code(),
            "detail": self.words(),
        });
        if let ServerError::Asked(asked) = &self {
            if let Some(field) = &asked.field {
                problem["field"] = serde_json::json!(field);
            }
            if !asked.valid.is_empty() {
                problem["valid"] = serde_json::json!(asked.valid);
            }
        }
        let mut answer = (status, problem.to_string()).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}
