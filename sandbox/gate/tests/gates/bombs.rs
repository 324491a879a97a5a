//! Crates that are small to send and large to build. Each ends at a limit, with a finding that says at which and what to
//! change, and holds nobody else up.

use crate::rig::{self, lint, replace, template};
use kandra_gate::{BuildLimits, Cancel, Files, Finding, Gate, StageFailure, Tier};
use std::{fmt::Write, sync::Mutex, thread, time::Instant};

/// Enough for every ordinary feature, and little enough to wait for.
const LIMITS: BuildLimits = BuildLimits { seconds: 6, memory_mib: 1 << 10, messages_kib: 128, file_mib: 16, processes: 64 };

struct Bomb {
    name: &'static str,
    /// At the end of the crate.
    items: String,
    /// Somewhere in a handler.
    statement: &'static str,
    /// One of these findings must be the first.
    ends: &'static [&'static str],
}

/// A tower of types, each twice the one before.
fn doubled(levels: usize) -> String {
    let mut text = "fn tower() -> usize { let x0 = (1u8, 2u8);".to_owned();
    (1..=levels).for_each(|i| write!(text, " let x{i} = (x{0}.clone(), x{0}.clone());", i - 1).unwrap());
    write!(text, " std::mem::size_of_val(&x{levels}) }}").unwrap();
    text
}

/// Functions that instantiate two more of themselves.
fn branching(depth: usize) -> String {
    let mut text = "struct A<T>(std::marker::PhantomData<T>); struct B<T>(std::marker::PhantomData<T>);\n".to_owned();
    (0..depth).for_each(|i| {
        writeln!(text, "fn f{i}<T>(n: usize) -> usize {{ f{0}::<A<T>>(n + 1) + f{0}::<B<T>>(n * 3) }}", i + 1).unwrap();
    });
    writeln!(text, "fn f{depth}<T>(n: usize) -> usize {{ n ^ std::mem::size_of::<T>() }}").unwrap();
    text
}

/// A `match` whose arms have to be compared with all others.
fn arms(width: usize) -> String {
    let names: Vec<String> = (0..width).map(|i| format!("b{i}")).collect();
    let mut text = format!("fn matched({}) -> u32 {{ match ({}) {{\n", names.join(": bool, ") + ": bool", names.join(", "));
    for i in 0..width {
        for (one, value) in [("true", 1), ("false", 2)] {
            let arm: Vec<&str> = (0..width).map(|j| if j == i || j == (i * 7 + 3) % width { one } else { "_" }).collect();
            writeln!(text, "({}) => {value},", arm.join(", ")).unwrap();
        }
    }
    text + "_ => 3 } }"
}

fn bombs() -> Vec<Bomb> {
    let bomb = |name, items: &str, statement, ends| Bomb { name, items: items.to_owned(), statement, ends };
    vec![
        bomb(
            "const-recursion",
            "const fn fib(n: u64) -> u64 { if n < 2 { 1 } else { fib(n - 1) + fib(n - 2) } }\nconst MANY: u64 = fib(70);",
            "let _ = MANY;",
            &["long_running_const_eval", "build/time"],
        ),
        bomb("type-tower", &doubled(40), "let _ = tower();", &["build/memory", "build/time"]),
        bomb(
            "endless-instances",
            "fn grow<T>(n: u32, x: T) -> usize { if n == 0 { std::mem::size_of::<T>() } else { grow(n - 1, (x, 0u8)) } }",
            "let _ = grow(3, 0u8);",
            &["build/error"],
        ),
        bomb("many-instances", &branching(17), "let _ = f0::<u8>(1);", &["build/time", "build/memory", "build/file-size"]),
        bomb("many-arms", &arms(30), "let _ = matched;", &["build/time", "build/memory"]),
        bomb("giant-static", "static GIANT: [u8; 64 << 20] = [7; 64 << 20];", "let _ = GIANT[clicks()];", &["build/file-size"]),
        bomb("giant-zeros", "static ZEROS: [u64; 1 << 28] = [0; 1 << 28];", "let _ = ZEROS[clicks()];", &["E0080", "build/memory"]),
        bomb("endless-type", "struct Endless { own: Option<Endless> }", "", &["E0072"]),
        bomb(
            "slow-trait",
            "trait Slow { fn go() -> u32; }\nimpl<T> Slow for (T,) where ((T,),): Slow { fn go() -> u32 { <((T,),)>::go() } }\nfn slow() -> u32 { <(u8,)>::go() }",
            "let _ = slow();",
            &["E0275"],
        ),
        bomb("many-messages", &"fn wrong() -> u8 { \"\" }\n".repeat(600), "", &["E0428", "build/output"]),
        bomb("long-array", &format!("static LONG: [u8; 400000] = [{}];", "1,".repeat(400_000)), "", &["source/too-large"]),
        bomb("long-line", &format!("static LINE: &str = \"{}\";", "x".repeat(200_000)), "", &["source/file-too-large"]),
        bomb("deep", &format!("fn deep() -> u8 {{ {}1{} }}", "(".repeat(900), ")".repeat(900)), "", &["K018"]),
    ]
}

