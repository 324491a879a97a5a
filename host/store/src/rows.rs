//! Between columns and the model's types. A column that does not parse is a corrupt row, never a default.

use crate::StoreError;
use kandra_model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};

pub(crate) fn millis(value: i64) -> Timestamp {
    Timestamp::from_millis(value)
}

pub(crate) fn parse<T: FromStr<Err: Display>>(table: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Corrupt { table, problem: error.to_string() })
}

pub(crate) fn parse_some<T: FromStr<Err: Display>>(table: &'static str, text: Option<String>) -> Result<Option<T>, StoreError> {
    text.map(|text| parse(table, &text)).transpose()
}

pub(crate) fn named<T>(table: &'static str, name: &str, find: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    find(name).ok_or_else(|| StoreError::Corrupt { table, problem: format!("{name:?} is unknown") })
}

pub(crate) fn from_json<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { table, problem: error.to_string() })
}

/// For the model's own types, whose serialisation cannot fail.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the model's types have string keys only")
}

/// The name of a fieldless enum variant, as JSON and SQL have it.
pub(crate) fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => unreachable!("a fieldless variant serialises to a string, not {other:?}"),
    }
}

/// The variant with this name.
pub(crate) fn from_name<T: DeserializeOwned>(table: &'static str, name: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(name)).map_err(|error| StoreError::Corrupt { table, problem: error.to_string() })
}
