//{{#groups}}
//! What the rows of each group make together.
use crate::{FIELDS, order::Entry};
use kandra::prelude::*;
use std::collections::BTreeMap;

/// The column whose values make the groups.
const GROUP: usize = 0;
/// The column that is added up; without one, rows are counted.
const ADDED: Option<usize> = None;

/// The greatest first.
pub fn groups(rows: &[Entry]) -> Vec<Value> {
    let mut sums: BTreeMap<String, (String, f64)> = BTreeMap::new();
    for row in rows {
        let name = row.values.get(FIELDS[GROUP].name).map(|name| name.trim()).unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let number = |column: usize| row.values.get(FIELDS[column].name).and_then(|value| value.parse::<f64>().ok());
        let added = ADDED.map_or(Some(1.0), number).unwrap_or(0.0);
        sums.entry(name.to_lowercase()).or_insert_with(|| (name.to_owned(), 0.0)).1 += added;
    }
    let mut groups: Vec<(String, f64)> = sums.into_values().collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    groups.into_iter().map(|(name, total)| json!({ "name": name, "total": total })).collect()
}
//{{/groups}}
