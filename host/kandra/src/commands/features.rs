//! What the owner does to features of a running server: list, show, rollback, pause, resume, pin, remove, approve.

use super::{print_json, print_line};
use crate::{
    args::{Approve, One, Output, Query, Remove, Rollback, Switch},
    client::Client,
    exit::{Code, CodedError},
    terminal,
};
use anyhow::Result;
use kandra_control::Slug;
use reqwest::Method;
use serde_json::{Value, json};

/// `kandra list`
pub async fn list(options: Query) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let mut features = Vec::new();
    let mut path = "/api/features".to_owned();
    loop {
        let page = client.get(&path).await?;
        features.extend(page["features"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => path = format!("/api/features?cursor={next}"),
            None => break,
        }
    }
    if options.output.json {
        print_json(json!({ "features": features }))?;
        return Ok(Code::Ok);
    }
    if features.is_empty() {
        terminal::say("no features yet; ask for one on the page, or send one with `kandra deploy`");
    }
    for feature in &features {
        let text = |name: &str| terminal::printable(feature[name].as_str().unwrap_or_default());
        let row = format!("{:<28} r{:<4} {:<12} {:<10} {}", text("slug"), feature["revision"], text("state"), text("tier"), text("title"));
        print_line(row.trim_end())?;
    }
    Ok(Code::Ok)
}

/// `kandra show`
pub async fn show(options: One) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let feature = client.get(&format!("/api/features/{slug}")).await?;
    let revisions = client.get(&format!("/api/features/{slug}/revisions")).await?;
    if options.output.json {
        print_json(json!({ "feature": feature, "revisions": revisions["revisions"] }))?;
        return Ok(Code::Ok);
    }
    for name in ["slug", "title", "summary", "url", "state", "reason", "revision", "tier", "pinned", "artifact", "commit"] {
        match &feature[name] {
            Value::Null => {}
            Value::String(text) => print_line(&format!("{name:<10} {}", terminal::printable(text)))?,
            other => print_line(&format!("{name:<10} {other}"))?,
        }
    }
    for route in feature["routes"].as_array().into_iter().flatten() {
        print_line(&format!(
            "route      {} /{slug}{}",
            route["method"].as_str().unwrap_or_default(),
            route["path"].as_str().unwrap_or_default()
        ))?;
    }
    for host in feature["hosts"].as_array().into_iter().flatten() {
        let granted = feature["granted"].as_array().is_some_and(|granted| granted.contains(host));
        let host = terminal::printable(host.as_str().unwrap_or_default());
        print_line(&format!("host       {host} {}", if granted { "granted" } else { "not granted: kandra grant" }))?;
    }
    for called in feature["calls"].as_array().into_iter().flatten() {
        print_line(&format!("calls      {}", terminal::printable(called.as_str().unwrap_or_default())))?;
    }
    for revision in revisions["revisions"].as_array().into_iter().flatten() {
        let message = terminal::printable(revision["message"].as_str().unwrap_or_default());
        print_line(&format!("revision   {} {} {message}", revision["revision"], revision["created_at"].as_str().unwrap_or_default()))?;
    }
    // What was saved or sent since then and is not live.
    let runs = client.get(&format!("/api/runs?feature={slug}&state=failed,succeeded")).await?;
    let is_change = |run: &&Value| matches!(run["cause"]["kind"].as_str(), Some("edit" | "submission" | "request"));
    let latest = runs["runs"].as_array().into_iter().flatten().find(is_change);
    if let Some(run) = latest.filter(|run| run["state"] == "failed") {
        let at = run["started_at"].as_str().unwrap_or_default();
        print_line(&format!("refused    {at} {}", terminal::printable(run["failure"].as_str().unwrap_or_default())))?;
        super::deploy::print_findings(&run["findings"]);
    }
    Ok(Code::Ok)
}

