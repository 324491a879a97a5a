//! The HTTP server of control: the API and the pages over one app.

use crate::{
    app::App,
    guard::{self, Guard},
    http, pages,
};
use actix_web::{App as Web, HttpServer, middleware::from_fn, web};
use std::{net::TcpListener, sync::Arc, time::Duration};

/// Control answers people and programs, not features: a few workers are enough.
const MOST_WORKERS: usize = 4;
/// How long answers under way may take when the server stops.
const SHUTDOWN_SECS: u64 = 8;

/// Starts answering. The server runs once it is awaited or spawned.
pub(super) fn run(app: &Arc<App>, listener: TcpListener) -> std::io::Result<actix_web::dev::Server> {
    let data = web::Data::from(Arc::clone(app));
    let guard = web::Data::new(Guard::of(app));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let services = move || {
        let web = Web::new().app_data(data.clone()).app_data(guard.clone());
        web.wrap(from_fn(guard::protect)).configure(http::configure).configure(pages::configure)
    };
    let server = HttpServer::new(services)
        .workers(cores.clamp(2, MOST_WORKERS))
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECS)
        .client_request_timeout(Duration::from_secs(15))
        .keep_alive(Duration::from_secs(75))
        // A client that is gone must end its stream.
        .h1_allow_half_closed(false)
        .listen(listener)?;
    Ok(server.run())
}
