
use std::{fmt::Display, iter::Peekable};
fn transfer<T: Iterator + 'static>(mut x: Peekable<T>) -> Box<dyn Display> where T::Item: Display { Box::new(x.next().unwrap()) }
pub fn make<'a>(s: &'a str) -> Box<dyn Display> { let mut p = std::iter::from_fn(|| -> Option<&'a str> { Some("") }).peekable(); *p.peek_mut().unwrap() = s; transfer(p) }
