//! Depth and length, before anything recursive sees the tokens.
//!
//! `syn` and rustc recurse over nested delimiters, over chains without separators (`!!!!x`, `a + a + …`, `a.b().c()…`,
//! `if … else if …`) and over nested generics; both end their own process when that goes deep enough. Lexing and this
//! scan are loops. What passes here is parsed, walked and dropped within a few mebibytes of stack, even unoptimised (tested).

use crate::{Finding, finding::Place};
use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree, token_stream};

/// Tokens of a file, at most.
const MAX_TOKENS: usize = 60_000;
/// Delimiters inside delimiters, at most.
const MAX_DEPTH: usize = 48;
/// Tokens without a separator, counted over all open delimiters, at most.
const MAX_CHAIN: usize = 1_200;
/// Weight of what recurses to the right (`!!!x`, `a = b = c`, `return return`, `fn() -> fn() ->`), over all open delimiters,
/// at most. Each costs a parser far more stack than a step to the left.
const MAX_RIGHTWARD: usize = 200;
/// Angle brackets inside angle brackets, at most.
const MAX_ANGLES: usize = 40;

/// Code of every finding made here.
pub(crate) const CODE: &str = "K018";

/// One open delimiter.
struct Level {
    rest: token_stream::IntoIter,
    /// Tokens since the last separator.
    chain: usize,
    /// Weight of what recurses to the right since then.
    rightward: usize,
    /// `<` that may still be open.
    angles: usize,
    /// `|` since the last separator: odd inside closure parameters.
    pipes: usize,
    last: Last,
}

#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// The beginning, an operator or a keyword: an operator after it is a prefix.
    Other,
    /// What a value or a type can end with.
    Operand,
    /// `#`, or `#!`: a bracket group after it is an attribute.
    Pound,
    /// `-` that joins what follows: a `>` after it is an arrow.
    Arrow,
    /// `=`, `&` or `|` after an operand, joined to what follows: `=>`, `==`, `&&`, `||` are one operator.
    Joined,
    /// `<` that joins what follows.
    Less,
    /// The quote of a lifetime or a label: what follows its name is no operand's operator.
    Quote,
    /// A brace group: what follows decides whether a chain goes on.
    Brace,
}

impl Level {
    fn new(stream: TokenStream) -> Self {
        Self { rest: stream.into_iter(), chain: 0, rightward: 0, angles: 0, pipes: 0, last: Last::Other }
    }

    fn separate(&mut self) {
        (self.chain, self.rightward, self.angles, self.pipes) = (0, 0, 0, 0);
    }
}

