#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use base64::{Engine as _, engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD}};
use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};
use regex::{Captures, Regex};
use sha2::{Digest, Sha256};
use std::{
    any::Any,
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    rc::{Rc, Weak},
};
use unicode_segmentation::UnicodeSegmentation;
use url::Url;
use uuid::{Builder, Uuid};

kandra::feature!(mount);

/// What the box holds: each tool by its name.
trait Tool {
    fn about(&self) -> Cow<'static, str> {
        Cow::Borrowed("a tool")
    }
    fn run(&self, input: &str) -> Result<String>;
    fn as_any(&self) -> &dyn Any;
}

struct Hash;
struct Replace {
    pattern: Regex,
}
struct Counting<F> {
    work: F,
    runs: Cell<u32>,
}

impl Tool for Hash {
    fn run(&self, input: &str) -> Result<String> {
        Ok(hex::encode(Sha256::digest(input.as_bytes())))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Tool for Replace {
    fn about(&self) -> Cow<'static, str> {
        format!("replaces {}", self.pattern.as_str()).into()
    }
    fn run(&self, input: &str) -> Result<String> {
        let changed = self.pattern.replace_all(input, |found: &Captures<'_>| format!("<{}>", &found["word"].to_uppercase()));
        Ok(changed.into_owned())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<F> Tool for Counting<F>
where
    F: Fn(&str) -> String + 'static,
{
    fn run(&self, input: &str) -> Result<String> {
        self.runs.set(self.runs.get() + 1);
        Ok((self.work)(input))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Default)]
struct Tools {
    by_name: BTreeMap<&'static str, Rc<dyn Tool>>,
    last: RefCell<Option<Weak<dyn Tool>>>,
}

impl Tools {
    fn with(mut self, name: &'static str, tool: impl Tool + 'static) -> Self {
        self.by_name.insert(name, Rc::new(tool));
        self
    }

    fn all() -> Result<Self> {
        let pattern = Regex::new(r"\b(?P<word>[a-z]{3})\b").map_err(|e| Error::internal(e.to_string()))?;
        Ok(Self::default()
            .with("hash", Hash)
            .with("replace", Replace { pattern })
            .with("encode", Counting { work: |s: &str| URL_SAFE_NO_PAD.encode(s), runs: Cell::default() })
            .with("reverse", Counting { work: |s: &str| s.graphemes(true).rev().collect(), runs: Cell::new(0) })
            .with("decode", Counting { work: |s: &str| STANDARD.decode(s).ok().and_then(|b| String::from_utf8(b).ok()).unwrap_or_default(), runs: Cell::new(0) }))
    }

    fn run(&self, name: &str, input: &str) -> Result<String> {
        let tool = self.by_name.get(name).ok_or_else(|| Error::not_found(format!("there is no tool {name}")))?;
        self.last.replace(Some(Rc::downgrade(tool)));
        tool.run(input)
    }
}

fn mount(routes: &mut Routes) {
    routes.get("/tools", list);
    routes.post("/tools/{name}", run);
    routes.get("/link", link);
    routes.get("/id", id);
    routes.get("/shuffled", shuffled);
}

async fn list(_req: Request, _ctx: Ctx) -> Result<Response> {
    let tools = Tools::all()?;
    let about: HashMap<_, _> = tools.by_name.iter().map(|(name, tool)| (*name, tool.about())).collect();
    let counted = tools.by_name.values().filter(|tool| tool.as_any().downcast_ref::<Hash>().is_none()).count();
    Response::json(&json!({ "tools": about, "counted": counted }))
}

async fn run(req: Request, _ctx: Ctx) -> Result<Response> {
    let tools = Tools::all()?;
    let input = req.text()?;
    if input.len() > 2_000 {
        return Err(Error::too_large("at most 2000 bytes"));
    }
    let output = tools.run(req.param("name")?, input)?;
    let alive = tools.last.borrow().as_ref().and_then(Weak::upgrade).is_some();
    Response::json(&json!({ "output": output, "alive": alive }))
}

async fn link(req: Request, _ctx: Ctx) -> Result<Response> {
    let given = req.query("url").ok_or_else(|| Error::bad_request("url is needed"))?;
    let mut url = Url::parse(&given).map_err(|error| Error::bad_request(error.to_string()))?;
    let kept: Vec<(String, String)> = url.query_pairs().filter(|(key, _)| !key.starts_with("utm_")).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    url.query_pairs_mut().clear().extend_pairs(&kept);
    url.set_fragment(None);
    Response::json(&json!({ "clean": url.as_str(), "host": url.host_str(), "segments": url.path_segments().map(|s| s.collect::<Vec<_>>()) }))
}

async fn id(_req: Request, ctx: Ctx) -> Result<Response> {
    let id: Uuid = Builder::from_random_bytes(ctx.random().bytes()).into_uuid();
    let again = Uuid::parse_str(&id.hyphenated().to_string())?;
    Response::json(&json!({ "id": id, "version": again.get_version_num(), "same": id == again }))
}

async fn shuffled(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut random = SmallRng::from_seed(ctx.random().bytes());
    let mut cards: Vec<u8> = (1..=10).collect();
    cards.shuffle(&mut random);
    let die = random.random_range(1..=6);
    let sum: u8 = cards.iter().sum();
    Response::json(&json!({ "sum": sum, "die": (1..=6).contains(&die) }))
}
