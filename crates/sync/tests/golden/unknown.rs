//! What a newer version says: fields that are added to messages are skipped, and what is unknown in the data is kept
//! byte for byte.

use crate::{frozen, hex, samples};
use domain::{
    board::Board,
    change::{self, Hash, Numbered, Position},
    id::*,
    shared::{Settled, SharedBoard},
    stamp::Stamp,
};
use minicbor::{Encoder, data::Tag};
use sync::{
    following::{Following, Near},
    frame,
    message::*,
};
use uuid::Uuid;

pub const NAMES: [&str; 3] = ["more_hello", "more_changes", "more_change"];

type Told = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn encoded(tell: impl FnOnce(&mut Encoder<Vec<u8>>) -> Told) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    tell(&mut encoder).unwrap();
    encoder.into_writer()
}

fn plain_frame(tell: impl FnOnce(&mut Encoder<Vec<u8>>) -> Told) -> Vec<u8> {
    [vec![0], encoded(tell)].concat()
}

/// A value that nothing of today reads: a tagged map with a map in it.
fn value() -> Vec<u8> {
    encoded(|e| {
        e.tag(Tag::new(1234))?.map(2)?.str("depth")?.f64(0.5)?;
        e.str("rays")?.begin_array()?.i8(-1)?.bytes(&[1, 2, 3])?.end()?.ok()
    })
}

/// A change with a kind, a field, a value, a part of a write and a field of its own that are unknown today.
fn body() -> Vec<u8> {
    let signed = samples::numbered().body;
    let entity = Uuid::from_bytes([0x40; 16]);
    let write = encoded(|e| {
        e.array(7)?.str("hologram")?.bytes(entity.as_bytes())?.str("projection")?;
        e.bytes(samples::card().bytes())?.bytes(&value())?.null()?.str("a seventh part")?.ok()
    });
    // The map's twelve fields, but for its last, which the write takes the place of.
    let writes_at = signed.windows(2).position(|pair| pair == [0x0b, 0x84]).unwrap();
    let mut body = signed[..writes_at].to_vec();
    assert_eq!(body[0], 0xac, "a map of twelve");
    body[0] = 0xad;
    body.extend([0x0b, 0x81]);
    body.extend(write);
    body.extend(encoded(|e| e.u8(77)?.array(1)?.str("a field of its own")?.ok()));
    body
}

fn numbered() -> Numbered {
    let body = body();
    let hash = Hash::of(&[&body]);
    let cstamp = Stamp { ms: samples::MS, counter: 0, replica: samples::replica() };
    let chain = change::chain(Hash::default(), hash, cstamp, &[]);
    let (change, epoch) = (change::read(&body).unwrap(), samples::epoch());
    let body = body.into();
    Numbered { change, body, hash, seq: 1, epoch, cstamp, weak_ranks: Vec::new(), chain }
}

#[test]
fn a_field_that_a_newer_client_adds_is_skipped() {
    let fresh = plain_frame(|e| {
        e.array(2)?.u8(0)?.array(2)?.array(5)?.u8(1)?.u8(3)?.str("holdfast 9")?;
        e.map(1)?.str("mood")?.array(2)?.null()?.bool(true)?.u8(7)?;
        e.str("a second field of the message")?.ok()
    });
    let bytes = frozen("more_hello", "A hello with fields of a newer version", &fresh);
    let hello = Hello { protocol_min: 1, protocol_max: 3, app: "holdfast 9".to_owned() };
    assert_eq!(frame::read(&bytes), Ok(FromClient::Hello(hello)));
}

#[test]
fn a_field_that_a_newer_server_adds_is_skipped() {
    let known = numbered();
    let fresh = plain_frame(|e| {
        e.array(2)?.u8(2)?.array(2)?.encode(samples::board())?;
        e.array(2)?.u8(1)?.array(1)?.array(5)?;
        e.array(4)?.encode(samples::epoch())?.u8(0)?.bytes(&[0; 16])?.str("a position's fourth")?;
        e.array(1)?
            .array(7)?
            .bytes(&known.body)?
            .u8(1)?
            .encode(known.epoch)?
            .encode(known.cstamp)?;
        e.array(0)?.encode(known.chain)?.str("a seventh part")?;
        e.u8(1)?.null()?.map(0)?.ok()
    });
    let bytes = frozen("more_changes", "Changes with fields of a newer version", &fresh);
    let from = Position { epoch: samples::epoch(), seq: 0, chain: Hash::default() };
    let changes = Changes { from, changes: vec![NumberedBytes(known)], head: 1, digest: None };
    let expected = FromServer::Board(samples::board(), BoardNews::Changes(changes));
    assert_eq!(frame::read(&bytes), Ok(expected));
}

/// From the wire to a replica's board, and from there to another by a snapshot, and by the log.
#[test]
fn what_is_unknown_in_a_change_travels_on_byte_for_byte() {
    let from = Position { epoch: samples::epoch(), seq: 0, chain: Hash::default() };
    let changes = Changes { from, changes: vec![NumberedBytes(numbered())], head: 1, digest: None };
    let fresh = frame::write(&FromServer::Board(samples::board(), BoardNews::Changes(changes)));
    let fresh = fresh.unwrap();
    let bytes = frozen("more_change", "A change with an unknown kind, field and value", &fresh);
    let read: FromServer = frame::read(&bytes).unwrap();
    assert_eq!(hex(&frame::write(&read).unwrap()), hex(&bytes), "as the log relays it");

    let FromServer::Board(_, news) = read else { panic!("news of a board") };
    let board = Board::new(samples::board(), samples::epoch());
    let mut shared = SharedBoard::new(board, Vec::new(), Settled::default(), 0);
    let mut following = Following::new(samples::board(), None);
    let fresh = ReplicaId(Uuid::from_bytes([0xf0; 16]));
    let near = Near { replica: samples::replica(), fresh, past: None };
    following.receive(&mut shared, near, news).unwrap();

    let parts = parts(shared.shown());
    let things: Vec<Thing> = minicbor::decode(&parts[0]).unwrap();
    assert_eq!(things[0].kind.name(), "hologram");
    let register = &things[0].registers[0];
    assert_eq!(register.slot.field.name(), "projection");
    assert_eq!(register.slot.element, Some(samples::card().0));
    assert_eq!(hex(register.value.bytes()), hex(&value()));
    assert_eq!(minicbor::to_vec(&things).unwrap(), parts[0], "as a snapshot relays it");
}
