//! What a feature's library exports: one symbol, under which the host finds its functions.
//!
//! It is made here and not in the feature's own crate, because the description of the types behind it is long and would
//! be compiled anew with every feature.

use crate::dispatch::{begin, drop_call, poll};
use crate::routes::{Route, Routes};
use kandra_abi::abi_stable::std_types::{RErr, ROk, RResult, RString};
use kandra_abi::{Call, Fault, HostModule_Ref, Mounted, RequestView};
use kandra_rt::{fault, host, module, mount, stop};
use std::sync::OnceLock;

kandra_rt::export_module!(FeatureModule {
    init,
    start,
    poll,
    drop_call,
    run_thread_destructors: module::run_thread_destructors,
    teardown: module::teardown,
});

/// The mounted routes of this library; [`RequestView::route`] is an index into them.
static TABLE: OnceLock<Vec<Route>> = OnceLock::new();

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
        assert!(TABLE.set(routes.list).is_ok(), "init runs once");
        Mounted { routes: described, migrations }
    });
    match mounted {
        Ok(mounted) => ROk(mounted),
        Err(fault) => RErr(fault),
    }
}

extern "C" fn start(view: &RequestView<'_>) -> RResult<Call, Fault> {
    begin(TABLE.get().map_or(&[], Vec::as_slice), view)
}
