//! What one feature may use: a default for each budget, and what the owner has set instead.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One budget of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Processor milliseconds that a call may compute between two waits.
    PollMs,
    /// Milliseconds that a call may take in all.
    DeadlineMs,
    /// Bytes of memory beyond which the running call is ended.
    MemorySoftBytes,
    /// Bytes of memory beyond which there is none, which ends the process.
    MemoryHardBytes,
    /// Calls at once.
    ConcurrentCalls,
    /// Bytes of a request's body.
    RequestBytes,
    /// Bytes of an answer's body.
    ResponseBytes,
    /// Bytes of its keys and values, and as many of its database.
    StorageBytes,
    /// Events that it publishes in a second; twice as many at once.
    EventsPerSecond,
    /// Log lines in a second; four times as many at once.
    LogLinesPerSecond,
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

impl Limit {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 10] = [
        Self::PollMs,
        Self::DeadlineMs,
        Self::MemorySoftBytes,
        Self::MemoryHardBytes,
        Self::ConcurrentCalls,
        Self::RequestBytes,
        Self::ResponseBytes,
        Self::StorageBytes,
        Self::EventsPerSecond,
        Self::LogLinesPerSecond,
    ];

    /// The name in SQL, JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PollMs => "poll_ms",
            Self::DeadlineMs => "deadline_ms",
            Self::MemorySoftBytes => "memory_soft_bytes",
            Self::MemoryHardBytes => "memory_hard_bytes",
            Self::ConcurrentCalls => "concurrent_calls",
            Self::RequestBytes => "request_bytes",
            Self::ResponseBytes => "response_bytes",
            Self::StorageBytes => "storage_bytes",
            Self::EventsPerSecond => "events_per_second",
            Self::LogLinesPerSecond => "log_lines_per_second",
        }
    }

    /// The limit with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.as_str() == name)
    }

    /// What holds unless the owner says otherwise.
    pub const fn default_value(self) -> u64 {
        match self {
            Self::PollMs => 50,
            Self::DeadlineMs => 10_000,
            Self::MemorySoftBytes => 128 * MIB,
            Self::MemoryHardBytes => 512 * MIB,
            Self::ConcurrentCalls => 512,
            Self::RequestBytes => MIB,
            Self::ResponseBytes => 8 * MIB,
            Self::StorageBytes => 64 * MIB,
            Self::EventsPerSecond => 100,
            Self::LogLinesPerSecond => 50,
        }
    }

    /// The least and the most that the owner may set. The least still lets a small feature work, the most does not take the
    /// server from the others.
    pub const fn bounds(self) -> (u64, u64) {
        match self {
            Self::PollMs => (5, 1_000),
            Self::DeadlineMs => (100, 60_000),
            Self::MemorySoftBytes => (8 * MIB, 1_024 * MIB),
            Self::MemoryHardBytes => (16 * MIB, 2_048 * MIB),
            Self::ConcurrentCalls => (1, 10_000),
            Self::RequestBytes => (KIB, 32 * MIB),
            Self::ResponseBytes => (4 * KIB, 64 * MIB),
            Self::StorageBytes => (MIB, 4_096 * MIB),
            Self::EventsPerSecond => (1, 10_000),
            Self::LogLinesPerSecond => (1, 1_000),
        }
    }
}

/// Why limits cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// There is no limit of this name.
    #[error("there is no limit {0:?}; there are {names}", names = Limit::ALL.map(Limit::as_str).join(", "))]
    Unknown(String),
    /// A value outside of its bounds.
    #[error("{} is between {least} and {most}, not {value}", .limit.as_str())]
    OutOfBounds {
        /// Which.
        limit: Limit,
        /// What was asked for.
        value: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// The soft limit has to come first.
    #[error("memory_hard_bytes ({hard}) has to be above memory_soft_bytes ({soft})")]
    Memory {
        /// Bytes.
        soft: u64,
        /// Bytes.
        hard: u64,
    },
}

/// What the owner has set for one feature; every other limit is its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, u64>", into = "BTreeMap<String, u64>")]
pub struct Limits(BTreeMap<Limit, u64>);

impl Limits {
    /// What holds.
    pub fn get(&self, limit: Limit) -> u64 {
        self.0.get(&limit).copied().unwrap_or(limit.default_value())
    }

    /// What was set, without what has its default.
    pub fn set_ones(&self) -> impl Iterator<Item = (Limit, u64)> + '_ {
        self.0.iter().map(|(limit, value)| (*limit, *value))
    }

    /// Whether the owner has set nothing.
    pub fn is_default(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks what the owner wants; a value that is the default is not kept, so that it follows a later default.
    pub fn check(wanted: &BTreeMap<String, u64>) -> Result<Self, LimitError> {
        let mut limits = Self::default();
        for (name, value) in wanted {
            let limit = Limit::from_name(name).ok_or_else(|| LimitError::Unknown(name.chars().take(60).collect()))?;
            let (least, most) = limit.bounds();
            if !(least..=most).contains(value) {
                return Err(LimitError::OutOfBounds { limit, value: *value, least, most });
            }
            if *value != limit.default_value() {
                limits.0.insert(limit, *value);
            }
        }
        let (soft, hard) = (limits.get(Limit::MemorySoftBytes), limits.get(Limit::MemoryHardBytes));
        if hard <= soft { Err(LimitError::Memory { soft, hard }) } else { Ok(limits) }
    }
}

impl TryFrom<BTreeMap<String, u64>> for Limits {
    type Error = LimitError;

    fn try_from(wanted: BTreeMap<String, u64>) -> Result<Self, LimitError> {
        Self::check(&wanted)
    }
}

impl From<Limits> for BTreeMap<String, u64> {
    fn from(limits: Limits) -> Self {
        limits.set_ones().map(|(limit, value)| (limit.as_str().to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &[(&str, u64)]) -> Result<Limits, LimitError> {
        Limits::check(&wanted.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect())
    }

    #[test]
    fn every_default_lies_within_its_bounds_and_every_name_is_read_back() {
        for limit in Limit::ALL {
            let (least, most) = limit.bounds();
            assert!((least..=most).contains(&limit.default_value()), "{limit:?}");
            assert_eq!(Limit::from_name(limit.as_str()), Some(limit));
            assert_eq!(serde_json::to_value(limit).unwrap(), limit.as_str());
        }
    }

    #[test]
    fn what_is_set_is_checked_and_said() {
        let limits = check(&[("poll_ms", 200), ("deadline_ms", 10_000)]).unwrap();
        assert_eq!((limits.get(Limit::PollMs), limits.get(Limit::DeadlineMs)), (200, 10_000));
        assert_eq!(serde_json::to_string(&limits).unwrap(), r#"{"poll_ms":200}"#);
        assert_eq!(serde_json::from_str::<Limits>(r#"{"poll_ms":200}"#).unwrap(), limits);
        assert!(serde_json::from_str::<Limits>(r#"{"poll_ms":0}"#).is_err());
        assert!(check(&[("threads", 1)]).unwrap_err().to_string().contains("concurrent_calls"));
        assert_eq!(check(&[("poll_ms", 2)]).unwrap_err().to_string(), "poll_ms is between 5 and 1000, not 2");
        assert!(matches!(check(&[("memory_soft_bytes", 1 << 30)]), Err(LimitError::Memory { .. })));
        assert!(check(&[("memory_soft_bytes", 1 << 30), ("memory_hard_bytes", 2 << 30)]).is_ok());
    }
}
