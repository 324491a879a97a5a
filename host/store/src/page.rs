//! Lists in pages: a bounded number of rows and a cursor to the next.

use crate::StoreError;
use std::{fmt, str::FromStr};

/// The most rows one page holds.
pub const MAX_PAGE: u32 = 100;

/// Where the next page begins: the sort key and the row number of the last row seen. Opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) key: i64,
    pub(crate) row: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.key, self.row)
    }
}

impl FromStr for Cursor {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let wrong = || StoreError::Cursor(text.chars().take(64).collect());
        let (key, row) = text.split_once('.').ok_or_else(wrong)?;
        Ok(Self { key: key.parse().map_err(|_| wrong())?, row: row.parse().map_err(|_| wrong())? })
    }
}

/// Rows and, when there are more, where they continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most [`MAX_PAGE`].
    pub items: Vec<T>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// From one row more than `limit`, when there was one.
    pub(crate) fn cut(mut rows: Vec<(Cursor, T)>, limit: u32) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|(cursor, _)| *cursor) } else { None };
        Self { items: rows.into_iter().map(|(_, item)| item).collect(), next }
    }
}

/// A limit between 1 and [`MAX_PAGE`].
pub(crate) fn bounded(limit: u32) -> u32 {
    limit.clamp(1, MAX_PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_refuse_rubbish() {
        let cursor = Cursor { key: -3, row: 12 };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for bad in ["", "1", "a.b", "1.", "1.2.3", "99999999999999999999.1"] {
            assert!(matches!(bad.parse::<Cursor>(), Err(StoreError::Cursor(_))), "{bad}");
        }
    }
}
