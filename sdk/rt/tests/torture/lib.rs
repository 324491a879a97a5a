//! A library that does what a feature must not, with the real `std`, so that only the runtime's own layer stands in its
//! way.

use kandra::{Ctx, Request, Response, Result, Routes, Value, json, serde::Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Poll, Waker};
use std::time::Duration;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/hello/{name}", hello).post("/echo", echo).get("/rows", rows).get("/ordinary", ordinary);
    routes.get("/local", local).get("/thread", thread).get("/current", current).get("/leak", leak);
    routes.get("/panic", panics).get("/panic-late", panics_late).get("/panic-in-drop", panics_in_drop);
    routes.get("/spin", spin).get("/recurse", recurse).get("/hoard", hoard).get("/lock-twice", lock_twice);
    routes.get("/doors", doors).get("/backtrace", backtrace);
    routes.get("/join", join).get("/select", select).get("/meet", meet).get("/yield", yields).get("/polls", polls);
}

async fn hello(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(format!("hello, {} {}", req.param("name")?, req.query("title").unwrap_or_default()))
}

async fn echo(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&req.json::<Value>()?)
}

#[derive(Serialize)]
struct Row {
    id: u64,
    name: String,
    price: f64,
}

async fn rows(req: Request, _ctx: Ctx) -> Result<Response> {
    let count = req.query_as::<u64>("n")?.unwrap_or(50);
    let rows: Vec<_> = (0..count).map(|id| Row { id, name: format!("row {id}"), price: id as f64 * 1.25 }).collect();
    Response::json(&json!({ "rows": rows }))
}

async fn ordinary(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut map = HashMap::new();
    for i in 0..1000 {
        map.insert(format!("key {i}"), vec![i; 10]);
    }
    let big = vec![7u8; 3 << 20];
    let mut grown = Vec::new();
    grown.extend((0..100_000u64).map(|i| i * 2));
    let aligned = Box::new(Aligned([1; 100]));
    assert!(std::ptr::from_ref(&*aligned).addr().is_multiple_of(4096));
    Response::text(format!("{} {} {} {}", map.len(), big.len(), grown[99_999], aligned.0[99]))
}

#[repr(align(4096))]
struct Aligned([u8; 100]);

thread_local! { static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) }; }

async fn local(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(SEEN.with_borrow_mut(|seen| {
        seen.push("x".repeat(100));
        seen.len().to_string()
    }))
}

async fn thread(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(match std::thread::Builder::new().spawn(|| ()) {
        Ok(_) => "spawned",
        Err(_) => "refused",
    })
}

async fn current(_req: Request, _ctx: Ctx) -> Result<Response> {
    std::thread::scope(|_| ());
    Response::text(if std::thread::current().name().is_none() { "current" } else { "named" })
}

async fn leak(_req: Request, _ctx: Ctx) -> Result<Response> {
    for size in [10, 1000, 100_000, 10_000_000] {
        Box::leak(vec![1u8; size].into_boxed_slice());
    }
    Response::text("leaked")
}

async fn panics(_req: Request, _ctx: Ctx) -> Result<Response> {
    panic!("on {}", "purpose")
}

async fn panics_late(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.sleep(Duration::from_millis(1)).await;
    let empty: Vec<u8> = Vec::new();
    Response::text(empty[black_box(3)].to_string())
}

struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

async fn panics_in_drop(_req: Request, ctx: Ctx) -> Result<Response> {
    let _bomb = Bomb;
    ctx.sleep(Duration::from_secs(1000)).await;
    Response::text("never")
}

async fn spin(_req: Request, _ctx: Ctx) -> Result<Response> {
    loop {
        kandra::__tick();
    }
}

#[allow(unconditional_recursion)]
fn deep(n: u64) -> u64 {
    kandra::__tick();
    let frame = black_box([n; 32]);
    deep(n + 1) + black_box(frame)[(n % 32) as usize]
}

