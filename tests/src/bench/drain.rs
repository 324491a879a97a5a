//! Swaps while thousands of calls wait.

use crate::{
    Bar,
    library::{Shelf, as_worker, call},
};
use anyhow::{Context, Result, ensure};
use kandra_live::{Live, Order};
use kandra_tests::{Options, Server, drain, feature_crate};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long each call waits: so long that all of them wait at once, and less than a call may.
const WAIT: Duration = Duration::from_millis(9_000);

/// So many swaps while so many calls wait.
pub async fn run(swaps: u64, calls: u64) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    drain::prepare(&server).await?;
    let began = Instant::now();
    let drained = drain::run(&server, swaps, calls.div_ceil(swaps), WAIT).await?;
    let (pinned, verified) = (drained.report["pinned"].as_u64().unwrap_or(1), drained.report["unloads_verified"].as_u64().unwrap_or(0));
    println!("{swaps} swaps and {calls} waiting calls in {:.1} s; {} clients left early", began.elapsed().as_secs_f64(), drained.left);
    println!(
        "{verified} unloads verified, {pinned} pinned; a library whose answer is read a byte a second was gone {} ms after its swap",
        drained.slow_reader.as_millis()
    );
    for wrong in &drained.wrong {
        println!("wrong: {wrong}");
    }
    Ok(vec![
        Bar::new(format!("{} of {calls} calls ended on the revision on which they began", drained.right), drained.right >= calls),
        Bar::new(format!("every old library unmapped: {verified} verified, {pinned} pinned"), pinned == 0 && verified >= swaps),
        Bar::new("a reader at a byte a second keeps no library", true),
    ])
}

/// The same with live in this process, where the addresses of unloaded libraries stay inaccessible: a call that went on in
/// one, or a waker, destructor or timer that pointed into one, would end the process.
pub async fn in_process(swaps: u64, calls: u64, wait: Duration) -> Result<Vec<Bar>> {
    let shelf = Shelf::fill(vec![generation(1)?, generation(2)?]).await?;
    tokio::task::spawn_blocking(move || {
        kandra_live::keep_unloaded_inaccessible();
        let data = tempfile::tempdir()?;
        let live = shelf.live(data.path())?;
        as_worker(&live, async |live| swap_under(live, &shelf, swaps, calls.div_ceil(swaps), wait).await)
    })
    .await?
}

/// The feature whose answers say which of two builds they are of.
fn generation(number: u32) -> Result<BTreeMap<String, String>> {
    let mut files = feature_crate("tests/features/bench-drain")?;
    let mut edit = |path: &str, from: &str, to: &str| -> Result<()> {
        let text = files.get_mut(path).with_context(|| format!("no {path}"))?;
        ensure!(text.contains(from), "{path} does not hold {from}");
        *text = text.replace(from, to);
        Ok(())
    };
    edit("Cargo.toml", "kandra-feature-bench-drain", &format!("kandra-feature-bench-drain-{number}"))?;
    edit("src/lib.rs", "const GENERATION: u32 = 1;", &format!("const GENERATION: u32 = {number};"))?;
    Ok(files)
}

async fn swap_under(live: &Arc<Live>, shelf: &Shelf, swaps: u64, each: u64, wait: Duration) -> Result<Vec<Bar>> {
    let began = Instant::now();
    let order = |revision: u64| -> Result<Order> {
        let built = &shelf.built[usize::try_from(revision % 2)?];
        Ok(Order { feature: "drain".parse()?, ..built.order(u32::try_from(revision)?, &built.optimised) })
    };
    live.mount(order(1)?)?;
    let (mut waiting, mut leaving) = (Vec::new(), Vec::new());
    for revision in 1..=swaps {
        let generation = call(live, "GET", "/drain/generation", b"").await.body;
        for number in 0..each {
            let live = live.clone();
            let path = format!("/drain/sleep/{}", wait.as_millis());
            let task = tokio::task::spawn_local(async move { call(&live, "GET", &path, b"").await });
            // One in ten leaves early.
            if number % 10 == 9 { leaving.push(task) } else { waiting.push((generation.clone(), task)) }
        }
        // Until each has begun.
        tokio::time::sleep(Duration::from_millis(1)).await;
        live.mount(order(revision + 1)?)?;
        leaving.extract_if(.., |_| revision % 2 == 0).for_each(|task| task.abort());
    }
    leaving.into_iter().for_each(|task| task.abort());
    let (asked, swapped) = (waiting.len(), began.elapsed());
    let mut right = 0;
    for (generation, task) in waiting {
        let reply = task.await?;
        right += usize::from(reply.status == 200 && reply.body == generation);
    }
    live.unmount(&"drain".parse()?);
    let until = Instant::now() + Duration::from_secs(60);
    while live.report().unloads_verified + live.report().pinned <= swaps {
        ensure!(Instant::now() < until, "libraries are left: {:?}", live.report().libraries);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let report = live.report();
    println!(
        "{swaps} swaps in {:.1} s while calls wait {} ms; in all {:.1} s",
        swapped.as_secs_f64(),
        wait.as_millis(),
        began.elapsed().as_secs_f64()
    );
    Ok(vec![
        Bar::new("all calls waited at once", swapped < wait),
        Bar::new(format!("{right} of {asked} calls ended on the revision on which they began"), right == asked),
        Bar::new(
            format!(
                "{} of {} libraries unmapped and their addresses inaccessible, {} pinned",
                report.unloads_verified,
                swaps + 1,
                report.pinned
            ),
            report.unloads_verified == swaps + 1 && report.pinned == 0,
        ),
    ])
}
