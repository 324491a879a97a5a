#![no_std]
#![forbid(unsafe_code)]
//! Who paid what? Everything is shared equally among all who are named, and the fewest payments even it out.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

use std::collections::BTreeMap;

/// At most so many payments, people, and characters.
const MOST: usize = 200;
const MOST_PEOPLE: usize = 30;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/payments", pay);
    routes.delete("/payments/{id}", remove);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Payment {
    name: String,
    /// In whole euros or dollars with two decimals.
    amount: f64,
    #[serde(default)]
    what: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let all = ctx.kv().list_json::<Payment>("payment:").await?;
    let mut paid: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for (_, payment) in &all {
        let entry = paid.entry(payment.name.to_lowercase()).or_insert((payment.name.clone(), 0));
        entry.1 += cents(payment.amount);
    }
    let people: Vec<(String, i64)> = paid.into_values().collect();
    let total: i64 = people.iter().map(|(_, cents)| cents).sum();
    let payments: Vec<Value> = all
        .iter()
        .map(|(key, p)| json!({ "id": key.trim_start_matches("payment:"), "name": p.name, "amount": p.amount, "what": p.what }))
        .collect();
    let names: Vec<&String> = people.iter().map(|(name, _)| name).collect();
    Response::json(&json!({ "payments": payments, "people": names, "total": total as f64 / 100.0, "debts": debts(&people, total) }))
}

/// Who owes whom: the largest debt goes to the largest claim until all are even. Cents that do not divide stay with the first.
fn debts(people: &[(String, i64)], total: i64) -> Vec<Value> {
    let count = people.len().max(1) as i64;
    let mut balance: Vec<i64> =
        people.iter().enumerate().map(|(i, (_, paid))| paid - total / count - i64::from((i as i64) < total % count)).collect();
    let mut debts = Vec::new();
    for _ in 0..people.len() {
        let (Some(from), Some(to)) = ((0..balance.len()).min_by_key(|i| balance[*i]), (0..balance.len()).max_by_key(|i| balance[*i])) else {
            break;
        };
        let amount = balance[to].min(-balance[from]);
        if amount <= 0 {
            break;
        }
        balance[from] += amount;
        balance[to] -= amount;
        debts.push(json!({ "from": people[from].0, "to": people[to].0, "amount": amount as f64 / 100.0 }));
    }
    debts
}

fn cents(amount: f64) -> i64 {
    (amount * 100.0).round() as i64
}

/// An amount of 0 only says that somebody shares.
async fn pay(req: Request, ctx: Ctx) -> Result<Response> {
    let Payment { name, amount, what } = req.json()?;
    let (name, what) = (name.trim(), what.trim());
    if name.is_empty() || name.chars().count() > MOST_CHARS || what.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if !(0.0..=1_000_000.0).contains(&amount) {
        return Err(Error::bad_request("⟦Give an amount from 0 to a million.|Gib einen Betrag von 0 bis zu einer Million an.⟧"));
    }
    let all = ctx.kv().list_json::<Payment>("payment:").await?;
    let mut names: Vec<String> = all.iter().map(|(_, payment)| payment.name.to_lowercase()).collect();
    names.sort();
    names.dedup();
    if all.len() >= MOST || names.len() >= MOST_PEOPLE && !names.contains(&name.to_lowercase()) {
        return Err(Error::conflict("⟦That is too much for one list.|Das ist zu viel für eine Liste.⟧"));
    }
    let id = format!("{:08}", ctx.kv().increment("last", 1).await?);
    let payment = Payment { name: name.to_owned(), amount: cents(amount) as f64 / 100.0, what: what.to_owned() };
    ctx.kv().set_json(&format!("payment:{id}"), &payment).await?;
    Ok(Response::json(&json!({ "id": id, "name": payment.name }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("payment:{}", req.param("id")?)).await? {
        return Err(Error::not_found("⟦This payment is gone already.|Diese Zahlung gibt es nicht mehr.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}
