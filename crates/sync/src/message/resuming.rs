//! Going on with all boards at once, since version 3: where a replica stands is said in a few bytes for each board,
//! and where the server stands there too, nothing more has to be said.

use super::BoardSeen;
use domain::change::{Hash, bounded};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Of so many boards one may say where one stands: as many as a connection may follow.
pub const IMPRINTS_MAX: usize = 1_000;
pub const IMPRINT_BYTES: usize = 8;

/// What a replica says behind the welcome, once; answered with [`Resumed`], and with the list before it where that
/// is another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Resume {
    /// The [`list_hash`] of the boards that it was told last; zeros where it knows none.
    #[n(0)]
    pub list: Hash,
    /// In any order; their places are what the answer names.
    #[cbor(n(1), encode_with = "encode_imprints", decode_with = "decode_imprints")]
    pub imprints: Vec<Imprint>,
}

/// Which of the boards are followed from now on, from where the replica said that it stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Resumed {
    /// The places of all other imprints.
    #[cbor(n(0), decode_with = "decode_elsewhere")]
    pub elsewhere: Vec<u32>,
    /// That the two ends mean the same boards, positions and digests, of which an imprint is too short to be sure.
    #[n(1)]
    pub proof: Hash,
}

/// Stands for a board, a position of its log, and all that a board holds there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Imprint(pub [u8; IMPRINT_BYTES]);

/// What two ends compare to know that they speak of the same list.
pub fn list_hash(boards: &[BoardSeen]) -> Hash {
    let mut hashed = Encoder::new(Vec::new());
    // Writing to memory does not fail.
    hashed.encode(boards).ok();
    Hash::of(&[hashed.writer()])
}

fn encode_imprints<C, W: encode::Write>(
    imprints: &[Imprint],
    encoder: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    let bytes: Vec<u8> = imprints.iter().flat_map(|imprint| imprint.0).collect();
    encoder.bytes(&bytes)?.ok()
}

fn decode_imprints<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Imprint>, decode::Error> {
    let (imprints, rest) = decoder.bytes()?.as_chunks::<IMPRINT_BYTES>();
    if !rest.is_empty() || imprints.len() > IMPRINTS_MAX {
        return Err(decode::Error::message("so many bytes are no imprints"));
    }
    Ok(imprints.iter().copied().map(Imprint).collect())
}

fn decode_elsewhere<C>(
    decoder: &mut Decoder<'_>,
    context: &mut C,
) -> Result<Vec<u32>, decode::Error> {
    bounded(decoder, context, IMPRINTS_MAX)
}
