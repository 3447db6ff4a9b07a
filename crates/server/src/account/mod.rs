//! What happens to accounts, invitations and members. Each is one job of the writer: what decides is read
//! in the transaction that it decides about.

pub mod callers;
pub mod invitations;
pub mod members;
pub mod names;
pub mod people;
pub mod roles;
