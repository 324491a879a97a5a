//! One question to the model: sent, streamed, tried again with growing pauses, paid for.

use super::{
    Patience,
    prompt::Question,
    sse::Events,
    stream::{Answer, StreamError},
};
use crate::{ConfigError, DevelopError, Progress, Secret};
use futures_util::StreamExt;
use kandra_model::Usage;
use reqwest::{Client, Response, StatusCode, Url, header::HeaderValue};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const API_VERSION: &str = "2023-06-01";
/// The most tokens of one answer.
const MOST_TOKENS: u32 = 32_000;
/// How often an answer that cannot be used is asked for again, within the attempts.
const MOST_UNUSABLE: u32 = 3;
/// The most bytes read of an error's body.
const MOST_ERROR: usize = 4096;

/// Tokens and time of a task, and who hears of them.
pub(crate) struct Spent<'a> {
    usage: Usage,
    progress: &'a mut dyn Progress,
}

impl<'a> Spent<'a> {
    pub fn new(progress: &'a mut dyn Progress) -> Self {
        Self { usage: Usage::default(), progress }
    }

    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    pub fn planned(&mut self, plan: &str, contract: &str) {
        self.progress.planned(plan, contract);
    }

    fn add(&mut self, answer: &Answer, took: Duration) {
        self.usage.calls += 1;
        self.usage.input_tokens += answer.input_tokens;
        self.usage.output_tokens += answer.output_tokens;
        self.usage.millis += u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.progress.tokens(&self.usage);
    }
}

/// How one call failed.
enum Trouble {
    /// Trying again may help.
    Again { why: String, after: Option<Duration> },
    /// It came through and is no use; saying what was wrong may help.
    Unusable { why: String },
    /// Nothing helps.
    Final(DevelopError),
}

#[derive(Debug)]
pub(crate) struct Caller {
    client: Client,
    key: Secret,
    endpoint: Url,
    model: String,
    patience: Patience,
}

