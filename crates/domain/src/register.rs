//! Registers: one field of one thing each, written by last-writer-wins on a [`Rank`]. Kinds and fields are open sets:
//! those of a newer version are stored and relayed untouched.

use crate::{
    stamp::{ChangeId, Rank},
    value::Value,
};
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::{borrow::Cow, fmt};
use uuid::Uuid;

/// Names of kinds and fields are at most this long.
pub const NAME_BYTES_MAX: usize = 32;

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$note:meta])* $name:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Cow<'static, str>);

        impl $type {
            $($(#[$note])* pub const $name: $type = $type(Cow::Borrowed($text));)+

            pub fn name(&self) -> &str {
                &self.0
            }

            /// `None` for a name that is empty or longer than [`NAME_BYTES_MAX`].
            pub fn from_name(name: &str) -> Option<$type> {
                Some(match name {
                    $($text => $type::$name,)+
                    _ if name.is_empty() || name.len() > NAME_BYTES_MAX => return None,
                    _ => $type(Cow::Owned(name.to_owned())),
                })
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<C> Encode<C> for $type {
            fn encode<W: minicbor::encode::Write>(
                &self,
                encoder: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                encoder.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $type {
            fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                $type::from_name(decoder.str()?)
                    .ok_or_else(|| minicbor::decode::Error::message("a name has 1 to 32 bytes"))
            }
        }
    };
}

names! {
    /// What sort of thing an entity is.
    Kind {
        BOARD = "board",
        COLUMN = "column",
        CARD = "card",
        LABEL = "label",
        PERSON = "person",
        CHECKLIST = "checklist",
        ITEM = "item",
        COMMENT = "comment",
        ATTACHMENT = "attachment",
    }
}

names! {
    /// A field of an entity. `ARCHITECTURE.md` lists which kind has which.
    Field {
        /// Written once: when, and by which person.
        CREATED = "created",
        /// Where in the file it was imported from: written once.
        SOURCE = "source",
        TITLE = "title",
        COLOUR = "colour",
        /// Parent and key, in one: column of a card, card of a checklist, checklist of an item.
        PLACE = "place",
        /// The card of a comment or an attachment: written once.
        CARD = "card",
        /// A comment's author: written once.
        AUTHOR = "author",
        /// A description or a comment, in Markdown.
        TEXT = "text",
        URL = "url",
        /// Start and due.
        DATES = "dates",
        DONE = "done",
        PRIORITY = "priority",
        /// The priority of a card as a program worded it, where that says more than [`Field::PRIORITY`].
        PRIORITY_WORDS = "priorityWords",
        /// When a card is done: a text of its own.
        ACCEPTANCE = "acceptance",
        COVER = "cover",
        LIMIT = "limit",
        /// One for each label.
        LABEL = "label",
        /// One for each person that a card is assigned to.
        ASSIGNEE = "assignee",
        /// One for each person: the board's key in that person's sidebar.
        SIDEBAR = "sidebar",
        /// One for each person who folded the column.
        COLLAPSED = "collapsed",
        ARCHIVED = "archived",
        /// A tombstone: hides the entity, and keeps its other registers.
        DELETED = "deleted",
        /// Absorbs: an entity that was purged once has no other register, for ever.
        PURGED = "purged",
    }
}

/// Names a register within an entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub field: Field,
    /// For fields that have one register per element of a set.
    pub element: Option<Uuid>,
}

impl From<Field> for Slot {
    fn from(field: Field) -> Slot {
        Slot { field, element: None }
    }
}

impl Slot {
    pub fn of(field: Field, element: Uuid) -> Slot {
        Slot { field, element: Some(element) }
    }
}

/// A register and the write that won it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    pub slot: Slot,
    pub value: Value,
    pub rank: Rank,
}

impl Register {
    /// The change that won it.
    pub fn winner(&self) -> ChangeId {
        self.rank.change
    }
}

impl<C> Encode<C> for Register {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.array(4)?.encode_with(&self.slot.field, context)?;
        match &self.slot.element {
            None => encoder.null()?,
            Some(element) => encoder.bytes(element.as_bytes())?,
        };
        encoder.encode_with(&self.value, context)?.encode_with(self.rank, context)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Register {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        // A newer version may add parts behind these four.
        let parts = decoder.array()?.unwrap_or(0);
        if parts < 4 {
            return Err(minicbor::decode::Error::message("a register has four parts"));
        }
        let field = decoder.decode_with(context)?;
        let element = decode_element(decoder)?;
        let (value, rank) = (decoder.decode_with(context)?, decoder.decode_with(context)?);
        for _ in 4..parts {
            decoder.skip()?;
        }
        Ok(Register { slot: Slot { field, element }, value, rank })
    }
}

pub(crate) fn decode_element(
    decoder: &mut Decoder,
) -> Result<Option<Uuid>, minicbor::decode::Error> {
    if decoder.datatype()? == minicbor::data::Type::Null {
        decoder.null()?;
        return Ok(None);
    }
    Uuid::from_slice(decoder.bytes()?)
        .map(Some)
        .map_err(|_| minicbor::decode::Error::message("an element has sixteen bytes"))
}
