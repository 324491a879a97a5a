#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::borrow::Cow;
fn caesar(text: &str, by: u8) -> String {
    text.chars()
        .map(|c| match c {
            'a'..='z' => char::from(b'a' + (c as u8 - b'a' + by) % 26),
            'A'..='Z' => char::from(b'A' + (c as u8 - b'A' + by) % 26),
            _ => c,
        })
        .collect()
}
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_string()
}
fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.split_whitespace().fold(vec![String::new()], |mut lines, word| {
        if lines.last().is_some_and(|line| line.len() + word.len() + 1 > width) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                *line += " ";
            }
            line.push_str(word);
        }
        lines
    })
}
fn ends<'t>(text: &'t str) -> (Option<&'t str>, Cow<'t, str>) {
    (text.rsplit_once('.').map(|(_, end)| end), String::from_utf8_lossy(text.as_bytes()))
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "caesar": caesar("Hello, xyz!", 3), "slug": slug("  Grüße & Küsse! "), "wrapped": wrapped("the quick brown fox", 10), "palindrome": "level".chars().eq("level".chars().rev()), "ends": ends("a.tar.gz").0, "raw": r#"a "quoted" \\ text"#, "bytes": b"\x41\n".len(), "escaped": "\u{1F600}\t\x41", "c": '\'', "multi": "one \
        two", "pad": format!("{:>5}|{:<5}|{:^5}|{:05.1}", "a", "b", "c", 2.25), "named": format!("{name} is {age:?}", name = "Ada", age = Some(36)), "width": format!("{:1$}", 7, 4), "braces": format!("{{}}") }))
}
