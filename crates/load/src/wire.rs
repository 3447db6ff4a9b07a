//! One keep-alive connection. It does no more than it must: it runs on the cores of the server that it measures.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Nobody waits longer for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// A server lets so many in from one address, and some more.
const CONNECTIONS_OF_ONE: u32 = 100;
const HEADERS_MAX: usize = 32;
const READ_BYTES: usize = 64 * 1024;

pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A request, ready to be sent.
pub struct Asked(Vec<u8>);

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn get(path: &str, token: &str) -> Asked {
        Asked::of("GET", path, token, None, "")
    }

    pub fn post(path: &str, token: &str, body: &Value) -> Asked {
        Asked::of("POST", path, token, None, &body.to_string())
    }

    /// Under a key, as whoever may have to repeat it sends it.
    pub fn keyed(method: &str, path: &str, token: &str, key: &str, body: &str) -> Asked {
        Asked::of(method, path, token, Some(key), body)
    }

    fn of(method: &str, path: &str, token: &str, key: Option<&str>, body: &str) -> Asked {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: load\r\n");
        if !token.is_empty() {
            text += &format!("authorization: Bearer {token}\r\n");
        }
        if let Some(key) = key {
            text += &format!("idempotency-key: {key}\r\n");
        }
        if !body.is_empty() {
            text +=
                &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        Asked((text + "\r\n" + body).into_bytes())
    }
}

impl Answer {
    /// The JSON of an answer that has this status.
    pub fn json(&self, status: u16) -> Result<Value> {
        let words = String::from_utf8_lossy(&self.body[..self.body.len().min(500)]);
        ensure!(self.status == status, "answered {}: {words}", self.status);
        serde_json::from_slice(&self.body).context("the answer is no JSON")
    }
}

impl Wire {
    /// The connection of this number: each hundred of them comes from another address of loopback.
    pub async fn open(address: SocketAddr, number: u32) -> Result<Wire> {
        let last = u8::try_from(1 + number / CONNECTIONS_OF_ONE)?;
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream, read: Vec::with_capacity(READ_BYTES) })
    }

    pub async fn ask(&mut self, asked: &Asked) -> Result<Answer> {
        timeout(ANSWER_WITHIN, self.answered(asked)).await.context("no answer in time")?
    }

    async fn answered(&mut self, asked: &Asked) -> Result<Answer> {
        self.stream.write_all(&asked.0).await?;
        self.read.clear();
        let (status, begins, length) = loop {
            self.read_some().await?;
            if let Some(head) = head(&self.read)? {
                break head;
            }
        };
        while self.read.len() < begins + length {
            self.read_some().await?;
        }
        ensure!(self.read.len() == begins + length, "more than one answer");
        Ok(Answer { status, body: self.read[begins..].to_vec() })
    }

    async fn read_some(&mut self) -> Result<()> {
        self.read.reserve(READ_BYTES);
        ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed");
        Ok(())
    }
}

/// The status, where the body begins, and its length; `None` while the head is not whole.
fn head(read: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(begins) = answer.parse(read)? else { return Ok(None) };
    let status = answer.code.context("no status")?;
    for header in answer.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            let length = std::str::from_utf8(header.value)?.trim().parse()?;
            return Ok(Some((status, begins, length)));
        }
    }
    bail!("an answer {status} that does not say its length")
}