impl Caller {
    pub fn new(key: Secret, endpoint: Url, model: String, patience: Patience) -> Result<Self, ConfigError> {
        // Fails only when another provider is installed already, and that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10).min(patience.call))
            .user_agent(concat!("kandra/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| ConfigError::Client(e.to_string()))?;
        Ok(Self { client, key, endpoint, model, patience })
    }

    pub fn model(&self) -> &str {
        &self.model
    }

    /// Asks until `read` accepts the answer, at most as often as patience allows.
    pub async fn ask<T>(
        &self,
        question: &Question,
        read: impl Fn(Value) -> Result<T, String>,
        spent: &mut Spent<'_>,
    ) -> Result<T, DevelopError> {
        let mut complaint: Option<String> = None;
        let (mut attempts, mut unusable) = (0, 0);
        let mut pause = self.patience.pause;
        loop {
            attempts += 1;
            let body = question.body(&self.model, MOST_TOKENS, complaint.as_deref());
            let trouble = match self.once(&body, spent).await {
                Err(trouble) => trouble,
                Ok(answer) if answer.stop_reason.as_deref() == Some("refusal") => {
                    Trouble::Final(DevelopError::Declined { reason: "the model refused to answer".to_owned() })
                }
                Ok(answer) => match answer.input(question.tool).and_then(&read) {
                    Ok(value) => return Ok(value),
                    Err(why) => Trouble::Unusable { why },
                },
            };
            match trouble {
                Trouble::Final(error) => return Err(error),
                Trouble::Again { why, .. } if attempts >= self.patience.attempts => {
                    return Err(DevelopError::Unavailable { attempts, last: why });
                }
                Trouble::Again { why, after } => {
                    let wait = after.map_or(pause, |after| after.max(pause)).min(self.patience.longest_pause);
                    tracing::info!(attempts, why, wait_ms = wait.as_millis() as u64, "the model is asked again");
                    tokio::time::sleep(wait).await;
                    pause = (pause * 2).min(self.patience.longest_pause);
                }
                Trouble::Unusable { why } => {
                    unusable += 1;
                    tracing::info!(attempts, why, "the model's answer cannot be used");
                    if unusable >= MOST_UNUSABLE || attempts >= self.patience.attempts {
                        return Err(DevelopError::Unusable { attempts: unusable, problem: why });
                    }
                    complaint = Some(why);
                }
            }
        }
    }

    /// One call. Counts it, whatever becomes of it.
    async fn once(&self, body: &Value, spent: &mut Spent<'_>) -> Result<Answer, Trouble> {
        let began = Instant::now();
        let mut answer = Answer::default();
        let outcome = tokio::time::timeout(self.patience.call, self.stream(body, &mut answer)).await;
        spent.add(&answer, began.elapsed());
        match outcome {
            Err(_) => Err(again(format!("no complete answer within {} s", self.patience.call.as_secs()))),
            Ok(Err(trouble)) => Err(trouble),
            Ok(Ok(())) if !answer.is_complete => Err(again("the stream was cut off".to_owned())),
            Ok(Ok(())) => Ok(answer),
        }
    }

    async fn stream(&self, body: &Value, answer: &mut Answer) -> Result<(), Trouble> {
        let mut key = HeaderValue::from_str(self.key.reveal()).map_err(|_| Trouble::Final(DevelopError::KeyRefused { status: 401 }))?;
        key.set_sensitive(true);
        let sent =
            self.client.post(self.endpoint.clone()).header("x-api-key", key).header("anthropic-version", API_VERSION).json(body).send();
        let response = tokio::time::timeout(self.patience.silence, sent).await;
        let response = response.map_err(|_| self.silent())?.map_err(|e| again(describe(&e)))?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let mut bytes = response.bytes_stream();
        let mut events = Events::default();
        while let Some(chunk) = tokio::time::timeout(self.patience.silence, bytes.next()).await.map_err(|_| self.silent())? {
            let chunk = chunk.map_err(|e| again(describe(&e)))?;
            for data in events.take(&chunk).map_err(|e| again(e.to_string()))? {
                answer.take(&data).map_err(fault)?;
            }
            if answer.is_complete {
                break;
            }
        }
        Ok(())
    }

    fn silent(&self) -> Trouble {
        again(format!("the model was silent for {} s", self.patience.silence.as_secs()))
    }
}

fn again(why: String) -> Trouble {
    Trouble::Again { why, after: None }
}

/// An error inside a stream that began well.
fn fault(error: StreamError) -> Trouble {
    let why = format!("{}: {}", error.kind, shorten(&error.message));
    match error.kind.as_str() {
        "authentication_error" | "permission_error" => Trouble::Final(DevelopError::KeyRefused { status: 401 }),
        "invalid_request_error" => Trouble::Final(DevelopError::CallRefused { status: 400, message: shorten(&error.message) }),
        _ => again(why),
    }
}

/// An answer with an error status.
async fn refusal(response: Response) -> Trouble {
    let status = response.status();
    let after = response
        .headers()
        .get("retry-after")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.trim().parse::<u64>().ok())
        .map(Duration::from_secs);
    let message = error_message(response).await;
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Trouble::Final(DevelopError::KeyRefused { status: status.as_u16() }),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => {
            Trouble::Again { why: format!("status {status}: {message}"), after }
        }
        _ if status.is_server_error() => Trouble::Again { why: format!("status {status}: {message}"), after },
        _ => Trouble::Final(DevelopError::CallRefused { status: status.as_u16(), message }),
    }
}

/// `error.message` of the body, or its first words.
async fn error_message(response: Response) -> String {
    let mut body: Vec<u8> = Vec::new();
    let mut bytes = response.bytes_stream();
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(Duration::from_secs(5), bytes.next()).await {
        body.extend_from_slice(&chunk[..chunk.len().min(MOST_ERROR.saturating_sub(body.len()))]);
        if body.len() >= MOST_ERROR {
            break;
        }
    }
    let json: Value = serde_json::from_slice(&body).unwrap_or_else(|_| json!({}));
    let text = json
        .pointer("/error/message")
        .and_then(Value::as_str)
        .map_or_else(|| String::from_utf8_lossy(&body).into_owned(), ToOwned::to_owned);
    shorten(&text)
}

/// The causes of a client error, without its address (which may name a private host).
fn describe(error: &reqwest::Error) -> String {
    use std::error::Error;
    let kind = if error.is_connect() {
        "cannot connect"
    } else if error.is_timeout() {
        "timed out"
    } else {
        "the connection failed"
    };
    let mut cause: Option<&dyn Error> = error.source();
    let mut innermost = String::new();
    while let Some(inner) = cause {
        innermost = inner.to_string();
        cause = inner.source();
    }
    shorten(&format!("{kind}: {innermost}"))
}

fn shorten(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
