#![no_std]
#![forbid(unsafe_code)]
//! A book that visitors sign, in SQL: pages of twenty, newest first, and everybody may take back what is theirs.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Entries of one page.
const PAGE: usize = 20;
/// Entries of the whole book, and of one visitor.
const MOST_ENTRIES: i64 = 5000;
const MOST_OF_ONE: i64 = 50;
/// Characters.
const MOST_NAME: usize = 40;
const MOST_TEXT: usize = 500;

fn mount(routes: &mut Routes) {
    routes.migration(
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, visitor TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL)",
    );
    routes.migration("CREATE INDEX entry_visitor ON entry (visitor)");
    routes.get("/entries", entries);
    routes.post("/entries", sign);
    routes.delete("/entries/{id}", take_back);
    routes.widget(widget::show);
}

/// One page: the newest, or those before an id. Unlike numbered pages it does not shift when somebody signs meanwhile.
async fn entries(req: Request, ctx: Ctx) -> Result<Response> {
    let before = req.query_as::<i64>("before")?.unwrap_or(i64::MAX);
    let sql = "SELECT id, name, text, at, visitor = ?2 AND ?2 <> '' AS mine FROM entry WHERE id < ?1 ORDER BY id DESC LIMIT ?3";
    let mut rows = ctx.sql().query(sql, params![before, req.visitor(), PAGE as i64 + 1]).await?;
    let older = rows.len() > PAGE;
    rows.truncate(PAGE);
    let mut entries = Vec::new();
    for row in &rows {
        let (id, name, text): (i64, String, String) = (row.get("id")?, row.get("name")?, row.get("text")?);
        entries.push(json!({ "id": id, "name": name, "text": text, "at": row.get::<i64>("at")?, "mine": row.get::<i64>("mine")? == 1 }));
    }
    Response::json(&json!({ "entries": entries, "older": older }))
}

#[derive(Deserialize)]
struct Signature {
    name: String,
    text: String,
}

/// The limits stand in the statement itself, so that many who sign at once cannot pass them together.
async fn sign(req: Request, ctx: Ctx) -> Result<Response> {
    let new: Signature = req.json()?;
    let (name, text) = (new.name.trim(), new.text.trim());
    if name.is_empty() || name.chars().count() > MOST_NAME {
        return Err(Error::bad_request(format!("A name has 1 to {MOST_NAME} characters.")));
    }
    if text.is_empty() || text.chars().count() > MOST_TEXT {
        return Err(Error::bad_request(format!("A line has 1 to {MOST_TEXT} characters.")));
    }
    let sql = "INSERT INTO entry (visitor, name, text, at) SELECT ?1, ?2, ?3, ?4
        WHERE (SELECT count(*) FROM entry) < ?5 AND (?1 = '' OR (SELECT count(*) FROM entry WHERE visitor = ?1) < ?6) RETURNING id";
    let values = params![req.visitor(), name, text, ctx.now(), MOST_ENTRIES, MOST_OF_ONE];
    let Some(row) = ctx.sql().query_one(sql, values).await? else {
        return Err(Error::conflict("The book is full, or you have written in it too often."));
    };
    Ok(Response::json(&json!({ "id": row.get::<i64>("id")?, "name": name, "text": text }))?.with_status(201))
}

async fn take_back(req: Request, ctx: Ctx) -> Result<Response> {
    let id: i64 = req.param_as("id")?;
    if ctx.sql().execute("DELETE FROM entry WHERE id = ?1 AND visitor = ?2 AND ?2 <> ''", params![id, req.visitor()]).await? == 1 {
        return Response::json(&json!({ "removed": id }));
    }
    Err(match ctx.sql().query_one("SELECT id FROM entry WHERE id = ?1", params![id]).await? {
        Some(_) => Error::forbidden("Only who wrote an entry can take it back."),
        None => Error::not_found("There is no such entry."),
    })
}

#[cfg(test)]
mod tests;
