//! Two texts that were written apart, made one: line by line, where both go back to the same text and none of
//! the two changed what the other did.

use crate::{
    change::{Hash, Write},
    id::*,
    register::{Field, Kind},
    stamp::ChangeId,
    text::TEXT_BYTES_MAX,
    value::Value,
    versions::{Family, Origin},
};
use uuid::Builder;

/// The verb of a change that merges.
pub const MERGE: &str = "merge";
/// Texts that differ within more lines than this are not compared: it would take too long.
pub const LINES_MAX: usize = 4_000;

/// A merge that nobody has to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The same wherever these two are merged, so that it is done once.
    pub act: ActId,
    /// A weak write: it stands where `standing` stood, and below whatever else is written over that.
    pub write: Write,
}

/// Merges what stands in a card's description with a version that stands apart from it. `None` where that
/// cannot be done without asking; then both are to be offered. `text` gives the text of a version.
pub fn merge(
    card: CardId,
    family: &Family,
    standing: ChangeId,
    other: ChangeId,
    text: impl Fn(ChangeId) -> Option<String>,
) -> Option<Merge> {
    let origin = family.origin(standing, other)?;
    let (base, former) = match origin {
        Origin::Version(id) => (Some(id), text(id)?),
        Origin::Nothing => (None, String::new()),
        Origin::Unknown => return None,
    };
    let merged = merge_texts(&former, &text(standing)?, &text(other)?)?;
    let write = Write {
        kind: Kind::CARD,
        entity: card.into(),
        slot: Field::TEXT.into(),
        value: Value::text(&merged),
        replaces: Some(standing),
        seen: Some(vec![standing, other]),
    };
    Some(Merge { act: act(card, base, standing, other), write })
}

/// The name of a merge: a function of what is merged, whoever does it.
fn act(card: CardId, base: Option<ChangeId>, one: ChangeId, other: ChangeId) -> ActId {
    let named = minicbor::to_vec((base, one.min(other), one.max(other))).unwrap_or_default();
    let Hash(bytes) = Hash::of(&[MERGE.as_bytes(), card.bytes(), &named]);
    ActId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// Three texts made one; `None` where both changed the same lines, or it would be too much.
pub fn merge_texts(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let texts = [base, ours, theirs].map(|text| text.split('\n').collect::<Vec<&str>>());
    // What all three have at their ends needs no comparing.
    let [base, ours, theirs] = texts.each_ref().map(Vec::as_slice);
    let head = common([base.iter(), ours.iter(), theirs.iter()]);
    let rests = [base, ours, theirs].map(|lines| &lines[head..]);
    let tail = common(rests.map(|lines| lines.iter().rev()));
    let middles = rests.map(|lines| &lines[..lines.len() - tail]);
    if middles.iter().any(|lines| lines.len() > LINES_MAX) {
        return None;
    }
    let [former, our, their] = middles.map(ended);
    let merged = diffy::merge(&former, &our, &their).ok()?;
    let mut whole = ended(&base[..head]) + &merged + &ended(&base[base.len() - tail..]);
    whole.pop();
    (whole.len() <= TEXT_BYTES_MAX).then_some(whole)
}

/// How many lines all three begin with.
fn common<'a>(mut texts: [impl Iterator<Item = &'a &'a str>; 3]) -> usize {
    let mut count = 0;
    loop {
        let [one, two, three] = texts.each_mut().map(Iterator::next);
        if one.is_none() || one != two || two != three {
            return count;
        }
        count += 1;
    }
}

/// Each line with its end, the last one too, so that a line behind it does not change it.
fn ended(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}
