//! The order in which rows stand.
use crate::{FIELDS, Kind, Row, SORT};
use kandra::prelude::*;
use std::cmp::Ordering;

/// A row with what belongs to it.
pub struct Entry {
    pub values: Row,
    /// What visitors gave it.
    pub rank: i64,
    /// The row as it is told to the widget.
    pub shown: Value,
}

/// By what, the number of a column. One table uses one of them.
#[allow(dead_code)]
#[derive(Clone, Copy)]
pub enum Sort {
    Added,
    Newest,
    Up(usize),
    Down(usize),
    /// Dates by when their day of the year comes next.
    NextDay(usize),
    Votes,
}

/// Rows arrive in the order in which they were added. What has no value stands last.
pub fn sort(rows: &mut [Entry], now: i64) {
    match SORT {
        Sort::Added => {}
        Sort::Newest => rows.reverse(),
        Sort::Up(column) => rows.sort_by(|a, b| compare(column, a, b, false)),
        Sort::Down(column) => rows.sort_by(|a, b| compare(column, a, b, true)),
        Sort::NextDay(column) => rows.sort_by_key(|row| until(value(column, row), now)),
        Sort::Votes => rows.sort_by_key(|row| -row.rank),
    }
}

fn value(column: usize, row: &Entry) -> &str {
    row.values.get(FIELDS[column].name).map_or("", String::as_str)
}

fn compare(column: usize, a: &Entry, b: &Entry, down: bool) -> Ordering {
    let (a, b) = (value(column, a), value(column, b));
    if a.is_empty() || b.is_empty() {
        return a.is_empty().cmp(&b.is_empty());
    }
    let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
    let place = |text: &str| FIELDS[column].choices.iter().position(|choice| *choice == text);
    let order = match FIELDS[column].kind {
        Kind::Number | Kind::Stars => number(a).total_cmp(&number(b)),
        Kind::Choice => place(a).cmp(&place(b)),
        Kind::Span => crate::field::seconds(a).unwrap_or(0.0).total_cmp(&crate::field::seconds(b).unwrap_or(0.0)),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    };
    if down { order.reverse() } else { order }
}

/// Month and day as one number, those that are over this year after those that come.
fn until(date: &str, now: i64) -> u32 {
    let mut parts = date.split('-').skip(1).map(|part| part.parse::<u32>().unwrap_or(0));
    let (Some(month), Some(day)) = (parts.next(), parts.next()) else { return u32::MAX };
    let day = month * 100 + day;
    if day < today(now) { day + 10_000 } else { day }
}

/// Month and day of this moment in UTC, after Howard Hinnant's `civil_from_days`.
fn today(now: i64) -> u32 {
    let days = now.div_euclid(86_400_000) + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (month * 100 + day) as u32
}
