//! A real replica, from outside: the command `holdfast` on a folder of its own, signed in at the server. What it shows
//! is one more read path, and what it saved without a server must be on all of them in the end.

use crate::{
    act::{Act, Card, Id, Standing},
    reading::{Board, Reading, Shows},
    run::Question,
    server::{ACCOUNT, PASSWORD},
    wall::{self, Wall},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    time::timeout,
};

/// Fetching a large board takes a while.
const COMMAND_WITHIN: Duration = Duration::from_secs(600);

pub struct Replica {
    program: PathBuf,
    folder: PathBuf,
    url: String,
    /// The machine's own where there is none.
    pub wall: Option<Wall>,
}

/// How a replica stands with the server, over all of its boards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stand {
    pub waiting: u64,
    pub behind: u64,
}

impl Replica {
    /// On a new folder.
    pub async fn sign_in(
        program: &std::path::Path,
        folder: PathBuf,
        server: SocketAddr,
        wall: Option<Wall>,
    ) -> Result<Replica> {
        let (program, url) = (program.to_owned(), format!("http://{server}"));
        let replica = Replica { program, folder, url, wall };
        replica.sign_in_again().await?;
        Ok(replica)
    }

    pub async fn sign_in_again(&self) -> Result<()> {
        let login = ["login", &self.url, "--user", ACCOUNT, "--password-stdin"];
        self.done(&login, PASSWORD).await.map(drop)
    }

    pub async fn fetch(&self, board: &Id) -> Result<()> {
        self.done(&["clone", &self.url, board], "").await.map(drop)
    }

    /// Saved on this replica; the server need not be there.
    async fn add(&self, board: &Id, column: &Id, title: &str) -> Result<Id> {
        let made = self.done(&["card", "add", board, "--column", column, title], "").await?;
        Ok(made["id"].as_str().context("no id was printed")?.to_owned())
    }

    /// The same of any act, on a card that stands so; the id of what was made or written to.
    pub async fn save(&self, board: &Id, act: &Act, from: Standing) -> Result<Id> {
        let edit = match act {
            Act::Create { column, title } => return self.add(board, column, title).await,
            Act::Move { card, column, first } => {
                let place = if *first { "--first" } else { "--last" };
                self.done(&["card", "move", card, "--column", column, place], "").await?;
                return Ok(card.clone());
            }
            Act::Rename { card, title } => {
                json!({ "verb": "renameCard", "card": card, "title": title })
            }
            Act::Archive { card } => json!({ "verb": "archiveCards", "cards": [card] }),
            Act::Restore { card } if from == Standing::Deleted => {
                json!({ "verb": "undeleteCards", "cards": [card] })
            }
            Act::Restore { card } => json!({ "verb": "restoreCards", "cards": [card] }),
            Act::Delete { card } => json!({ "verb": "deleteCards", "cards": [card] }),
            Act::Comment { card, text } => {
                json!({ "verb": "addComment", "card": card, "text": text })
            }
            Act::Claim { .. } => bail!("a replica claims nothing"),
        };
        let asked = json!({ "ask": "edit", "board": board, "edit": edit }).to_string() + "\n";
        let answer = self.done(&["call"], &asked).await?;
        let edited = &answer["ok"]["edited"];
        ensure!(edited["board"] == **board, "{edit} was answered {answer}");
        ensure!(edited["unchanged"] == false, "{edit} changed nothing");
        let made = edited["created"][0].as_str();
        let made = made.or(act.card().map(String::as_str)).context("nothing was made")?;
        Ok(made.to_owned())
    }

    /// Brings it and the server together.
    pub async fn sync(&self) -> Result<Stand> {
        let boards = self.done(&["sync"], "").await?;
        let boards = boards.as_array().context("it printed no list of boards")?;
        let mut stand = Stand::default();
        for board in boards {
            let number = |name: &str| board[name].as_u64().with_context(|| format!("no {name:?}"));
            stand.waiting += number("waiting")?;
            stand.behind += number("head")?.saturating_sub(number("cursor")?);
        }
        Ok(stand)
    }

    /// Begins to do so, and is killed in the middle of it. Whether it was still at it.
    pub async fn sync_and_be_killed(&self, after: Duration) -> Result<bool> {
        let mut child = self.spawn(&["sync"])?;
        drop(child.stdin.take());
        let pid = child.id();
        let was_at_it = match timeout(after, child.wait()).await {
            Ok(ended) => ended.map(|_| false)?,
            Err(_) => child.kill().await.map(|()| true)?,
        };
        pid.inspect(|pid| wall::forget(*pid));
        Ok(was_at_it)
    }

