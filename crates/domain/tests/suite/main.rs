//! The laws of the board: the rules of `SPEC.md`, drawn as text, and its storms. Every test that checks a
//! rule carries the rule's number in its name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

mod broken_builds;
mod carrying;
mod crossing;
mod dates_and_details;
mod documents;
mod fold;
mod keys;
#[cfg(feature = "mutants")]
mod left_out;
mod life;
mod logs;
mod places;
mod readers;
mod refusals;
mod series;
mod spec;
mod stamps;
mod undoing;
mod versions;
