//! A loaded feature against the same code as static actix-web routes: byte-identical answers (headers too, but for the
//! date), interleaved in one run, both servers on one core and the load on the other.

#[path = "../../features/bench-routes/src/logic.rs"]
mod logic;

use crate::{Bar, median};
use actix_web::{App, HttpResponse, HttpResponseBuilder, HttpServer, Responder, web};
use anyhow::{Context, Result, bail};
use kandra_tests::{
    Options, Server, feature_crate,
    load::{self, Connection, Reply},
};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

const ROUND: Duration = Duration::from_millis(1000);
const WORKERS: usize = 4;

struct Route {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    body: Option<Vec<u8>>,
    at_least: f64,
}

/// Measures the four routes.
pub async fn run(rounds: usize, connections: usize) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none", "--live-workers", "4"])).await?;
    let run = server.deploy(&feature_crate("tests/features/bench-routes")?, None).await?;
    anyhow::ensure!(run["state"] == "succeeded", "{run}");
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.owner().get("/api/features/bench-routes").await?.body["tier"] != "optimised" {
        anyhow::ensure!(Instant::now() < deadline, "the optimised build did not arrive");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let loaded = server.live.trim_start_matches("http://").to_owned();
    let text = load::request("GET", &loaded, "/bench-routes/text", None);
    let keep = load::request("POST", &loaded, "/bench-routes/kept", None);
    anyhow::ensure!(Connection::open(&loaded).await?.exchange(&keep).await?.status == 200, "the text is not kept");
    let fixed = StaticServer::start(&host_headers(&Connection::open(&loaded).await?.exchange(&text).await?.head))?;
    let live = server.live_pid().context("live runs")?;
    for (pid, core) in [(live, "0"), (fixed.child.id(), "0"), (std::process::id(), "1")] {
        pin(pid, core)?;
    }
    let routes = [
        Route { name: "13-byte text", method: "GET", path: "/text", body: None, at_least: 0.92 },
        Route { name: "path and query to JSON of 50 rows", method: "GET", path: "/rows/plants?limit=50", body: None, at_least: 0.95 },
        Route { name: "13-byte text from keys and values", method: "GET", path: "/kept", body: None, at_least: 0.90 },
        Route { name: "4 KiB JSON parsed and echoed", method: "POST", path: "/echo", body: Some(document()), at_least: 0.95 },
    ];
    let mut bars = Vec::new();
    for route in routes {
        let request = |address: &str, prefix: &str| {
            let body = route.body.as_deref().map(|bytes| ("application/json", bytes));
            load::request(route.method, address, &format!("{prefix}{}", route.path), body)
        };
        let ours = request(&loaded, "/bench-routes");
        let theirs = request(&fixed.address, "");
        let (a, b) =
            (Connection::open(&loaded).await?.exchange(&ours).await?, Connection::open(&fixed.address).await?.exchange(&theirs).await?);
        same(route.name, &a, &b)?;
        let (mut ratios, mut rates) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let mut rate = [0.0; 2];
            // Which goes first alternates, so that a drift of the machine favours neither.
            for which in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
                let (address, bytes) = if which == 0 { (&loaded, &ours) } else { (&fixed.address, &theirs) };
                let (address, bytes, answer) = (address.clone(), bytes.clone(), a.head.len() + a.body.len());
                rate[which] = tokio::task::spawn_blocking(move || polled(&address, &bytes, answer, connections))
                    .await?
                    .with_context(|| route.name.to_owned())?;
            }
            if round > 0 {
                ratios.push(rate[0] / rate[1]);
                rates.push(rate[1]);
            }
        }
        let (low, high) = ratios.iter().fold((f64::MAX, 0.0f64), |(low, high), r| (low.min(*r), high.max(*r)));
        let ratio = median(&mut ratios);
        println!("{:<36} ratio {ratio:.3} (from {low:.3} to {high:.3}), static {:.0} requests a second", route.name, median(&mut rates));
        bars.push(Bar::new(format!("{}: {ratio:.3}, at least {}", route.name, route.at_least), ratio >= route.at_least));
    }
    Ok(bars)
}

