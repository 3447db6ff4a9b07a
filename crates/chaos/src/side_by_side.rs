//! Several things at a time, where one after the other would take too long and all at once too much.

use anyhow::Result;
use std::future::Future;
use tokio::task::JoinSet;

/// Carries out all of them, so many at a time; what they came to is in their order.
pub async fn side_by_side<T, W>(
    at_once: usize,
    works: impl IntoIterator<Item = W>,
) -> Result<Vec<T>>
where
    T: Send + 'static,
    W: Future<Output = Result<T>> + Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::new());
    for (number, work) in works.into_iter().enumerate() {
        while running.len() >= at_once.max(1) {
            if let Some(ended) = running.join_next().await {
                done.push(ended?);
            }
        }
        running.spawn(async move { (number, work.await) });
    }
    while let Some(ended) = running.join_next().await {
        done.push(ended?);
    }
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, came_to)| came_to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    #[tokio::test]
    async fn no_more_than_so_many_run_and_their_order_stays() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let works = (0..20).map(|number| {
            let (running, most) = (running.clone(), most.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The later ones end first.
                for _ in 0..20 - number {
                    tokio::task::yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                anyhow::Ok(number)
            }
        });
        let done = side_by_side(3, works).await.unwrap();
        assert_eq!(done, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn what_failed_is_told() {
        let works = (0..4).map(|number| async move {
            anyhow::ensure!(number != 2, "the third");
            Ok(number)
        });
        assert_eq!(side_by_side(2, works).await.unwrap_err().to_string(), "the third");
    }
}
