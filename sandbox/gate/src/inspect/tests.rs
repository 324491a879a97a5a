//! Attacks on the inspect gate: libraries that the C linker makes just as rustc's, each with one thing wrong.

use super::{constructors, inspect};
use std::{collections::BTreeSet, fs, process::Command};

/// What a feature's library looks like: one exported piece of data, and code that uses what is allowed.
const GOOD: &str = r#"
#include <string.h>
extern const char *const HEADER __asm__("_1as_0lib_1header_0root_bmodule_bloader");
__attribute__((visibility("default"))) const char *const HEADER = "header";
__attribute__((visibility("hidden"))) int used(const char *a) { return (int)strlen(a); }
int (*const table[])(const char *) __attribute__((visibility("hidden"))) = { used };
"#;
const FLAGS: [&str; 9] = [
    "-shared",
    "-fPIC",
    "-O0",
    "-nostartfiles",
    "-fvisibility=hidden",
    "-Wl,-z,relro,-z,now",
    "-Wl,-z,noexecstack",
    "-Wl,--hash-style=gnu",
    "-Wl,-z,separate-code",
];

pub(super) fn link(code: &str, flags: &[&str]) -> Vec<u8> {
    let place = tempfile::tempdir().unwrap();
    let (source, library) = (place.path().join("x.c"), place.path().join("x.so"));
    fs::write(&source, format!("{GOOD}\n{code}\n")).unwrap();
    let output = Command::new("cc").args(FLAGS).arg(&source).arg("-o").arg(&library).args(flags).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(library).unwrap()
}

fn codes(bytes: &[u8]) -> Vec<String> {
    inspect(bytes, &BTreeSet::new()).err().unwrap_or_default().into_iter().map(|finding| finding.code).collect()
}

/// The library with this attack is refused for this reason; without it, it passes (see the first test).
fn refused(code: &str, flags: &[&str], reason: &str) {
    let codes = codes(&link(code, flags));
    assert!(codes.iter().any(|code| code == reason), "{codes:?}, not {reason}");
}

#[test]
fn a_plain_library_passes_and_loses_its_tables() {
    let bytes = link("", &[]);
    let trimmed = inspect(&bytes, &BTreeSet::new()).unwrap();
    assert!(trimmed.len() < bytes.len());
    assert_eq!(trimmed[40..48], [0; 8], "no section headers");
    // What passed passes again, byte for byte.
    assert_eq!(inspect(&trimmed, &BTreeSet::new()).unwrap(), trimmed);
}

#[test]
fn nodelete_is_cleared_in_the_bytes_that_are_loaded() {
    let bytes = link("", &["-Wl,-z,nodelete"]);
    let trimmed = inspect(&bytes, &BTreeSet::new()).unwrap();
    let place = tempfile::tempdir().unwrap();
    let flags = |bytes: &[u8]| {
        let path = place.path().join("x.so");
        fs::write(&path, bytes).unwrap();
        String::from_utf8(Command::new("readelf").arg("-dW").arg(&path).output().unwrap().stdout).unwrap()
    };
    assert!(flags(&bytes).contains("NODELETE"));
    assert!(!flags(&trimmed).contains("NODELETE") && flags(&trimmed).contains("NOW"));
}

