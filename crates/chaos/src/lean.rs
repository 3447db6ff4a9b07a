//! A keep-alive connection that does no more than it must, for when so much is asked that whoever asks would be the
//! limit. It comes from an address of loopback of its own choice: a server takes 200 connections from each.

use crate::{
    relay::connect,
    wire::{Asked, Wire},
};
use anyhow::{Context, Result, ensure};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Whoever waits longer calls the outcome unknown.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const HEADERS_MAX: usize = 32;
const READ_BYTES: usize = 4 * 1024;

pub struct Lean {
    server: SocketAddr,
    source: Ipv4Addr,
    stream: Option<TcpStream>,
    read: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    /// What [`crate::tongue::HEAD`] says.
    pub head: Option<u64>,
    pub body: Vec<u8>,
}

/// What an answer says of itself.
struct Head {
    status: u16,
    head: Option<u64>,
    begins: usize,
    length: usize,
}

/// A request as it goes over the wire.
pub fn request(asked: &Asked, wire: &Wire) -> Vec<u8> {
    let body = asked.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let (method, path, host, bearer) = (asked.method, &asked.path, wire.address(), wire.bearer());
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {bearer}\r\n");
    for (name, value) in &asked.headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    (text + "\r\n" + &body).into_bytes()
}

impl Lean {
    pub fn new(server: SocketAddr, source: Ipv4Addr) -> Lean {
        Lean { server, source, stream: None, read: Vec::with_capacity(READ_BYTES) }
    }

    /// So that nobody waits for that later.
    pub async fn open(&mut self) -> Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = connect(self.source, self.server).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.stream.as_mut().context("no connection")
    }

    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let answered = timeout(ANSWER_WITHIN, self.answered(request)).await;
        let answered = answered.context("no answer in time").flatten();
        if answered.is_err() {
            self.stream = None;
        }
        answered
    }

    async fn answered(&mut self, request: &[u8]) -> Result<Answer> {
        self.open().await?.write_all(request).await?;
        self.read.clear();
        let Head { status, head, begins, length } = loop {
            self.read_some().await?;
            if let Some(head) = parsed(&self.read)? {
                break head;
            }
        };
        while self.read.len() < begins + length {
            self.read_some().await?;
        }
        ensure!(self.read.len() == begins + length, "more than one answer");
        Ok(Answer { status, head, body: self.read[begins..].to_vec() })
    }

    async fn read_some(&mut self) -> Result<()> {
        self.read.reserve(READ_BYTES);
        let stream = self.stream.as_mut().context("no connection")?;
        ensure!(stream.read_buf(&mut self.read).await? > 0, "the server closed");
        Ok(())
    }
}

/// `None` while the head is not whole.
fn parsed(read: &[u8]) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(begins) = answer.parse(read)? else { return Ok(None) };
    let status = answer.code.context("no status")?;
    let number = |name: &str| {
        let header = answer.headers.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()?.trim().parse::<u64>().ok()
    };
    let length = number("content-length").context("an answer that does not say its length")?;
    let head = number(crate::tongue::HEAD);
    Ok(Some(Head { status, head, begins, length: usize::try_from(length)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_once_its_head_is_whole() {
        let answer = b"HTTP/1.1 201 Created\r\nx-holdfast-head: 7\r\nContent-Length: 2\r\n\r\n{}";
        assert!(parsed(&answer[..40]).unwrap().is_none());
        let head = parsed(answer).unwrap().unwrap();
        assert_eq!((head.status, head.head, head.length), (201, Some(7), 2));
        assert_eq!(&answer[head.begins..], b"{}");
        assert!(parsed(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "it does not say its length");
    }
}
