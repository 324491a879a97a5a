//! What a query answers.

use super::failed;
use crate::Result;
use crate::base64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned, ser::SerializeMap};
use serde_json::{Map, Value};
use std::rc::Rc;

/// A result as the host gives it.
#[derive(Deserialize)]
pub(super) struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    pub(super) fn into_rows(self) -> Vec<Row> {
        let columns: Rc<[String]> = self.columns.into();
        self.rows.into_iter().map(|values| Row { columns: Rc::clone(&columns), values }).collect()
    }
}

/// One row of a result. It serialises as an object, so `Response::json(&rows)` answers a list of objects.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Rc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// The value of a column, read as a `T`: `i64`, `f64`, `String`, `bool` (0 or 1), [`Blob`], or an `Option` of one of
    /// them where it may be null. Name what is computed: `SELECT count(*) AS total`.
    ///
    /// # Errors
    /// 500 when there is no such column, or its value is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let Some(value) = self.value(column) else {
            return Err(failed(&format!("there is no column `{column}`; there are: {}", self.columns.join(", "))));
        };
        let error = match T::deserialize(value) {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        // SQLite keeps truths as numbers.
        let truth =
            value.as_i64().filter(|number| matches!(number, 0 | 1)).and_then(|number| T::deserialize(Value::Bool(number == 1)).ok());
        truth.ok_or_else(|| failed(&format!("the column `{column}` is not what was expected: {error}")))
    }

    /// The value of a column as JSON; a blob is `{"$blob": "base64"}`.
    pub fn value(&self, column: &str) -> Option<&Value> {
        self.columns.iter().zip(&self.values).find(|(name, _)| *name == column).map(|(_, value)| value)
    }

    /// The row as a JSON object.
    pub fn json(&self) -> Value {
        Value::Object(self.columns.iter().cloned().zip(self.values.iter().cloned()).collect::<Map<_, _>>())
    }

    /// The row as a struct with a field for each column.
    ///
    /// # Errors
    /// 500 when it does not fit.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.json()).map_err(|error| failed(&format!("the row is not what was expected: {error}")))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, value) in self.columns.iter().zip(&self.values) {
            map.serialize_entry(column, value)?;
        }
        map.end()
    }
}

/// Bytes in the database: a parameter, or what [`Row::get`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("$blob", &base64::encode(&self.0))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Marked {
            #[serde(rename = "$blob")]
            bytes: String,
        }
        let marked = Marked::deserialize(deserializer)?;
        base64::decode(&marked.bytes).map(Self).ok_or_else(|| de::Error::custom("the blob is not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> Row {
        let rows =
            json!({ "columns": ["id", "text", "done", "share", "bytes", "none"], "rows": [[7, "milk", 1, 2, { "$blob": "AQID" }, null]] });
        serde_json::from_value::<Rows>(rows).unwrap().into_rows().remove(0)
    }

    #[test]
    fn columns_are_read_by_name() {
        let row = row();
        assert_eq!(row.get::<i64>("id").unwrap(), 7);
        assert_eq!(row.get::<String>("text").unwrap(), "milk");
        assert!(row.get::<bool>("done").unwrap());
        assert_eq!(row.get::<f64>("share").unwrap(), 2.0);
        assert_eq!(row.get::<Blob>("bytes").unwrap(), Blob(vec![1, 2, 3]));
        assert_eq!(row.get::<Option<String>>("none").unwrap(), None);
        assert!(row.get::<bool>("id").is_err() && row.get::<i64>("text").is_err() && row.get::<i64>("none").is_err());
        assert!(format!("{:?}", row.get::<i64>("ID").unwrap_err()).contains("id, text"));
    }

    #[test]
    fn a_row_is_an_object() {
        #[derive(Deserialize)]
        struct Note {
            id: u32,
            text: String,
        }
        let note: Note = row().parse().unwrap();
        assert_eq!((note.id, note.text.as_str()), (7, "milk"));
        assert_eq!(serde_json::to_value(row()).unwrap(), row().json());
        assert_eq!(row().json()["share"], 2);
    }
}
