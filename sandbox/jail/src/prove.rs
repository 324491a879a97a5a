//! Which layers hold on this machine, proved by trying to break each: `kandra doctor`.

use crate::{Command, EXIT_MISSING_LAYER, End, Layer, Limits, MissingLayers, Policy, Role, confine};
use serde::{Deserialize, Serialize};
use std::{fs, io, net::TcpStream, path::Path, time::Duration};

/// One layer and the attack that was tried on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Its name, as [`Layer::as_str`].
    pub layer: Layer,
    /// Whether strangers' code is refused without it.
    pub required: bool,
    /// Whether the attack failed.
    pub holds: bool,
    /// The attack and its answer.
    pub evidence: String,
}

/// Tries every layer in children of the `kandra` binary at `executable`. Takes about 300 ms; blocks.
pub fn prove_layers(executable: &Path) -> Vec<LayerReport> {
    let mut policy = Policy::new(Role::Build);
    policy.missing = MissingLayers::Allow;
    policy.limits = Limits { address_space: 1 << 30, cpu_seconds: 5, file_size: 1 << 20, open_files: 64, processes: 8 };
    policy.read = vec!["/usr".into(), "/lib".into(), "/lib64".into(), executable.into()];
    let attack = |name: &str, deadline: u64| {
        let command = Command::role(executable, "__prove", &policy).arg(name).args(OURS.map(namespace));
        command.deadline(Duration::from_millis(deadline)).run()
    };
    let mut reports: Vec<LayerReport> = match attack("inside", 5_000) {
        Ok(finished) => serde_json::from_slice(&finished.stdout).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let (holds, evidence) = match attack("sleep", 150) {
        Ok(finished) if finished.end == End::Deadline => {
            (true, format!("a child that never ends was killed after {} ms", finished.elapsed.as_millis()))
        }
        Ok(finished) => (false, format!("a child that never ends ended as {:?}", finished.end)),
        Err(e) => (false, e.to_string()),
    };
    reports.push(report(Layer::WallClock, holds, evidence));
    let (holds, evidence) = match attack("fork", 3_000) {
        Ok(finished) if finished.end == End::ProcessLimit => (true, "a child that forks was killed above 8 processes".to_owned()),
        Ok(finished) => (false, format!("a child that forks ended as {:?}", finished.end)),
        Err(e) => (false, e.to_string()),
    };
    reports.push(report(Layer::ProcessLimit, holds, evidence));
    for layer in Layer::ALL {
        if !reports.iter().any(|r| r.layer == layer) {
            reports.push(report(layer, false, layer.remedy().to_owned()));
        }
    }
    reports.sort_by_key(|r| Layer::ALL.iter().position(|l| *l == r.layer));
    reports
}

/// The namespaces of which a child may get its own.
const OURS: [&str; 2] = ["net", "mnt"];

/// What the kernel calls the namespace that this process is in.
fn namespace(kind: &str) -> String {
    fs::read_link(format!("/proc/self/ns/{kind}")).map_or_else(|e| e.to_string(), |name| name.to_string_lossy().into_owned())
}

fn report(layer: Layer, holds: bool, evidence: String) -> LayerReport {
    LayerReport { layer, required: layer.required(), holds, evidence }
}

/// The role `__prove`: confines itself by the policy in `arguments[0]`, then attacks as `arguments[1]` says. Prints a
/// JSON list of [`LayerReport`] for `inside`.
pub fn prove_main(arguments: &[String]) -> i32 {
    let [policy, attack, outside @ ..] = arguments else { return 2 };
    let Ok(policy) = Policy::from_argument(policy) else { return 2 };
    let Ok(layers) = confine(&policy) else { return EXIT_MISSING_LAYER };
    match attack.as_str() {
        "inside" => {
            let reports: Vec<_> = layers.into_iter().filter_map(|layer| try_to_break(layer, &policy, outside)).collect();
            println!("{}", serde_json::to_string(&reports).expect("plain data"));
            0
        }
        "sleep" => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
        "fork" => fork_for_ever(),
        _ => 2,
    }
}

/// Attacks a layer that claims to hold; `None` for those that only the parent can try.
fn try_to_break(layer: Layer, policy: &Policy, outside: &[String]) -> Option<LayerReport> {
    let refused = |what: &str, result: io::Result<()>, expected: &[i32]| {
        let holds = result.as_ref().err().and_then(io::Error::raw_os_error).is_some_and(|code| expected.contains(&code));
        let answer = result.map_or_else(|e| e.to_string(), |()| "it worked".to_owned());
        report(layer, holds, format!("{what}: {answer}"))
    };
    let another = |kind: &str| {
        let own = namespace(kind);
        report(layer, own.starts_with(kind) && !outside.contains(&own), format!("looking for ours: it is in {own}"))
    };
    Some(match layer {
        Layer::NoNewPrivileges => {
            // SAFETY: prctl with constant arguments.
            let (given_back, set) = unsafe {
                let given_back = libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
                (if given_back == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }, libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
            };
            let mut tried = refused("giving the flag back", given_back, &[libc::EINVAL]);
            tried.holds &= set == 1;
            tried
        }
        Layer::Landlock => refused("reading /etc/passwd", fs::read("/etc/passwd").map(drop), &[libc::EACCES]),
        Layer::Seccomp => refused("opening a socket", TcpStream::connect(("127.0.0.1", 9)).map(drop), &[libc::EPERM]),
        Layer::ResourceLimits => {
            // SAFETY: an anonymous mapping that the limit must refuse; given back if not.
            let mapping = unsafe {
                let length = policy.limits.address_space as usize * 2;
                let at = libc::mmap(std::ptr::null_mut(), length, libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
                if at == libc::MAP_FAILED {
                    Err(io::Error::last_os_error())
                } else {
                    libc::munmap(at, length);
                    Ok(())
                }
            };
            refused("mapping twice the allowed memory", mapping, &[libc::ENOMEM])
        }
        Layer::PidNamespace => report(layer, std::process::id() == 1, format!("its own process id is {}", std::process::id())),
        // Sockets and mounts are denied by seccomp anyway; what the kernel calls the namespace says whether it is another.
        Layer::NetworkNamespace => another("net"),
        Layer::MountNamespace => another("mnt"),
        Layer::ProcessLimit | Layer::WallClock => return None,
    })
}

fn fork_for_ever() -> i32 {
    loop {
        // SAFETY: this process is single-threaded; the child only sleeps.
        if unsafe { libc::fork() } == 0 {
            std::thread::sleep(Duration::from_secs(3600));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
