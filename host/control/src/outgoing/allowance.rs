//! How much features may call: so many at once, so many in a minute.

use kandra_model::Slug;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Calls of one feature at once. Live sends 8 and lets the others wait, so that only a live that does not, or a call that
/// was cancelled and takes a moment to end, meets this bound.
const AT_ONCE: usize = 12;
/// Calls of all features at once; of them live sends 32.
const AT_ONCE_IN_ALL: usize = 48;
/// Calls of one feature in a minute; a third of them may come in one burst.
const IN_A_MINUTE: f64 = 120.0;
const BURST: f64 = 40.0;
/// Features that are remembered; those that have been quiet are forgotten first.
const REMEMBERED: usize = 4_096;

#[derive(Debug)]
struct Account {
    under_way: usize,
    tokens: f64,
    at: Instant,
}

#[derive(Debug, Default)]
struct Accounts {
    of: HashMap<Slug, Account>,
    under_way: usize,
}

/// The accounts of all features.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance(Arc<Mutex<Accounts>>);

/// Held by a call.
#[derive(Debug)]
pub(super) struct Place {
    allowance: Allowance,
    feature: Slug,
}

impl Allowance {
    /// Takes a place; `Err` says why there is none.
    pub(super) fn take(&self, feature: &Slug) -> Result<Place, String> {
        self.take_at(feature, Instant::now())
    }

    fn take_at(&self, feature: &Slug, now: Instant) -> Result<Place, String> {
        let mut accounts = self.accounts();
        if accounts.under_way >= AT_ONCE_IN_ALL {
            return Err(format!("all {AT_ONCE_IN_ALL} outgoing calls of this server are taken; try again in a moment"));
        }
        if accounts.of.len() >= REMEMBERED && !accounts.of.contains_key(feature) {
            accounts.of.retain(|_, account| account.under_way > 0 || now.duration_since(account.at) < Duration::from_secs(60));
        }
        let account = accounts.of.entry(feature.clone()).or_insert(Account { under_way: 0, tokens: BURST, at: now });
        if account.under_way >= AT_ONCE {
            return Err(format!("{AT_ONCE} calls of {feature} are under way, which is the most; wait for them with .await"));
        }
        let earned = now.duration_since(account.at).as_secs_f64() * IN_A_MINUTE / 60.0;
        account.tokens = (account.tokens + earned).min(BURST);
        account.at = now;
        if account.tokens < 1.0 {
            return Err(format!("{feature} calls more than {IN_A_MINUTE} times in a minute; keep what was answered, in kv with an expiry"));
        }
        account.tokens -= 1.0;
        account.under_way += 1;
        accounts.under_way += 1;
        Ok(Place { allowance: self.clone(), feature: feature.clone() })
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut accounts = self.allowance.accounts();
        accounts.under_way -= 1;
        if let Some(account) = accounts.of.get_mut(&self.feature) {
            account.under_way -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    #[test]
    fn one_feature_has_its_places_and_so_have_all_together() {
        let allowance = Allowance::default();
        let mut places: Vec<Place> = (0..AT_ONCE).map(|_| allowance.take(&slug("poll")).unwrap()).collect();
        assert!(allowance.take(&slug("poll")).unwrap_err().contains("which is the most"));
        for feature in ["dice", "quiz", "todo"] {
            places.extend((0..AT_ONCE).map(|_| allowance.take(&slug(feature)).unwrap()));
        }
        assert_eq!(places.len(), AT_ONCE_IN_ALL);
        assert!(allowance.take(&slug("other")).unwrap_err().contains("of this server"));
        places.clear();
        assert!(allowance.take(&slug("other")).is_ok() && allowance.take(&slug("poll")).is_ok());
    }

    #[test]
    fn a_minute_has_a_hundred_and_twenty_calls() {
        let allowance = Allowance::default();
        let start = Instant::now();
        let made_at = |at: Instant| std::iter::from_fn(|| allowance.take_at(&slug("poll"), at).ok()).take(1_000).count();
        assert_eq!(made_at(start), BURST as usize);
        assert!(allowance.take_at(&slug("poll"), start).unwrap_err().contains("in a minute"));
        assert!(allowance.take_at(&slug("dice"), start).is_ok(), "others are not slowed");
        let made: usize = (1..=60).map(|second| made_at(start + Duration::from_secs(second))).sum();
        assert!((118..=121).contains(&made), "{made}");
    }
}