    /// Stays connected by its WebSocket, and brings what other processes save on the folder as soon as they do.
    pub fn stay(&self) -> Result<Staying> {
        let mut command = self.command(&["sync", "--watch"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.kill_on_drop(true).spawn();
        Ok(Staying(child.with_context(|| self.program.display().to_string())?))
    }

    /// What `holdfast check` finds.
    async fn check(&self) -> Result<Vec<String>> {
        // It does not succeed where it finds something.
        let (found, _) = self.ended(&["check"], "").await?;
        let found: Value = serde_json::from_slice(&found.stdout).with_context(|| {
            format!("{}: {}", found.status, String::from_utf8_lossy(&found.stderr).trim())
        })?;
        let problems = found["problems"].as_array().context("check printed no problems")?;
        Ok(problems.iter().map(Value::to_string).collect())
    }

    pub async fn question(&self, name: &str) -> Question {
        let fault = match self.check().await {
            Ok(problems) if problems.is_empty() => None,
            Ok(problems) => Some(problems.join("; ")),
            Err(error) => Some(format!("{error:#}")),
        };
        Question { asked: format!("holdfast check of {name}"), fault }
    }

    /// The board as this replica shows it, and its digest.
    pub async fn show(&self, board: &Board, path: &str) -> (Reading, Option<String>) {
        let mut reading = Reading::new(path, Shows::Cards);
        let shown = self.done(&["board", "show", &board.id], "").await;
        match shown.and_then(|shown| Ok((cards(&shown)?, shown))) {
            Ok((cards, shown)) => {
                reading.cards = cards;
                (reading, shown["digest"].as_str().map(str::to_owned))
            }
            Err(error) => {
                reading.failed = Some(format!("{error:#}"));
                (reading, None)
            }
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // What the machine happens to have set is no part of a run.
        command.env_clear().args(["--json", "--data-dir"]).arg(&self.folder).args(arguments);
        if let Some(wall) = &self.wall {
            wall.give_to(&mut command);
        }
        command
    }

    fn spawn(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true).spawn().with_context(|| self.program.display().to_string())
    }

    /// What it prints, where it succeeds.
    async fn done(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let (output, said) = self.ended(arguments, input).await?;
        ensure!(output.status.success(), "holdfast {} said: {said}", arguments.join(" "));
        if output.stdout.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&output.stdout).context("it printed no JSON")
    }

    /// Also what it says where it does not.
    async fn ended(&self, arguments: &[&str], input: &str) -> Result<(Output, String)> {
        let mut child = self.spawn(arguments)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input may be gone already.
            stdin.write_all(input.as_bytes()).await.ok();
        }
        let pid = child.id();
        let ended = timeout(COMMAND_WITHIN, child.wait_with_output()).await;
        pid.inspect(|pid| wall::forget(*pid));
        let output = ended.context("it did not end in time")??;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok((output, said))
    }
}

/// A replica's process that stays connected; killed when dropped.
pub struct Staying(Child);

impl Staying {
    /// SIGKILL. Whether it ran until then.
    pub async fn kill(mut self) -> Result<bool> {
        let ran = self.0.try_wait()?.is_none();
        let pid = self.0.id();
        self.0.kill().await?;
        pid.inspect(|pid| wall::forget(*pid));
        Ok(ran)
    }
}

/// Live cards. Those of a column come in their order, which stands for their keys.
fn cards(shown: &Value) -> Result<Vec<Card>> {
    let text = |value: &Value, name: &str| {
        value[name].as_str().map(str::to_owned).with_context(|| format!("no text {name:?}"))
    };
    let mut cards = Vec::new();
    for column in shown["columns"].as_array().context("a board without columns")? {
        let listed = column["cards"].as_array().context("a column without cards")?;
        for (number, card) in listed.iter().enumerate() {
            let archived = card["archived"].as_bool().context("no \"archived\"")?;
            if !archived {
                cards.push(Card {
                    id: text(card, "id")?,
                    title: text(card, "title")?,
                    column: text(column, "id")?,
                    key: format!("{number:08x}"),
                    standing: Standing::Live,
                });
            }
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_cards_are_read_with_their_order_in_their_column() {
        let card = |id: &str, archived: bool| serde_json::json!({ "id": id, "title": format!("card {id}"), "archived": archived });
        let listed = [card("b", false), card("x", true), card("a", false)];
        let shown = serde_json::json!({ "columns": [{ "id": "todo", "cards": listed }] });
        let read = cards(&shown).unwrap();
        let told: Vec<(&str, &str)> =
            read.iter().map(|card| (card.id.as_str(), card.key.as_str())).collect();
        assert_eq!(told, [("b", "00000000"), ("a", "00000002")]);
        assert!(cards(&serde_json::json!({ "error": "no such board" })).is_err());
    }
}
