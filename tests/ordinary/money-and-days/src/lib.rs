#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc, Weekday};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use std::{
    collections::BTreeMap,
    fmt,
    iter::successors,
    str::FromStr,
    sync::Arc,
};

kandra::feature!(mount);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Currency {
    Eur,
    Usd,
    Jpy,
}

impl Currency {
    const ALL: [Self; 3] = [Self::Eur, Self::Usd, Self::Jpy];

    const fn digits(&self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Eur | Self::Usd => 2,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Money {
    amount: Decimal,
    currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.digits() as usize;
        write!(f, "{:.*} {:?}", digits, self.amount, self.currency)
    }
}

impl Money {
    fn split(&self, parts: u32) -> Vec<Money> {
        let share = (self.amount / Decimal::from(parts)).round_dp_with_strategy(self.currency.digits(), RoundingStrategy::ToZero);
        let rest = self.amount - share * Decimal::from(parts);
        (0..parts).map(|i| Money { amount: if i == 0 { share + rest } else { share }, ..self.clone() }).collect()
    }
}

#[derive(Debug)]
struct Invoice {
    issued: NaiveDate,
    made: DateTime<Utc>,
    lines: Vec<(Arc<str>, Decimal)>,
}

fn due(issued: NaiveDate) -> Option<NaiveDate> {
    let end = issued.checked_add_months(Months::new(1))?;
    successors(Some(end), |day| day.checked_add_days(Days::new(1))).find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
}

fn mount(routes: &mut Routes) {
    routes.get("/split/{amount}/{currency}/{parts}", split);
    routes.post("/invoice", invoice);
    routes.get("/month/{year}/{month}", month);
    routes.get("/now", now);
}

async fn split(req: Request, _ctx: Ctx) -> Result<Response> {
    let amount = Decimal::from_str(req.param("amount")?).map_err(|e| Error::bad_request(e.to_string()))?;
    let wanted = req.param("currency")?.to_uppercase();
    let currency = *Currency::ALL.iter().find(|c| format!("{c:?}").eq_ignore_ascii_case(&wanted)).ok_or_else(|| Error::not_found("no such currency"))?;
    let parts: std::num::NonZeroU32 = req.param_as("parts")?;
    let money = Money { amount, currency };
    let shares: Vec<String> = money.split(parts.get().min(50)).iter().map(ToString::to_string).collect();
    Response::json(&json!({ "shares": shares, "cents": (amount * Decimal::ONE_HUNDRED).to_i64() }))
}

async fn invoice(req: Request, ctx: Ctx) -> Result<Response> {
    #[derive(Deserialize)]
    struct Asked {
        issued: NaiveDate,
        #[serde(default, with = "chrono::serde::ts_milliseconds_option")]
        paid: Option<DateTime<Utc>>,
        lines: BTreeMap<String, Decimal>,
    }
    let asked: Asked = req.json()?;
    let made = DateTime::from_timestamp_millis(ctx.now()).ok_or_else(|| Error::internal("the clock is off"))?;
    let invoice = Invoice { issued: asked.issued, made, lines: asked.lines.into_iter().map(|(k, v)| (Arc::from(k), v)).collect() };
    let sum: Decimal = invoice.lines.iter().map(|(_, price)| price).sum();
    let due = due(invoice.issued).ok_or_else(|| Error::bad_request("that day is too far away"))?;
    Response::json(&json!({ "sum": sum, "due": due, "line_count": invoice.lines.len(), "days": (due - invoice.issued).num_days(), "paid": asked.paid, "made": invoice.made.timestamp() > 0 }))
}

async fn month(req: Request, _ctx: Ctx) -> Result<Response> {
    let first = NaiveDate::from_ymd_opt(req.param_as("year")?, req.param_as("month")?, 1).ok_or_else(|| Error::not_found("no such month"))?;
    let days = first.iter_days().take_while(|day| day.month() == first.month());
    let weeks = days.fold(Vec::<Vec<u32>>::new(), |mut weeks, day| {
        if weeks.is_empty() || day.weekday() == Weekday::Mon {
            weeks.push(Vec::with_capacity(7));
        }
        if let Some(week) = weeks.last_mut() {
            week.push(day.day());
        }
        weeks
    });
    Response::json(&json!({ "month": first.format("%B %Y").to_string(), "weeks": weeks }))
}

async fn now(_req: Request, ctx: Ctx) -> Result<Response> {
    let Some(now) = DateTime::<Utc>::from_timestamp_millis(ctx.now()) else { return Err(Error::internal("the clock is off")) };
    let later = now + TimeDelta::try_hours(36).unwrap_or_default();
    Response::json(&json!({ "hours": (later - now).num_hours(), "rfc": now.to_rfc3339().ends_with("+00:00") }))
}
