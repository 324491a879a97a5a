//! What strangers may send that they should not: each is a clear 4xx or a failed run with its reason, and nothing else
//! is affected.

use anyhow::{Context, Result};
use kandra_tests::{Api, Options, Server, feature_crate};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn server() -> Result<Server> {
    Server::ready(Options::default().args(["--agent", "none", "--interval", "3600"])).await
}

/// A refusal is a problem document: right status, a stable code, a sentence.
fn is_problem(answer: &kandra_tests::Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.body["code"].as_str().is_some_and(|c| !c.is_empty()), "{}", answer.text);
    assert!(answer.body["error"].as_str().is_some_and(|e| e.len() > 5), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_checked() -> Result<()> {
    let server = server().await?;
    let visitor = server.visitor();
    for body in [
        json!({}),
        json!({ "title": 7, "details": "" }),
        json!({ "title": "", "details": "" }),
        json!({ "title": "x".repeat(121), "details": "" }),
        json!({ "title": "fine", "details": "x".repeat(2001) }),
        json!({ "title": ["a"], "details": {} }),
        json!([1, 2]),
    ] {
        let answer = visitor.post("/api/requests", &body).await?;
        assert!((400..=422).contains(&answer.status), "{body}: {} {}", answer.status, answer.text);
        is_problem(&answer, answer.status);
    }
    let huge = json!({ "title": "x", "details": "y".repeat(3 << 20) });
    let answer = visitor.post("/api/requests", &huge).await;
    assert!(answer.is_err() || answer.is_ok_and(|a| a.status == 413 || a.status == 400));
    for bytes in [&b"{\"title\":\"\xff\xfe\"}"[..], b"{", b"", b"null"] {
        let (id, nonce) = visitor.proof().await?;
        let answer = reqwest::Client::new()
            .post(format!("{}/api/requests", server.control))
            .header("Content-Type", "application/json")
            .header("X-Challenge-Id", id)
            .header("X-Challenge-Nonce", nonce)
            .body(bytes.to_vec())
            .send()
            .await?;
        assert_eq!(answer.status(), 400);
    }
    let list = server.owner().get("/api/requests").await?.body;
    assert!(list["requests"].as_array().is_some_and(Vec::is_empty), "{list}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_of_work_are_checked() -> Result<()> {
    let server = server().await?;
    let visitor = server.visitor();
    let body = json!({ "title": "A wish", "details": "" });
    is_problem(&visitor.send(Method::POST, "/api/requests", Some(&body), &[]).await?, 403);
    let (id, nonce) = visitor.proof().await?;
    let proof = [("X-Challenge-Id", id.as_str()), ("X-Challenge-Nonce", nonce.as_str())];
    assert_eq!(visitor.send(Method::POST, "/api/requests", Some(&body), &proof).await?.status, 201);
    is_problem(&visitor.send(Method::POST, "/api/requests", Some(&body), &proof).await?, 403);
    let (id, _) = visitor.proof().await?;
    for nonce in ["0x", "", "-1", "99999999999999999999999999", "1e3"] {
        let forged = [("X-Challenge-Id", id.as_str()), ("X-Challenge-Nonce", nonce)];
        is_problem(&visitor.send(Method::POST, "/api/requests", Some(&body), &forged).await?, 403);
    }
    let mut forged_id = id.into_bytes();
    let last = forged_id.len() - 1;
    forged_id[last] = if forged_id[last] == b'0' { b'1' } else { b'0' };
    let forged_id = String::from_utf8(forged_id)?;
    is_problem(
        &visitor.send(Method::POST, "/api/requests", Some(&body), &[("X-Challenge-Id", &forged_id), ("X-Challenge-Nonce", "1")]).await?,
        403,
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_pages_and_hosts_are_refused() -> Result<()> {
    let server = server().await?;
    let visitor = server.visitor();
    let body = json!({ "title": "A wish", "details": "" });
    for origin in ["http://evil.example", "null", server.live.as_str()] {
        let (id, nonce) = visitor.proof().await?;
        let headers = [("X-Challenge-Id", id.as_str()), ("X-Challenge-Nonce", nonce.as_str()), ("Origin", origin)];
        is_problem(&visitor.send(Method::POST, "/api/requests", Some(&body), &headers).await?, 403);
    }
    let answer = visitor.send(Method::GET, "/api/status", None, &[("Host", "evil.example")]).await?;
    assert!((400..=421).contains(&answer.status), "{}", answer.status);
    let owner = Api::new(&server.control, Some("not-the-token".to_owned()));
    is_problem(&owner.delete("/api/features/poll").await?, 401);
    is_problem(&visitor.delete("/api/features/poll").await?, 401);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_do_not_traverse() -> Result<()> {
    let server = server().await?;
    let visitor = server.visitor();
    for path in [
        "/api/features/..%2f..%2fetc",
        "/api/features/a%00b",
        "/api/features/API",
        "/api/requests/not-an-id",
        "/api/nothing",
        "/static/../../etc/passwd",
    ] {
        let answer = visitor.get(path).await?;
        assert!((400..=404).contains(&answer.status), "{path}: {}", answer.status);
    }
    let good = feature_crate("tests/features/bench-counter")?;
    for bad in [
        "../evil.rs",
        "src/../../evil.rs",
        "/etc/passwd",
        "build.rs",
        ".cargo/config.toml",
        "src/lib.rs/x",
        "rust-toolchain.toml",
        "src/\u{202e}x.rs",
    ] {
        let mut files = good.clone();
        files.insert(bad.to_owned(), "x".to_owned());
        let answer = server.owner().post("/api/features", &json!({ "files": files, "message": "x" })).await?;
        let refused = match answer.status {
            202 => server.run_ended(answer.body["run"].as_str().context("run")?).await?["state"] == "failed",
            status => (400..=422).contains(&status),
        };
        assert!(refused, "{bad}: {}", answer.text);
    }
    assert!(server.owner().get("/api/features").await?.body["features"].as_array().is_some_and(Vec::is_empty));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn html_in_titles_is_text() -> Result<()> {
    let server = server().await?;
    let title = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    let request = server.visitor().ask(title).await?;
    for path in ["/".to_owned(), format!("/requests/{}", request["id"].as_str().context("id")?)] {
        let page = server.visitor().get(&path).await?;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("<img src=x"), "{path}");
        assert!(!page.text.contains("<script>alert"), "{path}");
        assert!(page.text.contains("&lt;img src=x") || page.text.contains("&#60;img src=x"), "{path}");
        let policy = page.headers.get("content-security-policy").context("a page has a policy")?.to_str()?;
        assert!(policy.contains("'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
        assert!(page.headers.get("set-cookie").is_none());
    }
    Ok(())
}

fn variant(replace: &[(&str, &str, &str)]) -> Result<BTreeMap<String, String>> {
    let mut files = feature_crate("tests/features/bench-counter")?;
    for (file, from, to) in replace {
        let text = files.get_mut(*file).context("a file of the crate")?;
        anyhow::ensure!(text.contains(from), "{file} has no {from:?}");
        *text = text.replace(from, to);
    }
    Ok(files)
}

#[tokio::test(flavor = "multi_thread")]
async fn features_that_misbehave_at_the_gates_are_refused_with_a_reason() -> Result<()> {
    let server = server().await?;
    let cases = [
        (
            "panics in mount",
            "probe",
            variant(&[("src/lib.rs", "routes.post(\"/hit\", hit);", "routes.post(\"/hit\", hit); panic!(\"no\");")])?,
        ),
        ("asserts nothing", "probe", variant(&[("contract.toml", "expect = { json = { count = 1 } }", "expect = { status = 200 }")])?),
        ("a contract that fails", "probe", variant(&[("contract.toml", "count = 1", "count = 41")])?),
        ("uses the file system", "lint", variant(&[("src/lib.rs", "const GENERATION", "use std::fs;\nconst GENERATION")])?),
        ("does not compile", "build", variant(&[("src/lib.rs", "u32 = 1", "u32 = \"one\"")])?),
        (
            "a route that is not its own",
            "probe",
            variant(&[("src/lib.rs", "routes.post(\"/hit\", hit);", "routes.post(\"/hit\", hit); routes.get(\"/../other\", hit);")])?,
        ),
    ];
    for (what, stage, files) in cases {
        let run = server.deploy(&files, None).await?;
        assert_eq!(run["state"], "failed", "{what}: {run}");
        let findings = run["findings"].as_array().context("findings")?;
        assert!(!findings.is_empty() && findings[0]["message"].as_str().is_some_and(|m| m.len() > 5), "{what}: {run}");
        assert!(run["failure"].as_str().is_some_and(|f| f.len() > 10), "{what}: {run}");
        let last = run["stages"].as_array().and_then(|s| s.last()).map(|s| s["stage"].clone());
        let early = ["source", "lint"].contains(&last.as_ref().and_then(Value::as_str).unwrap_or_default()) && stage == "probe";
        assert!(early || last == Some(stage.into()), "{what}: {run}");
    }
    let good = server.deploy(&variant(&[])?, None).await?;
    assert_eq!(good["state"], "succeeded", "{good}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_are_limited_by_address() -> Result<()> {
    let server = server().await?;
    let visitor = server.visitor();
    let mut statuses = Vec::new();
    for number in 0..40 {
        let answer =
            visitor.post(&format!("/api/requests/{}/vote", "01900000-0000-7000-8000-000000000000"), &json!({ "n": number })).await?;
        statuses.push(answer.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses[..20].iter().all(|s| *s == 404), "{statuses:?}");
    Ok(())
}
