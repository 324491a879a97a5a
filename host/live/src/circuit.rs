//! A feature that spends a budget again and again rests for a while: its neighbours keep the workers.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// So many spent budgets in a row open it.
const IN_A_ROW: u32 = 5;
/// How long it rests the first time; each time twice as long.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long it rests when a call of it does not stop: longer than a stuck worker is waited for.
const HEEDLESS_REST: Duration = Duration::from_secs(10);

/// One feature's. Closed, it costs a call one load.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    /// Since the last call that ended well.
    in_a_row: AtomicU32,
    /// Milliseconds since [`epoch`] until which it rests; 0: closed.
    until: AtomicU64,
}

fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

fn millis(now: Instant) -> u64 {
    u64::try_from(now.saturating_duration_since(epoch()).as_millis()).unwrap_or(u64::MAX)
}

impl Circuit {
    /// How long it still rests; `None` when calls may be made.
    #[inline]
    pub fn rests(&self) -> Option<Duration> {
        match self.until.load(Relaxed) {
            0 => None,
            until => Self::left(until, Instant::now()),
        }
    }

    fn left(until: u64, now: Instant) -> Option<Duration> {
        until.checked_sub(millis(now)).filter(|left| *left > 0).map(Duration::from_millis)
    }

    /// A call spent a budget. Answers how long the feature rests from now on, when it does.
    pub fn spent(&self) -> Option<Duration> {
        self.spent_at(Instant::now())
    }

    fn spent_at(&self, now: Instant) -> Option<Duration> {
        let row = self.in_a_row.fetch_add(1, Relaxed).saturating_add(1);
        let over = row.checked_sub(IN_A_ROW)?;
        // What was under way when it opened does not make the rest longer.
        if Self::left(self.until.load(Relaxed), now).is_some() {
            self.in_a_row.fetch_sub(1, Relaxed);
            return None;
        }
        let rest = REST.saturating_mul(1 << over.min(5)).min(LONGEST_REST);
        self.until.store(millis(now).saturating_add(u64::try_from(rest.as_millis()).unwrap_or(u64::MAX)).max(1), Relaxed);
        Some(rest)
    }

    /// A call goes on although its budget is used up. Answers how long the feature rests from now on.
    pub fn rest(&self) -> Duration {
        self.rest_at(Instant::now())
    }

    fn rest_at(&self, now: Instant) -> Duration {
        // The call that tries it afterwards has one attempt.
        self.in_a_row.fetch_max(IN_A_ROW, Relaxed);
        let until = millis(now).saturating_add(u64::try_from(HEEDLESS_REST.as_millis()).unwrap_or(u64::MAX));
        self.until.fetch_max(until, Relaxed);
        HEEDLESS_REST
    }

    /// A call ended without spending one. While it rests that is one from before, which proves nothing.
    #[inline]
    pub fn well(&self) {
        if self.in_a_row.load(Relaxed) != 0 && self.rests().is_none() {
            self.close();
        }
    }

    /// Another revision serves, or a call went well.
    #[cold]
    pub fn close(&self) {
        self.in_a_row.store(0, Relaxed);
        self.until.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_does_not_stop_opens_it_at_once() {
        let circuit = Circuit::default();
        let now = epoch() + Duration::from_secs(1);
        assert_eq!(circuit.rest_at(now), HEEDLESS_REST);
        assert!(Circuit::left(circuit.until.load(Relaxed), now).is_some());
        assert_eq!(circuit.spent_at(now), None, "the call itself, when it is stopped at last");
        assert!(circuit.spent_at(now + HEEDLESS_REST).is_some(), "the call that tried it failed");
        circuit.close();
        assert_eq!(circuit.rests(), None);
    }

    #[test]
    fn five_in_a_row_open_it_and_each_rest_is_longer() {
        let circuit = Circuit::default();
        let mut now = epoch() + Duration::from_secs(1);
        for _ in 0..4 {
            assert_eq!(circuit.spent_at(now), None);
        }
        circuit.well();
        for _ in 0..4 {
            assert_eq!(circuit.spent_at(now), None);
        }
        assert_eq!(circuit.spent_at(now), Some(REST));
        assert_eq!(circuit.spent_at(now), None, "what was under way does not count");
        now += REST;
        assert_eq!(circuit.spent_at(now), Some(2 * REST), "the call that tried it failed again");
        now += 2 * REST;
        assert_eq!(circuit.spent_at(now), Some(4 * REST));
        circuit.well();
        assert_eq!(circuit.spent_at(now), None, "one from before does not end the rest");
        circuit.close();
        assert_eq!((circuit.rests(), circuit.spent_at(now)), (None, None));
    }
}
