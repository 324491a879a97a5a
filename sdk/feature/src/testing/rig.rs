//! A mounted feature in a test.

use super::answer::Answer;
use super::host::{self, OpenSocket, World, with_world};
use super::http::{HttpAnswer, HttpAsked};
use crate::routes::Route;
use crate::socket;
use crate::state::StateCell;
use crate::text::decode_segment;
use crate::{Result, Routes, dispatch};
use kandra_abi::abi_stable::std_types::{RResult, RSlice};
use kandra_abi::{Call, Header, Param, Polled, RequestView, Status, route_kind};
use serde::Serialize;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A feature that is mounted in memory, with data of its own.
pub struct Rig {
    world: Rc<RefCell<World>>,
    routes: Vec<Route>,
    migrations: Vec<String>,
    state: Option<Arc<StateCell>>,
    visitor: RefCell<String>,
    polls: Cell<usize>,
    opened: Cell<u32>,
}

/// A WebSocket in a test; it is closed when it is dropped.
pub struct RigSocket<'r> {
    rig: &'r Rig,
    id: String,
    path: String,
    visitor: String,
}

impl RigSocket<'_> {
    /// Sends a text to the feature and answers what its handler came to: 204, or the error that the visitor would get.
    pub fn send(&self, text: &str) -> Answer {
        self.tell("message", text)
    }

    /// Takes what the feature has sent to it since the last look.
    pub fn received(&self) -> Vec<String> {
        self.rig.world.borrow_mut().sockets.get_mut(&self.id).map(|socket| std::mem::take(&mut socket.received)).unwrap_or_default()
    }

    /// Whether the feature has closed it.
    pub fn is_closed(&self) -> bool {
        self.rig.world.borrow().sockets.get(&self.id).is_none_or(|socket| socket.closed)
    }

    fn tell(&self, event: &str, text: &str) -> Answer {
        let now = self.rig.visitor.replace(self.visitor.clone());
        let answer = self.rig.call("SOCKET", &self.path, &[(socket::ID, self.id.as_str()), (socket::EVENT, event)], text.as_bytes());
        self.rig.set_visitor(&now);
        answer
    }
}

impl Drop for RigSocket<'_> {
    fn drop(&mut self) {
        if let Some(socket) = self.rig.world.borrow_mut().sockets.get_mut(&self.id) {
            socket.closed = true;
        }
        if !std::thread::panicking() {
            self.tell("close", "");
        }
        self.rig.world.borrow_mut().sockets.remove(&self.id);
    }
}

impl Rig {
    /// Runs `mount`.
    pub fn mount(mount: fn(&mut Routes)) -> Self {
        kandra_rt::host::install(host::module()).expect("the rig speaks this crate's own ABI");
        let world = Rc::new(RefCell::new(World::new()));
        let mut routes = Routes::default();
        with_world(&world, || mount(&mut routes));
        Self {
            world,
            routes: routes.list,
            migrations: routes.migrations,
            state: routes.state,
            visitor: RefCell::new("visitor".to_owned()),
            polls: Cell::new(0),
            opened: Cell::new(0),
        }
    }

    /// With a database for `ctx.sql()`, in the shape that the feature's migrations make: `kandra_sql::for_tests()` of the crate
    /// `kandra-sql`, which a feature has among its `[dev-dependencies]`. It gets the migrations and a request, and answers it.
    ///
    /// # Panics
    /// When a migration fails.
    #[must_use]
    pub fn with_sql(self, database: impl Fn(&[String], &[u8]) -> core::result::Result<Vec<u8>, (Status, String)> + 'static) -> Self {
        let migrations = self.migrations.clone();
        if let Err((_, reason)) = database(&migrations, br#"{"statements": []}"#) {
            panic!("{reason}");
        }
        self.world.borrow_mut().sql = Some(Box::new(move |request| database(&migrations, request)));
        self
    }