/// Requests a second over these many connections, each asking again as soon as it has its answer of so many bytes. The
/// load polls and never sleeps: otherwise each answer would wake it, and the kernel books that with whoever sends it.
fn polled(address: &str, request: &[u8], answer: usize, connections: usize) -> Result<f64> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.write_all(request)?;
        stream.set_nonblocking(true)?;
        streams.push((stream, 0));
    }
    let mut buffer = vec![0; 64 << 10];
    let (started, mut done) = (Instant::now(), 0u32);
    while started.elapsed() < ROUND {
        for (stream, read) in &mut streams {
            match stream.read(&mut buffer) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(count) => {
                    anyhow::ensure!(*read > 0 || buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer[..count]));
                    *read += count;
                    anyhow::ensure!(*read <= answer, "an answer is longer than the first: {read} bytes instead of {answer}");
                    if *read == answer {
                        done += 1;
                        *read = 0;
                        stream.write_all(request)?;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

/// About 4 KiB of JSON.
fn document() -> Vec<u8> {
    let items: Vec<_> = (0..58)
        .map(|i| serde_json::json!({ "id": i, "name": format!("item number {i}"), "on": i % 2 == 0, "x": f64::from(i) / 8.0 }))
        .collect();
    serde_json::to_vec(&serde_json::json!({ "items": items })).expect("plain data")
}

fn pin(pid: u32, core: &str) -> Result<()> {
    let status = Command::new("taskset")
        .args(["-a", "-p", "-c", core, &pid.to_string()])
        .stdout(Stdio::null())
        .status()
        .context("taskset is needed")?;
    anyhow::ensure!(status.success(), "taskset could not pin {pid}");
    Ok(())
}

struct StaticServer {
    child: Child,
    address: String,
}

impl StaticServer {
    /// One that sends these headers with every answer.
    fn start(headers: &[(String, String)]) -> Result<Self> {
        let headers = serde_json::to_string(headers)?;
        let arguments = ["static", "--workers", &WORKERS.to_string(), "--headers", &headers];
        let mut child = Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().to_owned() })
    }
}

/// The headers that live puts on every answer of a feature.
fn host_headers(head: &str) -> Vec<(String, String)> {
    let routes_own = ["content-type", "content-length", "date"];
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| !routes_own.contains(name))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

/// Whether two answers are the same but for their date and the order of their headers.
fn same(name: &str, ours: &Reply, theirs: &Reply) -> Result<()> {
    let lines = |reply: &Reply| {
        let mut lines: Vec<String> = reply.head.lines().filter(|line| !line.starts_with("date: ")).map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let text = |reply: &Reply| format!("{:#?}\n{}", lines(reply), String::from_utf8_lossy(&reply.body));
    anyhow::ensure!(ours.status == 200, "{name}: {}", text(ours));
    anyhow::ensure!(
        ours.body == theirs.body && lines(ours) == lines(theirs),
        "{name}: the answers differ:\n{}\n{}",
        text(ours),
        text(theirs)
    );
    Ok(())
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[derive(serde::Deserialize)]
struct Limit {
    limit: Option<u32>,
}

type Kept = RwLock<BTreeMap<String, String>>;

/// What live adds to every answer.
type Headers = web::Data<Vec<(String, String)>>;

fn ok(headers: &Headers) -> HttpResponseBuilder {
    let mut builder = HttpResponse::Ok();
    for (name, value) in headers.iter() {
        builder.insert_header((name.as_str(), value.as_str()));
    }
    builder
}

async fn text(headers: Headers) -> impl Responder {
    ok(&headers).content_type("text/plain; charset=utf-8").body(logic::TEXT)
}

/// What the feature has in kv, here in a map behind a lock.
async fn kept(headers: Headers, map: web::Data<Kept>) -> impl Responder {
    let text = map.read().unwrap_or_else(PoisonError::into_inner).get("kept").cloned().unwrap_or_default();
    ok(&headers).content_type("text/plain; charset=utf-8").body(text)
}

async fn rows(headers: Headers, group: web::Path<String>, query: web::Query<Limit>) -> impl Responder {
    ok(&headers).json(logic::rows(&group, query.limit.unwrap_or(10).min(1000)))
}

async fn echo(headers: Headers, body: web::Json<serde_json::Value>) -> impl Responder {
    ok(&headers).json(body.into_inner())
}

/// The same code as ordinary actix-web routes, with live's headers as a JSON list of pairs; prints its address.
pub fn static_server(workers: usize, headers: &str) -> Result<()> {
    let headers: Headers = web::Data::new(serde_json::from_str(headers)?);
    let map = web::Data::new(Kept::new(BTreeMap::from([("kept".to_owned(), logic::TEXT.to_owned())])));
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(headers.clone())
                .app_data(map.clone())
                .route("/text", web::get().to(text))
                .route("/rows/{group}", web::get().to(rows))
                .route("/echo", web::post().to(echo))
                .route("/kept", web::get().to(kept))
        })
        .workers(workers)
        .bind("127.0.0.1:0")?;
        println!("{}", server.addrs()[0]);
        server.run().await?;
        Ok(())
    })
}
