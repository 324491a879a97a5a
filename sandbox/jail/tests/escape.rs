//! Each layer is attacked from inside, once with it and once without, so that a pass proves something. This program
//! plays the roles of the `kandra` binary itself, which is why it has no test harness.

use kandra_jail::{
    Cancel, Command, End, Layer, LayerReport, Namespaces, Policy, Role, confine, confine_and_exec, prove_layers, prove_main,
};
use std::{
    env,
    ffi::OsString,
    fs,
    io::Write,
    net::TcpStream,
    os::fd::OwnedFd,
    path::Path,
    process::exit,
    time::{Duration, Instant},
};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("__prove") => exit(prove_main(&arguments[2..])),
        Some("__exec") => {
            let policy = Policy::from_argument(&arguments[2]).unwrap();
            let error = confine_and_exec(&policy, arguments[3].clone().into(), arguments[4..].iter().map(OsString::from).collect());
            eprintln!("{}", error.unwrap_err());
            exit(126)
        }
        Some("__attack") => exit(attack(&arguments[2..])),
        Some("__elsewhere") => exit(elsewhere(&arguments[2], &arguments[3..])),
        _ => run_tests(),
    }
}

/// The hostile child: exit code 0 when the attack worked, 7 when it was refused, 9 when it could not be tried.
fn attack(arguments: &[String]) -> i32 {
    let guarded = arguments[1] == "guarded";
    let policy = Policy::from_argument(&arguments[0]).unwrap();
    if guarded {
        confine(&policy).unwrap();
    }
    let worked = match arguments[2].as_str() {
        "read_a_secret" => fs::read(&arguments[3]).is_ok(),
        "write_a_file" => fs::write(&arguments[3], "x").is_ok(),
        "connect" => TcpStream::connect(&arguments[3]).is_ok(),
        "run_a_program" => std::process::Command::new("/bin/true").status().is_ok(),
        // SAFETY: signal 0 only asks.
        "signal_the_parent" => unsafe { libc::kill(libc::getppid(), 0) == 0 },
        // SAFETY: attaches to the parent, which lets go when we end.
        "trace_the_parent" => unsafe { libc::ptrace(libc::PTRACE_SEIZE, libc::getppid(), 0, 0) == 0 },
        // SAFETY: lowers a limit of the parent that it does not use; the pointers are to locals.
        "lower_a_limit_of_the_parent" => unsafe {
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::prlimit(libc::getppid(), libc::RLIMIT_CORE, &none, std::ptr::null_mut()) == 0
        },
        // SAFETY: asks the kernel to signal the parent when bytes arrive, which never do.
        "have_the_kernel_signal_the_parent" => unsafe {
            let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
            libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&one), libc::F_SETOWN, libc::getppid()) == 0
        },
        "send_to_a_socket_in_the_file_system" => datagram(&arguments[3]),
        "spawn_a_thread" => std::thread::Builder::new().spawn(|| ()).is_ok(),
        "overflow_output" => {
            let chunk = [b'x'; 4096];
            (0..10_000).all(|_| std::io::stdout().write_all(&chunk).is_ok())
        }
        _ => return 9,
    };
    if worked { 0 } else { 7 }
}

/// Whether a socket of an anonymous pair reaches one that somebody else has bound.
fn datagram(path: &str) -> bool {
    let mut two = [0; 2];
    // SAFETY: the array has room for two descriptors.
    if unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_DGRAM, 0, two.as_mut_ptr()) } != 0 {
        return false;
    }
    // SAFETY: all zeros is an address; it is filled below.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as u16;
    for (to, from) in address.sun_path.iter_mut().zip(path.bytes()) {
        *to = from as libc::c_char;
    }
    let length = size_of::<libc::sockaddr_un>() as u32;
    // SAFETY: the message and the address outlive the call.
    unsafe { libc::sendto(two[0], c"hi".as_ptr().cast(), 2, 0, (&raw const address).cast(), length) == 2 }
}

