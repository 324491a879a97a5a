#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{fmt, iter::Sum, ops::{AddAssign, Neg, Not, RangeInclusive, Sub}};
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
struct Celsius(f64);
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fahrenheit(f64);
impl From<Celsius> for Fahrenheit {
    fn from(Celsius(degrees): Celsius) -> Self {
        Self(degrees * 9.0 / 5.0 + 32.0)
    }
}
impl fmt::Display for Fahrenheit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*} °F", f.precision().unwrap_or(1), self.0)
    }
}
impl Neg for Celsius {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl Sub for Celsius {
    type Output = Celsius;
    fn sub(self, other: Self) -> Celsius {
        Celsius(self.0 - other.0)
    }
}
impl AddAssign<f64> for Celsius {
    fn add_assign(&mut self, by: f64) {
        self.0 += by;
    }
}
impl Sum for Celsius {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |Self(a), Self(b)| Self(a + b))
    }
}
impl<'a> Sum<&'a Celsius> for Celsius {
    fn sum<I: Iterator<Item = &'a Self>>(all: I) -> Self {
        all.copied().sum()
    }
}
struct Flag(bool);
impl Not for Flag {
    type Output = bool;
    fn not(self) -> bool {
        !self.0
    }
}
const COMFORTABLE: RangeInclusive<i32> = 18..=24;
fn facts() -> Value {
    let mut day = [Celsius(20.0), Celsius(10.5)];
    day[0] += 0.5;
    let sum: Celsius = day.iter().sum();
    json!({ "sum": sum.0, "f": format!("{:.2}", Fahrenheit::from(day[0])), "neg": (-day[1] - day[0]).0, "ok": COMFORTABLE.contains(&20), "not": !Flag(false) })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&facts())
}
