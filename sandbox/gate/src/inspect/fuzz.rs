//! The inspection of libraries under mutated files. Started by `scripts/fuzz`.

use super::{constructors, inspect, tests::link};
use kandra_fuzz::Fuzz;
use std::collections::BTreeSet;

#[test]
fn fuzz_inspect() {
    let seeds = [
        link("", &[]),
        link("", &["-Wl,-z,nodelete"]),
        link("__thread int counted; int count(void) { return counted++; }", &[]),
        link("#include <stdio.h>\nint shown(void) { return puts(\"x\"); }", &["-Wl,-soname,x", "-Wl,-rpath,/tmp"]),
        link("static void early(void) {}\n__attribute__((section(\".init_array\"), used)) static void (*const run)(void) = early;", &[]),
    ];
    Fuzz::new("inspect", env!("CARGO_MANIFEST_DIR")).seeds(seeds).words(&["\u{7f}ELF", "\0\0\0\0\0\0\0\0", "libc.so.6\0"]).run(|bytes| {
        let _ = constructors(bytes);
        match inspect(bytes, &BTreeSet::new()) {
            Ok(trimmed) => {
                assert!(trimmed.len() <= bytes.len());
                assert_eq!(inspect(&trimmed, &BTreeSet::new()).expect("what passed passes again"), trimmed);
            }
            Err(findings) => assert!(!findings.is_empty() && findings.iter().all(|f| f.message.len() < 4_000), "{findings:?}"),
        }
    });
}
