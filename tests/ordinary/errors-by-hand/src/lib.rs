#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use std::{error, fmt, num::ParseIntError, str::FromStr};

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/colour", colour);
}

#[derive(Debug)]
enum ColourError {
    Length(usize),
    Digit(ParseIntError),
}

impl fmt::Display for ColourError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(n) => write!(f, "a colour has 6 digits, not {n}"),
            Self::Digit(error) => write!(f, "not hexadecimal: {error}"),
        }
    }
}

impl error::Error for ColourError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Digit(error) => Some(error),
            Self::Length(_) => None,
        }
    }
}

impl From<ParseIntError> for ColourError {
    fn from(error: ParseIntError) -> Self {
        Self::Digit(error)
    }
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl FromStr for Colour {
    type Err = ColourError;
    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let digits = text.trim_start_matches('#');
        let [red, green, blue] = match digits.len() {
            6 => [&digits[0..2], &digits[2..4], &digits[4..6]],
            n => return Err(ColourError::Length(n)),
        };
        Ok(Self { red: u8::from_str_radix(red, 16)?, green: u8::from_str_radix(green, 16)?, blue: u8::from_str_radix(blue, 16)? })
    }
}

impl fmt::LowerHex for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue } = *self;
        write!(f, "{red:02x}{green:02x}{blue:02x}")
    }
}

fn chain(error: &dyn error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(" <- ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

async fn colour(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = req.query("hex").ok_or_else(|| Error::bad_request("hex is needed"))?;
    let colour: Colour = text.parse().map_err(|error: ColourError| Error::bad_request(chain(&error)))?;
    assert!(u32::from(colour.red) <= 255, "a byte is a byte: {}", colour.red);
    debug_assert_eq!(format!("{colour:x}").len(), 6);
    Response::json(&json!({ "hex": format!("{colour:x}"), "red": colour.red }))
}
