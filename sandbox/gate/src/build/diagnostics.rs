//! What rustc said, as findings about the author's own files.
//!
//! Places are mapped back through the ticks; help that would not work in a feature is replaced by help that does;
//! escape sequences and this machine's paths do not get through; the number and length of findings are bounded.

use crate::{
    Linted,
    cargo::{self, Diagnostic, Message, Span},
};
use kandra_model::{Finding, Severity};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

const MAX_ERRORS: usize = 20;
const MAX_WARNINGS: usize = 10;
const MAX_TEXT: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Said {
    pub errors: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

/// What to use instead of what a feature cannot name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    /// Name in `std` to hint.
    std: BTreeMap<String, String>,
    /// Name without a path to hint.
    names: BTreeMap<String, String>,
}

static HINTS: LazyLock<Hints> = LazyLock::new(|| toml::from_str(include_str!("hints.toml")).expect("hints.toml is checked by a test"));

pub(super) fn read(stdout: &[u8], linted: &Linted) -> Said {
    let mut said = Said::default();
    for message in cargo::messages(stdout) {
        let Message::Diagnostic { message } = message else { continue };
        // "aborting due to 2 previous errors" and "2 warnings emitted" say nothing new.
        if message.spans.is_empty()
            && message.code.is_none()
            && (message.message.starts_with("aborting due to") || message.message.ends_with(" emitted"))
        {
            continue;
        }
        match message.level.as_str() {
            "error" if said.errors.len() < MAX_ERRORS => said.errors.push(finding(&message, Severity::Error, linted)),
            "error: internal compiler error" if said.errors.len() < MAX_ERRORS => {
                said.errors.push(
                    Finding::error("build/compiler-crashed", "the compiler crashed on this crate")
                        .hint("write it more plainly: less nesting, fewer generics"),
                );
            }
            "warning" if said.warnings.len() < MAX_WARNINGS => said.warnings.push(finding(&message, Severity::Warning, linted)),
            _ => {}
        }
    }
    said
}

fn finding(diagnostic: &Diagnostic, severity: Severity, linted: &Linted) -> Finding {
    if severity == Severity::Error && diagnostic.message.starts_with("linking with") {
        return unlinked(diagnostic);
    }
    let mut message = diagnostic.message.clone();
    let label = diagnostic.spans.iter().find(|span| span.is_primary).and_then(|span| span.label.as_deref());
    if let Some(label) = label.filter(|label| !label.is_empty() && !message.contains(label)) {
        message = format!("{message}: {label}");
    }
    let code = diagnostic.code.as_ref().map_or_else(|| "build/error".to_owned(), |code| clean(&code.code));
    let mut finding = Finding { severity, ..Finding::error(code, clean(&message)) };
    finding.hint = clean(&hint(diagnostic, &message));
    if let Some(span) = diagnostic.spans.iter().find(|span| span.is_primary).or(diagnostic.spans.first()).and_then(|span| own(span, linted))
    {
        let at = |line, column| linted.original_position(&span.file_name, line, column);
        (finding.line, finding.column) = at(span.line_start, span.column_start);
        (finding.end_line, finding.end_column) = at(span.line_end, span.column_end);
        finding.file.clone_from(&span.file_name);
    }
    finding
}

/// The linker's own words are a command line of this machine; what an author can do about it is little.
fn unlinked(diagnostic: &Diagnostic) -> Finding {
    let said: String = diagnostic.children.iter().map(|child| child.message.as_str()).collect();
    let (message, hint) = if said.contains("__kandra_mount") {
        ("the library is no feature: it has no `kandra::feature!`", "write `kandra::feature!(mount);` in src/lib.rs, once")
    } else {
        ("the library could not be linked", "make it smaller: shorter constants, fewer generics")
    };
    Finding::error("build/link", message).hint(hint).file("src/lib.rs")
}

/// The span itself, or the place in the author's files whose macro call led to it.
fn own<'a>(span: &'a Span, linted: &Linted) -> Option<&'a Span> {
    let mut span = span;
    for _ in 0..64 {
        if linted.ticked().contains_key(&span.file_name) {
            return Some(span);
        }
        span = &span.expansion.as_deref()?.span;
    }
    None
}

