#![no_std]
#![forbid(unsafe_code)]
//! A table that everybody can fill in: one row a thing, one column a field.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

mod field;
mod order;
mod widget;

use field::{Field, Kind};
use order::Sort;

kandra::feature!(mount);

/// What one row is.
const THING: &str = "plant";
/// The columns.
const FIELDS: &[Field] = &[
    Field { name: "Name", kind: Kind::Text, choices: &[], range: None },
    Field { name: "Last watered", kind: Kind::Date, choices: &[], range: None },
    Field { name: "Location", kind: Kind::Text, choices: &[], range: None },
];
/// How the rows stand until a visitor sorts them by a column.
const SORT: Sort = Sort::Added;
/// Columns that show their sum, and their average.
const TOTALS: &[usize] = &[];
const AVERAGES: &[usize] = &[];
/// Whether every visitor may vote for rows.
const VOTES: bool = false;
/// Whether there is a field to filter by.
const SEARCH: bool = false;
/// At most so many rows.
const MOST_ROWS: usize = 200;

pub type Row = BTreeMap<String, String>;

fn mount(routes: &mut Routes) {
    routes.get("/", rows);
    routes.post("/rows", add);
    routes.put("/rows/{id}", change);
    routes.delete("/rows/{id}", remove);
    routes.post("/rows/{id}/vote", vote);
    routes.widget(widget::show);
}

async fn rows(req: Request, ctx: Ctx) -> Result<Response> {
    let votes: BTreeMap<String, i64> = ctx.kv().list_json::<i64>("votes:").await?.into_iter().collect();
    let mut rows = Vec::new();
    for (key, values) in ctx.kv().list_json::<Row>("row:").await? {
        let id = key.trim_start_matches("row:").to_owned();
        let votes = votes.get(&format!("votes:{id}")).copied().unwrap_or(0);
        rows.push(order::Entry { id, values, votes });
    }
    order::sort(&mut rows, ctx.now());
    let mine: Vec<String> = ctx.kv().list(&format!("by:{}:", req.visitor())).await?.into_iter().map(|(key, _)| key).collect();
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            let voted = mine.contains(&voter(&req, &row.id));
            json!({ "id": row.id, "values": row.values, "votes": row.votes, "voted": voted })
        })
        .collect();
    Response::json(&json!({ "thing": THING, "rows": rows }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let row = checked(&req.json()?)?;
    if ctx.kv().list("row:").await?.len() >= MOST_ROWS {
        return Err(Error::conflict(format!("⟦The table is full: at most {MOST_ROWS} rows. Remove one first.|Die Tabelle ist voll: höchstens {MOST_ROWS} Zeilen. Entferne erst eine.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("row:{id}"), &row).await?;
    Ok(Response::json(&json!({ "id": id, "values": row }))?.with_status(201))
}

/// Changes the values that are sent; the others stay as they are.
async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    let sent: Row = req.json()?;
    let key = format!("row:{}", req.param("id")?);
    for _ in 0..5 {
        let Some(before) = ctx.kv().get(&key).await? else {
            return Err(Error::not_found("⟦This entry is gone.|Diesen Eintrag gibt es nicht mehr.⟧"));
        };
        let mut row: Row = ctx.kv().get_json(&key).await?.unwrap_or_default();
        row.extend(sent.clone());
        let row = checked(&row)?;
        if ctx.kv().compare_and_set(&key, Some(&before), &json!(row).to_string()).await? {
            return Response::json(&json!({ "id": req.param("id")?, "values": row }));
        }
    }
    Err(Error::conflict("⟦Others change this too just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    if !ctx.kv().delete(&format!("row:{id}")).await? {
        return Err(Error::not_found("⟦This entry is gone already.|Diesen Eintrag gibt es schon nicht mehr.⟧"));
    }
    ctx.kv().delete(&format!("votes:{id}")).await?;
    Response::json(&json!({ "removed": true }))
}

/// One vote a visitor; a second press takes it back.
async fn vote(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    if !VOTES || ctx.kv().get(&format!("row:{id}")).await?.is_none() {
        return Err(Error::not_found("⟦There is nothing to vote for.|Hier gibt es nichts zum Abstimmen.⟧"));
    }
    let voter = voter(&req, id);
    let votes = format!("votes:{id}");
    let gave = ctx.kv().compare_and_set(&voter, None, "1").await?;
    let took = !gave && ctx.kv().delete(&voter).await?;
    let votes = ctx.kv().increment(&votes, i64::from(gave) - i64::from(took)).await?;
    Response::json(&json!({ "id": id, "votes": votes, "voted": gave }))
}

fn voter(req: &Request, id: &str) -> String {
    format!("by:{}:{id}", req.visitor())
}

/// The row, each value checked against its field. Field names that do not exist are ignored.
fn checked(sent: &Row) -> Result<Row> {
    let mut row = Row::new();
    for (index, field) in FIELDS.iter().enumerate() {
        let value = sent.get(field.name).map(|value| value.trim()).unwrap_or_default();
        if index == 0 && value.is_empty() {
            return Err(Error::bad_request(format!("⟦{} is needed.|{} fehlt.⟧", field.name)));
        }
        field.check(value).map_err(Error::bad_request)?;
        row.insert(field.name.to_owned(), value.to_owned());
    }
    Ok(row)
}
