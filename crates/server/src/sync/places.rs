//! Who is connected, and how many may be.

use crate::ServerError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::account::AccountId;
use tokio::sync::watch;

/// Connections in all.
const PLACES_MAX: usize = 4096;
/// Connections of one account: a person has a few devices, and a connection that died is noticed late.
const PLACES_OF_ACCOUNT_MAX: usize = 32;

#[derive(Clone)]
pub struct Places(Arc<Inner>);

struct Inner {
    by_account: Mutex<HashMap<AccountId, usize>>,
    taken: watch::Sender<usize>,
}

impl Default for Places {
    fn default() -> Places {
        let taken = watch::Sender::new(0);
        Places(Arc::new(Inner { by_account: Mutex::default(), taken }))
    }
}

/// Held as long as a connection lasts.
pub struct Place {
    places: Places,
    account: AccountId,
}

impl Places {
    pub fn take(&self, account: AccountId) -> Result<Place, ServerError> {
        let mut by_account = self.0.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        let own = by_account.entry(account).or_default();
        let free = *own < PLACES_OF_ACCOUNT_MAX && *self.0.taken.borrow() < PLACES_MAX;
        if !free {
            return Err(ServerError::Busy);
        }
        *own += 1;
        self.count(1);
        Ok(Place { places: self.clone(), account })
    }

    /// Waits until nobody is connected.
    pub async fn empty(&self) {
        // The sender is our own: there is nothing to fail.
        self.0.taken.subscribe().wait_for(|taken| *taken == 0).await.ok();
    }

    fn count(&self, by: isize) {
        self.0.taken.send_modify(|taken| *taken = taken.saturating_add_signed(by));
        let taken = u32::try_from(*self.0.taken.borrow()).unwrap_or(u32::MAX);
        metrics::gauge!("holdfast_sync_connections").set(f64::from(taken));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let by_account = &self.places.0.by_account;
        let mut by_account = by_account.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = by_account.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                by_account.remove(&self.account);
            }
        }
        drop(by_account);
        self.places.count(-1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_takes_its_own_places_alone_and_gives_them_back() {
        let places = Places::default();
        let (one, other) = (AccountId::fresh(), AccountId::fresh());
        let taken: Vec<Place> =
            (0..PLACES_OF_ACCOUNT_MAX).map(|_| places.take(one).unwrap()).collect();
        assert!(matches!(places.take(one), Err(ServerError::Busy)));
        let theirs = places.take(other).unwrap();
        drop(taken);
        assert!(places.take(one).is_ok());
        drop(theirs);
        assert_eq!(*places.0.taken.borrow(), 0);
        assert!(places.0.by_account.lock().unwrap().is_empty());
    }
}
