//{{#places}}
//! Who takes a row, or one of its places.
use crate::Row;
use kandra::prelude::*;
use std::collections::BTreeMap;

/// How many may take one row.
const PLACES: usize = 1;
/// The column that says it for each row.
const PLACES_FROM: Option<usize> = None;
const MOST_CHARS: usize = 60;

/// How many places this row has.
pub fn places(row: &Row) -> usize {
    let said = PLACES_FROM.and_then(|column| row.get(crate::FIELDS[column].name)).and_then(|value| value.parse::<f64>().ok());
    said.map_or(PLACES, |said| said.clamp(0.0, 500.0) as usize)
}

pub async fn all(ctx: &Ctx) -> Result<BTreeMap<String, Vec<String>>> {
    let all = ctx.kv().list_json::<Vec<String>>("names:").await?;
    Ok(all.into_iter().map(|(key, names)| (key.trim_start_matches("names:").to_owned(), names)).collect())
}

#[derive(Deserialize)]
struct Person {
    name: String,
}

pub async fn join(req: Request, ctx: Ctx) -> Result<Response> {
    let Person { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let row: Row = ctx.kv().get_json(&format!("row:{}", req.param("id")?)).await?.ok_or_else(crate::gone)?;
    change(&req, &ctx, |names| {
        if names.len() >= places(&row) {
            return Err(Error::conflict("⟦This is taken already.|Das ist schon vergeben.⟧"));
        }
        if names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            return Err(Error::conflict("⟦This name is there already.|Dieser Name steht schon da.⟧"));
        }
        names.push(name.to_owned());
        Ok(())
    })
    .await
}

pub async fn leave(req: Request, ctx: Ctx) -> Result<Response> {
    let place: usize = req.param_as("place")?;
    let name = req.query("name").unwrap_or_default();
    change(&req, &ctx, |names| {
        // The place may be another's by now.
        if names.get(place) != Some(&name) {
            return Err(Error::conflict("⟦This has changed. Look again.|Das hat sich geändert. Schau noch einmal.⟧"));
        }
        names.remove(place);
        Ok(())
    })
    .await
}

/// Two who take the last place at once do not both get it.
async fn change(req: &Request, ctx: &Ctx, how: impl Fn(&mut Vec<String>) -> Result<()>) -> Result<Response> {
    let key = format!("names:{}", req.param("id")?);
    for _ in 0..6 {
        let before = ctx.kv().get(&key).await?;
        let mut names = ctx.kv().get_json::<Vec<String>>(&key).await?.unwrap_or_default();
        how(&mut names)?;
        if ctx.kv().compare_and_set(&key, before.as_deref(), &json!(names).to_string()).await? {
            return Response::json(&json!({ "names": names }));
        }
    }
    Err(crate::busy())
}
//{{/places}}
