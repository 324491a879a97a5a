//! Every code that a finding can have is explained in `docs/rules/`, and nothing else is: what `kandra explain` prints.

use kandra_tests::{binary, repository};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && path.file_stem().is_some_and(|stem| stem != "tests") {
            found.push(path);
        }
    }
    found
}

/// The codes in a program's text: string literals of these forms, tests left out.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let name = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let is_code = move |word: &str| match word.split_once('/') {
        Some((gate, rest)) => ["source", "lint", "build", "inspect", "probe", "path"].contains(&gate) && name(rest),
        None => word.len() == 4 && word.starts_with('K') && word[1..].bytes().all(|b| b.is_ascii_digit()),
    };
    text.split('"').filter(move |word| is_code(word))
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let root = repository();
    let mut known = BTreeSet::new();
    for folder in ["sandbox/lint/src", "sandbox/gate/src", "host/control/src/pipeline", "host/kandra/src/commands/check"] {
        for path in rust_files(&root.join(folder)) {
            known.extend(codes(&fs::read_to_string(path).unwrap()).map(str::to_owned));
        }
    }
    // Failures of the gates themselves.
    let errors = fs::read_to_string(root.join("sandbox/gate/src/error.rs")).unwrap();
    known.extend(
        errors.lines().filter_map(|line| Some(line.trim().strip_prefix("Self::")?.split_once("=> \"")?.1.strip_suffix("\",")?.to_owned())),
    );
    assert!(known.len() > 90, "{known:?}");

    let output = Command::new(binary()).arg("explain").output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let explained: BTreeSet<String> = listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    let missing: Vec<_> = known.difference(&explained).collect();
    let surplus: Vec<_> = explained.difference(&known).collect();
    assert!(missing.is_empty(), "without a page in docs/rules/: {missing:?}");
    assert!(surplus.is_empty(), "pages of codes that no finding has: {surplus:?}");
}

#[test]
fn explain_prints_a_page_and_says_where_else_to_ask() {
    let explain = |code: &str| {
        let output = Command::new(binary()).args(["explain", code]).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, page, _) = explain("K001");
    assert!(code == Some(0) && page.starts_with("# K001: ") && page.contains("## Why") && page.contains("## Instead"), "{page}");
    let (code, page, _) = explain("probe/leak");
    assert!(code == Some(0) && page.starts_with("## probe/leak: ") && page.matches("## ").count() == 1, "{page}");
    let (code, out, err) = explain("E0308");
    assert!(code == Some(2) && out.is_empty() && err.contains("rustc --explain E0308"), "{err}");
    let (code, _, err) = explain("K999");
    assert!(code == Some(2) && err.contains("kandra explain"), "{err}");
}
