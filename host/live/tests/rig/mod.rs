//! Builds the trial feature in several variants, once for each test program, and names the artifacts by their hashes.
#![allow(dead_code)] // each test program uses its own part

pub mod http;
pub mod process;

use kandra_model::{ArtifactHash, Presentation, Revision, Slug, Tier};
use kandra_wire::FeatureSettings;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

static BUILDING: Mutex<()> = Mutex::new(());

/// Where the artifacts are.
pub fn artifacts() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// The trial feature, with some of its Cargo features.
pub fn build(features: &str) -> ArtifactHash {
    let _one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features/trial");
    // The workspace's lock, so that nothing is needed that is not there.
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"), crate_directory.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trial");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--features", features])
        .current_dir(&crate_directory)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let bytes = std::fs::read(target.join("debug/libkandra_feature_trial.so")).unwrap();
    let hash: ArtifactHash = hex::encode(Sha256::digest(&bytes)).parse().unwrap();
    let path = artifacts().join(hash.as_str());
    if !path.exists() {
        let new = path.with_extension(std::process::id().to_string());
        std::fs::write(&new, bytes).unwrap();
        std::fs::rename(new, path).unwrap();
    }
    hash
}

pub fn slug() -> Slug {
    "trial".parse().unwrap()
}

pub fn presentation() -> Presentation {
    Presentation {
        title: "Trial <1>".to_owned(),
        capabilities: vec!["kv".to_owned(), "events".to_owned()],
        widget: true,
        ..Presentation::default()
    }
}

pub fn order(revision: u32, artifact: &ArtifactHash) -> kandra_live::Order {
    kandra_live::Order {
        feature: slug(),
        revision: Revision(revision),
        artifact: artifact.clone(),
        tier: Tier::Quick,
        presentation: presentation(),
        settings: FeatureSettings::default(),
    }
}
