//! The four readers of strangers' Rust under mutated input: source, scan and parse, rules, ticks. Started by `scripts/fuzz`.
//!
//! As in the product the scan comes first, so what it passes must not exhaust a stack.

use crate::{Finding, Source, child, fix, lint, linted::Linted, parse::Parsed};
use kandra_fuzz::Fuzz;
use std::collections::BTreeMap;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const HEAD: &str = "#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\nuse kandra::prelude::*;\n";
const MANIFEST: &str =
    "[package]\nname = \"kandra-feature-fuzzed\"\n[package.metadata.kandra]\ntitle = \"F\"\n[dependencies]\nkandra = \"0.1\"\n";
const WORDS: &[&str] = &[
    "unsafe ",
    "extern ",
    "crate",
    "self::",
    "super::",
    "::",
    "std::fs::",
    "core::",
    "r#",
    "'a ",
    "'static ",
    "for<'a> ",
    "dyn ",
    "impl ",
    "where ",
    "async ",
    "await",
    "move ",
    "|x| ",
    "|| ",
    "loop {",
    "while true {",
    "for x in y {",
    "if let ",
    "else ",
    "match x {",
    "=> ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "->",
    "=",
    "==",
    "&",
    "&mut ",
    "*",
    "!",
    "?",
    "..",
    "..=",
    ";",
    ",",
    "#[",
    "#![",
    "]",
    "//",
    "/*",
    "*/",
    "\"",
    "r#\"",
    "\"#",
    "b'",
    "c\"",
    "'",
    "\\",
    "\\u{",
    "macro_rules! a {",
    "$x:expr",
    "format!(",
    "json!({",
    "matches!(x, ",
    "vec![",
    "const ",
    "static ",
    "mut ",
    "fn a() {",
    "pub ",
    "struct A<",
    "enum B {",
    "trait C: ",
    "type D = ",
    "mod e {",
    "use f::*;",
    "union ",
    "let ",
    "return ",
    "break 'a ",
    "yield ",
    "try {",
    "const {",
    "unsafe(",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "é",
    "𝒳",
    "0x",
    "1e9",
    "1.",
    "_",
    "__tick",
    "as u8",
    "ref ",
    "@",
    "box ",
    "gen ",
    "raw ",
    "safe ",
    "auto trait ",
    "default impl ",
    "#!/bin/sh\n",
    "---\n",
];

fn seeds(fuzz: Fuzz) -> Fuzz {
    fuzz.seeds_in(&format!("{HERE}/tests/fixtures"), ".rs")
        .seeds_in(&format!("{HERE}/../../feature-template/src"), ".rs")
        .seeds_in(&format!("{HERE}/../../generated"), "lib.rs")
        .words(WORDS)
}

/// A crate with this text behind the usual head, unless it has its own; none where the source gate says no.
fn source(input: &[u8]) -> Option<Source> {
    let text = String::from_utf8_lossy(input);
    let text = text.strip_prefix("//# whole\n").map_or_else(|| format!("{HEAD}{text}"), str::to_owned);
    let text = if text.matches("#![no_std]").count() > 1 { text.strip_prefix(HEAD).unwrap_or(&text).to_owned() } else { text };
    let files = [("Cargo.toml", MANIFEST.to_owned()), ("contract.toml", String::new()), ("src/lib.rs", text)];
    Source::check(files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()).ok()
}

fn check_finding(finding: &Finding, files: &BTreeMap<String, String>) {
    assert!(!finding.message.is_empty() && finding.message.chars().count() <= 2_000, "{finding:?}");
    assert!((finding.line, finding.column) <= (finding.end_line, finding.end_column), "{finding:?}");
    if finding.line > 0
        && let Some(text) = files.get(&finding.file)
    {
        let lines: Vec<&str> = text.split('\n').collect();
        for (line, column) in [(finding.line, finding.column), (finding.end_line, finding.end_column)] {
            let line = lines.get(line as usize - 1).unwrap_or_else(|| panic!("{finding:?}"));
            assert!(column >= 1 && column as usize <= line.chars().count() + 1, "{finding:?}: {line:?}");
        }
    }
    let text = files.get(&finding.file).map_or("", String::as_str);
    assert!(finding.fix.iter().all(|edit| edit.fits(text)), "{finding:?}");
    let _ = fix::apply(text, &finding.fix);
}

