//! Answers under way. Each takes memory until its last byte is sent, so there are only so many.

use crate::ServerError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use store::account::AccountId;

/// Answers under way in all.
const ANSWERS_MAX: usize = 256;
/// And to one account: one that reads nothing of what it asks for stops nobody else.
const ANSWERS_OF_ACCOUNT_MAX: usize = 128;
/// An answer goes out in parts, so that it counts for as long as somebody reads it.
const PART_BYTES: usize = 32 * 1024;

#[derive(Clone, Default)]
pub struct Answers(Arc<Mutex<UnderWay>>);

#[derive(Default)]
struct UnderWay {
    all: usize,
    by_account: HashMap<AccountId, usize>,
}

/// Held from before an answer is made until it was sent.
pub struct Turn {
    answers: Answers,
    account: AccountId,
}

impl Answers {
    pub fn take(&self, account: AccountId) -> Result<Turn, ServerError> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.by_account.get(&account).copied().unwrap_or_default();
        if under_way.all >= ANSWERS_MAX || own >= ANSWERS_OF_ACCOUNT_MAX {
            metrics::counter!("holdfast_api_answers_refused_total").increment(1);
            return Err(ServerError::Busy);
        }
        under_way.all += 1;
        under_way.by_account.insert(account, own + 1);
        Ok(Turn { answers: self.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.answers.0.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.all -= 1;
        if let Some(own) = under_way.by_account.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                under_way.by_account.remove(&self.account);
            }
        }
    }
}

impl Turn {
    /// The answer itself, which ends the turn when it was sent, or nobody is there any more.
    pub fn send(self, bytes: Vec<u8>) -> Body {
        Body::new(Sending { bytes: bytes.into(), _turn: self })
    }
}

struct Sending {
    bytes: Bytes,
    _turn: Turn,
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let part = self.bytes.len().min(PART_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(part)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_own_turns_and_gives_them_back() {
        let answers = Answers::default();
        let (one, other) = (AccountId::fresh(), AccountId::fresh());
        let turns: Vec<Turn> =
            (0..ANSWERS_OF_ACCOUNT_MAX).map(|_| answers.take(one).unwrap()).collect();
        assert!(matches!(answers.take(one), Err(ServerError::Busy)));
        let theirs = answers.take(other).unwrap();
        drop(turns);
        let body = answers.take(one).unwrap().send(vec![0; 3 * PART_BYTES]);
        assert_eq!(answers.0.lock().unwrap().all, 2);
        drop((body, theirs));
        assert_eq!(answers.0.lock().unwrap().all, 0);
        assert!(answers.0.lock().unwrap().by_account.is_empty());
    }
}
