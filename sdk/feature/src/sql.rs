//! The feature's own database.

mod row;

pub use row::{Blob, Row};

use crate::{Error, Result};
use kandra_abi::{Status, op_kind};
use kandra_rt::op::Operation;
use row::Rows;
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::Value;

/// The feature's own database: SQLite, for data that are asked for in more than one way. It survives swaps, restarts and
/// rollbacks; no other feature sees it. What is found by one key is simpler and faster in [`Kv`](crate::Kv).
///
/// Tables are made by [`Routes::migration`](crate::Routes::migration). Values go in as parameters, `?1 ?2 …`, never as
/// parts of the text. A call runs one statement, a [`transaction`](Sql::transaction) several; either everything of it
/// happened or nothing. Limits: 1 s, 1000 rows and 4 MiB for a result, 1 MiB for a value, 64 MiB for the whole.
///
/// ```no_run
/// use kandra::prelude::*;
///
/// fn mount(routes: &mut Routes) {
///     routes.migration("CREATE TABLE note (id INTEGER PRIMARY KEY, author TEXT NOT NULL, text TEXT NOT NULL)");
///     routes.post("/notes", add);
///     routes.get("/notes/{author}", by);
/// }
///
/// #[derive(Deserialize)]
/// struct New {
///     author: String,
///     text: String,
/// }
///
/// async fn add(req: Request, ctx: Ctx) -> Result<Response> {
///     let new: New = req.json()?;
///     let id = ctx.sql().insert("INSERT INTO note (author, text) VALUES (?1, ?2)", params![new.author, new.text]).await?;
///     Response::json(&json!({ "id": id }))
/// }
///
/// async fn by(req: Request, ctx: Ctx) -> Result<Response> {
///     let sql = "SELECT id, text FROM note WHERE author = ?1 ORDER BY id DESC LIMIT 50";
///     let notes = ctx.sql().query(sql, params![req.param("author")?]).await?;
///     for note in &notes {
///         let (id, text): (i64, String) = (note.get("id")?, note.get("text")?);
///         ctx.log().debug(format!("{id}: {text}"));
///     }
///     Response::json(&notes)
/// }
/// # kandra::testing::Rig::mount(mount).get("/notes/Ada");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    _private: (),
}

/// What one statement came to.
#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    rows: Rows,
    changed: u64,
    last_id: i64,
}

impl Sql {
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }

    /// Runs a statement and answers its rows: a `SELECT`, or one that ends with `RETURNING`.
    ///
    /// # Errors
    /// As all of these functions: 409 when a constraint of a table refuses (the log says which), 413 when a value is too
    /// large, 507 when the database is full, 503 when it takes too long or the host cannot do it now, 500 when the
    /// statement is wrong or the capability `sql` is not declared.
    pub async fn query<P: Serialize>(self, sql: &str, params: P) -> Result<Vec<Row>> {
        Ok(one(sql, params).await?.rows.into_rows())
    }

    /// The same for at most one row: the first.
    ///
    /// # Errors
    /// As [`query`](Sql::query).
    pub async fn query_one<P: Serialize>(self, sql: &str, params: P) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// As [`query`](Sql::query).
    pub async fn execute<P: Serialize>(self, sql: &str, params: P) -> Result<u64> {
        Ok(one(sql, params).await?.changed)
    }

    /// Runs an `INSERT` and answers the new row's id.
    ///
    /// # Errors
    /// As [`query`](Sql::query).
    pub async fn insert<P: Serialize>(self, sql: &str, params: P) -> Result<i64> {
        Ok(one(sql, params).await?.last_id)
    }

    /// Collects statements and runs them in order, all or none; answers how many rows each changed.
    ///
    /// The closure runs before any of them: what a later one needs of an earlier one is fetched in SQL, as
    /// `last_insert_rowid()` or a subquery.
    ///
    /// ```no_run
    /// # use kandra::prelude::*;
    /// async fn pay(ctx: &Ctx, from: &str, to: &str, amount: u32) -> Result<()> {
    ///     let paid = ctx.sql().transaction(|tx| {
    ///         tx.must_change("UPDATE account SET coins = coins - ?2 WHERE name = ?1 AND coins >= ?2", params![from, amount])?;
    ///         tx.must_change("UPDATE account SET coins = coins + ?2 WHERE name = ?1", params![to, amount])
    ///     });
    ///     match paid.await {
    ///         Err(error) if error.status() == 409 => Err(Error::conflict("there are not enough coins")),
    ///         paid => paid.map(|_| ()),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`query`](Sql::query); 409 when a [`must_change`](Batch::must_change) changed nothing; what the closure answers.
    pub async fn transaction(self, collect: impl FnOnce(&mut Batch) -> Result<()>) -> Result<Vec<u64>> {
        let mut batch = Batch { statements: Vec::new() };
        collect(&mut batch)?;
        Ok(ask(&batch).await?.into_iter().map(|answer| answer.changed).collect())
    }
}

