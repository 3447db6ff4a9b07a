//! One value of every message, with every answer, standing, code and role once. A new variant does not compile
//! before it has a sample.

use domain::{
    board::Head,
    change::{self, Change, Group, Hash, Numbered, Position, Write},
    id::*,
    key::OrderKey,
    register::{Field, Kind, Register, Slot},
    shared::Former,
    stamp::{ChangeId, Rank, Stamp},
    value::Value,
};
use sync::{
    message::*,
    resuming::{Asked, Resuming, Stand},
    sharing::{Promise, Standing},
};
use uuid::Uuid;

pub const MS: u64 = 1_795_348_800_000;
pub const DIGEST: [u8; 16] = [0xd1; 16];

fn uuid(last: u8) -> Uuid {
    Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0000 + u128::from(last))
}

pub fn board() -> BoardId {
    BoardId(uuid(0xb0))
}

pub fn card() -> EntityId {
    EntityId(uuid(0xca))
}

pub fn epoch() -> ReplicaId {
    ReplicaId(uuid(0xe0))
}

pub fn replica() -> ReplicaId {
    ReplicaId(uuid(0x0a))
}

fn person() -> PersonId {
    PersonId(uuid(0x3e))
}

pub fn position(seq: u64) -> Position {
    Position { epoch: epoch(), seq, chain: Hash([0x11; 16]) }
}

fn stamp(ms: u64, counter: u32) -> Stamp {
    Stamp { ms, counter, replica: replica() }
}

fn write(entity: EntityId, field: Field, value: Value, replaces: Option<ChangeId>) -> Write {
    Write { kind: Kind::CARD, entity, slot: field.into(), value, replaces, seen: None }
}

fn key(bytes: &[u8]) -> OrderKey {
    OrderKey::from_bytes(bytes).unwrap()
}

/// A card is made where there was no room, so that its neighbour gets a new key by a weak write.
pub fn change() -> Change {
    let column = EntityId(uuid(0xc0));
    let neighbour = EntityId(uuid(0xcb));
    let replaced = ChangeId { replica: replica(), rseq: 1 };
    Change {
        board: board(),
        replica: replica(),
        rseq: 2,
        prev: Hash([0x22; 16]),
        act: ActId(uuid(0xac)),
        stamp: stamp(MS, 0),
        base: position(7),
        author: person(),
        wall_ms: MS - 1,
        intent: "addCards".to_owned(),
        group: Group { id: GroupId(uuid(0x60)), part: 0, parts: 1 },
        writes: vec![
            write(
                card(),
                Field::CREATED,
                Value::created(Some(1_795_348_799_999), Some(person().into())),
                None,
            ),
            write(card(), Field::TITLE, Value::text("Buy milk"), None),
            write(card(), Field::PLACE, Value::spot(column, &key(&[0x80])), None),
            write(
                neighbour,
                Field::PLACE,
                Value::spot(column, &key(&[0xc0, 0x80])),
                Some(replaced),
            ),
        ],
    }
}

/// Two descriptions that were written apart are made one.
pub fn merge() -> Change {
    let standing = ChangeId { replica: epoch(), rseq: 4 };
    let mine = ChangeId { replica: replica(), rseq: 2 };
    let text = write(card(), Field::TEXT, Value::text("milk\nbread"), Some(standing));
    Change {
        rseq: 3,
        prev: Hash([0x33; 16]),
        act: ActId(uuid(0xad)),
        intent: domain::merge::MERGE.to_owned(),
        writes: vec![Write { seen: Some(vec![standing, mine]), ..text }],
        ..change()
    }
}

pub fn former() -> Former {
    let change = ChangeId { replica: replica(), rseq: 1 };
    let rank = Rank { stamp: stamp(MS - 5_000, 0), minor: 1, change };
    Former { cstamp: stamp(MS + 7, 1), weak_ranks: vec![Some(rank)] }
}

/// The change with number 8.
pub fn numbered() -> Numbered {
    let change = change();
    let (body, hash) = change::sign(&change).unwrap();
    let Former { cstamp, weak_ranks } = former();
    let weak_ranks: Vec<Option<Rank>> = weak_ranks
        .into_iter()
        .map(|it| it.map(|rank| Rank { change: change.id(), ..rank }))
        .collect();
    let chain = change::chain(position(7).chain, hash, cstamp, &weak_ranks);
    Numbered { change, body, hash, seq: 8, epoch: epoch(), cstamp, weak_ranks, chain }
}

pub fn thing() -> Thing {
    let winner = Rank { stamp: stamp(MS + 7, 1), minor: 0, change: change().id() };
    let register = |slot: Slot, value| Register { slot, value, rank: winner };
    let label = Slot::of(Field::LABEL, uuid(0x1a));
    Thing {
        id: card(),
        kind: Kind::CARD,
        registers: vec![
            register(label, Value::flag(true)),
            register(Field::TITLE.into(), Value::text("Buy milk")),
        ],
    }
}

