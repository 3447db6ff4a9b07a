//! Peers that do not keep to the protocol: it costs them their connection, and nobody else anything.

use crate::support::{desk::*, pen::*, room::*, sample, *};
use domain::{
    change::{CHANGE_WRITES_MAX, Group, VALUE_BYTES_MAX},
    register::Slot,
};
use sync::{frame, message::*, serving::Gathering};

/// Whether a role may write this on the sample board, and how the board is if it may.
fn after(role: Role, parts: Vec<Vec<Write>>) -> Option<domain::board::Board> {
    let mut sample = sample::Sample::new();
    sample.may_all(role, parts.clone()).then(|| {
        parts.into_iter().for_each(|writes| drop(sample.write(writes)));
        sample.board
    })
}

fn own(kind: Kind, entity: EntityId, field: Field) -> Write {
    let slot = Slot::of(field, sample::me().0);
    Write { kind, entity, slot, value: Value::flag(true), replaces: None, seen: None }
}

#[test]
fn a_viewer_does_not_make_a_card_into_something_else() {
    let card = thing(sample::CARD);
    let fold = own(Kind::ATTACHMENT, card, Field::COLLAPSED);
    if let Some(board) = after(Role::Viewer, vec![vec![fold]]) {
        assert_eq!(board.entity(card).unwrap().kind, Kind::CARD, "it is on no list any more");
    }
}

#[test]
fn a_viewer_makes_no_things() {
    let fold = own(Kind::COLUMN, thing(0xee), Field::COLLAPSED);
    let board = after(Role::Viewer, vec![vec![fold]]);
    assert!(board.is_none_or(|it| it.entity(thing(0xee)).is_none()));
}

#[test]
fn a_commenter_does_not_write_on_a_card_by_calling_it_a_comment() {
    let field = |field, value| write(Kind::COMMENT, thing(sample::CARD), field, value);
    let author = field(Field::AUTHOR, Value::id(sample::me().into()));
    let writes = vec![author, field(Field::TITLE, Value::text("mine now"))];
    assert!(after(Role::Commenter, vec![writes]).is_none());
}

#[test]
fn a_commenter_does_not_write_a_comment_in_another_name() {
    let field = |field, value| write(Kind::COMMENT, thing(0xee), field, value);
    let author = |person| vec![field(Field::AUTHOR, Value::id(thing(person)))];
    let text = vec![field(Field::TEXT, Value::text("I resign."))];
    assert!(
        after(Role::Commenter, vec![author(sample::ME), author(sample::OTHER), text]).is_none()
    );
    let own = write(
        Kind::COMMENT,
        thing(sample::OWN_COMMENT),
        Field::AUTHOR,
        Value::id(thing(sample::OTHER)),
    );
    assert!(after(Role::Commenter, vec![vec![own]]).is_none());
}

#[test]
fn an_editor_does_not_change_a_person_or_a_comment_by_calling_it_a_card() {
    for number in [sample::OTHER, sample::COMMENT] {
        let before = sample::Sample::new().board.entity(thing(number)).unwrap().clone();
        let text = Value::text("other words");
        let writes = vec![
            write(Kind::CARD, thing(number), Field::TITLE, text.clone()),
            write(Kind::CARD, thing(number), Field::TEXT, text),
        ];
        if let Some(board) = after(Role::Editor, vec![writes]) {
            assert_eq!(board.entity(thing(number)), Some(&before));
        }
    }
}

#[test]
fn the_greatest_number_of_a_part_is_a_number() {
    let group = Group { id: GroupId(Uuid::nil()), part: u32::MAX, parts: u32::MAX };
    let mut pen = Pen::new(2);
    let offers = vec![
        pen.sign_with(vec![title(7, "a")], |it| it.group = group),
        pen.sign_with(vec![title(7, "b")], |it| it.group = Group { part: 0, ..group }),
    ];
    Room::new().take(offers.clone());
    let pushes = offers.iter().map(pushed).collect();
    assert!(Gathering::default().take(pushes).is_ok_and(|whole| whole.len() <= 2));
}

/// A push of changes without anything in them, or of one whose former place has so many void ranks.
fn empty_push(changes: u32, ranks: Option<u32>) -> Vec<u8> {
    let mut cbor = minicbor::Encoder::new(Vec::new());
    cbor.array(2).unwrap().u8(3).unwrap().array(1).unwrap().array(2).unwrap();
    cbor.encode(board()).unwrap().array(changes.into()).unwrap();
    for _ in 0..changes {
        cbor.array(if ranks.is_some() { 2 } else { 1 }).unwrap().bytes(&[]).unwrap();
        let Some(ranks) = ranks else { continue };
        cbor.array(2).unwrap().encode(stamp(NOON, 0, 2)).unwrap().array(ranks.into()).unwrap();
        for _ in 0..ranks {
            cbor.null().unwrap();
        }
    }
    let packed = zstd::bulk::compress(&cbor.into_writer(), 3).unwrap();
    [vec![1], packed].concat()
}

