//! The pages of `docs/rules/`, which this binary carries: what each code of a finding means.
//!
//! A lint rule has a file of its own, named by its code; a gate's other codes are sections of the gate's file, each under
//! a heading `## code: title`.

use rust_embed::RustEmbed;
use std::{collections::BTreeMap, env, path::Path, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "../../docs/rules"]
#[include = "*.md"]
#[exclude = "README.md"]
struct Files;

/// What is written about one code.
#[derive(Clone, Debug)]
pub struct Page {
    /// The finding's code.
    pub code: String,
    /// In a few words, what is refused.
    pub title: String,
    /// Markdown, from its heading on.
    pub text: String,
    /// Where it stands beneath `docs/rules/`.
    place: String,
}

static PAGES: LazyLock<BTreeMap<String, Page>> = LazyLock::new(|| {
    let mut pages = BTreeMap::new();
    for file in Files::iter() {
        let text = Files::get(&file).map(|found| String::from_utf8_lossy(&found.data).into_owned()).unwrap_or_default();
        for page in sections(&file, &text) {
            pages.insert(page.code.clone(), page);
        }
    }
    pages
});

fn sections(file: &str, text: &str) -> Vec<Page> {
    let of_a_rule = file.starts_with('K');
    let mark = if of_a_rule { "# " } else { "## " };
    let mut found: Vec<Page> = Vec::new();
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        let heading = line.trim_end().strip_prefix(mark).filter(|_| !fenced).and_then(|heading| heading.split_once(": "));
        if let Some((code, title)) = heading {
            let anchor = if of_a_rule { String::new() } else { format!("#{}", anchor(&line[mark.len()..])) };
            let place = format!("{file}{anchor}");
            found.push(Page { code: code.to_owned(), title: title.to_owned(), text: String::new(), place });
        }
        if let Some(page) = found.last_mut() {
            page.text.push_str(line);
        }
    }
    found
}

/// A heading's anchor, as the common Markdown viewers make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}

/// The page of a code.
pub fn page(code: &str) -> Option<&'static Page> {
    let rule = code.to_ascii_uppercase();
    PAGES.get(code).or_else(|| PAGES.get(rule.as_str()))
}

/// Every page, in order of code.
pub fn all() -> impl Iterator<Item = &'static Page> {
    PAGES.values()
}

/// Whether rustc explains this code itself.
pub fn is_of_the_compiler(code: &str) -> bool {
    code.strip_prefix('E').is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Where to read about a code in a browser: the compiler's own index; ours beneath `KANDRA_RULES_URL`, or in the repository
/// whose workflow this is, when that is a checkout of Kandra.
pub fn address(code: &str) -> Option<String> {
    if is_of_the_compiler(code) {
        return Some(format!("https://doc.rust-lang.org/error_codes/{code}.html"));
    }
    let page = page(code)?;
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let base = set("KANDRA_RULES_URL").or_else(|| {
        Path::new("docs/rules").join(page.place.split('#').next()?).is_file().then_some(())?;
        Some(format!("{}/{}/blob/{}/docs/rules", set("GITHUB_SERVER_URL")?, set("GITHUB_REPOSITORY")?, set("GITHUB_SHA")?))
    })?;
    Some(format!("{}/{}", base.trim_end_matches('/'), page.place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gates_file_has_a_section_for_each_code() {
        let text = "# Source\n\nWords.\n\n## source/link: a link\n\nNo.\n```sh\n## source/no: x\n```\n## source/path: a path\nYes.\n";
        let found = sections("source.md", text);
        assert_eq!(found.iter().map(|page| page.code.as_str()).collect::<Vec<_>>(), ["source/link", "source/path"]);
        assert_eq!(found[0].place, "source.md#sourcelink-a-link");
        assert!(found[0].text.starts_with("## source/link: a link") && found[0].text.contains("source/no"));
        assert_eq!(sections("K001.md", "# K001: `unsafe`\n\nNo.\n")[0].place, "K001.md");
    }

    #[test]
    fn every_page_has_a_title_and_words() {
        assert!(all().count() > 80);
        for page in all() {
            assert!(page.title.chars().count() <= 80 && page.text.lines().count() > 2, "{page:?}");
        }
        assert!(page("K001").is_some() && page("probe/leak").is_some() && page("E0433").is_none());
        assert_eq!(address("E0433").unwrap(), "https://doc.rust-lang.org/error_codes/E0433.html");
    }
}
