//! What an attack does without the guard that stops it, so that being stopped proves something.
//!
//! Everything here runs in the jail of a build, without the source gate, the lint and the façade.

use crate::{
    case::{Attack, Case},
    guarded::each,
};
use kandra_gate::Gate;
use kandra_jail::{Command, End, Finished, Policy, Role};
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

const SYSTEM: [&str; 8] = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives", "/dev/urandom", "/dev/null"];
const DEADLINE: Duration = Duration::from_secs(30);
/// The prelude's names without the façade's own: what stands in for it in front of the real `std`.
const PRELUDE: &str = "#[allow(unused_imports)] use kandra::{Ctx, Error, Request, Response, Result, Routes, Row, Socket, SocketEvent, Value, escape, json, params, serde::{Deserialize, Serialize}}; #[allow(unused_imports)] use std::time::Duration;";

/// In words, for each of them.
pub fn all(gate: &Gate, cases: &[&Case], place: &Path) -> Vec<String> {
    each(cases, |case| one(gate, case, &place.join(&case.name)))
}

fn one(gate: &Gate, case: &Case, place: &Path) -> String {
    let Some(attack) = &case.attack else { return String::new() };
    match attack.gate.as_str() {
        "inspect" | "probe" => "everything before lets it pass: it would be loaded and served".to_owned(),
        "source" => without_source(gate, case, place),
        _ if attack.slow || limit(attack) => "it is rustc itself that it exhausts: the limit is the guard".to_owned(),
        _ => {
            let files = rust(&case.directory);
            let lint = compiled(gate, &files, &place.join("lint"));
            let bare = files.iter().map(|(path, text)| (path.clone(), without_facade(text))).collect();
            format!("façade alone: {lint}; real std: {}", compiled(gate, &bare, &place.join("bare")))
        }
    }
}

/// Whether a limit of the lint or the build stops it, rather than a rule.
fn limit(attack: &Attack) -> bool {
    attack.code == "K018" || ["lint/", "build/"].iter().any(|stage| attack.code.starts_with(stage) && attack.code != "build/error")
}

fn without_facade(text: &str) -> String {
    let mut text = text.replace("use kandra::prelude::*;", PRELUDE);
    for line in ["#![no_std]", "#![forbid(unsafe_code)]", "extern crate kandra_std as std;"] {
        text = text.replace(line, "");
    }
    text
}

/// What of the crate is text under `src/`.
fn rust(directory: &Path) -> BTreeMap<String, String> {
    kandra_gate::read_directory(directory)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)))
        .filter(|(path, _)| path.starts_with("src/"))
        .collect()
}

/// Where what features are linked against lies.
fn libraries(gate: &Gate) -> Vec<String> {
    let at = gate.workshop().directory();
    let ready: serde_json::Value = serde_json::from_slice(&fs::read(at.join("ready.json")).expect("it is warm")).expect("JSON");
    let mut arguments = vec!["--cfg".to_owned(), "kandra_library".to_owned()];
    arguments.extend(["lib", "macros"].map(|folder| format!("-Ldependency={}", at.join(folder).display())));
    for (name, file) in ready["externs"].as_object().expect("names and files") {
        arguments.push("--extern".to_owned());
        arguments.push(format!("{name}={}", at.join("lib").join(file.as_str().expect("a file")).display()));
    }
    arguments
}

fn jailed(gate: &Gate, program: &Path, place: &Path) -> Command {
    let toolchain = gate.workshop().toolchain();
    let mut policy = Policy::new(Role::Build).reading(&toolchain.sysroot).reading(gate.workshop().directory()).writing(place);
    policy.read.extend(SYSTEM.map(PathBuf::from));
    policy.read.extend([&toolchain.rustc, &toolchain.cargo, &toolchain.cc].map(Clone::clone));
    policy.write.push("/dev/null".into());
    Command::program(&gate.config().exe, &policy, program.as_os_str())
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", place)
        .env("CARGO_HOME", place)
        .env("TMPDIR", place)
        .env("RUSTC", &toolchain.rustc)
        .deadline(DEADLINE)
        .output_limit(4 << 20)
}

