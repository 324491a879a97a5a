//! A host for tests, in memory.
//!
//! ```
//! use kandra::{prelude::*, testing::Rig};
//!
//! fn mount(routes: &mut Routes) {
//!     routes.post("/hit", hit);
//! }
//!
//! async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
//!     let count = ctx.kv().increment("count", 1).await?;
//!     Response::json(&json!({ "count": count }))
//! }
//!
//! let rig = Rig::mount(mount);
//! rig.post("/hit");
//! assert_eq!(rig.post("/hit").json()["count"], 2);
//! ```
//!
//! The clock stands still but for [`Rig::set_now`] and for sleeps, which pass at once; chance is seeded; other servers answer
//! what [`Rig::answer_http`] says; `ctx.sql()` has the database that [`Rig::with_sql`] gives. What is in a library at run time
//! and is not here: budgets, the arena and quotas.

mod answer;
mod host;
mod http;
mod rig;

pub use answer::Answer;
pub use http::{HttpAnswer, HttpAsked};
pub use rig::{Rig, RigSocket};
