//! Annotations of a GitHub workflow, and the summary of its step.

use super::{Checked, Verdict};
use crate::terminal;
use anyhow::{Context, Result};
use kandra_gate::Severity;
use std::{
    env,
    fmt::Write as _,
    fs::OpenOptions,
    io::{ErrorKind, Write as _},
};

/// A step's summary may have 1 MiB; the rest of the step may want some of it.
const MAX_SUMMARY: usize = 512 << 10;

/// One command a finding; nothing that a stranger wrote can end a command early or start another.
pub fn github(checked: &Checked) -> String {
    let mut text = String::new();
    for finding in &checked.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let hint = if finding.hint.is_empty() { String::new() } else { format!("\nhelp: {}", finding.hint) };
        let place = if finding.line == 0 {
            String::new()
        } else if finding.line != finding.end_line {
            // Columns are understood within one line only.
            format!(",line={},endLine={}", finding.line, finding.end_line.max(finding.line))
        } else {
            format!(",line={},endLine={},col={},endColumn={}", finding.line, finding.end_line, finding.column, finding.end_column)
        };
        text.push_str(&format!(
            "::{command} file={}{place},title={}::{}\n",
            property(&checked.file(finding)),
            property(&finding.code),
            data(&format!("{}{hint}", finding.message))
        ));
    }
    text
}

fn data(text: &str) -> String {
    terminal::printable(&text.replace('\r', "\n")).replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Appends a table of all crates to the file that `GITHUB_STEP_SUMMARY` names; nothing where there is none.
pub fn github_summary(all: &[Checked]) -> Result<()> {
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    // The runner makes the file; one that is not there is nobody's to make.
    match OpenOptions::new().append(true).open(&path) {
        Ok(mut file) => file.write_all(summary(all).as_bytes()).context("cannot write the step's summary"),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e).context("cannot open the step's summary"),
    }
}

fn summary(all: &[Checked]) -> String {
    let accepted = all.iter().filter(|checked| checked.verdict == Verdict::Accepted).count();
    let mut text = format!("## kandra check: {accepted} of {} accepted\n\n", all.len());
    text.push_str("| feature | verdict | stage | findings | ms |\n|---|---|---|---|---|\n");
    // Writing to a String cannot fail.
    for checked in all {
        let verdict = match checked.verdict {
            Verdict::Accepted => "✅ accepted",
            Verdict::Refused => "❌ refused",
            Verdict::Failed => "⚠️ not judged",
        };
        let time = if checked.cached { "unchanged".to_owned() } else { checked.timings_ms.values().sum::<u64>().to_string() };
        let (path, stage, findings) = (cell(&checked.path), checked.stage.as_str(), checked.findings.len());
        let _ = writeln!(text, "| {path} | {verdict} | {stage} | {findings} | {time} |");
    }
    let found = || all.iter().flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)));
    if found().next().is_some() {
        text.push_str("\n| place | code | finding | instead |\n|---|---|---|---|\n");
    }
    for (checked, finding) in found() {
        let line = if finding.line == 0 { String::new() } else { format!(":{}", finding.line) };
        let place = cell(&format!("{}{line}", checked.location(finding)));
        let row = format!("| {place} | {} | {} | {} |\n", cell(&finding.code), cell(&finding.message), cell(&finding.hint));
        if text.len() + row.len() > MAX_SUMMARY {
            text.push_str("| … | | more findings than fit here: see the annotations | |\n");
            break;
        }
        text.push_str(&row);
    }
    text.push('\n');
    text
}

/// Text from strangers in a cell: what means something in Markdown or HTML is only shown.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in terminal::printable(text).chars() {
        match c {
            '\n' | '\t' => cell.push(' '),
            // As entities: a backslash is no escape inside what somebody else opened.
            '|' | '<' | '>' | '&' | '`' | '*' | '_' | '[' | ']' | '!' | '\\' | '@' | '#' | '~' | '$' | ':' => {
                let _ = write!(cell, "&#{};", u32::from(c));
            }
            c => cell.push(c),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use kandra_gate::{Finding, Stage};
    use std::collections::BTreeMap;

    fn checked(path: &str, message: &str) -> Checked {
        Checked {
            path: path.into(),
            slug: None,
            verdict: Verdict::Refused,
            stage: Stage::Lint,
            findings: vec![Finding::error("K001", message).hint("100%, no: more").file("src/lib.rs")],
            timings_ms: BTreeMap::from([("lint".into(), 7)]),
            cached: false,
            sources: BTreeMap::new(),
        }
    }

    #[test]
    fn commands_cannot_be_smuggled_in() {
        assert_eq!(data("x\n::error::y%"), "x%0A::error::y%25");
        assert_eq!(property("a,line=1::b"), "a%2Cline=1%3A%3Ab");
        let text = github(&checked("a,b:c%\r\n::set-output name=x::y", "one\r\n::stop-commands::x\u{1b}[2J"));
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.starts_with("::error file=a%2Cb%3Ac%25%0A%0A%3A%3Aset-output name=x%3A%3Ay/src/lib.rs,title=K001::one%0A%0A"),
            "{text}"
        );
        assert!(text.ends_with("%0Ahelp: 100%25, no: more\n") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_summary_shows_strangers_words_as_words() {
        let text = summary(&[checked("a|b", "<img src=x> [a](https://b) | `c`\n# d @everybody")]);
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(rows.len(), 4, "{text}");
        assert!(rows.iter().all(|row| row.matches('|').count() == rows[0].matches('|').count() || row.matches('|').count() == 5), "{text}");
        assert!(!text.contains("<img") && !text.contains("](") && !text.contains("@every") && !text.contains("https:"), "{text}");
        let many: Vec<Checked> = (0..4_000).map(|_| checked("a", &"x".repeat(400))).collect();
        assert!(summary(&many).len() < 1 << 20);
    }
}
