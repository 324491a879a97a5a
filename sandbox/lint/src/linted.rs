//! The lint gate: a [`Source`] arrives; a [`Linted`] leaves, or findings.

use crate::{
    Finding, Severity, Source,
    names::Names,
    parse::Parsed,
    rules,
    source::MAX_FINDINGS,
    ticks::{self, Flavour, Insertion},
    walk,
};
use std::collections::BTreeMap;

/// A crate that passed the lint, with its ticks. Only [`lint`] makes one, here or in the child that
/// [`crate::child::reply`] reads.
#[derive(Clone, Debug)]
pub struct Linted {
    source: Source,
    insertions: BTreeMap<String, Vec<Insertion>>,
    ticked: BTreeMap<String, String>,
    warnings: Vec<Finding>,
}

/// Judges a crate's Rust and inserts the ticks. In a process that must survive, call it through [`crate::child`].
///
/// Positions of `proc_macro2` spans that the caller made on this thread before are invalid afterwards.
///
/// # Errors
/// Every finding that refuses the crate, at most 200, in order of place; warnings among them.
pub fn lint(source: Source) -> Result<Linted, Vec<Finding>> {
    let verdict = judge(&source);
    // The parser keeps each file's text on this thread for its positions; nothing here needs them any more.
    proc_macro2::extra::invalidate_current_thread_spans();
    let (insertions, warnings) = verdict?;
    Ok(Linted::new(source, insertions, warnings))
}

/// What is left of a crate that passed: insertions by file, and warnings.
type Passed = (BTreeMap<String, Vec<Insertion>>, Vec<Finding>);

fn judge(source: &Source) -> Result<Passed, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for (path, text) in source.rust_files() {
        match Parsed::parse(path, text) {
            Ok(parsed) => files.push(parsed),
            Err(finding) => findings.push(*finding),
        }
    }
    let unreadable = !findings.is_empty();
    let names = Names::of(&files, source.manifest().dependencies.iter().map(|d| d.module.as_str()));
    let mut all = rules::all();
    if !unreadable {
        // What a rule must know about the whole crate is not known while a file is unreadable.
        all.iter_mut().for_each(|rule| rule.prepare(&files, &names, &mut findings));
        files.iter().for_each(|file| walk::walk(file, &names, &mut all, &mut findings));
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.column, &a.code).cmp(&(&b.file, b.line, b.column, &b.code)));
    findings.dedup();
    findings.truncate(MAX_FINDINGS);
    if findings.iter().any(|f| f.severity == Severity::Error) {
        return Err(findings);
    }
    let insertions = files.iter().map(|file| (file.path.to_owned(), ticks::insertions(file, |name| names.is_defined(name)))).collect();
    Ok((insertions, findings))
}

impl Linted {
    pub(crate) fn new(source: Source, insertions: BTreeMap<String, Vec<Insertion>>, warnings: Vec<Finding>) -> Self {
        let ticked = source
            .rust_files()
            .map(|(path, text)| (path.clone(), ticks::apply(text, insertions.get(path).map_or(&[], Vec::as_slice), Flavour::Feature)))
            .collect();
        Self { source, insertions, ticked, warnings }
    }

    pub(crate) fn insertions(&self) -> &BTreeMap<String, Vec<Insertion>> {
        &self.insertions
    }

    /// What was linted.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// `src/**.rs` with ticks and prelude imports inserted; every line keeps its number.
    pub fn ticked(&self) -> &BTreeMap<String, String> {
        &self.ticked
    }

    /// Findings that do not refuse.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// Where a place of a ticked file stands in the author's file; lines and columns from 1, columns in characters. A place
    /// inside an insertion is where the insertion begins; what is not in the file is returned as it came.
    pub fn original_position(&self, file: &str, line: u32, column: u32) -> (u32, u32) {
        let (Some(text), Some(insertions)) = (self.source.files().get(file), self.insertions.get(file)) else { return (line, column) };
        let Some(start) = line_start(text, line) else { return (line, column) };
        let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let mut remaining = column.saturating_sub(1) as usize;
        let mut at = start;
        let mut original = 0usize;
        // An insertion before the newline is at the end of this line; one at `start` stands at its beginning.
        for insertion in insertions.iter().filter(|i| (start..=end).contains(&i.at)) {
            let between = text[at..insertion.at].chars().count();
            if remaining < between {
                break;
            }
            remaining -= between;
            original += between;
            at = insertion.at;
            // Every inserted character is one byte.
            let inserted = insertion.kind.text().len();
            if remaining < inserted {
                return (line, u32::try_from(original).unwrap_or(u32::MAX).saturating_add(1));
            }
            remaining -= inserted;
        }
        (line, u32::try_from(original + remaining).unwrap_or(u32::MAX).saturating_add(1))
    }
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    match line {
        0 => None,
        1 => Some(0),
        _ => text.match_indices('\n').nth(line as usize - 2).map(|(at, _)| at + 1),
    }
}
