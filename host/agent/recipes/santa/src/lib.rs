#![no_std]
#![forbid(unsafe_code)]
//! Everybody draws the name of another; nobody draws their own, and each sees only what they drew.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// At most so many names, and characters of one.
const MOST_NAMES: usize = 60;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/names", add);
    routes.delete("/names", remove);
    routes.post("/draw", draw);
    routes.post("/look", look);
    routes.post("/again", again);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Default)]
struct Lot {
    names: Vec<String>,
    /// For each name the place of the one it gives to; empty before the draw.
    gives: Vec<usize>,
    /// Which of them have looked.
    seen: Vec<bool>,
}

async fn lot(ctx: &Ctx) -> Result<(Option<String>, Lot)> {
    Ok((ctx.kv().get("lot").await?, ctx.kv().get_json("lot").await?.unwrap_or_default()))
}

/// Two who change it at once do not undo each other.
async fn change<T>(ctx: &Ctx, how: impl Fn(&mut Lot) -> Result<T>) -> Result<T> {
    for _ in 0..6 {
        let (before, mut lot) = lot(ctx).await?;
        let answer = how(&mut lot)?;
        if ctx.kv().compare_and_set("lot", before.as_deref(), &json!(lot).to_string()).await? {
            return Ok(answer);
        }
    }
    Err(Error::conflict("⟦Others change this just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let (_, lot) = lot(&ctx).await?;
    let names: Vec<Value> = lot.names.iter().enumerate().map(|(i, name)| json!({ "name": name, "seen": lot.seen.get(i).copied().unwrap_or(false) })).collect();
    Response::json(&json!({ "names": names, "drawn": !lot.gives.is_empty() }))
}

#[derive(Deserialize)]
struct Person {
    name: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Person { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    change(&ctx, |lot| {
        if !lot.gives.is_empty() {
            return Err(Error::conflict("⟦The names are drawn already.|Es ist schon ausgelost.⟧"));
        }
        if lot.names.len() >= MOST_NAMES || lot.names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            return Err(Error::conflict("⟦This name is there already, or there are too many.|Dieser Name steht schon da, oder es sind zu viele.⟧"));
        }
        lot.names.push(name.to_owned());
        Ok(())
    })
    .await?;
    Ok(show(req, ctx).await?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let name = req.query("name").unwrap_or_default();
    change(&ctx, |lot| {
        let Some(at) = lot.names.iter().position(|known| *known == name).filter(|_| lot.gives.is_empty()) else {
            return Err(Error::conflict("⟦This name cannot be removed now.|Dieser Name lässt sich jetzt nicht entfernen.⟧"));
        };
        lot.names.remove(at);
        Ok(())
    })
    .await?;
    show(req, ctx).await
}

/// One circle through all names in a random order: so nobody gives to themselves.
async fn draw(req: Request, ctx: Ctx) -> Result<Response> {
    let seeds: Vec<u64> = (0..MOST_NAMES).map(|_| ctx.random().below(1 << 30)).collect();
    change(&ctx, |lot| {
        if lot.names.len() < 3 {
            return Err(Error::conflict("⟦It takes at least three names.|Es braucht mindestens drei Namen.⟧"));
        }
        if !lot.gives.is_empty() {
            return Err(Error::conflict("⟦The names are drawn already.|Es ist schon ausgelost.⟧"));
        }
        let count = lot.names.len();
        let mut circle: Vec<usize> = (0..count).collect();
        circle.sort_by_key(|i| seeds[*i]);
        lot.gives = vec![0; count];
        for (at, person) in circle.iter().enumerate() {
            lot.gives[*person] = circle[(at + 1) % count];
        }
        lot.seen = vec![false; count];
        Ok(())
    })
    .await?;
    show(req, ctx).await
}

/// Whom somebody drew: told once, so that nobody looks for another.
async fn look(req: Request, ctx: Ctx) -> Result<Response> {
    let Person { name } = req.json()?;
    let drew = change(&ctx, |lot| {
        let Some(at) = lot.names.iter().position(|known| *known == name).filter(|_| !lot.gives.is_empty()) else {
            return Err(Error::not_found("⟦Nothing is drawn for this name yet.|Für diesen Namen ist noch nichts ausgelost.⟧"));
        };
        if lot.seen[at] {
            return Err(Error::forbidden("⟦This was looked at already.|Das wurde schon angesehen.⟧"));
        }
        lot.seen[at] = true;
        Ok(lot.names[lot.gives[at]].clone())
    })
    .await?;
    Response::json(&json!({ "name": name, "drew": drew }))
}

/// Forgets the draw and keeps the names.
async fn again(req: Request, ctx: Ctx) -> Result<Response> {
    change(&ctx, |lot| {
        lot.gives.clear();
        lot.seen.clear();
        Ok(())
    })
    .await?;
    show(req, ctx).await
}
