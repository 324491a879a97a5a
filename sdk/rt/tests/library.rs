//! A real library, built as the gate builds it, loaded, called, torn down and unloaded.

mod host;

use host::{Loaded, OP_POLLS, Outcome, Timer, alone, held};
use kandra_abi::{ROOT_SYMBOL, fault_kind};
use object::{Object, ObjectSymbol};
use std::sync::atomic::Ordering::SeqCst;

fn fault(outcome: Outcome) -> (u32, String, String) {
    match outcome {
        Outcome::Faulted { kind, message, location } => (kind, message, location),
        Outcome::Answered(status, text) => panic!("answered {status} {text}"),
    }
}

#[test]
fn calls_are_answered() {
    let _alone = alone();
    let library = Loaded::load();
    let call = library.start_with("/hello/{name}", "title=Dr.+No", "", &[("name", "you")]);
    assert_eq!(library.run(call).0.text(), "hello, you Dr. No");
    let call = library.start("/echo", "", r#"{"a":[1,2.5,"ü"]}"#);
    assert_eq!(library.run(call).0.text(), r#"{"a":[1,2.5,"ü"]}"#);
    let call = library.start("/echo", "", "not json");
    assert!(matches!(library.run(call).0, Outcome::Answered(400, _)));
    assert_eq!(library.get("/ordinary", "").text(), "1000 3145728 199998 1");
    let report = library.unload();
    assert_eq!((report.live_calls, report.thread_destructors), (0, 0));
    assert!(report.chunks > 0);
}

#[test]
fn panics_end_inside_the_library() {
    let _alone = alone();
    let library = Loaded::load();
    let (kind, message, location) = fault(library.get("/panic", ""));
    assert_eq!((kind, message.as_str()), (fault_kind::PANIC, "on purpose"));
    assert!(location.contains("lib.rs:"), "{location}");
    assert!(fault(library.get("/panic-late", "")).1.contains("index out of bounds"));

    // Dropped while it waits: the destructor's panic must not leave the library.
    let call = library.start("/panic-in-drop", "", "");
    assert!(library.poll(call).is_none());
    library.drop_call(call);

    assert!(
        matches!(library.get("/hello/{name}", ""), Outcome::Answered(500, _)),
        "it serves on; a missing parameter is the author's fault"
    );
    assert_eq!(held(), (0, 0));
    assert_eq!(library.unload().live_calls, 0);
}

#[test]
fn spent_budgets_unwind_with_their_kind() {
    let _alone = alone();
    let library = Loaded::load();
    let spun = {
        let _timer = Timer::start();
        fault(library.get("/spin", ""))
    };
    assert_eq!(spun.0, fault_kind::TIME);
    assert!(spun.2.contains("lib.rs:"), "the place of the loop: {}", spun.2);
    assert_eq!(fault(library.get("/recurse", "")).0, fault_kind::STACK);
    assert_eq!(fault(library.get("/hoard", "")).0, fault_kind::MEMORY);
    let locked = {
        let _timer = Timer::start();
        fault(library.get("/lock-twice", ""))
    };
    assert_eq!(locked.0, fault_kind::TIME);
    assert!(library.get("/rows", "n=3").text().contains("row 2"), "it serves on");
    library.unload();
}

#[test]
fn combinators_neither_hang_nor_spin() {
    let _alone = alone();
    let library = Loaded::load();
    library.get("/polls", "");
    OP_POLLS.store(0, SeqCst);
    let (outcome, polls) = library.run(library.start("/join", "n=200", ""));
    assert_eq!(outcome.text(), "19900");
    let children: usize = library.get("/polls", "").text().parse().unwrap();
    assert!(children <= 400, "200 children were polled {children} times");
    assert!(OP_POLLS.load(SeqCst) <= 400, "their operations {} times", OP_POLLS.load(SeqCst));
    assert!(polls <= 201, "the call {polls} times");
    assert_eq!(library.get("/select", "").text(), "first");
    assert_eq!(library.run(library.start("/yield", "", "")).1, 11);
    assert_eq!(held(), (0, 0), "operations and tasks are given back");
    library.unload();
}

#[test]
fn one_call_wakes_another() {
    let _alone = alone();
    let library = Loaded::load();
    let waiting = library.start("/meet", "", "");
    assert!(library.poll(waiting).is_none());
    assert_eq!(held(), (0, 1));
    assert_eq!(library.get("/meet", "").text(), "woke the other");
    assert_eq!(library.run(waiting).0.text(), "was woken");
    assert_eq!(held(), (0, 0));
    library.unload();
}

#[test]
fn what_pins_a_library_does_not_pin_this_one() {
    let _alone = alone();
    // On a thread that lives on after the unload and ends later: a destructor left behind would crash there.
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            let library = Loaded::load();
            assert_eq!(library.get("/local", "").text(), "1");
            assert_eq!(library.get("/local", "").text(), "2");
            assert_eq!(library.get("/thread", "").text(), "refused");
            assert_eq!(library.get("/current", "").text(), "current");
            assert_eq!(library.get("/backtrace", "").text(), "captured true");
            assert_eq!(library.get("/leak", "").text(), "leaked");
            assert!((library.module.run_thread_destructors())() > 0);
            assert_eq!(library.unload().thread_destructors, 0);
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn destructors_that_were_not_run_are_reported() {
    let _alone = alone();
    let library = Loaded::load();
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(library.get("/local", "").text(), "1"));
    });
    assert!(library.unload().thread_destructors > 0);
}

#[test]
fn doors_are_shut() {
    let _alone = alone();
    let library = Loaded::load();
    assert_eq!(library.get("/doors", "").text(), "open: ");
    library.unload();
}

#[test]
fn a_library_imports_nothing_that_opens_a_door() {
    let bytes = std::fs::read(host::template()).unwrap();
    let elf = object::File::parse(&*bytes).unwrap();
    let names = |symbols: object::read::SymbolIterator<'_, '_>, undefined: bool| {
        let mut names: Vec<_> = symbols
            .filter(|s| s.is_undefined() == undefined && (undefined || s.is_global()))
            .map(|s| s.name().unwrap().to_owned())
            .collect();
        names.retain(|name| !name.is_empty());
        names.sort();
        names
    };
    assert_eq!(names(elf.dynamic_symbols(), false), [ROOT_SYMBOL]);
    let allowed: Vec<_> = include_str!("imports.txt").lines().collect();
    let imports = names(elf.dynamic_symbols(), true);
    assert!(imports.iter().any(|name| name == "memcpy"), "the list is read: {imports:?}");
    let others: Vec<_> = imports.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(others.is_empty(), "imported, and not in tests/imports.txt: {others:?}");
}

#[test]
fn nothing_is_left_after_many_cycles() {
    let _alone = alone();
    let cycle = || {
        let library = Loaded::load();
        library.get("/ordinary", "");
        library.get("/leak", "");
        library.get("/local", "");
        library.get("/join", "n=5");
        fault(library.get("/panic", ""));
        assert_eq!(library.unload().live_calls, 0);
    };
    cycle();
    let mappings = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let before = mappings();
    for _ in 0..50 {
        cycle();
    }
    assert!(mappings() <= before + 2, "mappings grew from {before} to {}", mappings());
}
