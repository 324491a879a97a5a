//! Swaps while calls wait, while clients go away and while one of them reads very slowly.

use crate::{
    Server, feature_crate,
    load::{Connection, request},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The feature that waits.
const SLUG: &str = "bench-drain";
/// How large the answer is that is read slowly: more than the sockets' buffers hold.
const LARGE: usize = 7 << 20;
/// Longer than a call may wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of it.
#[derive(Debug, Default)]
pub struct Drained {
    /// Calls that ended on the revision on which they began.
    pub right: u64,
    /// What was no such answer, in words; the first few.
    pub wrong: Vec<String>,
    /// Clients that left without their answer.
    pub left: u64,
    /// From the swap to the end of the library whose answer is read slowly.
    pub slow_reader: Duration,
    /// Live's report when everything had ended.
    pub report: Value,
}

/// Deploys the feature in two revisions, and waits until nothing is left to build that would be swapped in between.
pub async fn prepare(server: &Server) -> Result<()> {
    let mut files = feature_crate(&format!("tests/features/{SLUG}"))?;
    for revision in 1..=2 {
        let run = server.deploy(&files, if revision == 1 { None } else { Some(1) }).await?;
        ensure!(run["state"] == "succeeded", "{run}");
        let deadline = Instant::now() + Duration::from_secs(120);
        while server.owner().get(&format!("/api/features/{SLUG}")).await?.body["tier"] != "optimised" {
            ensure!(Instant::now() < deadline, "the optimised build did not arrive");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let source = files.get_mut("src/lib.rs").context("a crate has a lib.rs")?;
        *source = source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2");
    }
    Ok(())
}

/// So many swaps; before each so many new calls begin that wait so long, and one in ten clients more that leaves.
pub async fn run(server: &Server, swaps: u64, calls: u64, wait: Duration) -> Result<Drained> {
    let address = server.live.trim_start_matches("http://").to_owned();
    let ask = request("GET", &address, &format!("/{SLUG}/sleep/{}", wait.as_millis()), None);
    let mut drained = Drained::default();
    let slow = SlowReader::begin(server, &address).await?;
    let mut waiting = Vec::new();
    let mut looking = Connection::open(&address).await?;
    let mut expected = 0;
    let mut generation = slow.generation;
    for _ in 0..swaps {
        let mut begun = Vec::new();
        for _ in 0..calls {
            let (address, ask) = (address.clone(), ask.clone());
            begun.push(tokio::spawn(async move { Connection::open(&address).await?.exchange(&ask).await }));
        }
        let mut leaving = Vec::new();
        for _ in 0..calls.div_ceil(10) {
            let mut client = TcpStream::connect(&address).await?;
            client.write_all(&ask).await?;
            leaving.push(client);
        }
        let all = calls + leaving.len() as u64;
        expected += all;
        begun_waiting(&mut looking, &address, expected).await?;
        drained.left += leaving.len() as u64;
        drop(leaving);
        waiting.extend(begun.into_iter().map(|call| (generation, call)));
        generation = 3 - generation;
        swap(server, generation).await?;
    }
    for (expected, call) in waiting {
        let answer = tokio::time::timeout(PATIENCE, call).await;
        let words = match answer {
            Ok(Ok(Ok(reply))) if reply.status == 200 => {
                let body: Value = serde_json::from_slice(&reply.body)?;
                if body["generation"] == expected {
                    drained.right += 1;
                    continue;
                }
                format!("began on revision {expected}, ended with {body}")
            }
            Ok(Ok(Ok(reply))) => format!("{} {}", reply.status, String::from_utf8_lossy(&reply.body)),
            Ok(Ok(Err(error))) => format!("{error:#}"),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        if drained.wrong.len() < 10 {
            drained.wrong.push(words);
        }
    }
    until(server, |report| only(report, generation)).await.context("a library stays")?;
    drained.slow_reader = slow.end().await?;
    drained.report = report(server).await?;
    Ok(drained)
}

/// Waits until so many calls have begun.
async fn begun_waiting(looking: &mut Connection, address: &str, expected: u64) -> Result<()> {
    let ask = request("GET", address, &format!("/{SLUG}/begun"), None);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let begun: u64 = String::from_utf8(looking.exchange(&ask).await?.body)?.parse()?;
        if begun >= expected {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{begun} of {expected} calls began");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// One who reads a byte a second of an answer that lies in a library's memory.
struct SlowReader {
    stream: TcpStream,
    /// From the swap to the end of the library.
    swapped: Duration,
    /// What serves since then.
    generation: u64,
}

impl SlowReader {
    /// Begins to read, has the library swapped, and waits until it is gone.
    async fn begin(server: &Server, address: &str) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        let mut stream = socket.connect(address.parse()?).await?;
        stream.write_all(&request("GET", address, &format!("/{SLUG}/large/{LARGE}"), None)).await?;
        let mut first = [0; 12];
        stream.read_exact(&mut first).await?;
        ensure!(first.ends_with(b"200"), "{}", String::from_utf8_lossy(&first));
        // Or it lies in the library's memory no more, and nothing would be shown.
        until(server, |report| serving(report).is_ok_and(|(_, leases)| leases > 0)).await.context("the answer was sent at once")?;
        let (generation, _) = serving(&report(server).await?)?;
        let began = Instant::now();
        swap(server, 3 - generation).await?;
        // Meanwhile a byte a second.
        let reader = async {
            let mut byte = [0; 1];
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if let Err(error) = stream.read_exact(&mut byte).await {
                    return error;
                }
            }
        };
        tokio::select! {
            gone = until(server, |report| only(report, 3 - generation)) => gone.context("a slow reader keeps a library mapped")?,
            error = reader => return Err(error).context("the slow reader was cut off"),
        }
        Ok(Self { stream, swapped: began.elapsed(), generation: 3 - generation })
    }

    /// Reads on: what was unloaded must not have taken the answer along.
    async fn end(mut self) -> Result<Duration> {
        let (mut read, mut part) = (0, vec![0; 1 << 16]);
        // With the head it is longer than this.
        while read < LARGE {
            let count = tokio::time::timeout(PATIENCE, self.stream.read(&mut part)).await.context("the rest does not come")??;
            ensure!(count > 0, "the slow reader's answer was cut after {read} bytes");
            ensure!(read < 4096 || part[..count].iter().all(|byte| *byte == b'x'), "the slow reader's answer was overwritten");
            read += count;
        }
        Ok(self.swapped)
    }
}

async fn report(server: &Server) -> Result<Value> {
    Ok(server.owner().get("/api/live").await?.body)
}

fn libraries(report: &Value) -> impl Iterator<Item = &Value> {
    report["libraries"].as_array().into_iter().flatten().filter(|library| library["feature"] == SLUG)
}

/// The revision that serves, and its calls.
fn serving(report: &Value) -> Result<(u64, u64)> {
    let library = libraries(report).find(|library| library["serving"] == true).context("it serves")?;
    Ok((library["revision"].as_u64().context("revision")?, library["leases"].as_u64().context("leases")?))
}

/// Whether this revision serves and no other library is left. Reports may be a moment old.
fn only(report: &Value, revision: u64) -> bool {
    libraries(report).count() == 1 && serving(report).is_ok_and(|(serves, _)| serves == revision)
}

async fn swap(server: &Server, revision: u64) -> Result<()> {
    let answer = server.owner().post(&format!("/api/features/{SLUG}/rollback"), &json!({ "revision": revision })).await?;
    ensure!(answer.status == 200 && answer.body["run"].is_null(), "{} {}", answer.status, answer.text);
    Ok(())
}

async fn until(server: &Server, fits: impl Fn(&Value) -> bool) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = report(server).await?;
        if fits(&now) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{}", now["libraries"]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
