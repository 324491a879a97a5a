//! `/openapi.json`: the list of endpoints as OpenAPI 3.1, and the live features' routes as they are at this moment.

use super::endpoints::{Access, Endpoint, Field, endpoints};
use super::input::Host;
use crate::app::App;
use crate::guard::Guard;
use actix_web::web::{Data, Json};
use kandra_model::Slug;
use kandra_wire::LiveReport;
use serde_json::{Map, Value, json};

pub(super) async fn document(app: Data<App>, guard: Data<Guard>, host: Host) -> Json<Value> {
    let report = app.live_report().await.unwrap_or_default();
    Json(describe(&report, |slug| guard.names().feature_url(host.as_str(), slug)))
}

/// The document; `url` gives a feature's address.
fn describe(report: &LiveReport, url: impl Fn(&Slug) -> String) -> Value {
    let mut paths = Map::new();
    for endpoint in endpoints() {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.as_str().to_ascii_lowercase()] = operation(&endpoint);
    }
    for route in &report.routes {
        let slug = &route.feature;
        let Some(server) = url(slug).strip_suffix(&format!("/{slug}")).map(str::to_owned) else { continue };
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = json!({
            "summary": format!("A route of {slug}, revision {}", route.revision),
            "tags": [slug],
            "servers": [{ "url": server }],
            "parameters": path_parameters(&route.path),
            "responses": { "default": { "description": "Whatever the feature answers." } },
        });
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kandra",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A server that rewrites itself while it runs. Writes by anyone but the owner carry a proof of work: \
                get /api/challenge, find a decimal nonce, send X-Challenge-Id and X-Challenge-Nonce.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "owner": { "type": "http", "scheme": "bearer" },
                "proofId": { "type": "apiKey", "in": "header", "name": "X-Challenge-Id" },
                "proofNonce": { "type": "apiKey", "in": "header", "name": "X-Challenge-Nonce" },
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["status", "code", "error"],
                    "properties": {
                        "type": { "type": "string" },
                        "title": { "type": "string" },
                        "status": { "type": "integer" },
                        "detail": { "type": "string" },
                        "code": { "type": "string", "description": "Stable." },
                        "error": { "type": "string", "description": "The same sentence as detail." },
                    },
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut parameters = path_parameters(endpoint.path);
    parameters.extend(endpoint.query.iter().map(
        |(name, what)| json!({ "name": name, "in": "query", "required": false, "description": what, "schema": { "type": "string" } }),
    ));
    let security = match endpoint.access {
        Access::Public => json!([]),
        Access::Write => json!([{ "owner": [] }, { "proofId": [], "proofNonce": [] }]),
        Access::Owner => json!([{ "owner": [] }]),
    };
    let problem = json!({ "description": "A problem.", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let mut operation = json!({
        "summary": endpoint.summary,
        "parameters": parameters,
        "security": security,
        "responses": { endpoint.status.to_string(): { "description": "Done." }, "default": problem },
    });
    if !endpoint.body.is_empty() {
        let properties: Map<String, Value> = endpoint.body.iter().map(|field| (field.0.to_owned(), property(field))).collect();
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": { "type": "object", "properties": properties } } } });
    }
    operation
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| json!({ "name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect()
}

/// A field's description begins with its type.
fn property((_, what): &Field) -> Value {
    let kind = what.split([':', ' ']).next().unwrap_or("string");
    json!({ "type": kind, "description": what })
}
