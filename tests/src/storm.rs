//! Hostile submissions by the dozen, and who must not notice.

mod crates;

use crate::{Api, Server, feature_crate};
use anyhow::{Context, Result, ensure};
use crates::Hostile;
use reqwest::Method;
use serde_json::json;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, net::TcpSocket};

/// Which bombs are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bombs {
    /// Those that only end at the time limit too.
    All,
    /// Those that end within seconds.
    Quick,
}

/// One address that was asked all the time.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What.
    pub what: &'static str,
    /// How often it answered well.
    pub answers: usize,
    /// How often not.
    pub failed: usize,
    /// Milliseconds that 99 of 100 answers took at most.
    pub p99: f64,
    /// Milliseconds of the longest.
    pub longest: f64,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What the submitters got, by description.
    pub answers: BTreeMap<String, usize>,
    /// How often one of them was told to come back later.
    pub told_to_wait: usize,
    /// Everybody else.
    pub health: Vec<Asked>,
    /// Features that came in.
    pub mounted: Vec<String>,
    /// The most runs at once.
    pub most_at_work: usize,
    /// Seconds of the storm.
    pub lasted: f64,
    /// Seconds until the last run had ended.
    pub settled: f64,
    /// Seconds that a good feature took afterwards.
    pub good: f64,
    /// Whether the same live process serves.
    pub lives_on: bool,
}

/// How many are sent at once.
const AT_ONCE: usize = 24;
/// How long runs may take to end after the last submission.
const SETTLING: Duration = Duration::from_secs(900);

/// Lets so many submissions break loose from so many loopback addresses.
///
/// Who is told to come back later does so for as long as `patience` lasts.
pub async fn run(server: &Server, submissions: usize, addresses: u8, bombs: Bombs, patience: Duration) -> Result<Seen> {
    let neighbour = "bench-counter";
    let run = server.deploy(&feature_crate(&format!("tests/features/{neighbour}"))?, None).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    let live = server.live_pid();
    let stop = Arc::new(AtomicBool::new(false));
    let (control, features) = (server.control.clone(), server.live.clone());
    let watchers: Vec<_> = [
        ("control /healthz", format!("{control}/healthz"), false),
        ("control /readyz", format!("{control}/readyz"), false),
        ("live /healthz", format!("{features}/healthz"), false),
        ("a feature that is served", format!("{features}/{neighbour}/hit"), true),
    ]
    .into_iter()
    .map(|(what, url, writes)| tokio::spawn(watch(what, url, writes, Arc::clone(&stop))))
    .collect();
    let counting = tokio::spawn(most_at_work(server.owner(), Arc::clone(&stop)));

    let began = Instant::now();
    let gate = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let told_to_wait = Arc::new(AtomicUsize::new(0));
    let all = crates::all(bombs)?;
    let sent = (0..submissions).map(|number| {
        let (hostile, gate, control) = (all[number % all.len()].clone(), Arc::clone(&gate), control.clone());
        let told_to_wait = Arc::clone(&told_to_wait);
        let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 + u8::try_from(number % usize::from(addresses)).unwrap_or(0)));
        tokio::spawn(async move {
            let _place = gate.acquire().await;
            let answer = loop {
                let answer =
                    send(&control, from, number, &hostile).await.unwrap_or_else(|error| format!("no answer: {}", error.root_cause()));
                if !answer.starts_with("429") || began.elapsed() > patience {
                    break answer;
                }
                told_to_wait.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(2)).await;
            };
            (hostile.name(), answer)
        })
    });
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for one in sent.collect::<Vec<_>>() {
        let (name, answer) = one.await?;
        *answers.entry(format!("{name}: {answer}")).or_default() += 1;
    }
    let lasted = began.elapsed().as_secs_f64();
    let owner = server.owner();
    let ended = Instant::now();
    while at_work(&owner).await? > 0 {
        ensure!(ended.elapsed() < SETTLING, "runs go on {} s after the storm", SETTLING.as_secs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let settled = ended.elapsed().as_secs_f64();
    let good_began = Instant::now();
    let run = server.deploy(&feature_crate("tests/features/bench-stateful")?, None).await?;
    ensure!(run["state"] == "succeeded", "after the storm: {run}");
    let good = good_began.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let mut health = Vec::new();
    for watcher in watchers {
        health.push(watcher.await?);
    }
    let list = owner.get("/api/features?limit=200").await?.body;
    let slugs = list["features"].as_array().context("features")?.iter().filter_map(|feature| feature["slug"].as_str());
    let mounted = slugs.filter(|slug| !["bench-counter", "bench-stateful"].contains(slug)).map(str::to_owned).collect();
    let lives_on = server.live_pid() == live;
    let told_to_wait = told_to_wait.load(Ordering::Relaxed);
    Ok(Seen { answers, told_to_wait, health, mounted, most_at_work: counting.await??, lasted, settled, good, lives_on })
}

/// What one submission came to.
async fn send(control: &str, from: IpAddr, number: usize, hostile: &Hostile) -> Result<String> {
    let api = Api::from_address(control, from);
    let answer = match hostile {
        Hostile::Crate { files, .. } => {
            // A name of its own, so that they are not all the same feature.
            let slug = format!("storm-{number}");
            let files: BTreeMap<String, String> =
                files.iter().map(|(path, text)| (path.clone(), text.replace("bench-counter", &slug))).collect();
            api.post("/api/features", &json!({ "files": files, "message": "a gift" })).await?
        }
        Hostile::WithoutProof { files } => api.send(Method::POST, "/api/features", Some(&json!({ "files": files })), &[]).await?,
        Hostile::Body { bytes, content_type, .. } => {
            let (id, nonce) = api.proof().await?;
            return raw(
                control,
                from,
                &format!("X-Challenge-Id: {id}\r\nX-Challenge-Nonce: {nonce}\r\nContent-Type: {content_type}\r\n"),
                bytes,
            )
            .await;
        }
        Hostile::Slow => return slow(control, from).await,
    };
    Ok(format!("{} {}", answer.status, answer.body["code"].as_str().unwrap_or_default()).trim_end().to_owned())
}

async fn connect(control: &str, from: IpAddr) -> Result<tokio::net::TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    Ok(socket.connect(control.trim_start_matches("http://").parse()?).await?)
}

