#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{
    collections::{BTreeMap, HashMap},
    error::Error as StdError,
    fmt::{self, Display, Write as _},
    iter::Peekable,
    ops::{Add, Mul, Neg},
    str::{CharIndices, FromStr},
};

kandra::feature!(mount);

#[derive(Clone, Debug, PartialEq)]
enum Token<'s> {
    Number(f64),
    Name(&'s str),
    Symbol(char),
}

#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
enum ParseError {
    Unexpected { found: char, at: usize },
    End,
    Number(std::num::ParseFloatError),
    Unknown(String),
}

impl Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected { found, at } => write!(f, "unexpected {found:?} at {at}"),
            Self::End => f.write_str("the expression ends too early"),
            Self::Number(error) => write!(f, "not a number: {error}"),
            Self::Unknown(name) => write!(f, "{name} is not known"),
        }
    }
}

impl StdError for ParseError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if let Self::Number(error) = self { Some(error) } else { None }
    }
}

impl From<std::num::ParseFloatError> for ParseError {
    fn from(error: std::num::ParseFloatError) -> Self {
        Self::Number(error)
    }
}

struct Lexer<'s> {
    text: &'s str,
    chars: Peekable<CharIndices<'s>>,
}

impl<'s> Lexer<'s> {
    fn new(text: &'s str) -> Self {
        Self { text, chars: text.char_indices().peekable() }
    }

    fn take_while(&mut self, start: usize, mut keep: impl FnMut(char) -> bool) -> &'s str {
        let mut end = self.text.len();
        while let Some(&(at, c)) = self.chars.peek() {
            if !keep(c) {
                end = at;
                break;
            }
            self.chars.next();
        }
        &self.text[start..end]
    }
}

impl<'s> Iterator for Lexer<'s> {
    type Item = std::result::Result<Token<'s>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let &(at, c) = self.chars.peek()?;
        Some(Ok(match c {
            '0'..='9' | '.' => match f64::from_str(self.take_while(at, |c| c.is_ascii_digit() || c == '.')) {
                Ok(number) => Token::Number(number),
                Err(error) => return Some(Err(error.into())),
            },
            'a'..='z' | 'A'..='Z' => Token::Name(self.take_while(at, char::is_alphanumeric)),
            '+' | '-' | '*' | '/' | '^' | '(' | ')' => {
                self.chars.next();
                Token::Symbol(c)
            }
            found => return Some(Err(ParseError::Unexpected { found, at })),
        }))
    }
}

