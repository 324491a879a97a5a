//! One revision's routes: checked when it is mounted, matched for each call.

use crate::{
    feature::Feature,
    load::DeclaredRoute,
    services::{MOST_TOPIC, is_topic},
    statistics::Calls,
};
use kandra_abi::route_kind;
use kandra_model::RouteSpec;
use std::{collections::HashMap, sync::Arc, time::Duration};

pub(crate) use kandra_model::probe::MAX_ROUTES;
const MOST_PATH: usize = 200;
/// The most tasks of one feature.
const MOST_TASKS: usize = 8;
/// How often a task may be called, and how seldom.
const PERIODS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(24 * 3600);
/// What visitors may use.
pub(crate) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// The method of a task's call.
pub(crate) const TASK: &str = "TASK";
/// The method of the call that a WebSocket's event makes.
pub(crate) const SOCKET: &str = "SOCKET";
/// Tasks are found as methods are, after them.
const SLOTS: usize = METHODS.len() + 1;

/// A route that cannot be mounted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the route {method} {path} {problem}")]
pub struct RouteError {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What kind of answer a route gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Handler,
    /// A fragment that the host wraps in a document.
    Widget,
    /// Called by the host, again and again.
    Task(Duration),
    /// The events of a topic, in which `{name}` stands for a parameter.
    Events(String),
    /// A WebSocket.
    Socket,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub spec: RouteSpec,
    pub kind: Kind,
    /// Names of its parameters, in order.
    pub params: Vec<String>,
    pub calls: Arc<Calls>,
}

/// By method: the route's index.
type Methods = [Option<u16>; SLOTS];

#[derive(Debug)]
pub(crate) struct Routes {
    all: Vec<Route>,
    router: matchit::Router<Methods>,
}

