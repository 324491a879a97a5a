//! What the tests share: gates over one warm build, and crates to put through them.

use kandra_gate::{Cancel, Gate, GateConfig, MissingLayers, Workshop};
use std::path::PathBuf;

/// Gates over the shared warm build, which is made when it is not there.
pub fn gate() -> Gate {
    let cache = std::env::var_os("KANDRA_TEST_CACHE").map(PathBuf::from).or_else(Workshop::default_cache_root).expect("HOME is set");
    let workshop = Workshop::open(&cache).unwrap();
    let scratch = tempfile::tempdir().unwrap().keep();
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