#[test]
fn fuzz_source() {
    let words = [
        "build",
        "path",
        "git",
        "workspace",
        "[lib]",
        "[features]",
        "[[bin]]",
        "[profile.dev]",
        "[patch.crates-io]",
        "name = ",
        "\"",
        "'''",
        "=",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "edition = \"2021\"",
        "publish = true",
        "license = 1",
        "kandra-feature-",
        "1979-05-27",
        "inf",
        "\u{202e}",
        "\0",
        "\r",
        "\u{feff}",
        "../",
        "/",
        ".",
        "src/",
        "\\u0000",
        "[package.metadata.kandra]",
        "hosts = [",
        "calls = [",
        "capabilities = [",
        "9999999999999",
    ];
    let fuzz = Fuzz::new("source", HERE).seeds([MANIFEST]).seeds_in(&format!("{HERE}/../../generated"), "Cargo.toml").words(&words);
    fuzz.run(|input| {
        // The same bytes as manifest, as path and as text.
        let path = String::from_utf8_lossy(&input[..input.len().min(200)]).into_owned();
        for (manifest, path, text) in
            [(input, "src/a.rs", b"".as_slice()), (MANIFEST.as_bytes(), "src/a.rs", input), (MANIFEST.as_bytes(), path.as_str(), b"")]
        {
            let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::from([
                ("Cargo.toml".into(), manifest.to_vec()),
                ("contract.toml".into(), Vec::new()),
                ("src/lib.rs".into(), Vec::new()),
            ]);
            files.insert(path.to_owned(), text.to_vec());
            let texts = files.iter().map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned())).collect();
            match Source::check(files.clone()) {
                Ok(source) => {
                    assert!(source.files().iter().all(|(path, text)| files[path] == text.as_bytes()));
                    assert!(source.files().keys().all(|path| !path.contains("..") && !path.starts_with('/') && path.is_ascii()));
                    assert!(
                        (3..=40).contains(&source.slug().len()) && source.slug().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    );
                }
                Err(findings) => {
                    assert!(!findings.is_empty() && findings.len() <= 200);
                    findings.iter().for_each(|finding| check_finding(finding, &texts));
                }
            }
        }
    });
}

#[test]
fn fuzz_scan() {
    seeds(Fuzz::new("scan", HERE)).run(|input| {
        let text = String::from_utf8_lossy(input);
        // Longer files and lines are refused before.
        let text: String = text.split_inclusive('\n').map(|line| line.chars().take(2_000).collect::<String>()).collect();
        match Parsed::parse("src/lib.rs", &text) {
            Ok(parsed) => assert_eq!(parsed.text, text),
            Err(finding) => check_finding(&finding, &BTreeMap::from([("src/lib.rs".to_owned(), text.clone())])),
        }
        proc_macro2::extra::invalidate_current_thread_spans();
    });
}

#[test]
fn fuzz_lint() {
    seeds(Fuzz::new("lint", HERE)).run(|input| {
        let Some(source) = source(input) else { return };
        let mut answer = Vec::new();
        child::serve(&child::request(&source)[..], &mut answer).expect("the child answers");
        let through_child = child::reply(&source, &answer).expect("an honest child is believed");
        match lint(source.clone()) {
            Ok(linted) => {
                assert_eq!(through_child.expect("the same verdict").ticked(), linted.ticked());
                linted.warnings().iter().for_each(|finding| check_finding(finding, source.files()));
            }
            Err(findings) => {
                findings.iter().for_each(|finding| check_finding(finding, source.files()));
                assert_eq!(through_child.expect_err("the same verdict"), findings);
            }
        }
    });
}

#[test]
fn fuzz_ticks() {
    let accepted = seeds(Fuzz::new("ticks", HERE));
    accepted.run(|input| {
        let Some(Ok(linted)) = source(input).map(lint) else { return };
        for (path, ticked) in linted.ticked() {
            check_ticks(&linted, path, ticked);
        }
    });
}

/// It parses, every line keeps its number, and without the insertions it is the author's own text.
fn check_ticks(linted: &Linted, path: &str, ticked: &str) {
    let original = &linted.source().files()[path];
    let Err(error) = syn::parse_file(ticked).map(drop) else {
        assert_eq!(original.matches('\n').count(), ticked.matches('\n').count());
        let (mut rest, mut from) = (ticked, 0);
        for insertion in &linted.insertions()[path] {
            rest = rest.strip_prefix(&original[from..insertion.at]).expect("the author's text");
            rest = rest.strip_prefix(insertion.kind.text()).expect("the insertion");
            assert!(!insertion.kind.text().contains('\n'));
            from = insertion.at;
        }
        assert_eq!(rest, &original[from..]);
        return;
    };
    panic!("{error} at {:?}:\n{ticked}", error.span().start());
}
