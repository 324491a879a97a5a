//! What a handler may use of the host.

use crate::state::StateCell;
use crate::{Http, Kv, Log, Neighbour, Random, Result, Room, Sql, State};
use kandra_rt::{host::host, op::Operation};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// A handler's way to the host: data, time, chance, events, the log.
///
/// It is cheap to clone, and acts for the feature whose handler holds it.
#[derive(Clone)]
pub struct Ctx {
    state: Option<Arc<StateCell>>,
}

impl Ctx {
    pub(crate) fn new(state: Option<Arc<StateCell>>) -> Self {
        Self { state }
    }

    /// The feature's state in memory, of the type that `mount` declared. See [`Routes::state`](crate::Routes::state).
    ///
    /// # Errors
    /// 500 when none of this type was declared.
    pub fn state<T: 'static>(&self) -> Result<State<T>> {
        State::of(self.state.as_ref())
    }

    /// The feature's durable data. See [`Kv`].
    pub fn kv(&self) -> Kv {
        Kv::new()
    }

    /// The feature's own database. See [`Sql`].
    pub fn sql(&self) -> Sql {
        Sql::new()
    }

    /// Calls to other servers. See [`Http`].
    pub fn http(&self) -> Http {
        Http::new()
    }

    /// Another feature on this server, by the name in its address. See [`Neighbour`].
    pub fn call(&self, feature: &str) -> Neighbour {
        Neighbour::new(feature)
    }

    /// The feature's log. See [`Log`].
    pub fn log(&self) -> Log {
        Log::new()
    }

    /// The WebSockets that joined a room. See [`Room`] and [`Socket::join`](crate::Socket::join).
    pub fn room(&self, name: &str) -> Room {
        Room::named(name)
    }

    /// One WebSocket, by its [id](crate::Socket::id); it may be gone.
    pub fn socket(&self, id: &str) -> Room {
        Room::of_one(id)
    }

    /// Chance, from the host. See [`Random`].
    pub fn random(&self) -> Random {
        Random::new()
    }

    /// Milliseconds since 1970-01-01, UTC, by the host's clock.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// # fn mount(routes: &mut Routes) { routes.get("/", now); }
    /// async fn now(_req: Request, ctx: Ctx) -> Result<Response> {
    ///     let seconds = ctx.now() / 1000;
    ///     Response::text(format!("{:02}:{:02} UTC", seconds / 3600 % 24, seconds / 60 % 60))
    /// }
    /// # let rig = Rig::mount(mount);
    /// # rig.set_now(3_600_000 + 120_000);
    /// # assert_eq!(rig.get("/").text(), "01:02 UTC");
    /// ```
    pub fn now(&self) -> i64 {
        (host().now())()
    }

    /// Waits; other calls run meanwhile.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// # fn mount(routes: &mut Routes) { routes.get("/", later); }
    /// async fn later(_req: Request, ctx: Ctx) -> Result<Response> {
    ///     let before = ctx.now();
    ///     ctx.sleep(Duration::from_millis(250)).await;
    ///     Response::text(format!("{} ms", ctx.now() - before))
    /// }
    /// # assert_eq!(Rig::mount(mount).get("/").text(), "250 ms");
    /// ```
    pub async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Operation::start(kandra_abi::op_kind::SLEEP, millis, &[]).await;
    }

    /// Sends data to everybody who listens to the feature's topic: `kandra.events(topic, handler)` in its pages.
    ///
    /// After every successful call that is not a GET the host publishes the topic `changed` by itself.
    ///
    /// # Errors
    /// 413 when the topic is not 1 to 64 letters, digits and `_.:-`, or the data larger than 32 KiB; 500 when it is not JSON.
    ///
    /// ```
    /// # use kandra::{prelude::*, testing::Rig};
    /// # fn mount(routes: &mut Routes) { routes.post("/roll", roll); }
    /// async fn roll(_req: Request, ctx: Ctx) -> Result<Response> {
    ///     let eyes = ctx.random().below(6) + 1;
    ///     ctx.publish("rolled", &json!({ "eyes": eyes }))?;
    ///     Response::no_content()
    /// }
    /// # let rig = Rig::mount(mount);
    /// # assert_eq!(rig.post("/roll").status(), 204);
    /// # assert_eq!(rig.published()[0].0, "rolled");
    /// ```
    pub fn publish<T: Serialize + ?Sized>(&self, topic: &str, data: &T) -> Result<()> {
        let data = serde_json::to_string(data)?;
        publish(topic, &data)
    }
}

fn publish(topic: &str, data: &str) -> Result<()> {
    match crate::Error::of_host((host().publish())(topic.into(), data.into()), "publish") {
        None => Ok(()),
        Some(error) => Err(error),
    }
}
