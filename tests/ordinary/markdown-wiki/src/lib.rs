#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html as to_html};
use std::{borrow::Cow, collections::BTreeSet};

kandra::feature!(mount);

const MAX: usize = 8_000;

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Page {
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default)]
    edited_at: i64,
}

struct Markdown<'t>(&'t str);

impl Render for Markdown<'_> {
    fn render(&self) -> Markup {
        let events = Parser::new_ext(self.0, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(|event| match event {
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            Event::Start(Tag::Heading { level: HeadingLevel::H1, id, classes, attrs }) => {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, id, classes, attrs })
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => Event::End(TagEnd::Heading(HeadingLevel::H2)),
            Event::Text(text) => Event::Text(CowStr::from(text.replace("--", "–"))),
            other => other,
        });
        let mut out = String::with_capacity(self.0.len() * 2);
        to_html::push_html(&mut out, events);
        PreEscaped(out)
    }
}

fn links(text: &str) -> BTreeSet<Cow<'_, str>> {
    text.split("[[").skip(1).filter_map(|rest| rest.split_once("]]")).map(|(name, _)| slug(name)).collect()
}

fn slug(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
    }
}

fn layout(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) " · Wiki" } }
            body.stack #top { (body) }
        }
    }
}

fn mount(routes: &mut Routes) {
    routes.get("/", index);
    routes.get("/pages/{name}", show);
    routes.put("/pages/{name}", save);
    routes.widget(widget);
}

async fn pages(ctx: &Ctx) -> Result<Vec<(String, Page)>> {
    ctx.kv().list_json::<Page>("page:").await
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let pages = pages(&ctx).await?;
    let newest = pages.iter().max_by_key(|(_, page)| page.edited_at);
    let page = layout("All pages", html! {
        h1 { "All pages" }
        @if pages.is_empty() {
            p.note { "There is no page yet." }
        } @else if let Some((_, Page { title, .. })) = newest {
            p { "Newest: " strong { (title) } }
        }
        ul {
            @for (index, (key, page)) in pages.iter().enumerate() {
                @let name = key.trim_start_matches("page:");
                li class=(if index % 2 == 0 { "even" } else { "odd" }) data-first[index == 0] {
                    a href={ "pages/" (name) } title=[(!page.body.is_empty()).then_some("has text")] { (page.title) }
                    " "
                    @match page.body.lines().count() {
                        0 => em { "empty" }
                        1 => "one line",
                        many @ 2..=99 => { (many) " lines" }
                        _ => strong.warn { "long" }
                    }
                }
            }
        }
    });
    Response::html(page.into_string())
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let name = req.param("name")?;
    let Some(page) = ctx.kv().get_json::<Page>(&format!("page:{name}")).await? else {
        return Err(Error::not_found("there is no such page"));
    };
    let links = links(&page.body);
    Response::html(layout(&page.title, html! {
        article { h1 { (page.title) } (Markdown(&page.body)) }
        @if !links.is_empty() {
            nav aria-label="Linked pages" { @for link in &links { a href=(link) { (link) } " " } }
        }
    }).into_string())
}

async fn save(req: Request, ctx: Ctx) -> Result<Response> {
    let name = slug(req.param("name")?).into_owned();
    let mut page: Page = req.json()?;
    if page.body.len() > MAX || !(1..=60).contains(&page.title.chars().count()) {
        return Err(Error::too_large("a page has a title of 1 to 60 characters and at most 8000 bytes"));
    }
    page.edited_at = ctx.now();
    ctx.kv().set_json(&format!("page:{name}"), &page).await?;
    Ok(Response::json(&json!({ "name": name, "links": links(&page.body) }))?.with_status(201))
}

async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = pages(&ctx).await?.len();
    Response::html(html! { p { (count) @if count == 1 { " page" } @else { " pages" } } }.into_string())
}
