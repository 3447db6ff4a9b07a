//! Peers that break the rules. Each costs itself its connection, and a neighbour goes on working.

use crate::{
    peer::Peer,
    replica::{Replica, first_column},
    stage::{Stage, is_heard},
};
use domain::{
    change::{self, Group, Write},
    id::{BoardId, EntityId, GroupId},
    register::{Field, Kind},
    value::Value,
};
use serde_json::json;
use sync::{frame::FRAME_BYTES_MAX, message::*};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use uuid::Uuid;

fn binary(bytes: Vec<u8>) -> Message {
    Message::Binary(Bytes::from(bytes))
}

/// With so many bytes of imprints.
fn resume(imprints: usize) -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(vec![0]);
    cbor.array(2).unwrap().u8(10).unwrap().array(1).unwrap().array(2).unwrap();
    cbor.bytes(&[0; 16]).unwrap().bytes(&vec![7; imprints]).unwrap();
    cbor.into_writer()
}

/// A neighbour, and a way to see that nothing happens to them.
struct Neighbour {
    peer: Peer,
    replica: Replica,
}

impl Neighbour {
    async fn works(&mut self, title: &str) {
        let board = self.replica.board();
        let added = self.replica.add(title);
        let answers = self.peer.push(board, added).await;
        let [(_, Answer::Accepted(seq, _))] = answers[..] else { panic!("{answers:?}") };
        self.replica.hear_up_to(seq, &mut self.peer).await;
        assert_eq!(self.replica.titles().last().unwrap(), title);
    }
}

#[tokio::test]
async fn what_is_no_message_costs_its_connection_alone() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let (peer, replica) = stage.shared("ada", 1).await;
    let mut ada = Neighbour { peer, replica };
    let packed =
        |level: i32, bytes: &[u8]| [vec![1], zstd::bulk::compress(bytes, level).unwrap()].concat();
    let bomb = packed(19, &vec![0; 256 * 1024 * 1024]);
    assert!(bomb.len() < 64 * 1024);
    let deep = [vec![0], vec![0x81; 4 * 1024 * 1024], vec![0]].concat();
    // An array that says to have more parts than there is memory.
    let endless = vec![0, 0x82, 3, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let hostile = [
        ("empty", binary(Vec::new()), GoodbyeCode::Protocol),
        ("text", Message::text("hello?"), GoodbyeCode::Protocol),
        ("no CBOR", binary(vec![0, 0xff, 0x1c, 0x00]), GoodbyeCode::Protocol),
        ("no such message", binary(vec![0, 0x82, 0x18, 99, 0x80]), GoodbyeCode::Protocol),
        ("no such packing", binary(vec![9, 0x80]), GoodbyeCode::Protocol),
        ("more behind the end", binary(vec![0, 0x82, 5, 0x81, 1, 0]), GoodbyeCode::Protocol),
        ("not packed", binary(vec![1, 1, 2, 3]), GoodbyeCode::Protocol),
        ("a bomb", binary(bomb), GoodbyeCode::Protocol),
        ("deep", binary(deep), GoodbyeCode::Protocol),
        ("endless", binary(endless), GoodbyeCode::Protocol),
        ("an imprint and a half", binary(resume(12)), GoodbyeCode::Protocol),
        ("too many imprints", binary(resume(8 * 1_001)), GoodbyeCode::Protocol),
        (
            "imprints without end",
            binary(packed(3, &resume(7 * 1024 * 1024)[1..])),
            GoodbyeCode::Protocol,
        ),
        ("oversized", binary(vec![0; FRAME_BYTES_MAX + 1]), GoodbyeCode::TooMuch),
    ];
    for (what, message, code) in hostile {
        let mut eve = stage.peer("eve").await;
        eve.send(message).await;
        let goodbye = eve.goodbye().await;
        // Who still sends while the server closes may miss its last words.
        assert!(
            goodbye == Some(code) || (goodbye.is_none() && what == "oversized"),
            "{what}: {goodbye:?}"
        );
        ada.works(what).await;
    }
    let metrics = stage.server.get("/metrics", "").await.expect(200);
    assert!(metrics.as_str().unwrap().contains("holdfast_sync_connections 1"), "{metrics}");
    assert_eq!(stage.problems(), json!([]));
}

/// As many as may be, of boards that nobody has: nothing is found, and nothing ends.
#[tokio::test]
async fn whoever_claims_to_stand_everywhere_stands_nowhere() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let (peer, replica) = stage.shared("ada", 1).await;
    let mut ada = Neighbour { peer, replica };
    let mut eve = Peer::silent(&stage.server, stage.token("eve")).await;
    eve.meet(PROTOCOL_MAX).await;
    eve.send(binary(resume(8 * 1_000))).await;
    assert_eq!(eve.hear().await, FromServer::Boards(Vec::new()));
    let FromServer::Resumed(resumed) = eve.hear().await else { panic!("no answer") };
    assert_eq!(resumed.elsewhere.len(), 1_000);
    ada.works("beside imprints").await;
    is_heard(&mut eve).await;
}

