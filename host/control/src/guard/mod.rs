//! What stands before every write: proof of work, limits, origin and host checks.
