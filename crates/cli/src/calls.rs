//! Requests as lines of JSON: for scripts, agents, and the tests that kill the process.

use crate::errand::{Errand, Outcome};
use replica::{
    Desk,
    protocol::{Failure, FailureCode, Request},
};
use serde_json::json;
use std::io::Write;
use tokio::io::{AsyncBufReadExt, BufReader};

/// Answers each line with one of `{"ok":…}` and `{"failed":…}`, in order, until the input ends.
pub async fn answer_lines(desk: &Desk) -> Result<Outcome, Errand> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let broken = |error: std::io::Error| Errand::failed("io", &error.to_string());
    while let Some(line) = lines.next_line().await.map_err(broken)? {
        let answered = match serde_json::from_str::<Request>(&line) {
            Ok(request) => desk.call(request).await,
            Err(error) => Err(Failure::new(FailureCode::BadRequest, error.to_string())),
        };
        let answer = match answered {
            Ok(reply) => json!({ "ok": reply }),
            Err(failure) => json!({ "failed": failure }),
        };
        // What was answered is on disk: the answer itself must not wait in a buffer.
        let mut output = std::io::stdout().lock();
        writeln!(output, "{answer}").and_then(|()| output.flush()).map_err(broken)?;
    }
    Ok(Outcome::Done)
}
