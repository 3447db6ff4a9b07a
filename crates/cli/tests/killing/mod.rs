//! The killer: it feeds the program acts, keeps a journal of what was answered, kills, and then
//! verifies that all answered acts are there and each other one wholly or not at all.
#![allow(dead_code, reason = "each test file uses some of it")]

pub mod journal;
pub mod observed;
pub mod rounds;
pub mod victim;
