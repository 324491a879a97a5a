//! What the owner does to the process that serves features.

use super::print_json;
use crate::{args::Replace, client::Client, exit::Code, terminal};
use anyhow::Result;
use serde_json::json;

/// `kandra replace`
pub async fn replace(options: Replace) -> Result<Code> {
    let client = Client::find(&options.server)?;
    terminal::say("the next process loads the features; calls under way may take up to 12 s to end …");
    let answer = client.post("/api/live/replace", &json!({})).await?;
    if options.output.json {
        print_json(json!({ "pid": answer["pid"], "replacements": answer["replacements"] }))?;
    } else {
        terminal::say(format!("process {} serves now", answer["pid"]));
    }
    Ok(Code::Ok)
}