/// `compiles`, or the first error of rustc.
fn compiled(gate: &Gate, files: &BTreeMap<String, String>, place: &Path) -> String {
    for (path, text) in files {
        let path = place.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(path, text)).expect("a place to write to");
    }
    let finished = jailed(gate, &gate.workshop().toolchain().rustc, place)
        .args([
            "--edition=2024",
            "--crate-type=rlib",
            "--crate-name=attack",
            "--emit=metadata",
            "--cap-lints=allow",
            "--error-format=short",
        ])
        .args(libraries(gate))
        .arg("--out-dir")
        .arg(place)
        .arg(place.join("src/lib.rs"))
        .run()
        .expect("the jail holds");
    said(&finished, place, "compiles")
}

fn said(finished: &Finished, place: &Path, well: &str) -> String {
    let text = String::from_utf8_lossy(&finished.stderr).replace(&place.display().to_string(), "…");
    let above = place.ancestors().nth(2).map(|above| above.display().to_string()).filter(|above| above.len() > 5);
    let text = above.map_or(text.clone(), |above| text.replace(&above, "…"));
    if text.contains("Permission denied") {
        return "the compiler opens the file; the jail alone denies it".to_owned();
    }
    let error = text.lines().find_map(|line| line.split_once("error").map(|(_, rest)| rest.to_owned()));
    match (finished.end, error) {
        (End::Exited(0), _) => well.to_owned(),
        (End::Exited(_), Some(rest)) => match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((code, _)) => format!("refused, {code}"),
            None => format!("refused,{}", rest.trim_start_matches(':').chars().take(60).collect::<String>()),
        },
        (end, _) => format!("{end:?}"),
    }
}

/// cargo over the files as they came, or a plain reader where cargo would never end.
fn without_source(gate: &Gate, case: &Case, place: &Path) -> String {
    if !case.sent.is_empty() {
        return "a plain join of the path leaves the crate, or overwrites another file of it".to_owned();
    }
    match kandra_gate::read_directory(&case.directory) {
        Err(_) => plain_read(&case.directory),
        Ok(files) => {
            for (path, bytes) in &files {
                let path = place.join(path);
                let own = |text: String| {
                    ["kandra = \"0.1\"\n", "kandra-std = \"0.1\"\n", "serde = \"1\"\n", "serde_json = \"1\"\n"]
                        .iter()
                        .fold(text, |text, line| text.replace(line, ""))
                };
                let bytes = if path.ends_with("Cargo.toml") {
                    own(String::from_utf8_lossy(bytes).into_owned()).into_bytes()
                } else {
                    bytes.clone()
                };
                fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(path, bytes)).expect("a place to write to");
            }
            let finished = jailed(gate, &gate.workshop().toolchain().cargo, place)
                .args(
                    ["rustc", "--lib", "--offline", "--profile", "check", "--manifest-path"]
                        .map(|word| if word == "check" { "dev" } else { word }),
                )
                .arg(place.join("Cargo.toml"))
                .arg("--target-dir")
                .arg(place.join("target"))
                .arg("--")
                .args(libraries(gate))
                .args(["--emit=metadata", "--cap-lints=allow"])
                .run()
                .expect("the jail holds");
            let ran = if place.join("target/ran").exists() { ", and runs its program" } else { "" };
            format!("{}{ran}", said(&finished, place, "cargo builds it"))
        }
    }
}

/// What a reader that only opens and reads would meet.
fn plain_read(directory: &Path) -> String {
    let mut open = vec![directory.to_owned()];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                return match fs::metadata(&path) {
                    Ok(behind) => format!("a plain read follows it to {} bytes outside", behind.len()),
                    Err(error) => format!("a plain read fails: {}", error.kind()),
                };
            } else if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                files += 1;
                if let Err(error) = fs::read_to_string(&path)
                    && error.kind() == ErrorKind::InvalidData
                {
                    return "a plain read fails later, in the compiler".to_owned();
                }
            } else {
                return "a plain open blocks, or has effects".to_owned();
            }
        }
    }
    format!("a plain read takes all {files} files in")
}
