//! Load, call, swap, unload, over and over: nothing stays mapped, and the process does not grow.

use crate::{
    Bar,
    library::{Shelf, as_worker},
};
use anyhow::{Context, Result, ensure};
use kandra_live::{Ask, Live};
use kandra_model::{Contract, Exchange};
use kandra_tests::{feature_crate, repository};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Cycles before which the process still finds its size.
const WARM_UP: usize = 1_000;
/// Bytes that a cycle may leave.
const LEFT: f64 = 16.0;

/// Does so many cycles over the features of `generated/`.
pub async fn run(cycles: usize, only: &[String]) -> Result<Vec<Bar>> {
    ensure!(cycles >= 2 * WARM_UP, "at least {} cycles: the first {WARM_UP} do not count", 2 * WARM_UP);
    let mut crates = Vec::new();
    let mut contracts = BTreeMap::new();
    for entry in fs::read_dir(repository().join("generated"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("Cargo.toml").is_file() && (only.is_empty() || only.contains(&name)) {
            let files = feature_crate(&format!("generated/{name}"))?;
            contracts.insert(name, Contract::parse(files.get("contract.toml").context("a contract")?)?);
            crates.push(files);
        }
    }
    let shelf = Shelf::fill(crates).await?;
    println!("{} features, each in its quick and its optimised build", shelf.built.len());
    tokio::task::spawn_blocking(move || measure(&shelf, &contracts, cycles)).await?
}

fn measure(shelf: &Shelf, contracts: &BTreeMap<String, Contract>, cycles: usize) -> Result<Vec<Bar>> {
    let data = tempfile::Builder::new().prefix("kandra-unload").tempdir()?;
    let live = shelf.live(data.path())?;
    // A second worker, which only cleans up: destructors run on each.
    let other = std::thread::spawn({
        let live = live.clone();
        move || as_worker(&live, async |live| wait_for_end(live).await)
    });
    let (sizes, calls, failed) = as_worker(&live, async |live| {
        // Written once before, so that the list itself does not grow in memory.
        let mut sizes = vec![1.0; cycles];
        let (mut calls, mut failed) = (0u64, 0u64);
        for (cycle, size) in sizes.iter_mut().enumerate() {
            let built = &shelf.built[cycle % shelf.built.len()];
            let contract = &contracts[built.feature.as_str()];
            for (revision, artifact) in [(1, &built.quick), (2, &built.optimised)] {
                live.mount(built.order(revision, artifact)).with_context(|| format!("{} in cycle {cycle}", built.feature))?;
                for exchange in &contract.exchanges {
                    let Some(status) = ask(live, built.feature.as_str(), exchange).await else { continue };
                    calls += 1;
                    // Nobody makes calls to other servers here, so those are answered with 503.
                    failed += u64::from(matches!(status, 500 | 504));
                }
            }
            live.unmount(&built.feature);
            gone(live, 2 * (cycle as u64 + 1)).await.with_context(|| format!("{} in cycle {cycle}", built.feature))?;
            let after = resident()?;
            *size = after.all as f64;
            // The data of a feature must not be what grows.
            forget(data.path(), built.feature.as_str())?;
            if (cycle + 1) % 1_000 == 0 {
                let (all, own) = (after.all as f64 / 1024.0, after.anonymous as f64 / 1024.0);
                println!("{:>6} cycles, {all:.0} KiB resident, of which {own:.0} in no file, {} libraries mapped", cycle + 1, mapped()?);
            }
        }
        Ok((sizes, calls, failed))
    })?;
    let report = live.report();
    let left = mapped()?;
    drop(live);
    other.join().map_err(|_| anyhow::anyhow!("the second worker panicked"))??;
    let slope = least_squares(&sizes[WARM_UP..]);
    println!(
        "{cycles} cycles, {calls} calls, {} unloads verified, {} pinned; slope {slope:.1} bytes a cycle",
        report.unloads_verified, report.pinned
    );
    Ok(vec![
        Bar::new(format!("0 of {} unloads pinned: {}", 2 * cycles, report.pinned), report.pinned == 0),
        Bar::new(format!("0 libraries in the process's maps at the end: {left}"), left == 0),
        Bar::new(format!("0 calls failed: {failed} of {calls}"), failed == 0 && calls > 0),
        Bar::new(format!("{slope:.1} bytes a cycle over the cycles from {WARM_UP} on, at most {LEFT}"), slope <= LEFT),
    ])
}

/// One exchange of a contract, when it is an ordinary request that needs nothing of an earlier answer.
async fn ask(live: &Live, feature: &str, exchange: &Exchange) -> Option<u16> {
    let request = &exchange.request;
    if matches!(request.method.as_str(), "TASK" | "SOCKET") || request.path.contains('{') {
        return None;
    }
    let (content_type, body) = match (&request.json, &request.form, &request.text) {
        (Some(json), ..) => ("application/json", json.to_string()),
        (_, Some(form), _) => ("application/x-www-form-urlencoded", encoded(form)),
        (.., text) => ("text/plain", text.clone().unwrap_or_default()),
    };
    let path = format!("/{feature}{}", request.path);
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let headers = [("content-type", content_type.as_bytes())];
    let asked = Ask { method: &request.method, path, query, headers: &headers, body: body.as_bytes(), visitor: "bench" };
    Some(live.dispatch(asked).await.status)
}

fn encoded(form: &BTreeMap<String, String>) -> String {
    let plain = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    form.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect::<Vec<_>>().join("&")
}

/// Waits until so many libraries have been unloaded.
async fn gone(live: &Live, unloads: u64) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let report = live.report();
        if report.unloads_verified + report.pinned >= unloads {
            return Ok(());
        }
        ensure!(Instant::now() < until, "a library is not unloaded: {:?}", report.libraries);
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}

/// Removes what a feature has kept.
fn forget(folder: &Path, feature: &str) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().split('.').next() == Some(feature) {
            match fs::remove_file(entry.path()) {
                // SQLite has removed its log itself.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
    }
    Ok(())
}

async fn wait_for_end(live: &Arc<Live>) -> Result<()> {
    // The other holders are the measurement and its thread.
    while Arc::strong_count(live) > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Bytes of this process in memory.
struct Resident {
    all: u64,
    /// Without those of files.
    anonymous: u64,
}

/// Counted page by page: what `statm` says is off by up to a few dozen pages for each processor.
fn resident() -> Result<Resident> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let kibibytes = |name: &str| -> Result<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name} in smaps_rollup"))?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    };
    Ok(Resident { all: kibibytes("Rss:")?, anonymous: kibibytes("Anonymous:")? })
}

/// Libraries of features in this process's maps.
fn mapped() -> Result<usize> {
    let maps = fs::read_to_string("/proc/self/maps")?;
    let mut names: Vec<&str> = maps.lines().filter_map(|line| line.split("/memfd:").nth(1)).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.len())
}

/// How much a figure grows from one to the next.
fn least_squares(figures: &[f64]) -> f64 {
    let count = figures.len() as f64;
    let (middle, mean) = ((count - 1.0) / 2.0, figures.iter().sum::<f64>() / count);
    let (mut above, mut below) = (0.0, 0.0);
    for (number, figure) in figures.iter().enumerate() {
        let aside = number as f64 - middle;
        above += aside * (figure - mean);
        below += aside * aside;
    }
    above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_slope_and_noise_none() {
        assert!((least_squares(&(0..100).map(|n| 5.0 + 3.0 * f64::from(n)).collect::<Vec<_>>()) - 3.0).abs() < 1e-9);
        assert!(least_squares(&[1.0, 2.0, 1.0, 2.0, 1.0]).abs() < 1e-9);
    }
}
