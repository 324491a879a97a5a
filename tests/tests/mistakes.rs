//! The mistakes that the README shows: what it says `kandra check` prints is what it prints, to the letter.

use kandra_tests::{binary, repository};
use std::{fs, process::Command};

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let folder = repository().join("tests/mistakes");
    let blocks: Vec<(&str, &str)> =
        readme.split("```text\n$ kandra check ").skip(1).filter_map(|rest| rest.split("\n```").next()?.split_once('\n')).collect();
    for (name, shown) in &blocks {
        let output = Command::new(binary()).args(["check", name]).current_dir(&folder).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.trim_end(), *shown, "kandra check {name}");
        assert!(matches!(output.status.code(), Some(3..=5)), "{name}: {:?}", output.status);
    }
    let mut crates: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    crates.sort();
    let mut named: Vec<&str> = blocks.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    assert_eq!(named, crates);
    assert_eq!(named.len(), 5);
}
