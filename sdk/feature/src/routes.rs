//! Which handler answers which path.

use crate::state::StateCell;
use crate::{Ctx, Error, Request, Response, Result, Socket, SocketEvent};
use kandra_abi::{RouteDesc, route_kind};
use kandra_rt::call::Handling;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub(crate) type Handler = Box<dyn Fn(Request, Ctx) -> Handling<Result<Response>> + Send + Sync>;

pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) kind: u32,
    period_ms: u64,
    topic: String,
    pub(crate) handler: Handler,
}

impl Route {
    /// For the host. The test rig needs no description.
    #[cfg_attr(not(kandra_library), expect(dead_code))]
    pub(crate) fn describe(&self) -> RouteDesc {
        let (path, topic) = (self.path.as_str().into(), self.topic.as_str().into());
        RouteDesc { method: self.method.into(), path, kind: self.kind, period_ms: self.period_ms, topic }
    }
}

/// The routes of a feature, filled by `mount`.
///
/// Paths are relative to the feature, begin with `/`, and may hold parameters: `{name}` is one segment, a last `{*rest}`
/// the remainder.
///
/// ```
/// use kandra::{prelude::*, testing::Rig};
///
/// fn mount(routes: &mut Routes) {
///     routes.get("/", index);
///     routes.get("/notes/{id}", note);
///     routes.widget(index);
/// }
///
/// async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
///     Response::html("<p>Hello</p>")
/// }
///
/// async fn note(req: Request, _ctx: Ctx) -> Result<Response> {
///     let id: u32 = req.param_as("id")?;
///     Response::json(&json!({ "id": id }))
/// }
///
/// let rig = Rig::mount(mount);
/// assert_eq!(rig.get("/notes/7").json()["id"], 7);
/// assert_eq!(rig.get("/notes/seven").status(), 400);
/// assert_eq!(rig.get("/nowhere").status(), 404);
/// ```
#[derive(Default)]
pub struct Routes {
    pub(crate) list: Vec<Route>,
    pub(crate) migrations: Vec<String>,
    pub(crate) state: Option<Arc<StateCell>>,
}

macro_rules! methods {
    ($($name:ident $method:literal)*) => { $(
        #[doc = concat!("Answers `", $method, "` requests to the path.")]
        ///
        /// # Panics
        /// When the path is malformed or already taken; the gates show it before anything goes live.
        #[track_caller]
        pub fn $name<H, F>(&mut self, path: &str, handler: H) -> &mut Self
        where
            H: Fn(Request, Ctx) -> F + Send + Sync + 'static,
            F: Future<Output = Result<Response>> + 'static,
        {
            self.add($method, path, route_kind::HANDLER, Box::new(move |request, ctx| Box::pin(handler(request, ctx))))
        }
    )* };
}

impl Routes {
    methods! { get "GET" post "POST" put "PUT" patch "PATCH" delete "DELETE" }

