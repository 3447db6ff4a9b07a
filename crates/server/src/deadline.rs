//! By when whoever asks over HTTP is answered, however busy the server is. Each thing that a request waits for has a
//! longest time of its own, and all of them together have this one, from when the request arrived.

use std::{future::Future, time::Duration};
use tokio::{task_local, time::Instant};

/// What a request may wait in all. It is answered soon after, and so within five seconds.
pub const WAITS_MAX: Duration = Duration::from_secs(4);

task_local! {
    static DEADLINE: Instant;
}

/// Does something for a request that arrives now.
pub async fn from_now<T>(work: impl Future<Output = T>) -> T {
    DEADLINE.scope(Instant::now() + WAITS_MAX, work).await
}

/// Until when to wait for one thing; for that thing alone where nobody asks, as when somebody is told of changes.
pub fn within(at_most: Duration) -> Instant {
    let own = Instant::now() + at_most;
    DEADLINE.try_with(|deadline| own.min(*deadline)).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout_at;

    async fn wait_in_vain() {
        let never = std::future::pending::<()>();
        assert!(timeout_at(within(Duration::from_secs(3)), never).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_a_request_waits_for_shares_one_deadline() {
        let began = Instant::now();
        from_now(async {
            wait_in_vain().await;
            wait_in_vain().await;
            wait_in_vain().await;
        })
        .await;
        assert_eq!(began.elapsed(), WAITS_MAX);
        wait_in_vain().await;
        assert_eq!(began.elapsed(), WAITS_MAX + Duration::from_secs(3), "nobody asked for that");
    }
}
