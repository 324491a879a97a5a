//! State in memory, open streams and WebSockets, swapped under load: nothing is lost, nothing is dropped.

use crate::Bar;
use crate::swap::{deploy, report, settled};
use anyhow::{Context, Result, ensure};
use kandra_tests::{
    Options, Server, feature_crate,
    load::{self, Bodies, Outcome},
};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, tcp::OwnedReadHalf},
    task::JoinSet,
};

const STREAMS: usize = 100;
const SOCKETS: usize = 100;
/// One address may have so many sockets.
const FROM_ONE: usize = 25;
/// How often a socket says that it is there, as a browser does when it is asked; without that it is closed after 75 s.
const PONG_EVERY: Duration = Duration::from_secs(20);
/// An empty pong frame, masked with zeros.
const PONG: [u8; 6] = [0x8A, 0x80, 0, 0, 0, 0];

/// Half of the time without swaps, half with them, for each of the two handlers.
pub async fn run(seconds: u64, rate: u64, connections: usize) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let mut files = feature_crate("tests/features/bench-stateful")?;
    deploy(&server, "bench-stateful", &files, None).await?;
    let source = files.get_mut("src/lib.rs").context("a crate has a lib.rs")?;
    *source = source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2");
    deploy(&server, "bench-stateful", &files, Some(1)).await?;

    let address = server.live.trim_start_matches("http://").to_owned();
    let mut listeners = Vec::new();
    for _ in 0..STREAMS {
        listeners.push(Listener::stream(&address).await?);
    }
    for number in 0..SOCKETS {
        listeners.push(Listener::socket(&address, number / FROM_ONE).await?);
    }
    let mut bars = Vec::new();
    let mut expected = 0;
    for (path, adds) in [("/bench-stateful/hit", 1), ("/bench-stateful/hit-waits", 2)] {
        println!("{path}");
        let (mut quiet, ..) = phase(&server, &address, path, seconds / 4, 0, connections).await?;
        let (mut swapped, mut steps, held) = phase(&server, &address, path, seconds / 4, rate, connections).await?;
        for (name, outcome) in [("without swaps", &mut quiet), ("with swaps", &mut swapped)] {
            expected += outcome.good * adds;
            let (median, slow) = (outcome.percentile(50.0), outcome.percentile(99.0));
            println!(
                "  {name}: {} answers ({:.0}/s), p50 {} µs, p99 {} µs, failed {} {:?}",
                outcome.good,
                outcome.rate(),
                median,
                slow,
                outcome.failed,
                outcome.failures
            );
        }
        let swaps = steps.len() as u64;
        println!("  {swaps} swaps, median {:.2} ms from request to answer", crate::median(&mut steps));
        let ratio = f64::from(swapped.percentile(99.0)) / f64::from(quiet.percentile(99.0).max(1));
        bars.push(Bar::new(format!("{path}: {swaps} of {} swaps", seconds / 4 * rate), swaps * 100 >= seconds / 4 * rate * 95));
        bars.push(Bar::new(format!("{path}: new calls wait for {held:.0} µs at the median swap, less than 1000"), held < 1000.0));
        bars.push(Bar::new(format!("{path}: 0 failed: {}", quiet.failed + swapped.failed), quiet.failed + swapped.failed == 0));
        bars.push(Bar::new(format!("{path}: p99 with swaps / without: {ratio:.2}, at most 1.2"), ratio <= 1.2));
    }
    let mut last = load::Connection::open(&address).await?;
    let answer = last.exchange(&load::request("POST", &address, "/bench-stateful/hit", Some(("application/json", b"{}")))).await?;
    let count = serde_json::from_slice::<serde_json::Value>(&answer.body)?["count"].as_u64().context("count")? - 1;
    bars.push(Bar::new(format!("0 lost increments: {count} of {expected}"), count == expected));

    let told = last.exchange(&load::request("POST", &address, "/bench-stateful/tell", Some(("application/json", b"{}")))).await?;
    ensure!(told.status == 200, "{}", String::from_utf8_lossy(&told.body));
    let mut heard = 0;
    for listener in &mut listeners {
        heard += usize::from(listener.hears().await);
    }
    bars.push(Bar::new(
        format!("0 dropped sockets and streams: {heard} of {} heard the last word", listeners.len()),
        heard == listeners.len(),
    ));
    drop(listeners);
    let after = settled(&server).await?;
    bars.push(Bar::new(format!("every old library unmapped, {} pinned", after["pinned"]), after["pinned"] == 0));
    Ok(bars)
}