/// `kandra rollback`
pub async fn rollback(options: Rollback) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let feature = client.get(&format!("/api/features/{slug}")).await?;
    let current = feature["revision"].as_u64().unwrap_or_default();
    // A removed feature comes back as it was last.
    let before = if feature["state"] == "removed" { Some(current) } else { current.checked_sub(1) };
    let Some(target) = options.revision.map(u64::from).or(before.filter(|r| *r > 0)) else {
        return Err(CodedError::error(Code::Usage, format!("{slug} has no revision before {current}")));
    };
    let data = if options.with_data {
        "Its SQL data go back to before the migration that followed; what was written since is lost to it"
    } else {
        "Its data stays as it is"
    };
    let question = format!("Point {slug} at revision {target} instead of {current}? {data}.");
    if options.dry_run {
        let data = if options.with_data { "its SQL data would go back with it" } else { "its data would stay as it is" };
        let words = format!("would point {slug} at revision {target} instead of {current}; {data}");
        let data = json!({ "feature": slug, "from": current, "revision": target, "with_data": options.with_data });
        return would(options.output, words, data);
    }
    if !options.yes && !terminal::confirm(&question) {
        return Err(CodedError::error(Code::Usage, "nothing was changed; add --yes to roll back without a question"));
    }
    let mut done =
        client.post(&format!("/api/features/{slug}/rollback"), &json!({ "revision": target, "with_data": options.with_data })).await?;
    if let Some(run) = done["run"].as_str().map(str::to_owned) {
        terminal::say(format!("the artifact of revision {target} is being rebuilt"));
        let ended = client.wait_for_run(&run, |stage| terminal::say(format!("  {stage}"))).await?;
        if ended["state"] != "succeeded" {
            return Err(anyhow::anyhow!("{}", ended["failure"].as_str().unwrap_or("the rebuild did not succeed")));
        }
        done["run"] = ended;
    }
    if options.output.json {
        print_json(done)?;
    } else {
        terminal::say(format!("{slug} serves revision {target}. {}", done["data"].as_str().unwrap_or_default()));
    }
    Ok(Code::Ok)
}

/// What a dry run found, in words or as data.
pub fn would(output: Output, words: String, mut data: Value) -> Result<Code> {
    if output.json {
        data["dry_run"] = true.into();
        print_json(data)?;
    } else {
        terminal::say(words);
    }
    Ok(Code::Ok)
}

/// Which way [`switch`] goes.
#[derive(Clone, Copy)]
pub enum Way {
    /// Answer 503.
    Pause,
    /// Serve again.
    Resume,
    /// Keep its revision.
    Pin,
    /// No longer.
    Unpin,
}

/// `kandra pause`, `kandra resume`
pub async fn switch(options: Switch, way: Way) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let (verb, sentence) = match way {
        Way::Pause => ("pause", "is paused; its routes answer 503 until `kandra resume`"),
        Way::Resume => ("resume", "serves again"),
        Way::Pin => ("pin", "keeps its revision; newer ones wait as candidates until `kandra unpin`"),
        Way::Unpin => ("unpin", "may be replaced again; what waits is let go live with `kandra approve`"),
    };
    if options.dry_run {
        let feature = client.get(&format!("/api/features/{slug}")).await?;
        let state = feature["state"].as_str().unwrap_or_default();
        return would(options.output, format!("would {verb} {slug}, which is {state}"), json!({ "feature": slug, "state": state }));
    }
    let answer = match way {
        Way::Unpin => {
            let path = format!("/api/features/{slug}/pin");
            client.send(Method::DELETE, &path, None).await?.map_err(crate::client::Refused::into_error)?
        }
        _ => client.post(&format!("/api/features/{slug}/{verb}"), &json!({})).await?,
    };
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("{slug} {sentence}"));
    }
    Ok(Code::Ok)
}

/// `kandra remove`
pub async fn remove(options: Remove) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    if options.dry_run {
        let feature = client.get(&format!("/api/features/{slug}")).await?;
        let routes = feature["routes"].as_array().map_or(0, Vec::len);
        let words = format!("would remove {slug} and its {routes} routes; its data and history would stay");
        return would(options.output, words, json!({ "feature": slug, "routes": feature["routes"] }));
    }
    if !options.yes && !terminal::confirm(&format!("Remove {slug}? Its routes go, its data and history stay.")) {
        return Err(CodedError::error(Code::Usage, "nothing was changed; add --yes to remove without a question"));
    }
    let answer = client.send(Method::DELETE, &format!("/api/features/{slug}"), None).await?.map_err(crate::client::Refused::into_error)?;
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("{slug} is removed; its data and history stay, and `kandra rollback {slug}` brings it back"));
    }
    Ok(Code::Ok)
}

/// `kandra approve`
pub async fn approve(options: Approve) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let valid = !options.run.is_empty() && options.run.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if !valid {
        return Err(CodedError::error(Code::Usage, format!("{:?} is not a candidate's id", options.run)));
    }
    if options.dry_run {
        let candidate = client.get(&format!("/api/candidates/{}", options.run)).await?;
        let title = candidate["title"].as_str().unwrap_or_default();
        return would(options.output, format!("would let {title:?} go live"), json!({ "candidate": candidate }));
    }
    let answer = client.post(&format!("/api/candidates/{}/approve", options.run), &json!({})).await?;
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say("approved; it goes live now");
    }
    Ok(Code::Ok)
}

/// A slug that may stand in a path.
pub fn slug(text: &str) -> Result<Slug> {
    text.parse().map_err(|e: kandra_control::IdError| CodedError::error(Code::Usage, e.to_string()))
}
