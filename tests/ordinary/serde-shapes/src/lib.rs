#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::collections::BTreeMap;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.post("/shapes", shapes);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Shape {
    Circle { radius: f64 },
    RoundedRect { side_length: f64, #[serde(default = "one")] corner: f64 },
    #[serde(rename = "dot", alias = "point")]
    Point,
}

fn one() -> f64 {
    1.0
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Event {
    Added(u32),
    Gone,
}

mod hex {
    use kandra::prelude::*;
    use serde::{Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(value: &u32, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        u32::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drawing {
    id: Id,
    #[serde(default)]
    shapes: Vec<Shape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(with = "hex")]
    fill_colour: u32,
    #[serde(skip)]
    cached: u8,
    last_event: Option<Event>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Tag(String);

impl TryFrom<String> for Tag {
    type Error = String;
    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        if text.starts_with('#') { Ok(Self(text)) } else { Err(format!("{text:?} has no #")) }
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: for<'d> Deserialize<'d>"))]
struct Page<T> {
    items: Vec<T>,
}

async fn shapes(req: Request, _ctx: Ctx) -> Result<Response> {
    let drawing: Drawing = req.json()?;
    let tags: Page<Tag> = kandra::serde_json::from_str(r##"{"items":["#a"]}"##)?;
    let area: f64 = drawing
        .shapes
        .iter()
        .map(|shape| match shape {
            Shape::Circle { radius } => radius * radius * std::f64::consts::PI,
            Shape::RoundedRect { side_length, .. } => side_length * side_length,
            Shape::Point => 0.0,
        })
        .sum();
    Response::json(&json!({ "drawing": drawing, "area": area.round(), "tags": tags }))
}