    /// `GET`; the path may hold a query.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], b"")
    }

    /// `POST` without a body.
    pub fn post(&self, path: &str) -> Answer {
        self.call("POST", path, &[], b"")
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, &[], b"")
    }

    /// `POST` with JSON.
    ///
    /// # Panics
    /// When the value cannot be JSON.
    pub fn post_json<T: Serialize + ?Sized>(&self, path: &str, body: &T) -> Answer {
        let body = serde_json::to_vec(body).expect("the body can be JSON");
        self.call("POST", path, &[("content-type", "application/json")], &body)
    }

    /// `POST` with a form: `name=value&other=value`.
    pub fn post_form(&self, path: &str, form: &str) -> Answer {
        self.call("POST", path, &[("content-type", "application/x-www-form-urlencoded")], form.as_bytes())
    }

    /// Any call; it runs to its end. A path that no route has is 404, as on the server.
    ///
    /// # Panics
    /// When the handler waits for something that can never happen.
    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some((route, params)) = find(&self.routes, method, path) else {
            return Answer { status: 404, headers: Vec::new(), body: b"no such route".to_vec() };
        };
        let params: Vec<_> = params.into_iter().map(|(name, value)| (name, decode_segment(value))).collect();
        let params: Vec<Param<'_>> =
            params.iter().map(|(name, value)| Param { name: (*name).into(), value: value.as_str().into() }).collect();
        let headers: Vec<Header<'_>> =
            headers.iter().map(|(name, value)| Header { name: (*name).into(), value: RSlice::from_slice(value.as_bytes()) }).collect();
        let visitor = self.visitor.borrow().clone();
        let view = RequestView {
            route: route as u32,
            method: method.into(),
            path: path.into(),
            query: query.into(),
            params: RSlice::from_slice(&params),
            headers: RSlice::from_slice(&headers),
            body: RSlice::from_slice(body),
            visitor: visitor.as_str().into(),
        };
        with_world(&self.world, || match dispatch::begin(&self.routes, self.state.as_ref(), &view) {
            RResult::ROk(call) => {
                let answer = self.run(call);
                dispatch::drop_call(call);
                answer
            }
            RResult::RErr(fault) => failed(&fault),
        })
    }

    fn run(&self, call: Call) -> Answer {
        loop {
            self.polls.set(self.polls.get() + 1);
            match dispatch::poll(call) {
                Polled::Ready(response) => {
                    let headers = response.headers.iter().map(|header| (header.name.to_string(), header.value.to_string())).collect();
                    return Answer { status: response.status, headers, body: response.body.as_slice().to_vec() };
                }
                Polled::Faulted(fault) => return failed(&fault),
                Polled::PendingWoken => {}
                Polled::Pending => {
                    let mut world = self.world.borrow_mut();
                    let woken = std::mem::take(&mut world.woken);
                    assert!(woken || world.pass(), "the handler waits for something that never happens");
                }
            }
        }
    }

    /// Runs a task of [`Routes::every`] once, whatever the clock says.
    ///
    /// # Panics
    /// When there is no such task, or it fails.
    pub fn task(&self, name: &str) {
        let answer = self.call("TASK", &format!("/{name}"), &[], b"");
        assert!(answer.status < 400, "the task {name} failed: {}", String::from_utf8_lossy(&answer.body));
    }

    /// Opens a WebSocket of [`Routes::websocket`].
    ///
    /// # Panics
    /// When the feature refuses it, or there is no such route.
    pub fn socket(&self, path: &str) -> RigSocket<'_> {
        let number = self.opened.get() + 1;
        self.opened.set(number);
        let socket = RigSocket { rig: self, id: format!("{number:032x}"), path: path.to_owned(), visitor: self.visitor.borrow().clone() };
        self.world.borrow_mut().sockets.insert(socket.id.clone(), OpenSocket::default());
        let answer = socket.tell("open", "");
        assert!(answer.status < 400, "the socket {path} was refused: {}", String::from_utf8_lossy(&answer.body));
        socket
    }

    /// Gives the feature the state that a revision of this version saved, as a swap does.
    ///
    /// # Errors
    /// What the revision makes of it.
    ///
    /// # Panics
    /// When the feature declares no state.
    pub fn restore_state(&self, version: u32, saved: &Value) -> Result<()> {
        let state = self.state.as_ref().expect("the feature declares state");
        with_world(&self.world, || state.restore(version, saved.to_string().as_bytes()))
    }

    /// Who the visitor is from now on; `visitor` at first.
    pub fn set_visitor(&self, visitor: &str) {
        *self.visitor.borrow_mut() = visitor.to_owned();
    }

    /// Sets the clock: milliseconds since 1970, UTC. It begins at 2026-01-01.
    pub fn set_now(&self, millis: i64) {
        self.world.borrow_mut().now = millis;
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let mut world = self.world.borrow_mut();
        world.now = world.now.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
    }

    /// What another server answers to every call of this URL from now on, with any query unless the URL has one. In place
    /// of what was said of the same URL before.
    pub fn answer_http(&self, url: &str, answer: HttpAnswer) {
        self.world.borrow_mut().http.set(url.to_owned(), answer);
    }

    /// The calls that were made to other servers, in order.
    pub fn http_asked(&self) -> Vec<HttpAsked> {
        self.world.borrow().http.asked.clone()
    }

    /// What another feature answers to every call of this path from now on, with any query unless the path has one. In
    /// place of what was said of the same path before.
    pub fn answer_call(&self, feature: &str, path: &str, answer: HttpAnswer) {
        self.world.borrow_mut().calls.set(format!("{feature}{path}"), answer);
    }

    /// The calls that were made to other features, in order; each one's URL is the feature's name and the path.
    pub fn calls_asked(&self) -> Vec<HttpAsked> {
        self.world.borrow().calls.asked.clone()
    }

    /// The stored value of a key, expired or not.
    pub fn stored(&self, key: &str) -> Option<String> {
        self.world.borrow().kv.get(key).map(|stored| String::from_utf8_lossy(&stored.value).into_owned())
    }

    /// What was published: topic and data, in order.
    ///
    /// # Panics
    /// Never: what the SDK publishes is JSON.
    pub fn published(&self) -> Vec<(String, Value)> {
        let world = self.world.borrow();
        world.published.iter().map(|(topic, data)| (topic.clone(), serde_json::from_str(data).expect("the SDK publishes JSON"))).collect()
    }

    /// What was logged, in order.
    pub fn logged(&self) -> Vec<String> {
        self.world.borrow().logged.iter().map(|line| line.1.clone()).collect()
    }

    /// How often handlers have been polled: a measure of needless waking.
    pub fn polls(&self) -> usize {
        self.polls.get()
    }

    /// Operations that are still under way: 0 after every call, unless a handler keeps one in a static.
    pub fn waiting(&self) -> usize {
        self.world.borrow().waiting()
    }
}

