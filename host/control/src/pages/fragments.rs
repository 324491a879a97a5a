//! Parts of the home page, rendered by the same templates, for pages that are open.
//!
//! They are the same for all visitors of one language and host, so that a burst of events costs one rendering, however many
//! pages are open: a part is kept until the next event, and no longer than a second.

use super::{
    asked::{Asked, PageError},
    assets, load,
    render::{ActivityPart, BuildingPart, CardPart, CardsPart, OwnerPart, SentencePart, WantedPart},
    view::{Page, Shell},
};
use crate::app::App;
use actix_web::{HttpResponse, web};
use askama::Template;
use kandra_model::{EventId, Slug};
use moka::sync::Cache;
use std::{sync::Arc, time::Duration};

/// Rendered parts, by part, language and host.
#[derive(Clone, Debug)]
pub struct Kept(Cache<String, (EventId, Arc<str>)>);

impl Default for Kept {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(2_000).time_to_live(Duration::from_secs(1)).build())
    }
}

impl Kept {
    async fn get<F, Rendered>(&self, app: &App, asked: &Asked, part: &str, render: F) -> Result<String, PageError>
    where
        F: FnOnce(Shell) -> Rendered,
        Rendered: Future<Output = Result<String, PageError>>,
    {
        let newest = app.store().newest_event().await?;
        let key = format!("{part} {} {}", asked.language.tag(), asked.host);
        if let Some((event, html)) = self.0.get(&key)
            && event == newest
        {
            return Ok(html.to_string());
        }
        let html = render(asked.shell(app, Page::Home, newest)).await?;
        self.0.insert(key, (newest, Arc::from(html.as_str())));
        Ok(html)
    }
}

/// `GET /fragments/{part}`.
pub async fn part(asked: Asked, app: web::Data<App>, kept: web::Data<Kept>, part: web::Path<String>) -> HttpResponse {
    let (app, asked) = (app.get_ref(), &asked);
    let html = match part.as_str() {
        "sentence" => {
            kept.get(app, asked, &part, |s| async move { Ok(SentencePart { s: &s, sentence: &load::sentence(app).await? }.render()?) })
                .await
        }
        "building" => {
            kept.get(app, asked, &part, |s| async move { Ok(BuildingPart { s: &s, building: &load::building(app).await? }.render()?) })
                .await
        }
        "cards" => {
            kept.get(app, asked, &part, |s| async move { Ok(CardsPart { s: &s, cards: &load::cards(app, &asked.host).await? }.render()?) })
                .await
        }
        "wanted" => {
            kept.get(app, asked, &part, |s| async move { Ok(WantedPart { s: &s, wanted: &load::wanted(app).await? }.render()?) }).await
        }
        "activity" => {
            kept.get(app, asked, &part, |s| async move { Ok(ActivityPart { s: &s, activity: &load::activity(app).await? }.render()?) })
                .await
        }
        _ => Err(PageError::NotFound),
    };
    asked.fragment(html)
}

/// `GET /fragments/card/{slug}`.
pub async fn card(asked: Asked, app: web::Data<App>, kept: web::Data<Kept>, slug: web::Path<String>) -> HttpResponse {
    let (app, asked) = (app.get_ref(), &asked);
    let html = async {
        let slug: Slug = slug.parse().map_err(|_| PageError::NotFound)?;
        let render = |s: Shell| {
            let slug = slug.clone();
            async move { Ok(CardPart { s: &s, card: &load::card(app, &slug, &asked.host).await? }.render()?) }
        };
        kept.get(app, asked, &format!("card {slug}"), render).await
    };
    asked.fragment(html.await)
}

/// `GET /fragments/owner`, with the owner's token.
pub async fn owner(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        asked.owner(&app)?;
        let (requests, cards) = (load::owner_requests(&app).await?, load::cards(&app, &asked.host).await?);
        let s = &asked.shell(&app, Page::Owner, app.store().newest_event().await?);
        Ok(OwnerPart { s, requests: &requests, cards: &cards, secrets: &app.list_secrets() }.render()?)
    };
    asked.fragment(html.await)
}

/// `GET /fragments/version`: whether an open page is from this server.
pub async fn version() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").insert_header(("cache-control", "no-store")).body(assets::version())
}
