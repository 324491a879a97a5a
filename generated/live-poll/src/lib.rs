#![no_std]
#![forbid(unsafe_code)]
//! A poll whose bars move while others vote: for pages by an event, for programs by an event stream.
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// What is asked.
const QUESTION: &str = "Where do you think best?";
/// What can be chosen.
const OPTIONS: [&str; 4] = ["In the shower", "On a walk", "At the desk", "In a café"];
/// Votes of one poll: as many as one `list` answers.
const MOST_VOTES: usize = 1000;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/vote", vote);
    routes.sse("/results", "results");
    routes.widget(widget::show);
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let mine = ctx.kv().get_json::<usize>(&key(req.visitor())).await?;
    let mut answer = results(&ctx).await?;
    answer["mine"] = json!(mine);
    Response::json(&answer)
}

#[derive(Deserialize)]
struct Vote {
    option: usize,
}

async fn vote(req: Request, ctx: Ctx) -> Result<Response> {
    let Vote { option } = req.json()?;
    if option >= OPTIONS.len() {
        return Err(Error::bad_request("There is no such option."));
    }
    if req.visitor().is_empty() {
        return Err(Error::forbidden("Vote on the page: each visitor has one vote."));
    }
    let voter = key(req.visitor());
    if ctx.kv().get(&voter).await?.is_none() && ctx.kv().list("vote:").await?.len() >= MOST_VOTES {
        return Err(Error::conflict("This poll has all the votes that it can hold."));
    }
    ctx.kv().set_json(&voter, &option).await?;
    // The number is taken before the votes are counted: what has a higher one has counted at least as much.
    let turn = ctx.kv().increment("turn", 1).await?;
    let mut answer = results(&ctx).await?;
    answer["turn"] = json!(turn);
    ctx.publish("results", &answer)?;
    answer["mine"] = json!(option);
    Response::json(&answer)
}

fn key(visitor: &str) -> String {
    format!("vote:{visitor}")
}

/// One key is one vote, and the result is counted from them: nothing can drift apart.
async fn results(ctx: &Ctx) -> Result<Value> {
    let turn = ctx.kv().get_json::<i64>("turn").await?.unwrap_or(0);
    let mut votes = [0; OPTIONS.len()];
    for (_, option) in ctx.kv().list_json::<usize>("vote:").await? {
        if let Some(votes) = votes.get_mut(option) {
            *votes += 1;
        }
    }
    let options: Vec<Value> = OPTIONS.iter().zip(votes).map(|(name, votes)| json!({ "name": name, "votes": votes })).collect();
    Ok(json!({ "question": QUESTION, "options": options, "total": votes.iter().sum::<u32>(), "turn": turn }))
}
