//! What a feature's library exports: one symbol, under which the host finds its functions.
//!
//! It is made here and not in the feature's own crate, because the description of the types behind it is long and would
//! be compiled anew with every feature.

use crate::Result;
use crate::dispatch::{begin, drop_call, poll};
use crate::routes::{Route, Routes};
use crate::state::StateCell;
use kandra_abi::abi_stable::std_types::{RErr, ROk, RResult, RSlice, RString, RVec};
use kandra_abi::{Call, Fault, HostModule_Ref, Mounted, RequestView};
use kandra_rt::{fault, host, module, mount, stop};
use std::sync::OnceLock;

kandra_rt::export_module!(FeatureModule {
    init,
    start,
    poll,
    drop_call,
    save,
    restore,
    run_thread_destructors: module::run_thread_destructors,
    teardown: module::teardown,
    set_memory: module::set_memory,
});

/// What `mount` registered; [`RequestView::route`] is an index into its list.
static MOUNTED: OnceLock<Routes> = OnceLock::new();

extern "C" fn init(host: HostModule_Ref) -> RResult<Mounted, Fault> {
    kandra_std::sync::__set_tick(stop::tick_fn);
    if let Err(reason) = host::install(host) {
        return RErr(fault::refusal(reason));
    }
    let mounted = fault::guarded(|| {
        let mount = mount::of_feature().downcast_ref::<fn(&mut Routes)>().expect("`feature!` exports a `fn(&mut Routes)`");
        let mut routes = Routes::default();
        mount(&mut routes);
        let described = routes.list.iter().map(Route::describe).collect();
        let migrations = routes.migrations.iter().map(|text| RString::from(text.as_str())).collect();
        let state_version = routes.state.as_ref().map(|state| state.version()).into();
        assert!(MOUNTED.set(routes).is_ok(), "init runs once");
        Mounted { routes: described, migrations, state_version }
    });
    match mounted {
        Ok(mounted) => ROk(mounted),
        Err(fault) => RErr(fault),
    }
}

extern "C" fn start(view: &RequestView<'_>) -> RResult<Call, Fault> {
    match MOUNTED.get() {
        Some(routes) => begin(&routes.list, routes.state.as_ref(), view),
        None => RErr(fault::refusal("nothing is mounted".to_owned())),
    }
}

extern "C" fn save() -> RResult<RVec<u8>, Fault> {
    with_state(|state| Ok(state.save()?.into()))
}

extern "C" fn restore(version: u32, bytes: RSlice<'_, u8>) -> RResult<(), Fault> {
    with_state(|state| state.restore(version, bytes.as_slice()))
}

fn with_state<T>(act: impl FnOnce(&StateCell) -> Result<T>) -> RResult<T, Fault> {
    let Some(state) = MOUNTED.get().and_then(|routes| routes.state.as_ref()) else {
        return RErr(fault::refusal("there is no state".to_owned()));
    };
    match fault::guarded(|| act(state)) {
        Ok(Ok(done)) => ROk(done),
        Ok(Err(error)) => RErr(fault::refusal(format!("{error:?}"))),
        Err(fault) => RErr(fault),
    }
}
