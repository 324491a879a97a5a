#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::{collections::BTreeMap, convert::Infallible, mem};
#[derive(Debug, Default, Clone, PartialEq)]
enum State {
    #[default]
    Idle,
    Running { since: i64, steps: u32 },
    Done(String),
}
#[derive(Debug, Clone, Copy)]
enum Input {
    Start(i64),
    Step,
    Stop,
}
#[derive(Default)]
struct Machine {
    state: State,
    log: Vec<State>,
    counts: BTreeMap<&'static str, u32>,
}
impl Machine {
    fn feed(&mut self, input: Input) -> std::result::Result<&State, Infallible> {
        let next = match (mem::take(&mut self.state), input) {
            (State::Idle, Input::Start(since)) => State::Running { since, steps: 0 },
            (State::Running { since, steps }, Input::Step) => State::Running { since, steps: steps.saturating_add(1) },
            (State::Running { since, steps }, Input::Stop) => State::Done(format!("{steps} steps since {since}")),
            (same, _) => same,
        };
        *self.counts.entry(next.name()).or_insert(0) += 1;
        self.log.push(mem::replace(&mut self.state, next));
        Ok(&self.state)
    }
}
impl State {
    const fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running { .. } => "running",
            Self::Done(_) => "done",
        }
    }
}
fn run() -> Value {
    let mut machine = Machine::default();
    for input in [Input::Start(5), Input::Step, Input::Step, Input::Stop, Input::Step] {
        machine.feed(input).unwrap_or_else(|never| match never {});
    }
    json!({ "state": format!("{:?}", machine.state), "log": machine.log.len(), "counts": machine.counts })
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&run())
}
