//! One function for each page.

use super::{
    asked::{Asked, PageError},
    load,
    render::{
        CodePage, ContractPage, CratesPage, FeaturePage, HistoryPage, HomePage, LogsPage, OwnerPage, RequestPage, RequestsPage, RoutesPage,
        StatusPage,
    },
    view::{FeatureView, Page, Section, Shell},
};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, http::Method, web};
use askama::Template;
use kandra_model::{Revision, Slug};

const SECTIONS: &[Section] = &Section::ALL;

async fn shell(asked: &Asked, app: &App, page: Page) -> Result<Shell, PageError> {
    Ok(asked.shell(app, page, app.store().newest_event().await?))
}

/// `GET /`.
pub async fn home(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        // First the event's number, then what it led to: what happens in between is fetched again, never missed.
        let s = &shell(&asked, &app, Page::Home).await?;
        let (sentence, ask) = (load::sentence(&app).await?, load::ask(&app).await?);
        let (building, cards) = (load::building(&app).await?, load::cards(&app, &asked.host).await?);
        let (wanted, activity) = (load::wanted(&app).await?, load::activity(&app).await?);
        let page = HomePage { s, sentence: &sentence, ask: &ask, building: &building, cards: &cards, wanted: &wanted, activity: &activity };
        Ok(page.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /requests`.
pub async fn requests(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Requests).await?;
        let after = asked.parsed("after")?;
        let (wanted, next) = load::requests(&app, after).await?;
        Ok(RequestsPage { s, wanted: &wanted, first: after.is_none(), next }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /requests/{id}`.
pub async fn request(asked: Asked, app: web::Data<App>, id: web::Path<String>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Request).await?;
        let request = load::request(&app, id.parse().map_err(|_| PageError::NotFound)?).await?;
        Ok(RequestPage { s, r: &request }.render()?)
    };
    asked.answer(&app, html.await)
}

async fn feature_base(asked: &Asked, app: &App, slug: &str) -> Result<(Shell, Slug, FeatureView), PageError> {
    let slug: Slug = slug.parse().map_err(|_| PageError::NotFound)?;
    let shell = shell(asked, app, Page::Feature).await?;
    let feature = load::feature(app, &slug, asked).await?;
    Ok((shell, slug, feature))
}

/// `GET /features/{slug}`.
pub async fn feature(asked: Asked, app: web::Data<App>, slug: web::Path<String>) -> HttpResponse {
    let html = async {
        let (s, _, f) = feature_base(&asked, &app, &slug).await?;
        Ok(FeaturePage { s: &s, f: &f, sections: SECTIONS, section: Section::Overview }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /features/{slug}/history?from=&to=`.
pub async fn history(asked: Asked, app: web::Data<App>, slug: web::Path<String>) -> HttpResponse {
    let html = async {
        let (s, slug, f) = feature_base(&asked, &app, &slug).await?;
        let revisions = load::revisions(&app, &f, &slug, &asked).await?;
        let (from, to) = (asked.parsed("from")?.map(Revision), asked.parsed("to")?.map(Revision));
        let diff = match to {
            Some(to) => Some(load::diff(&app, &slug, from, to).await?),
            None => None,
        };
        Ok(HistoryPage { s: &s, f: &f, sections: SECTIONS, section: Section::History, revisions: &revisions, diff }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /features/{slug}/code?revision=`.
pub async fn code(asked: Asked, app: web::Data<App>, slug: web::Path<String>) -> HttpResponse {
    let html = async {
        let (s, slug, f) = feature_base(&asked, &app, &slug).await?;
        let code = load::code(&app, &slug, asked.parsed("revision")?.map(Revision)).await?;
        Ok(CodePage { s: &s, f: &f, sections: SECTIONS, section: Section::Code, code: &code }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /features/{slug}/contract`.
pub async fn contract(asked: Asked, app: web::Data<App>, slug: web::Path<String>) -> HttpResponse {
    let html = async {
        let (s, slug, f) = feature_base(&asked, &app, &slug).await?;
        let contract = load::contract(&app, &slug).await?;
        Ok(ContractPage { s: &s, f: &f, sections: SECTIONS, section: Section::Contract, contract: &contract }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /features/{slug}/logs`.
pub async fn logs(asked: Asked, app: web::Data<App>, slug: web::Path<String>) -> HttpResponse {
    let html = async {
        let (s, slug, f) = feature_base(&asked, &app, &slug).await?;
        let logs = load::logs(&app, &slug).await?;
        Ok(LogsPage { s: &s, f: &f, sections: SECTIONS, section: Section::Logs, logs: &logs }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /routes`.
pub async fn routes(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Routes).await?;
        Ok(RoutesPage { s, rows: load::routes(&app).await }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /status`.
pub async fn status(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Status).await?;
        Ok(StatusPage { s, v: &load::status(&app).await? }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /crates`.
pub async fn crates(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Crates).await?;
        Ok(CratesPage { s, c: &app.crates() }.render()?)
    };
    asked.answer(&app, html.await)
}

/// `GET /owner`.
pub async fn owner(asked: Asked, app: web::Data<App>) -> HttpResponse {
    let html = async {
        let s = &shell(&asked, &app, Page::Owner).await?;
        Ok(OwnerPage { s }.render()?)
    };
    asked.answer(&app, html.await)
}

/// Everything that no page and no API route answers.
pub async fn not_found(asked: Asked, app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reading || request.path().starts_with("/api/") {
        return crate::http::not_found(&request);
    }
    asked.error(&app, &PageError::NotFound)
}
