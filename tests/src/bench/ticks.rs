//! What ticks cost, and what a call through live costs: with live as a library in this process.

use crate::{
    Bar,
    library::{Shelf, as_worker, build_without_ticks, call},
    median,
};
use anyhow::{Result, ensure};
use kandra_live::{Live, Order};
use kandra_tests::feature_crate;
use std::{hint::black_box, sync::Arc, time::Instant};

const CRATE: &str = "tests/features/bench-ticks";
const PACKAGE: &str = "kandra-feature-bench-ticks";

/// A route, how often it is called for one figure, and how much slower it may be with ticks.
struct Kernel {
    name: &'static str,
    path: &'static str,
    times: u32,
    at_most: f64,
}

const KERNELS: [Kernel; 3] = [
    Kernel { name: "JSON of 50 rows", path: "json", times: 20, at_most: 1.02 },
    Kernel { name: "sieve to a million", path: "sieve", times: 1, at_most: 1.20 },
    Kernel { name: "fib(30)", path: "fib", times: 1, at_most: 1.68 },
];

/// The three kernels with ticks and without, one after the other, so many times.
pub async fn run(rounds: usize) -> Result<Vec<Bar>> {
    let shelf = Shelf::fill(vec![feature_crate(CRATE)?]).await?;
    tokio::task::spawn_blocking(move || {
        let without = shelf.add(&build_without_ticks(CRATE, PACKAGE)?)?;
        let data = tempfile::tempdir()?;
        let live = shelf.live(data.path())?;
        let built = &shelf.built[0];
        as_worker(&live, async |live| {
            live.mount(Order { feature: "with".parse()?, ..built.order(1, &built.optimised) })?;
            live.mount(Order { feature: "without".parse()?, ..built.order(1, &without) })?;
            let mut bars = Vec::new();
            for kernel in &KERNELS {
                bars.push(compare(live, kernel, rounds).await?);
            }
            Ok(bars)
        })
    })
    .await?
}

async fn compare(live: &Arc<Live>, kernel: &Kernel, rounds: usize) -> Result<Bar> {
    let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        // Now the one first, now the other.
        let (first, second) = if round % 2 == 0 { ("with", "without") } else { ("without", "with") };
        let one = micros(live, first, kernel).await?;
        let other = micros(live, second, kernel).await?;
        let (ticked, plain) = if round % 2 == 0 { (one, other) } else { (other, one) };
        if round == 0 {
            continue; // caches
        }
        with.push(ticked);
        without.push(plain);
        ratios.push(ticked / plain);
    }
    let (with, without, ratio) = (median(&mut with), median(&mut without), median(&mut ratios));
    println!(
        "{:<20} with ticks {with:>8.1} µs, without {without:>8.1} µs, ratio of the medians {:.3}, median ratio {ratio:.3}",
        kernel.name,
        with / without
    );
    Ok(Bar::new(format!("{}: {:.3}, at most {:.2}", kernel.name, with / without, kernel.at_most), with / without <= kernel.at_most))
}

/// Microseconds of one call, over several.
async fn micros(live: &Live, feature: &str, kernel: &Kernel) -> Result<f64> {
    let path = format!("/{feature}/{}", kernel.path);
    let began = Instant::now();
    for _ in 0..kernel.times {
        let reply = call(live, "GET", &path, b"").await;
        ensure!(reply.status == 200, "{path}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(kernel.times))
}

/// What the feature's text route does, as a function of this program.
#[inline(never)]
async fn direct(text: &str) -> (u16, Vec<u8>) {
    (200, text.to_owned().into_bytes())
}

/// One call of a route with 13 bytes through route table, lease, library and back, against a direct call.
pub async fn call_cost(rounds: usize) -> Result<Vec<Bar>> {
    const CALLS: u32 = 1_000;
    let shelf = Shelf::fill(vec![feature_crate(CRATE)?]).await?;
    tokio::task::spawn_blocking(move || {
        let data = tempfile::tempdir()?;
        let live = shelf.live(data.path())?;
        as_worker(&live, async |live| {
            live.mount(shelf.built[0].order(1, &shelf.built[0].optimised))?;
            let (mut through, mut plain) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let began = Instant::now();
                for _ in 0..CALLS {
                    let reply = black_box(call(live, "GET", black_box("/bench-ticks/text"), b"").await);
                    ensure!(reply.status == 200, "{}", String::from_utf8_lossy(&reply.body));
                }
                through.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
                let began = Instant::now();
                for _ in 0..CALLS {
                    black_box(direct(black_box("Hello, world!")).await);
                }
                plain.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
            }
            let (through, plain) = (median(&mut through), median(&mut plain));
            println!("one dispatch through live {through:.0} ns, a direct call {plain:.0} ns, {:.0} ns more", through - plain);
            Ok(Vec::new())
        })
    })
    .await?
}
