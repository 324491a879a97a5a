//! Live used as a library in this process: artifacts that the gates made, mounted and called without a socket.

use anyhow::{Context, Result, ensure};
use kandra_live::{Ask, Config, Live, Order, Reply, Silence};
use kandra_model::{ArtifactHash, Presentation, Revision, Slug, Tier};
use kandra_tests::{Options, Server, repository};
use kandra_wire::FeatureSettings;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// One feature and its two builds.
pub(crate) struct Built {
    pub feature: Slug,
    pub presentation: Presentation,
    pub quick: ArtifactHash,
    pub optimised: ArtifactHash,
}

/// Artifacts of some features, and an empty folder for their data.
pub(crate) struct Shelf {
    folder: tempfile::TempDir,
    pub built: Vec<Built>,
}

impl Shelf {
    /// Sends crates through the gates of a server, and keeps what came out.
    pub(crate) async fn fill(crates: Vec<BTreeMap<String, String>>) -> Result<Self> {
        let mut server = Server::ready(Options::default().args(["--agent", "none"])).await?;
        for files in &crates {
            let run = server.deploy(files, None).await?;
            ensure!(run["state"] == "succeeded", "{run}");
        }
        let deadline = Instant::now() + Duration::from_secs(300);
        let features = loop {
            let list = server.owner().get("/api/features?limit=200").await?.body;
            let features = list["features"].as_array().context("a list of features")?.clone();
            if features.len() == crates.len() && features.iter().all(|feature| feature["tier"] == "optimised") {
                break features;
            }
            ensure!(Instant::now() < deadline, "the optimised builds did not arrive");
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        server.stop().await?;
        let folder = tempfile::Builder::new().prefix("kandra-bench").tempdir()?;
        fs::create_dir(folder.path().join("artifacts"))?;
        for entry in fs::read_dir(server.home().join("artifacts"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join("artifacts").join(entry.file_name()))?;
        }
        let db = rusqlite::Connection::open(server.home().join("kandra.db"))?;
        let built = features.iter().map(|feature| Built::read(&db, feature)).collect::<Result<_>>()?;
        Ok(Self { folder, built })
    }

    pub(crate) fn artifacts(&self) -> PathBuf {
        self.folder.path().join("artifacts")
    }

    /// Adds a library; answers its hash.
    pub(crate) fn add(&self, library: &Path) -> Result<ArtifactHash> {
        let bytes = fs::read(library)?;
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes));
        fs::write(self.artifacts().join(&hash), bytes)?;
        Ok(hash.parse()?)
    }

    /// Live over these artifacts, with its data in `features`.
    pub(crate) fn live(&self, features: &Path) -> Result<Arc<Live>> {
        Ok(Live::start(Config { artifacts: self.artifacts(), features: features.to_owned(), outlet: Arc::new(Silence) })?)
    }
}

impl Built {
    fn read(db: &rusqlite::Connection, feature: &Value) -> Result<Self> {
        let slug = feature["slug"].as_str().context("slug")?;
        let words = |name: &str| feature[name].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let hash = |tier: &str| -> Result<ArtifactHash> {
            let sql = "SELECT hash FROM artifacts WHERE feature = ?1 AND tier = ?2";
            Ok(db.query_row(sql, (slug, tier), |row| row.get::<_, String>(0)).with_context(|| format!("{slug} {tier}"))?.parse()?)
        };
        let presentation = Presentation {
            title: slug.to_owned(),
            capabilities: words("capabilities"),
            hosts: words("hosts"),
            calls: words("calls"),
            ..Presentation::default()
        };
        Ok(Self { feature: slug.parse()?, presentation, quick: hash("quick")?, optimised: hash("optimised")? })
    }

    /// To mount one of its builds.
    pub(crate) fn order(&self, revision: u32, artifact: &ArtifactHash) -> Order {
        Order {
            feature: self.feature.clone(),
            revision: Revision(revision),
            artifact: artifact.clone(),
            tier: Tier::Optimised,
            presentation: self.presentation.clone(),
            settings: FeatureSettings::default(),
        }
    }
}

/// Runs `work` on this thread as a worker of `live`.
pub(crate) fn as_worker<T>(live: &Arc<Live>, work: impl AsyncFnOnce(&Arc<Live>) -> Result<T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let worker = tokio::task::spawn_local(live.join().run());
        let result = work(live).await;
        worker.abort();
        result
    })
}

/// One call without headers.
pub(crate) async fn call(live: &Live, method: &str, path: &str, body: &[u8]) -> Reply {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    live.dispatch(Ask { method, path, query, headers: &[], body, visitor: "bench" }).await
}

/// Builds a feature of the checkout with the flags and the profile of the gate's optimised build, but without the gates and
/// so without ticks.
pub(crate) fn build_without_ticks(path: &str, package: &str) -> Result<PathBuf> {
    let folder = repository().join(path);
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let own = std::env::current_exe()?;
    let target = own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).context("this program is in no target directory")?;
    let target = target.join("tmp/without-ticks");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--offline", "--release"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "--cfg kandra_library")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(target.join(format!("release/lib{}.so", package.replace('-', "_"))))
}
