#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{borrow::Cow, collections::HashMap, str::Chars};

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.post("/parse", parse);
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'s> {
    Word(&'s str),
    Number(i64),
    Mark(char),
}

struct Lexer<'s> {
    text: &'s str,
    rest: Chars<'s>,
}

impl<'s> Lexer<'s> {
    fn new(text: &'s str) -> Self {
        Self { text, rest: text.chars() }
    }

    fn take(&mut self, keep: impl Fn(char) -> bool) -> &'s str {
        let start = self.text.len() - self.rest.as_str().len();
        while self.rest.clone().next().is_some_and(&keep) {
            self.rest.next();
        }
        &self.text[start..self.text.len() - self.rest.as_str().len()]
    }
}

impl<'s> Iterator for Lexer<'s> {
    type Item = Token<'s>;
    fn next(&mut self) -> Option<Token<'s>> {
        self.take(char::is_whitespace);
        match self.rest.clone().next()? {
            c if c.is_alphabetic() => Some(Token::Word(self.take(char::is_alphanumeric))),
            c if c.is_ascii_digit() => self.take(|c| c.is_ascii_digit()).parse().ok().map(Token::Number),
            _ => self.rest.next().map(Token::Mark),
        }
    }
}

fn first_word<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    tokens.iter().find_map(|token| if let Token::Word(word) = token { Some(*word) } else { None })
}

fn longest<'a>(words: impl IntoIterator<Item = &'a str>) -> &'a str {
    words.into_iter().max_by_key(|word| word.len()).unwrap_or_default()
}

struct Index<'t> {
    places: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Index<'t> {
    fn build(text: &'t str) -> Index<'t> {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, word) in text.split_whitespace().enumerate() {
            places.entry(word).or_default().push(at);
        }
        Index { places }
    }
    fn get<'i>(&'i self, word: &str) -> &'i [usize] {
        self.places.get(word).map_or(&[], Vec::as_slice)
    }
    fn iter(&self) -> impl Iterator<Item = (&'t str, usize)> + '_ {
        self.places.iter().map(|(word, at)| (*word, at.len()))
    }
}

fn tidy(text: &str) -> Cow<'_, str> {
    if text.contains('\t') { Cow::Owned(text.replace('\t', " ")) } else { Cow::Borrowed(text) }
}

async fn parse(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = tidy(req.text()?);
    let tokens: Vec<Token<'_>> = Lexer::new(&text).collect();
    let index = Index::build(&text);
    let total: usize = index.iter().map(|(_, n)| n).sum();
    Response::json(&json!({
        "first": first_word(&tokens), "count": tokens.len(), "longest": longest(text.split(' ')), "at": index.get("b"), "total": total,
        "numbers": tokens.iter().filter(|t| matches!(t, Token::Number(n) if *n > 1)).count(),
    }))
}
