#![no_std]
#![forbid(unsafe_code)]
//! A quiz: one question at a time, four answers, a score for each visitor and the best of all.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// A question, and its answers; the first is right, visitors see them in another order.
type Question = (&'static str, [&'static str; 4]);

const QUESTIONS: &[Question] = &[("Which planet is closest to the sun?", ["Mercury", "Venus", "Mars", "Earth"])];

fn mount(routes: &mut Routes) {
    routes.get("/", question);
    routes.post("/answer", answer);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Default)]
struct Player {
    asked: usize,
    streak: u32,
}

async fn question(req: Request, ctx: Ctx) -> Result<Response> {
    let player = player(&req, &ctx).await?;
    Response::json(&ask(&ctx, &player).await?)
}

#[derive(Deserialize)]
struct Answer {
    answer: String,
}

async fn answer(req: Request, ctx: Ctx) -> Result<Response> {
    let Answer { answer } = req.json()?;
    let mut player = player(&req, &ctx).await?;
    let (_, answers) = QUESTIONS[player.asked % QUESTIONS.len()];
    if !answers.contains(&answer.as_str()) {
        return Err(Error::bad_request("Choose one of the four answers."));
    }
    let right = answer == answers[0];
    player.streak = if right { player.streak + 1 } else { 0 };
    player.asked += 1;
    ctx.kv().set_json(&key(&req), &player).await?;
    if player.streak > best(&ctx).await? {
        ctx.kv().set_json("best", &player.streak).await?;
    }
    let next = ask(&ctx, &player).await?;
    Response::json(&json!({ "right": right, "correct": answers[0], "next": next }))
}

async fn ask(ctx: &Ctx, player: &Player) -> Result<Value> {
    let (text, mut answers) = QUESTIONS[player.asked % QUESTIONS.len()];
    answers.sort_unstable();
    let best = best(ctx).await?;
    Ok(json!({ "question": text, "answers": answers, "streak": player.streak, "best": best }))
}

async fn player(req: &Request, ctx: &Ctx) -> Result<Player> {
    Ok(ctx.kv().get_json(&key(req)).await?.unwrap_or_default())
}

async fn best(ctx: &Ctx) -> Result<u32> {
    Ok(ctx.kv().get_json("best").await?.unwrap_or(0))
}

fn key(req: &Request) -> String {
    format!("player:{}", req.visitor())
}
