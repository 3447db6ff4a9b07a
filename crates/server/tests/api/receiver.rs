//! Somebody who receives deliveries on loopback, keeps all of them, and answers as the test says.

use crate::peer::patiently;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    net::TcpListener,
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc;

/// What is said to a delivery.
#[derive(Clone, Debug)]
pub enum Says {
    Status(u16),
    /// Look there.
    Elsewhere(String),
    /// Nothing, for as long as anybody waits.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Receiver {
    pub url: String,
    received: mpsc::UnboundedReceiver<Received>,
    /// What is said to the next ones; 204 where there is nothing left.
    says: Arc<Mutex<VecDeque<Says>>>,
}

#[derive(Clone)]
struct Desk {
    received: mpsc::UnboundedSender<Received>,
    says: Arc<Mutex<VecDeque<Says>>>,
}

impl Receiver {
    pub fn start() -> Receiver {
        let (receiver, listener, routes) = Receiver::ready("http");
        tokio::spawn(axum_server::from_tcp(listener).unwrap().serve(routes.into_make_service()));
        receiver
    }

    /// Which shows this certificate.
    pub async fn with_tls(certificate: &[u8], key: &[u8]) -> Receiver {
        let (receiver, listener, routes) = Receiver::ready("https");
        let config =
            axum_server::tls_rustls::RustlsConfig::from_pem(certificate.to_vec(), key.to_vec());
        let server = axum_server::from_tcp_rustls(listener, config.await.unwrap()).unwrap();
        tokio::spawn(server.serve(routes.into_make_service()));
        receiver
    }

    fn ready(scheme: &str) -> (Receiver, TcpListener, Router) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("{scheme}://{}/in?for=me", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let says = Arc::default();
        let desk = Desk { received: sender, says: Arc::clone(&says) };
        let routes = Router::new().fallback(take).with_state(desk);
        (Receiver { url, received, says }, listener, routes)
    }

    pub fn says(&self, says: impl IntoIterator<Item = Says>) {
        self.says.lock().unwrap().extend(says);
    }

    /// The next one, whenever it comes.
    pub async fn next(&mut self) -> Received {
        patiently(self.received.recv()).await.unwrap()
    }

    /// The numbers of the next deliveries.
    pub async fn numbers(&mut self, count: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            numbers.push(self.next().await.number());
        }
        numbers
    }

    /// All that came up to now.
    pub fn so_far(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.received.try_recv().ok()).collect()
    }
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let says = desk.says.lock().unwrap().pop_front();
    // The test may be over.
    desk.received.send(Received { headers, body }).ok();
    match says.unwrap_or(Says::Status(204)) {
        Says::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Says::Elsewhere(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        Says::Nothing => std::future::pending().await,
    }
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub fn number(&self) -> u64 {
        let number = self.json()["number"].as_u64().unwrap();
        assert!(self.header("webhook-id").starts_with(&format!("{number}-")));
        number
    }
}
