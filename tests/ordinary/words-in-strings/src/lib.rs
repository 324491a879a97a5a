#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

/// Explains `unsafe`, `extern "C"` and `std::process::exit` to beginners.
fn mount(routes: &mut Routes) {
    routes.get("/words", words);
}

// This comment says unsafe { }, extern crate std, #![feature(x)], asm!("nop") and include_str!("/etc/passwd").
const GLOSSARY: [(&str, &str); 5] = [
    ("unsafe", "a block in which the compiler trusts you: unsafe { *pointer }"),
    ("extern", "extern \"C\" { fn abort() -> !; }"),
    ("static mut", "a global that changes"),
    ("macro_rules!", "macro_rules! m { () => {} }"),
    ("std::fs", r#"std::fs::read("/etc/passwd") reads a file; core::mem::forget(x) forgets"#),
];

async fn words(_req: Request, _ctx: Ctx) -> Result<Response> {
    let list: Vec<Value> = GLOSSARY.iter().map(|(word, meaning)| json!({ "word": word, "unsafe": meaning.contains("unsafe") })).collect();
    Response::json(&json!({ "words": list, "extern": GLOSSARY.len(), "std": "std::env::var(\"PATH\")" }))
}
