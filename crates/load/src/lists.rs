//! The list of a large board: read once on each of many new connections, each after a write.

use crate::{
    creates,
    report::Report,
    server::Server,
    wire::{Asked, Wire},
};
use anyhow::{Context, Result, ensure};
use std::time::Instant;

const CARDS: u32 = 10_000;
const TIMES: u32 = 60;

pub async fn measure(server: &Server, report: &mut Report) -> Result<()> {
    let board = server.make_board().await?;
    let there = creates::fill(server, &board, CARDS).await?;
    let card = there.first().context("no cards")?;
    let mut writer = Wire::open(server.address, 0).await?;
    let cards = format!("/api/v1/boards/{}/cards", board.id);
    let (mut times, mut bytes) = (Vec::new(), 0);
    for number in 0..TIMES {
        let title = format!("renamed {number} times");
        let (path, body) = (format!("{cards}/{card}"), format!(r#"{{"title":"{title}"}}"#));
        let key = format!("{card}-{number}");
        let rename = Asked::keyed("PATCH", &path, &server.token, &key, &body);
        writer.ask(&rename).await?.json(200)?;
        let began = Instant::now();
        let mut wire = Wire::open(server.address, 0).await?;
        let answer = wire.ask(&Asked::get(&cards, &server.token)).await?;
        times.push(began.elapsed());
        bytes = answer.body.len();
        let text = std::str::from_utf8(&answer.body)?;
        ensure!(answer.status == 200 && text.contains(&title), "the last write is not listed");
    }
    let listed = creates::list(server.address, &server.token, &board).await?;
    ensure!(listed == there, "what was acknowledged is not what is listed");
    let note = format!(
        "{:.1} MB, a new connection each, after a write",
        f64::from(u32::try_from(bytes)?) / 1e6
    );
    report.times(&format!("REST: list of {CARDS} cards"), times, &note);
    Ok(())
}
