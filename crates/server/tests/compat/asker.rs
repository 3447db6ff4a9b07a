//! A client of the earlier server, and what it takes for an answer.

use crate::running::{Server, client, done, folder};
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf};
use tempfile::TempDir;

/// A server that asks nobody for a token.
pub struct Open {
    _root: TempDir,
    folder: PathBuf,
    pub server: Server,
}

impl Open {
    pub fn start() -> Open {
        let (root, folder) = folder();
        let server = Server::start_with(&folder, &["--open-access"]);
        Open { _root: root, folder, server }
    }

    /// What `check` finds, beside the running server.
    pub fn problems(&self) -> Value {
        done(&self.folder, &["check"], "")["problems"].clone()
    }

    pub fn asker(&self) -> Asker {
        Asker::new(&self.server, "")
    }
}

/// Asks with a token, or without one.
#[derive(Clone)]
pub struct Asker {
    http: Client,
    url: String,
    token: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asker {
    pub fn new(server: &Server, token: &str) -> Asker {
        Asker { http: client(), url: server.url.clone(), token: token.to_owned() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path);
        send(if body.is_null() { request } else { request.json(&body) }).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, Value::Null).await
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    Answer { status, headers, body }
}

#[track_caller]
pub fn number(record: &Value) -> u64 {
    record["id"].as_u64().unwrap_or_else(|| panic!("{record} has no whole number for an id"))
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str, field: &str) {
        let said = |name: &str| self.body[name].as_str().unwrap_or_default().to_owned();
        let told = (self.status, said("code"), said("field"));
        assert_eq!(told, (status, code.to_owned(), field.to_owned()), "{}", self.body);
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The numbers of a list, which is a bare array in their order.
    #[track_caller]
    pub fn ordered(&self) -> Vec<u64> {
        assert_eq!(self.status, 200, "{}", self.body);
        let list = self.body.as_array().unwrap_or_else(|| panic!("no bare array: {}", self.body));
        let numbers: Vec<u64> = list.iter().map(number).collect();
        assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
        numbers
    }

    /// The numbers of a whole list.
    #[track_caller]
    pub fn numbers(&self) -> BTreeSet<u64> {
        let numbers: BTreeSet<u64> = self.ordered().into_iter().collect();
        assert_eq!(self.header("x-total-count"), numbers.len().to_string(), "it is not all");
        assert_eq!(self.header("link"), "", "nobody asked for pages");
        numbers
    }
}