/// What a path and a method lead to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Matched<'p> {
    /// Index of the route, and its parameters' values as they stand in the path.
    Route(usize, Vec<&'p str>),
    /// The path exists with these methods only.
    OtherMethods(Vec<&'static str>),
    Nothing,
}

impl Routes {
    /// Checks what `mount` registered.
    pub fn check(declared: Vec<DeclaredRoute>, feature: &Feature) -> Result<Self, RouteError> {
        let mut router: HashMap<String, Methods> = HashMap::new();
        let mut all = Vec::with_capacity(declared.len());
        let count = declared.len();
        for (index, route) in declared.into_iter().enumerate() {
            let refuse = |problem: &str| RouteError { method: route.method.clone(), path: route.path.clone(), problem: problem.to_owned() };
            if count > MAX_ROUTES {
                return Err(refuse(&format!("is one of more than {MAX_ROUTES}; mount fewer routes")));
            }
            let is_task = route.kind == route_kind::TASK;
            let slot = if is_task && route.method == TASK { Some(METHODS.len()) } else { METHODS.iter().position(|m| *m == route.method) };
            let Some(method) = slot else {
                return Err(refuse("has a method other than GET, POST, PUT, PATCH, DELETE"));
            };
            let (shape, params) = shape(&route.path).map_err(refuse)?;
            let kind = match route.kind {
                route_kind::HANDLER => Kind::Handler,
                route_kind::WIDGET if route.method == "GET" && route.path == "/widget" => Kind::Widget,
                route_kind::WIDGET => return Err(refuse("is a widget, which must be GET /widget")),
                route_kind::TASK if method == METHODS.len() && params.is_empty() => {
                    let period = Duration::from_millis(route.period_ms);
                    if !PERIODS.contains(&period) {
                        return Err(refuse("is a task whose period is not between one second and 24 hours"));
                    }
                    if all.iter().filter(|route: &&Route| matches!(route.kind, Kind::Task(_))).count() == MOST_TASKS {
                        return Err(refuse("is one of more than 8 tasks; let one of them do more"));
                    }
                    Kind::Task(period)
                }
                route_kind::EVENTS if route.method == "GET" => {
                    if filled(&route.topic, &params, |_| Some("x")).is_none() {
                        return Err(refuse("is an event stream whose topic is not made of letters, digits, _.:- and its parameters"));
                    }
                    Kind::Events(route.topic.clone())
                }
                route_kind::SOCKET if route.method == "GET" => Kind::Socket,
                route_kind::TASK | route_kind::EVENTS | route_kind::SOCKET => {
                    return Err(refuse("has a method that does not go with its kind"));
                }
                _ => return Err(refuse("is of a kind that this host does not know; rebuild the feature")),
            };
            let methods = router.entry(shape).or_default();
            if methods[method].replace(u16::try_from(index).expect("MAX_ROUTES fits")).is_some() {
                return Err(refuse("is registered twice"));
            }
            let calls = feature.calls(&route.method, &route.path);
            let method = if kind == Kind::Socket { SOCKET.to_owned() } else { route.method };
            all.push(Route { spec: RouteSpec { method, path: route.path }, kind, params, calls });
        }
        let mut built = matchit::Router::new();
        for (shape, methods) in router {
            built.insert(shape.clone(), methods).map_err(|_| {
                let first = methods.iter().flatten().next().expect("a shape is entered with its method");
                let spec = &all[usize::from(*first)].spec;
                let problem = "clashes with another route; give one of them another path".to_owned();
                RouteError { method: spec.method.clone(), path: spec.path.clone(), problem }
            })?;
        }
        Ok(Self { all, router: built })
    }

    /// All of them, by index.
    pub fn all(&self) -> &[Route] {
        &self.all
    }

    /// Finds a route; `HEAD` is answered by `GET`. The methods `TASK` and `SOCKET` are the host's own: what visitors send
    /// is held against [`METHODS`] before.
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Matched<'p> {
        let Ok(found) = self.router.at(path) else { return Matched::Nothing };
        let index = match method {
            TASK => found.value[METHODS.len()],
            "HEAD" | SOCKET => found.value[0],
            method => METHODS.iter().position(|m| *m == method).and_then(|m| found.value[m]),
        };
        let index = index.filter(|index| method != SOCKET || self.all[usize::from(*index)].kind == Kind::Socket);
        match index {
            Some(index) if found.params.is_empty() => Matched::Route(index.into(), Vec::new()),
            Some(index) => Matched::Route(index.into(), found.params.iter().map(|(_, value)| value).collect()),
            None => match METHODS.iter().zip(found.value).filter(|(_, i)| i.is_some()).map(|(m, _)| *m).collect::<Vec<_>>() {
                others if others.is_empty() => Matched::Nothing,
                others => Matched::OtherMethods(others),
            },
        }
    }

    /// Its tasks: name and period.
    pub fn tasks(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.all.iter().filter_map(|route| match route.kind {
            Kind::Task(period) => Some((route.spec.path.trim_start_matches('/'), period)),
            _ => None,
        })
    }
}

impl Route {
    /// The topic that an event stream's path names, its parameters decoded; `None` when that is no topic.
    pub fn topic(&self, values: &[&str]) -> Option<String> {
        let Kind::Events(topic) = &self.kind else { return None };
        filled(topic, &self.params, |at| values.get(at).copied())
    }
}

/// A topic with values for its parameters.
fn filled<'v>(topic: &str, params: &[String], value: impl Fn(usize) -> Option<&'v str>) -> Option<String> {
    let mut text = String::new();
    let mut rest = topic;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let at = params.iter().position(|param| param == name)?;
        text.push_str(before);
        text.push_str(&percent_decode(value(at)?)?);
        rest = after;
    }
    text.push_str(rest);
    (is_topic(&text) && text.len() <= MOST_TOPIC).then_some(text)
}

