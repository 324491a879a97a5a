//! Requests and answers as JSON, and their limits.
//!
//! ```json
//! {"statements": [{"sql": "INSERT INTO note (text) VALUES (?1)", "params": ["milk"], "must_change": false}]}
//! [{"columns": [], "rows": [], "changed": 1, "last_id": 7}]
//! ```
//!
//! A value is null, a number, a text, or `{"$blob": "base64"}`; `true` and `false` go in as 1 and 0.

use super::{MOST_REQUEST, MOST_STATEMENTS, Refused};
use base64::{Engine, engine::general_purpose::STANDARD};
use kandra_abi::Status;
use rusqlite::{
    Row,
    types::{ToSqlOutput, Value as Held, ValueRef},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most rows of one request's answers.
const MOST_ROWS: usize = 1_000;
/// The most bytes of one request's answers.
const MOST_BYTES: usize = 4 << 20;
const BLOB: &str = "$blob";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    statements: Vec<AskedStatement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedStatement {
    sql: String,
    #[serde(default)]
    params: Vec<Value>,
    #[serde(default)]
    must_change: bool,
}

/// What a library asks for.
#[derive(Debug)]
pub struct Request {
    pub(super) statements: Vec<Statement>,
}

/// One statement with its values.
#[derive(Debug)]
pub(super) struct Statement {
    pub sql: String,
    pub params: Vec<Param>,
    /// Whether everything is taken back when it changes nothing.
    pub must_change: bool,
}

/// A value for a statement.
#[derive(Debug)]
pub(super) struct Param(Held);

impl rusqlite::ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed((&self.0).into()))
    }
}

impl Request {
    /// Reads one, and refuses what is malformed or above a limit.
    pub fn read(json: &[u8]) -> Result<Self, Refused> {
        if json.len() > MOST_REQUEST {
            return Err(Refused::new(Status::TOO_LARGE, "statements and their values may have 4 MiB together"));
        }
        let asked: Asked = serde_json::from_slice(json).map_err(|e| Refused::invalid(format!("the request is malformed: {e}")))?;
        if asked.statements.len() > MOST_STATEMENTS {
            return Err(Refused::new(Status::TOO_LARGE, format!("a transaction may have {MOST_STATEMENTS} statements")));
        }
        let statement = |AskedStatement { sql, params, must_change }| {
            let param =
                |(at, value): (usize, Value)| held(value).map_err(|problem| Refused::invalid(format!("parameter {}: {problem}", at + 1)));
            let params = params.into_iter().enumerate().map(param).collect::<Result<_, _>>()?;
            Ok(Statement { sql, params, must_change })
        };
        Ok(Self { statements: asked.statements.into_iter().map(statement).collect::<Result<_, Refused>>()? })
    }
}

fn held(value: Value) -> Result<Param, &'static str> {
    Ok(Param(match value {
        Value::Null => Held::Null,
        Value::Bool(truth) => Held::Integer(truth.into()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Held::Integer(integer),
            (None, Some(real)) if !number.is_u64() => Held::Real(real),
            _ => return Err("the number does not fit into 64 bits with a sign"),
        },
        Value::String(text) => Held::Text(text),
        Value::Object(object) => {
            let encoded = object.get(BLOB).filter(|_| object.len() == 1).and_then(Value::as_str);
            let encoded = encoded.ok_or("an object is no SQL value; store it as text, with serde_json::to_string")?;
            Held::Blob(STANDARD.decode(encoded).map_err(|_| "the blob is not base64")?)
        }
        Value::Array(_) => return Err("a list is no SQL value; store it as text, with serde_json::to_string, or give each its own `?`"),
    }))
}

/// What one statement came to.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    /// Rows that it inserted, changed or deleted.
    pub changed: u64,
    /// The row id of the connection's newest insertion.
    pub last_id: i64,
}

pub(super) fn write(answers: &[Answer]) -> Vec<u8> {
    serde_json::to_vec(answers).expect("answers are plain data")
}

/// How much a request's answers hold by now.
#[derive(Debug, Default)]
pub(super) struct Total {
    rows: usize,
    bytes: usize,
}

impl Total {
    /// Copies a row, unless it is one too many.
    pub fn take(&mut self, row: &Row<'_>, columns: usize) -> Result<Vec<Value>, Refused> {
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return Err(Refused::invalid(format!("the result has more than {MOST_ROWS} rows; use LIMIT")));
        }
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let value = row.get_ref(column)?;
            self.bytes += match value {
                ValueRef::Text(bytes) => bytes.len() + 16,
                ValueRef::Blob(bytes) => bytes.len().div_ceil(3) * 4 + 32,
                _ => 24,
            };
            if self.bytes > MOST_BYTES {
                return Err(Refused::invalid("the result has more than 4 MiB; use LIMIT, or select fewer columns"));
            }
            values.push(shown(value));
        }
        Ok(values)
    }
}

fn shown(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => integer.into(),
        // Infinity, which JSON does not have, becomes null.
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => Value::Object(Map::from_iter([(BLOB.to_owned(), STANDARD.encode(bytes).into())])),
    }
}
