#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{borrow::Borrow, collections::HashMap, convert::TryFrom};
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Email(String);
impl TryFrom<&str> for Email {
    type Error = &'static str;
    fn try_from(text: &str) -> std::result::Result<Self, Self::Error> {
        match text.split_once('@') {
            Some((user, host)) if !user.is_empty() && host.contains('.') => Ok(Self(text.to_ascii_lowercase())),
            _ => Err("that is no address"),
        }
    }
}
impl AsRef<str> for Email {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
impl Borrow<str> for Email {
    fn borrow(&self) -> &str {
        &self.0
    }
}
fn domain(of: impl AsRef<str>) -> String {
    of.as_ref().rsplit('@').next().unwrap_or_default().into()
}
fn facts() -> std::result::Result<Value, &'static str> {
    let email: Email = "Ada@Example.org".try_into()?;
    let mut known: HashMap<Email, u8> = HashMap::new();
    known.insert(email.clone(), 1);
    let numbers: Vec<i64> = vec![1u8, 2].into_iter().map(i64::from).collect();
    let small = u8::try_from(300i32).unwrap_or(u8::MAX);
    let array: [u8; 3] = <[u8; 3]>::try_from(&b"abc"[..]).map_err(|_| "three")?;
    Ok(json!({ "domain": domain(&email), "known": known.get("ada@example.org"), "numbers": numbers, "small": small, "array": array, "bad": Email::try_from("x").is_err() }))
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts().map_err(Error::bad_request)?)
}
