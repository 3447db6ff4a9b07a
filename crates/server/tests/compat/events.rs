//! What is told on `/ws/connect`: what is on disk, each once, whoever wrote it.

use crate::{
    asker::{Asker, Open, number},
    peer::patiently,
    running::Server,
    stage::Stage,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

struct Listener(WebSocketStream<TcpStream>);

impl Listener {
    async fn connect(
        server: &Server,
        board: u64,
        headers: &[(&'static str, &str)],
    ) -> Result<Listener, u16> {
        let url = format!("ws://{}/ws/connect?board_id={board}", server.address());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(server.address()).await.unwrap();
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Listener(stream)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The next event; `None` where the server closed.
    async fn hear(&mut self) -> Option<(String, Value)> {
        loop {
            match patiently(self.0.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let mut told: Value = serde_json::from_str(&text).unwrap();
                    return Some((told["event"].as_str().unwrap().to_owned(), told["data"].take()));
                }
                Some(Ok(Message::Ping(_))) => {}
                _ => return None,
            }
        }
    }

    #[track_caller]
    fn expect(heard: Option<(String, Value)>, event: &str) -> Value {
        let (name, data) = heard.expect("the server closed");
        assert_eq!(name, event, "{data}");
        data
    }
}

#[tokio::test]
async fn each_write_is_told_once_and_in_order() {
    let open = Open::start();
    let asker = open.asker();
    let mut listener = Listener::connect(&open.server, 1, &[]).await.ok().unwrap();
    let connected = Listener::expect(listener.hear().await, "connected");
    assert_eq!(connected["board_id"], 1);
    let made =
        asker.post("/api/tickets/", json!({ "board_id": 1, "title": "x" })).await.expect(201);
    let path = format!("/api/tickets/{}", number(&made));
    assert_eq!(Listener::expect(listener.hear().await, "ticket_created"), made);
    let changed = asker.put(&path, json!({ "title": "y" })).await.expect(200);
    assert_eq!(Listener::expect(listener.hear().await, "ticket_updated"), changed);
    let moved = asker.post(&format!("{path}/move"), json!({ "column": "Done" })).await.expect(200);
    assert_eq!(Listener::expect(listener.hear().await, "ticket_moved"), moved);
    let claimed = asker.post(&format!("{path}/claim?agent_id=ben"), Value::Null).await.expect(200);
    assert_eq!(Listener::expect(listener.hear().await, "ticket_claimed"), claimed);
    let comment = json!({ "ticket_id": number(&made), "text": "Well." });
    let comment = asker.post("/api/comments/", comment).await.expect(201);
    assert_eq!(Listener::expect(listener.hear().await, "comment_added"), comment);
    // What was refused is told to nobody.
    asker.post(&format!("{path}/claim?agent_id=eve"), Value::Null).await.expect(409);
    asker.put("/api/boards/1/columns", json!(["Done"])).await.expect(200);
    let board = Listener::expect(listener.hear().await, "board_updated");
    assert_eq!(board["columns"], json!(["Done"]));
    asker.delete(&path).await.expect(204);
    assert_eq!(Listener::expect(listener.hear().await, "ticket_deleted")["id"], made["id"]);
    open.server.stop();
    assert!(listener.hear().await.is_none());
}

#[tokio::test]
async fn what_a_desktop_pushes_is_told_to_members_for_as_long_as_they_are() {
    let stage = Stage::with(&["ada", "ben", "eve"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 1).await;
    let board = replica.board();
    stage.invited(board, "ada", "ben", "viewer").await;
    let bearer = |name: &str| format!("Bearer {}", stage.token(name));
    let (ben, eve) = (bearer("ben"), bearer("eve"));
    let stranger = Listener::connect(&stage.server, 1, &[("authorization", &eve)]).await;
    assert_eq!(stranger.err(), Some(404));
    assert_eq!(Listener::connect(&stage.server, 1, &[]).await.err(), Some(401));
    let page = [("authorization", ben.as_str()), ("origin", "http://evil.example")];
    assert_eq!(Listener::connect(&stage.server, 1, &page).await.err(), Some(403));
    let own = [("authorization", ben.as_str()), ("origin", stage.server.url.as_str())];
    let mut listener = Listener::connect(&stage.server, 1, &own).await.ok().unwrap();
    Listener::expect(listener.hear().await, "connected");
    let pushed = replica.add("pushed");
    peer.push(board, pushed).await;
    let told = Listener::expect(listener.hear().await, "ticket_created");
    assert_eq!((&told["title"], &told["id"]), (&json!("pushed"), &json!(2)));
    let members = format!("/api/boards/{board}/members/{}", stage.people["ben"].id);
    let ada = Asker::new(&stage.server, stage.token("ada"));
    ada.delete(&members).await.expect(204);
    assert!(listener.hear().await.is_none(), "they are no member any more");
}
