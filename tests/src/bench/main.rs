//! `scripts/bench`: benchmarks over the real binary. Each prints ratios and medians of one run and says whether its
//! bars hold.
#![forbid(unsafe_code)]

mod check;
mod drain;
mod fates;
mod faults;
mod library;
mod outside;
mod pipeline;
mod replace;
mod serve;
mod stateful;
mod storm;
mod swap;
mod ticks;
mod unload;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "bench", about = "Benchmarks over the real binary")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Accepted source to card, for 20 requests with the offline developer
    Pipeline,
    /// Two prebuilt artifacts, swapped under load
    Swap {
        /// Seconds of load
        #[arg(long, default_value_t = 100)]
        seconds: u64,
        /// Swaps a second
        #[arg(long, default_value_t = 10)]
        rate: u64,
        /// Keep-alive connections
        #[arg(long, default_value_t = 32)]
        connections: usize,
        /// With state in memory, 100 event streams and 100 WebSockets; a quarter of the time for each of: without swaps, with
        /// swaps, and both with a handler that waits
        #[arg(long)]
        stateful: bool,
    },
    /// Loaded features against the same code as static actix-web routes
    Serve {
        /// Interleaved pairs for each route
        #[arg(long, default_value_t = 15)]
        rounds: usize,
        /// Keep-alive connections
        #[arg(long, default_value_t = 16)]
        connections: usize,
    },
    /// Planned replacements of live in a row, under load
    Replace {
        /// How many
        #[arg(long, default_value_t = 100)]
        times: u64,
        /// Keep-alive connections to each of two features
        #[arg(long, default_value_t = 8)]
        connections: usize,
    },
    /// `kill -9` of live under load and of control in each stage
    Faults {
        /// Kills of live
        #[arg(long, default_value_t = 20)]
        live: usize,
        /// Kills of control in each of the nine stages
        #[arg(long, default_value_t = 20)]
        control: u64,
    },
    /// Each misbehaving feature once a second, beside quiet neighbours under load
    Fates {
        /// Seconds for which each is called
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Seconds without it, before
        #[arg(long, default_value_t = 5)]
        quiet: u64,
        /// Only these
        #[arg(long)]
        only: Vec<String>,
    },
    /// Load, call, swap, unload, over the features of generated/, with live as a library in this process
    Unload {
        /// How often
        #[arg(long, default_value_t = 10_000)]
        cycles: usize,
        /// Only these features
        #[arg(long)]
        only: Vec<String>,
    },
    /// Three kernels with ticks and without
    Ticks {
        /// Interleaved pairs for each kernel
        #[arg(long, default_value_t = 501)]
        rounds: usize,
    },
    /// Nanoseconds of one dispatch through live against a direct call
    Call {
        /// Figures whose median counts
        #[arg(long, default_value_t = 501)]
        rounds: usize,
    },
    /// `kandra check`: many crates at once, without a change, after an edit
    Check {
        /// How many crates
        #[arg(long, default_value_t = 30)]
        features: usize,
        /// Edits of one of them
        #[arg(long, default_value_t = 15)]
        edits: usize,
    },
    /// Swaps while thousands of calls wait, clients leave and one reads a byte a second
    Drain {
        /// Swaps
        #[arg(long, default_value_t = 100)]
        swaps: u64,
        /// Calls that wait
        #[arg(long, default_value_t = 5_000)]
        calls: u64,
        /// With live in this process, and the addresses of unloaded libraries kept inaccessible; also under valgrind
        #[arg(long)]
        inaccessible: bool,
        /// How long each call waits then, milliseconds
        #[arg(long, default_value_t = 6_000)]
        wait: u64,
    },
    /// Hostile submissions from many addresses, while health is asked ten times a second
    Storm {
        /// Submissions
        #[arg(long, default_value_t = 200)]
        submissions: usize,
        /// Addresses they come from
        #[arg(long, default_value_t = 40)]
        addresses: u8,
    },
    /// A library outside of any jail, for the test of live's
    #[command(hide = true)]
    Outside {
        /// The feature's name
        slug: String,
        /// Its library
        library: std::path::PathBuf,
    },
    /// The static server that `serve` compares with
    #[command(hide = true)]
    Static {
        /// Worker threads
        #[arg(long)]
        workers: usize,
        /// Headers of every answer: a JSON list of pairs
        #[arg(long)]
        headers: String,
    },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Command::Static { workers, headers } = arguments.command {
        serve::static_server(workers, &headers)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Outside { slug, library } = arguments.command {
        outside::run(&slug, &library)?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bars = runtime.block_on(async {
        match arguments.command {
            Command::Pipeline => pipeline::run().await,
            Command::Swap { seconds, rate, connections, stateful: true } => stateful::run(seconds, rate, connections).await,
            Command::Swap { seconds, rate, connections, stateful: false } => swap::run(seconds, rate, connections).await,
            Command::Serve { rounds, connections } => serve::run(rounds, connections).await,
            Command::Replace { times, connections } => replace::run(times, connections).await,
            Command::Faults { live, control } => faults::run(live, control).await,
            Command::Fates { seconds, quiet, only } => fates::run(seconds, quiet, &only).await,
            Command::Unload { cycles, only } => unload::run(cycles, &only).await,
            Command::Ticks { rounds } => ticks::run(rounds).await,
            Command::Call { rounds } => ticks::call_cost(rounds).await,
            Command::Drain { swaps, calls, inaccessible: true, wait } => {
                drain::in_process(swaps, calls, std::time::Duration::from_millis(wait)).await
            }
            Command::Drain { swaps, calls, .. } => drain::run(swaps, calls).await,
            Command::Check { features, edits } => check::run(features, edits),
            Command::Storm { submissions, addresses } => storm::run(submissions, addresses).await,
            Command::Static { .. } | Command::Outside { .. } => unreachable!("handled above"),
        }
    })?;
    println!();
    for bar in &bars {
        println!("{} {}", if bar.holds { "holds " } else { "MISSED" }, bar.text);
    }
    Ok(if bars.iter().all(|bar| bar.holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One thing a benchmark must show.
struct Bar {
    text: String,
    holds: bool,
}

impl Bar {
    fn new(text: impl Into<String>, holds: bool) -> Self {
        Self { text: text.into(), holds }
    }
}

/// The middle of some figures.
fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
