#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

#[derive(Debug, Serialize, Deserialize)]
struct Score {
    player: String,
    points: i64,
}

fn mount(routes: &mut Routes) {
    routes.migration("CREATE TABLE score (id INTEGER PRIMARY KEY, player TEXT NOT NULL, points INTEGER NOT NULL CHECK (points >= 0))");
    routes.get("/best", best);
    routes.post("/scores", add);
}

async fn best(_req: Request, ctx: Ctx) -> Result<Response> {
    let rows = ctx.sql().query("SELECT player, max(points) AS points FROM score GROUP BY player ORDER BY points DESC", params![]).await?;
    let scores = rows.iter().map(|row| row.parse::<Score>()).collect::<Result<Vec<_>>>()?;
    Response::json(&json!({ "best": scores, "sum": scores.iter().map(|s| s.points).sum::<i64>() }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Score { player, points } = req.json()?;
    let id = ctx.sql().insert("INSERT INTO score (player, points) VALUES (?1, ?2)", params![player, points]).await?;
    ctx.sql().transaction(|tx| {
        tx.execute("UPDATE score SET points = points + 1 WHERE id = ?1", params![id])?;
        Ok(())
    }).await?;
    Response::json(&json!({ "id": id }))
}
