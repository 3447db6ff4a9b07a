//! The one clock of a run: microseconds since it began. Wall clocks may jump, this one does not.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Clock {
        Clock(Instant::now())
    }

    pub fn now_us(&self) -> u64 {
        us(self.0.elapsed())
    }

    pub async fn wait_until(&self, due_us: u64) {
        let due = self.0 + Duration::from_micros(due_us);
        tokio::time::sleep_until(due.into()).await;
    }
}

pub fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
