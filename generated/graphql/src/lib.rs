#![no_std]
#![forbid(unsafe_code)]
//! A GraphQL endpoint over a small library, and a box to ask in.
extern crate kandra_std as std;
use kandra::prelude::*;

mod answer;
mod library;
#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.post("/query", query);
    routes.get("/schema", schema);
    routes.widget(widget::widget);
}

/// What GraphQL over HTTP sends.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    query: String,
    #[serde(default)]
    variables: Value,
    operation_name: Option<String>,
}

async fn query(req: Request, _ctx: Ctx) -> Result<Response> {
    let question: Question = req.json()?;
    match answer::answer(&question.query, &question.variables, question.operation_name.as_deref()) {
        Ok(data) => Response::json(&json!({ "data": data })),
        // 200 as well: what GraphQL over HTTP says of answers in plain JSON.
        Err(problem) => Response::json(&json!({ "errors": [problem.json()] })),
    }
}

async fn schema(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(library::SCHEMA)
}
