//! What a request carries, read whole or refused with a problem.

use crate::ServerError;
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// A body of JSON, said to be JSON.
pub struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = ServerError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ServerError> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(sent)| Sent(sent)).map_err(|rejection| ServerError::BadRequest {
            status: rejection.status(),
            words: rejection.body_text(),
        })
    }
}

/// The names in the path. One that is no id names nothing.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = ServerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ServerError> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(named)| Named(named)).map_err(|_| ServerError::NotFound("page"))
    }
}
