//! Counts and latencies of one route: one atomic addition per call, bounded memory.

use kandra_wire::CallStatistics;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Each power of two is cut into so many buckets: figures are right to 1 in 8.
const STEPS: usize = 8;
/// Powers of two of a microsecond: the last bucket holds everything above a minute.
const POWERS: usize = 26;

/// A histogram of latencies.
#[derive(Debug)]
pub(crate) struct Calls {
    errors: AtomicU64,
    buckets: [AtomicU64; STEPS * POWERS],
}

impl Default for Calls {
    fn default() -> Self {
        Self { errors: AtomicU64::new(0), buckets: [const { AtomicU64::new(0) }; STEPS * POWERS] }
    }
}

impl Calls {
    /// Notes a finished call.
    #[inline]
    pub fn record(&self, latency: Duration, status: u16) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(micros)].fetch_add(1, Ordering::Relaxed);
        if status >= 500 {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The figures so far.
    pub fn figures(&self) -> CallStatistics {
        let counts: Vec<u64> = self.buckets.iter().map(|b| b.load(Ordering::Relaxed)).collect();
        let calls: u64 = counts.iter().sum();
        let quantile = |part: f64| {
            let rank = ((calls as f64 * part).ceil() as u64).max(1);
            let mut passed = 0;
            let found = counts.iter().position(|count| {
                passed += count;
                passed >= rank
            });
            found.filter(|_| calls > 0).map_or(0, upper_bound)
        };
        CallStatistics { calls, errors: self.errors.load(Ordering::Relaxed), p50_us: quantile(0.50), p99_us: quantile(0.99) }
    }
}

/// Microseconds 0 to 7 have a bucket each, then eight for each power of two.
fn bucket(micros: u64) -> usize {
    if micros < STEPS as u64 {
        return micros as usize;
    }
    let power = 63 - micros.leading_zeros() as usize;
    let step = (micros >> (power - 3)) as usize & (STEPS - 1);
    ((power - 2) * STEPS + step).min(STEPS * POWERS - 1)
}

/// The largest latency that falls into a bucket, microseconds.
fn upper_bound(bucket: usize) -> u64 {
    if bucket < STEPS {
        return bucket as u64;
    }
    let (power, step) = (bucket / STEPS + 2, (bucket % STEPS) as u64);
    ((STEPS as u64 + step + 1) << (power - 3)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_cover_every_latency_and_rise() {
        let mut last = 0;
        for micros in (0..10_000u64).chain([1 << 20, (1 << 27) - 1, u64::MAX]) {
            let bucket = bucket(micros);
            assert!(bucket >= last && bucket < STEPS * POWERS);
            if micros < 1 << 27 {
                assert!(upper_bound(bucket) >= micros && upper_bound(bucket) as f64 <= micros as f64 * 1.125, "{micros}");
            }
            last = bucket;
        }
    }

    #[test]
    fn quantiles_are_near_the_truth() {
        let calls = Calls::default();
        assert_eq!(calls.figures(), CallStatistics::default());
        for micros in 1..=1000 {
            calls.record(Duration::from_micros(micros), if micros > 990 { 500 } else { 200 });
        }
        let figures = calls.figures();
        assert_eq!((figures.calls, figures.errors), (1000, 10));
        assert!((500..=563).contains(&figures.p50_us), "{}", figures.p50_us);
        assert!((990..=1114).contains(&figures.p99_us), "{}", figures.p99_us);
    }
}
