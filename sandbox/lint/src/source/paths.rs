//! Which paths a crate may hold: `Cargo.toml`, `contract.toml`, `README.md`, `src/**.rs`; nothing else.

use crate::Finding;
use std::collections::BTreeMap;

const FIXED: [&str; 3] = ["Cargo.toml", "contract.toml", "README.md"];
/// Folders and file below `src/`, at most.
const MAX_DEPTH: usize = 3;
const MAX_PATH_BYTES: usize = 120;

/// Judges each path, and the paths together.
pub(super) fn check<'a>(paths: impl Iterator<Item = &'a str>, findings: &mut Vec<Finding>) {
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for path in paths {
        if let Some(other) = folded.insert(path.to_lowercase(), path) {
            findings.push(
                refusal("source/duplicate-path", path, format!("{} and {} differ only by case", shown(other), shown(path)))
                    .hint("Some file systems keep only one of them: rename one."),
            );
        }
        if let Some(finding) = judge(path) {
            findings.push(finding);
        }
    }
}

fn judge(path: &str) -> Option<Finding> {
    if FIXED.contains(&path) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let name = parts.last().copied().unwrap_or_default();
    let lower = name.to_lowercase();
    let (code, why, hint) = if path.is_empty() || path.len() > MAX_PATH_BYTES {
        ("source/path", format!("a path has 1 to {MAX_PATH_BYTES} bytes"), "")
    } else if path.starts_with('/') || path.contains('\\') || parts.iter().any(|p| matches!(*p, "" | "." | "..")) || path.contains(':') {
        ("source/path", "a path is relative, with single `/` between its parts, and never climbs".to_owned(), "")
    } else if path.chars().any(char::is_control) {
        ("source/path", "a path holds no control characters".to_owned(), "")
    } else if parts.contains(&".cargo") {
        ("source/cargo-config", "cargo's configuration can run programs".to_owned(), "Delete it: the gate builds with its own.")
    } else if lower == "rust-toolchain" || lower == "rust-toolchain.toml" {
        ("source/toolchain", "the toolchain is the server's".to_owned(), "Delete it.")
    } else if lower == "build.rs" {
        (
            "source/build-script",
            "a build script runs while building".to_owned(),
            "Delete it: compute at run time, or write the result down as a constant.",
        )
    } else if parts.iter().any(|p| p.starts_with('.')) {
        ("source/dot-file", "files and folders whose name begins with a dot are not part of a feature".to_owned(), "Delete it.")
    } else if path == "src/main.rs" || path.starts_with("src/bin/") {
        (
            "source/extra-target",
            "a feature is one library, without programs of its own".to_owned(),
            "Move the code into `src/lib.rs` or a module.",
        )
    } else if FIXED.iter().any(|f| f.eq_ignore_ascii_case(path)) {
        ("source/path", "the file's name is spelled with other capitals".to_owned(), "Write `Cargo.toml`, `contract.toml`, `README.md`.")
    } else if lower == "cargo.lock" {
        ("source/path", "the versions are the server's".to_owned(), "Leave `Cargo.lock` out.")
    } else if parts[0] != "src" || !path.ends_with(".rs") {
        let why = "a feature holds only `Cargo.toml`, `contract.toml`, `README.md` and `src/**.rs`".to_owned();
        ("source/path", why, "Put pages and styles into string literals of a Rust module.")
    } else if parts.len() - 1 > MAX_DEPTH {
        ("source/path", format!("modules lie at most {MAX_DEPTH} deep below `src/`"), "Flatten the modules.")
    } else if !parts[1..].iter().all(|p| is_snake_case(p.strip_suffix(".rs").unwrap_or(p))) {
        let why = "folders and files below `src/` are named in snake_case: `[a-z][a-z0-9_]*`".to_owned();
        ("source/path", why, "Rename it; the `mod` line follows the file's name.")
    } else {
        return None;
    };
    let finding = refusal(code, path, format!("{} is refused: {why}", shown(path)));
    Some(if hint.is_empty() { finding } else { finding.hint(hint) })
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn refusal(code: &str, path: &str, message: String) -> Finding {
    Finding::error(code, message).file(path.chars().filter(|c| !c.is_control()).take(MAX_PATH_BYTES).collect::<String>())
}

/// A path as a message may repeat it.
fn shown(path: &str) -> String {
    format!("`{}`", path.chars().take(MAX_PATH_BYTES).flat_map(char::escape_debug).collect::<String>())
}
