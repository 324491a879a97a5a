//! Ticks in the sources of crates that features are linked with, and how much of them is unsafe.
//!
//! A package's Rust files arrive in a child, places and counts leave it; as with the lint, the parent puts the fixed texts
//! into its own copy, so that a child gone astray can leave out a tick and can write nothing.

use crate::{
    child::{ReplyError, check_insertions},
    scan,
    ticks::{self, Flavour, Insertion, Kind},
};
use proc_macro2::{TokenStream, TokenTree};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

/// The largest request and the largest reply, in bytes.
pub const MAX_MESSAGE: usize = 48 * 1024 * 1024;
const VERSION: u32 = 1;

/// A package's Rust files by path.
pub type Files = BTreeMap<String, String>;

/// What was found in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The files, with ticks where no unsafe code stands beside; lines keep their numbers.
    pub ticked: Files,
    /// How many ticks.
    pub ticks: usize,
    /// How often the word `unsafe` stands in code.
    pub unsafe_words: usize,
    /// Files that are no Rust by themselves, or too deep to be read: they stay as they are.
    pub unread: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    version: u32,
    files: Files,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    version: u32,
    files: BTreeMap<String, File>,
    /// Last, so that a cut answer is no answer.
    end: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    read: bool,
    unsafe_words: usize,
    insertions: Vec<Insertion>,
}

/// Says what decides where ticks stand and what they are: part of the key of what is built with them.
pub fn fingerprint() -> String {
    let kinds = [Kind::Tick, Kind::Open, Kind::OpenParenthesis, Kind::Close, Kind::CloseParenthesis];
    let texts = kinds.map(|kind| Flavour::Crate.text(kind)).join("\n");
    let loops: Vec<String> = crate::loops().iter().map(|loops| format!("{:?} {}", loops.names, loops.ticks)).collect();
    format!("{VERSION}\n{texts}\n{}", loops.join("\n"))
}

/// The child's whole life: one request in, one reply out.
///
/// # Errors
/// When the request is none of [`request`]'s, or a pipe breaks.
pub fn serve(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut bytes)?;
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    if bytes.len() > MAX_MESSAGE {
        return Err(invalid(format!("the request is larger than {MAX_MESSAGE} bytes")));
    }
    let request: Request = serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    if request.version != VERSION {
        return Err(invalid(format!("the request has version {}, this kandra has {VERSION}", request.version)));
    }
    let files = request.files.iter().map(|(path, text)| (path.clone(), look(text))).collect();
    serde_json::to_writer(&mut output, &Reply { version: VERSION, files, end: true })?;
    output.flush()
}

fn look(text: &str) -> File {
    let Ok(tokens) = text.parse::<TokenStream>() else { return File::default() };
    let unsafe_words = count_unsafe(tokens.clone());
    let tree = scan::scan(tokens.clone()).ok().and_then(|()| syn::parse2::<syn::File>(tokens).ok());
    let file = match tree {
        Some(tree) => File { read: true, unsafe_words, insertions: ticks::insertions_of_crate(text, &tree) },
        None => File { unsafe_words, ..File::default() },
    };
    // The parser keeps each file's text on this thread for its positions; nothing here needs them any more.
    proc_macro2::extra::invalidate_current_thread_spans();
    file
}

fn count_unsafe(tokens: TokenStream) -> usize {
    let mut open = vec![tokens];
    let mut count = 0;
    while let Some(stream) = open.pop() {
        for token in stream {
            match token {
                TokenTree::Ident(word) if word == "unsafe" => count += 1,
                TokenTree::Group(group) => open.push(group.stream()),
                _ => {}
            }
        }
    }
    count
}

/// What to write to the child's standard input; then close it.
pub fn request(files: &Files) -> Vec<u8> {
    serde_json::to_vec(&Request { version: VERSION, files: files.clone() }).expect("strings are always JSON")
}

/// Reads what the child wrote.
///
/// # Errors
/// When the child died, or did not answer this request.
pub fn reply(files: &Files, bytes: &[u8]) -> Result<Package, ReplyError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(ReplyError::TooLarge { limit: MAX_MESSAGE });
    }
    let reply: Reply = serde_json::from_slice(bytes).map_err(|_| ReplyError::Incomplete)?;
    if reply.version != VERSION || !reply.end {
        return Err(ReplyError::Mismatch("its version"));
    }
    if !reply.files.keys().eq(files.keys()) {
        return Err(ReplyError::Mismatch("other files"));
    }
    let mut package = Package::default();
    for ((path, text), file) in files.iter().zip(reply.files.into_values()) {
        check_insertions(text, &file.insertions)?;
        package.unsafe_words += file.unsafe_words;
        // An unwinding tick between two steps of unsafe code could leave half made what they build.
        let insertions = if file.unsafe_words == 0 { file.insertions.as_slice() } else { &[] };
        package.ticks += insertions.len();
        package.ticked.insert(path.clone(), ticks::apply(text, insertions, Flavour::Crate));
        if !file.read {
            package.unread.push(path.clone());
        }
    }
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticked(text: &str) -> Package {
        let files = Files::from([("src/lib.rs".to_owned(), text.to_owned())]);
        let mut answer = Vec::new();
        serve(&request(&files)[..], &mut answer).unwrap();
        reply(&files, &answer).unwrap()
    }

    #[test]
    fn loops_functions_and_closures_of_a_crate_tick_by_symbol() {
        let package = ticked(
            "#![no_std]\n#![forbid(unsafe_code)]\npub fn a(v: &[u8]) -> usize { loop { v.iter().map(|x| x + 1).count(); } }\n\
             const fn b() { let mut n = 0; while n < 9 { n += 1; } }\nextern \"C\" fn c() { loop {} }\nmacro_rules! d { () => { loop {} } }\n",
        );
        let text = &package.ticked["src/lib.rs"];
        assert_eq!((package.ticks, package.unsafe_words, package.unread.len()), (4, 0, 0), "{text}");
        assert_eq!(text.matches("__kandra_tick();").count(), 6, "{text}");
        assert_eq!(text.lines().count(), 6);
        assert!(text.contains("while n < 9 { n += 1") && text.contains("fn c() { loop {} }") && text.contains("=> { loop {} }"));
        syn::parse_file(text).unwrap();
    }

    #[test]
    fn unsafe_code_is_counted_and_what_is_no_rust_is_left_alone() {
        let package =
            ticked("unsafe fn a() { unsafe { b() } } // unsafe\nconst C: &str = \"unsafe\"; macro_rules! d { () => { unsafe {} } }");
        assert_eq!((package.unsafe_words, package.ticks), (3, 0));
        let table = "[1, 2, 3]\n";
        let package = ticked(table);
        assert_eq!((package.unread, &package.ticked["src/lib.rs"]), (vec!["src/lib.rs".to_owned()], &table.to_owned()));
    }

    #[test]
    fn a_lying_child_writes_nothing() {
        let files = Files::from([("src/lib.rs".to_owned(), "fn a() {}".to_owned())]);
        let lie = |bytes: &str| reply(&files, bytes.as_bytes()).is_err();
        assert!(lie(""));
        assert!(lie(r#"{"version":1,"files":{},"end":true}"#));
        assert!(lie(
            r#"{"version":1,"files":{"src/lib.rs":{"read":true,"unsafe_words":0,"insertions":[{"at":99,"kind":"tick"}]}},"end":true}"#
        ));
        assert!(lie(r#"{"version":1,"files":{"src/lib.rs":{"read":true,"unsafe_words":0,"insertions":[],"text":"evil"}},"end":true}"#));
    }
}
