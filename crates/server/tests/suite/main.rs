//! The server as a process: real sockets on loopback, a real database, real signals.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod commands;
mod in_process;
mod invitations;
mod keeping;
mod lifecycle;
mod pages;
mod people;
mod roles;
mod running;
mod tls;
mod writer;
