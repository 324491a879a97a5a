//! Shows what the offline developer makes of some words: `cargo run -p kandra-agent --example draft -- DIRECTORY WORDS…`
//! writes the crate to `DIRECTORY/<slug>/`; each further argument is one more request.

use kandra_agent::{Agent, AgentConfig, AgentKind, Silent, Task};
use std::{fs, path::Path};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("usage: draft DIRECTORY WORDS…")?;
    let agent = Agent::from_config(AgentConfig { kind: Some(AgentKind::Offline), ..AgentConfig::default() })?;
    let mut taken = Vec::new();
    for words in arguments {
        let (title, details) = words.split_once(" // ").unwrap_or((&words, ""));
        let task = Task {
            title: title.to_owned(),
            details: details.replace("\\n", "\n"),
            taken: taken.clone(),
            live: vec![],
            crates: vec![],
            repair: None,
        };
        match agent.develop(task, &mut Silent).await {
            Err(error) => println!("{words}: {error}"),
            Ok(draft) => {
                println!("{words}: {:?} as {}, {}", draft.origin, draft.slug, draft.plan);
                for (path, text) in &draft.files {
                    let path = Path::new(&directory).join(draft.slug.as_str()).join(path);
                    fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
                    fs::write(path, text)?;
                }
                taken.push(draft.slug);
            }
        }
    }
    Ok(())
}
