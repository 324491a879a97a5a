//! Leaks a future that waits for the host, in a circle of references.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;
use std::{cell::RefCell, future::Future, rc::Rc, task::Poll};

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
}

async fn fate(req: Request, ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    misbehave(req, ctx).await
}

/// A value that holds itself.
struct Ring<F> {
    _future: F,
    itself: RefCell<Option<Rc<Ring<F>>>>,
}

async fn misbehave(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut waiting = Box::pin(async move { ctx.sleep(Duration::from_secs(3600)).await });
    std::future::poll_fn(|cx| {
        let began = waiting.as_mut().poll(cx).is_pending();
        Poll::Ready(began)
    })
    .await;
    let ring = Rc::new(Ring { _future: waiting, itself: RefCell::new(None) });
    *ring.itself.borrow_mut() = Some(ring.clone());
    Response::text("leaked")
}
