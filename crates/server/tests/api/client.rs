//! A program that asks over HTTP, and looks at the shape of each answer before it believes it.

use crate::{
    described,
    running::{client, done},
    stage::Stage,
};
use domain::id::BoardId;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    board: BoardId,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Client {
    pub fn new(stage: &Stage, token: &str, board: BoardId) -> Client {
        let (url, token) = (stage.server.url.clone(), token.to_owned());
        Client { http: client(), url, token, board }
    }

    /// With a program's token of its own.
    pub fn program(stage: &Stage, name: &str, board: BoardId, scopes: &[&str]) -> Client {
        let mut create = vec!["token", "create", name];
        scopes.iter().for_each(|scope| create.extend(["--scope", scope]));
        let made = done(&stage.folder, &create, "");
        Client::new(stage, made["token"].as_str().unwrap(), board)
    }

    /// The same on another connection, to a server that may have been started again.
    pub fn again(&self, stage: &Stage) -> Client {
        Client::new(stage, &self.token, self.board)
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The path of a board's things.
    pub fn path(&self, below: &str) -> String {
        let slash = if below.is_empty() || below.starts_with('?') { "" } else { "/" };
        format!("/api/v1/boards/{}{slash}{below}", self.board)
    }

    pub fn request(&self, method: Method, below: &str) -> RequestBuilder {
        let url = format!("{}{}", self.url, self.path(below));
        self.http.request(method, url).bearer_auth(&self.token)
    }

    /// Not of a board.
    pub fn everywhere(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1/{path}", self.url)).bearer_auth(&self.token)
    }

    /// A path as an answer named it.
    pub fn at(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// The same on another board.
    pub fn on(&self, board: BoardId) -> Client {
        Client { board, ..self.clone() }
    }

    pub async fn ask(&self, method: Method, below: &str, body: Value) -> Answer {
        let request = self.request(method, below);
        let request = if body.is_null() { request } else { request.json(&body) };
        send(request).await
    }

    pub async fn get(&self, below: &str) -> Answer {
        self.ask(Method::GET, below, Value::Null).await
    }

    pub async fn post(&self, below: &str, body: Value) -> Answer {
        self.ask(Method::POST, below, body).await
    }

    pub async fn patch(&self, below: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, below, body).await
    }

    pub async fn delete(&self, below: &str) -> Answer {
        self.ask(Method::DELETE, below, Value::Null).await
    }

    /// Under a key, so that it may be repeated.
    pub async fn keyed(&self, method: Method, below: &str, key: &str, body: Value) -> Answer {
        let request = self.request(method, below).header("Idempotency-Key", key);
        send(if body.is_null() { request } else { request.json(&body) }).await
    }

    /// The first column of the board.
    pub async fn column(&self) -> String {
        let columns = self.get("columns").await.array();
        columns[0]["id"].as_str().unwrap().to_owned()
    }

    /// Makes a card; its id.
    pub async fn card(&self, column: &str, title: &str) -> String {
        let made = self.post("cards", json!({ "column": column, "title": title })).await;
        id(&made.expect(201))
    }

    /// A list in pages of a size, joined.
    pub async fn pages(&self, below: &str, size: usize) -> Vec<String> {
        let mark = if below.contains('?') { '&' } else { '?' };
        let mut next = Some(self.path(&format!("{below}{mark}limit={size}")));
        let mut joined = Vec::new();
        while let Some(path) = next {
            let page = send(self.at(&path)).await;
            next = page.next();
            let part = page.ordered();
            assert!(part.len() <= size && (part.len() == size || next.is_none()), "{page:?}");
            joined.extend(part);
        }
        joined
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let (http, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let answer = http.execute(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let kind = headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let body = match kind.as_deref() {
        Some("application/json" | "application/problem+json") => {
            serde_json::from_str(&text).unwrap()
        }
        _ => Value::String(text),
    };
    described::look(&method, &path, status, kind.as_deref().unwrap_or_default(), &body);
    Answer { status, headers, body }
}

/// The id of a record.
#[track_caller]
pub fn id(record: &Value) -> String {
    let id = record["id"].as_str().unwrap_or_else(|| panic!("{record} has no id"));
    id.parse::<uuid::Uuid>().unwrap();
    id.to_owned()
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str, field: &str) {
        let kind = self.headers["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/problem+json");
        let said = |name: &str| self.body[name].as_str().unwrap_or_default().to_owned();
        let told = (self.status, said("code"), said("field"));
        assert_eq!(told, (status, code.to_owned(), field.to_owned()), "{}", self.body);
        assert_eq!(self.body["status"], status);
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn head(&self) -> u64 {
        self.header("x-holdfast-head").parse().unwrap()
    }

    /// The elements of a list, which is a bare array.
    #[track_caller]
    pub fn array(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
        self.body.as_array().unwrap_or_else(|| panic!("no bare array: {}", self.body)).clone()
    }

    /// The ids of a list, as they stand.
    #[track_caller]
    pub fn ordered(&self) -> Vec<String> {
        let ids: Vec<String> = self.array().iter().map(id).collect();
        let once: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "something is there twice: {ids:?}");
        ids
    }

    /// The ids of a whole list.
    #[track_caller]
    pub fn ids(&self) -> BTreeSet<String> {
        let ids: BTreeSet<String> = self.ordered().into_iter().collect();
        assert_eq!(self.header("x-total-count"), ids.len().to_string(), "it is not all");
        assert_eq!(self.header("link"), "", "nobody asked for pages");
        ids
    }

    /// The path of the next page.
    pub fn next(&self) -> Option<String> {
        let link = self.header("link");
        let path = link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?;
        Some(path.to_owned())
    }
}
