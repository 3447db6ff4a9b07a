//! Broken builds, for showing that the checkers catch them: one rule is left out at a time, by its name. Without the
//! feature `mutants`, which nothing that is released has, no rule is ever left out, and nothing of this is there.

#[cfg(feature = "mutants")]
mod chosen;

#[cfg(feature = "mutants")]
pub use chosen::{BROKEN, Broken, Checker, caught_by, is_left_out, leave_out};

#[cfg(not(feature = "mutants"))]
pub const fn is_left_out(_rule: &str) -> bool {
    false
}
