//! The child's protocol against a child that lies, and the lint against input that kills parsers.

use kandra_lint::{Source, child, lint};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LIB: &str = "#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\npub fn a(v: &[u8]) -> usize { v.iter().filter(|x| **x > 1).count() }\n";

fn source(lib: &str) -> Source {
    let manifest = "[package]\nname = \"kandra-feature-abc\"\n[package.metadata.kandra]\ntitle = \"A\"\n[dependencies]\nkandra = \"0.1\"\n";
    let files = [("Cargo.toml", manifest), ("contract.toml", ""), ("src/lib.rs", lib), ("src/b.rs", "pub fn b() {}\n")];
    Source::check(files.into_iter().map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())).collect()).unwrap()
}

fn answer(source: &Source) -> Value {
    let mut bytes = Vec::new();
    child::serve(&child::request(source)[..], &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn an_honest_answer_is_the_lints_own() {
    let source = source(LIB);
    let linted = child::reply(&source, answer(&source).to_string().as_bytes()).unwrap().unwrap();
    assert_eq!(linted.ticked(), lint(source.clone()).unwrap().ticked());
    assert_eq!(
        linted.ticked()["src/b.rs"],
        " #[allow(unused_imports)] use ::kandra_std::prelude::v1::*;pub fn b() { ::kandra::__tick();}\n"
    );
    // The author's own import stays a used one.
    let own = self::source(&format!("{LIB}mod c {{ use kandra::prelude::*; pub fn c() -> String {{ String::new() }} }}\n"));
    let ticked = lint(own).unwrap().ticked()["src/lib.rs"].clone();
    assert!(ticked.contains("mod c { use kandra::prelude::*; pub fn c()"), "{ticked}");
    let bad = self::source("pub fn a() { unsafe {} }\n");
    assert!(child::reply(&bad, answer(&bad).to_string().as_bytes()).unwrap().is_err());
}

#[test]
fn a_lying_child_is_caught() {
    let source = source(LIB);
    let honest = answer(&source);
    let lie = |change: &dyn Fn(&mut Value)| {
        let mut answer = honest.clone();
        change(&mut answer);
        child::reply(&source, answer.to_string().as_bytes())
    };
    let finding = json!({"code": "K001", "severity": "error", "message": "no", "file": "src/lib.rs"});
    type Lie<'a> = (&'a str, &'a dyn Fn(&mut Value));
    let lies: [Lie<'_>; 15] = [
        ("another version", &|a| a["version"] = json!(9)),
        ("no end", &|a| a["end"] = json!(false)),
        ("another file", &|a| a["insertions"]["src/c.rs"] = json!([])),
        ("a missing file", &|a| {
            a["insertions"].as_object_mut().unwrap().remove("src/b.rs");
        }),
        ("a place outside", &|a| a["insertions"]["src/b.rs"] = json!([{"at": 4000, "kind": "tick"}])),
        ("places out of order", &|a| a["insertions"]["src/b.rs"] = json!([{"at": 5, "kind": "tick"}, {"at": 1, "kind": "tick"}])),
        ("an unclosed pair", &|a| a["insertions"]["src/b.rs"] = json!([{"at": 5, "kind": "open"}])),
        ("a text of its own", &|a| a["insertions"]["src/b.rs"] = json!([{"at": 5, "kind": "tick", "text": "evil"}])),
        ("another kind", &|a| a["insertions"]["src/b.rs"] = json!([{"at": 5, "kind": "evil"}])),
        ("passed with errors", &|a| a["findings"] = json!([finding])),
        ("refused without a reason", &|a| a["passed"] = json!(false)),
        ("a fix of what is no mistake", &|a| {
            a["passed"] = json!(false);
            a["findings"] = json!([{"code": "K003", "severity": "error", "message": "no", "file": "src/lib.rs",
                "fix": [{"at": 0, "end": 10, "kind": "no_std"}]}]);
        }),
        ("a fix with a text of its own", &|a| {
            a["passed"] = json!(false);
            a["findings"] = json!([{"code": "K003", "severity": "error", "message": "no", "file": "src/lib.rs",
                "fix": [{"at": 0, "end": 0, "kind": "no_std", "text": "evil"}]}]);
        }),
        ("a fix outside", &|a| {
            a["passed"] = json!(false);
            a["findings"] = json!([{"code": "K003", "severity": "error", "message": "no", "file": "src/lib.rs",
                "fix": [{"at": 9000, "end": 9000, "kind": "no_std"}]}]);
        }),
        ("a finding elsewhere", &|a| {
            a["passed"] = json!(false);
            a["findings"] = json!([{"code": "K001", "severity": "error", "message": "no", "file": "/etc/passwd"}]);
        }),
    ];
    for (name, change) in lies {
        assert!(lie(change).is_err(), "{name}");
    }
    assert!(lie(&|a| a["findings"] = json!([])).is_ok());
    for cut in [&b""[..], b"{", &honest.to_string().as_bytes()[..100]] {
        assert_eq!(child::reply(&source, cut).unwrap_err(), child::ReplyError::Incomplete);
    }
    assert!(matches!(child::reply(&source, &vec![b' '; child::MAX_MESSAGE + 1]).unwrap_err(), child::ReplyError::TooLarge { .. }));
}

#[test]
fn a_malformed_request_is_an_error() {
    for request in [&b""[..], b"{}", b"{\"version\":9,\"files\":{},\"added\":[]}", b"[1]"] {
        assert!(child::serve(request, Vec::new()).is_err());
    }
    let mut answer = Vec::new();
    child::serve(&b"{\"version\":2,\"files\":{\"../x\":\"\"},\"added\":[]}"[..], &mut answer).unwrap();
    assert!(String::from_utf8(answer).unwrap().contains("source/path"));
}

/// Everything that the scan lets through must be parsed, walked and dropped within a small stack.
#[test]
fn what_the_scan_accepts_needs_little_stack() {
    let chains: BTreeMap<&str, String> = [
        ("negations", format!("pub const A: bool = {}true;", "! ".repeat(190))),
        ("sum", format!("pub fn a(b: u64) -> u64 {{ 0{} }}", " + b".repeat(570))),
        ("methods", format!("pub fn a(b: A) {{ b{}; }}", " .c()".repeat(370))),
        ("try", format!("pub fn a(b: A) {{ b{}; }}", " ?".repeat(1_100))),
        ("else if", format!("pub fn a() {{ {} {{}} }}", "if b {} else ".repeat(95))),
        ("closures", format!("pub fn a() {{ let _ = {} 1; }}", "|x| ".repeat(180))),
        ("casts", format!("pub fn a() {{ let _ = 1{}; }}", " as u8".repeat(190))),
        ("returns", format!("pub fn a() {{ {} }}", "return ".repeat(190))),
        ("references", format!("pub type A = {}u8;", "& ".repeat(95))),
        ("joined references", format!("pub const A: {}u8 = B;", "&".repeat(96))),
        ("references with lifetimes", format!("pub type A = {}u8;", "&'a ".repeat(95))),
        ("joined closures", format!("pub fn a() {{ let _ = x {}1; }}", "||".repeat(95))),
        ("functions", format!("pub type A = {}u8;", "fn() -> ".repeat(48))),
        ("pointers", format!("pub fn a(x: {}u8) {{}}", "&'a mut ".repeat(62))),
        ("imports", format!("use {}b;", "self:: ".repeat(380))),
        ("generics", format!("pub type A = {}u8{};", "Option<".repeat(38), ">".repeat(38))),
        ("brackets", format!("pub const A: u8 = {}1{};", "(".repeat(45), ")".repeat(45))),
        ("blocks", format!("pub fn a() {{ {}{} }}", "{".repeat(45), "}".repeat(45))),
        ("matches", format!("pub fn a() {{ {}{} }}", "match x { _ => ".repeat(44), "}".repeat(44))),
        ("loops", format!("pub fn a() {{ {}{} }}", "loop { ".repeat(45), "}".repeat(45))),
        ("modules", format!("{}{}", "mod a { ".repeat(45), "}".repeat(45))),
        ("macros", format!("pub fn a() {{ {}{} }}", "vec![".repeat(45), "]".repeat(45))),
        ("json", format!("pub fn a() {{ json!({}{}); }}", "[".repeat(45), "]".repeat(45))),
        ("patterns", format!("pub fn a() {{ let {}x = y; }}", "& ".repeat(95))),
        ("arrays", format!("pub type A = {}u8{};", "[".repeat(45), "; 1]".repeat(45))),
        ("everything", format!("pub fn a() {{ {}1{}; }}", "f( !!!!".repeat(44), ")".repeat(44))),
        ("assignments", format!("pub fn a() {{ {}1; }}", "x = ".repeat(190))),
        ("ranges and awaits", format!("pub fn a() {{ x{}; }}", ".await".repeat(190))),
        ("nested impl trait", format!("pub fn a() -> {}u8 {{}}", "impl Fn() -> ".repeat(38))),
        ("alternatives", format!("pub fn a() {{ match x {{ {}1 => {{}} }} }}", "1 | ".repeat(550))),
    ]
    .into_iter()
    .collect();
    for (name, text) in chains {
        // Tests run unoptimised, where frames are several times as large as in a release.
        let run = move || {
            let text = text.replace(' ', "\n");
            let verdict = lint(source(&format!("#![no_std]\n#![forbid(unsafe_code)]\nextern crate kandra_std as std;\n{text}\n")));
            // Whatever the verdict is, the scan let it through to the parser.
            verdict.err().is_none_or(|findings| findings.iter().all(|f| f.code != "K018"))
        };
        let reached = std::thread::Builder::new().stack_size(6 << 20).spawn(run).unwrap().join().unwrap();
        assert!(reached, "{name} did not reach the parser");
    }
}
