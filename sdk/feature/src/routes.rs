//! Which handler answers which path.

use crate::{Ctx, Request, Response, Result};
use kandra_abi::{RouteDesc, abi_stable::std_types::RString, route_kind};
use kandra_rt::call::Handling;
use std::future::Future;

pub(crate) type Handler = Box<dyn Fn(Request, Ctx) -> Handling<Result<Response>> + Send + Sync>;

pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) kind: u32,
    pub(crate) handler: Handler,
}

impl Route {
    /// For the host. The test rig needs no description.
    #[cfg_attr(not(kandra_library), expect(dead_code))]
    pub(crate) fn describe(&self) -> RouteDesc {
        RouteDesc { method: self.method.into(), path: self.path.as_str().into(), kind: self.kind, period_ms: 0, topic: RString::new() }
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
        self.list.push(Route { method, path: path.to_owned(), kind, handler });
        self
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
    #[should_panic(expected = "mounted twice")]
    fn one_shape_is_one_route() {
        let mut routes = Routes::default();
        async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
            Response::no_content()
        }
        routes.get("/a/{b}", index).post("/a/{b}", index).get("/a/{c}", index);
    }
}
