//! Every broken build that there is, which closing rule it leaves out, and what catches it.

use Checker::{Laws, Storm, Sync};
use std::cell::Cell;

/// What goes red where a rule is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checker {
    /// The storm of `crates/sync`.
    Storm,
    /// A test by hand of `crates/sync`.
    Sync,
    /// A test by hand of this crate.
    Laws,
}

#[derive(Clone, Copy, Debug)]
pub struct Broken {
    /// The closing rule of the design that is left out.
    pub rule: u8,
    /// What the build does instead.
    pub does: &'static str,
    pub caught_by: &'static [Checker],
}

const fn broken(rule: u8, does: &'static str, caught_by: &'static [Checker]) -> Broken {
    Broken { rule, does, caught_by }
}

pub const BROKEN: &[Broken] = &[
    broken(1, "a full counter begins again", &[Storm, Sync]),
    broken(1, "a wrong clock is remembered", &[Sync]),
    broken(1, "boards share a clock", &[Storm]),
    broken(2, "a clock far ahead is believed", &[Storm, Sync]),
    broken(2, "an act is not lifted above its device's last", &[Sync]),
    broken(2, "an act is not lifted above what its author saw", &[Sync]),
    broken(2, "a lift goes above all that there is", &[Sync]),
    broken(2, "the server's clock counts alone", &[Sync]),
    broken(3, "of two that tie the first stays", &[Laws]),
    broken(4, "weak writes are as strong as others", &[Storm, Sync]),
    broken(4, "a weak write replaces whatever stands", &[Storm, Sync]),
    broken(5, "what was seen is what stands at the end", &[Laws]),
    broken(6, "own changes are not offered again", &[Storm, Sync]),
    broken(6, "positions are numbers alone", &[Storm, Sync]),
    broken(6, "a stand is a number alone", &[Sync]),
    broken(6, "a base is a number alone", &[Sync]),
    broken(6, "a former stamp is forgotten", &[Sync]),
    broken(6, "a snapshot takes the outbox with it", &[Storm, Sync]),
    broken(7, "an answer settles at once", &[Storm, Sync]),
    broken(7, "marks outlive the connection", &[Storm, Sync]),
    broken(7, "a refused change is dropped", &[Storm, Sync]),
    broken(9, "a repeated change is numbered again", &[Storm, Sync]),
    broken(9, "an act is accepted twice", &[Storm, Sync]),
    broken(9, "a change follows any other", &[Sync]),
    broken(9, "what is behind a fork is looked at", &[Sync]),
    broken(9, "a fork keeps its replica id", &[Storm, Sync]),
    broken(9, "an expected number that is gone is waited for", &[Storm, Sync]),
    broken(9, "another may sign with our id", &[Sync]),
    broken(11, "what waits shows with its own stamp", &[Sync]),
    broken(12, "a card of an unknown column is nowhere", &[Laws]),
    broken(12, "a card of a deleted column is nowhere", &[Storm, Laws]),
    broken(12, "a card put into an archived column rests there", &[Laws]),
    broken(13, "a share keeps stamps that are ahead", &[Storm, Sync]),
    broken(14, "undo writes over what came since", &[Laws]),
    broken(15, "what was purged is written again", &[Laws]),
    broken(15, "a digest is over what is understood", &[Laws]),
    broken(15, "a mismatch is healed for ever", &[Sync]),
];

/// What this checker has to catch.
pub fn caught_by(checker: Checker) -> impl Iterator<Item = &'static str> {
    BROKEN.iter().filter(move |it| it.caught_by.contains(&checker)).map(|it| it.does)
}

thread_local! {
    static LEFT_OUT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Leaves a rule out on this thread from now on; none with `None`.
pub fn leave_out(rule: Option<&'static str>) {
    LEFT_OUT.set(rule);
}

pub fn is_left_out(rule: &str) -> bool {
    debug_assert!(BROKEN.iter().any(|it| it.does == rule), "{rule}");
    LEFT_OUT.get() == Some(rule)
}
