//! An ordinary actix-web application that serves Kandra's features beside its own routes: it loads them by hash, calls
//! them, swaps and unloads them while it runs. README.md says what it goes without.
#![forbid(unsafe_code)]

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::StatusCode,
    web::{self, Bytes, Data},
};
use anyhow::{Context, Result};
use kandra_live::{ArtifactHash, Ask, Config, FeatureSettings, Live, Order, Presentation, Revision, Silence, Slug, Tier};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

const USAGE: &str = "usage: kandra-embed-example ARTIFACTS-DIR DATA-DIR [ADDRESS]";

/// What the application keeps.
struct Site {
    live: Arc<Live>,
    /// Numbers what is mounted; under Kandra this is the feature's own count.
    revision: AtomicU32,
}

#[actix_web::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let artifacts = PathBuf::from(arguments.next().context(USAGE)?);
    let features = PathBuf::from(arguments.next().context(USAGE)?);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    std::fs::create_dir_all(&features)?;
    let live = Live::start(Config { artifacts, features, outlet: Arc::new(Silence) })?;
    let site = Data::new(Site { live, revision: AtomicU32::new(0) });

    let server = HttpServer::new(move || {
        // Once on each worker: only threads that have joined may call a feature.
        actix_web::rt::spawn(site.live.join().run());
        App::new()
            .app_data(site.clone())
            .route("/", web::get().to(|| async { "this application's own page\n" }))
            .route("/admin/{slug}/{hash}", web::put().to(mount))
            .route("/admin/{slug}", web::delete().to(unmount))
            .route("/admin", web::get().to(report))
            .default_service(web::to(call))
    })
    // A client that goes away ends its call; otherwise the call would keep its library open.
    .h1_allow_half_closed(false)
    .bind(&address)?;
    for bound in server.addrs() {
        println!("http://{bound}");
    }
    server.run().await?;
    Ok(())
}

/// Loads an artifact, or swaps it for the one that serves. `?may=kv,sql` names what the feature may use.
async fn mount(site: Data<Site>, path: web::Path<(String, String)>, query: web::Query<Vec<(String, String)>>) -> HttpResponse {
    let (slug, hash) = path.into_inner();
    let (Ok(feature), Ok(artifact)) = (slug.parse::<Slug>(), hash.parse::<ArtifactHash>()) else {
        return HttpResponse::BadRequest().body("a slug and the SHA-256 of an artifact, please\n");
    };
    let may = query.iter().filter(|(name, _)| name == "may").flat_map(|(_, names)| names.split(','));
    let order = Order {
        feature,
        revision: Revision(site.revision.fetch_add(1, Ordering::Relaxed) + 1),
        artifact,
        tier: Tier::Optimised,
        presentation: Presentation { capabilities: may.map(str::to_owned).collect(), ..Presentation::default() },
        settings: FeatureSettings::default(),
    };
    // It blocks for a moment: not on a worker.
    match web::block(move || site.live.mount(order)).await {
        Ok(Ok(report)) => HttpResponse::Ok().json(report.routes),
        Ok(Err(error)) => HttpResponse::UnprocessableEntity().body(format!("{error}\n")),
        Err(error) => HttpResponse::ServiceUnavailable().body(format!("{error}\n")),
    }
}

/// Its routes are gone at once; its library when the last call has ended.
async fn unmount(site: Data<Site>, slug: web::Path<String>) -> HttpResponse {
    let Ok(slug) = slug.parse::<Slug>() else { return HttpResponse::BadRequest().finish() };
    match web::block(move || site.live.unmount(&slug)).await {
        Ok(true) => HttpResponse::NoContent().finish(),
        Ok(false) => HttpResponse::NotFound().body("nothing of this name is mounted\n"),
        Err(error) => HttpResponse::ServiceUnavailable().body(format!("{error}\n")),
    }
}

/// What is loaded, and how every unload came out.
async fn report(site: Data<Site>) -> HttpResponse {
    HttpResponse::Ok().json(site.live.report())
}

/// Everything else is a feature's.
async fn call(site: Data<Site>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let ask = Ask {
        method: request.method().as_str(),
        path: request.path(),
        query: request.query_string(),
        headers: &headers,
        body: &body,
        visitor: "",
    };
    let reply = site.live.dispatch(ask).await;
    let mut response = HttpResponse::build(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY));
    for (name, value) in reply.headers {
        response.append_header((name, value));
    }
    response.body(reply.body)
}
