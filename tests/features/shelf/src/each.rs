//! A line for each crate of the shelf, made by it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike};
use itertools::Itertools;
use kandra::prelude::*;
use maud::html;
use rand::{SeedableRng, rngs::SmallRng, seq::SliceRandom};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use unicode_segmentation::UnicodeSegmentation;

#[derive(Deserialize)]
struct Row {
    name: String,
    price: Decimal,
}

pub fn lines(now: i64, seed: u64, bytes: [u8; 16]) -> Vec<String> {
    let day = DateTime::from_timestamp_millis(now).map(|at| at.year() > 1969);
    let mut rows = csv::Reader::from_reader("name,price\ntea,1.10\ncake,2.20\n".as_bytes());
    let rows: Vec<Row> = rows.deserialize().flatten().collect();
    let sum: Decimal = rows.iter().map(|row| row.price).sum();
    let query = graphql_parser::parse_query::<String>("{ books { title } }").map(|document| document.definitions.len());
    let mut order = vec![1, 2, 3];
    order.shuffle(&mut SmallRng::seed_from_u64(seed));
    let mut markdown = String::new();
    pulldown_cmark::html::push_html(&mut markdown, pulldown_cmark::Parser::new("*tea*"));
    let word = regex::Regex::new(r"(?i)\bt(\w)a\b").ok();
    let found = word.and_then(|word| word.captures("a TEA").map(|found| found[1].to_owned()));
    let address = url::Url::parse("https://example.com/a?b=c").map(|url| url.query().unwrap_or_default().to_owned());
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    vec![
        format!("base64 {}", URL_SAFE_NO_PAD.encode("tea?")),
        format!("chrono {day:?}"),
        format!("csv {}", rows.iter().map(|row| &row.name).join("+")),
        format!("graphql {query:?}"),
        format!("hex {}", hex::encode("tea")),
        format!("maud {}", html! { b { "a & b" } }.into_string()),
        format!("markdown {}", markdown.trim()),
        format!("rand {}", order.iter().sorted().join("")),
        format!("regex {found:?}"),
        format!("decimal {sum}"),
        format!("sha2 {}", hex::encode(&Sha256::digest("tea")[..4])),
        format!("graphemes {}", "e\u{301}a".graphemes(true).count()),
        format!("url {address:?}"),
        format!("uuid {:?}", id.get_version_num()),
    ]
}
