//! A token bucket for what a feature may send: log lines, events, faults.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// So many at once, and so many again each second.
#[derive(Debug)]
pub(crate) struct Allowance {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    burst: f64,
    each_second: f64,
    left: f64,
    at: Instant,
}

impl Allowance {
    pub fn new(burst: u32, each_second: u32) -> Self {
        let state = State { burst: burst.into(), each_second: each_second.into(), left: burst.into(), at: Instant::now() };
        Self { state: Mutex::new(state) }
    }

    /// From now on so many; what is left stays, as far as it fits.
    pub fn set(&self, burst: u32, each_second: u32) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.burst != f64::from(burst) {
            // A larger burst is there at once, as it is for a new feature.
            state.left = (state.left + f64::from(burst) - state.burst).clamp(0.0, burst.into());
        }
        (state.burst, state.each_second) = (burst.into(), each_second.into());
    }

    /// Takes one, if there is one.
    pub fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let refilled = state.left + now.saturating_duration_since(state.at).as_secs_f64() * state.each_second;
        (state.left, state.at) = (refilled.min(state.burst), now);
        let granted = state.left >= 1.0;
        if granted {
            state.left -= 1.0;
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

    #[test]
    fn another_rate_holds_at_once() {
        let allowance = Allowance::new(3, 1);
        let start = Instant::now();
        let granted = |at: Instant| (0..20).filter(|_| allowance.take_at(at)).count();
        assert_eq!(granted(start), 3);
        allowance.set(10, 5);
        assert_eq!(granted(start), 7);
        allowance.set(2, 1);
        assert_eq!(granted(start + Duration::from_secs(60)), 2);
    }
}
