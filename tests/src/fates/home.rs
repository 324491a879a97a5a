//! A server that has every fate mounted.
//!
//! What the gates let through goes through them. In the place of the others a well-behaved crate of the same name does;
//! then, while the server is down, its library is exchanged for one that was built without the gates.

use super::{CONTRACT, FOLDER, Fate, Outcome};
use crate::{
    Options, Server, feature_crate,
    ungated::{self, STAND_IN},
};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};

/// Who must not notice.
pub const NEIGHBOURS: [&str; 2] = ["bench-counter", "bench-routes"];

/// Starts a server with the neighbours and these fates.
pub async fn start(fates: &[Fate], options: Options) -> Result<Server> {
    let names: Vec<String> = fates.iter().filter(|fate| fate.ungated.is_some()).map(|fate| fate.name.clone()).collect();
    let built = tokio::task::spawn_blocking(move || ungated::build(FOLDER, &names.iter().map(String::as_str).collect::<Vec<_>>()));
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
    let with = |source: String| ungated::stand_in(&fate.files["Cargo.toml"], CONTRACT, source);
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

/// Puts a library in the place of the one that the gates made, while nothing runs over this home.
fn exchange(home: &Path, fate: &Fate, library: &Path) -> Result<()> {
    if fate.outcome != Outcome::Refused {
        return ungated::exchange(home, &fate.name, library);
    }
    let hash = ungated::store(home, library)?;
    let db = rusqlite::Connection::open(home.join("kandra.db"))?;
    let changed = db.execute("UPDATE artifacts SET hash = ?1 WHERE feature = ?2 AND revision = 2", (&hash, &fate.name))?;
    ensure!(changed > 0, "{} has no second revision", fate.name);
    Ok(())
}
