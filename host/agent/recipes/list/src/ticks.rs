//{{#ticks}}
//! All ticks at once: what is ticked goes, or every tick does.
use crate::Row;
use kandra::prelude::*;

/// The column of ticks.
const TICK: usize = 1;

fn is_ticked(row: &Row) -> bool {
    row.get(crate::FIELDS[TICK].name).is_some_and(|value| value == "yes")
}
//{{#clear}}

/// Removes the rows that are ticked.
pub async fn clear(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut removed = 0;
    for (key, row) in ctx.kv().list_json::<Row>("row:").await? {
        if is_ticked(&row) {
            removed += i64::from(crate::forget(&ctx, key.trim_start_matches("row:")).await?);
        }
    }
    Response::json(&json!({ "removed": removed }))
}
//{{/clear}}
//{{#unticks}}

/// Takes all ticks away; a row that changes meanwhile keeps its own.
pub async fn untick_all(ctx: &Ctx) -> Result<i64> {
    let mut changed = 0;
    for (key, before) in ctx.kv().list("row:").await? {
        let mut row: Row = kandra::serde_json::from_str(&before)?;
        if is_ticked(&row) {
            row.insert(crate::FIELDS[TICK].name.to_owned(), "no".to_owned());
            changed += i64::from(ctx.kv().compare_and_set(&key, Some(&before), &json!(row).to_string()).await?);
        }
    }
    Ok(changed)
}
//{{/unticks}}
//{{#untick}}

pub async fn untick(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "changed": untick_all(&ctx).await? }))
}
//{{/untick}}
//{{/ticks}}
