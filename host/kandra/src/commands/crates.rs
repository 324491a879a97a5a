//! `kandra crates`: what features may use, and adding to it while the server runs.

use super::{features::would, print_json, print_line};
use crate::{
    args::{Crates, CratesAdd, CratesCommand, CratesRemove, Output},
    client::{Client, Refused},
    exit::{Code, CodedError},
    terminal,
};
use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::{BufRead, IsTerminal},
    time::Duration,
};

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Lists, adds or removes.
pub async fn run(options: Crates) -> Result<Code> {
    match options.command {
        None => list(&Client::find(&options.server)?, options.output).await,
        Some(CratesCommand::Add(options)) => add(options).await,
        Some(CratesCommand::Remove(options)) => remove(options).await,
    }
}

async fn list(client: &Client, output: Output) -> Result<Code> {
    let crates = client.get("/api/crates").await?;
    if output.json {
        print_json(crates)?;
        return Ok(Code::Ok);
    }
    for one in crates["crates"].as_array().into_iter().flatten() {
        let text = |name: &str| terminal::printable(one[name].as_str().unwrap_or_default());
        let mark = if one["added"] == true { " (added here)" } else { "" };
        print_line(&format!("{:<22} {:<10} {}{mark}", text("name"), text("version"), text("what")))?;
    }
    Ok(Code::Ok)
}

async fn add(options: CratesAdd) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let (name, version) = match options.name.split_once('@') {
        Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
        None => (options.name.clone(), None),
    };
    terminal::say(format!("looking at {}", terminal::printable(&name)));
    let wish = json!({ "name": name, "version": version, "features": options.features, "default_features": !options.no_default_features });
    let path = if options.dry_run { "/api/crates?dry_run=true" } else { "/api/crates" };
    let answer = client.post(path, &wish).await?;
    let report = &answer["report"];
    if options.output.json {
        if options.dry_run || answer["confirm"].is_null() {
            print_json(answer.clone())?;
        }
    } else {
        show(report)?;
    }
    let refused: Vec<String> = texts(&report["refused"]);
    if !refused.is_empty() {
        return Err(CodedError::error(Code::Policy, format!("{} cannot be added: {}", terminal::printable(&name), refused.join("; "))));
    }
    if options.dry_run {
        return Ok(Code::Ok);
    }
    if !options.yes && !agreed(&name)? {
        terminal::say("nothing was changed");
        return Ok(Code::Policy);
    }
    let word = answer["confirm"].as_str().context("the server offers no way to confirm")?;
    client.post("/api/crates", &json!({ "confirm": word })).await?;
    let added = built(&client, &name).await?;
    if options.output.json {
        print_json(json!({ "crate": added }))?;
    } else {
        let version = terminal::printable(added["version"].as_str().unwrap_or_default());
        terminal::say(format!("features may use {} {version} from now on", terminal::printable(&name)));
    }
    Ok(Code::Ok)
}

/// Asks whoever sits there.
fn agreed(name: &str) -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let message = "nobody is there to agree: look at the report, then use --yes";
        return Err(CodedError::error(Code::Usage, message));
    }
    terminal::say(format!("let features use {}? [y/N]", terminal::printable(name)));
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// Waits until the crate stands on the shelf.
async fn built(client: &Client, name: &str) -> Result<Value> {
    let mut told = 0;
    loop {
        let crates = client.get("/api/crates").await?;
        if let Some(failure) = crates["adding"]["failure"].as_str() {
            return Err(CodedError::error(Code::Build, format!("it does not build: {}", terminal::printable(failure))));
        }
        if crates["adding"].is_null() {
            let found = crates["crates"].as_array().into_iter().flatten().find(|one| one["name"] == name);
            return found.cloned().context("the server no longer builds it, and does not have it");
        }
        let (done, total) = (crates["shelf"]["done"].as_u64().unwrap_or_default(), crates["shelf"]["total"].as_u64().unwrap_or_default());
        if total > 0 && done / 10 != told {
            told = done / 10;
            terminal::say(format!("built {done} of {total} packages"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What was found, for people.
fn show(report: &Value) -> Result<()> {
    let text = |value: &Value, name: &str| terminal::printable(value[name].as_str().unwrap_or_default());
    print_line(&format!("{} {}: {}", text(report, "name"), text(report, "version"), text(report, "what")))?;
    print_line(&format!("licence     {}", text(report, "licence")))?;
    print_line(&format!("advisories  {}", text(&report["advisories"], "note")))?;
    for one in report["advisories"]["found"].as_array().into_iter().flatten() {
        print_line(&format!("            {} {}: {}", text(one, "id"), text(one, "package"), text(one, "title")))?;
    }
    for part in report["parts"].as_array().into_iter().flatten() {
        let mut notes = vec![format!("{} KiB", part["bytes"].as_u64().unwrap_or_default() / 1024)];
        let unsafe_words = part["unsafe_words"].as_u64().unwrap_or_default();
        if part["build_script"] == true {
            notes.push("runs a build script (in the jail)".to_owned());
        }
        if part["proc_macro"] == true {
            notes.push("runs inside the compiler (in the jail)".to_owned());
        }
        if part["linked"] != true {
            notes.push("not linked".to_owned());
        } else if part["ticks"] == true {
            notes.push("its loops tick".to_owned());
        } else {
            notes.push("its loops do not tick: the watchdog ends those that do not end".to_owned());
        }
        if unsafe_words > 0 {
            notes.push(format!("{unsafe_words} times unsafe"));
        }
        print_line(&format!(
            "new         {} {} ({}): {}",
            text(part, "name"),
            text(part, "version"),
            text(part, "licence"),
            notes.join(", ")
        ))?;
    }
    Ok(())
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(terminal::printable).collect()
}

async fn remove(options: CratesRemove) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let name = options.name;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(CodedError::error(Code::Usage, format!("{name:?} is not the name of a crate")));
    }
    if options.dry_run {
        return would(options.output, format!("would take {name} off the shelf"), json!({ "name": name }));
    }
    let answer = client.send(Method::DELETE, &format!("/api/crates/{name}"), None).await?.map_err(Refused::into_error)?;
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("features may no longer use {name}"));
    }
    Ok(Code::Ok)
}
