//! Every rule against its fixtures: `tests/fixtures/<rule>/{refused,accepted}/<name>.rs`, with the findings expected of each
//! in `<name>.findings` (no file: none). `KANDRA_BLESS=1` rewrites the expectations; review what changes.
//!
//! A fixture is `src/lib.rs`, behind the four lines that every feature begins with unless its first line is `//# whole`. A
//! line `//# file src/board.rs` begins another file; a first line `//# crates csv maud` names crates of the shelf.

use kandra_lint::{Finding, Linted, Source, child, lint};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const HEAD: &str = "#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\nuse kandra::prelude::*;\n";
const MANIFEST: &str = r#"[package]
name = "kandra-feature-fixture"
version = "0.1.0"
edition = "2024"
license = "MIT OR Apache-2.0"
publish = false

[package.metadata.kandra]
title = "Fixture"
summary = "A crate that a rule is tested with."

[lib]
crate-type = ["cdylib", "rlib"]

[dependencies]
kandra = "0.1"
kandra-std = "0.1"
serde = "1"
"#;

fn source(fixture: &str) -> Source {
    // The line stays in the file, so that places are the fixture's own.
    let crates = fixture.strip_prefix("//# crates ").and_then(|rest| rest.lines().next()).unwrap_or_default();
    let named: String = crates.split_whitespace().map(|name| format!("{name} = \"1\"\n")).collect();
    let (head, text) = match fixture.strip_prefix("//# whole\n") {
        Some(rest) => (String::new(), rest),
        None => {
            // What documents or allows for the whole file comes first.
            let inner = fixture.split_inclusive('\n').take_while(|l| l.starts_with("//!") || l.starts_with("#![")).map(str::len).sum();
            (format!("{}{HEAD}", &fixture[..inner]), &fixture[inner..])
        }
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.insert("Cargo.toml".into(), format!("{MANIFEST}{named}").into());
    files.insert("contract.toml".into(), "".into());
    let mut path = "src/lib.rs".to_owned();
    let mut content = head;
    for line in text.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("//# file ") {
            files.insert(std::mem::replace(&mut path, next.trim().to_owned()), std::mem::take(&mut content).into_bytes());
        } else {
            content.push_str(line);
        }
    }
    files.insert(path, content.into_bytes());
    Source::check(files).unwrap_or_else(|findings| panic!("the fixture is no source: {findings:#?}"))
}

fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for f in findings {
        let severity = if f.severity == kandra_lint::Severity::Error { "" } else { " (warning)" };
        writeln!(
            text,
            "{}{severity} {}:{}:{}-{}:{}\n    {}\n    {}",
            f.code, f.file, f.line, f.column, f.end_line, f.end_column, f.message, f.hint
        )
        .unwrap();
    }
    text
}

/// Judges one fixture; in the process and through the child's protocol the answer is the same.
fn judge(fixture: &str) -> Result<Linted, Vec<Finding>> {
    let source = source(fixture);
    let verdict = lint(source.clone());
    let mut answer = Vec::new();
    child::serve(&child::request(&source)[..], &mut answer).unwrap();
    let through_child = child::reply(&source, &answer).unwrap();
    match (&verdict, &through_child) {
        (Ok(here), Ok(there)) => assert_eq!((here.ticked(), here.warnings()), (there.ticked(), there.warnings())),
        (Err(here), Err(there)) => assert_eq!(here, there),
        _ => panic!("the child disagrees"),
    }
    verdict
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).map(|d| d.map(|e| e.unwrap().path()).collect()).unwrap_or_default();
    found.retain(|p| p.extension().is_some_and(|e| e == "rs"));
    found.sort();
    found
}

/// Every fixture: its rule, whether it is to be refused, its path.
fn fixtures() -> Vec<(String, bool, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut rules: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    rules.sort();
    let mut found = Vec::new();
    for rule in rules {
        let name = rule.file_name().unwrap().to_string_lossy().into_owned();
        for refused in [true, false] {
            found.extend(files(&rule.join(if refused { "refused" } else { "accepted" })).into_iter().map(|p| (name.clone(), refused, p)));
        }
    }
    found
}

