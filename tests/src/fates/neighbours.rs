//! Quiet features under a steady load: who must not notice what another one does.

use super::home::NEIGHBOURS;
use crate::load::{Connection, request};
use anyhow::{Result, ensure};
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// Keep-alive connections to each neighbour.
const CONNECTIONS: usize = 4;
/// Between two requests on one of them.
const PACE: Duration = Duration::from_millis(10);

/// What the neighbours' visitors saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// How long each waited for a good answer, microseconds, through whatever came in between; unsorted.
    pub micros: Vec<u32>,
    /// What was no good answer, by description.
    pub failures: BTreeMap<String, u64>,
    /// Connections refused.
    pub refused: u64,
}

impl Seen {
    /// Milliseconds that so many percent waited at most.
    pub fn millis(&mut self, percent: f64) -> f64 {
        self.micros.sort_unstable();
        let index = (self.micros.len() as f64 * percent / 100.0) as usize;
        self.micros.get(index.min(self.micros.len().saturating_sub(1))).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }

    /// How many did not get a good answer at once.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.refused += other.refused;
        for (what, count) in other.failures {
            *self.failures.entry(what).or_default() += count;
        }
    }
}

/// A load that goes on until [`Self::end`].
pub struct Neighbours {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Seen>>,
}

/// A request to one of them that is answered with 200.
pub fn quiet_request(address: &str, neighbour: usize) -> Vec<u8> {
    match NEIGHBOURS[neighbour % NEIGHBOURS.len()] {
        "bench-counter" => request("POST", address, "/bench-counter/hit", Some(("application/json", b"{}"))),
        _ => request("GET", address, "/bench-routes/rows/plants?limit=10", None),
    }
}

impl Neighbours {
    /// Begins to load the live process at `host:port`, on lasting connections and on new ones.
    pub fn begin(address: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..CONNECTIONS * NEIGHBOURS.len() + 1)
            .map(|number| {
                let keeps = number < CONNECTIONS * NEIGHBOURS.len();
                tokio::spawn(visit(address.to_owned(), quiet_request(address, number), keeps, Arc::clone(&stop)))
            })
            .collect();
        Self { stop, tasks }
    }

    /// Stops it.
    pub async fn end(self) -> Result<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for task in self.tasks {
            all.add(task.await?);
        }
        ensure!(!all.micros.is_empty(), "no neighbour answered");
        Ok(all)
    }
}

async fn visit(address: String, ask: Vec<u8>, keeps: bool, stop: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    let mut connection = None;
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let began = Instant::now();
        loop {
            match once(&address, &mut connection, &ask).await {
                Ok(200) => break,
                Ok(status) => *seen.failures.entry(format!("status {status}")).or_default() += 1,
                Err(error) => {
                    connection = None;
                    let refused = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
                    if refused.into_iter().any(|cause| cause.kind() == ErrorKind::ConnectionRefused) {
                        seen.refused += 1;
                    }
                    *seen.failures.entry("broken".to_owned()).or_default() += 1;
                }
            }
            if stop.load(Ordering::Relaxed) && began.elapsed() > Duration::from_secs(20) {
                *seen.failures.entry("never answered".to_owned()).or_default() += 1;
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen.micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        if !keeps {
            connection = None;
        }
    }
    seen
}

async fn once(address: &str, connection: &mut Option<Connection>, ask: &[u8]) -> Result<u16> {
    if connection.is_none() {
        *connection = Some(Connection::open(address).await?);
    }
    Ok(connection.as_mut().expect("opened above").exchange(ask).await?.status)
}
