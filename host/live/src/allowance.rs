//! A token bucket for what a feature may send: log lines, events, faults.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// So many at once, and so many again each second.
#[derive(Debug)]
pub(crate) struct Allowance {
    burst: f64,
    each_second: f64,
    left: Mutex<(f64, Instant)>,
}

impl Allowance {
    pub fn new(burst: u32, each_second: u32) -> Self {
        Self { burst: burst.into(), each_second: each_second.into(), left: Mutex::new((burst.into(), Instant::now())) }
    }

    /// Takes one, if there is one.
    pub fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let refilled = left.0 + now.saturating_duration_since(left.1).as_secs_f64() * self.each_second;
        *left = (refilled.min(self.burst), now);
        let granted = left.0 >= 1.0;
        if granted {
            left.0 -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_granted_then_the_rate() {
        let allowance = Allowance::new(3, 2);
        let start = Instant::now();
        let granted = (0..10).filter(|_| allowance.take_at(start)).count();
        assert_eq!(granted, 3);
        assert!(!allowance.take_at(start + Duration::from_millis(400)));
        assert!(allowance.take_at(start + Duration::from_millis(1000)));
    }
}
