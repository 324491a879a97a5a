//! Annotations of a GitHub workflow.

use super::Checked;
use kandra_gate::Severity;

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
        } else {
            format!(",line={},endLine={},col={},endColumn={}", finding.line, finding.end_line, finding.column, finding.end_column)
        };
        text.push_str(&format!(
            "::{command} file={}{place},title={}::{}\n",
            property(&checked.location(finding)),
            property(&finding.code),
            data(&format!("{}{hint}", finding.message))
        ));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_cannot_be_smuggled_in() {
        assert_eq!(data("x\n::error::y%"), "x%0A::error::y%25");
        assert_eq!(property("a,line=1::b"), "a%2Cline=1%3A%3Ab");
    }
}
