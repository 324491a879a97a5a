#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::sync::{Arc, LazyLock, Mutex, OnceLock, RwLock, atomic::{AtomicU32, Ordering}};
struct Shared {
    names: Mutex<Vec<String>>,
    limit: RwLock<u32>,
    hits: AtomicU32,
}
fn facts() -> Value {
    let shared = Arc::new(Shared { names: Mutex::new(Vec::new()), limit: RwLock::new(3), hits: AtomicU32::new(0) });
    let lazy: LazyLock<u32> = LazyLock::new(|| 41 + 1);
    let once = OnceLock::new();
    for i in 0..5u32 {
        let shared = Arc::clone(&shared);
        if i < *shared.limit.read().unwrap() {
            shared.names.lock().unwrap().push(format!("n{i}"));
            shared.hits.fetch_add(1, Ordering::Relaxed);
        }
    }
    *shared.limit.write().unwrap() += 1;
    let first = once.get_or_init(|| shared.names.lock().map(|names| names[0].clone()).unwrap_or_default());
    json!({ "names": *shared.names.lock().unwrap(), "hits": shared.hits.load(Ordering::SeqCst), "limit": *shared.limit.read().unwrap(), "lazy": *lazy, "first": first })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}
