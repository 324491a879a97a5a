//! What each gate does with crates that attack it, and with machines that are not as they should be.

use crate::{
    bombs,
    rig::{self, lint, replace, template},
};
use kandra_gate::{Artifact, Built, Cancel, Files, Finding, Gate, GateError, StageFailure, Tier};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    thread,
    time::{Duration, Instant},
};

pub type Test = fn(&Gate);

pub const ALL: [(&str, Test); 16] = [
    ("the_template_becomes_an_artifact", the_template_becomes_an_artifact),
    ("a_mistake_is_found_where_the_author_made_it", a_mistake_is_found_where_the_author_made_it),
    ("the_compiler_never_proposes_the_real_std", the_compiler_never_proposes_the_real_std),
    ("a_build_that_eats_memory_ends_in_a_finding", a_build_that_eats_memory_ends_in_a_finding),
    ("every_bomb_ends_at_a_limit_that_is_named", bombs::every_bomb_ends_at_a_limit_that_is_named),
    ("a_bomb_costs_nobody_else_a_build", bombs::a_bomb_costs_nobody_else_a_build),
    ("a_build_can_be_cancelled", a_build_can_be_cancelled),
    ("no_build_hands_back_an_older_library", no_build_hands_back_an_older_library),
    ("the_same_source_gives_the_same_bytes_anywhere", the_same_source_gives_the_same_bytes_anywhere),
    ("a_link_in_the_compilers_directory_is_not_followed", a_link_in_the_compilers_directory_is_not_followed),
    ("nesting_ends_in_a_finding", nesting_ends_in_a_finding),
    ("a_missing_layer_refuses", a_missing_layer_refuses),
    ("a_candidate_that_crashes_is_refused", a_candidate_that_crashes_is_refused),
    ("a_candidate_that_floods_is_refused", a_candidate_that_floods_is_refused),
    ("a_candidate_that_ends_the_probe_is_refused", a_candidate_that_ends_the_probe_is_refused),
    ("a_candidate_finds_no_open_door", a_candidate_finds_no_open_door),
];

fn built(gate: &Gate, files: Files) -> Result<Built, StageFailure> {
    gate.build(lint(gate, files)?, Tier::Quick, &Cancel::new())
}

fn all(gate: &Gate, files: Files) -> Result<Artifact, StageFailure> {
    gate.run(files, Tier::Quick, &Cancel::new(), &|_, _, _| {})
}

