//! One keep-alive connection of one agent. Nothing is repeated behind its back: what was not answered is told
//! as such, and the next request opens a new connection.

use anyhow::{Context, Result, anyhow};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header::HeaderMap,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

/// Whoever waits longer calls the outcome unknown.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A request, as a tongue says it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
}

impl Asked {
    pub fn get(path: String) -> Asked {
        Asked { method: "GET", path, body: None, headers: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Asked {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.bytes).context("the answer is no JSON")
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }
}

/// What all agents show: one and the same, until another is needed.
#[derive(Clone)]
pub struct Token(Arc<RwLock<String>>);

impl Token {
    pub fn new(token: String) -> Token {
        Token(Arc::new(RwLock::new(token)))
    }

    pub fn replace(&self, token: String) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = token;
    }

    fn shown(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub struct Wire {
    address: SocketAddr,
    token: Token,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Wire {
    pub fn new(address: SocketAddr, token: &Token) -> Wire {
        Wire { address, token: token.clone(), open: None }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it shows to be let in, as a header has it.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token.shown())
    }

    /// Another connection of the same agent.
    pub fn another(&self) -> Wire {
        Wire::new(self.address, &self.token)
    }

    pub async fn ask(&mut self, asked: &Asked) -> Result<Answer> {
        let answered = timeout(ANSWER_WITHIN, async {
            let answer = self.begin(asked).await?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let bytes = answer.into_body().collect().await?.to_bytes();
            Ok(Answer { status, headers, bytes })
        })
        .await
        .unwrap_or_else(|_| Err(anyhow!("no answer within {} s", ANSWER_WITHIN.as_secs())));
        if answered.is_err() {
            self.open = None;
        }
        answered
    }

    /// An answer whose body is read as it comes.
    pub async fn begin(&mut self, asked: &Asked) -> Result<hyper::Response<Incoming>> {
        let (bytes, request) = (self.bytes(asked), Request::builder());
        let mut request = request.method(asked.method).uri(&asked.path);
        for (name, value) in self.headers(asked) {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(bytes))?;
        let sender = self.connected().await?;
        sender.ready().await?;
        Ok(sender.send_request(request).await?)
    }

    /// Sends all of a request on a connection of its own, and leaves before the answer.
    pub async fn ask_and_leave(&self, asked: &Asked, after: Duration) -> Result<()> {
        let bytes = self.bytes(asked);
        let mut text = format!("{} {} HTTP/1.1\r\n", asked.method, asked.path);
        for (name, value) in self.headers(asked) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n", bytes.len()));
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(&[text.as_bytes(), &bytes].concat()).await?;
        tokio::time::sleep(after).await;
        Ok(())
    }

    fn headers(&self, asked: &Asked) -> Vec<(&'static str, String)> {
        let mut headers =
            vec![("host", self.address.to_string()), ("authorization", self.bearer())];
        if asked.body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        headers.extend(asked.headers.iter().cloned());
        headers
    }

    fn bytes(&self, asked: &Asked) -> Bytes {
        asked.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default()
    }

    async fn connected(&mut self) -> Result<&mut SendRequest<Full<Bytes>>> {
        if self.open.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            // It ends with the sender; what went wrong on it is told to whoever asked.
            tokio::spawn(connection);
            self.open = Some(sender);
        }
        self.open.as_mut().context("no connection")
    }
}
