//! Edits for what has exactly one right answer.
//!
//! An edit is a place and a kind; what is written there is fixed by the kind. So a lint child gone astray can propose to
//! write nothing but these few texts, and the parent checks that what an edit replaces is what its kind replaces.

use serde::{Deserialize, Serialize};

/// What is written, and in place of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line of its own.
    NoStd,
    /// A line of its own.
    Forbid,
    /// A line of its own: the façade under the name `std`.
    Facade,
    /// `std` for a path's `core`, `alloc` or `kandra_std`.
    Std,
    /// Nothing for an `extern crate …;`.
    NoExtern,
    /// The edition of every feature.
    Edition,
    /// The licence of every feature.
    Licence,
    /// A feature is not published.
    Publish,
    /// Nothing for a byte-order mark.
    NoMark,
}

impl Kind {
    /// What the edit writes.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoStd => "#![no_std]\n",
            Self::Forbid => "#![forbid(unsafe_code)]\n",
            Self::Facade => "extern crate kandra_std as std;\n",
            Self::Std => "std",
            Self::NoExtern | Self::NoMark => "",
            Self::Edition => "\"2024\"",
            Self::Licence => "\"MIT OR Apache-2.0\"",
            Self::Publish => "false",
        }
    }

    fn replaces(self, old: &str) -> bool {
        match self {
            Self::NoStd | Self::Forbid | Self::Facade => old.is_empty(),
            Self::Std => matches!(old, "core" | "alloc" | "kandra_std"),
            Self::NoExtern => old.starts_with("extern") && old.ends_with(';') && !old[..old.len() - 1].contains([';', '{', '}']),
            Self::Edition | Self::Licence | Self::Publish => !old.is_empty() && !old.contains('\n'),
            Self::NoMark => old == "\u{feff}",
        }
    }
}

/// Replaces the bytes from `at` to `end` of the finding's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// First byte.
    pub at: usize,
    /// The byte after the last; `at` for an insertion.
    pub end: usize,
    /// What is written.
    pub kind: Kind,
}

impl Edit {
    /// Whether it fits this text: inside it, between characters, and in place of what its kind replaces.
    pub fn fits(&self, text: &str) -> bool {
        text.get(self.at..self.end).is_some_and(|old| self.kind.replaces(old))
    }
}

/// The text with these edits, in any order. One that does not fit, or that overlaps another, is left out; the same edit
/// twice is made once.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<Edit> = edits.iter().filter(|edit| edit.fits(text)).copied().collect();
    edits.sort();
    edits.dedup();
    let mut fixed = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        if edit.at >= from {
            fixed.push_str(&text[from..edit.at]);
            fixed.push_str(edit.kind.text());
            from = edit.end;
        }
    }
    fixed.push_str(&text[from..]);
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_write_only_where_their_kind_may() {
        let text = "use core::fmt;\nuse core::mem;\n";
        let std = |at| Edit { at, end: at + 4, kind: Kind::Std };
        assert_eq!(apply(text, &[std(19), std(4), std(4)]), "use std::fmt;\nuse std::mem;\n");
        assert_eq!(apply(text, &[std(5), std(900)]), text);
        assert_eq!(apply("é", &[Edit { at: 1, end: 1, kind: Kind::NoStd }]), "é");
        let head = [Kind::NoStd, Kind::Forbid, Kind::Facade].map(|kind| Edit { at: 0, end: 0, kind });
        assert_eq!(apply("x", &head), "#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\nx");
        let gone = |text: &str| apply(text, &[Edit { at: 0, end: text.len(), kind: Kind::NoExtern }]);
        assert_eq!(gone("extern crate alloc;"), "");
        assert_eq!(gone("extern crate alloc; fn a() {}"), "extern crate alloc; fn a() {}");
    }
}