#[tokio::test]
async fn what_is_no_change_costs_its_connection_or_is_refused() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let (peer, replica) = stage.shared("ada", 1).await;
    let mut ada = Neighbour { peer, replica };
    let board = ada.replica.board();
    let (mut eve, mut eves) = stage.join(board, "ada", "eve", "editor").await;
    let card = eves.shared.shown();
    let card = card.below(first_column(card), &Kind::CARD).next().unwrap().0;
    let write = |field: Field, value: Value| {
        vec![Write {
            kind: Kind::CARD,
            entity: card,
            slot: field.into(),
            value,
            replaces: None,
            seen: None,
        }]
    };
    let later = Field::from_name("later").unwrap();
    let nested = |depth: usize| [vec![0x81; depth], vec![0]].concat();
    let deep = Value::from_bytes(&nested(1024 * 1024)).unwrap();
    let long_key = [&[0x82, 0x50][..], &[7; 16], &[0x59, 0x40, 0x00], &[1; 0x4000]].concat();
    // Of another kind of thing than the board, on the board's own entity.
    let wrong_kind = Write {
        kind: Kind::CARD,
        entity: EntityId::BOARD,
        slot: Field::TITLE.into(),
        value: Value::text("?"),
        replaces: None,
        seen: None,
    };
    let refused = [
        write(Field::PLACE, Value::text("not a place")),
        write(Field::PLACE, Value::from_bytes(&long_key).unwrap()),
        vec![wrong_kind],
    ];
    for writes in refused {
        let pushed = eves.sign("hostile", writes);
        let answers = eve.push(board, pushed).await;
        assert!(matches!(answers[..], [(_, Answer::Refused(Refused::Malformed))]), "{answers:?}");
    }
    // A value that nobody understands is kept and told on as it is, however deep it is.
    let pushed = eves.sign("later", write(later, deep));
    let answers = eve.push(board, pushed).await;
    assert!(matches!(answers[..], [(_, Answer::Accepted(..))]), "{answers:?}");
    ada.works("beside a deep value").await;

    let changes = vec![Pushed { body: vec![0xff; 100].into(), former: None }];
    eve.say(&FromClient::Push(Push { board, changes })).await;
    assert_eq!(eve.goodbye().await, Some(GoodbyeCode::Protocol));
    let mut eve = stage.peer("eve").await;
    let empty = Pushed { body: Vec::new().into(), former: None };
    let changes = vec![empty; MESSAGE_CHANGES_MAX + 1];
    eve.say(&FromClient::Push(Push { board, changes })).await;
    assert_eq!(eve.goodbye().await, Some(GoodbyeCode::Protocol));
    ada.works("after all of it").await;
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn an_act_that_never_ends_is_not_gathered_for_ever() {
    let stage = Stage::with(&["ada"]).await;
    let (mut ada, mut adas) = stage.shared("ada", 1).await;
    let board = adas.board();
    let write = |_| {
        let (entity, value) = (EntityId(Uuid::new_v4()), Value::text(&"x".repeat(1024 * 1024)));
        Write {
            kind: Kind::CARD,
            entity,
            slot: Field::TEXT.into(),
            value,
            replaces: None,
            seen: None,
        }
    };
    let one = adas.sign("endless", (0..40).map(write).collect());
    let other = adas.sign("endless", (0..40).map(write).collect());
    // As one act, which would go on behind them.
    let id = GroupId(Uuid::new_v4());
    let parts = (0..).zip([one, other].concat()).map(|(part, pushed)| {
        let mut change = change::read(&pushed.body).unwrap();
        change.group = Group { id, part, parts: ACT_PARTS_MAX };
        Pushed { body: change::sign(&change).unwrap().0.to_vec().into(), former: None }
    });
    let mut sent = 0;
    for part in parts {
        sent += part.body.len();
        ada.say(&FromClient::Push(Push { board, changes: vec![part] })).await;
        if sent > ACT_BYTES_MAX {
            break;
        }
        assert_eq!(ada.news(board).await, BoardNews::Answers(Vec::new()));
    }
    assert!(sent > ACT_BYTES_MAX);
    assert!(ada.goodbye().await.is_some());
    is_heard(&mut stage.peer("ada").await).await;
}

#[tokio::test]
async fn an_account_has_so_many_connections_and_no_more() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let mut peers = Vec::new();
    let bearer = format!("Bearer {}", stage.token("eve"));
    for _ in 0..32 {
        peers.push(stage.peer("eve").await);
    }
    let full = crate::peer::refused(&stage.server, &[("authorization", &bearer)]).await;
    assert_eq!(full, 503);
    is_heard(&mut stage.peer("ada").await).await;
    is_heard(&mut peers[31]).await;
}

#[tokio::test]
async fn who_does_not_answer_is_given_up_and_who_is_silent_is_not() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let mut ada = stage.peer("ada").await;
    let (dead, mut half) = (stage.peer("eve").await, stage.peer("eve").await);
    half.say_half(&FromClient::Leave(BoardId(Uuid::new_v4()))).await;
    // Ada says nothing either, but her socket answers when it is asked.
    tokio::select! {
        _ = async { tokio::join!(dead.play_dead(), half.play_dead()) } => {}
        message = ada.next() => panic!("{message:?}"),
    }
    is_heard(&mut ada).await;
}
