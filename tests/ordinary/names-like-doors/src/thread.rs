use kandra::prelude::*;

/// Not a thread: a thread of a conversation.
pub fn spawn(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}
