//! What is sent: crates that attack a gate each, bombs, bodies that are none, and callers that take their time.

use super::Bombs;
use crate::feature_crate;
use anyhow::{Result, ensure};
use std::collections::BTreeMap;

/// One submission.
#[derive(Clone, Debug)]
pub(super) enum Hostile {
    /// A crate, with a proof of work.
    Crate {
        /// What it attacks.
        name: &'static str,
        /// Its files.
        files: BTreeMap<String, String>,
    },
    /// A crate without one.
    WithoutProof {
        /// Its files.
        files: BTreeMap<String, String>,
    },
    /// Something else in the place of a crate.
    Body {
        /// What it is.
        name: &'static str,
        /// All of it.
        bytes: Vec<u8>,
        /// What it claims to be.
        content_type: &'static str,
    },
    /// A body that hardly comes.
    Slow,
}

impl Hostile {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Crate { name, .. } | Self::Body { name, .. } => name,
            Self::WithoutProof { .. } => "no proof of work",
            Self::Slow => "a slow body",
        }
    }
}

/// Added at the end of a good crate's source.
const ADDED: [(&str, &str); 8] = [
    ("files", "fn x() -> String { std::fs::read_to_string(\"/etc/passwd\").unwrap_or_default() }"),
    ("unsafe", "fn x() -> u8 { unsafe { *(0 as *const u8) } }"),
    ("foreign functions", "extern \"C\" { fn system(command: *const u8) -> i32; }"),
    ("a macro", "macro_rules! m { ($a:ident) => { std::$a::exit(1) } }\nfn x() { m!(process) }"),
    ("a file in a macro", "const X: &str = include_str!(\"/etc/passwd\");"),
    (
        "a transmutation",
        "trait O<U> { type P; }\nimpl<T: ?Sized, U> O<U> for T { type P = U; }\nfn f<T: ?Sized, U>(x: <T as O<U>>::P) -> U { x }",
    ),
    ("what does not compile", "fn x() -> u8 { \"no\" }"),
    ("many errors", "fn y() -> u8 { z(1).q().r() + undefined }"),
];

/// The same, with what uses it.
const QUICK_BOMBS: [(&str, &str, &str); 3] = [
    ("a bomb of zeros", "static ZEROS: [u64; 1 << 30] = [0; 1 << 30];\nfn zeros(i: usize) -> u64 { ZEROS[i] }", "zeros(5)"),
    ("a bomb of instances", "fn grow<T>(n: u32, x: T) -> usize { if n == 0 { 0 } else { grow(n - 1, (x, 0u8)) } }", "grow(3, 0u8)"),
    (
        "a bomb of traits",
        "trait Slow { fn go() -> u32; }\nimpl<T> Slow for (T,) where ((T,),): Slow { fn go() -> u32 { <((T,),)>::go() } }",
        "<(u8,)>::go()",
    ),
];

const TIME_BOMB: (&str, &str, &str) = (
    "a bomb of time",
    "const fn fib(n: u64) -> u64 { if n < 2 { 1 } else { fib(n - 1) + fib(n - 2) } }\nconst MANY: u64 = fib(80);",
    "MANY",
);

pub(super) fn all(bombs: Bombs) -> Result<Vec<Hostile>> {
    let good = feature_crate("tests/features/bench-counter")?;
    let mut all = Vec::new();
    let changed = |file: &str, from: &str, to: &str| -> Result<BTreeMap<String, String>> {
        let mut files = good.clone();
        let text = files.entry(file.to_owned()).or_default();
        ensure!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
        Ok(files)
    };
    let added = |text: &str| {
        let mut files = good.clone();
        files.entry("src/lib.rs".to_owned()).or_default().push_str(&format!("\n{text}\n"));
        files
    };
    for (name, text) in ADDED {
        all.push(Hostile::Crate { name, files: added(text) });
    }
    let mount = "routes.post(\"/hit\", hit);";
    let slow = (bombs == Bombs::All).then_some(TIME_BOMB);
    for (name, text, used) in QUICK_BOMBS.into_iter().chain(slow) {
        let mut files = changed("src/lib.rs", mount, &format!("{mount} let _ = {used};"))?;
        files.entry("src/lib.rs".to_owned()).or_default().push_str(&format!("\n{text}\n"));
        all.push(Hostile::Crate { name, files });
    }
    for (name, more) in [
        ("a panic in mount", "panic!(\"no\");"),
        ("a foreign route", "routes.get(\"/../other\", hit);"),
        ("a route without a contract", "routes.get(\"/more\", hit);"),
        ("a hoard in mount", "let hoard: Vec<u8> = std::vec![1; 1 << 36]; routes.get(\"/more\", hit); if hoard.is_empty() { return; }"),
    ] {
        all.push(Hostile::Crate { name, files: changed("src/lib.rs", mount, &format!("{mount} {more}"))? });
    }
    all.push(Hostile::Crate {
        name: "an empty contract",
        files: changed("contract.toml", "expect = { json = { count = 1 } }", "expect = { status = 200 }")?,
    });
    for (name, path) in [
        ("a path that traverses", "src/../../evil.rs"),
        ("an absolute path", "/etc/cron.d/evil"),
        ("a build script", "build.rs"),
        ("a cargo configuration", ".cargo/config.toml"),
        ("a path in the other direction", "src/\u{202e}sr.x"),
    ] {
        let mut files = good.clone();
        files.insert(path.to_owned(), "fn main() {}".to_owned());
        all.push(Hostile::Crate { name, files });
    }
    all.push(Hostile::Crate {
        name: "a dependency of its own",
        files: changed("Cargo.toml", "[dependencies]", "[dependencies]\nevil = { git = \"https://example.com/evil\" }")?,
    });
    all.push(Hostile::WithoutProof { files: good.clone() });
    all.push(Hostile::Slow);
    let json = "application/json";
    for (name, bytes, content_type) in [
        ("a giant body", vec![b'x'; 8 << 20], json),
        ("half an object", b"{\"files\": {\"src/lib.rs\": ".to_vec(), json),
        ("deep brackets", b"[".repeat(100_000), json),
        ("deep objects", b"{\"files\":".repeat(2_000), json),
        ("no text", vec![0xff; 1000], json),
        ("another kind", b"files=x".to_vec(), "application/x-www-form-urlencoded"),
        ("numbers for files", b"{\"files\": {\"src/lib.rs\": 1e999}}".to_vec(), json),
    ] {
        all.push(Hostile::Body { name, bytes, content_type });
    }
    Ok(all)
}