/// One load, with so many swaps a second; answers the steps' milliseconds too.
async fn phase(
    server: &Server,
    address: &str,
    path: &str,
    seconds: u64,
    rate: u64,
    connections: usize,
) -> Result<(Outcome, Vec<f64>, f64)> {
    let request = load::request("POST", address, path, Some(("application/json", b"{}")));
    let stop = Arc::new(AtomicBool::new(false));
    let running = {
        let (stop, address) = (Arc::clone(&stop), address.to_owned());
        tokio::spawn(async move { load::run(&address, request, connections, Bodies::Drop, stop).await })
    };
    let owner = server.owner();
    let started = Instant::now();
    let (mut steps, mut held) = (Vec::new(), 0.0);
    if let Some(pause) = 1_000_000_u64.checked_div(rate) {
        let mut tick = tokio::time::interval(Duration::from_micros(pause));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while started.elapsed() < Duration::from_secs(seconds) {
            tick.tick().await;
            let began = Instant::now();
            let revision = 1 + steps.len() % 2;
            let answer = owner.post("/api/features/bench-stateful/rollback", &json!({ "revision": revision })).await?;
            if answer.status == 200 {
                steps.push(began.elapsed().as_secs_f64() * 1000.0);
            } else {
                println!("  a swap was refused: {} {}", answer.status, answer.text);
            }
        }
    } else {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let outcome = running.await??;
    let report = report(server).await?;
    for (name, step) in [("load", "load_us"), ("mount", "mount_us"), ("hand over", "hand_over_us"), ("calls held", "held_us")] {
        let mut figures: Vec<f64> = report["swaps"].as_array().into_iter().flatten().filter_map(|swap| swap[step].as_f64()).collect();
        if rate > 0 {
            println!("  {name}: median {:.0} µs of the last {} swaps", crate::median(&mut figures), figures.len());
        }
        if step == "held_us" {
            held = crate::median(&mut figures);
        }
    }
    Ok((outcome, steps, held))
}

/// An open stream or socket; what it hears ends with `told`.
struct Listener {
    stream: OwnedReadHalf,
    /// Ends with the value.
    _alive: JoinSet<()>,
    /// What the last word contains.
    word: &'static [u8],
}

impl Listener {
    async fn stream(address: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("GET /bench-stateful/events HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).await?;
        let (stream, writer) = stream.into_split();
        let mut alive = JoinSet::new();
        // Held, not used: a closed half would end the stream.
        alive.spawn(async move {
            std::future::pending::<()>().await;
            drop(writer);
        });
        let mut listener = Self { stream, _alive: alive, word: b"data: " };
        ensure!(listener.reads(b"retry").await, "the stream was refused");
        Ok(listener)
    }

    async fn socket(address: &str, from: usize) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        let own: SocketAddr = format!("127.0.0.{}:0", 10 + from).parse()?;
        socket.bind(own)?;
        let mut stream = socket.connect(address.parse()?).await?;
        let ask = format!(
            "GET /bench-stateful/socket HTTP/1.1\r\nHost: {address}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await?;
        let (stream, mut writer) = stream.into_split();
        let mut alive = JoinSet::new();
        alive.spawn(async move {
            loop {
                tokio::time::sleep(PONG_EVERY).await;
                if writer.write_all(&PONG).await.is_err() {
                    return;
                }
            }
        });
        let mut listener = Self { stream, _alive: alive, word: b"told" };
        ensure!(listener.reads(b"101 Switching").await, "the socket was refused");
        Ok(listener)
    }

    async fn hears(&mut self) -> bool {
        self.reads(self.word).await
    }

    /// Whether this comes within five seconds.
    async fn reads(&mut self, word: &[u8]) -> bool {
        let whole = async {
            let (mut heard, mut part) = (Vec::new(), [0; 4096]);
            loop {
                match self.stream.read(&mut part).await {
                    Ok(count) if count > 0 => heard.extend_from_slice(&part[..count]),
                    _ => return false,
                }
                if heard.windows(word.len()).any(|window| window == word) {
                    return true;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), whole).await.unwrap_or(false)
    }
}