fn failed(fault: &kandra_abi::Fault) -> Answer {
    let words = if fault.location.is_empty() { fault.message.to_string() } else { format!("{} at {}", fault.message, fault.location) };
    Answer { status: 500, headers: Vec::new(), body: words.into_bytes() }
}

/// The route that the server would choose: at each segment a literal wins over a parameter, a parameter over a remainder.
fn find<'r, 'p>(routes: &'r [Route], method: &str, path: &'p str) -> Option<(usize, Vec<(&'r str, &'p str)>)> {
    let fits = |route: &Route| match method {
        "SOCKET" => route.kind == route_kind::SOCKET,
        method => route.method == method,
    };
    let candidates = routes.iter().enumerate().filter(|(_, route)| fits(route));
    let matches = candidates.filter_map(|(at, route)| matched(&route.path, path).map(|(rank, params)| (rank, at, params)));
    matches.min_by(|a, b| a.0.cmp(&b.0)).map(|(_, at, params)| (at, params))
}

type Match<'r, 'p> = (Vec<u8>, Vec<(&'r str, &'p str)>);

fn matched<'r, 'p>(pattern: &'r str, path: &'p str) -> Option<Match<'r, 'p>> {
    let (mut rank, mut params) = (Vec::new(), Vec::new());
    let mut rest = path.strip_prefix('/')?;
    for segment in pattern.strip_prefix('/')?.split('/') {
        if let Some(name) = segment.strip_prefix("{*").and_then(|name| name.strip_suffix('}')) {
            rank.push(2);
            params.push((name, rest));
            return (!rest.is_empty()).then_some((rank, params));
        }
        let (head, tail) = rest.split_once('/').unwrap_or((rest, "\0"));
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !head.is_empty() => {
                rank.push(1);
                params.push((name, head));
            }
            None if segment == head => rank.push(0),
            _ => return None,
        }
        rest = tail;
    }
    (rest == "\0").then_some((rank, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_on_the_server() {
        assert!(matched("/", "/").is_some());
        assert!(matched("/a", "/a").is_some());
        assert!(matched("/a", "/a/").is_none());
        assert!(matched("/a", "/a/b").is_none());
        assert!(matched("/a/b", "/a").is_none());
        assert_eq!(matched("/a/{x}/c", "/a/b/c").unwrap().1, [("x", "b")]);
        assert!(matched("/a/{x}", "/a/").is_none());
        assert_eq!(matched("/{*rest}", "/a/b").unwrap().1, [("rest", "a/b")]);
        assert!(matched("/{*rest}", "/").is_none());
    }
}