fn hint(diagnostic: &Diagnostic, message: &str) -> String {
    if let Some(ours) = missing_in_std(message) {
        return ours;
    }
    // Something of the author's own that only lacks its import is not what we know under that name.
    let own = diagnostic.children.iter().any(|child| {
        child.message.contains("crate::")
            || child.spans.iter().filter_map(|span| span.suggested_replacement.as_deref()).any(|s| s.contains("crate::"))
    });
    if let Some(ours) = missing_name(message).filter(|_| !own) {
        return ours;
    }
    if is_not_awaited(message) {
        return "add `.await`: an async function gives its value only when it is awaited, as in `load(&ctx).await`".to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for child in diagnostic.children.iter().filter(|child| child.level == "help" || child.level == "note") {
        let suggestion =
            child.spans.iter().find_map(|span| span.suggested_replacement.as_deref()).map(str::trim).filter(|text| !text.is_empty());
        let text = match suggestion {
            Some(suggestion) => format!("{}: `{suggestion}`", child.message),
            None => child.message.clone(),
        };
        // rustc proposes the real std, which a feature cannot name.
        let leads_astray = [
            "::std::",
            "std::fs",
            "std::io",
            "std::env",
            "std::process",
            "std::thread",
            "std::net",
            "extern crate",
            "`#[warn(",
            "`#[deny(",
            "rustc --explain",
            "macro_use",
        ];
        if !leads_astray.iter().any(|wrong| text.contains(wrong)) && parts.len() < 3 {
            parts.push(text);
        }
    }
    parts.join("; ")
}

/// Whether something was asked of a future that only its value can do; rustc proposes to implement the trait instead.
fn is_not_awaited(message: &str) -> bool {
    // These are about what an async function holds or returns, not about a forgotten `.await`.
    let other = ["sent between threads", "shared between threads", "to be a future that resolves to", "is not a future"];
    let subject = ["`impl Future<", "`&impl Future<", "`{async block@", "`&{async block@", ", found future", ", found `impl Future<"];
    subject.iter().any(|subject| message.contains(subject)) && !other.iter().any(|other| message.contains(other))
}

/// Our own help when the message is about a name that only the real `std` has.
fn missing_in_std(message: &str) -> Option<String> {
    let mentions = |name: &str| {
        let (parent, last) = name.rsplit_once("::").map_or((String::new(), name), |(parent, last)| (format!("::{parent}"), last));
        let within = [format!("`std{parent}`"), format!("`kandra_std{parent}`")];
        message.contains(&format!("std::{name}"))
            || (message.contains(&format!("`{last}`")) && within.iter().any(|within| message.contains(within)))
    };
    let unresolved = ["could not find", "unresolved import", "cannot find", "no `", "not found", "use of unresolved", "use of undeclared"];
    if !unresolved.iter().any(|words| message.contains(words)) {
        return None;
    }
    HINTS.std.iter().find(|(name, _)| mentions(name)).map(|(_, hint)| hint.clone())
}

/// Our own help when a name that authors expect is in no scope.
fn missing_name(message: &str) -> Option<String> {
    let unresolved = ["cannot find", "use of undeclared", "failed to resolve", "not found in this scope"];
    if !unresolved.iter().any(|words| message.contains(words)) {
        return None;
    }
    HINTS.names.iter().find(|(name, _)| message.contains(&format!("`{name}`"))).map(|(_, hint)| hint.clone())
}

/// Without escape sequences, control characters and paths of this machine, and not too long.
fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => drop(characters.by_ref().find(char::is_ascii_alphabetic)),
            '\n' => out.push(' '),
            c if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) => {}
            c => out.push(c),
        }
        if out.len() >= MAX_TEXT {
            out.push('…');
            break;
        }
    }
    without_paths(&out)
}

