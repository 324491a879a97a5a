//! A server that has every fate mounted.
//!
//! What the gates let through goes through them. In the place of the others a well-behaved crate of the same name does;
//! then, while the server is down, its library is exchanged for one that was built without the gates.

use super::{CONTRACT, FOLDER, Fate, Outcome};
use crate::{Options, Server, feature_crate, repository};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Who must not notice.
pub const NEIGHBOURS: [&str; 2] = ["bench-counter", "bench-routes"];

/// What the gates get of a feature that they would refuse.
const STAND_IN: &str = "#![no_std]
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

/// Starts a server with the neighbours and these fates.
pub async fn start(fates: &[Fate], options: Options) -> Result<Server> {
    let ungated = fates.iter().filter(|fate| fate.ungated.is_some()).cloned().collect::<Vec<_>>();
    let built = tokio::task::spawn_blocking(move || build(&ungated));
    let mut server = Server::ready(options.args(["--agent", "none"])).await?;
    for name in NEIGHBOURS {
        accepted(&server, &feature_crate(&format!("tests/features/{name}"))?, None).await?;
    }
    for fate in fates {
        deploy(&server, fate).await.with_context(|| fate.name.clone())?;
    }
    let built = built.await??;
    server.stop().await?;
    for (name, library) in &built {
        exchange(server.home(), fates.iter().find(|fate| fate.name == *name).context("built from the list")?, library)?;
    }
    server.restart().await?;
    server.wait_ready().await?;
    Ok(server)
}

async fn accepted(server: &Server, files: &BTreeMap<String, String>, base: Option<u64>) -> Result<()> {
    let run = server.deploy(files, base).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    Ok(())
}

async fn deploy(server: &Server, fate: &Fate) -> Result<()> {
    let with = |source: String| {
        let mut files = BTreeMap::from([("src/lib.rs".to_owned(), source), ("contract.toml".to_owned(), CONTRACT.to_owned())]);
        let manifest = fate.files["Cargo.toml"].clone();
        let facade = "kandra-std = { path = \"../../../../sdk/std\" }\n";
        files.insert("Cargo.toml".to_owned(), if manifest.contains("kandra-std") { manifest } else { manifest + facade });
        files
    };
    match (fate.outcome, &fate.ungated) {
        (Outcome::Refused, Some(_)) => {
            accepted(server, &with(STAND_IN.to_owned()), None).await?;
            accepted(server, &with(format!("{STAND_IN}// The second revision.\n")), Some(1)).await?;
            let back = server.owner().post(&format!("/api/features/{}/rollback", fate.name), &json!({ "revision": 1 })).await?;
            ensure!(back.status == 200, "{}", back.text);
            Ok(())
        }
        (Outcome::Refused, None) => {
            let source = &fate.files["src/lib.rs"];
            accepted(server, &with(source.replace("FAILS: bool = true", "FAILS: bool = false")), None).await?;
            let run = server.deploy(&fate.files, Some(1)).await?;
            ensure!(run["state"] == "failed", "{run}");
            Ok(())
        }
        (_, Some(_)) => accepted(server, &with(STAND_IN.to_owned()), None).await,
        (_, None) => accepted(server, &fate.files, None).await,
    }
}

/// Builds crates as the gate would, without its lint, its facade and its ticks; answers their libraries by name.
fn build(fates: &[Fate]) -> Result<Vec<(String, PathBuf)>> {
    if fates.is_empty() {
        return Ok(Vec::new());
    }
    let folder = repository().join(FOLDER);
    // The workspace's lock, so that nothing is needed that is not there.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    // Live's tests build their feature with the same flags here: what both need is built once.
    let target = target()?.join("tmp/trial");
    let packages = fates.iter().flat_map(|fate| ["--package".to_owned(), format!("kandra-feature-{}", fate.name)]);
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--offline"])
        .args(packages)
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let library = |fate: &Fate| target.join(format!("debug/libkandra_feature_{}.so", fate.name.replace('-', "_")));
    Ok(fates.iter().map(|fate| (fate.name.clone(), library(fate))).collect())
}

/// The target directory that this program was built in.
fn target() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).context("this program is in no target directory")?.to_owned())
}

/// Puts a library in the place of the one that the gates made, while nothing runs over this home.
fn exchange(home: &Path, fate: &Fate, library: &Path) -> Result<()> {
    let bytes = fs::read(library)?;
    let hash = hex::encode(Sha256::digest(&bytes));
    fs::write(home.join("artifacts").join(&hash), &bytes)?;
    let db = rusqlite::Connection::open(home.join("kandra.db"))?;
    let (slug, nowhere) = (&fate.name, "0".repeat(40));
    if fate.outcome == Outcome::Refused {
        let changed = db.execute("UPDATE artifacts SET hash = ?1 WHERE feature = ?2 AND revision = 2", (&hash, slug))?;
        ensure!(changed > 0, "{slug} has no second revision");
        return Ok(());
    }
    ensure!(db.execute("UPDATE features SET artifact = ?1 WHERE slug = ?2", (&hash, slug))? == 1, "{slug} is not there");
    // With a source that git does not have it is not built anew and not optimised.
    db.execute("UPDATE revisions SET commit_id = ?1 WHERE feature = ?2", (&nowhere, slug))?;
    Ok(())
}
