//! Words for people, on standard error. Data goes to standard output elsewhere.

use std::io::{IsTerminal, Write};

/// Whether standard error is a terminal that wants colour.
pub fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether progress bars and prompts make sense.
pub fn interactive() -> bool {
    std::io::stderr().is_terminal() && std::io::stdin().is_terminal()
}

/// One sentence.
pub fn say(text: impl std::fmt::Display) {
    // A closed standard error is nobody's failure.
    drop(writeln!(std::io::stderr(), "{}", printable(&text.to_string())));
}

/// An error with its causes.
pub fn error(error: &anyhow::Error) {
    let label = if colour() { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    drop(writeln!(std::io::stderr(), "{label}: {}", printable(&text)));
}

/// Text from strangers without the control characters that would steer a terminal, those for text direction included.
pub fn printable(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Asks yes or no; `false` without a terminal.
pub fn confirm(question: &str) -> bool {
    if !interactive() {
        return false;
    }
    drop(write!(std::io::stderr(), "{question} [y/N] "));
    drop(std::io::stderr().flush());
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
