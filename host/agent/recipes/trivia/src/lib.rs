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
    routes.post("/name", name);
    routes.widget(widget::show);
}

/// How many names the high-score list has, and characters of one.
const KEPT: usize = 10;
const MOST_CHARS: usize = 30;

#[derive(Serialize, Deserialize, Default)]
struct Player {
    asked: usize,
    streak: u32,
    /// The longest row of right answers that is not on the list yet.
    #[serde(default)]
    longest: u32,
}

#[derive(Serialize, Deserialize)]
struct Score {
    name: String,
    points: u32,
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
        return Err(Error::bad_request("⟦Choose one of the four answers.|Wähle eine der vier Antworten.⟧"));
    }
    let right = answer == answers[0];
    player.streak = if right { player.streak + 1 } else { 0 };
    player.longest = player.longest.max(player.streak);
    player.asked += 1;
    ctx.kv().set_json(&key(&req), &player).await?;
    if player.streak > best(&ctx).await? {
        ctx.kv().set_json("best", &player.streak).await?;
    }
    let next = ask(&ctx, &player).await?;
    Response::json(&json!({ "right": right, "correct": answers[0], "next": next }))
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Puts the longest row of right answers on the high-score list.
async fn name(req: Request, ctx: Ctx) -> Result<Response> {
    let Named { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let mut player = player(&req, &ctx).await?;
    if player.longest == 0 {
        return Err(Error::conflict("⟦Answer a question right first.|Beantworte zuerst eine Frage richtig.⟧"));
    }
    for _ in 0..6 {
        let before = ctx.kv().get("scores").await?;
        let mut scores = scores(&ctx).await?;
        scores.push(Score { name: name.to_owned(), points: player.longest });
        scores.sort_by_key(|score| std::cmp::Reverse(score.points));
        scores.truncate(KEPT);
        if ctx.kv().compare_and_set("scores", before.as_deref(), &json!(scores).to_string()).await? {
            player.longest = 0;
            player.streak = 0;
            ctx.kv().set_json(&key(&req), &player).await?;
            return Response::json(&ask(&ctx, &player).await?);
        }
    }
    Err(Error::conflict("⟦Others enter their names just now. Try again.|Gerade tragen sich andere ein. Versuch es noch einmal.⟧"))
}

async fn scores(ctx: &Ctx) -> Result<Vec<Score>> {
    Ok(ctx.kv().get_json("scores").await?.unwrap_or_default())
}

async fn ask(ctx: &Ctx, player: &Player) -> Result<Value> {
    let (text, mut answers) = QUESTIONS[player.asked % QUESTIONS.len()];
    answers.sort_unstable();
    let (best, scores) = (best(ctx).await?, scores(ctx).await?);
    Ok(json!({ "question": text, "answers": answers, "streak": player.streak, "longest": player.longest, "best": best, "scores": scores }))
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
