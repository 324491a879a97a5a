//! Which hosts a feature may call, and the secrets that are sent there.

use super::{features::slug, features::would, print_json, print_line};
use crate::{
    args::{Grant, Secret, SecretCommand, SecretList, SecretRemove, SecretSet},
    client::{Client, Refused},
    exit::{Code, CodedError},
    terminal,
};
use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{IsTerminal, Read};

/// The largest secret on standard input, bytes, with a line end.
const MOST_SECRET: u64 = (4 << 10) + 2;

/// Which way [`grant`] goes.
#[derive(Clone, Copy)]
pub enum Way {
    /// One host more.
    Grant,
    /// One less.
    Revoke,
}

/// `kandra grant`, `kandra revoke`
pub async fn grant(options: Grant, way: Way) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let path = format!("/api/features/{slug}/grants");
    let Some(host) = options.host else { return show(&client, &path, options.output).await };
    let host = host_name(&host)?;
    if options.dry_run {
        let grants = client.get(&path).await?;
        let verb = if matches!(way, Way::Grant) { "grant" } else { "revoke" };
        let words = format!("would {verb} {slug} the host {host}; it may call {} now", list(&grants["granted"]));
        return would(options.output, words, json!({ "feature": slug, "host": host, "granted": grants["granted"] }));
    }
    let answer = match way {
        Way::Grant => client.post(&path, &json!({ "host": host })).await?,
        Way::Revoke => client.send(Method::DELETE, &format!("{path}/{host}"), None).await?.map_err(Refused::into_error)?,
    };
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("{slug} may call {} from now on", list(&answer["granted"])));
    }
    Ok(Code::Ok)
}

/// Says which hosts a feature that is live waits for; `where_from` is what else the command needs to find the server.
pub fn say_what_it_asks(feature: &Value, where_from: &str) {
    let slug = terminal::printable(feature["slug"].as_str().unwrap_or_default());
    for host in feature["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !feature["granted"].as_array().is_some_and(|granted| granted.iter().any(|known| known == host)) {
            let host = terminal::printable(host);
            terminal::say(format!("it asks to call {host}, which the owner allows with `kandra grant {slug} {host}{where_from}`"));
        }
    }
}

async fn show(client: &Client, path: &str, output: crate::args::Output) -> Result<Code> {
    let grants = client.get(path).await?;
    if output.json {
        print_json(grants)?;
        return Ok(Code::Ok);
    }
    let texts = |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (asked, granted) = (texts(&grants["hosts"]), texts(&grants["granted"]));
    if asked.is_empty() && granted.is_empty() {
        terminal::say("it asks to call no host");
    }
    for host in &asked {
        print_line(&format!("{} {}", if granted.contains(host) { "granted" } else { "asks   " }, terminal::printable(host)))?;
    }
    for host in granted.iter().filter(|host| !asked.contains(host)) {
        print_line(&format!("granted {} (this revision does not ask for it)", terminal::printable(host)))?;
    }
    Ok(Code::Ok)
}

/// `kandra secret`
pub async fn secret(options: Secret) -> Result<Code> {
    match options.command {
        SecretCommand::Set(options) => set(options).await,
        SecretCommand::List(options) => list_secrets(options).await,
        SecretCommand::Remove(options) => remove(options).await,
    }
}

async fn set(options: SecretSet) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let name = secret_name(&options.name)?;
    let hosts = options.host.iter().map(|host| host_name(host)).collect::<Result<Vec<_>>>()?;
    if options.dry_run {
        let words = format!("would keep the secret {name} for {}", hosts.join(", "));
        return would(options.output, words, json!({ "name": name, "hosts": hosts }));
    }
    let value = read_secret()?;
    let body = json!({ "value": value, "hosts": hosts });
    let sent = client.send(Method::PUT, &format!("/api/secrets/{name}"), Some(&body)).await?;
    let answer = sent.map_err(Refused::into_error)?;
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("the secret {name} is kept; it is sent to {} only, and never shown", hosts.join(", ")));
    }
    Ok(Code::Ok)
}

/// From standard input and never from an argument, which other users of the machine could read.
fn read_secret() -> Result<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(CodedError::error(
            Code::Usage,
            "the secret is read from standard input, so that no terminal shows it: kandra secret set NAME --host HOST < file",
        ));
    }
    let mut text = String::new();
    stdin.take(MOST_SECRET).read_to_string(&mut text).context("the secret cannot be read from standard input")?;
    let value = text.trim_end_matches(['\n', '\r']);
    if value.is_empty() {
        return Err(CodedError::error(Code::Usage, "there is no secret on standard input"));
    }
    Ok(value.to_owned())
}

async fn list_secrets(options: SecretList) -> Result<Code> {
    let secrets = Client::find(&options.server)?.get("/api/secrets").await?;
    if options.output.json {
        print_json(json!({ "secrets": secrets["secrets"] }))?;
        return Ok(Code::Ok);
    }
    let all = secrets["secrets"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        terminal::say("no secrets are kept; keep one with `kandra secret set NAME --host HOST`");
    }
    for secret in all {
        let name = terminal::printable(secret["name"].as_str().unwrap_or_default());
        print_line(&format!("{name:<28} {}", list(&secret["hosts"])))?;
    }
    Ok(Code::Ok)
}

async fn remove(options: SecretRemove) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let name = secret_name(&options.name)?;
    if options.dry_run {
        return would(options.output, format!("would forget the secret {name}"), json!({ "name": name }));
    }
    let sent = client.send(Method::DELETE, &format!("/api/secrets/{name}"), None).await?;
    let answer = sent.map_err(Refused::into_error)?;
    if options.output.json {
        print_json(answer)?;
    } else {
        terminal::say(format!("the secret {name} is forgotten; calls that name it fail from now on"));
    }
    Ok(Code::Ok)
}

fn list(hosts: &Value) -> String {
    let hosts: Vec<String> = hosts.as_array().into_iter().flatten().filter_map(Value::as_str).map(terminal::printable).collect();
    if hosts.is_empty() { "no host".to_owned() } else { hosts.join(", ") }
}

/// A host that may stand in a path.
fn host_name(text: &str) -> Result<String> {
    text.parse::<kandra_control::HostName>().map(|host| host.to_string()).map_err(|error| CodedError::error(Code::Usage, error.to_string()))
}

/// A name that may stand in a path.
fn secret_name(text: &str) -> Result<String> {
    if kandra_control::is_secret_name(text) {
        return Ok(text.to_owned());
    }
    Err(CodedError::error(Code::Usage, format!("{text:?} is not a secret's name: 1 to 40 letters, digits, - and _")))
}
