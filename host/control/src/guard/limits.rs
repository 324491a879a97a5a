//! How much one address may write, and how many event streams may be open.

use super::{ClientAddress, Refusal};
use governor::{Quota, RateLimiter, clock::Clock, clock::DefaultClock, state::keyed::DefaultKeyedStateStore};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Writes of one address in a minute.
const WRITES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("30 is not zero");
/// After so many looks, addresses that have been quiet are forgotten.
const FORGET_EVERY: u64 = 1_024;
/// Event streams of one address: a household, or an office behind one.
const STREAMS_PER_ADDRESS: usize = 64;
/// Event streams in all.
const STREAMS_IN_ALL: usize = 1_024;

pub(crate) struct Writes {
    limiter: RateLimiter<ClientAddress, DefaultKeyedStateStore<ClientAddress>, DefaultClock>,
    clock: DefaultClock,
    allowed: AtomicU64,
    refused: AtomicU64,
}

impl Writes {
    pub(crate) fn new() -> Self {
        let clock = DefaultClock::default();
        let limiter = RateLimiter::dashmap_with_clock(Quota::per_minute(WRITES_PER_MINUTE), clock.clone());
        Self { limiter, clock, allowed: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    pub(crate) fn check(&self, address: ClientAddress) -> Result<(), Refusal> {
        let looks = self.allowed.load(Ordering::Relaxed) + self.refused.load(Ordering::Relaxed);
        if looks % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(&address) {
            Ok(()) => {
                self.allowed.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(until) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Refusal::TooManyWrites { retry_after_secs: until.wait_time_from(self.clock.now()).as_secs() + 1 })
            }
        }
    }

    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.allowed.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }
}

pub(crate) struct Streams {
    by_address: Arc<Mutex<HashMap<ClientAddress, usize>>>,
}

/// Held by an open event stream.
pub(crate) struct StreamPlace {
    address: ClientAddress,
    by_address: Arc<Mutex<HashMap<ClientAddress, usize>>>,
}

impl Streams {
    pub(crate) fn new() -> Self {
        Self { by_address: Arc::default() }
    }

    pub(crate) fn take(&self, address: ClientAddress) -> Result<StreamPlace, Refusal> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let open: usize = by_address.values().sum();
        let own = by_address.get(&address).copied().unwrap_or(0);
        if open >= STREAMS_IN_ALL || own >= STREAMS_PER_ADDRESS {
            return Err(Refusal::TooManyStreams);
        }
        by_address.insert(address, own + 1);
        Ok(StreamPlace { address, by_address: Arc::clone(&self.by_address) })
    }

    pub(crate) fn open(&self) -> usize {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = by_address.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderMap;

    fn address(last: u16) -> ClientAddress {
        let [high, low] = last.to_be_bytes();
        ClientAddress::find(std::net::IpAddr::from([10, 0, high, low]), &HeaderMap::new(), &[])
    }

    #[test]
    fn the_31st_write_of_a_minute_is_refused_and_others_are_not_concerned() {
        let writes = Writes::new();
        for _ in 0..30 {
            writes.check(address(1)).unwrap();
        }
        assert!(matches!(writes.check(address(1)), Err(Refusal::TooManyWrites { retry_after_secs: 1..=3 })));
        writes.check(address(2)).unwrap();
        assert_eq!(writes.counts(), (31, 1));
    }

    #[test]
    fn streams_are_bounded_by_address_and_in_all_and_places_come_back() {
        let streams = Streams::new();
        let own: Vec<_> = (0..STREAMS_PER_ADDRESS).map(|_| streams.take(address(0)).unwrap()).collect();
        assert!(matches!(streams.take(address(0)), Err(Refusal::TooManyStreams)));
        let others: Vec<_> =
            (STREAMS_PER_ADDRESS..STREAMS_IN_ALL).map(|n| streams.take(address(u16::try_from(n).unwrap())).unwrap()).collect();
        assert!(matches!(streams.take(address(9_999)), Err(Refusal::TooManyStreams)));
        drop(own);
        streams.take(address(9_999)).unwrap();
        drop(others);
        assert_eq!(streams.open(), 0);
        assert!(streams.by_address.lock().unwrap().is_empty());
    }
}
