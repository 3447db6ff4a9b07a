//! Broken builds, for showing that the checkers catch them: one rule is left out at a time, by its name. Without the
//! feature `mutants`, which nothing that is released has, no rule is ever left out.

/// The rules that can be left out.
pub const ALL: [&str; 9] = [
    "an answer settles at once",
    "own changes are not offered again",
    "a repeated change is numbered again",
    "an act is accepted twice",
    "weak writes are as strong as others",
    "positions are numbers alone",
    "a fork keeps its replica id",
    "a snapshot takes the outbox with it",
    "a refused change is dropped",
];

#[cfg(feature = "mutants")]
mod chosen {
    use std::cell::Cell;

    thread_local! {
        static LEFT_OUT: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Leaves a rule out on this thread from now on; none with `None`.
    pub fn leave_out(rule: Option<&'static str>) {
        LEFT_OUT.set(rule);
    }

    pub fn is_left_out(rule: &str) -> bool {
        debug_assert!(super::ALL.contains(&rule));
        LEFT_OUT.get() == Some(rule)
    }
}

#[cfg(feature = "mutants")]
pub use chosen::{is_left_out, leave_out};

#[cfg(not(feature = "mutants"))]
pub const fn is_left_out(_rule: &str) -> bool {
    false
}
