//! Waiting for several things at once.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Waits for both.
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// # fn mount(routes: &mut Routes) { routes.get("/", index); }
/// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
///     let before = ctx.now();
///     kandra::join(ctx.sleep(Duration::from_millis(200)), ctx.sleep(Duration::from_millis(300))).await;
///     Response::text(format!("{} ms", ctx.now() - before))
/// }
/// # assert_eq!(Rig::mount(mount).get("/").text(), "300 ms");
/// ```
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none() {
            first = ready(a.as_mut().poll(cx));
        }
        if second.is_none() {
            second = ready(b.as_mut().poll(cx));
        }
        if first.is_none() || second.is_none() {
            return Poll::Pending;
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            _ => Poll::Pending,
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Which of two futures was ready first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first one, with what it answered.
    First(A),
    /// The second one, with what it answered.
    Second(B),
}

/// Waits for the one that is ready first, and drops the other: so a time limit is made.
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// use kandra::Either;
/// # fn mount(routes: &mut Routes) { routes.get("/", index); }
/// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
///     let slow = ctx.sleep(Duration::from_secs(60));
///     match kandra::select(slow, ctx.sleep(Duration::from_secs(1))).await {
///         Either::First(()) => Response::text("slept"),
///         Either::Second(()) => Err(Error::new(504, "that took too long")),
///     }
/// }
/// # assert_eq!(Rig::mount(mount).get("/").status(), 504);
/// ```
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|cx| {
        if let Poll::Ready(value) = a.as_mut().poll(cx) {
            return Poll::Ready(Either::First(value));
        }
        b.as_mut().poll(cx).map(Either::Second)
    })
    .await
}

/// Waits for all of them; the answers are in the order of the futures. Only those that were woken are polled again.
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// # fn mount(routes: &mut Routes) { routes.get("/", index); }
/// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
///     let squares = kandra::join_all((0..5u64).map(async |n| {
///         ctx.sleep(Duration::from_millis(50 - n)).await;
///         n * n
///     }))
///     .await;
///     Response::json(&squares)
/// }
/// # assert_eq!(Rig::mount(mount).get("/").text(), "[0,1,4,9,16]");
/// ```
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let parent = Arc::new(Mutex::new(None));
    let mut children: Vec<Child<F>> = futures.into_iter().map(|future| Child::new(future, &parent)).collect();
    let mut left = children.len();
    poll_fn(|cx| {
        *parent.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        for child in &mut children {
            left -= usize::from(child.poll());
        }
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    children.into_iter().filter_map(|child| child.output).collect()
}

struct Child<F: Future> {
    future: Option<Pin<Box<F>>>,
    output: Option<F::Output>,
    bell: Arc<Bell>,
    waker: Waker,
}

impl<F: Future> Child<F> {
    fn new(future: F, parent: &Arc<Mutex<Option<Waker>>>) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(true), parent: Arc::clone(parent) });
        Self { future: Some(Box::pin(future)), output: None, waker: Waker::from(Arc::clone(&bell)), bell }
    }

    /// Polls it if it was woken; true when that ended it.
    fn poll(&mut self) -> bool {
        let Some(future) = &mut self.future else { return false };
        if !self.bell.rung.swap(false, Ordering::AcqRel) {
            return false;
        }
        self.output = ready(future.as_mut().poll(&mut Context::from_waker(&self.waker)));
        if self.output.is_some() {
            self.future = None;
        }
        self.output.is_some()
    }
}

/// Remembers that its child was woken, and passes it on to whoever polls the join.
struct Bell {
    rung: AtomicBool,
    parent: Arc<Mutex<Option<Waker>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let parent = self.parent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}
