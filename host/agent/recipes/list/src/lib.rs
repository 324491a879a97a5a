#![no_std]
#![forbid(unsafe_code)]
//! A table that everybody can fill in: one row a thing, one column a field.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

//{{#comments}}
mod comments;
//{{/comments}}
mod field;
//{{#groups}}
mod groups;
//{{/groups}}
mod order;
//{{#places}}
mod places;
//{{/places}}
//{{#rate}}
mod stars;
//{{/rate}}
//{{#ticks}}
mod ticks;
//{{/ticks}}
//{{#votes}}
mod votes;
//{{/votes}}
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
/// Whether there is a field to search in.
const SEARCH: bool = false;
/// At most so many rows.
const MOST_ROWS: usize = 200;
//{{#unique}}
/// The column in which nothing stands twice.
const UNIQUE: usize = 0;
//{{/unique}}
//{{#once}}
/// At most so many rows for each visitor.
const EACH: usize = 1;
//{{/once}}
//{{#renew}}
/// After so many days everything begins anew.
const DAYS: i64 = 1;
//{{/renew}}

pub type Row = BTreeMap<String, String>;

fn mount(routes: &mut Routes) {
    routes.get("/", rows);
    routes.post("/rows", add);
    routes.put("/rows/{id}", change);
    routes.delete("/rows/{id}", remove);
    //{{#votes}}
    routes.post("/rows/{id}/vote", votes::vote);
    //{{/votes}}
    //{{#rate}}
    routes.put("/rows/{id}/stars", stars::rate);
    //{{/rate}}
    //{{#places}}
    routes.post("/rows/{id}/names", places::join);
    routes.delete("/rows/{id}/names/{place}", places::leave);
    //{{/places}}
    //{{#comments}}
    routes.post("/rows/{id}/comments", comments::comment);
    //{{/comments}}
    //{{#clear}}
    routes.post("/clear", ticks::clear);
    //{{/clear}}
    //{{#untick}}
    routes.post("/untick", ticks::untick);
    //{{/untick}}
    routes.widget(widget::show);
}

