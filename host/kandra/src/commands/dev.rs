//! `kandra dev`: a private server over a temporary home that takes one crate in and again on every save.

use super::{
    deploy::{package_name, print_findings, read_crate},
    features::slug,
    grants::say_what_it_asks,
    install_tls,
};
use crate::{
    args::Dev,
    client::Client,
    config_file,
    exit::{Code, CodedError},
    terminal,
};
use anyhow::{Context, Result};
use kandra_control::{AgentSettings, Config, Progress};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::{path::Path, time::Duration};

const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Serves the crate until Ctrl-C.
pub fn run(options: Dev) -> Result<Code> {
    install_tls();
    let first = read_crate(&options.path)?;
    let name = package_name(&first).context("Cargo.toml names no package")?;
    let slug = slug(name.strip_prefix("kandra-feature-").unwrap_or(&name))?.to_string();
    let home = std::env::temp_dir().join(format!("kandra-dev-{}", std::process::id()));
    let mut config = Config::new(home.clone(), std::env::current_exe()?, config_file::cache()?);
    config.listen =
        options.listen.parse().map_err(|_| CodedError::error(Code::Usage, format!("{:?} is not an address", options.listen)))?;
    config.live_listen = (config.listen.ip(), 0).into();
    config.agent = AgentSettings::None;
    config.progress = Progress::Quiet;
    let result = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let server = tokio::spawn(kandra_control::serve(config, std::sync::Arc::new(|_| ())));
        tokio::select! {
            ended = server => { ended??; Ok(Code::Ok) }
            result = follow(&options.path, &home, &slug, first) => result,
            _ = tokio::signal::ctrl_c() => Ok(Code::Interrupted),
        }
    });
    // The home is ours alone and holds nothing that outlives the session.
    drop(std::fs::remove_dir_all(&home));
    result
}

async fn follow(path: &Path, home: &Path, slug: &str, mut files: Map<String, Value>) -> Result<Code> {
    let client = connect(home).await?;
    warmed(&client).await?;
    terminal::say(format!("looking at {} for changes; Ctrl-C ends it", path.display()));
    let mut sent = Map::new();
    loop {
        if files != sent && send(&client, home, slug, &files).await? == Sent::Judged {
            sent = files.clone();
        }
        tokio::time::sleep(LOOK_EVERY).await;
        // An unreadable moment between two writes of an editor is looked at again.
        if let Ok(now) = read_crate(path) {
            files = now;
        }
    }
}

async fn connect(home: &Path) -> Result<Client> {
    for _ in 0..100 {
        let control = std::fs::read(home.join("run/control.json")).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let token = std::fs::read_to_string(home.join("run/owner.token")).ok();
        if let (Some(control), Some(token)) = (control, token)
            && let Some(url) = control["url"].as_str()
        {
            return Client::at(url, token.trim().to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(anyhow::anyhow!("the private server did not start within 10 s"))
}

/// Waits until crates can be built; says so when that takes a while.
async fn warmed(client: &Client) -> Result<()> {
    let mut told = String::new();
    loop {
        let warm = client.get("/api/status").await?["warm"].take();
        if warm["finished"] == true {
            return Ok(());
        }
        let words = match warm["failure"].as_str() {
            Some(failure) => failure,
            None if warm["total"].as_u64() > Some(0) => "the first build on this machine prepares the SDK; it takes about a minute",
            None => "",
        };
        if !words.is_empty() && words != told {
            terminal::say(words);
            words.clone_into(&mut told);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What became of a save.
#[derive(PartialEq, Eq)]
enum Sent {
    /// It serves, or its author was told why not.
    Judged,
    /// The server could not take it just now.
    NotYet,
}

async fn send(client: &Client, home: &Path, slug: &str, files: &Map<String, Value>) -> Result<Sent> {
    let current = client.send(Method::GET, &format!("/api/features/{slug}"), None).await?.ok();
    let mut body = json!({ "files": files, "message": "Saved" });
    if let Some(revision) = current.and_then(|feature| feature["revision"].as_u64()) {
        body["base_revision"] = revision.into();
    }
    let accepted = match client.send(Method::POST, "/api/features", Some(&body)).await? {
        Ok(answer) => answer,
        Err(refused) if refused.status == StatusCode::SERVICE_UNAVAILABLE => return Ok(Sent::NotYet),
        Err(refused) => {
            print_findings(&refused.problem["findings"]);
            terminal::say(refused.into_error());
            return Ok(Sent::Judged);
        }
    };
    let run = accepted["run"].as_str().context("the server named no run")?;
    let ended = client.wait_for_run(run, |_| ()).await?;
    if ended["state"] == "succeeded" {
        let feature = client.get(&format!("/api/features/{slug}")).await?;
        let (page, address) = (client.address(&format!("/features/{slug}")), feature["url"].as_str().unwrap_or_default());
        terminal::say(format!("revision {} serves: its page is {page}, its routes are below {address}", ended["revision"]));
        say_what_it_asks(&feature, &format!(" --home {}", home.display()));
    } else {
        print_findings(&ended["findings"]);
        terminal::say("this save did not pass; what was live before goes on serving");
    }
    Ok(Sent::Judged)
}
