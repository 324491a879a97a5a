//! The one-time warm build.

/// How far the warm build is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmProgress {
    /// Crates done.
    pub done: u32,
    /// Crates in all; 0 while that is unknown.
    pub total: u32,
    /// What is being done, for people: `fetching`, `building serde_json`.
    pub what: String,
}
