//! What the end-to-end tests share: a running server over a temporary home, a client that solves proofs of work, a
//! scripted model server.
#![forbid(unsafe_code)]
