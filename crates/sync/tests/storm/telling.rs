//! Messages, in short.

use sync::message::*;
use uuid::Uuid;

pub fn brief(message: &FromServer) -> String {
    match message {
        FromServer::Board(id, BoardNews::Changes(it)) => {
            format!(
                "{} changes {}..+{} head {}",
                short(id.0),
                it.from.seq,
                it.changes.len(),
                it.head
            )
        }
        FromServer::Board(id, BoardNews::Part(part)) => {
            format!("{} part {}", short(id.0), part.part)
        }
        FromServer::Board(id, news) => format!("{} {news:?}", short(id.0)),
        other => format!("{other:?}"),
    }
}

pub fn short(id: Uuid) -> String {
    id.to_string()[24..].to_owned()
}