/// Refuses what could exhaust a stack.
///
/// # Errors
/// The first reason, with its place.
pub(crate) fn scan(stream: TokenStream) -> Result<(), (Span, String, &'static str)> {
    let mut tokens = 0usize;
    let mut levels = vec![Level::new(stream)];
    let (mut open_chain, mut open_rightward) = (0usize, 0usize);
    while let Some(level) = levels.last_mut() {
        let Some(token) = level.rest.next() else {
            levels.pop();
            if let Some(parent) = levels.last() {
                open_chain -= parent.chain;
                open_rightward -= parent.rightward;
            }
            continue;
        };
        tokens += 1;
        if tokens > MAX_TOKENS {
            return Err((token.span(), format!("the file has more than {MAX_TOKENS} tokens"), "Split it into modules."));
        }
        if level.last == Last::Brace && !continues_after_brace(&token) {
            level.separate();
        }
        let span = token.span();
        let mut inner = None;
        level.last = match token {
            TokenTree::Group(group) => {
                // An attribute stands beside the chain, not in it.
                if !(level.last == Last::Pound && group.delimiter() == Delimiter::Bracket) {
                    level.chain += 1;
                }
                inner = Some(group.stream());
                if group.delimiter() == Delimiter::Brace { Last::Brace } else { Last::Operand }
            }
            TokenTree::Punct(punct) => punctuation(level, punct.as_char(), punct.spacing()),
            TokenTree::Ident(ident) => {
                level.chain += 1;
                if RIGHTWARD.iter().any(|word| ident == *word) {
                    level.rightward += 1;
                    Last::Other
                } else if level.last == Last::Quote {
                    Last::Other
                } else {
                    Last::Operand
                }
            }
            TokenTree::Literal(_) => {
                level.chain += 1;
                Last::Operand
            }
        };
        if level.angles > MAX_ANGLES {
            let message = format!("more than {MAX_ANGLES} angle brackets are open here");
            return Err((span, message, "Name the inner types with `type`, or split the expression with `let`."));
        }
        if open_chain + level.chain > MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} tokens follow one another without a separator");
            return Err((span, message, "Split the expression with `let`, or put the values into an array."));
        }
        if open_rightward + level.rightward > MAX_RIGHTWARD {
            let message = format!("more than {MAX_RIGHTWARD} operators or keywords follow one another, each waiting for the next");
            return Err((span, message, "Split the expression with `let`, or name the inner types with `type`."));
        }
        if let Some(stream) = inner {
            open_chain += level.chain;
            open_rightward += level.rightward;
            levels.push(Level::new(stream));
            if levels.len() > MAX_DEPTH {
                return Err((span, format!("more than {MAX_DEPTH} brackets are open here"), "Move the inner part into a function."));
            }
        }
    }
    Ok(())
}

/// Keywords that an expression, a pattern or a type goes on after.
const RIGHTWARD: [&str; 21] = [
    "as", "async", "box", "break", "const", "do", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "match", "move", "mut", "ref",
    "return", "while", "yield",
];

fn punctuation(level: &mut Level, character: char, spacing: Spacing) -> Last {
    let prefix = matches!(level.last, Last::Other | Last::Less | Last::Brace);
    let joint = spacing == Spacing::Joint;
    if !matches!(character, ';' | ',' | '#') {
        level.chain += 1;
    }
    match character {
        ';' => level.separate(),
        // Inside generics and closure parameters a comma separates nothing that recursion is bounded by.
        ',' if level.angles == 0 && level.pipes.is_multiple_of(2) => level.separate(),
        '#' => return Last::Pound,
        '!' if level.last == Last::Pound => {
            level.chain -= 1;
            return Last::Pound;
        }
        '<' => {
            level.angles += 1;
            return if joint { Last::Less } else { Last::Other };
        }
        // `<=` opens nothing.
        '=' if level.last == Last::Less => level.angles = level.angles.saturating_sub(1),
        '>' => match level.last {
            Last::Arrow => level.rightward += 2,
            Last::Joined => {}
            _ => {
                level.angles = level.angles.saturating_sub(1);
                return Last::Operand;
            }
        },
        '|' => {
            level.pipes += 1;
            if level.last == Last::Joined {
                return Last::Other;
            }
            level.rightward += usize::from(prefix);
            if joint && !prefix {
                return Last::Joined;
            }
        }
        '=' if joint => return Last::Joined,
        '=' if level.last != Last::Joined => level.rightward += 1,
        '-' => {
            level.rightward += usize::from(prefix);
            if joint {
                return Last::Arrow;
            }
        }
        '!' | '*' | '.' if prefix => level.rightward += 1,
        // The second half of `&&`, and no more: a third one begins something.
        '&' if level.last == Last::Joined => return Last::Other,
        '&' => {
            level.rightward += if prefix { 2 } else { 0 };
            if joint && !prefix {
                return Last::Joined;
            }
        }
        '\'' => return Last::Quote,
        '?' | '.' | ':' => return Last::Operand,
        _ => {}
    }
    Last::Other
}

