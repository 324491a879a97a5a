//! `examples/embed`: kandra-live in an application that is not Kandra, over real sockets.

use anyhow::{Context, Result};
use kandra_tests::{Options, Server, binary, feature_crate, repository};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The running example; it ends with the value.
struct Application {
    child: Child,
    url: String,
}

impl Application {
    /// Built where the binary under test was built, so that both share what they depend on.
    fn start(artifacts: &Path, data: &Path) -> Result<Self> {
        let target = binary().ancestors().nth(2).context("a binary lies in target/profile")?.to_owned();
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--offline", "--manifest-path"])
            .arg(repository().join("examples/embed/Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target)
            .output()?;
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let mut child = Command::new(target.join("debug/kandra-embed-example"))
            .args([artifacts, data])
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("stdout is piped")?).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }

    async fn ask(&self, method: Method, path: &str) -> Result<(u16, Value)> {
        let answer = Client::new().request(method, format!("{}{path}", self.url)).send().await?;
        let (status, text) = (answer.status().as_u16(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn features_live_in_somebody_elses_application() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let mut files = feature_crate("tests/features/bench-counter")?;
    let mut artifacts = Vec::new();
    for base in [None, Some(1)] {
        let run = server.deploy(&files, base).await?;
        assert_eq!(run["state"], "succeeded", "{run}");
        let feature = server.owner().get("/api/features/bench-counter").await?.body;
        artifacts.push(feature["artifact"].as_str().context("artifact")?.to_owned());
        let source = files.get_mut("src/lib.rs").context("a crate has a lib.rs")?;
        *source = source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2");
    }
    let data = tempfile::tempdir()?;
    let application = Application::start(&server.home().join("artifacts"), data.path())?;

    assert_eq!(application.ask(Method::GET, "/").await?.1, json!("this application's own page\n"));
    assert_eq!(application.ask(Method::POST, "/bench-counter/hit").await?.0, 404);
    let unknown = application.ask(Method::PUT, &format!("/admin/bench-counter/{}", "00".repeat(32))).await?;
    assert_eq!(unknown.0, 422, "{unknown:?}");
    for (artifact, answer) in artifacts.iter().zip([json!({ "count": 1, "generation": 1 }), json!({ "count": 2, "generation": 2 })]) {
        let mounted = application.ask(Method::PUT, &format!("/admin/bench-counter/{artifact}?may=kv")).await?;
        assert_eq!(mounted.0, 200, "{mounted:?}");
        assert_eq!(application.ask(Method::POST, "/bench-counter/hit").await?, (200, answer));
    }
    assert_eq!(application.ask(Method::DELETE, "/admin/bench-counter").await?.0, 204);
    assert_eq!(application.ask(Method::POST, "/bench-counter/hit").await?.0, 404);
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let (_, report) = application.ask(Method::GET, "/admin").await?;
        if report["unloads_verified"] == 2 {
            assert_eq!((&report["pinned"], &report["libraries"]), (&json!(0), &json!([])), "{report}");
            return Ok(());
        }
        assert!(Instant::now() < until, "{report}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
