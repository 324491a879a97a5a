//! Fuzzing on stable Rust: seeds and words arrive, mutated inputs go to a check, and executions and crashes are counted.
//!
//! A target is an ordinary test beside the code that it attacks. In a plain `cargo test` it runs over its seeds, over what
//! has crashed it before, and over a few hundred inputs that are always the same; `scripts/fuzz` sets `KANDRA_FUZZ_SECONDS`
//! and it runs so long over ever new ones. What a panic was found with is shrunk and written to `KANDRA_FUZZ_FOLDER`; each
//! input is written there before it is tried, so that one which ends the process is found as well.
#![forbid(unsafe_code)]

mod mutation;

use mutation::{Mutation, mutations};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, RngSeed, TestError, TestRunner},
};
use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Inputs of a run without `KANDRA_FUZZ_SECONDS`.
const FEW: u32 = 300;
/// Inputs between two looks at the clock.
const BATCH: u32 = 50;
/// Mutations of one input, at most.
const MAX_MUTATIONS: usize = 12;
/// As the main thread of a child has; tests have less.
const STACK: usize = 8 << 20;

/// What is attacked, and with what.
#[derive(Debug)]
pub struct Fuzz {
    name: &'static str,
    crashes: PathBuf,
    seeds: Vec<Vec<u8>>,
    words: Vec<String>,
    max_bytes: usize,
}

impl Fuzz {
    /// A target of the crate at `manifest`, where `tests/crashes/<name>/` keeps what has crashed it.
    pub fn new(name: &'static str, manifest: &str) -> Self {
        let crashes = Path::new(manifest).join("tests/crashes").join(name);
        Self { name, crashes, seeds: Vec::new(), words: Vec::new(), max_bytes: 64 << 10 }
    }

    /// What inputs are made from.
    #[must_use]
    pub fn seeds(mut self, seeds: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        self.seeds.extend(seeds.into_iter().map(Into::into));
        self
    }

    /// Every file of this ending beneath a folder.
    #[must_use]
    pub fn seeds_in(self, folder: &str, ending: &str) -> Self {
        let mut found = Vec::new();
        let mut open = vec![PathBuf::from(folder)];
        while let Some(folder) = open.pop() {
            for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.is_dir() && !path.ends_with("target") {
                    open.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    found.push(path);
                }
            }
        }
        found.sort();
        assert!(!found.is_empty(), "{folder} has no {ending}");
        self.seeds(found.into_iter().map(|path| fs::read(path).expect("it was just listed")))
    }

    /// What is written into inputs.
    #[must_use]
    pub fn words(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// Tries `check`, which panics at what must not be.
    ///
    /// # Panics
    /// When `check` does; the message names the file with the input.
    pub fn run(self, check: impl Fn(&[u8]) + Send + 'static) {
        let work = move || self.attack(&check);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }

    fn attack(&self, check: &dyn Fn(&[u8])) {
        let seconds = env::var("KANDRA_FUZZ_SECONDS").ok().map(|text| text.parse().expect("KANDRA_FUZZ_SECONDS is a number"));
        let folder = env::var_os("KANDRA_FUZZ_FOLDER").map(PathBuf::from);
        let last = folder.as_ref().map(|folder| folder.join(format!("{}.last", self.name)));
        let executions = Cell::new(0u64);
        let started = Instant::now();
        let attempt = |input: &[u8]| {
            executions.set(executions.get() + 1);
            if let Some(last) = &last {
                fs::write(last, input).expect("KANDRA_FUZZ_FOLDER can be written to");
            }
            check(input);
        };
        self.seeds.iter().for_each(|seed| attempt(seed));
        for entry in fs::read_dir(&self.crashes).into_iter().flatten().flatten() {
            attempt(&fs::read(entry.path()).expect("a kept crash can be read"));
        }
        let rng_seed = if seconds.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
        let cases = if seconds.is_some() { BATCH } else { FEW };
        let config =
            Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 4_000, max_shrink_time: 60_000, ..Config::default() };
        let inputs = (any::<Index>(), mutations(MAX_MUTATIONS)).prop_map(|(seed, mutations)| self.input(seed, &mutations));
        let end = started + Duration::from_secs(seconds.unwrap_or(0));
        loop {
            // A runner counts what it has tried, and stops for good at its number.
            let result = TestRunner::new(config.clone()).run(&inputs, |input| {
                attempt(&input);
                Ok(())
            });
            if let Err(TestError::Fail(reason, input)) = result {
                let place = folder.unwrap_or_else(env::temp_dir).join(format!("{}.crash", self.name));
                fs::write(&place, &input).expect("the crash can be kept");
                println!("fuzz {}: {} executions, 1 crash", self.name, executions.get());
                panic!(
                    "{reason}: {} ({} bytes: {:?})",
                    place.display(),
                    input.len(),
                    String::from_utf8_lossy(&input[..input.len().min(400)])
                );
            }
            if Instant::now() >= end {
                break;
            }
        }
        println!("fuzz {}: {} executions, 0 crashes, {} s", self.name, executions.get(), started.elapsed().as_secs());
    }

    fn input(&self, seed: Index, mutations: &[Mutation]) -> Vec<u8> {
        let mut bytes = if self.seeds.is_empty() { Vec::new() } else { seed.get(&self.seeds).clone() };
        for mutation in mutations {
            mutation.apply(&mut bytes, &self.words, &self.seeds);
            bytes.truncate(self.max_bytes);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_found_and_shrunk() {
        let fuzz = || Fuzz::new("itself", env!("CARGO_MANIFEST_DIR")).seeds(["fn a() {}", "let b = 1;"]).words(&["unsafe"]);
        fuzz().run(|input| assert!(input.len() < 1 << 20));
        let found = std::panic::catch_unwind(|| fuzz().run(|input| assert!(!String::from_utf8_lossy(input).contains("unsafe"))));
        assert!(found.is_err());
    }
}
