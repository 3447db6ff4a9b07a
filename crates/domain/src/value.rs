//! What a register holds: one CBOR item, kept as the bytes that came. A reader takes out of it what it
//! understands; what a newer version wrote stays as it is.

use crate::{edit::Dates, id::EntityId, key::OrderKey, text::*};
use minicbor::{Decoder, Encoder, data::Type};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(Box<[u8]>);

/// Where a thing stands: in its parent, by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub parent: EntityId,
    pub key: OrderKey,
}

type Encoding<'a> = &'a mut Encoder<Vec<u8>>;
type Encoded = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

impl Value {
    /// Takes bytes from outside; `None` unless they are exactly one well-formed CBOR item.
    pub fn from_bytes(bytes: &[u8]) -> Option<Value> {
        let mut decoder = Decoder::new(bytes);
        decoder.skip().ok()?;
        (decoder.position() == bytes.len()).then(|| Value(bytes.into()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn encode(write: impl FnOnce(Encoding) -> Encoded) -> Value {
        let mut encoder = Encoder::new(Vec::new());
        // Writing into memory has no way to fail.
        if let Err(error) = write(&mut encoder) {
            unreachable!("encoding into memory: {error}");
        }
        Value(encoder.into_writer().into_boxed_slice())
    }

    pub fn null() -> Value {
        Value::encode(|e| e.null()?.ok())
    }

    pub fn text(text: &str) -> Value {
        Value::encode(|e| e.str(text)?.ok())
    }

    pub fn flag(flag: bool) -> Value {
        Value::encode(|e| e.bool(flag)?.ok())
    }

    pub fn number(number: u32) -> Value {
        Value::encode(|e| e.u32(number)?.ok())
    }

    pub fn id(id: EntityId) -> Value {
        Value::encode(|e| e.encode(id)?.ok())
    }

    pub fn key(key: &OrderKey) -> Value {
        Value::encode(|e| e.bytes(key.bytes())?.ok())
    }

    pub fn spot(parent: EntityId, key: &OrderKey) -> Value {
        Value::encode(|e| e.array(2)?.encode(parent)?.bytes(key.bytes())?.ok())
    }

    /// When and by whom; either may be unknown.
    pub fn created(ms: Option<i64>, by: Option<EntityId>) -> Value {
        Value::encode(|e| e.array(2)?.encode(ms)?.encode(by)?.ok())
    }

    pub fn colour(colour: Option<&Colour>) -> Value {
        colour.map_or_else(Value::null, |colour| Value::text(&colour.0))
    }

    pub fn priority(priority: Option<Priority>) -> Value {
        match priority {
            None => Value::null(),
            Some(Priority::Low) => Value::number(1),
            Some(Priority::Medium) => Value::number(2),
            Some(Priority::High) => Value::number(3),
            Some(Priority::Urgent) => Value::number(4),
        }
    }

    pub fn dates(dates: &Dates) -> Value {
        fn when(e: Encoding, when: Option<&When>) -> Encoded {
            match when {
                None => e.null()?.ok(),
                Some(When::Day { day }) => e.str(day)?.ok(),
                Some(When::Instant { ms, zone }) => e.array(2)?.i64(*ms)?.str(zone)?.ok(),
            }
        }
        Value::encode(|e| {
            e.array(2)?;
            when(e, dates.start.as_ref())?;
            when(e, dates.due.as_ref())
        })
    }

    fn decoder(&self) -> Decoder<'_> {
        Decoder::new(&self.0)
    }

    /// The text; `None` where it is none.
    pub fn as_text(&self) -> Option<&str> {
        self.decoder().str().ok()
    }

    pub fn as_flag(&self) -> Option<bool> {
        self.decoder().bool().ok()
    }

    pub fn as_number(&self) -> Option<u32> {
        self.decoder().u32().ok()
    }

    pub fn as_id(&self) -> Option<EntityId> {
        self.decoder().decode().ok()
    }

    /// `None` too for a key whose form or length is not ours.
    pub fn as_key(&self) -> Option<OrderKey> {
        OrderKey::from_bytes(self.decoder().bytes().ok()?)
    }

    /// `None` too for a key whose form or length is not ours.
    pub fn as_spot(&self) -> Option<Spot> {
        let mut decoder = self.decoder();
        decoder.array().ok().filter(|length| *length == Some(2))?;
        let parent = decoder.decode().ok()?;
        let key = OrderKey::from_bytes(decoder.bytes().ok()?)?;
        Some(Spot { parent, key })
    }

    pub fn as_created(&self) -> Option<(Option<i64>, Option<EntityId>)> {
        let mut decoder = self.decoder();
        decoder.array().ok().filter(|length| *length == Some(2))?;
        Some((decoder.decode().ok()?, decoder.decode().ok()?))
    }

    pub fn as_colour(&self) -> Option<Colour> {
        self.as_text().map(|name| Colour(name.to_owned()))
    }

    pub fn as_priority(&self) -> Option<Priority> {
        match self.as_number()? {
            1 => Some(Priority::Low),
            2 => Some(Priority::Medium),
            3 => Some(Priority::High),
            4 => Some(Priority::Urgent),
            _ => None,
        }
    }

    pub fn as_dates(&self) -> Option<Dates> {
        fn when(decoder: &mut Decoder) -> Option<Option<When>> {
            match decoder.datatype().ok()? {
                Type::Null => decoder.null().ok().map(|()| None),
                Type::String => Some(Some(When::Day { day: decoder.str().ok()?.to_owned() })),
                _ => {
                    decoder.array().ok().filter(|length| *length == Some(2))?;
                    let ms = decoder.i64().ok()?;
                    Some(Some(When::Instant { ms, zone: decoder.str().ok()?.to_owned() }))
                }
            }
        }
        let mut decoder = self.decoder();
        decoder.array().ok().filter(|length| *length == Some(2))?;
        Some(Dates { start: when(&mut decoder)?, due: when(&mut decoder)? })
    }
}

impl<C> minicbor::Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Value {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Value::from_bytes(decoder.bytes()?)
            .ok_or_else(|| minicbor::decode::Error::message("a value is one CBOR item"))
    }
}