async fn rows(req: Request, ctx: Ctx) -> Result<Response> {
    //{{#renew}}
    renew(&ctx).await?;
    //{{/renew}}
    //{{#votes}}
    let votes = votes::all(&req, &ctx).await?;
    //{{/votes}}
    //{{#rate}}
    let stars = stars::all(&req, &ctx).await?;
    //{{/rate}}
    //{{#places}}
    let places = places::all(&ctx).await?;
    //{{/places}}
    //{{#comments}}
    let comments = comments::all(&ctx).await?;
    //{{/comments}}
    let _ = &req;
    let mut rows = Vec::new();
    for (key, values) in ctx.kv().list_json::<Row>("row:").await? {
        let id = key.trim_start_matches("row:");
        let shown = json!({
            "id": id,
            "values": values,
            //{{#votes}}
            "votes": votes.of(id),
            "voted": votes.is_mine(id),
            //{{/votes}}
            //{{#rate}}
            "stars": stars.average(id),
            "ratings": stars.count(id),
            "mine": stars.mine(id),
            //{{/rate}}
            //{{#places}}
            "names": places.get(id).cloned().unwrap_or_default(),
            "places": places::places(&values),
            //{{/places}}
            //{{#comments}}
            "comments": comments.get(id).cloned().unwrap_or_default(),
            //{{/comments}}
        });
        //{{#by_votes}}
        let rank = votes.of(id);
        //{{/by_votes}}
        //{{#by_stars}}
        let rank = stars.rank(id);
        //{{/by_stars}}
        //{{^ranked}}
        let rank = 0;
        //{{/ranked}}
        rows.push(order::Entry { values, rank, shown });
    }
    order::sort(&mut rows, ctx.now());
    Response::json(&json!({
        "thing": THING,
        //{{#limit}}
        "most": MOST_ROWS,
        //{{/limit}}
        //{{#groups}}
        "groups": groups::groups(&rows),
        //{{/groups}}
        "rows": rows.into_iter().map(|row| row.shown).collect::<Vec<_>>(),
    }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    //{{#renew}}
    renew(&ctx).await?;
    //{{/renew}}
    let row = checked(&req.json()?)?;
    let before = ctx.kv().list_json::<Row>("row:").await?;
    if before.len() >= MOST_ROWS {
        return Err(Error::conflict(format!("⟦The table is full: at most {MOST_ROWS} rows. Remove one first.|Die Tabelle ist voll: höchstens {MOST_ROWS} Zeilen. Entferne erst eine.⟧")));
    }
    //{{#unique}}
    let first = FIELDS[UNIQUE].name;
    if row.get(first).is_some_and(|v| !v.is_empty()) && before.iter().any(|(_, other)| other.get(first).map(|v| v.to_lowercase()) == row.get(first).map(|v| v.to_lowercase())) {
        return Err(Error::conflict(format!("⟦{first}: this is in the table already.|{first}: Das steht schon in der Tabelle.⟧")));
    }
    //{{/unique}}
    //{{#once}}
    let own = format!("own:{}:", req.visitor());
    let mine = ctx.kv().list(&own).await?;
    let there = mine.iter().filter(|(key, _)| before.iter().any(|(row, _)| row.rsplit(':').next() == key.rsplit(':').next())).count();
    if there >= EACH {
        return Err(Error::conflict(format!("⟦At most {EACH} each: change or remove yours first.|Höchstens {EACH} je Person: Ändere oder entferne erst deinen Eintrag.⟧")));
    }
    //{{/once}}
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    //{{#once}}
    ctx.kv().set(&format!("{own}{id}"), "1").await?;
    //{{/once}}
    ctx.kv().set_json(&format!("row:{id}"), &row).await?;
    Ok(Response::json(&json!({ "id": id, "values": row }))?.with_status(201))
}

/// Changes the values that are sent; the others stay as they are.
async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    let sent: Row = req.json()?;
    let key = format!("row:{}", req.param("id")?);
    for _ in 0..5 {
        let Some(before) = ctx.kv().get(&key).await? else { return Err(gone()) };
        let mut row: Row = ctx.kv().get_json(&key).await?.unwrap_or_default();
        row.extend(sent.clone());
        let row = checked(&row)?;
        if ctx.kv().compare_and_set(&key, Some(&before), &json!(row).to_string()).await? {
            return Response::json(&json!({ "id": req.param("id")?, "values": row }));
        }
    }
    Err(busy())
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !forget(&ctx, req.param("id")?).await? {
        return Err(gone());
    }
    Response::json(&json!({ "removed": true }))
}

/// Takes a row away with all that belongs to it.
async fn forget(ctx: &Ctx, id: &str) -> Result<bool> {
    for of in ["votes", "stars", "names", "comments"] {
        ctx.kv().delete(&format!("{of}:{id}")).await?;
    }
    ctx.kv().delete(&format!("row:{id}")).await
}

//{{#renew}}
/// On the first call of a new day or week, counted in UTC, weeks from Monday.
async fn renew(ctx: &Ctx) -> Result<()> {
    let now = (ctx.now().div_euclid(86_400_000) + 3).div_euclid(DAYS).to_string();
    let before = ctx.kv().get("period").await?;
    if before.as_ref() == Some(&now) || !ctx.kv().compare_and_set("period", before.as_deref(), &now).await? {
        return Ok(());
    }
    //{{#renew_ticks}}
    ticks::untick_all(ctx).await?;
    //{{/renew_ticks}}
    //{{#renew_rows}}
    for (key, _) in ctx.kv().list("row:").await? {
        forget(ctx, key.trim_start_matches("row:")).await?;
    }
    //{{/renew_rows}}
    //{{#renew_names}}
    for (key, _) in ctx.kv().list("names:").await? {
        ctx.kv().delete(&key).await?;
    }
    //{{/renew_names}}
    //{{#renew_votes}}
    votes::forget_all(ctx).await?;
    //{{/renew_votes}}
    Ok(())
}

//{{/renew}}
fn gone() -> Error {
    Error::not_found("⟦This entry is gone.|Diesen Eintrag gibt es nicht mehr.⟧")
}

fn busy() -> Error {
    Error::conflict("⟦Others change this too just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧")
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
