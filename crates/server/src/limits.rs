//! How often a password may be tried: a few times for one name from one address, some more for all names
//! from one address. Never for a name from everywhere, so that nobody can lock somebody else out.

use crate::ServerError;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

/// Tries for one name from one address at once, and how long until there is one more.
const NAME_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
const NAME_PERIOD: Duration = Duration::from_secs(30);
/// The same for all names from one address; an office may stand behind one.
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(40).unwrap();
const ADDRESS_PERIOD: Duration = Duration::from_secs(3);

/// Who tries: a whole IPv6 network belongs to one household.
pub(crate) type Network = IpAddr;

pub struct Limits {
    by_name: DefaultKeyedRateLimiter<(Network, blake3::Hash)>,
    by_address: DefaultKeyedRateLimiter<Network>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            by_name: RateLimiter::keyed(quota(NAME_PERIOD, NAME_BURST)),
            by_address: RateLimiter::keyed(quota(ADDRESS_PERIOD, ADDRESS_BURST)),
        }
    }
}

impl Limits {
    /// Counts a try at the password of a name.
    pub fn try_name(&self, address: IpAddr, name_key: &str) -> Result<(), ServerError> {
        self.try_address(address)?;
        let key = (network(address), blake3::hash(name_key.as_bytes()));
        allowed(&self.by_name, self.by_name.check_key(&key))
    }

    /// Counts a try at anything that is secret.
    pub fn try_address(&self, address: IpAddr) -> Result<(), ServerError> {
        allowed(&self.by_address, self.by_address.check_key(&network(address)))
    }

    /// Forgets who has not tried for long.
    pub fn forget(&self) {
        self.by_name.retain_recent();
        self.by_address.retain_recent();
    }
}

fn quota(period: Duration, burst: NonZeroU32) -> Quota {
    Quota::with_period(period).unwrap_or(Quota::per_minute(burst)).allow_burst(burst)
}

type NotUntil = governor::NotUntil<<governor::clock::DefaultClock as Clock>::Instant>;

fn allowed<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    checked: Result<(), NotUntil>,
) -> Result<(), ServerError> {
    checked.map_err(|not_until| {
        let wait = not_until.wait_time_from(limiter.clock().now());
        ServerError::TooManyTries { retry_after_s: wait.as_secs() + 1 }
    })
}

pub(crate) fn network(address: IpAddr) -> Network {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_locked_for_one_address_and_open_from_another() {
        let limits = Limits::default();
        let (attacker, owner) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..NAME_BURST.get() {
            assert!(limits.try_name(attacker, "ada").is_ok());
        }
        let refused = limits.try_name(attacker, "ada");
        assert!(matches!(
            refused,
            Err(ServerError::TooManyTries { retry_after_s }) if (1..=31).contains(&retry_after_s)
        ));
        assert!(limits.try_name(attacker, "eve").is_ok());
        assert!(limits.try_name(owner, "ada").is_ok());
    }

    #[test]
    fn many_names_from_one_address_are_tried_for_a_while_only() {
        let limits = Limits::default();
        let tried = (0..100).take_while(|number| {
            limits.try_name(address("2001:db8::1"), &format!("name {number}")).is_ok()
        });
        assert_eq!(tried.count(), usize::try_from(ADDRESS_BURST.get()).unwrap());
        assert!(limits.try_name(address("2001:db8::ffff"), "ada").is_err(), "the same network");
        assert!(limits.try_name(address("2001:db8:1::1"), "ada").is_ok());
    }
}
