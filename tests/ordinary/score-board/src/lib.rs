#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{cmp::Reverse, collections::BinaryHeap, num::NonZeroU32};

kandra::feature!(mount);

const PAGE: NonZeroU32 = NonZeroU32::new(10).unwrap();

#[derive(Debug, Deserialize)]
struct NewScore {
    player: String,
    points: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ranked {
    player: String,
    points: i64,
    #[serde(default)]
    rank: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    #[default]
    Best,
    Newest,
}

impl std::str::FromStr for Order {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "best" => Self::Best,
            "newest" => Self::Newest,
            _ => return Err(Error::bad_request("order is best or newest")),
        })
    }
}

impl Order {
    const fn column(self) -> &'static str {
        match self {
            Self::Best => "points DESC, id",
            Self::Newest => "id DESC",
        }
    }
}

fn mount(routes: &mut Routes) {
    routes.migration("CREATE TABLE score (id INTEGER PRIMARY KEY, player TEXT NOT NULL, points INTEGER NOT NULL CHECK (points >= 0), at INTEGER NOT NULL)");
    routes.migration("CREATE INDEX score_points ON score (points DESC)");
    routes.get("/scores", list);
    routes.post("/scores", add);
    routes.get("/top/{n}", top);
    routes.delete("/scores/{id}", remove);
}

async fn list(req: Request, ctx: Ctx) -> Result<Response> {
    let order: Order = req.query("order").map(|o| o.parse()).transpose()?.unwrap_or_default();
    let page = req.query_as::<u32>("page")?.unwrap_or(1).clamp(1, 100);
    let sql = format!(
        "SELECT player, points, rank() OVER (ORDER BY points DESC) AS rank FROM score ORDER BY {} LIMIT ?1 OFFSET ?2",
        order.column()
    );
    let rows = ctx.sql().query(&sql, params![PAGE.get(), (page - 1) * PAGE.get()]).await?;
    let scores = rows.iter().map(|row| row.parse::<Ranked>()).collect::<Result<Vec<_>>>()?;
    let total: i64 = match ctx.sql().query_one("SELECT count(*) AS n FROM score", params![]).await? {
        Some(row) => row.get("n")?,
        None => unreachable!("count always answers"),
    };
    let pages = u32::try_from(total).unwrap_or(u32::MAX).div_ceil(PAGE.get());
    let next = (page < pages).then(|| format!("/scores?page={}", page + 1));
    Response::json(&json!({ "scores": scores, "total": total, "page": page, "next": next }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let NewScore { player, points } = req.json()?;
    let player = player.trim();
    if !matches!(player.chars().count(), 1..=30) {
        return Err(Error::bad_request("player has 1 to 30 characters"));
    }
    let id = ctx
        .sql()
        .insert("INSERT INTO score (player, points, at) VALUES (?1, ?2, ?3)", params![player, points, ctx.now()])
        .await?;
    ctx.log().info(format!("{player} scored {points}"));
    Ok(Response::json(&json!({ "id": id }))?.with_status(201).with_header("location", &format!("/scores/{id}")))
}

async fn top(req: Request, ctx: Ctx) -> Result<Response> {
    let n: usize = req.param_as("n")?;
    let mut heap = BinaryHeap::with_capacity(n.min(100) + 1);
    for row in ctx.sql().query("SELECT player, points FROM score LIMIT 1000", params![]).await? {
        heap.push(Reverse((row.get::<i64>("points")?, row.get::<String>("player")?)));
        if heap.len() > n.min(100) {
            heap.pop();
        }
    }
    let best: Vec<String> = heap.into_sorted_vec().into_iter().map(|Reverse((points, player))| format!("{player}: {points}")).collect();
    Response::json(&best)
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let id: i64 = req.param_as("id")?;
    match ctx.sql().execute("DELETE FROM score WHERE id = ?1", params![id]).await? {
        0 => Err(Error::not_found("there is no such score")),
        removed @ 1.. => Response::json(&json!({ "removed": removed })),
    }
}
