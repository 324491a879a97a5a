//! Third-party crates over the real binary: the reviewed shelf, loops in it that do not end, and a crate that the owner adds
//! while the server runs. The registry is what building this project has left on the machine; nothing is downloaded for it.

use anyhow::{Context, Result};
use kandra_tests::{Api, Options, Server, binary, feature_crate};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    process::{Command, Output},
    time::{Duration, Instant},
};

/// A crate that Kandra itself is built with, so that it is in every registry in which this test runs.
const CRATE: &str = "fnv";

async fn kandra(server: &Server, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(binary());
    command.args(arguments).arg("--home").arg(server.home());
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn hashing() -> Result<BTreeMap<String, String>> {
    let mut files = feature_crate("generated/counter")?;
    let manifest = files["Cargo.toml"].replace("kandra-feature-counter", "kandra-feature-hashing");
    files.insert("Cargo.toml".into(), manifest.replace("[dependencies]", &format!("[dependencies]\n{CRATE} = \"1\"")));
    files.remove("src/widget.rs");
    let lib = "#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\nuse kandra::prelude::*;\nuse std::hash::Hasher;\n\
        kandra::feature!(mount);\nfn mount(routes: &mut Routes) {\n    routes.get(\"/\", hash);\n}\n\
        async fn hash(_req: Request, _ctx: Ctx) -> Result<Response> {\n    let mut hasher = fnv::FnvHasher::default();\n    hasher.write(b\"tea\");\n    \
        Response::text(format!(\"{:x}\", hasher.finish()))\n}\n";
    files.insert("src/lib.rs".into(), lib.into());
    let contract = "[[exchange]]\nname = \"a hash\"\nrequest = { path = \"/\" }\nexpect = { status = 200, text = \"56e4c91944536249\" }\n";
    files.insert("contract.toml".into(), contract.into());
    Ok(files)
}

async fn eventually(mut done: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(300);
    while !done().await? {
        anyhow::ensure!(Instant::now() < deadline, "it did not come about");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crates_work_their_loops_end_and_another_is_added_while_serving() -> Result<()> {
    // Makes the shelf, when nobody has, and tries each crate of it.
    let checked = Command::new(binary()).args(["check", "tests/features/shelf"]).current_dir(kandra_tests::repository()).output()?;
    assert!(checked.status.success(), "{}", said(&checked));

    let options = Options { environment: vec![("CARGO_NET_OFFLINE".into(), "true".into())], ..Options::default() };
    let mut server = Server::ready(options).await?;
    let run = server.deploy(&feature_crate("tests/features/shelf")?, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    server.deploy(&feature_crate("generated/shared-counter")?, None).await?;
    let live = server.live_pid().context("live runs")?;
    let visitor = Api::new(&server.live, None);
    for path in ["/shelf/endless/markup", "/shelf/endless/crate"] {
        let ended = visitor.get(path).await?;
        assert_eq!((ended.status, &ended.body["code"]), (503, &json!("budget_time")), "{path}: {}", ended.text);
    }
    assert_eq!(visitor.get("/shelf/nested?depth=20000").await?.text, "refused");
    assert!(visitor.get("/shelf/").await?.text.contains("sha2 a9f74d1e"));
    assert_eq!(server.live_pid(), Some(live), "no process was needed for that");

    // Before it is added nothing can name it; the refusal says what can be done.
    let owner = server.owner();
    let refused = owner.post("/api/features", &json!({ "files": hashing()?, "message": "hash" })).await?;
    assert!(refused.text.contains("kandra crates add"), "{}", refused.text);
    for (name, words) in [("itertoo1s", "looks like itertools"), ("libc", "never name"), ("../x", "usage"), ("regex", "already")] {
        let refused = kandra(&server, &["crates", "add", name, "--yes"]).await?;
        let told = said(&refused);
        assert!(!refused.status.success() && (told.contains(words) || words == "usage" && told.contains("ASCII")), "{name}: {told}");
    }
    let stranger = server.visitor().post("/api/crates", &json!({ "name": CRATE })).await?;
    assert!(matches!(stranger.status, 401 | 403), "{}", stranger.text);
    let dry = kandra(&server, &["crates", "add", CRATE, "--dry-run"]).await?;
    for words in ["licence     Apache-2.0 / MIT", "advisories", "new         fnv 1.0.7"] {
        assert!(said(&dry).contains(words), "{words}: {}", said(&dry));
    }
    let nobody = kandra(&server, &["crates", "add", CRATE]).await?;
    assert!(!nobody.status.success() && said(&nobody).contains("--yes"), "{}", said(&nobody));

    let feature = async |slug: &str| Ok::<Value, anyhow::Error>(owner.get(&format!("/api/features/{slug}")).await?.body);
    let (before, untouched) = (feature("shelf").await?["artifact"].clone(), feature("shared-counter").await?["revision"].clone());
    let added = kandra(&server, &["crates", "add", CRATE, "--yes"]).await?;
    assert!(added.status.success(), "{}", said(&added));
    assert!(said(&kandra(&server, &["crates"]).await?).contains("(added here)"));
    let run = server.deploy(&hashing()?, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert_eq!(visitor.get("/hashing/").await?.text, "56e4c91944536249");
    assert_eq!(server.live_pid(), Some(live), "nothing was restarted");

    // What names a crate of the shelf follows it, beside the library that serves; the others are left alone.
    eventually(async || {
        let runs = owner.get("/api/runs?limit=50").await?.body;
        let of = |slug: &str| {
            let runs = runs["runs"].as_array().into_iter().flatten();
            runs.filter(|run| run["feature"] == slug && run["cause"]["kind"] == "rebuild" && run["state"] == "succeeded").count()
        };
        assert_eq!(of("shared-counter"), 0, "it names nothing of the shelf");
        Ok(of("shelf") > 0)
    })
    .await?;
    assert_eq!(feature("shared-counter").await?["revision"], untouched);
    assert_eq!((&feature("shelf").await?["revision"], before.is_null()), (&json!(1), false));

    let used = kandra(&server, &["crates", "remove", CRATE]).await?;
    assert!(!used.status.success() && said(&used).contains("hashing names fnv"), "{}", said(&used));
    server.stop().await?;
    server.restart().await?;
    server.wait_ready().await?;
    let crates = server.owner().get("/api/crates").await?.body;
    assert!(crates["crates"].as_array().context("a list")?.iter().any(|one| one["name"] == CRATE && one["added"] == true), "{crates}");
    server.owner().delete("/api/features/hashing").await?;
    let removed = kandra(&server, &["crates", "remove", CRATE]).await?;
    assert!(removed.status.success(), "{}", said(&removed));
    Ok(())
}
