//! An agent: makes one write after the other over its own connection, and goes on asking until it knows what came
//! of each.

use crate::{
    act::{Id, Intent, Road},
    clock::Clock,
    journal::{Answered, Journal, Line, Sent, Unknown},
    tickets, tongue,
    wire::{Answer, Wire},
};
use anyhow::Result;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::watch;

/// Between two tries of the same write.
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Why the outcome of a write is unknown that was sent and not waited for.
pub const LEFT: &str = "left before the answer";

/// What is shared by all agents of a run.
#[derive(Clone)]
pub struct Common {
    pub clock: Clock,
    pub journal: Journal,
    pub acknowledged: Acknowledged,
}

/// The cards that were acknowledged, in the order in which that was heard.
#[derive(Clone)]
pub struct Acknowledged(watch::Sender<Vec<Id>>);

impl Default for Acknowledged {
    fn default() -> Acknowledged {
        Acknowledged(watch::Sender::new(Vec::new()))
    }
}

impl Acknowledged {
    pub fn add(&self, card: &Id) {
        self.0.send_modify(|cards| cards.push(card.clone()));
    }

    pub fn so_far(&self) -> Vec<Id> {
        self.0.borrow().clone()
    }

    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Comes back once there are so many.
    pub async fn reaches(&self, count: usize) {
        // The sender is here: it does not end meanwhile.
        self.0.subscribe().wait_for(|cards| cards.len() >= count).await.ok();
    }
}

pub struct Agent {
    pub number: u32,
    pub wire: Wire,
    pub common: Common,
    /// Until when unknown writes are repeated: it turns true when the server is gone.
    pub given_up: watch::Receiver<bool>,
}

/// What an agent knows of a write in the end.
#[derive(Clone, Debug)]
pub enum Known {
    Acknowledged(Answered),
    Refused,
    Unknown,
}

impl Known {
    /// The card that was made, if one was.
    pub fn card(&self) -> Option<Id> {
        match self {
            Known::Acknowledged(answered) => answered.card.clone(),
            Known::Refused | Known::Unknown => None,
        }
    }
}

impl Agent {
    /// Sends a write when it is due, and again until its outcome is known, or it was given up. The journal has it
    /// before it is due, so that the harness's own fsync is in no latency.
    pub async fn carry_out(&mut self, intent: &Intent) -> Result<Known> {
        loop {
            self.say_sent(intent).await?;
            self.common.clock.wait_until(intent.due_us).await;
            let answer = self.wire.ask(&tongue::write(intent)).await;
            let why = match answer {
                Ok(answer) if is_known(answer.status) => match self.made(intent, &answer).await {
                    Ok(card) => return self.heard(intent, &answer, card).await,
                    Err(error) => (format!("answered, and then: {error:#}"), None),
                },
                Ok(answer) => (format!("answered {}", answer.status), Some(answer.status)),
                Err(error) => (format!("{error:#}"), None),
            };
            self.say_unknown(intent, why).await?;
            if *self.given_up.borrow() {
                return Ok(Known::Unknown);
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// Sends all of a write and leaves before the answer: its outcome is unknown.
    pub async fn send_and_leave(&mut self, intent: &Intent, after: Duration) -> Result<()> {
        self.say_sent(intent).await?;
        self.common.clock.wait_until(intent.due_us).await;
        let left = self.wire.ask_and_leave(&tongue::write(intent), after).await;
        let why = left.err().map_or(LEFT.to_owned(), |it| format!("{it:#}"));
        self.say_unknown(intent, (why, None)).await
    }

    /// The id of what an answer tells of.
    async fn made(&mut self, intent: &Intent, answer: &Answer) -> Result<Option<Id>> {
        let body = if answer.bytes.is_empty() { Value::Null } else { answer.json()? };
        if intent.road == Road::Api || answer.status >= 300 {
            return Ok(body["id"].as_str().map(str::to_owned));
        }
        tickets::id_of_made(&mut self.wire, intent).await
    }

    async fn heard(&self, intent: &Intent, answer: &Answer, card: Option<Id>) -> Result<Known> {
        let body = if answer.bytes.is_empty() { Value::Null } else { answer.json()? };
        let replayed = answer.header(tongue::REPLAYED) == Some("true");
        let answered = Answered {
            at_us: self.common.clock.now_us(),
            key: intent.key.clone(),
            status: answer.status,
            card,
            number: answer.number(tongue::HEAD).filter(|_| !replayed),
            replayed,
            code: body["code"].as_str().map(str::to_owned),
            ticket: tickets::number(answer).filter(|_| intent.is_create()),
        };
        self.common.journal.write(Line::Answered(answered.clone())).await?;
        if !answered.is_acknowledged() {
            return Ok(Known::Refused);
        }
        Ok(Known::Acknowledged(answered))
    }

    async fn say_sent(&self, intent: &Intent) -> Result<()> {
        let at_us = self.common.clock.now_us();
        self.common.journal.write(Line::Sent(Sent { at_us, intent: intent.clone() })).await
    }

    async fn say_unknown(
        &self,
        intent: &Intent,
        (why, status): (String, Option<u16>),
    ) -> Result<()> {
        let (at_us, key) = (self.common.clock.now_us(), intent.key.clone());
        self.common.journal.write(Line::Unknown(Unknown { at_us, key, why, status })).await
    }
}

/// 5xx says nothing of what was done: it is asked again under the same key. So is 429.
fn is_known(status: u16) -> bool {
    status < 500 && status != 429
}
