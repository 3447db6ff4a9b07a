//! `/api/v1`: boards for programs. A read shows all that was answered before it was asked, a write is a change
//! like any other, and whatever a request says that is not understood is refused by its name.

pub(crate) mod answers;
pub(crate) mod boards;
mod bulk;
mod changes;
mod description;
mod events;
pub(crate) mod fields;
pub(crate) mod lists;
pub(crate) mod operations;
mod page;
pub(crate) mod paging;
mod problem;
pub(crate) mod reading;
pub(crate) mod reads;
pub(crate) mod records;
pub(crate) mod requests;
mod routes;
mod said;
mod search;
mod shapes;
mod strict;
mod webhooks;
pub(crate) mod writes;
pub(crate) mod writing;

pub(crate) use changes::change_shown;
pub use description::openapi;
pub use problem::Problem;

use crate::{ServerError, Shared};
use answers::Answers;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    response::Response,
    routing::{MethodFilter, get, on},
};
use reading::Views;
use requests::Request;
use routes::{Does, Method, Route};
use std::sync::Arc;

/// Nothing that is sent is larger.
pub(crate) const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What all requests share.
#[derive(Default)]
pub struct Api {
    views: Views,
    pub(crate) answers: Answers,
}

/// All routes below `/api/v1`.
pub fn routes() -> Router<Arc<Shared>> {
    let router = routes::all().into_iter().fold(Router::new(), |router, route| {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        };
        let answer = move |State(shared): State<Arc<Shared>>,
                           request: Request,
                           body: Result<Bytes, BytesRejection>| async move {
            let body = requests::body(body)?;
            answer(shared, route, &request, &body).await
        };
        router.route(route.path, on(filter, answer))
    });
    let described = get(|| async { Json(openapi()) });
    router.route("/openapi.json", described).layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// The description as a page.
pub fn page() -> String {
    page::body()
}

async fn answer(
    shared: Arc<Shared>,
    route: Route,
    request: &Request,
    body: &Bytes,
) -> Result<Response, ServerError> {
    match route.does {
        Does::Write(operation, status) => {
            writes::write(&shared, operation, status, request, body).await
        }
        Does::Bulk => writes::bulk(&shared, request, body).await,
        Does::MakeBoard => writes::make_board(&shared, request, body).await,
        Does::Show(thing) => reads::show(&shared, thing, request).await,
        Does::List(list) => reads::list(&shared, list, request).await,
        Does::Boards => reads::boards(&shared, request).await,
        Does::Changes => reads::changes(&shared, request).await,
        Does::Events => events::listen(shared, request).await,
        Does::Webhooks(hooks) => webhooks::answer(&shared, hooks, request, body).await,
    }
}
