//! Notices that the network, or the machine itself, came back, so that nobody waits out a back-off for nothing.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    time::{Duration, Instant, SystemTime},
};

/// While a machine sleeps its clock of the day goes on and the steady one stands.
const SLEPT: Duration = Duration::from_secs(5);

/// What was there at the last look.
#[derive(Debug)]
pub(super) struct Waking {
    addresses: BTreeSet<IpAddr>,
    day: SystemTime,
    steady: Instant,
}

impl Waking {
    pub fn now() -> Waking {
        Waking { addresses: addresses(), day: SystemTime::now(), steady: Instant::now() }
    }

    /// Whether something came back since the last look.
    pub fn look(&mut self) -> bool {
        let before = std::mem::replace(self, Waking::now());
        self.came_back_since(&before)
    }

    fn came_back_since(&self, before: &Waking) -> bool {
        let reachable = self.addresses.difference(&before.addresses).next().is_some();
        // A clock that was set back says nothing.
        let day = self.day.duration_since(before.day).unwrap_or_default();
        let slept = day.saturating_sub(self.steady.duration_since(before.steady)) > SLEPT;
        reachable || slept
    }
}

/// The addresses of this machine on networks that are up. Where they cannot be read, nothing comes back.
fn addresses() -> BTreeSet<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().filter(|it| it.is_oper_up()).map(if_addrs::Interface::ip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn at(addresses: &[u8], day_s: u64, steady_s: u64) -> Waking {
        // One origin for all: two instants can only be compared.
        static ORIGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        let origin = *ORIGIN.get_or_init(Instant::now);
        Waking {
            addresses: addresses.iter().map(|it| Ipv4Addr::new(192, 0, 2, *it).into()).collect(),
            day: SystemTime::UNIX_EPOCH + Duration::from_secs(day_s),
            steady: origin + Duration::from_secs(steady_s),
        }
    }

    #[test]
    fn a_new_address_and_a_sleep_wake_and_nothing_else_does() {
        let before = at(&[1, 2], 1000, 1000);
        for (after, wakes) in [
            (at(&[1, 2], 1001, 1001), false),
            (at(&[1], 1001, 1001), false),
            (at(&[], 1001, 1001), false),
            (at(&[1, 2, 3], 1001, 1001), true),
            (at(&[3], 1001, 1001), true),
            (at(&[1, 2], 4600, 1001), true),
            (at(&[1, 2], 10, 1001), false),
            (at(&[1, 2], 1100, 1100), false),
        ] {
            assert_eq!(after.came_back_since(&before), wakes, "{after:?}");
        }
    }

    #[test]
    fn this_machine_reaches_itself() {
        assert!(addresses().iter().any(IpAddr::is_loopback));
    }
}
