//! SARIF 2.1.0, for code scanners.

use super::Checked;
use kandra_gate::Severity;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One log with one run.
pub fn sarif(checked: &[Checked]) -> Value {
    let codes: BTreeSet<&str> = checked.iter().flat_map(|c| &c.findings).map(|f| f.code.as_str()).collect();
    let rules: Vec<Value> = codes.into_iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|c| c.findings.iter().map(move |finding| (c, finding)))
        .map(|(c, finding)| {
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let hint = if finding.hint.is_empty() { String::new() } else { format!(" Help: {}", finding.hint) };
            let mut location = json!({ "artifactLocation": { "uri": uri(&c.location(finding)) } });
            if finding.line > 0 {
                location["region"] = json!({
                    "startLine": finding.line,
                    "startColumn": finding.column.max(1),
                    "endLine": finding.end_line.max(finding.line),
                    "endColumn": finding.end_column.max(1),
                });
            }
            json!({
                "ruleId": finding.code,
                "level": level,
                "message": { "text": format!("{}{hint}", finding.message) },
                "locations": [{ "physicalLocation": location }],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "kandra check", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A relative reference: what a URI may not hold is percent-encoded.
fn uri(path: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.trim_start_matches("./").bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/ü.rs"), "a%20b/%C3%BC.rs");
    }
}
