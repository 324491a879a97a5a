#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

mod process {
    pub fn exit(code: i32) -> String {
        format!("code {code}")
    }
}
mod fs {
    use kandra::prelude::*;
    pub struct File {
        pub name: String,
    }
    impl File {
        pub fn open(name: &str) -> Option<File> {
            (!name.is_empty()).then(|| File { name: name.to_owned() })
        }
    }
}
mod thread;

use fs::File;
use process::exit;

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

fn env(name: &str) -> Option<&'static str> {
    match name {
        "HOME" => Some("/home"),
        _ => None,
    }
}

fn sum(std: &[u32]) -> u32 {
    let core = std.iter().copied().fold(0, |alloc, unsafe_| alloc + unsafe_);
    let libc = core;
    libc
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    let file = File::open("notes").map(|file| file.name);
    let path = thread::spawn(3);
    Response::json(&json!({ "exit": exit(2), "file": file, "home": env("HOME"), "sum": sum(&[1, 2, 3]), "threads": path }))
}
