//! A library loaded outside of any jail, with attempts read from standard input: what `tests/tests/live_jail.rs` compares
//! with. Live runs as a library in this process, so the very same code is called in the very same way.

use crate::library::as_worker;
use anyhow::{Context, Result};
use kandra_live::{Ask, Config, Live, Order, Silence};
use kandra_model::{Presentation, Revision, Tier};
use kandra_wire::FeatureSettings;
use sha2::{Digest, Sha256};
use std::{fs, io::BufRead, path::Path, sync::Arc};

/// Mounts the library as `slug` and asks each target that comes in; prints an answer a line.
pub fn run(slug: &str, library: &Path) -> Result<()> {
    let place = tempfile::tempdir()?;
    let (artifacts, features) = (place.path().join("artifacts"), place.path().join("features"));
    fs::create_dir(&artifacts)?;
    fs::create_dir(&features)?;
    let bytes = fs::read(library)?;
    let hash = hex::encode(Sha256::digest(&bytes));
    fs::write(artifacts.join(&hash), bytes)?;
    // As in live, which holds the server's.
    let _listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let live = Live::start(Config { artifacts, features, outlet: Arc::new(Silence) })?;
    as_worker(&live, async |live| {
        live.mount(Order {
            feature: slug.parse()?,
            revision: Revision(1),
            artifact: hash.parse()?,
            tier: Tier::Quick,
            presentation: Presentation::default(),
            settings: FeatureSettings::default(),
        })?;
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            let (path, query) = line.split_once('?').context("a target has a query")?;
            let reply = live.dispatch(Ask { method: "GET", path, query, headers: &[], body: &[], visitor: "outside" }).await;
            println!("{}", String::from_utf8_lossy(&reply.body));
        }
        Ok(())
    })
}
