//! Requests as lines of JSON: for scripts, agents, and the tests that kill the process.

use crate::errand::{Errand, Outcome};
use replica::{
    Desk,
    protocol::{Failure, FailureCode, Reply, Request},
};
use serde::Serialize;
use std::io::Write;
use tokio::io::{AsyncBufReadExt, BufReader};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer<'a> {
    Ok(&'a Reply),
    Failed(&'a Failure),
}

/// Answers each line with one of `{"ok":…}` and `{"failed":…}`, in order, until the input ends.
pub async fn answer_lines(desk: &Desk) -> Result<Outcome, Errand> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let broken = |error: std::io::Error| Errand::failed("io", &error.to_string());
    while let Some(line) = lines.next_line().await.map_err(broken)? {
        let answered = match serde_json::from_str::<Request>(&line) {
            Ok(request) => desk.call(request).await,
            Err(error) => Err(Failure::new(FailureCode::BadRequest, error.to_string())),
        };
        let answer = serde_json::to_string(&match &answered {
            Ok(reply) => Answer::Ok(reply),
            Err(failure) => Answer::Failed(failure),
        });
        let answer = answer.map_err(|error| Errand::failed("io", &error.to_string()))?;
        // What was answered is on disk: the answer itself must not wait in a buffer.
        let mut output = std::io::stdout().lock();
        writeln!(output, "{answer}").and_then(|()| output.flush()).map_err(broken)?;
    }
    Ok(Outcome::Done)
}
