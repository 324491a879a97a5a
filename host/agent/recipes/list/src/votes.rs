//{{#votes}}
//! Votes for rows: one of each visitor for each row; a second press takes it back.
use kandra::prelude::*;
use std::collections::BTreeMap;

/// How many rows a visitor may vote for.
const MOST_VOTES: usize = 200;

pub struct Votes {
    counts: BTreeMap<String, i64>,
    mine: Vec<String>,
}

impl Votes {
    pub fn of(&self, id: &str) -> i64 {
        self.counts.get(&format!("votes:{id}")).copied().unwrap_or(0)
    }

    pub fn is_mine(&self, id: &str) -> bool {
        self.mine.iter().any(|key| key.rsplit(':').next() == Some(id))
    }
}

pub async fn all(req: &Request, ctx: &Ctx) -> Result<Votes> {
    let counts = ctx.kv().list_json::<i64>("votes:").await?.into_iter().collect();
    let mine = ctx.kv().list(&format!("by:{}:", req.visitor())).await?.into_iter().map(|(key, _)| key).collect();
    Ok(Votes { counts, mine })
}

pub async fn vote(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    if ctx.kv().get(&format!("row:{id}")).await?.is_none() {
        return Err(crate::gone());
    }
    let voter = format!("by:{}:{id}", req.visitor());
    let took = ctx.kv().delete(&voter).await?;
    if !took {
        if given(&req, &ctx).await? >= MOST_VOTES {
            return Err(Error::conflict(format!("⟦You have {MOST_VOTES} votes. Take one back first.|Du hast {MOST_VOTES} Stimmen. Nimm erst eine zurück.⟧")));
        }
        if !ctx.kv().compare_and_set(&voter, None, "1").await? {
            return Err(crate::busy());
        }
    }
    let votes = ctx.kv().increment(&format!("votes:{id}"), if took { -1 } else { 1 }).await?;
    Response::json(&json!({ "id": id, "votes": votes, "voted": !took }))
}

/// To how many rows that are still there a visitor gave a vote.
async fn given(req: &Request, ctx: &Ctx) -> Result<usize> {
    let mut given = 0;
    for (key, _) in ctx.kv().list(&format!("by:{}:", req.visitor())).await? {
        let id = key.rsplit(':').next().unwrap_or_default();
        given += usize::from(ctx.kv().get(&format!("row:{id}")).await?.is_some());
    }
    Ok(given)
}
//{{#renew_votes}}

pub async fn forget_all(ctx: &Ctx) -> Result<()> {
    for prefix in ["votes:", "by:"] {
        for (key, _) in ctx.kv().list(prefix).await? {
            ctx.kv().delete(&key).await?;
        }
    }
    Ok(())
}
//{{/renew_votes}}
//{{/votes}}
