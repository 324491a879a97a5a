//! The attack corpus (`tests/attacks`, folder = attack) and the ordinary features (`tests/ordinary`), through every gate in
//! one batched process: each attack is stopped by the gate that it names, and nothing ordinary is refused.
//!
//! The gates' children are the real `kandra` binary. `KANDRA_BLESS=1` rewrites `tests/attacks/RESULTS.md` after a review,
//! `KANDRA_GUARDS=off` also tries every attack without what stops it, `KANDRA_SLOW=1` includes those marked as slow,
//! and `KANDRA_CASES=word` restricts all of it to names with that word.
#![forbid(unsafe_code)]

mod case;
mod guarded;
mod table;
mod unguarded;

use anyhow::{Context, Result};
use case::Case;
use kandra_gate::{Cancel, Gate, GateConfig, MissingLayers, Workshop};
use kandra_tests::{binary, repository};
use std::{collections::BTreeMap, env, path::PathBuf, time::Instant};
use table::Row;

const ATTACKS: usize = 150;
const ORDINARY: usize = 40;
/// How many of the slowest are named.
const SHOWN: usize = 12;

fn gate(scratch: PathBuf) -> Result<Gate> {
    let cache = env::var_os("KANDRA_TEST_CACHE").map(PathBuf::from).or_else(Workshop::default_cache_root).context("HOME is set")?;
    let (artifacts, scratch) = (scratch.join("artifacts"), scratch.join("scratch"));
    let config = GateConfig { exe: binary(), artifacts, scratch, missing_layers: MissingLayers::Refuse };
    let gate = Gate::new(Workshop::open(&cache)?, config);
    gate.warm(&Cancel::new(), &|progress| eprintln!("{progress:?}"))?;
    Ok(gate)
}

#[test]
fn no_attack_passes_and_nothing_ordinary_is_refused() -> Result<()> {
    let asked = |name: &str| env::var_os(name).is_some();
    let filter = env::var("KANDRA_CASES").unwrap_or_default();
    let place = tempfile::tempdir()?;
    let gate = gate(place.path().join("gate"))?;
    let attacks = case::all(&repository().join("tests/attacks"), &place.path().join("attacks"))?;
    let ordinary = case::all(&repository().join("tests/ordinary"), &place.path().join("ordinary"))?;
    assert!(attacks.len() >= ATTACKS && ordinary.len() >= ORDINARY, "{} attacks, {} ordinary", attacks.len(), ordinary.len());

    let wanted =
        |case: &&Case| case.name.contains(&filter) && (asked("KANDRA_SLOW") || case.attack.as_ref().is_none_or(|attack| !attack.slow));
    let cases: Vec<&Case> = attacks.iter().chain(&ordinary).filter(wanted).collect();
    let began = Instant::now();
    let judged = guarded::judge(&gate, &cases);
    let took = began.elapsed();

    let at = repository().join("tests/attacks/RESULTS.md");
    let committed = table::read(&at);
    let mut rows: BTreeMap<String, Row> = committed.clone();
    rows.retain(|name, _| attacks.iter().any(|attack| attack.name == *name));
    let mut wrong = Vec::new();
    for (case, guarded::Judged { verdict, .. }) in cases.iter().zip(&judged) {
        let Some(attack) = &case.attack else {
            if !matches!(verdict, guarded::Verdict::Accepted) {
                wrong.push(format!("ordinary {}: {}", case.name, verdict.told()));
            }
            continue;
        };
        let (gate, code) = verdict.stopped_by(attack).unwrap_or(("nobody", String::new()));
        if gate != attack.gate || code != attack.code {
            wrong.push(format!("attack {}: expected {} {}, but {}", case.name, attack.gate, attack.code, verdict.told()));
        }
        let without = committed.get(&case.name).map_or("not tried yet", |row| row.without.as_str()).to_owned();
        rows.insert(case.name.clone(), Row { does: attack.does.clone(), gate: gate.to_owned(), code, without });
    }
    if asked("KANDRA_GUARDS") {
        let tried: Vec<&Case> = cases.iter().copied().filter(|case| case.attack.is_some()).collect();
        for (case, without) in tried.iter().zip(unguarded::all(&gate, &tried, &place.path().join("unguarded"))) {
            rows.get_mut(&case.name).context("a row")?.without = without;
        }
    }
    for (name, row) in &rows {
        println!("{name:<42} {:<8} {:<26} {}", row.gate, row.code, row.without);
    }
    let mut slowest: Vec<_> = cases.iter().zip(&judged).map(|(case, judged)| (judged.took.as_millis(), case.name.as_str())).collect();
    slowest.sort_by(|a, b| b.cmp(a));
    println!("slowest, in ms: {:?}", &slowest[..slowest.len().min(SHOWN)]);
    let count = cases.iter().filter(|case| case.attack.is_some()).count();
    println!("{count} attacks and {} ordinary features in {:.1} s", cases.len() - count, took.as_secs_f64());
    if asked("KANDRA_BLESS") {
        table::write(&at, &rows)?;
    } else if filter.is_empty() {
        wrong.extend(
            rows.iter()
                .filter(|(name, row)| committed.get(*name).is_some_and(|c| c != *row))
                .map(|(name, _)| format!("RESULTS.md: {name}")),
        );
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