/// Whether an expression may go on with this token after a brace group; if not, a statement, an item or a match arm
/// ended there.
fn continues_after_brace(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(ident) => ["else", "as"].iter().any(|word| ident == word),
        TokenTree::Punct(punct) => punct.as_char() != '#',
        TokenTree::Literal(_) => false,
        TokenTree::Group(_) => true,
    }
}

/// [`scan`] as a finding about `file`.
pub(crate) fn check(file: &str, stream: TokenStream) -> Result<(), Box<Finding>> {
    scan(stream).map_err(|(span, message, hint)| {
        let finding = Finding::error(CODE, format!("{message}, which exhausts a compiler's stack"));
        Box::new(finding.hint(hint).file(file).place(Place::of(span)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        scan(text.parse().unwrap()).is_err()
    }

    #[test]
    fn every_way_to_nest_is_bounded() {
        for bomb in [
            format!("const A: u8 = {}1{};", "(".repeat(20_000), ")".repeat(20_000)),
            format!("const A: bool = {}true;", "!".repeat(30_000)),
            format!("type A = {}u8{};", "Vec<".repeat(5_000), ">".repeat(5_000)),
            format!("type A = {}u8{};", "B<u8,".repeat(5_000), ">".repeat(5_000)),
            format!("const A: u64 = 0{};", " + 1".repeat(20_000)),
            format!("fn a() {{ x{} }}", ".b()".repeat(10_000)),
            format!("fn a() {{ x{} }}", "?".repeat(10_000)),
            format!("fn a() {{ {} {{}} }}", "if a {} else ".repeat(10_000)),
            format!("fn a() {{ let f = {} 1; }}", "|a, b| ".repeat(10_000)),
            format!("fn a() {{ x{}; }}", " as u8".repeat(10_000)),
            format!("fn a() {{ 0{} }}", " + S {}".repeat(10_000)),
            format!("fn a() {{ 0{} }}", " + x::<u8, u8>()".repeat(5_000)),
            format!("use {}b;", "a::".repeat(9_000)),
            format!("type A = {}u8;", "&".repeat(30_000)),
            format!("type A = {}u8;", "fn() -> ".repeat(9_000)),
            format!("const A: {}u8 = B;", "&".repeat(244)),
            format!("type A = {}u8;", "&'a ".repeat(390)),
            format!("fn a() {{ x {}1 }}", "||".repeat(300)),
            format!("fn a() {{ {} }}", "return ".repeat(30_000)),
            format!("fn a() {{ {}1 }}", "a = ".repeat(20_000)),
            format!("fn a() {{ {} {} }}", "match x { _ => ".repeat(5_000), "}".repeat(5_000)),
            ";".repeat(70_000),
        ] {
            assert!(refused(&bomb), "{}", &bomb[..60]);
        }
    }

    #[test]
    fn ordinary_length_passes() {
        let long = [
            format!("fn a() {{ {} }}", "let x = a + b * c;\n".repeat(2_000)),
            format!("const T: [u32; 5000] = [{}];", "1, ".repeat(5_000)),
            format!("{}fn a() {{}}", "/// A line of documentation.\n".repeat(2_000)),
            format!("fn a(c: char) -> bool {{ matches!(c, {}'z') }}", "'a' | ".repeat(300)),
            format!("fn a() {{ match x {{ {} _ => {{}} }} }}", "Some(1) => { b() }\n".repeat(1_000)),
            "fn a() { if a {} else { b } }\nimpl A { fn b(&self) {} }\n".repeat(800),
            format!("fn mount(r: &mut Routes) {{ r{}; }}", ".get(\"/\", index)".repeat(200)),
            format!("fn a() {{ let v = [{}]; }}", "a < b, ".repeat(39)),
            format!("fn a() -> bool {{ x {} }}", "&& a == b || c <= d ".repeat(60)),
            format!("fn a() {{ match x {{ {} }} }}", "(1, _) => { b() }\n".repeat(200)),
        ];
        for text in long {
            assert!(!refused(&text), "{}", &text[..60]);
        }
    }
}