    /// Answers `GET /widget` with an HTML fragment, which the host shows on the feature's card inside a document of its
    /// own: tokens and base styles are there, the shim (`kandra.fetch` and the rest) too.
    ///
    /// # Panics
    /// When there is a widget already.
    #[track_caller]
    pub fn widget<H, F>(&mut self, handler: H) -> &mut Self
    where
        H: Fn(Request, Ctx) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.add("GET", "/widget", route_kind::WIDGET, Box::new(move |request, ctx| Box::pin(handler(request, ctx))))
    }

    /// Runs a task again and again, the first time a second after the feature went live. Its name is the function's.
    ///
    /// Never two of one task at once: a beat that falls due while the task runs follows when it has ended. A new revision
    /// takes the beat over. The task may take as long as a call may; what it answers as an error goes to the log.
    ///
    /// # Panics
    /// When the task is a closure, the name is taken, or the period is not between one second and 24 hours.
    ///
    /// ```
    /// use kandra::{prelude::*, testing::Rig};
    ///
    /// fn mount(routes: &mut Routes) {
    ///     routes.every(Duration::from_secs(60), tidy);
    /// }
    ///
    /// async fn tidy(ctx: Ctx) -> Result<()> {
    ///     ctx.kv().increment("tidied", 1).await?;
    ///     Ok(())
    /// }
    ///
    /// let rig = Rig::mount(mount);
    /// rig.task("tidy");
    /// assert_eq!(rig.stored("tidied").as_deref(), Some("1"));
    /// ```
    #[track_caller]
    pub fn every<H, F>(&mut self, period: Duration, task: H) -> &mut Self
    where
        H: Fn(Ctx) -> F + Send + Sync + Copy + 'static,
        F: Future<Output = Result<()>> + 'static,
    {
        let name = std::any::type_name::<H>().rsplit("::").next().unwrap_or_default();
        let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        assert!(named && !name.is_empty(), "`routes.every` needs a named `async fn(Ctx) -> Result<()>`: its name is the task's");
        let fits = (Duration::from_secs(1)..=Duration::from_secs(24 * 3600)).contains(&period);
        assert!(fits, "the task {name} has a period that is not between one second and 24 hours");
        let handler: Handler = Box::new(move |_request, ctx| {
            Box::pin(async move {
                task(ctx).await?;
                Response::no_content()
            })
        });
        self.add("TASK", &format!("/{name}"), route_kind::TASK, handler);
        self.last().period_ms = u64::try_from(period.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Answers `GET` with what is published to the topic, as an event stream (SSE): each event's data is one line of JSON.
    ///
    /// The host keeps the connections: they stay open while the feature is replaced. Parameters of the path may stand in
    /// the topic. On the feature's own pages `kandra.events(topic, handler)` needs no route.
    ///
    /// # Panics
    /// When the path is malformed or taken, or the topic is not 1 to 64 letters, digits, `_.:-` and `{parameters}`.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// fn mount(routes: &mut Routes) {
    ///     routes.sse("/rooms/{room}/events", "room:{room}");
    ///     routes.post("/rooms/{room}", say);
    /// }
    ///
    /// async fn say(req: Request, ctx: Ctx) -> Result<Response> {
    ///     ctx.publish(&format!("room:{}", req.param("room")?), &json!({ "text": req.text()? }))?;
    ///     Response::no_content()
    /// }
    /// # let rig = Rig::mount(mount);
    /// # assert_eq!(rig.call("POST", "/rooms/a", &[], b"hello").status(), 204);
    /// # assert_eq!(rig.published()[0].0, "room:a");
    /// # assert_eq!(rig.get("/rooms/a/events").header("content-type"), Some("text/event-stream"));
    /// ```
    #[track_caller]
    pub fn sse(&mut self, path: &str, topic: &str) -> &mut Self {
        let plain = topic.split(['{', '}']).all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte)));
        assert!(
            plain && (1..=64).contains(&topic.len()),
            "the topic {topic:?} is not 1 to 64 letters, digits, `_.:-` and `{{parameters}}`"
        );
        let mut parameters = topic.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let unknown = parameters.find(|name| !path.split('/').any(|segment| segment == format!("{{{name}}}")));
        assert!(unknown.is_none(), "the topic {topic:?} has a parameter that the path {path:?} has not");
        // The host answers visitors itself; this is what a test and the contract see.
        let handler: Handler =
            Box::new(|_request, _ctx| Box::pin(async { Response::bytes("text/event-stream", b"retry: 2000\n\n".to_vec()) }));
        self.add("GET", path, route_kind::EVENTS, handler);
        self.last().topic = topic.to_owned();
        self
    }

    /// Opens a WebSocket at the path; the handler is called for each of its events. See [`Socket`].
    ///
    /// The host keeps the connections: they stay open while the feature is replaced. The events of one socket come one
    /// after another.
    ///
    /// # Panics
    /// When the path is malformed or taken.
    ///
    /// ```
    /// use kandra::{prelude::*, testing::Rig};
    ///
    /// fn mount(routes: &mut Routes) {
    ///     routes.websocket("/chat", chat);
    /// }
    ///
    /// async fn chat(socket: Socket, event: SocketEvent, ctx: Ctx) -> Result<()> {
    ///     match event {
    ///         SocketEvent::Open => socket.join("all").await,
    ///         SocketEvent::Message(text) => ctx.room("all").send(text.trim()).await,
    ///         SocketEvent::Closed => Ok(()),
    ///     }
    /// }
    ///
    /// let rig = Rig::mount(mount);
    /// let (ada, bob) = (rig.socket("/chat"), rig.socket("/chat"));
    /// ada.send(" hello ");
    /// assert_eq!(bob.received(), ["hello"]);
    /// ```
    #[track_caller]
    pub fn websocket<H, F>(&mut self, path: &str, handler: H) -> &mut Self
    where
        H: Fn(Socket, SocketEvent, Ctx) -> F + Send + Sync + 'static,
        F: Future<Output = Result<()>> + 'static,
    {
        let handler: Handler = Box::new(move |request, ctx| match SocketEvent::of(&request) {
            Ok(event) => {
                let handling = handler(Socket::of(request), event, ctx);
                Box::pin(async move {
                    handling.await?;
                    Response::no_content()
                })
            }
            Err(error) => Box::pin(async { Err(error) }),
        });
        self.add("GET", path, route_kind::SOCKET, handler)
    }

    /// Declares state in memory, which begins with its default and survives a replacement of the feature: the old revision
    /// saves it as JSON while no call runs, the new one restores it. Use it with [`Ctx::state`].
    ///
    /// It is written to disk every few seconds, so that a crash loses no more than that; what must not be lost belongs into
    /// [`Ctx::kv`]. It may have 1 MiB as JSON. A field that was added needs `#[serde(default)]`; for other changes of its
    /// shape see [`migrating_state`](Self::migrating_state).
    ///
    /// # Panics
    /// When there is state already.
    ///
    /// ```
    /// use kandra::{prelude::*, testing::Rig};
    ///
    /// #[derive(Default, Serialize, Deserialize)]
    /// struct Hits {
    ///     count: u64,
    /// }
    ///
    /// fn mount(routes: &mut Routes) {
    ///     routes.state::<Hits>();
    ///     routes.post("/hit", hit);
    /// }
    ///
    /// async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
    ///     let count = ctx.state::<Hits>()?.with(|hits| {
    ///         hits.count += 1;
    ///         hits.count
    ///     });
    ///     Response::json(&json!({ "count": count }))
    /// }
    ///
    /// let rig = Rig::mount(mount);
    /// rig.post("/hit");
    /// assert_eq!(rig.post("/hit").json()["count"], 2);
    /// ```
    #[track_caller]
    pub fn state<T>(&mut self) -> &mut Self
    where
        T: Default + Serialize + DeserializeOwned + Send + 'static,
    {
        self.migrating_state::<T, _>(1, |from, _| {
            Err(Error::internal("This feature could not answer.")
                .with_detail(format_args!("the state has version {from}, this revision knows 1")))
        })
    }

    /// The same for state whose shape has changed: `version` is raised with each change (it begins with 1), and `migrate` is given
    /// the version and the JSON of older state. When it fails the new revision does not go live. State that is newer than
    /// `version`, after a rollback, is set aside: the revision begins with the default.
    ///
    /// # Panics
    /// When there is state already.
    ///
    /// ```
    /// use kandra::{prelude::*, testing::Rig};
    ///
    /// #[derive(Default, Serialize, Deserialize)]
    /// struct Hits {
    ///     by_day: Vec<u64>,
    /// }
    ///
    /// fn mount(routes: &mut Routes) {
    ///     // Version 1 was `{ "count": 7 }`.
    ///     routes.migrating_state(2, |_from, old| Ok(Hits { by_day: Vec::from([old["count"].as_u64().unwrap_or(0)]) }));
    ///     routes.get("/", index);
    /// }
    ///
    /// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    ///     Response::json(&ctx.state::<Hits>()?.with(|hits| hits.by_day.clone()))
    /// }
    ///
    /// let rig = Rig::mount(mount);
    /// rig.restore_state(1, &json!({ "count": 7 })).unwrap();
    /// assert_eq!(rig.get("/").json(), json!([7]));
    /// ```
    #[track_caller]
    pub fn migrating_state<T, M>(&mut self, version: u32, migrate: M) -> &mut Self
    where
        T: Default + Serialize + DeserializeOwned + Send + 'static,
        M: Fn(u32, Value) -> Result<T> + Send + Sync + 'static,
    {
        assert!(self.state.is_none(), "the state is declared twice; put both into one struct");
        self.state = Some(StateCell::new(version, migrate));
        self
    }

    /// A step of the database's shape: `CREATE TABLE …`, `ALTER TABLE … ADD COLUMN …`, one or several statements.
    ///
    /// Steps run in the order in which `mount` names them, each once in the life of the feature's data, before the new
    /// revision serves. The old revision may still be used meanwhile and after a rollback: only add, and never edit a step
    /// that has run; append another. One that fails leaves everything as it was, and the revision does not go live.
    ///
    /// ```
    /// # use kandra::prelude::*;
    /// fn mount(routes: &mut Routes) {
    ///     routes.migration("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    ///     routes.migration("ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT ''");
    /// }
    /// # kandra::testing::Rig::mount(mount);
    /// ```
    pub fn migration(&mut self, sql: &str) -> &mut Self {
        self.migrations.push(sql.to_owned());
        self
    }

    #[track_caller]
    fn add(&mut self, method: &'static str, path: &str, kind: u32, handler: Handler) -> &mut Self {
        if let Err(reason) = well_formed(path) {
            panic!("the route {method} {path:?} {reason}");
        }
        let taken = self.list.iter().any(|route| route.method == method && shape(&route.path).eq(shape(path)));
        assert!(!taken, "the route {method} {path} is mounted twice");
        self.list.push(Route { method, path: path.to_owned(), kind, period_ms: 0, topic: String::new(), handler });
        self
    }

    fn last(&mut self) -> &mut Route {
        self.list.last_mut().expect("a route was added")
    }
}

