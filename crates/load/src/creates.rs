//! Creates over REST: so many connections, each of which asks for the next card when it has heard of the last.

use crate::{
    report::Report,
    server::{Board, Server},
    wire::{Asked, Wire},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Cards of one bulk.
const BULK: u32 = 1_000;
/// Whoever is told to wait does so, a little.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// And gives up at last.
const REPEATED_FOR: Duration = Duration::from_secs(20);

/// What a connection heard.
#[derive(Default)]
struct Heard {
    cards: Vec<String>,
    times: Vec<Duration>,
    /// What was asked for again, by the status that it was answered with.
    refused: BTreeMap<u16, u32>,
}

/// One round on a new board of `cards` cards.
pub async fn measure(
    server: &Server,
    connections: u32,
    cards: u32,
    time: Duration,
    report: &mut Report,
) -> Result<()> {
    let board = server.make_board().await?;
    let mut there = fill(server, &board, cards).await?;
    let wires = (0..connections).map(|number| Wire::open(server.address, number));
    let wires = futures_util::future::try_join_all(wires).await?;
    let mut writers = JoinSet::new();
    let began = Instant::now();
    for wire in wires {
        writers.spawn(write(wire, board.clone(), server.token.clone(), began + time));
    }
    let mut all = Heard::default();
    while let Some(heard) = writers.join_next().await {
        let heard = heard??;
        all.cards.extend(heard.cards);
        all.times.extend(heard.times);
        for (status, count) in heard.refused {
            *all.refused.entry(status).or_default() += count;
        }
    }
    let took = began.elapsed().as_secs_f64();
    let made = u32::try_from(all.cards.len())?;
    there.extend(all.cards);
    let listed = list(server.address, &server.token, &board).await?;
    ensure!(listed == there, "what was acknowledged is not what is listed");
    let place = if cards == 0 { String::new() } else { format!(" to {cards}") };
    let what = format!("REST: creates{place}, {connections} connections");
    let note = match all.refused.is_empty() {
        true => format!("{made} in {took:.1} s"),
        false => format!("{made} in {took:.1} s; asked again: {:?}", all.refused),
    };
    report.rate(&what, f64::from(made) / took, &note);
    report.times("  asked to answered", all.times, "");
    Ok(())
}

async fn write(mut wire: Wire, board: Board, token: String, until: Instant) -> Result<Heard> {
    let path = format!("/api/v1/boards/{}/cards", board.id);
    let mut heard = Heard::default();
    let mut number = 0_u32;
    while Instant::now() < until {
        number += 1;
        let key = Uuid::new_v4().to_string();
        let body = format!(r#"{{"column":"{}","title":"card {number} of many"}}"#, board.column);
        let asked = Asked::keyed("POST", &path, &token, &key, &body);
        let began = Instant::now();
        // What is unknown is known once it is asked for again.
        let answer = loop {
            let answer = wire.ask(&asked).await?;
            if !matches!(answer.status, 503 | 504) || began.elapsed() > REPEATED_FOR {
                break answer;
            }
            *heard.refused.entry(answer.status).or_default() += 1;
            tokio::time::sleep(AGAIN_AFTER).await;
        };
        heard.times.push(began.elapsed());
        let card = answer.json(201)?;
        heard.cards.push(card["id"].as_str().context("a card without an id")?.to_owned());
    }
    Ok(heard)
}

/// Fills a board, many cards at once; their ids.
pub async fn fill(server: &Server, board: &Board, cards: u32) -> Result<BTreeSet<String>> {
    let mut wire = Wire::open(server.address, 0).await?;
    let path = format!("/api/v1/boards/{}/bulk", board.id);
    let mut ids = BTreeSet::new();
    let mut left = cards;
    while left > 0 {
        let some = left.min(BULK);
        left -= some;
        let one = |number: u32| {
            let description = "What there is to say of it. ".repeat((number % 3) as usize);
            json!({ "op": "createCard", "column": board.column, "title": format!("card {number}"),
                    "description": description })
        };
        let operations: Vec<Value> = (0..some).map(one).collect();
        let body = json!({ "operations": operations });
        let key = Uuid::new_v4().to_string();
        let asked = Asked::keyed("POST", &path, &server.token, &key, &body.to_string());
        let (began, mut answer) = (Instant::now(), wire.ask(&asked).await?);
        while matches!(answer.status, 503 | 504) && began.elapsed() < REPEATED_FOR {
            tokio::time::sleep(AGAIN_AFTER).await;
            answer = wire.ask(&asked).await?;
        }
        let made = answer.json(200)?;
        let results = made["results"].as_array().context("a bulk without results")?;
        ids.extend(results.iter().filter_map(|it| it["id"].as_str().map(str::to_owned)));
    }
    ensure!(ids.len() == usize::try_from(cards)?, "a bulk made not all");
    Ok(ids)
}

/// The ids of the cards that a new connection is shown.
pub async fn list(address: SocketAddr, token: &str, board: &Board) -> Result<BTreeSet<String>> {
    let path = format!("/api/v1/boards/{}/cards", board.id);
    let cards = Wire::open(address, 0).await?.ask(&Asked::get(&path, token)).await?.json(200)?;
    let cards = cards.as_array().context("no list of cards")?;
    let id = |card: &Value| card["id"].as_str().map(str::to_owned);
    cards.iter().map(|card| id(card).context("a card without an id")).collect()
}
