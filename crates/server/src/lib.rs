//! The board server: accounts, and boards that are shared between people.
//!
//! One task writes ([`writer`]), everything else reads by itself. Whoever asks gets an answer only after what
//! they asked for is on disk.

pub mod account;
pub mod api;
mod clock;
mod compat;
mod connections;
pub mod deadline;
pub mod http;
mod limits;
#[cfg(feature = "mutants")]
mod mutants;
mod passwords;
mod problem;
mod secret;
mod serve;
mod settings;
mod shared;
pub mod sync;
mod tls;
mod webhooks;
pub mod writer;

pub use clock::now_ms;
pub use connections::{CONNECTIONS_MAX, CONNECTIONS_OF_ONE_MAX};
pub use limits::Limits;
pub use passwords::Passwords;
pub use problem::ServerError;
pub use secret::{Secret, SecretKind};
pub use serve::{Announcement, ServeError, serve};
pub use settings::{Door, Settings, TlsFiles};
pub use shared::Shared;
pub use tls::connector_to;
pub use webhooks::Webhooks;
