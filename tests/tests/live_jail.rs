//! Native code that no gate has seen, inside live: what it can reach is what THREATS.md says and no more. Each attempt is
//! made by the same library outside of the jail too, where it works, so that a refusal proves something.

use anyhow::{Context, Result, ensure};
use kandra_tests::{Options, Server, feature_crate, ungated};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const FOLDER: &str = "tests/features/hostile";
const CONTRACT: &str = "[[exchange]]\nname = \"it does well\"\nrequest = { path = \"/fate\" }\nexpect = { text = \"well\" }\n";
const NEIGHBOUR: &str = "bench-counter";

/// A word for others to read.
static OURS: u64 = 7;

/// A server with a neighbour and these hostile features, and their libraries.
async fn server(names: &[&'static str]) -> Result<(Server, Vec<(String, std::path::PathBuf)>)> {
    let owned = names.to_vec();
    let built = tokio::task::spawn_blocking(move || ungated::build(FOLDER, &owned));
    let mut server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let run = server.deploy(&feature_crate(&format!("tests/features/{NEIGHBOUR}"))?, None).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    for name in names {
        let manifest = feature_crate(&format!("{FOLDER}/{name}"))?.remove("Cargo.toml").context("a manifest")?;
        ungated::accept_stand_in(&server, &manifest, CONTRACT).await?;
    }
    let built = built.await??;
    server.stop().await?;
    for (name, library) in &built {
        ungated::exchange(server.home(), name, library)?;
    }
    server.restart().await?;
    server.wait_ready().await?;
    Ok((server, built))
}

/// The same targets, called outside of any jail.
fn outside(slug: &str, library: &Path, targets: &[String]) -> Result<Vec<String>> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kandra-bench"))
        .args(["outside", slug])
        .arg(library)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("a pipe")?.write_all(format!("{}\n", targets.join("\n")).as_bytes())?;
    let output = child.wait_with_output()?;
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

async fn inside(server: &Server, target: &str) -> Result<String> {
    Ok(reqwest::get(format!("{}{target}", server.live)).await?.text().await?)
}

fn target(what: &str, argument: &str) -> String {
    let encode = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/wild/try?what={what}&arg={}", argument.bytes().map(encode).collect::<String>())
}

/// Somebody else's process, of the same user.
struct Bystander(Child);

impl Drop for Bystander {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What the process that runs `name` may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Nothing.
    Refused,
    /// It may, and THREATS.md says so in these words.
    Reaches(&'static str),
}
use Inside::{Reaches, Refused};

/// System calls by number that the jail never lets through. Outside of it the kernel at least looks at the arguments,
/// for whoever may use the call at all.
const DOORS: [(&str, usize); 44] = [
    ("bpf", 321),
    ("userfaultfd", 323),
    ("perf_event_open", 298),
    ("io_uring_setup", 425),
    ("io_uring_enter", 426),
    ("keyctl", 250),
    ("add_key", 248),
    ("request_key", 249),
    ("mount", 165),
    ("umount2", 166),
    ("pivot_root", 155),
    ("chroot", 161),
    ("unshare", 272),
    ("setns", 308),
    ("personality", 135),
    ("setrlimit", 160),
    ("sched_setscheduler", 144),
    ("sched_setattr", 314),
    ("ioprio_set", 251),
    ("capset", 126),
    ("setuid", 105),
    ("setgid", 106),
    ("sethostname", 170),
    ("init_module", 175),
    ("finit_module", 313),
    ("kexec_load", 246),
    ("swapon", 167),
    ("quotactl", 179),
    ("iopl", 172),
    ("modify_ldt", 154),
    ("seccomp", 317),
    ("fanotify_init", 300),
    ("inotify_init1", 294),
    ("name_to_handle_at", 303),
    ("open_by_handle_at", 304),
    ("settimeofday", 164),
    ("timer_create", 222),
    ("vmsplice", 278),
    ("process_madvise", 440),
    ("kcmp", 312),
    ("pidfd_getfd", 438),
    ("fsopen", 430),
    ("move_mount", 429),
    ("open_tree", 428),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_native_code_in_live_reaches() -> Result<()> {
    let (server, built) = server(&["wild", "unsound"]).await?;
    let home = server.home().to_owned();
    let place = tempfile::tempdir()?;
    let free = |name: &str| place.path().join(name).display().to_string();
    let of_home = |name: &str| home.join(name).display().to_string();
    let bound = free("socket");
    let _journal = std::os::unix::net::UnixDatagram::bind(&bound)?;
    for name in ["theirs", "cut", "removed", "renamed", "linked"] {
        fs::write(free(name), "x")?;
    }
    let bystander = Bystander(Command::new("sleep").arg("600").spawn()?);
    let (control, other) = (server.control_pid().to_string(), bystander.0.id().to_string());
    let artifact = fs::read_dir(home.join("artifacts"))?.next().context("an artifact")??.path().display().to_string();
    let control_port = server.control.rsplit(':').next().context("a port")?.to_owned();
    let neighbours = of_home(&format!("features/{NEIGHBOUR}.db"));
    let ours = "every feature's data";

    // The attempt, its argument inside, its argument outside where that is another one, and what must come of it inside.
    let mut rows: Vec<(&str, String, Option<String>, Inside)> = Vec::new();
    let mut row = |what, argument: String, other: Option<String>, expected| rows.push((what, argument, other, expected));
    for secret in ["run/owner.token", "run/control.json", "kandra.db", "world.git/HEAD", "world/features/bench-counter/src/lib.rs"] {
        row("read", of_home(secret), None, Refused);
    }
    for elsewhere in ["/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/self/maps", "/usr/bin/env"] {
        row("read", elsewhere.to_owned(), None, Refused);
    }
    row("read", format!("/proc/{control}/environ"), Some(format!("/proc/{other}/environ")), Refused);
    row("read", format!("/proc/{control}/mem"), Some(free("theirs")), Refused);
    row("read_own_memory", String::new(), None, Refused);
    row("list", of_home(""), None, Refused);
    row("list", of_home("run"), None, Refused);
    row("list", "/".to_owned(), None, Refused);
    row("write", of_home("run/new"), Some(free("new")), Refused);
    row("write", artifact.clone(), Some(free("theirs")), Refused);
    row("write", of_home("artifacts/new"), Some(free("new")), Refused);
    row("write", free("from-inside"), Some(free("new")), Refused);
    row("write", "/dev/shm/kandra-live-jail".to_owned(), None, Refused);
    row("remove", artifact.clone(), Some(free("removed")), Refused);
    row("remove", of_home("run/owner.token"), Some(free("new")), Refused);
    row("rename", format!("{artifact}|{artifact}.gone"), Some(format!("{}|{}", free("renamed"), free("moved"))), Refused);
    let stolen = of_home("features/stolen");
    row("hard_link", format!("{}|{stolen}", of_home("run/owner.token")), Some(format!("{}|{}", free("linked"), free("hard"))), Refused);
    row("symbolic_link", format!("{}|{stolen}", of_home("run/owner.token")), Some(format!("/x|{}", free("soft"))), Refused);
    row("make_folder", of_home("run/folder"), Some(free("folder")), Refused);
    row("change_mode", of_home("run/owner.token"), Some(free("theirs")), Refused);
    row("change_times", of_home("run/owner.token"), Some(free("theirs")), Refused);
    row("cut_short", of_home("kandra.db"), Some(free("cut")), Refused);
    row("read", neighbours.clone(), Some(free("theirs")), Reaches(ours));
    row("write", of_home("features/new"), Some(free("new")), Reaches(ours));
    row("read", artifact.clone(), Some(free("theirs")), Reaches("the artifacts"));
    row("stat", of_home("run/owner.token"), Some(free("theirs")), Reaches("the size and times of a file"));

    row("connect", control_port, None, Refused);
    for (family, kind) in [(1, 1), (1, 2), (2, 1), (2, 2), (10, 1), (16, 3), (40, 1)] {
        // Without vsock or IPv6 in the kernel there is nothing to refuse.
        row("socket", format!("{family}|{kind}"), if family < 10 { None } else { Some("2|1".to_owned()) }, Refused);
    }
    row("send_to_a_socket_in_the_file_system", bound.clone(), None, Refused);
    row("make_the_listener_deaf", String::new(), None, Refused);
    row("fork", String::new(), None, Refused);
    row("fork_by_clone3", String::new(), None, Refused);
    row("trace", control.clone(), Some(other.clone()), Refused);
    row("read_its_memory", format!("{control}|4096"), Some(format!("{}|{}", std::process::id(), &raw const OURS as usize)), Refused);
    for signal in ["signal", "signal_a_thread", "signal_by_queue", "signal_by_descriptor", "have_the_kernel_signal"] {
        row(signal, control.clone(), Some(other.clone()), Refused);
    }
    row("have_the_kernel_signal_by_ioctl", control.clone(), Some(other.clone()), Refused);
    row("lower_its_limits", control.clone(), Some(other.clone()), Refused);
    row("move_it_to_one_core", control.clone(), Some(other.clone()), Refused);
    row("make_it_slow", control.clone(), Some(other.clone()), Refused);
    row("type_into_the_terminal", String::new(), None, Refused);
    row("take_the_terminal", String::new(), None, Refused);
    for (_, number) in DOORS {
        row("door", number.to_string(), None, Refused);
    }
    row("shut_the_listener", String::new(), None, Refused);

    let threats = fs::read_to_string(kandra_tests::repository().join("THREATS.md"))?;
    let (wild, unsound) = (&built[0].1, &built[1].1);
    let targets: Vec<String> = rows.iter().map(|(what, inner, outer, _)| target(what, outer.as_ref().unwrap_or(inner))).collect();
    let free_answers = outside("wild", wild, &targets)?;
    ensure!(free_answers.len() == rows.len(), "the attempts outside ended early: {free_answers:?}");
    let live = server.live_pid();
    let mut problems = Vec::new();
    let mut doors_outside = 0;
    let yama = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").is_ok_and(|scope| scope.trim() != "0");
    for ((what, argument, _, expected), free_answer) in rows.iter().zip(&free_answers) {
        let answer = inside(&server, &target(what, argument)).await?;
        println!("{what:<38} {argument:<60.60} inside: {answer:<14.14} outside: {free_answer:.30}");
        let reached = answer.starts_with("reached");
        match expected {
            Refused if reached || !answer.starts_with("refused") => problems.push(format!("{what} {argument}: {answer}")),
            Reaches(words) if !reached || !threats.contains(words) => {
                problems.push(format!("{what} {argument}: {answer}; THREATS says {words:?}?"))
            }
            _ => {}
        }
        match (*what, free_answer.starts_with("reached")) {
            // Some take a privilege that the user of this test may not have, or an option of the kernel.
            ("door" | "type_into_the_terminal" | "take_the_terminal", reached) => doors_outside += usize::from(reached),
            // Yama lets nobody but root look into a process that is not a child.
            ("trace" | "read_its_memory", false) if yama => {}
            (_, false) => problems.push(format!("{what} proves nothing, it fails outside too: {free_answer}")),
            _ => {}
        }
    }
    ensure!(doors_outside > DOORS.len() / 3, "only {doors_outside} system calls are open outside");
    assert_eq!(problems, [] as [String; 0]);

    // What it inherited: nothing but its own.
    let descriptors = inside(&server, &target("descriptors", "")).await?;
    let features = of_home("features");
    let own = ["/dev/null", "socket:", "pipe:", "anon_inode:", "/memfd:", "/proc/", &features];
    for descriptor in descriptors.trim_start_matches("reached ").split(' ').filter(|name| *name != "(deleted)") {
        ensure!(own.iter().any(|prefix| descriptor.starts_with(prefix)), "live holds {descriptor}: {descriptors}");
    }

    // Safe code that a bug of the compiler has let out is behind the same wall.
    let token = of_home("run/owner.token");
    let bugs: Vec<String> =
        ["57893", "152783", "25860", "84591", "100051"].iter().map(|bug| format!("/unsound/memory?bug={bug}")).collect();
    let expected = ["wrote 7", "read 77", "read 42", "read 42", "read 42"];
    for (bug, expected) in bugs.iter().zip(expected) {
        let answer = inside(&server, bug).await?;
        println!("{bug}: {answer}");
        ensure!(answer.starts_with(expected), "{bug}: {answer}");
    }
    let open = format!("/unsound/open?path={}", token.replace('/', "%2F"));
    let (freely, jailed) = (outside("unsound", unsound, std::slice::from_ref(&open))?, inside(&server, &open).await?);
    println!("opening the owner's token from safe code: inside {jailed}, outside {freely:?}");
    ensure!(freely[0].starts_with("reached") && jailed == "refused 13", "inside {jailed}, outside {freely:?}");

    // A program replaces the process, so outside it has one of its own.
    let program = target("run_a_program", "/bin/true");
    let memory = target("run_a_file_of_memory", "");
    for attempt in [program, memory] {
        ensure!(inside(&server, &attempt).await? == "refused 1", "{attempt}");
        ensure!(outside("wild", wild, &[attempt.clone(), target("stat", "/")])?.is_empty(), "{attempt}");
    }
    ensure!(server.live_pid() == live, "live died on the way");
    well(&server).await
}

/// Everybody else is as before.
async fn well(server: &Server) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let hit = reqwest::Client::new().post(format!("{}/{NEIGHBOUR}/hit", server.live)).json(&json!({})).send().await;
        if hit.is_ok_and(|answer| answer.status() == 200) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the neighbour does not answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn state(server: &Server, slug: &str) -> Result<Value> {
    let list = server.owner().get("/api/features?limit=200").await?.body;
    let found = list["features"].as_array().into_iter().flatten().find(|feature| feature["slug"] == slug);
    Ok(found.with_context(|| format!("{slug} is not listed"))?["state"].clone())
}

async fn unloads(server: &Server) -> Result<i64> {
    let db = rusqlite::Connection::open(server.home().join("kandra.db"))?;
    Ok(db.query_row("SELECT count(*) FROM events WHERE kind = 'library_unloaded'", [], |row| row.get(0))?)
}

/// Live can write to the wire. Control believes what it says of its own features, bounded, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_live_that_lies_does_not_take_control_along() -> Result<()> {
    let (server, _) = server(&["wild"]).await?;
    let say = |text: Value| target("say", &text.to_string());
    let owner = server.owner();

    // Words about a feature that is served arrive, and so prove that the others were read too; of others they do not.
    let log = |feature: &str| json!({ "type": "log", "feature": feature, "revision": 1, "at": "2026-01-01T00:00:00.000Z", "level": "info", "message": "forged" });
    for feature in ["never-mounted", "wild"] {
        ensure!(inside(&server, &say(log(feature))).await?.starts_with("reached"));
    }
    let written = server.home().join("logs/wild.jsonl");
    eventually("the forged line is in the log of its feature", || fs::read_to_string(&written).is_ok_and(|log| log.contains("forged")))
        .await?;
    ensure!(!server.home().join("logs/never-mounted.jsonl").exists(), "a feature that control never mounted has a log");

    // Answers that nobody waits for, calls in the name of a feature that was granted nothing, a second hello.
    for forged in [
        json!({ "type": "reply", "id": 999_999, "outcome": { "outcome": "done" } }),
        json!({ "type": "reply", "id": 1, "outcome": { "outcome": "report", "routes": [], "libraries": [], "unloads_verified": 1, "pinned": 0, "unloads": [], "swaps": [], "resident_bytes": 1, "workers": 1, "in_flight": 0, "dropped": 0, "layers": ["<script>"] } }),
        json!({ "type": "http_cancel", "id": 7 }),
        json!({ "type": "hello", "wire": 999, "kandra": "0.0.0", "pid": 1 }),
    ] {
        ensure!(inside(&server, &say(forged)).await?.starts_with("reached"));
    }

    // Calls in the name of others are refused like their own: only what that feature was granted counts.
    for feature in ["never-mounted", NEIGHBOUR, "wild"] {
        let ask =
            json!({ "type": "http_ask", "id": 77, "feature": feature, "request": { "method": "GET", "url": "https://example.com/" } });
        ensure!(inside(&server, &say(ask)).await?.starts_with("reached"));
    }
    let counted = |text: &str, name: &str| text.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
    let metrics = owner.get("/metrics").await?.text;
    ensure!(!counted(&metrics, "kandra_outgoing_calls_answered_total"), "{metrics}");

    // A flood: control answers, obeys its owner, and writes no more events than there were libraries to unload.
    let unloaded = json!({ "type": "unloaded", "feature": "wild", "revision": 1, "artifact": "0".repeat(64), "verified": true, "micros": 1, "at": "2026-01-01T00:00:00.000Z" });
    for flood in [json!({ "type": "heartbeat" }), log("wild"), unloaded] {
        let flood = target("flood", &flood.to_string());
        for _ in 0..5 {
            let answer = inside(&server, &flood).await?;
            println!("flooded: {answer}");
            ensure!(answer.starts_with("reached") || answer.contains("circuit") || answer.contains("error"), "{answer}");
            ensure!(owner.get("/healthz").await?.status == 200 && owner.get("/api/status").await?.status == 200);
        }
    }
    ensure!(unloads(&server).await? <= 16, "{} events of unloads were recorded", unloads(&server).await?);
    let paused = owner.post(&format!("/api/features/{NEIGHBOUR}/pause"), &json!({})).await?;
    ensure!(paused.status < 300, "{}", paused.text);
    let resumed = owner.post(&format!("/api/features/{NEIGHBOUR}/resume"), &json!({})).await?;
    ensure!(resumed.status < 300, "{}", resumed.text);
    well(&server).await?;

    // What is no message ends that process; the next one serves.
    for broken in [target("say", "nonsense"), target("say_half", ""), target("say_too_much", "")] {
        let before = server.live_pid();
        drop(inside(&server, &broken).await);
        // Half a frame is only noticed when the next one follows it.
        eventually("live is replaced", || server.live_pid().is_some_and(|now| Some(now) != before)).await?;
        server.wait_ready().await?;
        well(&server).await?;
        ensure!(state(&server, "wild").await? == "live", "it was ended by control, not by a crash");
    }

    // The recorder full of nonsense, then of a name that nobody mounted, then a crash.
    for scribbled in ["all".to_owned(), blaming("never-mounted")] {
        let before = server.live_pid();
        let answer = inside(&server, &target("scribble", &scribbled)).await?;
        ensure!(answer.starts_with("reached"), "{answer}");
        drop(inside(&server, &target("crash", "")).await);
        eventually("live is replaced", || server.live_pid().is_some_and(|now| Some(now) != before)).await?;
        server.wait_ready().await?;
        well(&server).await?;
        ensure!(state(&server, NEIGHBOUR).await? == "live", "a neighbour was blamed by nonsense");
        if state(&server, "wild").await? == "quarantined" {
            let released = owner.post("/api/features/wild/resume", &json!({})).await?;
            ensure!(released.status < 300, "{}", released.text);
            eventually_asked(&server, "/wild/fate").await?;
        }
    }
    ensure!(owner.get("/healthz").await?.status == 200);
    Ok(())
}

/// What to scribble so that the recorder blames this feature.
fn blaming(feature: &str) -> String {
    use kandra_wire::recorder::{BLAMED_WORD, encode_entry, entry_word};
    let entry = encode_entry(&feature.parse().expect("a slug"), kandra_model::Revision(1));
    let number = 900;
    let mut words: Vec<String> = entry.iter().enumerate().map(|(i, word)| format!("{}={word}", entry_word(number) + i)).collect();
    words.push(format!("{BLAMED_WORD}={number}"));
    words.join(",")
}

async fn eventually(what: &str, holds: impl Fn() -> bool) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        ensure!(Instant::now() < deadline, "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn eventually_asked(server: &Server, path: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while reqwest::get(format!("{}{path}", server.live)).await.map_or(true, |answer| answer.status() != 200) {
        ensure!(Instant::now() < deadline, "{path} does not answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
