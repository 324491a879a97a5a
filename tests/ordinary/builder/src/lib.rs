#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::fmt::Write;
#[derive(Debug, Default, Clone)]
#[must_use = "a query does nothing until it is built"]
struct Query<'q> {
    table: &'q str,
    columns: Vec<&'q str>,
    limit: Option<usize>,
    wheres: Vec<(String, Op)>,
}
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
enum Op {
    #[default]
    Equal,
    Less,
}
impl<'q> Query<'q> {
    fn from(table: &'q str) -> Self {
        Self { table, ..Default::default() }
    }
    fn column(mut self, name: &'q str) -> Self {
        self.columns.push(name);
        self
    }
    fn filter(mut self, name: impl Into<String>, op: Op) -> Self {
        self.wheres.push((name.into(), op));
        self
    }
    const fn limit(mut self, n: usize) -> Self {
        self.limit = Some(n);
        self
    }
    fn build(&self) -> std::result::Result<String, std::fmt::Error> {
        let mut sql = String::new();
        write!(sql, "SELECT {} FROM {}", self.columns.join(", "), self.table)?;
        for (i, (name, op)) in self.wheres.iter().enumerate() {
            let word = if i == 0 { "WHERE" } else { "AND" };
            write!(&mut sql, " {word} {name} {} ?{}", if matches!(op, Op::Less) { "<" } else { "=" }, i + 1)?;
        }
        if let Some(limit) = self.limit {
            writeln!(sql, " LIMIT {limit:>2}")?;
        }
        Ok(sql)
    }
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "sql": Query::from("note").column("id").column("text").filter("id", Op::Less).filter("done", Op::default()).limit(5).build()? }))
}
