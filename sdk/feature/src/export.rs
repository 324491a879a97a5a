//! The library's functions that [`feature!`](crate::feature) exports. Not for authors.

use crate::routes::Route;
use crate::{Ctx, Request, Response, Result, Routes};
use kandra_abi::abi_stable::std_types::{RErr, ROk, RResult};
use kandra_abi::{Call, Fault, FeatureModule, HostModule_Ref, Mounted, Polled, RequestView};
use kandra_rt::{call, fault, host, module as rt};
use std::sync::OnceLock;

pub use kandra_abi as abi;

type Answer = Result<Response>;

/// The mounted routes of this library; [`RequestView::route`] is an index into them.
static TABLE: OnceLock<Vec<Route>> = OnceLock::new();

/// The functions, `init` being the only one that differs between features.
pub const fn module(init: extern "C" fn(HostModule_Ref) -> RResult<Mounted, Fault>) -> FeatureModule {
    FeatureModule { init, start, poll, drop_call, run_thread_destructors: rt::run_thread_destructors, teardown: rt::teardown }
}

/// Runs `mount` and keeps its routes.
pub fn init(host: HostModule_Ref, mount: fn(&mut Routes)) -> RResult<Mounted, Fault> {
    kandra_std::sync::__set_tick(kandra_rt::stop::tick_fn);
    if let Err(reason) = host::install(host) {
        return RErr(fault::refusal(reason));
    }
    let mounted = fault::guarded(|| {
        let mut routes = Routes::default();
        mount(&mut routes);
        let mounted = Mounted { routes: routes.list.iter().map(Route::describe).collect() };
        assert!(TABLE.set(routes.list).is_ok(), "init runs once");
        mounted
    });
    match mounted {
        Ok(mounted) => ROk(mounted),
        Err(fault) => RErr(fault),
    }
}

extern "C" fn start(view: &RequestView<'_>) -> RResult<Call, Fault> {
    let routes = TABLE.get().map_or(&[][..], Vec::as_slice);
    begin(routes, view)
}

pub(crate) fn begin(routes: &[Route], view: &RequestView<'_>) -> RResult<Call, Fault> {
    match routes.get(view.route as usize) {
        Some(route) => call::start(|| (route.handler)(Request::new(view), Ctx::new())),
        None => RErr(fault::refusal(format!("there is no route {}", view.route))),
    }
}

pub(crate) extern "C" fn poll(call: Call) -> Polled {
    call::poll(call, |answer: Answer| match answer {
        Ok(response) => response.into_abi(),
        Err(error) => error.into_response().into_abi(),
    })
}

pub(crate) extern "C" fn drop_call(call: Call) {
    call::drop_call::<Answer>(call);
}
