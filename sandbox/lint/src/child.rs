//! skeleton
use crate::{Finding, Linted, Source};
use std::io::{Read, Write};

/// Why the child's answer is unusable: the child is at fault, not the crate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReplyError {
    /// Nothing came, or not all of it: the child died.
    #[error("the lint child gave no complete answer")]
    Incomplete,
    /// More than an answer can be.
    #[error("the lint child's answer is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// Not an answer to this request.
    #[error("the lint child's answer does not fit its request: {0}")]
    Mismatch(String),
}

/// The largest request and the largest reply, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// The child's whole life: one request in, one reply out.
///
/// # Errors
/// When the request is not one that [`request`] makes, or a pipe breaks.
pub fn serve(input: impl Read, output: impl Write) -> std::io::Result<()> {
    let _ = (input, output);
    todo!()
}

/// What to write to the child's standard input, then close it.
pub fn request(source: &Source) -> Vec<u8> {
    let _ = source;
    todo!()
}

/// Reads what the child wrote.
///
/// # Errors
/// When the child died or did not answer this request.
pub fn reply(source: &Source, bytes: &[u8]) -> Result<Result<Linted, Vec<Finding>>, ReplyError> {
    let _ = (source, bytes);
    todo!()
}
