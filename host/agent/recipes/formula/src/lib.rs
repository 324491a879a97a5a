#![no_std]
#![forbid(unsafe_code)]
//! A calculator for one purpose: a few numbers in, a few numbers out.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is asked for.
const INPUTS: &[Input] = &[Input { name: "Bill", kind: Kind::Number, value: "50" }, Input { name: "Tip in %", kind: Kind::Number, value: "10" }];
/// What is answered.
const RESULTS: &[Output] = &[Output { name: "Tip", decimals: 2, reckon: |v| v[0] * v[1] / 100.0 }];

/// A field. A date counts as days since 1970.
struct Input {
    name: &'static str,
    kind: Kind,
    /// What stands there at first.
    value: &'static str,
}

/// One calculator may use only one of them.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Date,
}

struct Output {
    name: &'static str,
    decimals: usize,
    /// From the values of the inputs in their order, and today behind them.
    reckon: fn(&[f64]) -> f64,
}

fn mount(routes: &mut Routes) {
    routes.get("/", fields);
    routes.get("/results", results);
    routes.widget(widget::show);
}

async fn fields(_req: Request, _ctx: Ctx) -> Result<Response> {
    let inputs: Vec<Value> = INPUTS
        .iter()
        .map(|input| json!({ "name": input.name, "date": input.kind == Kind::Date, "value": input.value }))
        .collect();
    Response::json(&json!({ "inputs": inputs }))
}

async fn results(req: Request, ctx: Ctx) -> Result<Response> {
    let mut values = Vec::new();
    for (index, input) in INPUTS.iter().enumerate() {
        let text = req.query(&format!("v{index}")).unwrap_or_default().trim().replace(',', ".");
        let value = match input.kind {
            Kind::Number => text.parse::<f64>().ok().filter(|number| number.is_finite() && number.abs() <= 1e12),
            Kind::Date => days(&text),
        };
        let Some(value) = value else {
            return Err(Error::bad_request(format!("⟦{} is missing or no number.|{} fehlt oder ist keine Zahl.⟧", input.name)));
        };
        values.push(value);
    }
    values.push(ctx.now().div_euclid(86_400_000) as f64);
    let results: Vec<Value> = RESULTS
        .iter()
        .map(|output| {
            let result = (output.reckon)(&values);
            let text = if result.is_finite() { format!("{result:.*}", output.decimals) } else { "–".to_owned() };
            json!({ "name": output.name, "text": text })
        })
        .collect();
    Response::json(&json!({ "results": results }))
}

/// `2026-12-24` as days since 1970, after Howard Hinnant's `days_from_civil`.
fn days(date: &str) -> Option<f64> {
    let parts: Vec<i64> = date.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month @ 1..=12, day @ 1..=31] = parts[..] else { return None };
    if !(1..=9999).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some((era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) as f64)
}

/// Year and the day within it, for ages; the inverse of [`days`].
#[allow(dead_code)]
fn date(days: f64) -> (i64, i64) {
    let days = days as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month * 100 + day)
}

/// Whole years from one day to another.
#[allow(dead_code)]
fn years(from: f64, to: f64) -> f64 {
    let ((year, day), (now, today)) = (date(from), date(to));
    (now - year - i64::from(today < day)) as f64
}

/// `base` to the power of a whole number.
#[allow(dead_code)]
fn power(base: f64, times: f64) -> f64 {
    (0..(times as i64).clamp(0, 2000)).fold(1.0, |product, _| product * base)
}