/// The path with its parameters numbered, so that `/{id}` and `/{name}` are one shape; and their names.
fn shape(path: &str) -> Result<(String, Vec<String>), &'static str> {
    if !path.starts_with('/') {
        return Err("does not begin with /; paths are relative to the feature");
    }
    if path.len() > MOST_PATH {
        return Err("has more than 200 bytes");
    }
    if path == "/" {
        return Ok((path.to_owned(), Vec::new()));
    }
    let mut shape = String::new();
    let mut params: Vec<String> = Vec::new();
    let segments: Vec<&str> = path[1..].split('/').collect();
    for (i, segment) in segments.iter().enumerate() {
        let last = i + 1 == segments.len();
        shape.push('/');
        match segment.strip_prefix('{').map(|rest| rest.strip_suffix('}')) {
            Some(None) => return Err("has a brace that is not closed"),
            Some(Some(name)) => {
                let (star, name) = name.strip_prefix('*').map_or(("", name), |name| ("*", name));
                if !star.is_empty() && !last {
                    return Err("has a {*rest} that is not its last segment");
                }
                let first = |c: char| c.is_ascii_alphabetic() || c == '_';
                if !name.starts_with(first) || !name.chars().all(|c| first(c) || c.is_ascii_digit()) {
                    return Err("has a parameter whose name is not an identifier");
                }
                if params.iter().any(|other| other == name) {
                    return Err("has two parameters of one name");
                }
                shape.push_str(&format!("{{{star}p{}}}", params.len()));
                params.push(name.to_owned());
            }
            None => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()+,;=:@".contains(c);
                if !segment.chars().all(plain) {
                    return Err("has a character that cannot stand in a path; a parameter takes a whole segment");
                }
                if matches!(*segment, "." | "..") {
                    return Err("has a . or .. segment; a feature owns the paths under its own name only");
                }
                if segment.is_empty() && !last {
                    return Err("has an empty segment");
                }
                shape.push_str(segment);
            }
        }
    }
    Ok((shape, params))
}

