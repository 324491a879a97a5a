//! The ready workflows: YAML that a parser reads, safe on a fork's pull request, and command lines that this program takes.

use crate::args::Cli;
use clap::Parser;
use saphyr::{LoadableYamlNode, Yaml};
use std::{fs, path::Path};

const FILES: [&str; 2] = [".github/workflows/features.yml", "examples/workflow/features.yml"];

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)).unwrap()
}

/// The words of a line that starts with `kandra`, up to what only a shell understands.
fn words(line: &str) -> Vec<String> {
    line.split_whitespace().take_while(|word| !matches!(*word, ">" | "||" | "&&" | "|" | ";")).map(|word| word.replace('"', "")).collect()
}

#[test]
fn every_command_line_is_one_of_ours() {
    for name in FILES {
        let text = text(name);
        let documents = Yaml::load_from_str(&text).unwrap();
        let jobs = documents[0].as_mapping_get("jobs").unwrap();
        let steps = jobs.as_mapping_get("check").unwrap().as_mapping_get("steps").unwrap().as_vec().unwrap();
        let runs: Vec<&str> = steps.iter().filter_map(|step| step.as_mapping_get("run")?.as_str()).collect();
        let lines: Vec<&str> = runs.iter().flat_map(|run| run.lines()).map(str::trim).filter(|line| line.starts_with("kandra ")).collect();
        assert!(lines.len() >= 3, "{name}: {lines:?}");
        for line in lines {
            Cli::try_parse_from(words(line)).unwrap_or_else(|e| panic!("{name}: {line}: {e}"));
        }
        assert!(runs.iter().any(|run| run.contains("kandra check") && run.contains("--format github")));
        assert!(runs.iter().any(|run| run.contains("kandra check") && run.contains("--format sarif")));
    }
}

#[test]
fn a_forks_pull_request_gets_nothing_to_misuse() {
    for name in FILES {
        let text = text(name);
        let documents = Yaml::load_from_str(&text).unwrap();
        let workflow = &documents[0];
        let on = workflow.as_mapping_get("on").unwrap();
        assert!(on.as_mapping_get("pull_request").is_some() && on.as_mapping_get("pull_request_target").is_none(), "{name}");
        let permissions = workflow.as_mapping_get("permissions").unwrap().as_mapping().unwrap();
        assert_eq!(permissions.len(), 1, "{name}");
        assert_eq!(workflow.as_mapping_get("permissions").unwrap().as_mapping_get("contents").unwrap().as_str(), Some("read"));
        let jobs = workflow.as_mapping_get("jobs").unwrap().as_mapping().unwrap();
        for job in jobs.values() {
            assert!(job.as_mapping_get("permissions").is_none(), "{name}");
            for step in job.as_mapping_get("steps").unwrap().as_vec().unwrap() {
                if let Some(run) = step.as_mapping_get("run").and_then(Yaml::as_str) {
                    assert!(!run.contains("${{"), "{name}: what an event says must not become a part of a script: {run}");
                }
            }
        }
        assert!(!text.contains("secrets.") && text.contains("persist-credentials: false") && text.contains("~/.cache/kandra"), "{name}");
    }
}
