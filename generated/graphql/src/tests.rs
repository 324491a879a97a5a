use crate::answer::{MOST_DEPTH, answer};
use crate::mount;
use kandra::{prelude::*, testing::Rig};

fn ask(query: &str) -> Value {
    Rig::mount(mount).post_json("/query", &json!({ "query": query })).json()
}

#[test]
fn fragments_variables_and_aliases_work() {
    let rig = Rig::mount(mount);
    let query = "query Of($who: ID = \"eliot\") { him: author(id: $who) { ...Short } } fragment Short on Author { name books { ... on Book { title } } }";
    let asked = |variables: Value| rig.post_json("/query", &json!({ "query": query, "variables": variables })).json();
    assert_eq!(asked(json!({}))["data"]["him"]["books"], json!([{ "title": "Middlemarch" }]));
    assert_eq!(asked(json!({ "who": "shelley" }))["data"]["him"]["name"], "Mary Shelley");
    assert_eq!(asked(json!({ "who": "nobody" }))["data"], json!({ "him": null }));
}

#[test]
fn what_would_cost_too_much_is_refused() {
    let deep = format!("{{ authors {} }}", "{ books { author ".repeat(MOST_DEPTH) + "{ id }" + &"} }".repeat(MOST_DEPTH));
    assert!(ask(&deep)["errors"][0]["message"].as_str().unwrap().contains("levels deep"));
    let wide = format!("{{ {} }}", (0..90).map(|n| format!("a{n}: books {{ id }}")).collect::<Vec<_>>().join(" "));
    assert!(ask(&wide)["errors"][0]["message"].as_str().unwrap().contains("fields"));
    assert!(ask("{ ...A } fragment A on Query { ...A }")["errors"][0]["message"].as_str().unwrap().contains("levels deep"));
    assert!(answer(&" ".repeat(5_000), &Value::Null, None).is_err());
    assert!(answer(&("{a".repeat(900) + &"}".repeat(900)), &Value::Null, None).is_err());
}
