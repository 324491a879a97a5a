//! `kandra logs`

use super::{features::slug, print_line};
use crate::{args::Logs, client::Client, exit::Code, terminal};
use anyhow::Result;
use serde_json::Value;
use std::time::Duration;

/// Prints a feature's newest log lines, and goes on when asked to.
pub async fn run(options: Logs) -> Result<Code> {
    let client = Client::find(&options.server)?;
    let slug = slug(&options.slug)?;
    let mut newest = String::new();
    let mut limit = options.lines.clamp(1, 1000);
    loop {
        let page = client.get(&format!("/api/features/{slug}/logs?limit={limit}")).await?;
        for line in page["logs"].as_array().into_iter().flatten() {
            let at = line["at"].as_str().unwrap_or_default();
            if at > newest.as_str() {
                print(line, options.output.json)?;
            }
        }
        if let Some(at) = page["logs"].as_array().and_then(|lines| lines.last()).and_then(|line| line["at"].as_str()) {
            at.clone_into(&mut newest);
        }
        if !options.follow {
            return Ok(Code::Ok);
        }
        limit = 1000;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn print(line: &Value, json: bool) -> Result<()> {
    if json {
        return print_line(&line.to_string());
    }
    let text = |name: &str| terminal::printable(line[name].as_str().unwrap_or_default());
    print_line(&format!("{} {:<5} r{} {}", text("at"), text("level"), line["revision"], under(&text("message"))))
}

/// A message whose further lines stand to the right, so that none of them looks like a line of the log's own.
fn under(message: &str) -> String {
    message.replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_pretend_to_be_another_line_nor_steer_the_terminal() {
        let message = terminal::printable("said\r\n2030-01-01 error r9 forged \u{1b}[31m\u{202e}");
        assert_eq!(under(&message), "said\u{fffd}\n    2030-01-01 error r9 forged \u{fffd}[31m\u{fffd}");
    }
}
