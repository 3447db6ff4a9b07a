//! Events: each change once, from whatever number one goes on.

use crate::{
    client::{Client, send},
    peer::patiently,
    stage::Stage,
};
use reqwest::{Method, Response};
use serde_json::Value;

/// Somebody who listens to events.
pub struct Listener {
    response: Response,
    unread: String,
}

#[derive(Debug, PartialEq)]
pub struct Event {
    pub number: u64,
    pub change: Value,
}

impl Listener {
    pub async fn begin(client: &Client, below: &str, last: Option<u64>) -> Listener {
        let request = client.request(Method::GET, below);
        let request = match last {
            Some(last) => request.header("Last-Event-ID", last.to_string()),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"text/event-stream".parse().unwrap())
        );
        let mut listener = Listener { response, unread: String::new() };
        // From here on it listens.
        assert_eq!(listener.block().await.unwrap(), "retry: 1000");
        listener
    }

    /// Up to the next blank line; `None` where it ends.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                return Some(block);
            }
            let chunk = patiently(self.response.chunk()).await.ok()??;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub async fn next(&mut self) -> Option<Event> {
        let mut quiet = 0;
        loop {
            let block = self.block().await?;
            if block.starts_with(':') {
                quiet += 1;
                assert!(quiet < 4, "it is told that the server is there, and nothing else");
                continue;
            }
            let lines: Vec<&str> = block.lines().collect();
            let [number, "event: change", data] = lines[..] else { panic!("{block}") };
            let number = number.strip_prefix("id: ").unwrap().parse().unwrap();
            let change: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(change["number"], number);
            return Some(Event { number, change });
        }
    }
}

#[tokio::test]
async fn each_change_is_an_event_once_however_often_one_is_cut() {
    let mut stage = Stage::with(&["ada"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 2).await;
    let mut client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let begins = client.get("changes").await.head();
    let mut listener = Listener::begin(&client, "events", None).await;
    let mut heard = Vec::new();
    for round in 0..12 {
        if round == 6 {
            stage = stage.killed();
            client = client.again(&stage);
            peer = stage.peer("ada").await;
            listener = Listener::begin(&client, "events", heard.last().copied()).await;
        }
        if round % 2 == 0 {
            client.card(&column, &format!("written {round}")).await;
        } else {
            let pushed = replica.add(&format!("pushed {round}"));
            peer.push(replica.board(), pushed).await;
        }
        if round % 3 == 0 {
            // Cut, and back with the last number that was seen.
            let last = heard.last().copied().unwrap_or(begins);
            listener = Listener::begin(&client, "events", Some(last)).await;
        }
        while heard.last().copied().unwrap_or(begins) < begins + round + 1 {
            heard.push(listener.next().await.unwrap().number);
        }
    }
    assert_eq!(heard, (begins + 1..=begins + 12).collect::<Vec<_>>());
    // All of them again, and as the list of changes has them.
    let mut again = Listener::begin(&client, "events?since=0", None).await;
    for change in client.get("changes").await.array() {
        assert_eq!(again.next().await.unwrap().change, change);
    }
    let head = client.get("changes").await.head();
    let ahead = client.request(Method::GET, "events").header("Last-Event-ID", head + 1);
    send(ahead).await.refused(409, "notInLog", "since");
    let words = client.request(Method::GET, "events").header("Last-Event-ID", "last");
    send(words).await.refused(400, "badHeader", "Last-Event-ID");
}

#[tokio::test]
async fn events_end_when_one_is_no_member_any_more_or_the_token_is_revoked() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let board = replica.board();
    stage.invited(board, "ada", "ben", "viewer").await;
    let ada = Client::program(&stage, "ada", board, &["read", "write"]);
    let ben = Client::program(&stage, "ben", board, &["read"]);
    let mut adas = Listener::begin(&ada, "events", None).await;
    let mut bens = Listener::begin(&ben, "events", None).await;
    let path = format!("/api/boards/{board}/members/{}", stage.people["ben"].id);
    stage.server.ask(Method::DELETE, &path, stage.token("ada"), Value::Null).await;
    assert_eq!(bens.next().await, None);
    let column = ada.column().await;
    ada.card(&column, "still there").await;
    assert!(adas.next().await.is_some());
    send(ben.request(Method::GET, "events")).await.refused(404, "notFound", "");
    for token in crate::running::done(&stage.folder, &["token", "list"], "").as_array().unwrap() {
        let id = token["id"].as_str().unwrap();
        crate::running::done(&stage.folder, &["token", "revoke", id], "");
    }
    assert_eq!(adas.next().await, None);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_events() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let ada = Client::program(&stage, "ada", replica.board(), &["read"]);
    let mut listener = Listener::begin(&ada, "events", None).await;
    stage.server.signal(rustix::process::Signal::TERM);
    assert_eq!(listener.next().await, None);
    assert!(stage.server.ended().success());
}

#[tokio::test]
async fn an_account_listens_so_often_and_no_more() {
    let stage = Stage::with(&["ada"]).await;
    let (peer, replica) = stage.shared("ada", 1).await;
    drop(peer);
    let ada = Client::program(&stage, "ada", replica.board(), &["read"]);
    let mut listeners = Vec::new();
    let busy = loop {
        let response = ada.request(Method::GET, "events").send().await.unwrap();
        if response.status() != 200 {
            break response;
        }
        listeners.push(response);
        assert!(listeners.len() < 100);
    };
    assert_eq!(busy.status(), 503);
    assert!(busy.headers().contains_key("retry-after"));
    drop(listeners);
    while ada.request(Method::GET, "events").send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
}
