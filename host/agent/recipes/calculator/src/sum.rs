//! From text to a number, by recursive descent. `Err` is a sentence for the visitor.
use std::{borrow::ToOwned, format, string::String, vec::Vec};

/// Brackets and signs may be nested so deep.
const DEEPEST: usize = 50;

pub fn value(text: &str) -> std::result::Result<f64, String> {
    let text: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut sum = Sum { text: &text, at: 0, depth: 0 };
    let value = sum.terms()?;
    match sum.text.get(sum.at) {
        Some(c) => Err(format!("“{c}” is not expected there.")),
        None if value.is_finite() => Ok(value),
        None => Err("The result is too large.".to_owned()),
    }
}

struct Sum<'a> {
    text: &'a [char],
    at: usize,
    depth: usize,
}

type Number = std::result::Result<f64, String>;

impl Sum<'_> {
    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.text.get(self.at).copied().filter(|c| wanted.contains(c))?;
        self.at += 1;
        Some(found)
    }

    fn terms(&mut self) -> Number {
        let mut value = self.factors()?;
        while let Some(sign) = self.take(&['+', '-', '−']) {
            let next = self.factors()?;
            value = if sign == '+' { value + next } else { value - next };
        }
        Ok(value)
    }

    fn factors(&mut self) -> Number {
        let mut value = self.signed()?;
        while let Some(sign) = self.take(&['*', '×', 'x', '/', '÷', ':', '%']) {
            let next = self.signed()?;
            if !['*', '×', 'x'].contains(&sign) && next == 0.0 {
                return Err("Nothing can be divided by zero.".to_owned());
            }
            value = match sign {
                '*' | '×' | 'x' => value * next,
                '%' => value % next,
                _ => value / next,
            };
        }
        Ok(value)
    }

    fn signed(&mut self) -> Number {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Too many brackets.".to_owned());
        }
        let value = match self.take(&['+', '-', '−']) {
            Some('+') => self.signed()?,
            Some(_) => -self.signed()?,
            None => self.power()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Number {
        let base = self.atom()?;
        if self.take(&['^']).is_none() {
            return Ok(base);
        }
        let exponent = self.signed()?;
        power(base, exponent)
    }

    fn atom(&mut self) -> Number {
        if self.take(&['(']).is_some() {
            let value = self.terms()?;
            return self.take(&[')']).map(|_| value).ok_or_else(|| "A bracket is not closed.".to_owned());
        }
        let start = self.at;
        while self.text.get(self.at).is_some_and(|c| c.is_ascii_digit() || ".,".contains(*c)) {
            self.at += 1;
        }
        let digits: String = self.text[start..self.at].iter().map(|c| if *c == ',' { '.' } else { *c }).collect();
        digits.parse().map_err(|_| match self.text.get(self.at) {
            Some(c) => format!("“{c}” is not expected there."),
            None => "A number is missing.".to_owned(),
        })
    }
}

/// Whole exponents only: a feature has no mathematics library.
fn power(base: f64, exponent: f64) -> Number {
    if exponent % 1.0 != 0.0 || !(-1000.0..=1000.0).contains(&exponent) {
        return Err("Powers are whole numbers from −1000 to 1000.".to_owned());
    }
    let mut value = 1.0;
    for _ in 0..exponent.abs() as u32 {
        value *= base;
    }
    Ok(if exponent < 0.0 { 1.0 / value } else { value })
}
