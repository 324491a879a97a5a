#![no_std]
#![forbid(unsafe_code)]
//! Who does what when: each task goes from one to the next, by the date alone.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is to be done.
const TASKS: &[&str] = &["Bathroom", "Kitchen"];
/// Who does it, in turn.
const PEOPLE: &[&str] = &["Ann", "Bob"];
/// How long one keeps a task, days: a week, from Monday, or a day.
const DAYS: i64 = 7;
/// How many turns are shown.
const SHOWN: i64 = 5;
const DAY: i64 = 86_400_000;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let today = ctx.now().div_euclid(DAY);
    // 1 January 1970 was a Thursday: three days before it a week began.
    let now = if DAYS == 7 { (today + 3).div_euclid(7) } else { today };
    let turns: Vec<Value> = (now..now + SHOWN)
        .map(|turn| {
            let starts = if DAYS == 7 { turn * 7 - 3 } else { turn };
            let duties: Vec<Value> = TASKS.iter().enumerate().map(|(task, name)| json!({ "task": name, "person": whose(task, turn) })).collect();
            json!({ "from": starts * DAY, "to": (starts + DAYS - 1) * DAY, "duties": duties })
        })
        .collect();
    Response::json(&json!({ "people": PEOPLE, "days": DAYS, "turns": turns }))
}

/// With each turn a task moves on to the next person.
fn whose(task: usize, turn: i64) -> &'static str {
    let people = PEOPLE.len() as i64;
    PEOPLE[(task as i64 + turn).rem_euclid(people) as usize]
}
