//! Libraries that no gate has seen, served as if one had failed.
//!
//! A well-behaved crate of the same name goes through the gates; then, while nothing runs over the home, its library is
//! exchanged for one that was built without them.

use crate::{Server, repository};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the gates get of a feature that they would refuse.
pub(crate) const STAND_IN: &str = "#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get(\"/fate\", fate);
}

async fn fate(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(\"well\")
}
";

/// Has a running server accept a crate that is nothing but the name of a feature. `manifest` is the real one's.
pub async fn accept_stand_in(server: &Server, manifest: &str, contract: &str) -> Result<()> {
    let run = server.deploy(&stand_in(manifest, contract, STAND_IN.to_owned()), None).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    Ok(())
}

/// The files of such a crate.
pub(crate) fn stand_in(manifest: &str, contract: &str, source: String) -> BTreeMap<String, String> {
    let facade = if manifest.contains("kandra-std") { "" } else { "kandra-std = { path = \"../../../../sdk/std\" }\n" };
    BTreeMap::from([
        ("src/lib.rs".to_owned(), source),
        ("contract.toml".to_owned(), contract.to_owned()),
        ("Cargo.toml".to_owned(), format!("{manifest}{facade}")),
    ])
}

/// Builds crates of the workspace at `folder` as the gate would, without its lint, its facade and its ticks; answers
/// their libraries by name.
pub fn build(folder: &str, names: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let folder = repository().join(folder);
    // The workspace's lock, so that nothing is needed that is not there.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    // Live's tests build their feature with the same flags here: what both need is built once.
    let target = target()?.join("tmp/trial");
    let packages = names.iter().flat_map(|name| ["--package".to_owned(), format!("kandra-feature-{name}")]);
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--offline"])
        .args(packages)
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let library = |name: &str| target.join(format!("debug/libkandra_feature_{}.so", name.replace('-', "_")));
    Ok(names.iter().map(|name| ((*name).to_owned(), library(name))).collect())
}

/// The target directory that this program was built in.
fn target() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).context("this program is in no target directory")?.to_owned())
}

/// Puts a library into the store of a home over which nothing runs; answers its hash.
pub(crate) fn store(home: &Path, library: &Path) -> Result<String> {
    let bytes = fs::read(library)?;
    let hash = hex::encode(Sha256::digest(&bytes));
    fs::write(home.join("artifacts").join(&hash), &bytes)?;
    Ok(hash)
}

/// Puts a library in the place of the one that the gates made of `slug`, while nothing runs over this home.
pub fn exchange(home: &Path, slug: &str, library: &Path) -> Result<()> {
    let hash = store(home, library)?;
    let db = rusqlite::Connection::open(home.join("kandra.db"))?;
    let nowhere = "0".repeat(40);
    ensure!(db.execute("UPDATE features SET artifact = ?1 WHERE slug = ?2", (&hash, slug))? == 1, "{slug} is not there");
    // With a source that git does not have it is not built anew and not optimised.
    db.execute("UPDATE revisions SET commit_id = ?1 WHERE feature = ?2", (&nowhere, slug))?;
    Ok(())
}
