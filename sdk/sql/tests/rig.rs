//! The database in an author's test: what `ctx.sql()` does there is what it does on the server.

use kandra::{prelude::*, testing::Rig};

fn mount(routes: &mut Routes) {
    routes.migration("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)");
    routes.get("/", all).post("/", add).post("/shape", shape);
}

async fn all(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut notes = Vec::new();
    for row in ctx.sql().query("SELECT text FROM note ORDER BY id", ()).await? {
        notes.push(row.get::<String>("text")?);
    }
    Response::json(&json!(notes))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let text: String = req.json()?;
    let id = ctx.sql().insert("INSERT INTO note (text) VALUES (?1)", params![text]).await?;
    Response::json(&json!({ "id": id }))
}

async fn shape(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.sql().execute("DROP TABLE note", ()).await?;
    Response::text("gone")
}

#[test]
fn rows_are_kept_and_the_rules_hold() {
    let rig = Rig::mount(mount).with_sql(kandra_sql::for_tests());
    assert_eq!(rig.post_json("/", &json!("tea")).json()["id"], 1);
    assert_eq!(rig.post_json("/", &json!("tea")).status(), 409);
    assert_eq!(rig.post("/shape").status(), 500);
    assert_eq!(rig.get("/").json(), json!(["tea"]));
    // Another rig has another database.
    assert_eq!(Rig::mount(mount).with_sql(kandra_sql::for_tests()).get("/").json(), json!([]));
}

#[test]
#[should_panic(expected = "migration 1 failed")]
fn a_migration_that_fails_ends_the_test() {
    fn mount(routes: &mut Routes) {
        routes.migration("CREATE TABEL note (a)");
    }
    let _ = Rig::mount(mount).with_sql(kandra_sql::for_tests());
}