/// Another machine, played by a filter: `landlock` has no Landlock, `namespaces` grants no user namespaces, as a stock
/// Ubuntu 24.04 and Docker's default profile do not. Prints what `kandra doctor` would see there.
fn elsewhere(missing: &str, rest: &[String]) -> i32 {
    let denied: &[(i64, i32)] = match missing {
        "landlock" => &[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)],
        "namespaces" => &[(libc::SYS_unshare, libc::EPERM)],
        _ => return 9,
    };
    for (call, errno) in denied {
        let rules = std::collections::BTreeMap::from([(*call, Vec::new())]);
        let action = seccompiler::SeccompAction::Errno(*errno as u32);
        let filter =
            seccompiler::SeccompFilter::new(rules, seccompiler::SeccompAction::Allow, action, seccompiler::TargetArch::x86_64).unwrap();
        let program: seccompiler::BpfProgram = filter.try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
    }
    if let [policy] = rest {
        return match confine(&Policy::from_argument(policy).unwrap()) {
            Ok(_) => 0,
            Err(error) => {
                eprintln!("{error}");
                kandra_jail::EXIT_MISSING_LAYER
            }
        };
    }
    println!("{}", serde_json::to_string(&prove_layers(&env::current_exe().unwrap())).unwrap());
    0
}

struct Attack {
    name: &'static str,
    role: Role,
    argument: String,
}

