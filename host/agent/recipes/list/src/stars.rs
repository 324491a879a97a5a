//{{#rate}}
//! Stars that every visitor may give to a row, and their average.
use kandra::prelude::*;
use std::collections::BTreeMap;

/// The most stars.
const MOST: i64 = 5;

pub struct Stars {
    /// By row: the sum, and how many gave.
    sums: BTreeMap<String, (i64, i64)>,
    mine: BTreeMap<String, i64>,
}

impl Stars {
    pub fn count(&self, id: &str) -> i64 {
        self.sums.get(id).map_or(0, |(_, count)| *count)
    }

    /// With one decimal; empty while nobody gave any.
    pub fn average(&self, id: &str) -> String {
        self.sums.get(id).filter(|(_, count)| *count > 0).map_or(String::new(), |(sum, count)| format!("{:.1}", *sum as f64 / *count as f64))
    }

    //{{#by_stars}}
    pub fn rank(&self, id: &str) -> i64 {
        self.sums.get(id).filter(|(_, count)| *count > 0).map_or(0, |(sum, count)| sum * 1000 / count)
    }

    //{{/by_stars}}
    pub fn mine(&self, id: &str) -> i64 {
        self.mine.get(id).copied().unwrap_or(0)
    }
}

pub async fn all(req: &Request, ctx: &Ctx) -> Result<Stars> {
    let id = |key: String| key.rsplit(':').next().unwrap_or_default().to_owned();
    let sums = ctx.kv().list_json("stars:").await?.into_iter().map(|(key, sum)| (id(key), sum)).collect();
    let mine = ctx.kv().list_json(&format!("star:{}:", req.visitor())).await?.into_iter().map(|(key, stars)| (id(key), stars)).collect();
    Ok(Stars { sums, mine })
}

#[derive(Deserialize)]
struct Given {
    stars: i64,
}

pub async fn rate(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    let Given { stars } = req.json()?;
    if !(1..=MOST).contains(&stars) {
        return Err(Error::bad_request(format!("⟦Give 1 to {MOST} stars.|Gib 1 bis {MOST} Sterne.⟧")));
    }
    if ctx.kv().get(&format!("row:{id}")).await?.is_none() {
        return Err(crate::gone());
    }
    let own = format!("star:{}:{id}", req.visitor());
    let gave = ctx.kv().get_json::<i64>(&own).await?;
    ctx.kv().set_json(&own, &stars).await?;
    let key = format!("stars:{id}");
    for _ in 0..6 {
        let before = ctx.kv().get(&key).await?;
        let (sum, count) = ctx.kv().get_json::<(i64, i64)>(&key).await?.unwrap_or((0, 0));
        let after = (sum - gave.unwrap_or(0) + stars, count + i64::from(gave.is_none()));
        if ctx.kv().compare_and_set(&key, before.as_deref(), &json!(after).to_string()).await? {
            return Response::json(&json!({ "id": id, "mine": stars, "ratings": after.1 }));
        }
    }
    Err(crate::busy())
}
//{{/rate}}
