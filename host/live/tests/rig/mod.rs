//! Builds the trial feature in several variants, once for each test program, and names the artifacts by their hashes.
#![allow(dead_code)] // each test program uses its own part

pub mod http;
pub mod process;
pub mod socket;

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
    keep(&std::fs::read(target.join("debug/libkandra_feature_trial.so")).unwrap())
}

/// A library whose ABI has one type with another layout.
pub fn build_mismatched() -> ArtifactHash {
    let _one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mismatched");
    std::fs::create_dir_all(directory.join("src")).unwrap();
    let ours = std::fs::read_to_string(root.join("sdk/abi/src/lib.rs")).unwrap();
    let theirs = ours.replace("pub route: u32,", "pub route: u64,").replace("#![forbid(unsafe_code)]", "");
    assert_ne!(ours, theirs);
    let export = r#"
        extern "C" fn init(_: HostModule_Ref) -> RResult<Mounted, Fault> { RResult::ROk(Mounted { routes: RVec::new(), migrations: RVec::new(), state_version: ROption::RNone }) }
        extern "C" fn start(_: &RequestView<'_>) -> RResult<Call, Fault> { RResult::ROk(Call(std::ptr::null_mut())) }
        extern "C" fn poll(_: Call) -> Polled { Polled::Pending }
        extern "C" fn drop_call(_: Call) {}
        extern "C" fn save() -> RResult<RVec<u8>, Fault> { RResult::ROk(RVec::new()) }
        extern "C" fn restore(_: u32, _: RSlice<'_, u8>) -> RResult<(), Fault> { RResult::ROk(()) }
        extern "C" fn run_thread_destructors() -> usize { 0 }
        extern "C" fn teardown(_: bool) -> TeardownReport { TeardownReport { thread_destructors: 0, thread_keys: 0, chunks: 0, live_calls: 0 } }
        extern "C" fn set_memory(_: usize, _: usize) {}
        static MODULE: abi_stable::prefix_type::WithMetadata<FeatureModule> =
            abi_stable::prefix_type::WithMetadata::new(FeatureModule { init, start, poll, drop_call, save, restore, run_thread_destructors, teardown, set_memory });
        fn module() -> FeatureModule_Ref { FeatureModule_Ref(MODULE.static_as_prefix()) }
        extern "C" fn load() -> abi_stable::library::RootModuleResult { abi_stable::library::__call_root_module_loader(module) }
        #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
        pub static HEADER: abi_stable::library::LibHeader =
            unsafe { abi_stable::library::LibHeader::from_constructor::<FeatureModule_Ref>(load, abi_stable::library::CheckTypeLayout::Yes) };
    "#;
    std::fs::write(directory.join("src/lib.rs"), format!("{theirs}{export}")).unwrap();
    let manifest = "[package]\nname = \"kandra-abi\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nname = \"kandra_abi\"\ncrate-type = [\"cdylib\"]\n\
                    [dependencies]\nabi_stable = { version = \"0.11.3\", default-features = false }\n[workspace]\n";
    std::fs::write(directory.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trial");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline"])
        .current_dir(&directory)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    keep(&std::fs::read(target.join("debug/libkandra_abi.so")).unwrap())
}

/// Puts an artifact where live looks for it.
fn keep(bytes: &[u8]) -> ArtifactHash {
    let hash: ArtifactHash = hex::encode(Sha256::digest(bytes)).parse().unwrap();
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
        capabilities: vec!["kv".to_owned(), "sql".to_owned(), "events".to_owned(), "http".to_owned(), "call".to_owned()],
        hosts: vec!["api.example.com".to_owned()],
        calls: vec!["trial".to_owned(), "other".to_owned()],
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