pub fn offer(common: Option<Position>) -> SnapshotOffer {
    SnapshotOffer {
        at: position(8),
        parts: 1,
        things: 1,
        digest: DIGEST,
        latest_ms: MS + 7,
        latest_counter: 1,
        common,
    }
}

macro_rules! one_of_each {
    ($all:ident, $name_of:ident: $type:ty { $($name:literal, $about:literal: $pattern:pat => $sample:expr),+ $(,)? }) => {
        /// Name, what it is, and the sample.
        pub fn $all() -> Vec<(&'static str, &'static str, $type)> {
            vec![$(($name, $about, $sample)),+]
        }

        /// The name of the sample that stands for messages like this.
        pub fn $name_of(message: &$type) -> &'static str {
            match message {
                $($pattern => $name),+
            }
        }
    };
}

one_of_each! { from_clients, from_client: FromClient {
    "hello", "The first message of a client": FromClient::Hello(_) =>
        FromClient::Hello(Hello { protocol_min: 1, protocol_max: 1, app: "holdfast 0.1.0".to_owned() }),
    "follow", "What there is behind these positions, newest first": FromClient::Follow(_) =>
        FromClient::Follow(Follow {
            board: board(),
            locator: vec![position(8), position(7), Position { chain: Hash::default(), ..position(0) }],
            whole: false,
        }),
    "leave", "No more of a board": FromClient::Leave(_) => FromClient::Leave(board()),
    "push", "One change for the first time, and one that had a number before": FromClient::Push(_) =>
        FromClient::Push(Push {
            board: board(),
            changes: vec![
                Pushed { body: small_body(1).into(), former: None },
                Pushed { body: small_body(2).into(), former: Some(former()) },
            ],
        }),
    "part_wanted", "The first part of a snapshot, please": FromClient::Part(_) =>
        FromClient::Part(PartWanted { board: board(), at: position(8), part: 0 }),
    "ping", "Is the socket alive?": FromClient::Ping(_) => FromClient::Ping(41),
    "share", "A board is offered to the server": FromClient::Share(_) => FromClient::Share(Promise {
        board: board(),
        head: position(8),
        digest: DIGEST,
        person: person(),
    }),
    "share_log", "Of the log of a board that is shared": FromClient::ShareLog(..) =>
        FromClient::ShareLog(board(), position(8), vec![NumberedBytes(numbered())]),
    "share_abandon", "A share is taken back": FromClient::ShareAbandon(..) =>
        FromClient::ShareAbandon(board(), position(8)),
    "here_nothing", "Nothing is open any more, since version 2": FromClient::Here(None) => FromClient::Here(None),
    "here", "A card is open, and is typed in, since version 2": FromClient::Here(Some(_)) =>
        FromClient::Here(Some(Looking { board: board(), editing: true, card: Some(CardId(card().0)) })),
    "resume", "A list is known, and two boards are asked about, since version 3": FromClient::Resume(_) =>
        Asked::about(stands()).message(list_hash(&list())),
} }

