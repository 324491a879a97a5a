//! `kandra serve`

use super::{install_tls, print_line};
use crate::{args::Serve, config_file, exit::Code, terminal};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kandra_control::{Ended, Notice, WarmStatus};
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// Runs the server until a signal ends it.
pub fn run(options: Serve) -> Result<Code> {
    let filter = EnvFilter::try_from_env("KANDRA_LOG").unwrap_or_else(|_| EnvFilter::new("warn,kandra=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    install_tls();
    let config = config_file::resolve(options)?;
    let bar = warm_bar();
    let listener = Arc::new(move |notice| tell(&bar, notice));
    let ended = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(kandra_control::serve(config, listener))?;
    Ok(match ended {
        Ended::Drained => Code::Ok,
        Ended::Interrupted => Code::Interrupted,
    })
}

fn warm_bar() -> ProgressBar {
    let target = if terminal::interactive() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(1), target);
    bar.set_style(ProgressStyle::with_template("preparing the SDK {bar:30} {pos}/{len} {elapsed}").expect("a constant template"));
    bar
}

/// What the terminal is told: the address as data, the rest as words.
fn tell(bar: &ProgressBar, notice: Notice) {
    match notice {
        Notice::Listening { url, live_url, home } => {
            // A closed standard output is no reason to stop serving.
            drop(print_line(&url));
            terminal::say(format!("Kandra serves {url} (features at {live_url}), home {}. Ctrl-C ends it.", home.display()));
        }
        Notice::OwnerToken { token, file } => {
            terminal::say(format!(
                "The owner's token, shown this once: {token}\nIt is kept in {}; use it under Owner on the page.",
                file.display()
            ));
        }
        Notice::Warm(status) => warm(bar, &status),
        Notice::Offered(slugs) if slugs.is_empty() => {}
        Notice::Offered(slugs) => {
            let names = slugs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            terminal::say(format!(
                "This checkout's generated/ has features that this home does not: {names}. Send one with `kandra deploy generated/NAME`."
            ));
        }
        Notice::Stopping => terminal::say("Finishing what is under way; a second signal ends at once."),
    }
}

fn warm(bar: &ProgressBar, status: &WarmStatus) {
    if let Some(failure) = &status.failure {
        bar.abandon();
        terminal::say(failure);
    } else if status.finished {
        bar.finish_and_clear();
    } else {
        if status.done == 0 && !terminal::interactive() {
            terminal::say("Preparing the SDK; this happens once for each toolchain. Requests queue meanwhile.");
        }
        bar.set_length(u64::from(status.total.max(1)));
        bar.set_position(u64::from(status.done));
    }
}
