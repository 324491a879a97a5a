//! As the compiler prints: place, excerpt, help.

use super::{Checked, Verdict};
use crate::{rules, terminal};
use kandra_gate::{Finding, Severity};
use std::fmt::Write;

/// One crate's findings and its verdict.
pub fn human(checked: &Checked) -> String {
    let mut text = String::new();
    for finding in &checked.findings {
        text.push_str(&one(checked, finding));
        text.push('\n');
    }
    let total: u64 = checked.timings_ms.values().sum();
    let verdict = match checked.verdict {
        Verdict::Accepted if checked.cached => "accepted, unchanged since it was last judged".to_owned(),
        Verdict::Accepted => format!("accepted in {total} ms"),
        Verdict::Refused => format!("refused by {}", checked.stage.as_str()),
        Verdict::Failed if checked.findings.iter().any(|f| f.code.starts_with("path/")) => "no feature".to_owned(),
        Verdict::Failed => format!("not judged: {} could not be run", checked.stage.as_str()),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {verdict}", checked.path);
    terminal::printable(&text)
}

fn one(checked: &Checked, finding: &Finding) -> String {
    let label = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{label}[{}]: {}\n", finding.code, finding.message);
    if finding.file.is_empty() {
        let _ = writeln!(text, "  --> {}", checked.path);
    } else if finding.line == 0 {
        let _ = writeln!(text, "  --> {}", checked.location(finding));
    } else {
        let _ = writeln!(text, "  --> {}:{}:{}", checked.location(finding), finding.line, finding.column);
        if let Some(line) = checked.sources.get(&finding.file).and_then(|source| source.lines().nth(finding.line as usize - 1)) {
            let number = finding.line.to_string();
            let gutter = " ".repeat(number.len());
            let start = finding.column.saturating_sub(1) as usize;
            let end = if finding.end_line == finding.line { finding.end_column.saturating_sub(1) as usize } else { line.chars().count() };
            // A line may be thousands of characters long; an excerpt is not.
            let shown: String = line.chars().take(160).map(|c| if c == '\t' { ' ' } else { c }).collect();
            let carets = "^".repeat(end.saturating_sub(start).clamp(1, 160usize.saturating_sub(start).max(1)));
            let _ = writeln!(text, "{gutter} |\n{number} | {shown}");
            if start < 160 {
                let _ = writeln!(text, "{gutter} | {}{carets}", " ".repeat(start));
            }
        }
    }
    if !finding.hint.is_empty() {
        let _ = writeln!(text, "  = help: {}", finding.hint);
    }
    if rules::page(&finding.code).is_some() {
        let _ = writeln!(text, "  = help: kandra explain {}", finding.code);
    } else if rules::is_of_the_compiler(&finding.code) {
        let _ = writeln!(text, "  = help: rustc --explain {}", finding.code);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kandra_gate::Stage;
    use std::collections::BTreeMap;

    #[test]
    fn an_excerpt_points_at_the_place() {
        let mut finding = Finding::error("K001", "no unsafe").hint("remove it").file("src/lib.rs");
        (finding.line, finding.column, finding.end_line, finding.end_column) = (2, 5, 2, 11);
        let checked = Checked {
            path: "x".into(),
            slug: None,
            verdict: Verdict::Refused,
            stage: Stage::Lint,
            findings: vec![finding],
            timings_ms: BTreeMap::new(),
            cached: false,
            sources: BTreeMap::from([("src/lib.rs".into(), "fn a() {\n    unsafe {}\n}\n".into())]),
        };
        let expected = "error[K001]: no unsafe\n  --> x/src/lib.rs:2:5\n  |\n2 |     unsafe {}\n  |     ^^^^^^\n  = help: remove it\n  = help: kandra explain K001\n\nx: refused by lint\n";
        assert_eq!(human(&checked), expected);
    }
}
