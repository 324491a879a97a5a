//! The probe child of these tests: confined as the real one, it does what the feature's slug says instead of loading it.

use kandra_jail::{Policy, confine};
use kandra_model::{
    RouteSpec,
    probe::{ExchangeOutcome, Mismatch, ProbeLine, ProbePhase, ProbeReply, ProbeRequest, ProbedRoute, UnloadOutcome},
};
use std::{fs, io::Read, net::TcpStream, process::Command};

pub fn main(rest: &[String]) -> i32 {
    let policy = Policy::from_argument(&rest[0]).unwrap();
    if let Err(error) = confine(&policy) {
        eprintln!("{error}");
        return kandra_jail::EXIT_MISSING_LAYER;
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let request: ProbeRequest = serde_json::from_str(&text).unwrap();
    say(&ProbeLine::Phase { phase: ProbePhase::Mount });
    match request.slug.as_str() {
        "crashes" => std::process::abort(),
        "floods" => loop {
            say(&ProbeLine::Phase { phase: ProbePhase::Exchange { name: "x".repeat(4096) } });
        },
        "leaves" => 0,
        "pries" => {
            let doors = pry(&request);
            reply(&request, doors);
            0
        }
        _ => {
            reply(&request, Vec::new());
            0
        }
    }
}

fn say(line: &ProbeLine) {
    println!("{}", serde_json::to_string(line).unwrap());
}

/// Which doors out of the jail stand open.
fn pry(request: &ProbeRequest) -> Vec<&'static str> {
    let sibling = request.library.with_file_name("second.so");
    let tries: [(&str, bool); 8] = [
        ("reads /etc/passwd", fs::read("/etc/passwd").is_ok()),
        ("connects", TcpStream::connect(("127.0.0.1", 22)).is_ok_and(|_| true)),
        ("runs programs", Command::new("/bin/true").status().is_ok()),
        ("writes its own library", fs::write(&request.library, b"x").is_ok()),
        ("replaces its own library", fs::remove_file(&request.library).is_ok()),
        ("writes beside its library", fs::write(sibling, b"x").is_ok()),
        ("lists the home directory", fs::read_dir("/root").is_ok() || fs::read_dir("/home").is_ok()),
        ("cannot write its scratch data", fs::write(request.scratch.join("x"), b"x").is_err()),
    ];
    tries.into_iter().filter(|(_, open)| *open).map(|(door, _)| door).collect()
}

/// Says what an honest child says of the template, or which doors were open.
fn reply(request: &ProbeRequest, doors: Vec<&str>) {
    let route =
        |method: &str, path: &str| ProbedRoute { route: RouteSpec { method: method.into(), path: path.into() }, widget: path == "/widget" };
    let mismatch = (!doors.is_empty()).then(|| Mismatch { part: "jail".into(), expected: "no open door".into(), got: doors.join(", ") });
    let exchanges =
        request.contract.exchanges.iter().map(|exchange| ExchangeOutcome { name: exchange.name.clone(), mismatch: mismatch.clone() });
    say(&ProbeLine::Reply {
        reply: ProbeReply::Tried {
            callers: Vec::new(),
            routes: vec![route("GET", "/count"), route("POST", "/hit"), route("GET", "/widget")],
            exchanges: exchanges.collect(),
            mount_micros: 10,
            unload: UnloadOutcome { unmapped: true, ..UnloadOutcome::default() },
        },
    });
}
