//! `kandra deploy`

use super::{features::slug, grants::say_what_it_asks, print_json};
use crate::{
    args::Deploy,
    client::{Client, Refused},
    exit::{Code, CodedError},
    terminal,
};
use anyhow::{Context, Result};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Sends a crate and waits until it serves.
pub async fn run(options: Deploy) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let files = read_crate(&options.path)?;
    let name = package_name(&files).context("Cargo.toml names no package")?;
    let slug = slug(name.strip_prefix("kandra-feature-").unwrap_or(&name))?;
    let base = match options.base_revision {
        Some(revision) => Some(u64::from(revision)),
        None => current_revision(&client, slug.as_str()).await?,
    };
    let mut body = json!({ "files": files, "message": options.message });
    if let Some(base) = base {
        body["base_revision"] = base.into();
    }
    let path = if options.dry_run { "/api/features?dry_run=true" } else { "/api/features" };
    let answer = match client.send(Method::POST, path, Some(&body)).await? {
        Ok(answer) => answer,
        Err(refused) => return Err(explain(refused, slug.as_str())),
    };
    let Some(run) = answer["run"].as_str().filter(|_| !options.dry_run && !options.no_wait) else {
        if options.output.json {
            print_json(answer)?;
        } else if options.dry_run {
            terminal::say(format!("{slug} passes the gates; nothing was changed"));
        } else {
            terminal::say(format!("accepted as run {}", answer["run"].as_str().unwrap_or_default()));
        }
        return Ok(Code::Ok);
    };
    let ended = client.wait_for_run(run, |stage| terminal::say(format!("  {stage}"))).await?;
    if options.output.json {
        print_json(json!({ "run": ended }))?;
    }
    match ended["state"].as_str() {
        Some("succeeded") => {
            terminal::say(format!("{slug} is live as revision {}", ended["revision"]));
            say_what_it_asks(&client.get(&format!("/api/features/{slug}")).await?, "");
            Ok(Code::Ok)
        }
        Some("waiting") => {
            terminal::say(format!("{slug} passed the gates and waits for approval: kandra approve {run}"));
            Ok(Code::Ok)
        }
        _ => {
            print_findings(&ended["findings"]);
            let code = match ended["failure_code"].as_str() {
                Some("source" | "lint") => Code::Source,
                Some("build") => Code::Build,
                Some("inspect" | "probe") => Code::Probe,
                _ => Code::Failure,
            };
            Err(CodedError::error(code, ended["failure"].as_str().unwrap_or("the run did not succeed").to_owned()))
        }
    }
}

/// The crate's files as the gates would read them, as text.
pub fn read_crate(path: &Path) -> Result<Map<String, Value>> {
    let refused = |findings: Vec<kandra_gate::Finding>| {
        let text = findings.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; ");
        CodedError::error(Code::Source, format!("{}: {text}", path.display()))
    };
    let files = kandra_gate::read_directory(path).map_err(|failure| match failure {
        kandra_gate::StageFailure::Refused(findings) => refused(findings),
        other => anyhow::Error::new(other),
    })?;
    files
        .into_iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes).map_err(|_| CodedError::error(Code::Source, format!("{name} is not UTF-8")))?;
            Ok((name, Value::String(text)))
        })
        .collect()
}

/// The package's name in `Cargo.toml`.
pub fn package_name(files: &Map<String, Value>) -> Option<String> {
    let manifest: toml::Table = files.get("Cargo.toml")?.as_str()?.parse().ok()?;
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

async fn current_revision(client: &Client, slug: &str) -> Result<Option<u64>> {
    match client.send(Method::GET, &format!("/api/features/{slug}"), None).await? {
        Ok(feature) => Ok(feature["revision"].as_u64()),
        Err(refused) if refused.status == StatusCode::NOT_FOUND => Ok(None),
        Err(refused) => Err(refused.into_error()),
    }
}

fn explain(mut refused: Refused, slug: &str) -> anyhow::Error {
    if let Some(sentence) = in_options(&refused.problem, slug) {
        refused.problem["error"] = sentence.into();
    }
    if let Some(diff) = refused.problem["diff"].as_str() {
        terminal::say(diff);
    }
    print_findings(&refused.problem["findings"]);
    refused.into_error()
}

/// What the API says of its own members, in this command's options.
fn in_options(problem: &Value, slug: &str) -> Option<String> {
    match (problem["code"].as_str()?, problem["current"].as_u64()) {
        ("stale_revision", Some(current)) => Some(format!(
            "{slug} is at revision {current} now; take the diff above into your copy and deploy it with --base-revision {current}"
        )),
        ("invalid", _) if problem["field"] == "base_revision" => {
            Some(problem["error"].as_str()?.replacen("base_revision", "--base-revision", 1))
        }
        _ => None,
    }
}

/// Findings that came over the API, one line each.
pub fn print_findings(findings: &Value) {
    for finding in findings.as_array().into_iter().flatten() {
        let text = |name: &str| finding[name].as_str().unwrap_or_default();
        let place = match (text("file"), finding["line"].as_u64().unwrap_or_default()) {
            ("", _) => String::new(),
            (file, 0) => format!("{file}: "),
            (file, line) => format!("{file}:{line}:{}: ", finding["column"]),
        };
        terminal::say(format!("{place}{}[{}]: {}", text("severity"), text("code"), text("message")));
        if !text("hint").is_empty() {
            terminal::say(format!("  help: {}", text("hint")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_speak_of_this_commands_options() {
        let stale = json!({ "code": "stale_revision", "current": 3, "error": "The feature poll is at revision 3 now." });
        assert!(in_options(&stale, "poll").unwrap().starts_with("poll is at revision 3 now"));
        assert!(in_options(&stale, "poll").unwrap().ends_with("--base-revision 3"));
        let never = "base_revision: there is no revision 7 of poll; the newest is 3.";
        let never = json!({ "code": "invalid", "field": "base_revision", "error": never });
        assert_eq!(in_options(&never, "poll").unwrap(), "--base-revision: there is no revision 7 of poll; the newest is 3.");
        assert_eq!(in_options(&json!({ "code": "refused" }), "poll"), None);
    }
}