/// One packed byte is a hundred in memory: as many as a frame holds, and a kilobyte costs hundreds of megabytes before
/// anybody has looked at it.
#[test]
fn a_message_with_more_of_something_than_there_may_be_is_none() {
    let changes = u32::try_from(MESSAGE_CHANGES_MAX).unwrap();
    let ranks = u32::try_from(CHANGE_WRITES_MAX).unwrap();
    for fine in [empty_push(changes, None), empty_push(1, Some(ranks))] {
        assert!(frame::read::<FromClient>(&fine).is_ok());
    }
    assert!(frame::read::<FromClient>(&empty_push(1, Some(ranks + 1))).is_err(), "ranks");
    assert!(frame::read::<FromClient>(&empty_push(changes + 1, None)).is_err(), "changes");
}

#[test]
fn what_is_written_can_be_read() {
    let body = vec![0; frame::FRAME_BYTES_MAX].into();
    let changes = vec![Pushed { body, former: None }];
    let message = FromClient::Push(Push { board: board(), changes });
    if let Ok(frame) = frame::write(&message) {
        assert!(frame::read(&frame) == Ok(message), "what was written is no frame");
    }
}

/// An editor fills unknown fields of one card; nobody who comes later may be kept from the board by that.
#[test]
fn a_snapshot_can_be_sent_whatever_was_accepted() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let mut chance = 1u64;
    for number in 0..10 {
        let mut noise = vec![0x5a];
        let length = VALUE_BYTES_MAX - 16;
        noise.extend(u32::try_from(length).unwrap().to_be_bytes());
        noise.extend((0..length).map(|_| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            chance.to_be_bytes()[0]
        }));
        let field = Field::from_name(&format!("field {number}")).unwrap();
        let value = Value::from_bytes(&noise).unwrap();
        room.take(vec![pen.sign(vec![write(Kind::CARD, thing(7), field, value)])]);
    }
    for (part, things) in (0..).zip(parts(&room.board)) {
        let part = Part { at: room.head(), part, things: things.into() };
        let written = frame::write(&FromServer::Board(board(), BoardNews::Part(part)));
        assert!(written.is_ok_and(|frame| frame::read::<FromServer>(&frame).is_ok()));
    }
}

/// What no server would take must not wait for ever.
#[test]
fn an_act_that_is_too_large_for_a_shared_board_is_not_queued() {
    let text = "a".repeat(1024 * 1024);
    let writes = (0..65).map(|card| title(card, &text)).collect();
    let mut desk = Desk::new(5);
    let mut signer = desk.signer;
    let mut fresh = domain::fresh::Fresh::new([1; 32], NOON);
    let group = GroupId(fresh.uuid());
    let act = domain::log::Act { author: person(1), intent: "addCards", group, id: None };
    let queued = desk.shared.queue(&mut signer, &act, writes, &mut fresh);
    let Ok(queued) = queued else { return };
    let mut gathering = Gathering::default();
    for waiting in queued.waiting {
        let pushed = Pushed { body: waiting.body.to_vec().into(), former: None };
        assert!(gathering.take(vec![pushed]).is_ok(), "it waits, and no server takes it");
    }
}

/// Nothing of this folder's own goes with the log, whatever a server offers.
#[test]
fn a_snapshot_without_parts_loses_nothing() {
    let mut room = Room::new();
    let mut desk = Desk::new(5);
    let waiting = desk.act(vec![title(7, "mine")]).remove(0);
    let (change, body, hash) = (waiting.change.clone(), waiting.body.clone(), waiting.hash);
    room.take(vec![sync::acceptance::Offer { change, body, hash, former: None }]);
    desk.hear(BoardNews::Changes(room.changes(0)));
    desk.reconnect();
    let (offer, _) = Room::new().snapshot(None);
    let heard = desk.try_hear(BoardNews::Snapshot(SnapshotOffer { parts: 0, ..offer }));
    assert!(heard.is_err());
    assert_eq!(desk.past.log.len() + desk.waits().len() + desk.past.kept.len(), 1);
}

/// As every other array of the protocol.
#[test]
fn a_register_may_have_a_part_more() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    room.take(vec![pen.sign(vec![title(7, "a")])]);
    let register = room.board.winner(thing(7), &Field::TITLE.into()).unwrap();
    let mut bytes = minicbor::to_vec(register).unwrap();
    assert_eq!(bytes[0], 0x84);
    bytes[0] = 0x85;
    bytes.push(0xf6);
    let read: Result<domain::register::Register, _> = minicbor::decode(&bytes);
    assert_eq!(read.ok().as_ref(), Some(register));
}
