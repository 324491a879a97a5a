//! Which paths exist, for whom, and what they take.

use super::input::{BODY_BYTES, CRATE_BYTES};
use super::{
    Problem, candidates, crates, events, features, grants, history, live, metrics, moderation, openapi, operations, problem, requests,
    runs, suggest,
};
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route, guard};

/// Who may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Public,
    /// The owner, or anybody with a proof of work, thirty times a minute.
    Write,
    /// The owner.
    Owner,
}

/// A named value and what it is: a member of a body, or a part of a query.
pub(super) type Field = (&'static str, &'static str);

/// One method of one path.
pub(super) struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    pub summary: &'static str,
    pub query: &'static [Field],
    pub body: &'static [Field],
    /// The largest body it takes.
    pub bytes: usize,
    /// The status of a good answer.
    pub status: u16,
    route: fn(Route) -> Route,
}

impl Endpoint {
    fn query(mut self, query: &'static [Field]) -> Self {
        self.query = query;
        self
    }

    fn body(mut self, body: &'static [Field]) -> Self {
        self.body = body;
        self
    }

    fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

fn endpoint(method: Method, path: &'static str, access: Access, summary: &'static str, route: fn(Route) -> Route) -> Endpoint {
    Endpoint { method, path, access, summary, query: &[], body: &[], bytes: BODY_BYTES, status: 200, route }
}

fn get(path: &'static str, summary: &'static str, route: fn(Route) -> Route) -> Endpoint {
    endpoint(Method::GET, path, Access::Public, summary, route)
}

fn write(method: Method, path: &'static str, summary: &'static str, route: fn(Route) -> Route) -> Endpoint {
    endpoint(method, path, Access::Write, summary, route)
}

fn owner(method: Method, path: &'static str, summary: &'static str, route: fn(Route) -> Route) -> Endpoint {
    endpoint(method, path, Access::Owner, summary, route)
}

const PAGE: [Field; 2] = [("limit", "how many, 1 to 100"), ("cursor", "the next of the page before")];
const REQUEST_TEXT: &[Field] = &[("title", "string: 3 to 120 characters"), ("details", "string: at most 2,000 characters; may be absent")];

/// All of them, a path's methods next to each other.
pub(super) fn endpoints() -> Vec<Endpoint> {
    let (post, put, delete, patch) = (Method::POST, Method::PUT, Method::DELETE, Method::PATCH);
    vec![
        get("/healthz", "Whether the process lives", |r| r.to(operations::healthz)),
        get("/readyz", "Whether requests are accepted", |r| r.to(operations::readyz)),
        get("/metrics", "Figures in Prometheus' text format", |r| r.to(metrics::metrics)),
        get("/version", "Which build this is", |r| r.to(operations::version)),
        get("/openapi.json", "This description, live routes included", |r| r.to(openapi::document)),
        get("/api/status", "What is live, built and queued now", |r| r.to(operations::status)),
        get("/api/challenge", "A proof of work to solve before a write", |r| r.to(operations::challenge)),
        get("/api/events", "Every event as server-sent events; Last-Event-ID resumes", |r| r.to(events::sse))
            .query(&[("after", "resume after this event")]),
        get("/api/ws", "Every event over WebSocket", |r| r.to(events::websocket)).query(&[("after", "resume after this event")]),
        get("/api/requests", "Requests, in the order in which they are built", |r| r.to(requests::list)).query(&[
            ("state", "only these states, separated by commas"),
            ("order", "votes, oldest or newest"),
            ("feature", "only those that became this feature"),
            PAGE[0],
            PAGE[1],
        ]),
        write(post.clone(), "/api/requests", "Ask for a feature", |r| r.to(requests::create)).body(REQUEST_TEXT).status(201),
        get("/api/requests/{id}", "One request", |r| r.to(requests::one)),
        write(patch, "/api/requests/{id}", "Change its text before it runs; author or owner", |r| r.to(requests::edit)).body(REQUEST_TEXT),
        write(delete.clone(), "/api/requests/{id}", "Take it back before it runs; author or owner", |r| r.to(requests::withdraw)),
        write(post.clone(), "/api/requests/{id}/vote", "Vote for it, once for each visitor", |r| r.to(requests::vote)),
        write(delete.clone(), "/api/requests/{id}/vote", "Take the vote back", |r| r.to(requests::unvote)),
        owner(post.clone(), "/api/requests/{id}/start", "Start it at once", |r| r.to(moderation::start)),
        owner(post.clone(), "/api/requests/{id}/retry", "Try a failed one again", |r| r.to(moderation::start)),
        owner(post.clone(), "/api/requests/{id}/hide", "Take it out of everybody else's sight", |r| r.to(moderation::hide)),
        owner(post.clone(), "/api/requests/{id}/show", "Let everybody see it", |r| r.to(moderation::show)),
        owner(post.clone(), "/api/requests/{id}/decline", "Decline it", |r| r.to(moderation::decline))
            .body(&[("reason", "string: at most 300 characters")]),
        owner(post.clone(), "/api/requests/{id}/merge", "Make it part of another", |r| r.to(moderation::merge))
            .body(&[("into", "string: the other's id")]),
        get("/api/suggest", "What fits a text while it is typed: recipe, requests, features", |r| r.to(suggest::suggest)).query(&[
            ("title", "the text so far, at most 200 characters; q is the same"),
            ("details", "what is in the second box, at most 2,000 characters"),
        ]),
        get("/api/runs", "Runs, newest first", |r| r.to(runs::list)).query(&[
            ("state", "only these states, separated by commas"),
            ("feature", "only of this feature"),
            ("request", "only of this request"),
            PAGE[0],
            PAGE[1],
        ]),
        get("/api/runs/{id}", "One run: stages, findings, cost", |r| r.to(runs::one)),
        write(post.clone(), "/api/runs/{id}/cancel", "End it; owner, or whoever asked for it", |r| r.to(runs::cancel)),
        get("/api/features", "Features, newest first", |r| r.to(features::list)).query(&[
            ("state", "only these states, separated by commas; all but removed when absent"),
            PAGE[0],
            PAGE[1],
        ]),
        write(post.clone(), "/api/features", "Submit a crate (MIT OR Apache-2.0)", |r| r.to(features::submit))
            .query(&[("dry_run", "true: only try it")])
            .body(&[
                ("files", "object: path inside the crate to text"),
                ("base_revision", "integer: the revision it was made from; absent for a new feature"),
                ("message", "string: one line that says what changed"),
            ])
            .bytes(CRATE_BYTES)
            .status(202),
        get("/api/features/{slug}", "One feature, with its source and contract", |r| r.to(features::one)),
        owner(delete.clone(), "/api/features/{slug}", "Take it off; its data and history stay", |r| r.to(features::remove)),
        get("/api/features/{slug}/revisions", "Its revisions, newest first", |r| r.to(history::revisions)).query(&PAGE),
        get("/api/features/{slug}/diff", "What changed between two revisions", |r| r.to(history::diff))
            .query(&[("from", "a revision; the one before `to` when absent"), ("to", "a revision; the current one when absent")]),
        get("/api/features/{slug}/logs", "The newest lines of its log", |r| r.to(history::logs))
            .query(&[("limit", "how many, 1 to 1,000")]),
        get("/api/features/{slug}/widget", "Redirects to its widget", |r| r.to(features::widget)).status(307),
        owner(post.clone(), "/api/features/{slug}/rollback", "Point it at another revision", |r| r.to(features::rollback)).body(&[
            ("revision", "integer: which"),
            ("with_data", "true: with the SQL data of before the migration that followed it; false when absent"),
        ]),
        owner(post.clone(), "/api/features/{slug}/pause", "Let every route answer 503", |r| r.to(features::pause)),
        owner(post.clone(), "/api/features/{slug}/resume", "Let it serve again", |r| r.to(features::resume)),
        owner(post.clone(), "/api/features/{slug}/release", "Let a quarantined one serve again", |r| r.to(features::resume)),
        owner(post.clone(), "/api/features/{slug}/pin", "Keep the revision that serves; newer ones wait as candidates", |r| {
            r.to(features::pin)
        }),
        owner(delete.clone(), "/api/features/{slug}/pin", "Let newer revisions take its place again", |r| r.to(features::unpin)),
        owner(put.clone(), "/api/features/{slug}/limits", "Let it use so much of each; what is not named has its default", |r| {
            r.to(features::set_limits)
        })
        .body(&[("limits", "object: name to number, as in the feature's own `limits`")]),
        owner(Method::GET, "/api/features/{slug}/grants", "Which hosts it asks to call, and which it may", |r| r.to(grants::show)),
        owner(put.clone(), "/api/features/{slug}/grants", "Let it call these hosts and no others", |r| r.to(grants::set))
            .body(&[("hosts", "array of hosts that its manifest names")]),
        owner(post.clone(), "/api/features/{slug}/grants", "Let it call one host more", |r| r.to(grants::grant))
            .body(&[("host", "string: one of the hosts that its manifest names")]),
        owner(delete.clone(), "/api/features/{slug}/grants/{host}", "Let it call this host no more", |r| r.to(grants::revoke)),
        owner(Method::GET, "/api/secrets", "Names of secrets and the hosts that each may be sent to", |r| r.to(grants::secrets)),
        owner(put, "/api/secrets/{name}", "Keep a secret; it is never shown again", |r| r.to(grants::set_secret)).body(&[
            ("value", "string: what is sent, at most 4,096 visible ASCII characters"),
            ("hosts", "array of hosts that it may be sent to, 1 to 16"),
        ]),
        owner(delete.clone(), "/api/secrets/{name}", "Forget a secret", |r| r.to(grants::remove_secret)),
        owner(Method::GET, "/api/candidates", "Runs that wait for approval", |r| r.to(candidates::list)).query(&PAGE),
        owner(Method::GET, "/api/candidates/{id}", "One of them, with its source and what it changes", |r| r.to(candidates::one)),
        owner(post.clone(), "/api/candidates/{id}/approve", "Let it go live", |r| r.to(candidates::approve)),
        owner(post.clone(), "/api/candidates/{id}/reject", "Do not let it go live", |r| r.to(candidates::reject))
            .body(&[("reason", "string: at most 300 characters; may be absent")]),
        get("/api/routes", "Every live route, asked of the live process", |r| r.to(live::routes)),
        get("/api/live", "The live process: libraries, leases, unloads, memory", |r| r.to(live::report)),
        owner(post.clone(), "/api/live/replace", "Let another live process take over; answers when it serves", |r| r.to(live::replace)),
        get("/api/crates", "Crates that a feature may use, and the one that is being added", |r| r.to(crates::list)),
        owner(post.clone(), "/api/crates", "Look at a crate; with the report's word, add it", |r| r.to(crates::add))
            .query(&[("dry_run", "true: only look")])
            .body(&[
                ("name", "string: as the registry has it"),
                ("version", "string: such as 1.2; may be absent"),
                ("features", "array of cargo features; may be absent"),
                ("default_features", "boolean: true unless it says no"),
                ("confirm", "string: the word of a report, instead of all others"),
            ]),
        owner(delete, "/api/crates/{name}", "Take a crate that was added off the shelf", |r| r.to(crates::remove)),
        // It changes nothing, so it asks for no proof of work; it is a POST to keep the key out of logs.
        endpoint(post, "/api/visitor", Access::Public, "Tokens that name a visitor to features, without saying who it is", |r| {
            r.to(operations::visitor)
        })
        .body(&[("key", "string: 16 to 64 letters and digits that the browser keeps"), ("features", "array of slugs, at most 100")]),
    ]
}

/// Adds the API's routes; the application has `Data<App>` and `Data<Guard>` already.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .app_data(web::PathConfig::default().error_handler(|error, _| problem::from_path(&error).into()))
        .app_data(web::QueryConfig::default().error_handler(|error, _| problem::from_query(&error).into()));
    let mut endpoints = endpoints().into_iter().peekable();
    while let Some(first) = endpoints.next() {
        let (path, mut bytes) = (first.path, first.bytes);
        let mut resource = web::resource(path).route(route(&first));
        while let Some(other) = endpoints.next_if(|other| other.path == path) {
            bytes = bytes.max(other.bytes);
            resource = resource.route(route(&other));
        }
        let json = web::JsonConfig::default().limit(bytes).error_handler(|error, _| problem::from_body(&error).into());
        config
            .service(resource.app_data(json).default_service(web::to(|| async { Err::<HttpResponse, _>(Problem::method_not_allowed()) })));
    }
    config.service(web::scope("/api").default_service(web::to(|request: HttpRequest| async move { problem::not_found(&request) })));
}

fn route(endpoint: &Endpoint) -> Route {
    let route = match endpoint.method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        ref other => web::method(other.clone()),
    };
    (endpoint.route)(route)
}
