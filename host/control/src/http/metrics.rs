//! Figures in Prometheus' text format.

use super::Problem;
use crate::app::App;
use crate::guard::Guard;
use actix_web::HttpResponse;
use actix_web::web::Data;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP kandra_{name} {help}\n# TYPE kandra_{name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = writeln!(self.0, "kandra_{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.value(name, "", value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help);
        self.value(name, "", value);
    }

    fn by_state(&mut self, name: &str, help: &str, counts: &BTreeMap<String, u64>) {
        self.family(name, "gauge", help);
        for (state, count) in counts {
            self.value(name, &format!("{{state=\"{state}\"}}"), count);
        }
    }
}

pub(super) async fn metrics(app: Data<App>, guard: Data<Guard>) -> Result<HttpResponse, Problem> {
    let counts = app.store().counts().await?;
    let status = app.status().await?;
    let mut page = Page(String::with_capacity(4 << 10));
    page.by_state("requests", "Requests by state.", &counts.requests);
    page.by_state("runs", "Runs by state.", &counts.runs);
    page.by_state("features", "Features by state.", &counts.features);
    page.counter("events_total", "Events ever written.", counts.events);
    let (allowed, refused) = guard.write_counts();
    page.counter("writes_allowed_total", "Writes within their address's rate.", allowed);
    page.counter("writes_limited_total", "Writes above their address's rate.", refused);
    page.gauge("event_streams", "Open event streams.", guard.open_streams());
    page.gauge("warm_build_finished", "1 once features can be built.", u8::from(status.warm.finished));
    page.gauge("started_at_seconds", "When the server started, Unix time.", status.started_at.millis() / 1_000);
    page.counter("live_restarts_total", "How often the live process came back after its end.", status.live.restarts);
    page.counter("live_replacements_total", "How often another live process took over by plan.", status.live.replacements);
    let (answered, refused) = app.outgoing_counts();
    page.counter("outgoing_calls_answered_total", "Features' calls that another server answered.", answered);
    page.counter("outgoing_calls_refused_total", "Features' calls that ended without an answer.", refused);
    page.counter("log_lines_dropped_total", "Lines of features' logs that the disk could not take.", app.log_lines_dropped());
    let report = app.live_report().await.ok();
    page.gauge("live_up", "1 while the live process answers.", u8::from(report.is_some()));
    if let Some(report) = report {
        page.gauge("live_resident_bytes", "Resident memory of the live process.", report.resident_bytes);
        page.gauge("live_in_flight", "Calls in flight.", report.in_flight);
        page.gauge("live_libraries", "Libraries mapped now.", report.libraries.len());
        page.gauge("live_pinned", "Libraries that could not be unmapped.", report.pinned);
        page.counter("live_unloads_verified_total", "Libraries whose absence was verified.", report.unloads_verified);
        page.family("route_calls_total", "counter", "Finished calls of a route.");
        for route in &report.routes {
            page.value("route_calls_total", &labels(route), route.calls.calls);
        }
        page.family("route_errors_total", "counter", "Answers of a route with status 500 and above.");
        for route in &report.routes {
            page.value("route_errors_total", &labels(route), route.calls.errors);
        }
    }
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page.0))
}

/// Labels of a route; its text comes from a feature's author.
fn labels(route: &kandra_wire::RouteStatistics) -> String {
    let plain = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{{feature=\"{}\",method=\"{}\",path=\"{}\"}}", route.feature, plain(&route.method), plain(&route.path))
}
