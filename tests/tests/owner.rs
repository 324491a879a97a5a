//! What the owner decides of a feature, over the real binary: what it may use, which revision stays, which build serves.

use anyhow::{Context, Result};
use kandra_tests::{Api, Options, Server, binary, feature_crate};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    process::{Command, Output},
    time::Duration,
};

async fn kandra(server: &Server, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(binary());
    command.args(arguments).arg("--home").arg(server.home());
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_set_checked_shown_and_survive_a_restart() -> Result<()> {
    let mut server = Server::ready(Options::default()).await?;
    server.deploy(&feature_crate("generated/shared-counter")?, None).await?;
    let shown = kandra(&server, &["limits", "shared-counter"]).await?;
    assert!(said(&shown).contains("deadline_ms") && said(&shown).contains("100 to 60000"), "{}", said(&shown));
    let dry = kandra(&server, &["limits", "shared-counter", "--set", "request_bytes=2KiB", "--dry-run"]).await?;
    assert!(said(&dry).contains("would let shared-counter use request_bytes 2048"), "{}", said(&dry));
    for (set, words) in [("poll_ms=1", "between 5 and 1000"), ("threads=1", "there is no limit"), ("poll_ms", "NAME=VALUE")] {
        let refused = kandra(&server, &["limits", "shared-counter", "--set", set]).await?;
        assert!(!refused.status.success() && said(&refused).contains(words), "{set}: {}", said(&refused));
    }
    let set = kandra(&server, &["limits", "shared-counter", "--set", "request_bytes=2KiB", "--json"]).await?;
    let set: Value = serde_json::from_slice(&set.stdout)?;
    assert_eq!((&set["schema"], &set["limits"]["request_bytes"]["value"]), (&json!(1), &json!(2048)), "{set}");
    let stranger = server.visitor().write(Method::PUT, "/api/features/shared-counter/limits", Some(&json!({ "limits": {} }))).await?;
    assert!(matches!(stranger.status, 401 | 403), "{}", stranger.text);

    let large = json!("x".repeat(3_000));
    let up = async |server: &Server| Api::new(&server.live, None).send(Method::POST, "/shared-counter/up", Some(&large), &[]).await;
    assert_eq!(up(&server).await?.status, 413);
    server.stop().await?;
    server.restart().await?;
    server.wait_ready().await?;
    assert_eq!(up(&server).await?.status, 413, "a new process begins with them");
    let reset = kandra(&server, &["limits", "shared-counter", "--reset"]).await?;
    assert!(reset.status.success(), "{}", said(&reset));
    assert_eq!(up(&server).await?.status, 200);
    let feature = server.owner().get("/api/features/shared-counter").await?.body;
    assert_eq!(
        feature["limits"]["request_bytes"],
        json!({ "value": 1 << 20, "default": 1 << 20, "least": 1024, "most": 32 << 20, "set": false })
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pinned_revision_stays_until_it_is_let_go() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    let first = feature_crate("generated/shared-counter")?;
    server.deploy(&first, None).await?;
    let pinned = kandra(&server, &["pin", "shared-counter"]).await?;
    assert!(said(&pinned).contains("keeps its revision"), "{}", said(&pinned));
    let mut second = first.clone();
    second.entry("src/lib.rs".to_owned()).and_modify(|text| text.push_str("// another\n"));
    let run = server.deploy(&second, Some(1)).await?;
    assert_eq!(run["state"], "waiting", "{run}");
    let owner = server.owner();
    let feature = async || Ok::<_, anyhow::Error>(owner.get("/api/features/shared-counter").await?.body);
    assert_eq!((&feature().await?["revision"], &feature().await?["pinned"]), (&json!(1), &json!(true)));
    let candidate = run["id"].as_str().context("an id")?;
    let refused = kandra(&server, &["approve", candidate]).await?;
    assert!(!refused.status.success() && said(&refused).contains("kandra unpin shared-counter"), "{}", said(&refused));

    let free = kandra(&server, &["unpin", "shared-counter"]).await?;
    assert!(said(&free).contains("kandra approve"), "{}", said(&free));
    assert!(kandra(&server, &["approve", candidate]).await?.status.success());
    assert_eq!(server.run_ended(candidate).await?["state"], "succeeded");
    assert_eq!(feature().await?["revision"], 2);
    // Nor does the owner's own way back lead past it.
    owner.post("/api/features/shared-counter/pin", &json!({})).await?;
    let back = owner.post("/api/features/shared-counter/rollback", &json!({ "revision": 1 })).await?;
    assert_eq!((back.status, &back.body["code"]), (409, &json!("pinned")), "{}", back.text);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_optimised_build_keeps_the_contract_before_it_serves() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    server.deploy(&feature_crate("generated/shared-counter")?, None).await?;
    let owner = server.owner();
    for _ in 0..600 {
        if owner.get("/api/features/shared-counter").await?.body["tier"] == "optimised" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(owner.get("/api/features/shared-counter").await?.body["tier"], "optimised");
    let runs = owner.get("/api/runs?feature=shared-counter").await?.body;
    let run = runs["runs"].as_array().into_iter().flatten().find(|run| run["cause"]["kind"] == "optimise").context("no such run")?;
    let run = owner.get(&format!("/api/runs/{}", run["id"].as_str().context("an id")?)).await?.body;
    let stages: Vec<_> = run["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|stage| (stage["stage"].as_str().unwrap_or_default(), stage["outcome"].as_str().unwrap_or_default()))
        .collect();
    let probe = stages.iter().position(|stage| *stage == ("probe", "passed")).context(format!("no probe: {run}"))?;
    assert!(stages.iter().position(|stage| stage.0 == "mount").is_some_and(|mount| mount > probe), "{stages:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_brings_the_data_back_when_it_is_asked_to() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    let first = feature_crate("generated/visitors-book")?;
    server.deploy(&first, None).await?;
    let live = Api::new(&server.live, None);
    let sign = async |text: &str| {
        let entry = json!({ "name": "Ada", "text": text });
        Ok::<_, anyhow::Error>(live.send(Method::POST, "/visitors-book/entries", Some(&entry), &[]).await?.status)
    };
    assert_eq!(sign("before").await?, 201);
    let mut second = first.clone();
    let step = "routes.migration(\"CREATE INDEX entry_visitor ON entry (visitor)\");";
    let more = format!("{step}\n    routes.migration(\"ALTER TABLE entry ADD COLUMN stars INTEGER\");");
    second.entry("src/lib.rs".to_owned()).and_modify(|text| *text = text.replace(step, &more));
    assert_ne!(first, second);
    assert_eq!(server.deploy(&second, Some(1)).await?["state"], "succeeded");
    assert_eq!(sign("after").await?, 201);
    let book = async || Ok::<_, anyhow::Error>(live.get("/visitors-book/entries").await?.text);

    let dry = kandra(&server, &["rollback", "visitors-book", "--with-data", "--dry-run"]).await?;
    assert!(said(&dry).contains("its SQL data would go back with it"), "{}", said(&dry));
    let back = kandra(&server, &["rollback", "visitors-book", "--with-data", "--yes"]).await?;
    let words = said(&back);
    assert!(back.status.success() && words.contains("is lost to it") && words.contains("visitors-book.sql.undone.db"), "{words}");
    let text = book().await?;
    assert!(text.contains("before") && !text.contains("after"), "{text}");
    assert!(server.home().join("features/visitors-book.sql.undone.db").exists());

    // Forth again, and back without the data: they stay.
    assert_eq!(sign("third").await?, 201);
    assert!(kandra(&server, &["rollback", "visitors-book", "2", "--yes"]).await?.status.success());
    assert_eq!(sign("fourth").await?, 201);
    let back = kandra(&server, &["rollback", "visitors-book", "1", "--yes"]).await?;
    assert!(said(&back).contains("stays as it is"), "{}", said(&back));
    let text = book().await?;
    assert!(text.contains("third") && text.contains("fourth"), "{text}");
    Ok(())
}
