//! The lint in a process of its own: what the parent writes, what the child does, what the parent reads back.
//!
//! A child that the crate's code exhausts dies alone. The parent believes little of what comes back: the answer names
//! places and kinds of insertions, and the parent puts the fixed texts into its own copy of the files. A child gone astray
//! can leave out a tick, and can write nothing.

use crate::{
    Added, Finding, Linted, Severity, Source, lint,
    source::MAX_FINDINGS,
    ticks::{Insertion, Kind},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

/// The largest request and the largest reply, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;
const VERSION: u32 = 2;
/// Characters of a finding's text, at most.
const MAX_TEXT: usize = 2_000;
/// Edits of one finding, at most.
const MAX_EDITS: usize = 4;

/// Why the child's answer is unusable: the child is at fault, or a limit; not the crate's author.
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
    Mismatch(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    version: u32,
    files: BTreeMap<String, String>,
    added: Vec<Added>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    version: u32,
    /// Whether the crate passed.
    passed: bool,
    findings: Vec<Finding>,
    insertions: BTreeMap<String, Vec<Insertion>>,
    /// Last, so that a cut answer is no answer.
    end: bool,
}

/// The child's whole life: one request in, one reply out.
///
/// # Errors
/// When the request is none of [`request`]'s, or a pipe breaks.
pub fn serve(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut bytes)?;
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    if bytes.len() > MAX_MESSAGE {
        return Err(invalid(format!("the request is larger than {MAX_MESSAGE} bytes")));
    }
    let request: Request = serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    if request.version != VERSION {
        return Err(invalid(format!("the request has version {}, this lint has {VERSION}", request.version)));
    }
    let files = request.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let reply = match Source::check_with(files, &request.added).and_then(lint) {
        Ok(linted) => Reply {
            version: VERSION,
            passed: true,
            findings: linted.warnings().to_vec(),
            insertions: linted.insertions().clone(),
            end: true,
        },
        Err(findings) => Reply { version: VERSION, passed: false, findings, insertions: BTreeMap::new(), end: true },
    };
    serde_json::to_writer(&mut output, &reply)?;
    output.flush()
}

/// What to write to the child's standard input; then close it.
pub fn request(source: &Source) -> Vec<u8> {
    serde_json::to_vec(&Request { version: VERSION, files: source.files().clone(), added: source.added() })
        .expect("strings are always JSON")
}

/// Reads what the child wrote.
///
/// # Errors
/// When the child died, or did not answer this request.
pub fn reply(source: &Source, bytes: &[u8]) -> Result<Result<Linted, Vec<Finding>>, ReplyError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(ReplyError::TooLarge { limit: MAX_MESSAGE });
    }
    let reply: Reply = serde_json::from_slice(bytes).map_err(|_| ReplyError::Incomplete)?;
    if reply.version != VERSION || !reply.end {
        return Err(ReplyError::Mismatch("its version"));
    }
    check_findings(source, &reply.findings)?;
    let refused = reply.findings.iter().any(|f| f.severity == Severity::Error);
    if !reply.passed {
        return if refused { Ok(Err(reply.findings)) } else { Err(ReplyError::Mismatch("a refusal without a reason")) };
    }
    if refused {
        return Err(ReplyError::Mismatch("errors in a crate that passed"));
    }
    if !reply.insertions.keys().eq(source.rust_files().map(|(path, _)| path)) {
        return Err(ReplyError::Mismatch("other files"));
    }
    for (path, text) in source.rust_files() {
        check_insertions(text, &reply.insertions[path])?;
    }
    Ok(Ok(Linted::new(source.clone(), reply.insertions, reply.findings)))
}

fn check_findings(source: &Source, findings: &[Finding]) -> Result<(), ReplyError> {
    if findings.len() > MAX_FINDINGS {
        return Err(ReplyError::Mismatch("too many findings"));
    }
    for finding in findings {
        let long = |text: &str| text.chars().count() > MAX_TEXT;
        let code = finding.code.starts_with('K') && finding.code.len() == 4 || finding.code.starts_with("source/");
        if !code || long(&finding.code) || long(&finding.message) || long(&finding.hint) {
            return Err(ReplyError::Mismatch("a finding's text"));
        }
        if !finding.file.is_empty() && !source.files().contains_key(&finding.file) {
            return Err(ReplyError::Mismatch("a finding about another file"));
        }
        let text = source.files().get(&finding.file).map_or("", String::as_str);
        if finding.fix.len() > MAX_EDITS || !finding.fix.iter().all(|edit| edit.fits(text)) {
            return Err(ReplyError::Mismatch("a fix"));
        }
    }
    Ok(())
}

pub(crate) fn check_insertions(text: &str, insertions: &[Insertion]) -> Result<(), ReplyError> {
    let mut last = 0;
    let mut open = 0usize;
    for insertion in insertions {
        if insertion.at < last || !text.is_char_boundary(insertion.at) {
            return Err(ReplyError::Mismatch("the places of ticks"));
        }
        last = insertion.at;
        match insertion.kind {
            Kind::Open | Kind::OpenParenthesis => open += 1,
            Kind::Close | Kind::CloseParenthesis => open = open.checked_sub(1).ok_or(ReplyError::Mismatch("unpaired ticks"))?,
            Kind::Tick | Kind::Markup | Kind::Prelude => {}
        }
    }
    if open == 0 { Ok(()) } else { Err(ReplyError::Mismatch("unpaired ticks")) }
}
