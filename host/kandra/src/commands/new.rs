//! `kandra new`

use super::features::slug;
use crate::{
    args::New,
    exit::{Code, CodedError},
    terminal,
};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

/// Writes a feature crate from the template.
pub fn run(options: New) -> Result<Code> {
    let slug = slug(&options.slug)?;
    let folder = options.dir.join(slug.as_str());
    if folder.exists() {
        return Err(CodedError::error(Code::Usage, format!("{} exists already; choose another slug or --dir", folder.display())));
    }
    let title = options.title.unwrap_or_else(|| sentence_case(slug.as_str()));
    let sdk = match options.sdk {
        Some(path) => std::path::absolute(path)?,
        None => sdk_sources()?,
    };
    let files = kandra_gate::template(&slug, &title, &sdk);
    if options.dry_run {
        for name in files.keys() {
            terminal::say(format!("would write {}", folder.join(name).display()));
        }
        return Ok(Code::Ok);
    }
    for (name, text) in &files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file in a folder"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    terminal::say(format!("made {}", folder.display()));
    terminal::say(format!("next: kandra dev {0}   or   kandra check {0}", folder.display()));
    Ok(Code::Ok)
}

fn sentence_case(slug: &str) -> String {
    let text = slug.replace('-', " ");
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The checkout's SDK, else the sources that this binary carries, unpacked into the cache.
fn sdk_sources() -> Result<PathBuf> {
    let checkout =
        std::env::current_dir()?.ancestors().map(|folder| folder.join("sdk")).find(|sdk| sdk.join("feature/Cargo.toml").is_file());
    match checkout {
        Some(path) => Ok(path),
        None => Ok(kandra_gate::Workshop::open(&crate::config_file::cache()?)?.unpack_sdk()?),
    }
}
