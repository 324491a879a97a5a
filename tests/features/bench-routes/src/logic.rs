//! What both servers compute: this file is compiled into the feature and into the static server.

use serde::Serialize;
use std::{format, string::String, vec::Vec};

/// Thirteen bytes.
pub const TEXT: &str = "Hello, world!";

/// An answer of some rows. Fields stand in alphabetical order, so that every serialiser writes the same bytes.
#[derive(Serialize)]
pub struct Rows {
    group: String,
    rows: Vec<Row>,
    total: u32,
}

/// One row.
#[derive(Serialize)]
pub struct Row {
    active: bool,
    id: u32,
    label: String,
    price: f64,
    tags: Vec<String>,
}

/// So many rows of a group.
pub fn rows(group: &str, limit: u32) -> Rows {
    let row = |id: u32| Row {
        active: id.is_multiple_of(3),
        id,
        label: format!("{group} row {id}"),
        price: f64::from(id) * 1.25,
        tags: (0..4).map(|tag| format!("tag-{tag}-{id}")).collect(),
    };
    Rows { group: group.into(), rows: (0..limit).map(row).collect(), total: limit }
}
