//! Questions that the founding server answered without a word: each must be refused by its name.

use crate::{
    act::Id,
    run::Question,
    tongue,
    wire::{Asked, Wire},
};
use anyhow::{Result, ensure};

pub async fn ask(wire: &mut Wire, board: &Id) -> Vec<Question> {
    let mut asked = Vec::new();
    for (query, field) in [("limt=100", "limt"), ("offset=50", "offset"), ("limit=0", "limit")] {
        let request = tongue::cards(board, query);
        let fault = refused(wire, &request, field).await.err().map(|error| format!("{error:#}"));
        asked.push(Question {
            asked: format!("GET …/cards?{query}, which is refused by its name"),
            fault,
        });
    }
    asked
}

async fn refused(wire: &mut Wire, asked: &Asked, field: &str) -> Result<()> {
    let answer = wire.ask(asked).await?;
    ensure!(answer.status == 400, "it was answered {}, not 400", answer.status);
    let kind = answer.header("content-type").unwrap_or("nothing");
    ensure!(kind == "application/problem+json", "the content is {kind}");
    let named = answer.json()?["field"].clone();
    ensure!(named == field, "it names {named}, not {field:?}");
    Ok(())
}
