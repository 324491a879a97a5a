//! What these two gates have to say, for the author of a crate.

use crate::fix::Edit;
use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The crate is refused.
    Error,
    /// The crate passes; its author should know.
    Warning,
}

/// One sentence: what, where, why, and what to do instead. Lines and columns count from 1, columns in characters;
/// `end_column` is exclusive. A finding about no place in particular has an empty `file` and zeros.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `source/…` for the source gate, `K001`… for the lint. Stable.
    pub code: String,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, and why it is refused.
    pub message: String,
    /// What to do instead; may be empty.
    #[serde(default)]
    pub hint: String,
    /// Path inside the crate, such as `src/lib.rs`.
    #[serde(default)]
    pub file: String,
    /// First line.
    #[serde(default)]
    pub line: u32,
    /// First column.
    #[serde(default)]
    pub column: u32,
    /// Last line.
    #[serde(default)]
    pub end_line: u32,
    /// Column after the last.
    #[serde(default)]
    pub end_column: u32,
    /// What to change in `file`, when there is exactly one right answer; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<Edit>,
}

impl Finding {
    /// An error about the crate as a whole.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            hint: String::new(),
            file: String::new(),
            line: 0,
            column: 0,
            end_line: 0,
            end_column: 0,
            fix: Vec::new(),
        }
    }

    /// With what to do instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With the file it is about.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// With the place it is about.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        (self.line, self.column, self.end_line, self.end_column) = place.0;
        self
    }

    /// With the one right answer.
    #[must_use]
    pub fn fix(mut self, fix: impl IntoIterator<Item = Edit>) -> Self {
        self.fix = fix.into_iter().collect();
        self
    }

    /// As a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// A range in a file: first line and column, last line and the column after the last; all from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub(crate) (u32, u32, u32, u32));

impl Place {
    /// The range of a span of a file that was parsed on this thread.
    pub(crate) fn of(span: proc_macro2::Span) -> Self {
        let (start, end) = (span.start(), span.end());
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self((count(start.line), count(start.column).saturating_add(1), count(end.line), count(end.column).saturating_add(1)))
    }
}