/// The template with a bomb in it.
fn loaded(bomb: &Bomb) -> Files {
    let mut files = template(bomb.name, "x");
    let own = if bomb.statement.contains("clicks()") { "fn clicks() -> usize { \"x\".len() }\n" } else { "" };
    replace(
        &mut files,
        "src/lib.rs",
        "    let text = ctx.kv().get(\"count\").await?;\n",
        &format!("    let text = ctx.kv().get(\"count\").await?;\n    {}\n", bomb.statement),
    );
    let mut text = String::from_utf8(files["src/lib.rs"].clone()).unwrap();
    write!(text, "\n{own}{}\n", bomb.items).unwrap();
    files.insert("src/lib.rs".to_owned(), text.into_bytes());
    files
}

fn judged(gate: &Gate, files: Files) -> Vec<Finding> {
    let built = lint(gate, files).and_then(|linted| gate.build(linted, Tier::Quick, &Cancel::new()).map(drop));
    match built {
        Err(StageFailure::Refused(findings)) => findings,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub fn every_bomb_ends_at_a_limit_that_is_named(gate: &Gate) {
    let gate = Gate::with_limits(gate.workshop().clone(), gate.config().clone(), LIMITS);
    let (left, wrong) = (Mutex::new(bombs()), Mutex::new(Vec::new()));
    // Two at a time: most only wait for their end.
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(bomb) = { left.lock().unwrap().pop() } {
                    wrong.lock().unwrap().extend(set_off(&gate, &bomb));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What did not come out as it must.
fn set_off(gate: &Gate, bomb: &Bomb) -> Option<String> {
    let began = Instant::now();
    let found = judged(gate, loaded(bomb));
    let first = &found[0];
    println!("  {:<18} {:>5} ms  {}: {:.110}", bomb.name, began.elapsed().as_millis(), first.code, first.message.replace('\n', " "));
    let named = bomb.ends.contains(&first.code.as_str());
    // rustc's own words for a type without an end need no hint of ours.
    let says_what_to_do = !first.hint.is_empty() || first.code == "E0072";
    (!named || !says_what_to_do || found.len() > 200).then(|| format!("{}: {} findings, {first:?}", bomb.name, found.len()))
}

/// One bomb goes off beside an ordinary build.
pub fn a_bomb_costs_nobody_else_a_build(gate: &Gate) {
    let small = Gate::with_limits(gate.workshop().clone(), gate.config().clone(), LIMITS);
    let all = bombs();
    let bomb = all.iter().find(|bomb| bomb.name == "many-instances").unwrap();
    let files = loaded(bomb);
    thread::scope(|scope| {
        let going_off = scope.spawn(|| judged(&small, files));
        let ordinary = rig::lint(gate, template("beside", "x")).and_then(|linted| gate.build(linted, Tier::Quick, &Cancel::new()));
        assert!(ordinary.is_ok(), "{ordinary:?}");
        assert!(going_off.join().unwrap()[0].code.starts_with("build/"));
    });
}
