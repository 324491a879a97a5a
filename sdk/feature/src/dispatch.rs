//! From the host's view of a request to a handler, and from what it answers to the host's view of a response.

use crate::routes::Route;
use crate::state::StateCell;
use crate::{Ctx, Request, Response, Result};
use kandra_abi::abi_stable::std_types::{RErr, RResult};
use kandra_abi::{Call, Fault, Polled, RequestView};
use kandra_rt::{call, fault};
use std::sync::Arc;

type Answer = Result<Response>;

/// Makes the call of a handler; nothing of it runs before the first poll.
pub(crate) fn begin(routes: &[Route], state: Option<&Arc<StateCell>>, view: &RequestView<'_>) -> RResult<Call, Fault> {
    match routes.get(view.route as usize) {
        Some(route) => call::start(|| (route.handler)(Request::new(view), Ctx::new(state.cloned()))),
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
