//! A client of the JSON API that solves proofs of work.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A client, as the owner or as a visitor.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// Any answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, when it was JSON; `Null` otherwise.
    pub body: Value,
    /// Its body as text.
    pub text: String,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
}

impl Api {
    /// A client of the server at `base`; with a token, as its owner.
    pub fn new(base: &str, token: Option<String>) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).redirect(reqwest::redirect::Policy::none()).build();
        Self { base: base.to_owned(), token, http: http.expect("a client without options that can fail") }
    }

    /// A visitor who comes from this address of the machine.
    pub fn from_address(base: &str, address: std::net::IpAddr) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).local_address(address).build();
        Self { base: base.to_owned(), token: None, http: http.expect("a client without options that can fail") }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Writes JSON, with a proof of work unless as the owner.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.write(Method::POST, path, Some(body)).await
    }

    /// Deletes, with a proof of work unless as the owner.
    pub async fn delete(&self, path: &str) -> Result<Answer> {
        self.write(Method::DELETE, path, None).await
    }

    /// Writes with any method, with a proof of work unless as the owner.
    pub async fn write(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let proof = if self.token.is_none() { Some(self.proof().await?) } else { None };
        let headers: Vec<(&str, &str)> =
            proof.iter().flat_map(|(id, nonce)| [("X-Challenge-Id", id.as_str()), ("X-Challenge-Nonce", nonce.as_str())]).collect();
        self.send(method, path, body, &headers).await
    }

    /// A solved challenge: its id and nonce.
    pub async fn proof(&self) -> Result<(String, String)> {
        let challenge = self.get("/api/challenge").await?.body;
        let prefix = challenge["prefix"].as_str().context("a challenge has a prefix")?;
        let difficulty = challenge["difficulty"].as_u64().context("a challenge has a difficulty")? as usize;
        let id = challenge["id"].as_str().context("a challenge has an id")?;
        Ok((id.to_owned(), solve(prefix, difficulty)))
    }

    /// One request as it is: no proof is added.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), text, headers })
    }

    /// Asks for a feature as a visitor would; answers the request.
    pub async fn ask(&self, title: &str) -> Result<Value> {
        let answer = self.post("/api/requests", &serde_json::json!({ "title": title, "details": "" })).await?;
        anyhow::ensure!(answer.status == 201, "{} {}", answer.status, answer.text);
        Ok(answer.body)
    }
}

/// The smallest decimal nonce whose hash starts with so many zeros.
fn solve(prefix: &str, difficulty: usize) -> String {
    let zeros = "0".repeat(difficulty);
    (0u64..)
        .map(|nonce| nonce.to_string())
        .find(|nonce| hex::encode(Sha256::digest(format!("{prefix}{nonce}"))).starts_with(&zeros))
        .expect("some nonce fits")
}
