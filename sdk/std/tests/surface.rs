//! The façade's surface, name by name. A name that comes or goes changes `surface.txt`, where a reviewer sees it:
//! `KANDRA_REWRITE=1 cargo test -p kandra-std --test surface` writes it anew.

use std::collections::BTreeSet;
use std::path::Path;

/// All public paths that the sources list, read from the sources: they use nothing but `pub mod`, `pub use` of braces,
/// and `#[macro_export]`.
fn surface() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |name: &str| std::fs::read_to_string(src.join(name)).unwrap();
    let mut names = BTreeSet::new();
    for file in ["names.rs", "lib.rs"] {
        walk(&code(&read(file)), &mut Vec::new(), &mut names);
    }
    walk(&format!("pub mod sync {{ {} }}", code(&read("sync.rs")).split("#[cfg(test)]").next().unwrap()), &mut Vec::new(), &mut names);
    for file in ["macros.rs", "decoy.rs"] {
        let source = read(file);
        names.extend(source.lines().filter_map(|line| line.strip_prefix("macro_rules! ")).map(|rest| {
            let name = rest.trim_end_matches(" {");
            if file == "decoy.rs" { format!("{name}! (says what to use instead)") } else { format!("{name}!") }
        }));
    }
    names
}

/// What else can be public. The longer words first: `const fn` is a function.
const ITEMS: [&str; 9] = ["const fn ", "async fn ", "fn ", "struct ", "enum ", "trait ", "const ", "static ", "type "];

/// Without comments.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn walk(code: &str, path: &mut Vec<String>, names: &mut BTreeSet<String>) {
    let mut rest = code;
    while let Some(at) = rest.find("pub ") {
        // `pub` as a word: not inside another identifier.
        rest = &rest[at + 4..];
        if let Some(after) = rest.strip_prefix("mod ") {
            let (name, tail) = after.split_once([' ', ';']).unwrap();
            if name.starts_with("$") || name == "__private" {
                rest = skip_block(tail);
            } else if tail.starts_with('{') {
                let block = skip_block(tail);
                path.push(name.to_owned());
                walk(&tail[1..tail.len() - block.len()], path, names);
                path.pop();
                rest = block;
            }
        } else if let Some(after) = rest.strip_prefix("use ") {
            let (tree, tail) = after.split_once(';').unwrap();
            // The one glob: over this crate's own list.
            if tree != "names::*" {
                expand(tree.trim(), path, names);
            }
            rest = tail;
        } else if let Some(after) = ITEMS.iter().find_map(|word| rest.strip_prefix(word)) {
            // Methods stand beside their type: an inherent one is as reachable as a function.
            names.insert(joined(path, after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()));
        } else {
            panic!("the surface has an item of a kind that this test does not list: {}", &rest[..rest.len().min(60)]);
        }
    }
    for list in ["primitives!", "floats!"] {
        if let Some((_, tail)) = code.split_once(&format!("\n{list} {{")) {
            names.extend(tail.split('}').next().unwrap().split_whitespace().map(|name| format!("{name} (its constants)")));
        }
    }
}

/// `a::{b, c::{d}}` into its leaves' last names.
fn expand(tree: &str, path: &[String], names: &mut BTreeSet<String>) {
    let leaf = tree.rsplit(" as ").next().unwrap();
    if let Some(open) = tree.find('{') {
        let inner = &tree[open + 1..tree.rfind('}').unwrap()];
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !inner[start..at].trim().is_empty() {
                        expand(inner[start..at].trim(), path, names);
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else {
        names.insert(joined(path, leaf.rsplit("::").next().unwrap().trim()));
    }
}

fn joined(path: &[String], name: &str) -> String {
    path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("::")
}

/// What follows the block that `text` begins with.
fn skip_block(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            _ => {}
        }
    }
    ""
}

#[test]
fn the_surface_is_the_reviewed_one() {
    let found: String = surface().into_iter().map(|name| name + "\n").collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/surface.txt");
    if option_env!("KANDRA_REWRITE").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    let (found, reviewed): (BTreeSet<_>, BTreeSet<_>) = (found.lines().collect(), reviewed.lines().collect());
    let came: Vec<_> = found.difference(&reviewed).collect();
    let went: Vec<_> = reviewed.difference(&found).collect();
    assert!(came.is_empty() && went.is_empty(), "new: {came:?}; gone: {went:?}; if that is meant, rewrite tests/surface.txt");
}

#[test]
fn no_door_is_in_it() {
    let doors = [
        "fs",
        "io",
        "path",
        "env",
        "process",
        "os",
        "ffi",
        "thread",
        "panic",
        "backtrace",
        "alloc",
        "ptr",
        "mpsc",
        "Condvar",
        "Barrier",
        "Instant",
        "SystemTime",
        "UNIX_EPOCH",
        "forget",
        "transmute",
        "ManuallyDrop",
        "MaybeUninit",
        "UnsafeCell",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
        "catch_unwind",
        "NonNull",
        "from_raw_parts",
        "RawWaker",
        "Pointer",
        "*",
    ];
    let surface = surface();
    assert!(
        surface.contains("collections::HashMap") && surface.contains("sync::Mutex") && surface.contains("vec!"),
        "the sources are read"
    );
    let open: Vec<_> = surface.iter().filter(|name| *name == "sync::Once" || name.split("::").any(|part| doors.contains(&part))).collect();
    assert!(open.is_empty(), "{open:?}");
}
