//! Talking to a running server over its HTTP API.

use crate::{
    args::Server,
    exit::{Code, CodedError},
};
use anyhow::{Context, Result};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{fs, time::Duration};

/// A server and the owner's token for it.
pub struct Client {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// An answer other than 2xx.
#[derive(Debug)]
pub struct Refused {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub problem: Value,
}

impl Refused {
    /// As an error with the exit code that fits.
    pub fn into_error(self) -> anyhow::Error {
        let sentence = self.problem["error"]
            .as_str()
            .or(self.problem["detail"].as_str())
            .map_or_else(|| format!("the server answered {}", self.status), str::to_owned);
        let code = match (self.status, self.problem["stage"].as_str()) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS, _) => Code::Policy,
            (_, Some("source" | "lint")) => Code::Source,
            (_, Some("build")) => Code::Build,
            (_, Some("inspect" | "probe")) => Code::Probe,
            _ => Code::Failure,
        };
        CodedError::error(code, sentence)
    }
}

impl Client {
    /// Finds the server by `--server`, or by the `run/` folder of its home.
    pub fn find(server: &Server) -> Result<Self> {
        let unreachable = |why: String| CodedError::error(Code::Unreachable, why);
        let (base, token) = match &server.server {
            Some(url) => {
                let token = server
                    .token_file
                    .as_ref()
                    .map(|path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display())))
                    .transpose()?;
                (url.trim_end_matches('/').to_owned(), token)
            }
            None => {
                let path = server.home.join("run/control.json");
                let text = fs::read_to_string(&path).map_err(|_| {
                    unreachable(format!(
                        "no server runs over {}; start one with `kandra serve`, or name another with --home or --server",
                        server.home.display()
                    ))
                })?;
                let control: Value = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
                let address = control["url"].as_str().with_context(|| format!("{} names no url", path.display()))?;
                let token_path = server.token_file.clone().unwrap_or_else(|| server.home.join("run/owner.token"));
                let token = fs::read_to_string(&token_path).ok();
                (address.trim_end_matches('/').to_owned(), token)
            }
        };
        let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).connect_timeout(Duration::from_secs(5)).build()?;
        Ok(Self { base, token: token.map(|t| t.trim().to_owned()), http })
    }

    /// Where something of the server is.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A client of a server whose address and token are known.
    pub fn at(base: &str, token: String) -> Result<Self> {
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            token: Some(token),
            http: reqwest::Client::builder().timeout(Duration::from_secs(120)).build()?,
        })
    }

    /// One request; `Err` when there was no answer, the inner one when it was a refusal.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Result<Value, Refused>> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).header("Accept", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|e| {
            CodedError::error(Code::Unreachable, format!("{} does not answer ({}); is the server running?", self.base, e.without_url()))
        })?;
        let status = response.status();
        let text = response.text().await.context("the answer was cut off")?;
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(if status.is_success() { Ok(value) } else { Err(Refused { status, problem: value }) })
    }

    /// Reads; a refusal is an error.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::GET, path, None).await?.map_err(Refused::into_error)
    }

    /// Writes; a refusal is an error.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(Method::POST, path, Some(body)).await?.map_err(Refused::into_error)
    }

    /// Waits until a run has ended, telling `watch` each stage as it begins.
    pub async fn wait_for_run(&self, run: &str, mut watch: impl FnMut(&str)) -> Result<Value> {
        let mut told = 0;
        loop {
            let value = self.get(&format!("/api/runs/{run}")).await?;
            let stages = value["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
            for stage in stages.get(told..).unwrap_or_default() {
                watch(stage["stage"].as_str().unwrap_or_default());
            }
            told = stages.len();
            if value["state"] != "running" {
                return Ok(value);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
