//! `kandra check`: many crates at once against one by one, again without a change, after an edit, and the time until a
//! program of 200 lines has passed source and lint.

use crate::{Bar, median};
use anyhow::{Context, Result, bail};
use kandra_tests::{binary, feature_crate};
use serde_json::Value;
use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Lines of the larger program.
const LINES: usize = 200;

/// Judges `features` crates in several ways, and edits one of them `edits` times.
pub fn run(features: usize, edits: usize) -> Result<Vec<Bar>> {
    let place = tempfile::tempdir()?;
    let at = place.path();
    borrow_warm_builds(at)?;
    println!("a cache of its own is made first; without a warm build that takes about a minute");
    let seed = write(at, "seed", 0)?;
    check(at, &[&seed], &[])?;

    // Two rounds of each, by turns, each over crates that were never built.
    let (mut singly, mut together) = (Vec::new(), Vec::new());
    let mut last = Vec::new();
    for round in 0..2 {
        let slugs = |way: &str| (0..features).map(|n| write(at, &format!("{way}-{round}-{n:02}"), n)).collect::<Result<Vec<String>>>();
        let started = Instant::now();
        for slug in slugs("singly")? {
            check(at, &[&slug], &["--no-cache"])?;
        }
        singly.push(started.elapsed().as_secs_f64());
        last = slugs("together")?;
        let started = Instant::now();
        check(at, &refs(&last), &["--no-cache"])?;
        together.push(started.elapsed().as_secs_f64());
        println!("{features} crates: {:.1} s one by one, {:.1} s in one check", singly[round], together[round]);
    }
    let ratio = together.iter().sum::<f64>() / singly.iter().sum::<f64>();

    check(at, &refs(&last), &[])?;
    let mut unchanged = seconds(5, |_| check(at, &refs(&last), &[]).map(drop))?;
    let mut edited = seconds(edits, |n| {
        write(at, &last[0], 1_000 + n)?;
        check(at, &[&last[0]], &[]).map(drop)
    })?;

    long(at)?;
    let mut read = Vec::new();
    for _ in 0..edits {
        let said = check(at, &["long-one"], &["--no-cache"])?;
        let times = &said["features"][0]["timings_ms"];
        let millis = |stage: &str| times[stage].as_f64().with_context(|| format!("no time of {stage}"));
        read.push(millis("source")? + millis("lint")?);
    }
    let (unchanged, edited, read) = (median(&mut unchanged), median(&mut edited), median(&mut read));
    Ok(vec![
        Bar::new(format!("{features} crates in one check take {ratio:.2} of one by one (bar 0.65)"), ratio <= 0.65),
        Bar::new(format!("again without a change: {unchanged:.2} s for all (bar 1)"), unchanged <= 1.0),
        Bar::new(format!("a small crate after an edit: {edited:.2} s, median of {edits} (bar 0.6)"), edited <= 0.6),
        Bar::new(format!("source and lint of {LINES} lines, child and all: {read:.0} ms, median of {edits} (bar 25)"), read <= 25.0),
    ])
}

/// The user's warm builds under the private cache's name, so that rooms and verdicts are the benchmark's own.
fn borrow_warm_builds(at: &Path) -> Result<()> {
    let own = at.join("cache/kandra");
    fs::create_dir_all(&own)?;
    let set = |name: &str| env::var_os(name).map(PathBuf::from);
    let Some(shared) = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache"))) else { return Ok(()) };
    for entry in fs::read_dir(shared.join("kandra")).into_iter().flatten().flatten() {
        if entry.file_name().len() == 64 {
            symlink(entry.path(), own.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn refs(slugs: &[String]) -> Vec<&str> {
    slugs.iter().map(String::as_str).collect()
}

fn seconds(times: usize, mut work: impl FnMut(usize) -> Result<()>) -> Result<Vec<f64>> {
    (0..times)
        .map(|n| {
            let started = Instant::now();
            work(n)?;
            Ok(started.elapsed().as_secs_f64())
        })
        .collect()
}

/// A small crate; the number makes it another source.
fn write(at: &Path, slug: &str, number: usize) -> Result<String> {
    for (name, text) in feature_crate("feature-template")? {
        let text =
            text.replace("feature-template", slug).replace("const MOST: u32 = 10;", &format!("const MOST: u32 = 10 + 0 * {number};"));
        let path = at.join(slug).join(name);
        fs::create_dir_all(path.parent().context("a file in a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(slug.to_owned())
}

/// The same with functions up to [`LINES`] lines in `src/lib.rs`.
fn long(at: &Path) -> Result<()> {
    write(at, "long-one", 0)?;
    let path = at.join("long-one/src/lib.rs");
    let mut text = fs::read_to_string(&path)?;
    let mut n = 0;
    while text.lines().count() + 10 <= LINES {
        n += 1;
        text.push_str(&format!(
            "\n/// The {n}th of many.\n#[allow(dead_code)]\nfn total_{n}(rows: &[(String, u32)]) -> u32 {{\n    rows.iter()\n        .filter(|(name, _)| name.len() > {n})\n        .map(|(_, count)| count.saturating_mul({n}))\n        .sum()\n}}\n"
        ));
    }
    Ok(fs::write(path, text)?)
}

/// One `kandra check`; every crate must pass.
fn check(at: &Path, slugs: &[&str], options: &[&str]) -> Result<Value> {
    let output = Command::new(binary())
        .arg("check")
        .args(slugs)
        .args(["--format", "json"])
        .args(options)
        .current_dir(at)
        .env("XDG_CACHE_HOME", at.join("cache"))
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        bail!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