async fn raw(control: &str, from: IpAddr, headers: &str, body: &[u8]) -> Result<String> {
    let mut stream = connect(control, from).await?;
    let host = control.trim_start_matches("http://");
    let head =
        format!("POST /api/features HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    // The server may have heard enough before the end.
    drop(stream.write_all(body).await);
    status(&mut stream).await
}

/// Promises a body, and sends a byte of it now and then.
async fn slow(control: &str, from: IpAddr) -> Result<String> {
    let mut stream = connect(control, from).await?;
    let host = control.trim_start_matches("http://");
    let (id, nonce) = Api::from_address(control, from).proof().await?;
    let head = format!(
        "POST /api/features HTTP/1.1\r\nHost: {host}\r\nX-Challenge-Id: {id}\r\nX-Challenge-Nonce: {nonce}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    for _ in 0..6 {
        stream.write_all(b"{").await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok("left after 3 s".to_owned())
}

async fn status(stream: &mut tokio::net::TcpStream) -> Result<String> {
    use tokio::io::AsyncReadExt;
    let mut head = [0; 12];
    match tokio::time::timeout(Duration::from_secs(60), stream.read_exact(&mut head)).await {
        Ok(Ok(_)) => Ok(String::from_utf8_lossy(&head[9..]).into_owned()),
        Ok(Err(_)) => Ok("closed".to_owned()),
        Err(_) => Ok("silence".to_owned()),
    }
}

async fn watch(what: &'static str, url: String, writes: bool, stop: Arc<AtomicBool>) -> Asked {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client without options that can fail");
    let (mut times, mut failed) = (Vec::new(), 0);
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        let began = Instant::now();
        let request = if writes { client.post(&url).json(&json!({})) } else { client.get(&url) };
        match request.send().await {
            Ok(answer) if answer.status() == 200 => times.push(began.elapsed().as_secs_f64() * 1000.0),
            _ => failed += 1,
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times.get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN);
    Asked { what, answers: times.len(), failed, p99: at(0.99), longest: at(1.0) }
}

async fn at_work(owner: &Api) -> Result<usize> {
    let runs = owner.get("/api/runs?state=running&limit=100").await?;
    Ok(runs.body["runs"].as_array().with_context(|| runs.text.clone())?.len())
}

async fn of_the_storm(owner: &Api) -> Result<usize> {
    let runs = owner.get("/api/runs?state=running&limit=100").await?.body;
    let hostile = |run: &&serde_json::Value| run["feature"].as_str().is_some_and(|feature| feature.starts_with("storm-"));
    Ok(runs["runs"].as_array().into_iter().flatten().filter(hostile).count())
}

async fn most_at_work(owner: Api, stop: Arc<AtomicBool>) -> Result<usize> {
    let mut most = 0;
    while !stop.load(Ordering::Relaxed) {
        most = most.max(of_the_storm(&owner).await?);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(most)
}