#[test]
fn every_fixture_gives_the_findings_expected_of_it() {
    let bless = std::env::var_os("KANDRA_BLESS").is_some();
    let mut wrong = String::new();
    for (rule, refused, path) in fixtures() {
        let verdict = judge(&fs::read_to_string(&path).unwrap());
        let findings = match &verdict {
            Ok(linted) => shown(linted.warnings()),
            Err(findings) => shown(findings),
        };
        let code = rule.split('-').next().unwrap();
        // Rules that warn refuse nothing: there a fixture in `refused` is one that is warned of.
        let warns = code.starts_with("K1");
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        if verdict.is_err() != (refused && !warns) {
            writeln!(wrong, "{name}: {}\n{findings}", if refused { "passed" } else { "was refused" }).unwrap();
        }
        if refused && !findings.contains(code) {
            writeln!(wrong, "{name}: no finding {code}, but\n{findings}").unwrap();
        }
        if !refused && findings.contains(code) {
            writeln!(wrong, "{name}: finding {code}\n{findings}").unwrap();
        }
        let expectation = path.with_extension("findings");
        let expected = fs::read_to_string(&expectation).unwrap_or_default();
        if expected != findings {
            if bless && findings.is_empty() {
                fs::remove_file(&expectation).unwrap();
            } else if bless {
                fs::write(&expectation, &findings).unwrap();
            } else {
                writeln!(wrong, "{name}: expected\n{expected}but got\n{findings}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_rule_has_fixtures_of_both_kinds() {
    let mut kinds: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (rule, refused, _) in fixtures() {
        kinds.entry(rule).or_default()[usize::from(refused)] += 1;
    }
    for (rule, [accepted, refused]) in &kinds {
        assert!(*accepted > 0 && *refused > 0 || rule == "ordinary", "{rule}: {accepted} accepted, {refused} refused");
    }
    for code in (1..=20).chain([22]).map(|n| format!("K{n:03}-")).chain((101..=104).map(|n| format!("K{n}-"))) {
        assert!(kinds.keys().any(|rule| rule.starts_with(&code)), "{code} has no fixtures");
    }
}

#[test]
fn ticks_keep_lines_and_places() {
    let mut ticks = 0;
    for (_, _, path) in fixtures() {
        let Ok(linted) = judge(&fs::read_to_string(&path).unwrap()) else { continue };
        for (file, ticked) in linted.ticked() {
            let original = &linted.source().files()[file];
            syn::parse_file(ticked).unwrap_or_else(|error| panic!("{}: {file}: {error}\n{ticked}", path.display()));
            assert_eq!(original.lines().count(), ticked.lines().count(), "{}: {file}", path.display());
            ticks += ticked.matches("::kandra::__tick();").count();
            for ((number, before), after) in (1u32..).zip(original.lines()).zip(ticked.lines()) {
                let characters: Vec<char> = before.chars().collect();
                let mut next = 0;
                for (column, character) in (1u32..).zip(after.chars()) {
                    let (line, place) = linted.original_position(file, number, column);
                    assert_eq!(line, number);
                    // Each original character is found again, in order, at its own place.
                    if place as usize == next + 1
                        && characters.get(next) == Some(&character)
                        && linted.original_position(file, number, column + 1).1 == place + 1
                    {
                        next += 1;
                    }
                    assert!(place as usize <= characters.len() + 1, "{}: {file}:{number}:{column} → {place}", path.display());
                }
                assert!(next + 1 >= characters.len(), "{}: {file}:{number}: {next} of {}", path.display(), characters.len());
            }
        }
    }
    assert!(ticks > 100, "{ticks}");
}

/// `tests/fixes/<name>/{before,after}.rs`: what has one right answer gets it, and then passes.
#[test]
fn fixes_lead_to_what_the_lint_accepts() {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixes")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 4);
    for folder in folders {
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let mut text = read("before.rs");
        for _ in 0..4 {
            let Err(findings) = judge(&format!("//# whole\n{text}")) else { break };
            let edits: Vec<_> = findings.iter().flat_map(|f| f.fix.clone()).collect();
            assert!(!edits.is_empty(), "{}: {findings:#?}", folder.display());
            text = kandra_lint::fix::apply(&text, &edits);
        }
        assert_eq!(text, read("after.rs"), "{}", folder.display());
        assert!(judge(&format!("//# whole\n{text}")).is_ok(), "{}", folder.display());
    }
}

/// Where a fix would be a guess, none is offered.
#[test]
fn no_fix_where_there_are_two_answers() {
    for text in [
        "pub fn a(v: Vec<u8>) { core::mem::forget(v); }\n",
        "pub fn a() { unsafe {} }\n",
        "pub fn a() { println!(\"x\"); }\n",
        "use core as c;\n",
        "extern crate std as real;\n",
        "extern crate libc;\n",
    ] {
        let findings = judge(text).unwrap_err();
        assert!(findings.iter().all(|f| f.fix.is_empty()), "{text}: {findings:#?}");
    }
    // A second spelling of the façade would stand beside the line that a fix adds.
    let twice = judge("//# whole\n#![no_std]\n#![forbid(unsafe_code)]\nextern   crate kandra_std as std;\n").unwrap_err();
    assert!(twice.iter().all(|f| f.fix.is_empty()), "{twice:#?}");
}

/// The fenced blocks of a page beneath a heading, or with these words behind the fence.
fn blocks<'p>(page: &'p str, begin: &str) -> Vec<&'p str> {
    page.split(begin).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// What a page of `docs/rules/` shows as refused is refused with its code; what it says to write instead passes.
#[test]
fn pages_tell_the_truth() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let (mut tried, mut wrong) = (0, String::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let page = fs::read_to_string(&path).unwrap();
        if !name.starts_with('K') {
            continue;
        }
        assert!(page.starts_with(&format!("# {name}: ")) && page.contains("\n## Why\n"), "{name}");
        let [refused, instead] = ["## Refused\n\n```rust\n", "## Instead\n\n```rust\n"].map(|begin| {
            let found = blocks(&page, begin);
            assert_eq!(found.len(), 1, "{name} has one example of each kind");
            match name.as_str() {
                // How a crate begins is what that rule is about.
                "K003" => format!("//# whole\n{}", found[0]),
                // And here a crate of the shelf.
                "K021" => format!("//# crates csv\n{}", found[0]),
                _ => found[0].to_owned(),
            }
        });
        let said = match judge(&refused) {
            Ok(linted) if name.starts_with("K1") => linted.warnings().to_vec(),
            Ok(_) => Vec::new(),
            Err(findings) => findings,
        };
        if !said.iter().any(|f| f.code == name) {
            writeln!(wrong, "{name}: refused otherwise\n{}", shown(&said)).unwrap();
        }
        match judge(&instead) {
            Ok(linted) if linted.warnings().is_empty() => {}
            Ok(linted) => writeln!(wrong, "{name}: what to write instead\n{}", shown(linted.warnings())).unwrap(),
            Err(findings) => writeln!(wrong, "{name}: what to write instead\n{}", shown(&findings)).unwrap(),
        }
        tried += 1;
    }
    assert!(wrong.is_empty() && tried >= 24, "{tried}\n{wrong}");

    let page = fs::read_to_string(folder.join("source.md")).unwrap();
    let judge = |manifest: &str| {
        let files = [("Cargo.toml", manifest), ("contract.toml", ""), ("src/lib.rs", "")];
        Source::check(files.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect())
    };
    for section in page.split("\n## ").skip(1) {
        let code = section.split(": ").next().unwrap();
        for refused in blocks(section, "```toml refused\n") {
            let findings = judge(refused).unwrap_err();
            assert!(findings.iter().any(|f| f.code == code), "{code}: {findings:#?}");
        }
        for instead in blocks(section, "```toml instead\n") {
            judge(instead).unwrap_or_else(|findings| panic!("{code}: {findings:#?}"));
        }
    }
}
