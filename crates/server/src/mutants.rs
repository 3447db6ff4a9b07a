//! Broken servers, for showing that the chaos harness catches them: one rule is left out, whose name stands in the
//! environment as `HOLDFAST_MUTANT`. All of this is there with the feature `mutants` alone, which nothing that is
//! released has; the store has one more of them.

use domain::id::EntityId;
use std::{sync::LazyLock, time::Duration};

static LEFT_OUT: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("HOLDFAST_MUTANT").ok());

/// How long a server that answers too early takes for the disk behind its answers.
pub const COMMIT: Duration = Duration::from_millis(50);
/// Of the changes, one of so many is told to nobody where that rule is left out.
const UNTOLD_EVERY: u64 = 7;
/// Where the server that this began with cut its lists.
const CUT_AT: usize = 50;

pub fn is_left_out(rule: &str) -> bool {
    LEFT_OUT.as_deref() == Some(rule)
}

/// Takes the order from a list, or its end.
pub fn spoil(list: &mut Vec<EntityId>) {
    if is_left_out("a list is in order") {
        list.sort_unstable_by_key(|id| id.0.as_u128().reverse_bits());
    }
    if is_left_out("a list is whole") {
        list.truncate(CUT_AT);
    }
}

/// Whether those who listen are not told of a change.
pub fn is_untold(number: u64) -> bool {
    number.is_multiple_of(UNTOLD_EVERY) && is_left_out("every change is told")
}

/// Where a page begins: one card too late, unless it is the first page.
pub fn begin_later(begins: usize, total: usize) -> usize {
    let skips = begins > 0 && is_left_out("no card falls between two pages");
    if skips { total.min(begins + 1) } else { begins }
}
