//! A poll.
//!
//! It counts.

use kandra::prelude::*;