one_of_each! { from_servers, from_server: FromServer {
    "welcome", "The first message of a server": FromServer::Welcome(_) =>
        FromServer::Welcome(Welcome { protocol: 1, now_ms: MS, account: "ada".to_owned() }),
    "boards", "The boards of the account, one for each role": FromServer::Boards(_) => FromServer::Boards(
        roles().into_iter().map(|(_, _, role)| seen(board(), role)).collect()
    ),
    "diverged", "The logs part behind this position": FromServer::Board(_, BoardNews::Diverged(_)) =>
        news(BoardNews::Diverged(position(7))),
    "changes", "A change, up to the head, with the digest there": FromServer::Board(_, BoardNews::Changes(_)) =>
        news(BoardNews::Changes(Changes {
            from: position(7),
            changes: vec![NumberedBytes(numbered())],
            head: 8,
            digest: Some(DIGEST),
        })),
    "snapshot", "A snapshot is there to be asked for": FromServer::Board(_, BoardNews::Snapshot(_)) =>
        news(BoardNews::Snapshot(offer(Some(position(7))))),
    "part", "The only part of a snapshot": FromServer::Board(_, BoardNews::Part(_)) => news(BoardNews::Part(Part {
        at: position(8),
        part: 0,
        things: minicbor::to_vec(vec![thing()]).unwrap().into(),
    })),
    "answers", "What became of a push, each answer once": FromServer::Board(_, BoardNews::Answers(_)) =>
        news(BoardNews::Answers(
            (1..).zip(answers()).map(|(rseq, (_, _, answer))| (ChangeId { replica: replica(), rseq }, answer)).collect()
        )),
    "busy", "Push again in two seconds": FromServer::Board(_, BoardNews::Busy(_, None)) =>
        news(BoardNews::Busy(2_000, None)),
    "busy_full", "Push again in five seconds: the disk is full": FromServer::Board(_, BoardNews::Busy(_, Some(_))) =>
        news(BoardNews::Busy(5_000, Some(Obstacle::DiskFull))),
    "gone", "No such board for this account": FromServer::Board(_, BoardNews::Gone) => news(BoardNews::Gone),
    "share_staged", "The log is here up to number 5": FromServer::Board(_, BoardNews::Share(Standing::Staged(_))) =>
        news(BoardNews::Share(Standing::Staged(5))),
    "share_shared", "The server is the authority": FromServer::Board(_, BoardNews::Share(Standing::Shared)) =>
        news(BoardNews::Share(Standing::Shared)),
    "share_abandoned", "The sharer is the authority": FromServer::Board(_, BoardNews::Share(Standing::Abandoned)) =>
        news(BoardNews::Share(Standing::Abandoned)),
    "share_broken", "Not what was promised": FromServer::Board(_, BoardNews::Share(Standing::Broken)) =>
        news(BoardNews::Share(Standing::Broken)),
    "share_taken", "Another account has the board": FromServer::Board(_, BoardNews::Share(Standing::Taken)) =>
        news(BoardNews::Share(Standing::Taken)),
    "share_too_large", "The log is too large": FromServer::Board(_, BoardNews::Share(Standing::TooLarge)) =>
        news(BoardNews::Share(Standing::TooLarge)),
    "present", "One has a card open, and the board on another device; since version 2":
        FromServer::Board(_, BoardNews::Here(_)) => news(BoardNews::Here(vec![
            Present { session: 7, person: person(), editing: false, card: Some(CardId(card().0)) },
            Present { session: 300, person: person(), editing: false, card: None },
        ])),
    "resumed", "The log of the second of them goes on, since version 3": FromServer::Resumed(_) =>
        FromServer::Resumed(resumed()),
    "pong", "It is": FromServer::Pong(_) => FromServer::Pong(41),
    "goodbye_protocol", "Not what the protocol says":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::Protocol, .. }) => goodbye(GoodbyeCode::Protocol),
    "goodbye_version", "No version in common":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::Version, .. }) => goodbye(GoodbyeCode::Version),
    "goodbye_signed_out", "The session ended":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::SignedOut, .. }) => goodbye(GoodbyeCode::SignedOut),
    "goodbye_stopping", "The server stops for now":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::Stopping, .. }) => goodbye(GoodbyeCode::Stopping),
    "goodbye_too_slow", "The reader does not read":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::TooSlow, .. }) => goodbye(GoodbyeCode::TooSlow),
    "goodbye_too_much", "More than is allowed":
        FromServer::Goodbye(Goodbye { code: GoodbyeCode::TooMuch, .. }) => goodbye(GoodbyeCode::TooMuch),
} }

one_of_each! { answers, answer: Answer {
    "accepted", "": Answer::Accepted(..) => Answer::Accepted(8, stamp(MS + 7, 1)),
    "forbidden", "": Answer::Refused(Refused::Forbidden) => Answer::Refused(Refused::Forbidden),
    "malformed", "": Answer::Refused(Refused::Malformed) => Answer::Refused(Refused::Malformed),
    "too large", "": Answer::Refused(Refused::TooLarge) => Answer::Refused(Refused::TooLarge),
    "fork", "": Answer::Fork => Answer::Fork,
    "expected", "": Answer::Expected(_) => Answer::Expected(6),
} }

one_of_each! { roles, role: Role {
    "viewer", "": Role::Viewer => Role::Viewer,
    "commenter", "": Role::Commenter => Role::Commenter,
    "editor", "": Role::Editor => Role::Editor,
    "admin", "": Role::Admin => Role::Admin,
    "owner", "": Role::Owner => Role::Owner,
} }

fn seen(board: BoardId, role: Role) -> BoardSeen {
    BoardSeen { board, role, person: person(), title: "Home".to_owned() }
}

/// Of two boards.
pub fn list() -> Vec<BoardSeen> {
    vec![seen(board(), Role::Editor), seen(other_board(), Role::Viewer)]
}

fn other_board() -> BoardId {
    BoardId(uuid(0xb1))
}

pub fn head(seq: u64) -> Head {
    let digest = u128::from_be_bytes(DIGEST);
    Head { position: position(seq), digest, ..Head::new(epoch()) }
}

/// Of both, at number 8.
pub fn stands() -> Vec<Stand> {
    [board(), other_board()].map(|board| Stand::of(board, &head(8))).to_vec()
}

pub fn resumed() -> Resumed {
    let imprints: Vec<Imprint> = stands().iter().map(Stand::imprint).collect();
    let mut resuming = Resuming::new(&imprints);
    assert!(resuming.is_at(board(), &head(8)));
    assert!(!resuming.is_at(other_board(), &head(9)));
    resuming.answer()
}

fn news(news: BoardNews) -> FromServer {
    FromServer::Board(board(), news)
}

fn goodbye(code: GoodbyeCode) -> FromServer {
    FromServer::Goodbye(Goodbye { code, message: "Goodbye.".to_owned() })
}

/// Of a change with one short write.
fn small_body(rseq: u64) -> Vec<u8> {
    let writes = vec![write(card(), Field::TITLE, Value::text("Milk"), None)];
    change::sign(&Change { rseq, writes, ..change() }).unwrap().0.to_vec()
}