/// The statements of a [`transaction`](Sql::transaction), at most 100.
#[derive(Debug, Serialize)]
pub struct Batch {
    statements: Vec<Statement>,
}

#[derive(Debug, Serialize)]
struct Statement {
    sql: String,
    params: Value,
    must_change: bool,
}

impl Batch {
    /// Adds a statement.
    ///
    /// # Errors
    /// 500 when the parameters cannot be values.
    pub fn execute<P: Serialize>(&mut self, sql: &str, params: P) -> Result<()> {
        self.statements.push(statement(sql, params, false)?);
        Ok(())
    }

    /// Adds a statement that has to change at least one row; otherwise nothing of the transaction happens.
    ///
    /// # Errors
    /// As [`execute`](Batch::execute).
    pub fn must_change<P: Serialize>(&mut self, sql: &str, params: P) -> Result<()> {
        self.statements.push(statement(sql, params, true)?);
        Ok(())
    }
}

fn statement(sql: &str, params: impl Serialize, must_change: bool) -> Result<Statement> {
    let params = match serde_json::to_value(params)? {
        // `()` for none.
        Value::Null => Value::Array(Vec::new()),
        list @ Value::Array(_) => list,
        _ => return Err(failed("the parameters are not a list: write params![…]")),
    };
    Ok(Statement { sql: sql.to_owned(), params, must_change })
}

async fn one(sql: &str, params: impl Serialize) -> Result<Answer> {
    let batch = Batch { statements: vec![statement(sql, params, false)?] };
    ask(&batch).await?.pop().ok_or_else(|| failed("the host gave no answer"))
}

async fn ask(batch: &Batch) -> Result<Vec<Answer>> {
    let request = serde_json::to_vec(batch)?;
    let output = Operation::start(op_kind::SQL, 0, &request).await;
    let reason = || String::from_utf8_lossy(output.data.as_slice()).into_owned();
    match output.status {
        Status::OK => Ok(serde_json::from_slice(output.data.as_slice())?),
        Status::INVALID => Err(failed(&reason())),
        Status::CONFLICT => Err(Error::conflict("That does not fit with what is there.").with_detail(format_args!("sql: {}", reason()))),
        status => {
            let error = Error::of_host(status, "sql").unwrap_or_else(|| failed("the host gave no answer"));
            Err(if output.data.is_empty() { error } else { error.with_detail(format_args!("sql: {}", reason())) })
        }
    }
}

#[cold]
fn failed(reason: &str) -> Error {
    Error::internal("This feature could not use its data.").with_detail(format_args!("sql: {reason}"))
}

/// The values of a statement's parameters: what [`params!`](crate::params) makes.
#[derive(Debug)]
pub struct Params(Result<Vec<Value>, String>);

impl Params {
    #[doc(hidden)]
    pub fn of<const N: usize>(values: [Result<Value, String>; N]) -> Self {
        Self(values.into_iter().collect())
    }

    #[doc(hidden)]
    pub fn value<T: Serialize + ?Sized>(value: &T) -> Result<Value, String> {
        serde_json::to_value(value).map_err(|error| error.to_string())
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(values) => values.serialize(serializer),
            Err(error) => Err(ser::Error::custom(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;
    use serde_json::json;

    #[test]
    fn parameters_are_a_list() {
        let given = |params: &dyn Fn() -> Result<Statement>| params().map(|statement| statement.params).ok();
        let name = "Ada".to_owned();
        assert_eq!(given(&|| statement("", params![name, 7, 1.5, None::<u8>, true], false)), Some(json!(["Ada", 7, 1.5, null, true])));
        assert_eq!(given(&|| statement("", params![], false)), Some(json!([])));
        assert_eq!(given(&|| statement("", (), false)), Some(json!([])));
        assert_eq!(given(&|| statement("", ("a", 1), false)), Some(json!(["a", 1])));
        assert_eq!(given(&|| statement("", [json!(null)].as_slice(), false)), Some(json!([null])));
        assert_eq!(given(&|| statement("", params![Blob(vec![1, 2])], false)), Some(json!([{ "$blob": "AQI=" }])));
        assert_eq!(given(&|| statement("", "a", false)), None);
        let unfit = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert_eq!(given(&|| statement("", params![unfit], false)), None);
    }

    #[test]
    fn the_rig_says_that_it_has_no_database() {
        use crate::{Ctx, Request, Response, Routes, testing::Rig};
        async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
            ctx.sql().execute("DELETE FROM note", ()).await?;
            Response::no_content()
        }
        let rig = Rig::mount(|routes: &mut Routes| {
            routes.migration("CREATE TABLE note (text)").get("/", index);
        });
        assert_eq!(rig.get("/").status(), 500);
        assert!(rig.logged()[0].contains("with_sql(kandra_sql::for_tests())"), "{:?}", rig.logged());
    }
}
