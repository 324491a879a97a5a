//! SARIF 2.1.0, for code scanners.

use super::Checked;
use crate::rules;
use kandra_gate::{Finding, Severity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// One log with one run.
pub fn sarif(checked: &[Checked]) -> Value {
    let codes: BTreeSet<&str> = checked.iter().flat_map(|c| &c.findings).map(|f| f.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|c| c.findings.iter().map(move |finding| (c, finding)))
        .map(|(c, finding)| {
            let hint = if finding.hint.is_empty() { String::new() } else { format!(" Help: {}", finding.hint) };
            let mut location = json!({ "artifactLocation": { "uri": uri(&c.file(finding)) } });
            if finding.line > 0 {
                location["region"] = region(finding);
            }
            json!({
                "ruleId": finding.code,
                "ruleIndex": codes.binary_search(&finding.code.as_str()).expect("every code was collected"),
                "level": level(finding.severity),
                "message": { "text": format!("{}{hint}", finding.message) },
                "locations": [{ "physicalLocation": location }],
                "partialFingerprints": { "primaryLocationLineHash": fingerprint(c, finding, &mut seen) },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kandra check",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A code with what its page says.
fn rule(code: &str) -> Value {
    let mut rule = json!({ "id": code });
    if let Some(page) = rules::page(code) {
        rule["shortDescription"] = json!({ "text": page.title });
        rule["help"] = json!({ "text": page.text, "markdown": page.text });
    }
    if let Some(address) = rules::address(code) {
        rule["helpUri"] = json!(address);
    }
    rule
}

/// Lines and columns from 1, columns in code points, the last exclusive; never backwards.
fn region(finding: &Finding) -> Value {
    let start = (finding.line, finding.column.max(1));
    let end = (finding.end_line, finding.end_column.max(1)).max(start);
    json!({ "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1 })
}

/// What stays the same when lines move: code, file and the line's words, and how many of the same stood before it.
fn fingerprint(checked: &Checked, finding: &Finding, seen: &mut BTreeMap<String, u32>) -> String {
    let line = finding.line.checked_sub(1).and_then(|n| checked.sources.get(&finding.file)?.lines().nth(n as usize)).unwrap_or_default();
    let slug = checked.slug.as_deref().unwrap_or(&checked.path);
    let mut hash = Sha256::new();
    for part in [slug, &finding.code, &finding.file, &line.split_whitespace().collect::<Vec<_>>().join(" ")] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hex::encode(&hash.finalize()[..16]);
    let times = seen.entry(hash.clone()).and_modify(|n| *n += 1).or_insert(1);
    format!("{hash}:{times}")
}

/// A relative reference, or a `file` URI of an absolute path: what a URI may not hold is percent-encoded.
fn uri(path: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let encoded = path.trim_start_matches("./").bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") });
    format!("{scheme}{}", encoded.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;
    use kandra_gate::Stage;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/ü.rs"), "a%20b/%C3%BC.rs");
        assert_eq!(uri("/a/b:c"), "file:///a/b%3Ac");
    }

    fn finding(code: &str, line: u32, column: u32, end_line: u32, end_column: u32) -> Finding {
        let mut finding = Finding::error(code, "no \u{1f600} \"this\"").hint("that").file("src/lib.rs");
        (finding.line, finding.column, finding.end_line, finding.end_column) = (line, column, end_line, end_column);
        finding
    }

    fn checked(source: &str, findings: Vec<Finding>) -> Checked {
        Checked {
            path: "generated/a b/".into(),
            slug: Some("abc".into()),
            verdict: Verdict::Refused,
            stage: Stage::Lint,
            findings,
            timings_ms: BTreeMap::new(),
            cached: false,
            sources: BTreeMap::from([("src/lib.rs".into(), source.into()), ("Cargo.toml".into(), String::new())]),
        }
    }

    /// The typed model is generated from the standard's own schema; what it does not know, the schema does not allow.
    #[test]
    fn the_log_is_what_the_standard_says() {
        let whole = Finding { severity: Severity::Warning, ..Finding::error("probe/leak", "it leaks") };
        let log =
            sarif(&[checked("a\nb\n", vec![finding("K001", 1, 5, 2, 2), finding("E0308", 2, 1, 0, 0), whole]), checked("", Vec::new())]);
        let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
        assert_eq!(serde_json::to_value(&typed).unwrap(), log, "nothing in it is unknown to the standard");
        let results = log["runs"][0]["results"].as_array().unwrap();
        let uris: Vec<&str> =
            results.iter().map(|r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()).collect();
        assert_eq!(uris, ["generated/a%20b/src/lib.rs", "generated/a%20b/src/lib.rs", "generated/a%20b/Cargo.toml"]);
        assert_eq!(
            results[1]["locations"][0]["physicalLocation"]["region"],
            json!({ "startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1 })
        );
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results {
            assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        }
        assert!(rules[0]["helpUri"].as_str().unwrap().ends_with("/E0308.html"));
        assert!(rules[1]["help"]["markdown"].as_str().unwrap().starts_with("# K001"));
    }

    #[test]
    fn a_fingerprint_outlives_a_line_that_moves() {
        let of = |source: &str, lines: &[u32]| {
            let one = checked(source, lines.iter().map(|line| finding("K001", *line, 1, *line, 2)).collect());
            let log = sarif(&[one]);
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            results.iter().map(|r| r["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("unsafe {}\n", &[1]), of("\n\n  unsafe   {}\n", &[3]));
        assert_ne!(of("unsafe {}\n", &[1]), of("unsafe { a() }\n", &[1]));
        let twice = of("unsafe {}\nunsafe {}\n", &[1, 2]);
        assert!(twice[0].ends_with(":1") && twice[1].ends_with(":2"), "{twice:?}");
    }
}
