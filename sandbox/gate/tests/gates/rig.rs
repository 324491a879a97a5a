//! What the tests share: gates over one warm build, and crates to put through them.

use kandra_gate::{Cancel, Files, Gate, GateConfig, Linted, MissingLayers, StageFailure, Workshop};
use std::path::{Path, PathBuf};

/// Gates over the shared warm build, which is made when it is not there.
pub fn gate() -> Gate {
    let cache = std::env::var_os("KANDRA_TEST_CACHE").map(PathBuf::from).or_else(Workshop::default_cache_root).expect("HOME is set");
    let workshop = Workshop::open(&cache).unwrap();
    let scratch = Box::leak(Box::new(tempfile::tempdir().unwrap())).path();
    let config = GateConfig {
        exe: std::env::current_exe().unwrap(),
        artifacts: scratch.join("artifacts"),
        scratch: scratch.join("scratch"),
        missing_layers: MissingLayers::Refuse,
    };
    let gate = Gate::new(workshop, config);
    gate.warm(&Cancel::new(), &|progress| eprintln!("{progress:?}")).unwrap();
    gate
}

/// Through the source and lint gates.
pub fn lint(gate: &Gate, files: Files) -> Result<Linted, StageFailure> {
    gate.lint(gate.source(files)?, &Cancel::new())
}

/// The template as the feature `slug`, with a word in its widget that makes it another source.
pub fn template(slug: &str, edit: &str) -> Files {
    let template = kandra_gate::template(&slug.parse().unwrap(), slug, Path::new("/nowhere"));
    let mut files: Files = template.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    replace(&mut files, "src/lib.rs", "<div class=\"counter\">", &format!("<div class=\"counter\" data-edit=\"{edit}\">"));
    files
}

/// Replaces a text in a file, where it must stand.
pub fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from:?}");
    files.insert(path.to_owned(), text.replace(from, to).into_bytes());
}