/// Decodes `%XX`; `None` when the result is not UTF-8 or holds a NUL.
pub(crate) fn percent_decode(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b'%' {
            let digits = std::str::from_utf8(bytes.get(i + 1..i + 3)?).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?);
            i += 3;
        } else {
            decoded.push(bytes[i]);
            i += 1;
        }
    }
    let text = String::from_utf8(decoded).ok()?;
    (!text.contains('\0')).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{Clock, Environment, Random, Silence, Storage};

    fn check(routes: &[(&str, &str, u32)]) -> Result<Routes, RouteError> {
        let environment = Environment::new(Clock::System, Random::System, Storage::Memory, Arc::new(Silence));
        let feature = Feature::new("shop".parse().unwrap(), kandra_wire::FeatureSettings::default(), Arc::new(environment));
        let declared = |(method, path, kind): &(&str, &str, u32)| DeclaredRoute {
            method: (*method).into(),
            path: (*path).into(),
            kind: *kind,
            period_ms: if *kind == route_kind::TASK { 1_000 } else { 0 },
            topic: if *kind == route_kind::EVENTS { "room:{room}".into() } else { String::new() },
        };
        Routes::check(routes.iter().map(declared).collect(), &feature)
    }

    #[test]
    fn routes_are_found_by_method_and_parameters() {
        let routes = check(&[
            ("GET", "/", 0),
            ("GET", "/items/{id}", 0),
            ("POST", "/items/{item}", 0),
            ("GET", "/files/{*rest}", 0),
            ("GET", "/widget", 1),
        ])
        .unwrap();
        assert_eq!(routes.find("GET", "/"), Matched::Route(0, vec![]));
        assert_eq!(routes.find("HEAD", "/items/7"), Matched::Route(1, vec!["7"]));
        assert_eq!(routes.find("POST", "/items/a%20b"), Matched::Route(2, vec!["a%20b"]));
        assert_eq!(routes.all()[2].params, ["item"]);
        assert_eq!(routes.find("GET", "/files/a/b"), Matched::Route(3, vec!["a/b"]));
        assert_eq!(routes.find("DELETE", "/items/7"), Matched::OtherMethods(vec!["GET", "POST"]));
        assert_eq!(routes.find("GET", "/items/7/edit"), Matched::Nothing);
        assert_eq!(routes.all()[4].kind, Kind::Widget);
    }

    #[test]
    fn tasks_sockets_and_streams_are_not_reached_by_other_names() {
        let routes = check(&[
            ("TASK", "/tidy", route_kind::TASK),
            ("GET", "/chat/{room}", route_kind::SOCKET),
            ("GET", "/rooms/{room}/events", route_kind::EVENTS),
        ])
        .unwrap();
        assert_eq!(routes.find("TASK", "/tidy"), Matched::Route(0, vec![]));
        assert_eq!(routes.find("GET", "/tidy"), Matched::Nothing);
        assert_eq!(routes.find("SOCKET", "/chat/a"), Matched::Route(1, vec!["a"]));
        assert_eq!(routes.find("GET", "/chat/a"), Matched::Route(1, vec!["a"]));
        assert_eq!(routes.find("SOCKET", "/rooms/a/events"), Matched::OtherMethods(vec!["GET"]));
        assert_eq!(routes.all()[1].spec.method, "SOCKET");
        assert_eq!(routes.tasks().collect::<Vec<_>>(), [("tidy", Duration::from_secs(1))]);
        let stream = &routes.all()[2];
        assert_eq!(stream.topic(&["a%2Eb"]).as_deref(), Some("room:a.b"));
        for bad in ["a%20b", "%", "a%0Ab", &"x".repeat(70)] {
            assert_eq!(stream.topic(&[bad]), None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_mounted_is_named() {
        for (routes, part) in [
            (&[("GET", "items", 0)][..], "does not begin"),
            (&[("FETCH", "/", 0)], "method"),
            (&[("GET", "/a", 0), ("GET", "/a", 0)], "twice"),
            (&[("GET", "/{a}", 0), ("GET", "/{b}", 0)], "twice"),
            (&[("GET", "/../other/x", 0)], ".."),
            (&[("GET", "/{*rest}/x", 0)], "last"),
            (&[("GET", "/{a", 0)], "closed"),
            (&[("GET", "/x{a}", 0)], "whole segment"),
            (&[("GET", "/{a}/{a}", 0)], "one name"),
            (&[("GET", "/a b", 0)], "character"),
            (&[("GET", "/a//b", 0)], "empty"),
            (&[("GET", "/other", 1)], "GET /widget"),
            (&[("GET", "/widget", 9)], "kind"),
            (&[("GET", "/tidy", route_kind::TASK)], "go with its kind"),
            (&[("TASK", "/tidy", route_kind::HANDLER)], "method"),
            (&[("TASK", "/tidy/{a}", route_kind::TASK)], "go with its kind"),
            (&[("POST", "/{room}", route_kind::EVENTS)], "go with its kind"),
            (&[("GET", "/{other}", route_kind::EVENTS)], "topic"),
        ] {
            let error = check(routes).unwrap_err().to_string();
            assert!(error.contains(part), "{routes:?}: {error}");
        }
        let many: Vec<(&str, String, u32)> = (0..=MAX_ROUTES).map(|i| ("GET", format!("/{i}"), 0)).collect();
        let many: Vec<(&str, &str, u32)> = many.iter().map(|(m, p, k)| (*m, p.as_str(), *k)).collect();
        assert!(check(&many).unwrap_err().problem.contains("fewer"));
    }

    #[test]
    fn parameters_are_decoded_or_refused() {
        assert_eq!(percent_decode("a%20b%C3%A9").unwrap(), "a bé");
        assert_eq!(percent_decode("plain").unwrap(), "plain");
        for bad in ["%", "%2", "%zz", "%+1", "%ff", "%00"] {
            assert_eq!(percent_decode(bad), None, "{bad}");
        }
    }
}