fn findings<T: std::fmt::Debug>(result: Result<T, StageFailure>) -> Vec<Finding> {
    match result {
        Err(StageFailure::Refused(findings)) => findings,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The template with this in place of its `stored` function's body.
fn with_body(slug: &str, body: &str) -> Files {
    let mut files = template(slug, "x");
    replace(
        &mut files,
        "src/lib.rs",
        "    let text = ctx.kv().get(\"count\").await?;\n",
        &format!("    let text = ctx.kv().get(\"count\").await?;\n    {body}\n"),
    );
    files
}

fn the_template_becomes_an_artifact(gate: &Gate) {
    let artifact = all(gate, template("counter", "x")).unwrap();
    let bytes = fs::read(artifact.path()).unwrap();
    assert_eq!(artifact.path().file_name().unwrap().to_str().unwrap(), artifact.hash().as_str());
    assert_eq!(fs::metadata(artifact.path()).unwrap().permissions().mode() & 0o777, 0o444);
    assert!(artifact.presentation().widget && artifact.routes().len() == 3);
    let home = std::env::var("HOME").unwrap();
    for path in [gate.config().scratch.to_str().unwrap(), gate.workshop().cache_root().to_str().unwrap(), &format!("{home}/.cargo")] {
        assert!(!bytes.windows(path.len()).any(|window| window == path.as_bytes()), "the library names {path}");
    }
    let source = gate.source(template("counter", "x")).unwrap();
    assert_eq!(gate.artifact_key(&source, Tier::Quick), *artifact.key());
    assert_ne!(gate.artifact_key(&source, Tier::Optimised), *artifact.key());
}

fn a_mistake_is_found_where_the_author_made_it(gate: &Gate) {
    let files = with_body("mistaken", "for _ in 0..1 { let wrong: u32 = \"é\"; let _ = wrong; }");
    let text = String::from_utf8(files["src/lib.rs"].clone()).unwrap();
    let (line, column) = text.lines().enumerate().find_map(|(i, line)| Some((i + 1, line.find("\"é\"")? + 1))).unwrap();
    let found = findings(built(gate, files));
    let finding = found.iter().find(|finding| finding.code == "E0308").unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!((finding.file.as_str(), finding.line as usize, finding.column as usize), ("src/lib.rs", line, column), "{finding:?}");
    assert_eq!(finding.end_column - finding.column, 3, "columns count characters");
    assert!(!finding.message.contains('\u{1b}') && !finding.hint.contains("rustc --explain"), "{finding:?}");
}

fn the_compiler_never_proposes_the_real_std(gate: &Gate) {
    for (body, hint) in [
        ("let _ = std::fs::read(\"/etc/passwd\");", "ctx.kv()"),
        ("let _ = std::process::Command::new(\"id\");", "process"),
        ("let _ = std::time::Instant::now();", "ctx.now()"),
        ("std::thread::spawn(|| {});", "ctx.sleep"),
    ] {
        let found = findings(built(gate, with_body("reaches", body)));
        assert!(found.iter().any(|finding| finding.hint.contains(hint)), "{body}: {found:?}");
        assert!(found.iter().all(|finding| !finding.hint.contains("::std") && finding.line > 0), "{body}: {found:?}");
    }
}

fn a_build_that_eats_memory_ends_in_a_finding(gate: &Gate) {
    let mut files = template("hoards", "x");
    replace(
        &mut files,
        "src/lib.rs",
        "/// How many clicks",
        "static HUGE: [u64; 3 << 30] = [7; 3 << 30];\nfn huge() -> u64 { HUGE[5] }\n/// How many clicks",
    );
    replace(&mut files, "src/lib.rs", "let clicks = hit.clicks.unwrap_or(1);", "let clicks = hit.clicks.unwrap_or(huge() as u32);");
    let found = findings(built(gate, files));
    let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
    assert!(["E0080", "build/memory"].contains(&codes[0]), "{found:?}");
}

fn a_build_can_be_cancelled(gate: &Gate) {
    let linted = lint(gate, template("slow", "x")).unwrap();
    let cancel = Cancel::new();
    let (started, other) = (Instant::now(), cancel.clone());
    let watcher = thread::spawn(move || {
        thread::sleep(Duration::from_millis(60));
        other.cancel();
    });
    let result = gate.build(linted, Tier::Optimised, &cancel);
    watcher.join().unwrap();
    assert!(matches!(result, Err(StageFailure::Cancelled)), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(built(gate, template("slow", "x")).is_ok(), "the room can be used again");
}

fn no_build_hands_back_an_older_library(gate: &Gate) {
    let mut hashes = Vec::new();
    for edit in ["one", "two", "three", "one"] {
        let artifact = all(gate, template("edited", edit)).unwrap();
        let bytes = fs::read(artifact.path()).unwrap();
        let word = format!("data-edit=\"{edit}\"");
        assert!(bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{edit}");
        hashes.push(artifact.hash().clone());
    }
    hashes.sort();
    hashes.dedup();
    assert!(hashes.len() >= 3);
}

fn the_same_source_gives_the_same_bytes_anywhere(_: &Gate) {
    let [one, two] = [rig::gate(), rig::gate()].map(|gate| all(&gate, template("same", "x")).unwrap().hash().clone());
    assert_eq!(one, two);
}

fn a_link_in_the_compilers_directory_is_not_followed(gate: &Gate) {
    built(gate, template("linked", "x")).unwrap();
    let profile = gate.config().scratch.join("build/linked-quick/work/target/debug");
    let elsewhere = tempfile::tempdir().unwrap();
    let library = "libkandra_feature_linked.so";
    fs::write(elsewhere.path().join(library), b"planted").unwrap();
    fs::remove_dir_all(&profile).unwrap();
    symlink(elsewhere.path(), &profile).unwrap();
    assert!(matches!(built(gate, template("linked", "y")), Err(StageFailure::Failed(_))));
    assert_eq!(fs::read(elsewhere.path().join(library)).unwrap(), b"planted", "the jail cannot write there either");
}

fn nesting_ends_in_a_finding(gate: &Gate) {
    for (open, close) in [("(", ")"), ("{", "}"), ("!", "")] {
        let nested = format!("let _ = {}true{};", open.repeat(20_000), close.repeat(20_000));
        let started = Instant::now();
        let found = findings(gate.source(with_body("nested", &nested)).and_then(|source| gate.lint(source, &Cancel::new())));
        assert!(!found.is_empty() && started.elapsed() < Duration::from_secs(10), "{open}");
    }
}

fn a_missing_layer_refuses(gate: &Gate) {
    let place = tempfile::tempdir().unwrap();
    let script = place.path().join("kandra");
    fs::write(&script, "#!/bin/sh\necho 'the required sandbox layer landlock does not hold here: no' >&2\nexit 8\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut config = gate.config().clone();
    config.exe = script;
    let lacking = Gate::new(gate.workshop().clone(), config);
    let refused = |result: Result<(), StageFailure>| match result {
        Err(StageFailure::Failed(error @ GateError::MissingLayer(_))) => {
            assert!(error.to_string().contains("landlock") && error.code() == "missing_layer")
        }
        other => panic!("{other:?}"),
    };
    let source = gate.source(template("layers", "x")).unwrap();
    refused(lacking.lint(source, &Cancel::new()).map(drop));
    refused(lacking.build(lint(gate, template("layers", "x")).unwrap(), Tier::Quick, &Cancel::new()).map(drop));
    let inspected = gate.inspect(built(gate, template("layers", "x")).unwrap()).unwrap();
    refused(lacking.probe(inspected, Vec::new(), &Cancel::new()).map(drop));
    assert!(fs::read_dir(&gate.config().scratch).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with("probe-")));
}

fn nothing_was_kept(artifacts: &Path, before: usize) {
    assert_eq!(fs::read_dir(artifacts).map_or(0, Iterator::count), before, "a refused candidate is no artifact");
}

fn probe_refusal(gate: &Gate, slug: &str) -> Vec<Finding> {
    let before = fs::read_dir(&gate.config().artifacts).map_or(0, Iterator::count);
    let found = findings(all(gate, template(slug, "x")));
    nothing_was_kept(&gate.config().artifacts, before);
    found
}

fn a_candidate_that_crashes_is_refused(gate: &Gate) {
    assert_eq!(probe_refusal(gate, "crashes")[0].code, "probe/crash");
}

fn a_candidate_that_floods_is_refused(gate: &Gate) {
    assert_eq!(probe_refusal(gate, "floods")[0].code, "probe/output");
}

fn a_candidate_that_ends_the_probe_is_refused(gate: &Gate) {
    assert_eq!(probe_refusal(gate, "leaves")[0].code, "probe/crash");
}

fn a_candidate_finds_no_open_door(gate: &Gate) {
    let artifact = all(gate, template("pries", "x"));
    assert!(artifact.is_ok(), "{artifact:?}");
}
