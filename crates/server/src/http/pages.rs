//! Three plain pages without a script. A secret stands in the fragment of a link, which no browser sends, so
//! a form asks for it to be pasted: the whole link will do.

use crate::{ServerError, Shared, api};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use std::{fmt::Write, sync::Arc};

const PAGE: &str = include_str!("pages/page.html");
const STYLE: &str = include_str!("pages/page.css");
const WHAT_THIS_IS: &str = include_str!("pages/what-this-is.html");
const SET_UP: &str = include_str!("pages/set-up.html");
const JOIN: &str = include_str!("pages/join.html");

pub async fn what_this_is(State(shared): State<Arc<Shared>>) -> Html<String> {
    page("Holdfast", &fill(WHAT_THIS_IS, &[("url", &shared.door.url)]))
}

pub async fn set_up(State(shared): State<Arc<Shared>>) -> Html<String> {
    form("Set up this server", SET_UP, &shared, None)
}

pub async fn join(State(shared): State<Arc<Shared>>) -> Html<String> {
    form("You are invited", JOIN, &shared, None)
}

/// The routes for programs.
pub async fn for_programs() -> Html<String> {
    page("Holdfast for programs", &api::page())
}

pub async fn style() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "max-age=3600"),
        ],
        STYLE,
    )
}

/// The set-up page again, with what went wrong.
pub fn set_up_again(shared: &Shared, error: &ServerError) -> Response {
    refused(form("Set up this server", SET_UP, shared, Some(error)), error)
}

/// The invitation's page again, with what went wrong.
pub fn join_again(shared: &Shared, error: &ServerError) -> Response {
    refused(form("You are invited", JOIN, shared, Some(error)), error)
}

/// It worked, and how it goes on in the app.
pub fn welcome(shared: &Shared, name: &str, done: &str) -> Response {
    let url = &shared.door.url;
    let body = format!(
        "<p>{}</p><p>Open Holdfast, choose <b>Sign in to a server</b>, and enter <code>{}</code>, the \
         name <b>{}</b> and your password.</p>",
        escape(done),
        escape(url),
        escape(name)
    );
    (StatusCode::CREATED, page("Welcome", &body)).into_response()
}

fn form(title: &str, form: &str, shared: &Shared, error: Option<&ServerError>) -> Html<String> {
    let note = error.map(ServerError::words);
    let note = note.or_else(|| (!shared.door.private).then(|| ServerError::HttpsRequired.words()));
    let note = note.map(|words| format!("<p class=\"note\" role=\"alert\">{}</p>", escape(&words)));
    let shortest = crate::passwords::CHARACTERS_MIN.to_string();
    let filled = fill(form, &[("url", &shared.door.url), ("shortest", &shortest)]);
    page(title, &format!("{}{filled}", note.unwrap_or_default()))
}

fn refused(page: Html<String>, error: &ServerError) -> Response {
    let mut answer = (error.status(), page).into_response();
    if let Some(seconds) = error.retry_after_s() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(PAGE.replace("{title}", &escape(title)).replace("{body}", body))
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |filled, (name, value)| {
        filled.replace(&format!("{{{name}}}"), &escape(value))
    })
}

pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a text does not fail.
                write!(escaped, "&#{};", u32::from(c)).ok();
            }
            c => escaped.push(c),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_text_alone() {
        assert_eq!(
            fill("<a href=\"{url}\">", &[("url", "\"><script>&'")]),
            "<a href=\"&#34;&#62;&#60;script&#62;&#38;&#39;\">"
        );
    }

    #[test]
    fn no_page_has_a_script_or_a_style_of_its_own() {
        for text in [PAGE, WHAT_THIS_IS, SET_UP, JOIN] {
            assert!(
                !text.contains("<script") && !text.contains("style=") && !text.contains("<style")
            );
            let reacts = text.split_whitespace().any(|it| it.starts_with("on") && it.contains('='));
            assert!(!reacts, "an attribute that holds a script");
        }
    }
}