#[test]
fn code_that_runs_while_loading_is_refused() {
    refused("__attribute__((constructor)) static void early(void) {}", &[], "inspect/constructor");
    refused("void early(void) {}", &["-Wl,-init,early"], "inspect/dynamic");
    refused("__attribute__((destructor)) static void late(void) {}", &[], "inspect/dynamic");
    let indirect = "static int real(void) { return 1; } static void *choose(void) { return (void *)real; }
        __attribute__((ifunc(\"choose\"))) static int f(void); int call(void) { return f(); }";
    refused(indirect, &[], "inspect/relocation");
}

#[test]
fn only_known_initialisers_pass_by_their_symbol() {
    let early = link("__attribute__((constructor)) static void early(void) {}", &[]);
    let known = constructors(&early).unwrap();
    assert_eq!(known, BTreeSet::from(["early".to_owned()]));
    assert!(inspect(&early, &known).is_ok());
    // A stripped one cannot be told from another.
    assert_eq!(codes(&link("__attribute__((constructor)) static void early(void) {}", &["-s"])), ["inspect/constructor"]);
}

#[test]
fn doors_to_the_system_are_refused() {
    for call in [
        "system(\"x\")",
        "open(\"x\", 0)",
        "socket(2, 1, 0)",
        "fork()",
        "dlopen(\"x\", 1)",
        "mprotect(0, 0, 7)",
        "syscall(59)",
        "pthread_create(0, 0, 0, 0)",
    ] {
        let name = call.split('(').next().unwrap();
        let code = format!("long {name}(); long door(void) {{ return {call}; }} long (*const doors[])(void) = {{ door }};");
        refused(&code.replace("long open();", "int open(const char *, int, ...);"), &["-fno-builtin"], "inspect/import");
    }
}

#[test]
fn what_else_it_could_load_or_be_found_as_is_refused() {
    refused("", &["-Wl,--no-as-needed", "-lresolv"], "inspect/needed");
    refused("", &["-Wl,-rpath,/tmp"], "inspect/runpath");
    refused("", &["-Wl,-rpath,/tmp", "-Wl,--disable-new-dtags"], "inspect/runpath");
    refused("", &["-Wl,-soname,libc.so.6"], "inspect/soname");
    refused("", &["-Wl,-z,initfirst"], "inspect/flags");
    refused("__attribute__((visibility(\"default\"))) int malloc_usable_size(void *p) { return 0; }", &[], "inspect/export");
}

#[test]
fn memory_that_could_hold_new_code_or_all_memory_is_refused() {
    refused("", &["-Wl,-z,execstack"], "inspect/executable-stack");
    refused("", &["-Wl,-z,norelro"], "inspect/relro");
    refused("char huge[100 << 20];", &[], "inspect/size");
    refused(
        "__thread char reserve[8192]; char *take(void) { return reserve; } char *(*const t2[])(void) = { take };",
        &["-fno-builtin"],
        "inspect/tls",
    );
    let mut bytes = link("", &[]);
    let headers = 64;
    let code = (0..16).map(|i| headers + i * 56).find(|at| bytes[*at] == 1 && bytes[at + 4] == 5).unwrap();
    bytes[code + 4] = 7;
    assert!(codes(&bytes).contains(&"inspect/writable-code".to_owned()));
}

#[test]
fn other_files_are_refused() {
    let good = link("", &[]);
    let with = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        codes(&bytes)
    };
    assert_eq!(with(18, 0xb7), ["inspect/malformed"], "another machine");
    assert_eq!(with(16, 2), ["inspect/malformed"], "a program");
    assert_eq!(with(4, 1), ["inspect/malformed"], "32 bits");
    assert_eq!(codes(b"#!/bin/sh\nexit 0\n"), ["inspect/malformed"]);
    assert_eq!(codes(&[]), ["inspect/malformed"]);
    assert_eq!(codes(&fs::read(std::env::current_exe().unwrap()).unwrap()[..4096]), ["inspect/malformed"]);
    let none = good.iter().copied().map(|byte| if byte == b'b' { b'c' } else { byte }).collect::<Vec<u8>>();
    assert!(codes(&none).contains(&"inspect/export".to_owned()));
}

#[test]
fn no_damage_makes_it_panic() {
    let good = link("", &[]);
    for end in (0..good.len()).step_by(61) {
        let _ = inspect(&good[..end], &BTreeSet::new());
    }
    // A small generator of our own: the same damage in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..4_000 {
        let mut bytes = good.clone();
        for _ in 0..1 + next() % 8 {
            let at = usize::try_from(next()).unwrap() % bytes.len().min(4096);
            bytes[at] = next() as u8;
        }
        let _ = inspect(&bytes, &BTreeSet::new());
    }
}
