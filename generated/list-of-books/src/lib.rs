#![no_std]
#![forbid(unsafe_code)]
//! A table that everybody can fill in: one row a thing, one column a field.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

mod field;
mod widget;

use field::{Field, Kind};

kandra::feature!(mount);

/// What one row is.
const THING: &str = "book";
/// The columns.
const FIELDS: &[Field] = &[
    Field { name: "Title", kind: Kind::Text, choices: &[] },
    Field { name: "Author", kind: Kind::Text, choices: &[] },
    Field { name: "Rating", kind: Kind::Number, choices: &[] },
];
/// Whether number columns show their sum.
const TOTALS: bool = false;
/// At most so many rows.
const MOST_ROWS: usize = 200;

type Row = BTreeMap<String, String>;

fn mount(routes: &mut Routes) {
    routes.get("/", rows);
    routes.post("/rows", add);
    routes.put("/rows/{id}", change);
    routes.delete("/rows/{id}", remove);
    routes.widget(widget::show);
}

async fn rows(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut rows = Vec::new();
    for (key, values) in ctx.kv().list_json::<Row>("row:").await? {
        let id = key.trim_start_matches("row:");
        rows.push(json!({ "id": id, "values": values }));
    }
    Response::json(&json!({ "thing": THING, "rows": rows }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let row = checked(&req)?;
    if ctx.kv().list("row:").await?.len() >= MOST_ROWS {
        return Err(Error::conflict(format!("The table is full: at most {MOST_ROWS} rows. Remove one first.")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("row:{id}"), &row).await?;
    Ok(Response::json(&json!({ "id": id, "values": row }))?.with_status(201))
}

async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    let row = checked(&req)?;
    let key = format!("row:{}", req.param("id")?);
    if ctx.kv().get(&key).await?.is_none() {
        return Err(Error::not_found(format!("This {THING} is gone.")));
    }
    ctx.kv().set_json(&key, &row).await?;
    Response::json(&json!({ "id": req.param("id")?, "values": row }))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let gone = ctx.kv().delete(&format!("row:{}", req.param("id")?)).await?;
    if !gone {
        return Err(Error::not_found(format!("This {THING} is gone already.")));
    }
    Response::json(&json!({ "removed": true }))
}

/// The row in the body, each value checked against its field. Field names that do not exist are ignored.
fn checked(req: &Request) -> Result<Row> {
    let sent: Row = req.json()?;
    let mut row = Row::new();
    for (index, field) in FIELDS.iter().enumerate() {
        let value = sent.get(field.name).map(|value| value.trim()).unwrap_or_default();
        if index == 0 && value.is_empty() {
            return Err(Error::bad_request(format!("{} is needed.", field.name)));
        }
        field.check(value).map_err(Error::bad_request)?;
        row.insert(field.name.to_owned(), value.to_owned());
    }
    Ok(row)
}
