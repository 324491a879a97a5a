//! Features that call each other, over the real binary: a call, and what a caller is spared.

use anyhow::Result;
use kandra_tests::{Api, Options, Server, binary, feature_crate, repository};
use reqwest::Method;
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_revision_cannot_break_those_who_call_it() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    let counter = feature_crate("generated/shared-counter")?;
    for files in [counter.clone(), feature_crate("generated/front-desk")?] {
        let run = server.deploy(&files, None).await?;
        assert_eq!(run["state"], "succeeded", "{run}");
    }
    let live = Api::new(&server.live, None);
    // One of the two that it calls is there.
    let desk = live.get("/front-desk/").await?;
    assert_eq!(desk.body, json!({ "count": 0, "links": null, "visits": null }), "{}", desk.text);
    assert_eq!(live.send(Method::POST, "/front-desk/press", None, &[]).await?.body, json!({ "count": 1 }));
    assert_eq!(live.get("/shared-counter/").await?.body["count"], 1);
    assert_eq!(server.owner().get("/api/features/front-desk").await?.body["calls"], json!(["link-shortener", "shared-counter"]));

    // It keeps its own contract, which is changed with it, and would break its caller.
    let renamed = |text: &String| text.replace("count: i64,", "#[serde(rename = \"total\")]\n    count: i64,");
    let mut breaking = counter.clone();
    let changed: Vec<_> = counter.keys().filter(|path| *path == "src/lib.rs" || *path == "contract.toml").cloned().collect();
    for path in changed {
        let text = &counter[&path];
        let text = if path == "contract.toml" { text.replace("count =", "total =") } else { renamed(text) };
        breaking.insert(path, text);
    }
    let run = server.deploy(&breaking, Some(1)).await?;
    assert_eq!(run["state"], "failed", "{run}");
    let found = run["findings"].to_string();
    assert!(found.contains("probe/caller") && found.contains("front-desk calls GET / of this feature"), "{found}");
    assert_eq!(live.get("/front-desk/").await?.body["count"], 1, "the last good one serves on");

    // The same is found before anything is sent.
    let place = tempfile::tempdir()?;
    for (path, text) in &breaking {
        let path = place.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the place"))?;
        std::fs::write(path, text)?;
    }
    let mut command = Command::new(binary());
    command.arg("check").arg(place.path()).args(["--format", "json", "--with"]).arg(repository().join("generated/front-desk"));
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let checked: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(output.status.code(), Some(5), "{checked}");
    assert_eq!(checked["features"][0]["findings"][0]["code"], "probe/caller", "{checked}");
    Ok(())
}
