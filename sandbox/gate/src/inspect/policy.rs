//! What a feature's library may be, as data: `policy.toml` beside this file.

use serde::Deserialize;
use std::{collections::BTreeSet, sync::LazyLock};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub max_file: usize,
    pub max_image: u64,
    pub max_tls: u64,
    pub max_segments: usize,
    pub export: String,
    pub needed: BTreeSet<String>,
    pub segments: BTreeSet<u32>,
    pub dynamic: BTreeSet<u64>,
    pub flags: u64,
    pub flags_1: u64,
    pub relocations: BTreeSet<u32>,
    pub imports: BTreeSet<String>,
}

pub(super) static POLICY: LazyLock<Policy> =
    LazyLock::new(|| toml::from_str(include_str!("policy.toml")).expect("policy.toml is checked by a test"));

#[cfg(test)]
mod tests {
    use super::POLICY;

    #[test]
    fn the_policy_names_no_door() {
        assert_eq!(POLICY.export, "_1as_0lib_1header_0root_bmodule_bloader");
        for door in [
            "open",
            "open64",
            "openat",
            "fopen",
            "read",
            "write",
            "socket",
            "connect",
            "execve",
            "fork",
            "vfork",
            "clone",
            "system",
            "popen",
            "dlopen",
            "dlsym",
            "pthread_create",
            "__cxa_thread_atexit_impl",
            "pthread_key_create",
            "getenv",
            "setenv",
            "kill",
            "ptrace",
            "syscall",
            "mprotect",
            "signal",
            "sigaction",
            "atexit",
            "__cxa_atexit",
            "exit",
            "_exit",
            "abort",
        ] {
            assert!(!POLICY.imports.contains(door), "{door}");
        }
    }
}
