#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use serde_json::{Map, from_value, to_value};
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>() + 1,
        Value::Object(map) => map.values().map(count).sum::<usize>() + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}
#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Point<T = f64> {
    x: T,
    y: T,
}
fn facts() -> Result<Value> {
    let key = "dynamic";
    let list = vec![1, 2];
    let mut value = json!({
        "null": null, "list": [1, 2.5, "x", true, [], {}], key: list, ("computed".to_owned() + "!"): { "deep": { "er": -1 } },
        "expr": list.iter().map(|n| n * 2).collect::<Vec<i32>>(), "if": if list.is_empty() { 0 } else { 1 },
    });
    merge(&mut value, &json!({ "dynamic": [9], "more": { "a": 1 } }));
    let point: Point = from_value(json!({ "x": 1.5, "y": 2 }))?;
    let mut map = Map::new();
    map.insert("p".into(), to_value(&point)?);
    let text = serde_json::to_string(&map)?;
    Ok(json!({ "count": count(&value), "dynamic": value["dynamic"][0], "more": value.pointer("/more/a"), "text": text, "expr": value["expr"] }))
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts()?)
}
