//! `tests/attacks/RESULTS.md`: one row for each attack.

use anyhow::{Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

const HEAD: &str = "# What became of each attack

Written by `KANDRA_BLESS=1 cargo test -p kandra-tests --test corpus`; the last column by the same with `KANDRA_GUARDS=off`, which tries
each attack without what stops it. `without it` is what then happens: for a crate that the lint refuses, first in front of the
façade alone, then as a crate with the real `std`; for what the source gate refuses, what cargo or a plain read of the file does.

| attack | what it would do | stopped by | finding | without it |
|---|---|---|---|---|
";

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub does: String,
    pub gate: String,
    pub code: String,
    pub without: String,
}

/// The committed rows, by attack.
pub fn read(path: &Path) -> BTreeMap<String, Row> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let cells: Vec<String> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(str::to_owned).collect();
            let [name, does, gate, code, without] = <[String; 5]>::try_from(cells).ok()?;
            (name != "attack").then_some((name, Row { does, gate, code, without }))
        })
        .collect()
}

/// Writes the rows.
pub fn write(path: &Path, rows: &BTreeMap<String, Row>) -> Result<()> {
    let mut text = HEAD.to_owned();
    for (name, row) in rows {
        let cell = |text: &str| text.replace('|', "¦").replace('\n', " ");
        text += &format!("| {name} | {} | {} | {} | {} |\n", cell(&row.does), cell(&row.gate), cell(&row.code), cell(&row.without));
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}
