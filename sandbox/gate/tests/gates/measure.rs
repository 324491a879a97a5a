//! How long each stage takes: the median of ten, for the template as a first build, as an edit, and optimised.

use crate::rig;
use kandra_gate::{Cancel, Gate, StageFailure, Tier};
use std::time::Instant;

const TIMES: usize = 10;

pub fn run(gate: &Gate) {
    println!("{:<12} {:>8} {:>8} {:>8} {:>8}", "median ms", "source", "lint", "build", "inspect");
    row("first", gate, |i| (format!("first-{i}"), "0".to_owned(), Tier::Quick));
    row("edit", gate, |i| ("edited".to_owned(), i.to_string(), Tier::Quick));
    row("optimised", gate, |i| (format!("first-{i}"), "0".to_owned(), Tier::Optimised));
}

fn row(name: &str, gate: &Gate, case: impl Fn(usize) -> (String, String, Tier)) {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for i in 0..TIMES + 2 {
        let (slug, edit, tier) = case(i);
        let times = stages(gate, &slug, &edit, tier).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        // The second build of a room is the first that keeps what the next one reuses.
        if i >= 2 {
            columns.iter_mut().zip(times).for_each(|(column, time)| column.push(time));
        }
    }
    let median = |column: &mut Vec<f64>| {
        column.sort_by(f64::total_cmp);
        column[column.len() / 2]
    };
    let [source, lint, build, inspect] = columns.each_mut().map(median);
    println!("{name:<12} {source:>8.1} {lint:>8.1} {build:>8.1} {inspect:>8.1}");
}

fn stages(gate: &Gate, slug: &str, edit: &str, tier: Tier) -> Result<[f64; 4], StageFailure> {
    let mut times = [0.0; 4];
    let mut clock = Instant::now();
    let mut lap = |stage: usize| {
        times[stage] = clock.elapsed().as_secs_f64() * 1000.0;
        clock = Instant::now();
    };
    let cancel = Cancel::new();
    let source = gate.source(rig::template(slug, edit))?;
    lap(0);
    let linted = gate.lint(source, &cancel)?;
    lap(1);
    let built = gate.build(linted, tier, &cancel)?;
    lap(2);
    gate.inspect(built)?;
    lap(3);
    Ok(times)
}
