//! A small load generator: keep-alive HTTP/1.1 connections, one request at a time on each.

use anyhow::{Context, Result, bail};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    closing: bool,
}

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its head, as received.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects to `host:port`.
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10), closing: false })
    }

    /// Sends one whole request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request).await?;
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no status")?;
        let header = |name: &str| {
            head.lines()
                .find_map(|line| line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_owned()))
        };
        let body = if header("transfer-encoding").is_some() {
            self.chunked(head_end).await?
        } else {
            let length: usize = header("content-length").map_or(Ok(0), |v| v.parse())?;
            while self.buffer.len() < head_end + length {
                self.fill().await?;
            }
            let body = self.buffer[head_end..head_end + length].to_vec();
            self.buffer.drain(..head_end + length);
            body
        };
        self.closing = header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(Reply { status, head, body })
    }

    /// Whether the server closes it after the last answer.
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    async fn chunked(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line_end = loop {
                if let Some(end) = find(&self.buffer[at..], b"\r\n") {
                    break at + end;
                }
                self.fill().await?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..line_end])?.trim(), 16)?;
            while self.buffer.len() < line_end + 2 + size + 2 {
                self.fill().await?;
            }
            body.extend_from_slice(&self.buffer[line_end + 2..line_end + 2 + size]);
            at = line_end + 2 + size + 2;
            if size == 0 {
                self.buffer.drain(..at);
                return Ok(body);
            }
        }
    }

    async fn fill(&mut self) -> Result<()> {
        let mut chunk = [0; 16 << 10];
        let count = self.stream.read(&mut chunk).await?;
        if count == 0 {
            bail!("the connection was closed");
        }
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A request as bytes.
pub fn request(method: &str, host: &str, path: &str, body: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n").into_bytes();
    if let Some((content_type, body)) = body {
        bytes.extend(format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes());
        bytes.extend_from_slice(body);
    } else {
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// What a load came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Answers as expected.
    pub good: u64,
    /// Other answers and broken connections, with the first few of their descriptions.
    pub failed: u64,
    /// The first few failures, in words.
    pub failures: Vec<String>,
    /// Latencies of good answers, microseconds, unsorted.
    pub micros: Vec<u32>,
    /// Bodies of good answers, when asked for.
    pub bodies: Vec<Vec<u8>>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Outcome {
    /// Good answers a second.
    pub fn rate(&self) -> f64 {
        self.good as f64 / self.elapsed.as_secs_f64()
    }

    /// A latency percentile, microseconds.
    pub fn percentile(&mut self, percent: f64) -> u32 {
        self.micros.sort_unstable();
        let index = (self.micros.len() as f64 * percent / 100.0) as usize;
        self.micros.get(index.min(self.micros.len().saturating_sub(1))).copied().unwrap_or(0)
    }
}

/// Whether bodies are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// Kept.
    Keep,
    /// Read and dropped.
    Drop,
}

/// Sends `request` over so many connections until `stop` is raised. A broken connection counts as a failure and is
/// opened again.
pub async fn run(address: &str, request: Vec<u8>, connections: usize, bodies: Bodies, stop: Arc<AtomicBool>) -> Result<Outcome> {
    let started = Instant::now();
    let request: Arc<[u8]> = request.into();
    let tasks: Vec<_> =
        (0..connections)
            .map(|_| {
                let (address, request, stop) = (address.to_owned(), Arc::clone(&request), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut outcome = Outcome::default();
                    let mut connection = None;
                    while !stop.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        match one(&address, &mut connection, &request).await {
                            Ok(reply) if reply.status == 200 => {
                                outcome.good += 1;
                                outcome.micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                                if bodies == Bodies::Keep {
                                    outcome.bodies.push(reply.body);
                                }
                            }
                            other => {
                                outcome.failed += 1;
                                connection = None;
                                if outcome.failures.len() < 5 {
                                    outcome.failures.push(other.map_or_else(
                                        |e| format!("{e:#}"),
                                        |r| format!("{} {}", r.status, String::from_utf8_lossy(&r.body)),
                                    ));
                                }
                            }
                        }
                    }
                    outcome
                })
            })
            .collect();
    let mut total = Outcome::default();
    for task in tasks {
        let one = task.await?;
        total.good += one.good;
        total.failed += one.failed;
        total.failures.extend(one.failures);
        total.micros.extend(one.micros);
        total.bodies.extend(one.bodies);
    }
    total.failures.truncate(5);
    total.elapsed = started.elapsed();
    Ok(total)
}

async fn one(address: &str, connection: &mut Option<Connection>, request: &[u8]) -> Result<Reply> {
    if connection.as_ref().is_none_or(Connection::is_closing) {
        *connection = Some(Connection::open(address).await?);
    }
    connection.as_mut().expect("opened above").exchange(request).await
}

/// Runs a load for a fixed time.
pub async fn run_for(address: &str, request: Vec<u8>, connections: usize, time: Duration) -> Result<Outcome> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    tokio::spawn(async move {
        tokio::time::sleep(time).await;
        raised.store(true, Ordering::Relaxed);
    });
    run(address, request, connections, Bodies::Drop, stop).await
}