async fn recurse(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(deep(0).to_string())
}

async fn hoard(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut all = Vec::new();
    loop {
        kandra::__tick();
        all.push(vec![1u8; 10_000]);
    }
}

async fn lock_twice(_req: Request, _ctx: Ctx) -> Result<Response> {
    static LOCK: kandra_std::sync::Mutex<u32> = kandra_std::sync::Mutex::new(0);
    let first = LOCK.lock().unwrap();
    let second = LOCK.lock().unwrap();
    Response::text(format!("{first} {second}"))
}

async fn doors(_req: Request, _ctx: Ctx) -> Result<Response> {
    let opened = [
        ("read", std::fs::read("/etc/hostname").is_ok()),
        ("write", std::fs::write("/dev/null", "x").is_ok()),
        ("metadata", std::path::Path::new("/etc").exists()),
        ("list", std::fs::read_dir("/").is_ok()),
        ("connect", std::net::TcpStream::connect("127.0.0.1:1").is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionRefused)),
        ("listen", std::net::TcpListener::bind("127.0.0.1:0").is_ok()),
        ("udp", std::net::UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("unix", std::os::unix::net::UnixDatagram::unbound().is_ok()),
        ("process", std::process::Command::new("/bin/true").status().is_ok()),
        ("environment", std::env::var_os("PATH").is_some()),
        ("directory", std::env::current_dir().is_ok()),
    ];
    let opened: Vec<_> = opened.into_iter().filter(|door| door.1).map(|door| door.0).collect();
    Response::text(format!("open: {}", opened.join(" ")))
}

async fn backtrace(_req: Request, _ctx: Ctx) -> Result<Response> {
    let text = std::backtrace::Backtrace::force_capture().to_string();
    Response::text(format!("captured {}", !text.is_empty()))
}

static POLLED: AtomicUsize = AtomicUsize::new(0);

/// Counts how often the future inside is polled.
async fn counted<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    poll_fn(|cx| {
        POLLED.fetch_add(1, SeqCst);
        future.as_mut().poll(cx)
    })
    .await
}

async fn polls(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(POLLED.swap(0, SeqCst).to_string())
}

async fn join(req: Request, ctx: Ctx) -> Result<Response> {
    let count = req.query_as::<u64>("n")?.unwrap_or(20);
    let numbers = kandra::join_all((0..count).map(|n| {
        let ctx = ctx.clone();
        counted(async move {
            ctx.sleep(Duration::from_millis(5 + n % 40)).await;
            n
        })
    }))
    .await;
    Response::text(numbers.into_iter().sum::<u64>().to_string())
}

async fn select(_req: Request, ctx: Ctx) -> Result<Response> {
    match kandra::select(ctx.sleep(Duration::from_millis(5)), ctx.sleep(Duration::from_secs(1000))).await {
        kandra::Either::First(()) => Response::text("first"),
        kandra::Either::Second(()) => Response::text("second"),
    }
}

static WAITING: Mutex<Option<Waker>> = Mutex::new(None);

/// Two calls meet: the first leaves its waker in a static, the second wakes it.
async fn meet(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut left = false;
    Response::text(
        poll_fn(|cx| {
            if left {
                return Poll::Ready("was woken");
            }
            let mut waiting = WAITING.lock().unwrap();
            match waiting.take() {
                Some(waker) => {
                    waker.wake();
                    Poll::Ready("woke the other")
                }
                None => {
                    *waiting = Some(cx.waker().clone());
                    left = true;
                    Poll::Pending
                }
            }
        })
        .await,
    )
}

async fn yields(_req: Request, _ctx: Ctx) -> Result<Response> {
    for turn in 0..10 {
        let mut yielded = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            if turn % 2 == 0 { cx.waker().wake_by_ref() } else { cx.waker().clone().wake() }
            Poll::Pending
        })
        .await;
    }
    Response::text("yielded")
}
