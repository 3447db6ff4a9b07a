//! Changes on the wire: those that have a number, and lists that say no more than they may.

use super::{LOCATOR_MAX, MESSAGE_CHANGES_MAX, PRESENT_MAX, Present};
use domain::change::*;
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::sync::Arc;

/// A numbered change as it travels: what was signed, and what numbering added.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedBytes(pub Numbered);

impl<C> Encode<C> for NumberedBytes {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let Numbered { body, seq, epoch, cstamp, weak_ranks, chain, .. } = &self.0;
        encoder
            .array(6)?
            .bytes(body)?
            .u64(*seq)?
            .encode_with(epoch, context)?
            .encode_with(cstamp, context)?
            .encode_with(weak_ranks, context)?
            .encode_with(chain, context)?
            .ok()
    }
}

impl<'b, C> Decode<'b, C> for NumberedBytes {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        let parts = decoder.array()?.unwrap_or(0);
        if parts < 6 {
            return Err(minicbor::decode::Error::message("a numbered change has six parts"));
        }
        let body: Arc<[u8]> = decoder.bytes()?.into();
        let change = read(&body)
            .map_err(|_| minicbor::decode::Error::message("a change that cannot be read"))?;
        let numbered = Numbered {
            change,
            hash: Hash::of(&[&body]),
            body,
            seq: decoder.u64()?,
            epoch: decoder.decode_with(context)?,
            cstamp: decoder.decode_with(context)?,
            weak_ranks: decode_weak_ranks(decoder, context)?,
            chain: decoder.decode_with(context)?,
        };
        for _ in 6..parts {
            decoder.skip()?;
        }
        Ok(NumberedBytes(numbered))
    }
}

pub(super) fn decode_locator<C>(
    decoder: &mut Decoder,
    context: &mut C,
) -> Result<Vec<Position>, minicbor::decode::Error> {
    bounded(decoder, context, LOCATOR_MAX)
}

pub(super) fn decode_changes<'b, C, T: Decode<'b, C>>(
    decoder: &mut Decoder<'b>,
    context: &mut C,
) -> Result<Vec<T>, minicbor::decode::Error> {
    bounded(decoder, context, MESSAGE_CHANGES_MAX)
}

pub(super) fn decode_present<C>(
    decoder: &mut Decoder,
    context: &mut C,
) -> Result<Vec<Present>, minicbor::decode::Error> {
    bounded(decoder, context, PRESENT_MAX)
}