fn run_tests() {
    let me = env::current_exe().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let secret = scratch.path().join("secret");
    fs::write(&secret, "s").unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bound = scratch.path().join("socket");
    let _journal = std::os::unix::net::UnixDatagram::bind(&bound).unwrap();
    let mut passed = 0;
    let mut check = |name: &str, ok: bool, detail: String| {
        println!("test {name} ... {}", if ok { "ok" } else { "FAILED" });
        assert!(ok, "{name}: {detail}");
        passed += 1;
    };

    let attacks = [
        Attack { name: "read_a_secret", role: Role::Probe, argument: secret.display().to_string() },
        Attack { name: "write_a_file", role: Role::Probe, argument: scratch.path().join("new").display().to_string() },
        Attack { name: "connect", role: Role::Live, argument: listener.local_addr().unwrap().to_string() },
        Attack { name: "run_a_program", role: Role::Live, argument: String::new() },
        Attack { name: "signal_the_parent", role: Role::Probe, argument: String::new() },
        Attack { name: "trace_the_parent", role: Role::Build, argument: String::new() },
        Attack { name: "spawn_a_thread", role: Role::Lint, argument: String::new() },
        Attack { name: "signal_the_parent", role: Role::Build, argument: String::new() },
        Attack { name: "lower_a_limit_of_the_parent", role: Role::Build, argument: String::new() },
        Attack { name: "lower_a_limit_of_the_parent", role: Role::Live, argument: String::new() },
        Attack { name: "have_the_kernel_signal_the_parent", role: Role::Live, argument: String::new() },
        Attack { name: "send_to_a_socket_in_the_file_system", role: Role::Live, argument: bound.display().to_string() },
        Attack { name: "send_to_a_socket_in_the_file_system", role: Role::Build, argument: bound.display().to_string() },
    ];
    for Attack { name, role, argument } in attacks {
        // Without namespaces, as on a machine that grants none: they are no required layer.
        let mut policy = Policy::new(role);
        policy.namespaces = Namespaces::Never;
        let run = |guard: &str| {
            let command = Command::role(&me, "__attack", &policy).args([guard, name, &argument]);
            command.deadline(Duration::from_secs(10)).run().unwrap()
        };
        let (free, guarded) = (run("free"), run("guarded"));
        check(&format!("{name}_without_the_guard"), free.end == End::Exited(0), format!("{free:?}"));
        check(&format!("{name}_with_the_guard"), guarded.end == End::Exited(7), format!("{guarded:?}"));
    }

    let policy = Policy::new(Role::Probe);
    let flood = Command::role(&me, "__attack", &policy).args(["guarded", "overflow_output"]).output_limit(1 << 20).run().unwrap();
    check(
        "output_is_bounded",
        flood.end == End::OutputLimit && flood.stdout.len() == 1 << 20,
        format!("{:?} {}", flood.end, flood.stdout.len()),
    );

    let build = Policy::new(Role::Build).reading("/usr").reading("/lib").reading("/lib64").reading("/bin");
    let echo = Command::program(&me, &build, "/bin/sh".as_ref())
        .args(["-c", "read line; echo got $line; env | wc -l"])
        .stdin(b"hello\n".to_vec())
        .run()
        .unwrap();
    let text = String::from_utf8_lossy(&echo.stdout).into_owned();
    check(
        "a_program_runs_with_input_and_an_empty_environment",
        text.starts_with("got hello\n") && text.lines().nth(1).unwrap().trim().parse::<u32>().unwrap() <= 3,
        text,
    );

    let started = Instant::now();
    let tree = Command::program(&me, &build, "/bin/sh".as_ref())
        .args(["-c", "sleep 100 & sleep 100"])
        .deadline(Duration::from_millis(200))
        .run()
        .unwrap();
    check(
        "the_whole_tree_ends_at_the_deadline",
        tree.end == End::Deadline && started.elapsed() < Duration::from_secs(3),
        format!("{tree:?}"),
    );

    let cancel = Cancel::new();
    let asked = cancel.clone();
    let helper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        asked.cancel();
    });
    let cancelled = Command::program(&me, &build, "/bin/sleep".as_ref()).arg("100").cancel(&cancel).run().unwrap();
    helper.join().unwrap();
    check("cancelling_ends_it", cancelled.end == End::Cancelled, format!("{cancelled:?}"));

    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut child =
        Command::program(&me, &build, "/bin/sh".as_ref()).args(["-c", "echo hi >&5"]).descriptor(OwnedFd::from(theirs), 5).spawn().unwrap();
    let mut line = String::new();
    std::io::Read::read_to_string(&mut &ours, &mut line).unwrap();
    check("a_descriptor_is_handed_over", line == "hi\n", line);
    check("and_the_child_is_reaped", child.wait_for(Duration::from_secs(5)).unwrap(), String::new());

    let reports = prove_layers(Path::new(&me));
    for layer in Layer::ALL {
        let report = reports.iter().find(|r| r.layer == layer).unwrap();
        println!(
            "  {:<18} {:<8} {:<5} {}",
            layer.as_str(),
            if report.required { "required" } else { "optional" },
            report.holds,
            report.evidence
        );
        if layer.required() {
            check(&format!("layer_{}_holds", layer.as_str()), report.holds, report.evidence.clone());
        }
    }
    for (missing, required) in [("landlock", true), ("namespaces", false)] {
        let output = std::process::Command::new(&me).args(["__elsewhere", missing]).output().unwrap();
        let reports: Vec<LayerReport> = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
        let lacking: Vec<&LayerReport> = reports.iter().filter(|report| !report.holds).collect();
        let as_expected = !lacking.is_empty() && lacking.iter().all(|report| report.required == required && report.evidence.len() > 40);
        check(&format!("a_machine_without_{missing}_is_told"), as_expected, format!("{reports:?}"));
        let policy = Policy::new(Role::Build).to_argument();
        let confined = std::process::Command::new(&me).args(["__elsewhere", missing, &policy]).output().unwrap();
        let said = String::from_utf8_lossy(&confined.stderr).into_owned();
        let refused = confined.status.code() == Some(8) && said.contains("the required sandbox layer landlock does not hold here");
        check(&format!("strangers_code_without_{missing}"), refused == required, format!("{confined:?}"));
    }
    println!("test result: ok. {passed} passed; 0 failed");
}
