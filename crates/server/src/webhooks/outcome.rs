//! What a try makes of a webhook. Pure: a row and a try in, a row out.

use super::sending::GONE;
use store::webhooks::{Delivery, Pause, Webhook, WhyPaused};

/// The first try again comes after about so long, and each one after twice as long as the one before.
const RETRY_FIRST_MS: i64 = 1_000;
pub const RETRY_MAX_MS: i64 = 60 * 60 * 1_000;
/// One whose tries failed so often in a row is paused: after some three days.
pub const FAILURES_MAX: u32 = 100;

/// The webhook behind a try of a change. `stood` is how it was when that began, and `chance` anything.
pub fn after(
    webhook: Webhook,
    stood: &Webhook,
    tried: &Delivery,
    chance: u32,
    now_ms: i64,
) -> Webhook {
    let Some(number) = tried.number else { return webhook };
    if webhook.cursor + 1 != number {
        return webhook;
    }
    if tried.error.is_none() {
        return Webhook { cursor: number, failures: 0, next_ms: 0, ..webhook };
    }
    // What another address said, or one that was paused and let go on since, says nothing of this one.
    if (&webhook.url, webhook.failures, webhook.paused) != (&stood.url, stood.failures, None) {
        return webhook;
    }
    let failures = webhook.failures.saturating_add(1);
    let why = match tried.error.as_deref() {
        Some(GONE) => Some(WhyPaused::Gone),
        _ if failures >= FAILURES_MAX => Some(WhyPaused::Failing),
        _ => None,
    };
    let paused = why.map(|why| Pause { why, since_ms: now_ms });
    Webhook { failures, next_ms: now_ms + wait_ms(failures, chance), paused, ..webhook }
}

/// How long until the next try: between half of its time and all of it, so that those that failed together do not come
/// back together.
fn wait_ms(failures: u32, chance: u32) -> i64 {
    let doublings = failures.saturating_sub(1).min(30);
    let full = (RETRY_FIRST_MS << doublings).min(RETRY_MAX_MS);
    full / 2 + full / 2 * i64::from(chance) / i64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::BoardId;
    use store::{
        account::AccountId,
        webhooks::{WebhookId, WebhookSecret},
    };
    use uuid::Uuid;

    const NOW: i64 = 1_764_547_200_000;

    fn webhook() -> Webhook {
        Webhook {
            id: WebhookId(Uuid::nil()),
            board: BoardId(Uuid::nil()),
            made_by: AccountId(Uuid::nil()),
            made_ms: 0,
            url: "https://a.example/".to_owned(),
            secret: WebhookSecret([0; 32]),
            cursor: 6,
            failures: 3,
            next_ms: 5,
            paused: None,
        }
    }

    fn tried(number: Option<u64>, error: Option<&str>) -> Delivery {
        let error = error.map(str::to_owned);
        Delivery { number, attempt: 4, at_ms: NOW, duration_ms: 7, status: None, error }
    }

    #[test]
    fn what_was_taken_moves_the_cursor_by_one_and_forgets_the_failures() {
        let taken = after(webhook(), &webhook(), &tried(Some(7), None), 0, NOW);
        assert_eq!((taken.cursor, taken.failures, taken.next_ms), (7, 0, 0));
        for other in [None, Some(6), Some(8)] {
            assert_eq!(after(webhook(), &webhook(), &tried(other, None), 0, NOW), webhook());
        }
    }

    #[test]
    fn waits_double_up_to_an_hour_and_differ_by_chance() {
        let waits = |chance| (1..=14).map(move |failures| wait_ms(failures, chance));
        let full: Vec<i64> = waits(u32::MAX).collect();
        assert_eq!(full[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(full[11..], [2_048_000, RETRY_MAX_MS, RETRY_MAX_MS]);
        assert!(waits(0).zip(&full).all(|(least, full)| least == full / 2));
        assert_eq!(wait_ms(FAILURES_MAX, u32::MAX), RETRY_MAX_MS);
        let days = (1..FAILURES_MAX).map(|failures| wait_ms(failures, u32::MAX / 2)).sum::<i64>();
        assert_eq!(days / (24 * 60 * 60 * 1_000), 2, "and some hours");
    }

    #[test]
    fn one_that_fails_for_long_or_says_that_it_is_gone_is_paused() {
        let failed = tried(Some(7), Some("status"));
        let again = after(webhook(), &webhook(), &failed, u32::MAX, NOW);
        assert_eq!((again.cursor, again.failures, again.paused), (6, 4, None));
        assert_eq!(again.next_ms, NOW + 8_000);
        let gone = after(webhook(), &webhook(), &tried(Some(7), Some(GONE)), 0, NOW);
        assert_eq!(gone.paused, Some(Pause { why: WhyPaused::Gone, since_ms: NOW }));
        let last = Webhook { failures: FAILURES_MAX - 1, ..webhook() };
        let paused = after(last.clone(), &last, &failed, 0, NOW);
        assert_eq!(paused.paused, Some(Pause { why: WhyPaused::Failing, since_ms: NOW }));
    }

    #[test]
    fn what_failed_before_somebody_changed_it_does_not_count() {
        let failed = tried(Some(7), Some(GONE));
        let asked = Some(Pause { why: WhyPaused::Asked, since_ms: 1 });
        for changed in [
            Webhook { url: "https://b.example/".to_owned(), ..webhook() },
            Webhook { failures: 0, next_ms: 0, ..webhook() },
            Webhook { paused: asked, ..webhook() },
        ] {
            assert_eq!(after(changed.clone(), &webhook(), &failed, 0, NOW), changed);
        }
    }
}