/// Absolute paths of more than one part become their last part.
fn without_paths(text: &str) -> String {
    let shorten = |word: &str| {
        let start = word.find('/').filter(|at| word[..*at].chars().all(|c| !c.is_alphanumeric() && c != ':' && c != '.'));
        let Some(start) = start else { return word.to_owned() };
        let path = &word[start..];
        let parts = path.matches('/').count();
        if parts < 3 { word.to_owned() } else { format!("{}{}", &word[..start], &path[path.rfind('/').unwrap_or(0) + 1..]) }
    };
    text.split(' ').map(shorten).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_escapes_and_paths_of_this_machine() {
        assert_eq!(clean("\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: no\r\n"), "error: no ");
        assert_eq!(clean("note: `/srv/home/me/.cache/x/lib/libserde.rlib` is here"), "note: `libserde.rlib` is here");
        assert_eq!(clean("use kandra::Response / 2 or a/b, GET /items/{id}"), "use kandra::Response / 2 or a/b, GET /items/{id}");
        assert!(!clean("admin\u{202e}nimda").contains('\u{202e}'));
        assert!(clean(&"long ".repeat(1000)).len() < MAX_TEXT + 8);
    }

    #[test]
    fn a_forgotten_await_is_told() {
        let hint = |message: &str| {
            let misleading = r#"{"message": "consider annotating with `#[derive(Serialize)]`", "level": "help", "spans": []}"#;
            let text = format!(r#"{{"message": "", "level": "error", "spans": [], "children": [{misleading}]}}"#);
            super::hint(&serde_json::from_str(&text).unwrap(), message)
        };
        for message in [
            "the trait bound `impl Future<Output = u64>: Serialize` is not satisfied",
            "`impl Future<Output = u64>` doesn't implement `std::fmt::Display`",
            "cannot add `{integer}` to `impl Future<Output = u64>`",
            "mismatched types: expected `u64`, found future",
            "no method named `count_ones` found for opaque type `impl Future<Output = u64>` in the current scope",
            "the trait bound `{async block@src/lib.rs:5:160: 5:165}: Serialize` is not satisfied",
        ] {
            assert!(hint(message).starts_with("add `.await`"), "{message}");
        }
        for message in [
            "the trait bound `Item: Serialize` is not satisfied",
            "`impl Future<Output = u64>` cannot be sent between threads safely",
            "expected `impl Future<Output = u64>` to be a future that resolves to `Result<Response, Error>`, but it resolves to `u64`",
        ] {
            assert!(hint(message).contains("derive"), "{message}");
        }
    }

    #[test]
    fn names_that_authors_expect_get_our_hint() {
        for (message, hint) in [
            ("failed to resolve: use of undeclared type `Instant`", "ctx.now()"),
            ("cannot find `File` in this scope", "ctx.kv()"),
            ("cannot find function `sleep` in this scope: not found in this scope", "ctx.sleep"),
        ] {
            assert!(missing_name(message).is_some_and(|found| found.contains(hint)), "{message}");
        }
        assert_eq!(missing_name("mismatched types: expected `File`, found `u8`"), None);
        let own = r#"{"message": "", "level": "error", "spans": [], "children": [{"message": "consider importing this struct: crate::disk::File", "level": "help", "spans": []}]}"#;
        assert!(!super::hint(&serde_json::from_str(own).unwrap(), "cannot find type `File` in this scope").contains("ctx.kv"));
    }

    #[test]
    fn names_that_only_the_real_std_has_get_our_hint() {
        for (message, hint) in [
            ("unresolved import `std::fs`: no `fs` in the root", Some("ctx.kv()")),
            ("failed to resolve: could not find `process` in `std`", Some("processes")),
            ("cannot find function `spawn` in module `std::thread`: not found", Some("ctx.sleep")),
            ("cannot find type `Instant` in module `std::time`: not found in `std::time`", Some("ctx.now()")),
            ("cannot find value `fs` in this scope", None),
            ("cannot find type `Instants` in this scope", None),
            ("mismatched types: expected `std::fs`", None),
        ] {
            let found = missing_in_std(message);
            assert_eq!(found.is_some(), hint.is_some(), "{message}: {found:?}");
            assert!(hint.is_none_or(|hint| found.as_ref().unwrap().contains(hint)), "{message}: {found:?}");
        }
    }
}
