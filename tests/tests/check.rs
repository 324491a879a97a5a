//! `kandra check` beyond its verdicts: what it remembers, what it puts right, what it says of paths that are no features, and
//! what a workflow gets.

use anyhow::Result;
use kandra_tests::{binary, feature_crate};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.arg("check").args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_STEP_SUMMARY");
    command.output().expect("the binary starts")
}

fn json(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let all: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
    let output = check(folder, &all);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    assert_eq!(log["schema"], 1);
    log["features"].as_array().expect("features").clone()
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file in a folder"))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The benchmarks' crate under another slug, with words that nobody has checked before.
fn fresh(folder: &Path, slug: &str) -> Result<()> {
    let mut files = feature_crate("tests/features/bench-counter")?;
    files.values_mut().for_each(|text| *text = text.replace("bench-counter", slug));
    files.entry("src/lib.rs".into()).or_default().push_str(&format!("// {}\n", folder.display()));
    write(&folder.join(slug), &files)
}

#[test]
fn a_verdict_is_remembered_until_a_byte_changes() -> Result<()> {
    let place = tempfile::tempdir()?;
    let at = place.path();
    fresh(at, "kept-one")?;
    fresh(at, "kept-two")?;
    let lib = at.join("kept-two/src/lib.rs");
    fs::write(&lib, format!("{}fn a() {{ unsafe {{}} }}\n", fs::read_to_string(&lib)?))?;
    let both = ["kept-two", "kept-one"];
    let cached = |features: &[Value]| features.iter().map(|f| f["cached"] == true).collect::<Vec<_>>();

    let first = json(at, &both);
    assert_eq!(cached(&first), [false, false]);
    assert_eq!(first.iter().map(|f| f["verdict"].as_str().unwrap()).collect::<Vec<_>>(), ["refused", "accepted"]);
    let second = json(at, &both);
    assert_eq!(cached(&second), [true, true], "{second:?}");
    for (before, after) in first.iter().zip(&second) {
        for name in ["path", "slug", "verdict", "stage", "findings", "timings_ms"] {
            assert_eq!(before[name], after[name]);
        }
    }
    assert_eq!(cached(&json(at, &["kept-two", "kept-one", "--no-cache"])), [false, false]);
    // The contract counts as the source does.
    let contract = at.join("kept-one/contract.toml");
    fs::write(&contract, format!("{}# more\n", fs::read_to_string(&contract)?))?;
    assert_eq!(cached(&json(at, &both)), [true, false]);
    // A failure of ours is none of the crate's and is not kept.
    assert_eq!(cached(&json(at, &["nothing-here"])), [false]);
    assert_eq!(cached(&json(at, &["nothing-here"])), [false]);
    Ok(())
}

#[test]
fn what_has_one_right_answer_is_put_right_in_that_file_alone() -> Result<()> {
    let place = tempfile::tempdir()?;
    let at = place.path();
    let mut files = feature_crate("tests/mistakes/begins-otherwise")?;
    let manifest = files["Cargo.toml"].replace("\"2024\"", "\"2021\"");
    files.insert("Cargo.toml".into(), manifest);
    files.insert("src/more.rs".into(), "pub fn a() -> u8 { core::cmp::max(1, 2) }\n".into());
    let folder = at.join("begins-otherwise");
    write(&folder, &files)?;
    let now = || feature_crate(&folder.display().to_string());

    let dry = check(at, &["begins-otherwise", "--fix", "--dry-run"]);
    let shown = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(dry.status.success() && now()? == files, "{shown}");
    for line in ["+#![no_std]", "+extern crate kandra_std as std;", "+edition = \"2024\"", "+pub fn a() -> u8 { std::cmp::max(1, 2) }"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let fixed = check(at, &["begins-otherwise", "--fix"]);
    assert!(fixed.status.success(), "{fixed:?}");
    let after = now()?;
    let changed: Vec<&String> = files.keys().filter(|name| files[*name] != after[*name]).collect();
    assert_eq!(changed, ["Cargo.toml", "src/lib.rs", "src/more.rs"]);
    assert_eq!(after.len(), files.len(), "nothing is left behind");
    let again = check(at, &["begins-otherwise", "--fix"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("nothing to fix") && now()? == after, "{again:?}");
    assert_eq!(check(at, &["begins-otherwise", "--dry-run"]).status.code(), Some(2), "there is nothing to try without --fix");
    Ok(())
}

#[test]
fn paths_that_are_no_features_get_a_word_each() -> Result<()> {
    let place = tempfile::tempdir()?;
    let at = place.path();
    write(&at.join("one"), &feature_crate("tests/mistakes/reads-a-file")?)?;
    fs::write(at.join("README.md"), "words")?;
    fs::create_dir(at.join("empty"))?;
    let paths = ["README.md", "nope", "x*", "one/Cargo.toml", ".", "empty", "one"];
    let found = json(at, &paths);
    let said: Vec<(&str, &str)> =
        found.iter().map(|f| (f["verdict"].as_str().unwrap(), f["findings"][0]["code"].as_str().unwrap())).collect();
    let wanted = [
        ("failed", "path/file"),
        ("failed", "path/missing"),
        ("failed", "path/missing"),
        ("failed", "path/file"),
        ("refused", "source/no-feature"),
        ("refused", "source/missing-file"),
        ("refused", "K009"),
    ];
    assert_eq!(said, wanted);
    assert_eq!(found.iter().map(|f| f["path"].as_str().unwrap()).collect::<Vec<_>>(), paths, "in the order they were given");
    assert!(found[3]["findings"][0]["hint"].as_str().unwrap().contains("did you mean one?"));
    assert_eq!(check(at, &paths).status.code(), Some(1));
    assert_eq!(check(at, &["one", "nope"]).status.code(), Some(3), "the first one counts");
    Ok(())
}

#[test]
fn a_workflow_gets_annotations_and_a_summary() -> Result<()> {
    let place = tempfile::tempdir()?;
    let at = place.path();
    write(&at.join("one, two: 100%"), &feature_crate("tests/mistakes/reads-a-file")?)?;
    let summary = at.join("summary.md");
    fs::write(&summary, "before\n")?;
    let mut command = Command::new(binary());
    command.args(["check", "one, two: 100%", "--format", "github"]).current_dir(at).env("GITHUB_STEP_SUMMARY", &summary);
    let output = command.output()?;
    let said = String::from_utf8(output.stdout)?;
    assert!(said.starts_with("::error file=one%2C two%3A 100%25/src/lib.rs,line=13,endLine=13,col=16,endColumn=39,title=K009::"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let written = fs::read_to_string(&summary)?;
    assert!(written.starts_with("before\n## kandra check: 0 of 1 accepted") && written.contains("❌ refused"), "{written}");
    Ok(())
}
