//! A reader of the event stream.

use anyhow::{Result, bail};
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use std::{
    pin::Pin,
    time::{Duration, Instant},
};

/// One event and when it arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When.
    pub at: Instant,
    /// What.
    pub event: Value,
}

/// An open stream.
pub struct Events {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Vec<u8>>> + Send>>,
    buffer: Vec<u8>,
}

impl Events {
    /// Opens `/api/events`, after an event id when given.
    pub async fn open(base: &str, after: Option<i64>) -> Result<Self> {
        let mut request = reqwest::Client::new().get(format!("{base}/api/events"));
        if let Some(id) = after {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await?.error_for_status()?;
        let bytes = Box::pin(response.bytes_stream().map(|chunk| chunk.map(|bytes| bytes.to_vec())));
        Ok(Self { bytes, buffer: Vec::new() })
    }

    /// The next event with data.
    pub async fn next(&mut self) -> Result<Heard> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|w| w == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let at = Instant::now();
                let text = String::from_utf8_lossy(&block);
                let data: String = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
                if let Ok(event @ Value::Object(_)) = serde_json::from_str::<Value>(&data) {
                    return Ok(Heard { at, event });
                }
                continue;
            }
            match self.bytes.next().await {
                Some(chunk) => self.buffer.extend(chunk?),
                None => bail!("the event stream ended"),
            }
        }
    }

    /// The next event that `wanted` likes, within 120 s.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Heard> {
        tokio::time::timeout(Duration::from_secs(120), async {
            loop {
                let heard = self.next().await?;
                if wanted(&heard.event) {
                    return Ok(heard);
                }
            }
        })
        .await?
    }
}
