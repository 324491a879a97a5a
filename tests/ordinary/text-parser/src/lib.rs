#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

#[derive(Debug, Clone, PartialEq)]
enum Expr {
    Number(f64),
    Binary(Box<Expr>, char, Box<Expr>),
    Negated(Box<Expr>),
}
struct Parser<'s> {
    rest: std::iter::Peekable<std::str::Chars<'s>>,
}
impl Parser<'_> {
    fn skip(&mut self) -> Option<char> {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        self.rest.peek().copied()
    }
    fn sum(&mut self) -> Option<Expr> {
        let mut left = self.product()?;
        while let Some(op @ ('+' | '-')) = self.skip() {
            self.rest.next();
            left = Expr::Binary(Box::new(left), op, Box::new(self.product()?));
        }
        Some(left)
    }
    fn product(&mut self) -> Option<Expr> {
        let mut left = self.atom()?;
        while let Some(op @ ('*' | '/')) = self.skip() {
            self.rest.next();
            left = Expr::Binary(Box::new(left), op, Box::new(self.atom()?));
        }
        Some(left)
    }
    fn atom(&mut self) -> Option<Expr> {
        match self.skip()? {
            '(' => {
                self.rest.next();
                let inner = self.sum()?;
                (self.skip() == Some(')')).then(|| self.rest.next())?;
                Some(inner)
            }
            '-' => {
                self.rest.next();
                self.atom().map(Box::new).map(Expr::Negated)
            }
            _ => {
                let mut digits = String::new();
                while let Some(c) = self.rest.next_if(|c| c.is_ascii_digit() || *c == '.') {
                    digits.push(c);
                }
                digits.parse().ok().map(Expr::Number)
            }
        }
    }
}
impl Expr {
    fn value(&self) -> std::result::Result<f64, &'static str> {
        Ok(match self {
            Self::Number(n) => *n,
            Self::Negated(inner) => -inner.value()?,
            Self::Binary(a, op, b) => match (a.value()?, op, b.value()?) {
                (a, '+', b) => a + b,
                (a, '-', b) => a - b,
                (a, '*', b) => a * b,
                (_, '/', 0.0) => return Err("division by zero"),
                (a, '/', b) => a / b,
                _ => unreachable!("the parser makes no other"),
            },
        })
    }
}
fn eval(text: &str) -> std::result::Result<f64, String> {
    let mut parser = Parser { rest: text.chars().peekable() };
    let expr = parser.sum().ok_or_else(|| String::from("that is no sum"))?;
    Ok(expr.value()?)
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "a": eval("1 + 2 * (3 - -4)"), "b": eval("1/0"), "c": eval("x") }))
}