#[derive(Debug)]
enum Expr {
    Number(f64),
    Variable(String),
    Unary(fn(f64) -> f64, Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    Call(String, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
enum Operator {
    Add = b'+',
    Subtract = b'-',
    Multiply = b'*',
    Divide = b'/',
    Power = b'^',
}

impl TryFrom<char> for Operator {
    type Error = ();

    fn try_from(c: char) -> std::result::Result<Self, ()> {
        [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Power].into_iter().find(|o| *o as u8 as char == c).ok_or(())
    }
}

impl Operator {
    #[must_use]
    #[inline]
    const fn binding(self) -> (u8, u8) {
        match self {
            Self::Add | Self::Subtract => (1, 2),
            Self::Multiply | Self::Divide => (3, 4),
            Self::Power => (6, 5),
        }
    }

    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a.add(b),
            Self::Subtract => a + b.neg(),
            Self::Multiply => a.mul(b),
            Self::Divide => a / b,
            Self::Power => a.powf(b),
        }
    }
}

struct Parser<'s, I: Iterator<Item = Token<'s>>> {
    tokens: Peekable<I>,
}

impl<'s, I> Parser<'s, I>
where
    I: Iterator<Item = Token<'s>>,
{
    fn expression(&mut self, least: u8) -> std::result::Result<Expr, ParseError> {
        let mut left = self.atom()?;
        loop {
            let Some(Token::Symbol(c)) = self.tokens.peek() else { break Ok(left) };
            let Ok(operator) = Operator::try_from(*c) else { break Ok(left) };
            let (binds_left, binds_right) = operator.binding();
            if binds_left < least {
                break Ok(left);
            }
            self.tokens.next();
            let right = self.expression(binds_right)?;
            left = Expr::Binary(Box::new(left), operator, Box::new(right));
        }
    }

    fn atom(&mut self) -> std::result::Result<Expr, ParseError> {
        match self.tokens.next().ok_or(ParseError::End)? {
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Symbol('-') => Ok(Expr::Unary(|x| -x, Box::new(self.expression(5)?))),
            Token::Symbol('(') => {
                let inner = self.expression(0)?;
                match self.tokens.next() {
                    Some(Token::Symbol(')')) => Ok(inner),
                    _ => Err(ParseError::End),
                }
            }
            Token::Name(name) if matches!(self.tokens.peek(), Some(Token::Symbol('('))) => {
                Ok(Expr::Call(name.to_owned(), Box::new(self.atom()?)))
            }
            Token::Name(name) => Ok(Expr::Variable(name.into())),
            Token::Symbol(found) => Err(ParseError::Unexpected { found, at: 0 }),
        }
    }
}

type Function = fn(f64) -> f64;

fn functions() -> HashMap<&'static str, Function> {
    HashMap::from([
        ("sqrt", f64::sqrt as Function),
        ("abs", f64::abs),
        ("ln", f64::ln),
        ("log", f64::log10),
        ("exp", f64::exp),
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("asin", f64::asin),
        ("atan", |x| x.atan2(1.0)),
        ("circle", |x| x.sin_cos().0.hypot(x.cos())),
        ("tanh", f64::tanh),
        ("cbrt", f64::cbrt),
        ("log2", |x| f64::from((x as f32).log2())),
        ("round", f64::round),
    ])
}

impl Expr {
    fn value(&self, variables: &BTreeMap<String, f64>) -> std::result::Result<f64, ParseError> {
        Ok(match self {
            Self::Number(number) => *number,
            Self::Variable(name) => match name.as_str() {
                "pi" => std::f64::consts::PI,
                name => *variables.get(name).ok_or_else(|| ParseError::Unknown(name.to_string()))?,
            },
            Self::Unary(function, inner) => function(inner.value(variables)?),
            Self::Binary(left, operator, right) => operator.apply(left.value(variables)?, right.value(variables)?),
            Self::Call(name, inner) => {
                let function = functions().remove(name.as_str()).ok_or_else(|| ParseError::Unknown(name.clone()))?;
                function(inner.value(variables)?)
            }
        })
    }
}

fn parse(text: &str) -> std::result::Result<Expr, ParseError> {
    let tokens: Vec<Token<'_>> = Lexer::new(text).collect::<std::result::Result<_, _>>()?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable() };
    let parsed = parser.expression(0)?;
    match parser.tokens.next() {
        None => Ok(parsed),
        Some(Token::Symbol(found)) => Err(ParseError::Unexpected { found, at: text.len() }),
        Some(_) => Err(ParseError::End),
    }
}

fn mount(routes: &mut Routes) {
    routes.get("/", calculate);
}

async fn calculate(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = req.query("q").ok_or_else(|| Error::bad_request("q is the expression"))?;
    if text.len() > 200 {
        return Err(Error::too_large("an expression has at most 200 characters"));
    }
    let variables = BTreeMap::from([("x".to_string(), req.query_as::<f64>("x")?.unwrap_or_default())]);
    let value = parse(&text).and_then(|parsed| parsed.value(&variables)).map_err(|error| Error::bad_request(error.to_string()))?;
    let mut shown = String::new();
    write!(shown, "{value:.3}")?;
    Response::json(&json!({ "value": value, "shown": shown }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence() {
        assert_eq!(parse("1+2*3").and_then(|e| e.value(&BTreeMap::new())), Ok(7.0));
        assert!(parse("1+").is_err(), "{}", concat!("a", "b"));
    }
}
