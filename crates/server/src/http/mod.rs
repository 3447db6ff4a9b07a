//! What is answered over HTTP: accounts, invitations and members as JSON, three plain pages, and what an
//! operator's tools ask.

mod boards;
mod form;
mod guard;
mod invitations;
mod members;
mod operations;
mod pages;
mod people;
mod sent;

pub(crate) use boards::end as end_board;
pub(crate) use guard::bearer;
pub use guard::{Asking, ClientAddress};
pub(crate) use operations::health;
pub(crate) use pages::escape;

use crate::{ServerError, Shared, compat, sync};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use std::sync::Arc;

/// Nothing that is sent to an account is larger.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// All routes.
pub fn routes(shared: Arc<Shared>) -> Router {
    let private = from_fn_with_state(shared.clone(), guard::private);
    let forms = Router::new()
        .route("/setup", post(form::set_up))
        .route("/join", post(form::join))
        .route_layer(private.clone());
    Router::new()
        .route("/sync", get(sync::open).layer(private.clone()))
        .route("/ws/connect", get(compat::connect).layer(private.clone()))
        .nest("/api", api().layer(private))
        .merge(forms)
        .route("/", get(pages::what_this_is))
        .route("/setup", get(pages::set_up))
        .route("/join", get(pages::join))
        .route("/page.css", get(pages::style))
        .route("/healthz", get(health))
        .route("/health", get(compat::health))
        .route("/metrics", get(operations::metrics))
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(guard::in_time))
        .layer(from_fn(guard::headers))
        .layer(from_fn_with_state(shared.clone(), guard::address))
        .with_state(shared)
}

fn api() -> Router<Arc<Shared>> {
    Router::new()
        .route("/setup", post(people::set_up))
        .route("/sign-in", post(people::sign_in))
        .route("/sign-out", post(people::sign_out))
        .route("/me", get(people::me))
        .route("/me/password", post(people::change_password))
        .route("/boards", get(boards::list))
        .route("/boards/{board}/members", get(members::list).post(members::add))
        .route("/boards/{board}/members/{account}", put(members::change).delete(members::remove))
        .route("/boards/{board}/invitations", get(invitations::list).post(invitations::make))
        .route("/boards/{board}/invitations/{invitation}", delete(invitations::revoke))
        .route("/invitations/look", post(invitations::look))
        .route("/invitations/accept", post(invitations::accept))
        .route("/docs", get(pages::for_programs))
        .nest("/v1", crate::api::routes())
        .merge(compat::routes())
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
}

async fn unknown() -> Response {
    ServerError::NotFound("page").into_response()
}

async fn other_method() -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    ServerError::BadRequest { status, words: "Not with this method.".to_owned() }.into_response()
}