fn well_formed(path: &str) -> Result<(), &'static str> {
    let Some(inner) = path.strip_prefix('/') else { return Err("does not begin with `/`") };
    if path.len() > 200 {
        return Err("is longer than 200 characters");
    }
    let mut names = Vec::new();
    let count = inner.split('/').count();
    for (at, segment) in inner.split('/').enumerate() {
        if segment.is_empty() && inner.is_empty() {
            continue;
        }
        if segment.is_empty() || segment == "." || segment == ".." {
            return Err("has an empty segment, `.` or `..`");
        }
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let name = match name.strip_prefix('*') {
                Some(rest) if at + 1 == count => rest,
                Some(_) => return Err("has `{*rest}` before its end"),
                None => name,
            };
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err("has a parameter whose name is not made of letters, digits and `_`");
            }
            if names.contains(&name) {
                return Err("has two parameters of one name");
            }
            names.push(name);
        } else if !segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)) {
            return Err(
                "has a segment with other characters than letters, digits and `-_.~`; a parameter takes a whole segment, as in `/notes/{id}`",
            );
        }
    }
    Ok(())
}

/// A path with its parameters' names taken out: two routes of one shape answer the same requests.
fn shape(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').map(|segment| match segment.as_bytes() {
        [b'{', b'*', ..] => "{*}",
        [b'{', ..] => "{}",
        _ => segment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_checked() {
        for good in ["/", "/a", "/a/{b}", "/a/{b}/c-d", "/a/{*rest}", "/feed.xml"] {
            assert_eq!(well_formed(good), Ok(()), "{good}");
        }
        for bad in ["", "a", "/a/", "//", "/a//b", "/../x", "/{*rest}/a", "/{}", "/{a}/{a}", "/a{b}", "/a b", "/ä", "/{a-b}"] {
            assert!(well_formed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tasks_are_named_after_their_functions() {
        async fn tidy(_ctx: Ctx) -> Result<()> {
            Ok(())
        }
        let mut routes = Routes::default();
        routes.every(Duration::from_secs(5), tidy).sse("/a/{b}", "b:{b}");
        assert_eq!((routes.list[0].method, routes.list[0].path.as_str(), routes.list[0].period_ms), ("TASK", "/tidy", 5_000));
        assert_eq!((routes.list[1].kind, routes.list[1].topic.as_str()), (route_kind::EVENTS, "b:{b}"));
        let refused = |mount: fn(&mut Routes)| {
            let panicked = std::panic::catch_unwind(|| mount(&mut Routes::default())).unwrap_err();
            panicked.downcast_ref::<String>().cloned().or(panicked.downcast_ref::<&str>().map(ToString::to_string)).unwrap()
        };
        for (mount, part) in [
            ((|routes| _ = routes.every(Duration::from_secs(5), |_ctx| async { Ok(()) })) as fn(&mut Routes), "named"),
            (|routes| _ = routes.every(Duration::from_millis(999), tidy), "one second"),
            (|routes| _ = routes.every(Duration::from_secs(5), tidy).every(Duration::from_secs(6), tidy), "twice"),
            (|routes| _ = routes.sse("/a", "b c"), "letters"),
            (|routes| _ = routes.sse("/a", ""), "1 to 64"),
            (|routes| _ = routes.sse("/a/{x}", "b:{y}"), "parameter"),
        ] {
            assert!(refused(mount).contains(part), "{part}: {}", refused(mount));
        }
    }

    #[test]
    #[should_panic(expected = "mounted twice")]
    fn one_shape_is_one_route() {
        let mut routes = Routes::default();
        async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
            Response::no_content()
        }
        routes.get("/a/{b}", index).post("/a/{b}", index).get("/a/{c}", index);
    }
}
