//! The command line against a real server and against crates on disk: exit codes, data on standard output and words on
//! standard error, JSON with its schema's number, and nothing changed by a dry run.

use anyhow::{Context, Result};
use kandra_tests::{Options, Server, binary, feature_crate, repository};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// What a command came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// Its standard output as one JSON object of the one schema there is.
    fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        assert_eq!(value["schema"], 1, "{self:?}");
        value
    }

    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(!self.out.contains('\u{1b}') && !self.err.contains('\u{1b}'), "colours without a terminal: {self:?}");
        self
    }

    /// Nothing on standard output; these words on standard error.
    #[track_caller]
    fn says(self, code: i32, words: &str) -> Self {
        let ran = self.ends(code);
        assert!(ran.out.is_empty() && ran.err.contains(words), "{ran:?}");
        ran
    }
}

/// A command line without the caller's own configuration.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KANDRA_") || name.starts_with("ANTHROPIC_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = command(folder).args(arguments).output().expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A command against a server, by its home. The server's own tasks go on meanwhile.
async fn ask(server: &Server, arguments: &[&str]) -> Ran {
    let home = server.home().to_owned();
    let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    let work = move || {
        let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let home_text = home.display().to_string();
        all.extend(["--home", &home_text]);
        run(home.parent().expect("a home has a parent"), &all)
    };
    tokio::task::spawn_blocking(work).await.expect("the command ran")
}

/// Writes a crate's files.
fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().context("a parent")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The crate of the benchmarks under another slug, with a part of its source replaced.
fn variant(folder: &Path, slug: &str, from: &str, to: &str) -> Result<PathBuf> {
    let mut files = feature_crate("tests/features/bench-counter")?;
    for (name, text) in &mut files {
        *text = text.replace("bench-counter", slug);
        if name != "Cargo.toml" {
            *text = text.replace(from, to);
        }
    }
    write(&folder.join(slug), &files)?;
    Ok(folder.join(slug))
}

/// One crate for each way to be refused: the slug, what to replace, the stage and the exit code.
const REFUSED: [(&str, &str, &str, &str, i32); 3] = [
    ("bad-lint", "async fn hit", "fn danger() -> u8 { unsafe { 1 } }\n\nasync fn hit", "lint", 3),
    ("bad-build", "GENERATION: u32 = 1", "GENERATION: u32 = \"one\"", "build", 4),
    ("bad-probe", "count = 1 }", "count = 7 }", "probe", 5),
];

#[test]
fn new_makes_a_crate_that_passes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    let dry = run(at, &["new", "word-of-the-day", "--dry-run"]).says(0, "would write");
    assert!(dry.err.contains("src/lib.rs") && !at.join("word-of-the-day").exists());
    run(at, &["new", "word-of-the-day", "--title", "Word \"of\" the day"]).says(0, "kandra check");
    assert!(fs::read_to_string(at.join("word-of-the-day/Cargo.toml"))?.contains("kandra-feature-word-of-the-day"));
    run(at, &["new", "word-of-the-day"]).says(2, "exists already");
    for bad in ["no", "Upper", "../x", "a--b", "api"] {
        run(at, &["new", bad]).ends(2);
    }
    let checked = run(at, &["check", "word-of-the-day"]).ends(0);
    assert!(checked.out.contains("word-of-the-day: accepted") && checked.err.contains("1 of 1 accepted"), "{checked:?}");
    Ok(())
}

#[test]
fn a_new_crate_is_tested_by_cargo_without_a_network() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sdk = repository().join("sdk");
    run(folder.path(), &["new", "tested-here", "--sdk", &sdk.display().to_string()]).ends(0);
    // The libraries are kept between runs, as for any crate of the checkout.
    let target = binary().parent().and_then(Path::parent).context("a target folder")?.join("new");
    let output = Command::new("cargo")
        .args(["test", "--offline", "--quiet"])
        .current_dir(folder.path().join("tested-here"))
        .env("CARGO_TARGET_DIR", target)
        .output()?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(
        out.lines().filter_map(|l| l.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<u32>().ok()).sum::<u32>() >= 1,
        "{out}"
    );
    Ok(())
}

#[test]
fn check_tells_people_programs_scanners_and_workflows() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    variant(at, "good-one", "", "")?;
    for (slug, from, to, ..) in REFUSED {
        variant(at, slug, from, to)?;
    }
    let all = ["good-one", "bad-lint", "bad-build", "bad-probe"];
    let with = |format: &str| {
        let mut arguments = vec!["check", "--format", format];
        arguments.extend(all);
        run(at, &arguments)
    };

    // Each refusal by itself has the code of its stage; of many, the first counts.
    for (slug, .., stage, code) in REFUSED {
        let ran = run(at, &["check", slug]).ends(code);
        assert!(ran.out.contains(&format!("{slug}: refused by {stage}")), "{ran:?}");
    }
    let human = with("human").ends(3);
    assert!(human.out.contains("error[") && human.out.contains("--> bad-lint/src/lib.rs:") && human.out.contains("^^^^^^"), "{human:?}");
    assert!(human.err.contains("1 of 4 accepted"), "{human:?}");

    let data = with("json").ends(3).json();
    let features = data["features"].as_array().context("features")?;
    assert_eq!(features.iter().map(|f| f["path"].as_str().unwrap_or_default()).collect::<Vec<_>>(), all);
    assert_eq!((&features[0]["verdict"], &features[0]["slug"]), (&json!("accepted"), &json!("good-one")));
    for stage in ["source", "lint", "build", "inspect", "probe"] {
        assert!(features[0]["timings_ms"][stage].is_u64(), "{}", features[0]);
    }
    for (feature, (slug, .., stage, _)) in features[1..].iter().zip(REFUSED) {
        assert_eq!((&feature["verdict"], &feature["stage"], &feature["slug"]), (&json!("refused"), &json!(stage), &json!(slug)));
        let finding = &feature["findings"][0];
        for name in ["code", "severity", "message", "hint", "file"] {
            assert!(finding[name].is_string(), "{name}: {finding}");
        }
        for name in ["line", "column", "end_line", "end_column"] {
            assert!(finding[name].is_u64(), "{name}: {finding}");
        }
        assert_eq!(finding["severity"], "error");
    }
    assert!(features[2]["findings"][0]["code"].as_str().is_some_and(|c| c.contains("E0308")), "{}", features[2]);
    let unsafe_line =
        fs::read_to_string(at.join("bad-lint/src/lib.rs"))?.lines().position(|l| l.contains("unsafe {")).context("unsafe")? + 1;
    assert!(features[1]["findings"].as_array().is_some_and(|f| f.iter().any(|f| f["line"] == unsafe_line)), "{}", features[1]);

    scanners_can_read(&serde_json::from_str(&with("sarif").ends(3).out)?, features)?;

    let github = with("github").ends(3);
    let lines: Vec<&str> = github.out.lines().collect();
    let found: usize = features.iter().map(|f| f["findings"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(lines.len(), found, "one command a finding: {github:?}");
    assert!(lines.iter().all(|l| l.starts_with("::error file=bad-") || l.starts_with("::warning file=")), "{github:?}");
    assert!(lines.iter().any(|l| l.contains(&format!("file=bad-lint/src/lib.rs,line={unsafe_line},"))), "{github:?}");

    run(at, &["check", "nothing-here"]).ends(1);
    run(at, &["check"]).ends(2);
    run(at, &["check", "good-one", "--format", "xml"]).ends(2);
    Ok(())
}

/// The parts of SARIF 2.1.0 that scanners rely on.
fn scanners_can_read(log: &Value, features: &[Value]) -> Result<()> {
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|s| s.contains("sarif") && s.contains("2.1.0")), "{log}");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "kandra check");
    let rules: Vec<&str> = driver["rules"].as_array().context("rules")?.iter().filter_map(|r| r["id"].as_str()).collect();
    let results = run["results"].as_array().context("results")?;
    assert_eq!(results.len(), features.iter().map(|f| f["findings"].as_array().map_or(0, Vec::len)).sum::<usize>());
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().context("a rule")?), "{result}");
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap_or_default()), "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|t| !t.is_empty()), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().context("a uri")?;
        assert!(uri.starts_with("bad-") && !uri.contains(' ') && !uri.contains("//"), "{uri}");
        if let Some(region) = place.get("region") {
            let number = |name: &str| region[name].as_u64().unwrap_or(0);
            assert!(number("startLine") >= 1 && number("startColumn") >= 1, "{region}");
            assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")), "{region}");
        }
    }
    Ok(())
}

#[test]
fn since_checks_only_what_differs() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    for slug in ["one-thing", "two-thing"] {
        variant(at, slug, "", "")?;
    }
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").current_dir(at).args(identity).args(arguments).output().expect("git runs");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let checked = |arguments: &[&str]| {
        let mut all = vec!["check", "one-thing", "two-thing", "--format", "json"];
        all.extend(arguments);
        let data = run(at, &all).ends(0).json();
        data["features"].as_array().into_iter().flatten().map(|f| f["path"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(checked(&["--since", "HEAD"]), Vec::<String>::new());
    fs::write(at.join("two-thing/src/more.rs"), "//! More.\n")?;
    assert_eq!(checked(&["--since", "HEAD"]), ["two-thing"], "an untracked file counts");
    assert_eq!(checked(&[]), ["one-thing", "two-thing"]);
    run(at, &["check", "one-thing", "--since", "no-such-revision"]).ends(2);
    run(at, &["check", "one-thing", "--since=--output=x"]).says(2, "is not a git revision");
    assert!(!at.join("x").exists());
    Ok(())
}

#[test]
fn doctor_and_completions_answer() -> Result<()> {
    let at = tempfile::tempdir()?;
    let words = run(at.path(), &["doctor"]).ends(0);
    for layer in ["landlock", "seccomp", "rlimits", "wall_clock"] {
        assert!(words.out.lines().any(|l| l.starts_with("ok ") && l.contains(layer)), "{layer}: {words:?}");
    }
    run(at.path(), &["doctor", "--json"]).ends(0).json();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(at.path(), &["completions", shell]).ends(0);
        for name in ["serve", "deploy", "rollback", "approve"] {
            assert!(script.out.contains(name), "{shell}: {name}");
        }
        assert!(script.err.is_empty());
    }
    let path = at.path().join("completions.bash");
    fs::write(&path, run(at.path(), &["completions", "bash"]).out)?;
    assert!(Command::new("bash").arg("-n").arg(&path).status()?.success());
    run(at.path(), &["completions", "tcsh"]).ends(2);
    for name in [
        "serve", "new", "check", "dev", "deploy", "list", "show", "logs", "rollback", "pause", "resume", "pin", "limits", "remove",
        "approve", "doctor",
    ] {
        let help = run(at.path(), &[name, "--help"]).ends(0);
        assert!(help.out.contains("Example") || name == "doctor", "{name} --help has no example: {}", help.out);
    }
    run(at.path(), &["no-such-command"]).ends(2);
    Ok(())
}

#[test]
fn colours_are_for_terminals_that_want_them() -> Result<()> {
    let at = tempfile::tempdir()?;
    // `script` gives the command a terminal.
    let in_terminal = |no_color: &str| -> Result<String> {
        let line = format!("{} list --home nothing-here", binary().display());
        let shown = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(at.path())
            .env("NO_COLOR", no_color)
            .stdin(Stdio::null())
            .output()
            .context("script, of util-linux, gives a command a terminal")?;
        Ok(String::from_utf8_lossy(&shown.stdout).into_owned())
    };
    assert!(in_terminal("")?.contains("\u{1b}[1;31merror"), "{}", in_terminal("")?);
    let plain = in_terminal("1")?;
    assert!(plain.contains("error: no server runs") && !plain.contains('\u{1b}'), "{plain}");
    Ok(())
}

#[test]
fn without_a_server_the_code_is_6() -> Result<()> {
    let at = tempfile::tempdir()?;
    variant(at.path(), "lonely-one", "", "")?;
    let token = at.path().join("token");
    fs::write(&token, "x")?;
    for arguments in [
        &["list"][..],
        &["show", "poll"],
        &["logs", "poll"],
        &["rollback", "poll", "1", "--yes"],
        &["pause", "poll"],
        &["resume", "poll"],
        &["pin", "poll"],
        &["unpin", "poll"],
        &["limits", "poll"],
        &["remove", "poll", "--yes"],
        &["approve", "018f3c1e-7b0a-7c3d-9e2f-5a6b7c8d9e0f"],
        &["deploy", "lonely-one"],
    ] {
        let mut with = arguments.to_vec();
        with.extend(["--home", "nothing-here"]);
        run(at.path(), &with).says(6, "no server runs");
        let mut with = arguments.to_vec();
        with.extend(["--server", "http://127.0.0.1:9", "--token-file", "token"]);
        run(at.path(), &with).says(6, "does not answer");
    }
    Ok(())
}

/// A `kandra serve` whose configuration is under test.
struct Serving {
    child: Child,
    url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Serving {
    fn start(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let mut child = command(folder)
            .args(["serve", "--listen", "127.0.0.1:0", "--live-listen", "127.0.0.1:0", "--agent", "none"])
            .args(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("stdout")?).read_line(&mut url)?;
        let url = url.trim().to_owned();
        let serving = Self { child, url };
        anyhow::ensure!(serving.url.starts_with("http://127.0.0.1:"), "standard output is the address: {:?}", serving.url);
        Ok(serving)
    }

    async fn difficulty(&self) -> Result<u64> {
        let challenge: Value = reqwest::get(format!("{}/api/challenge", self.url)).await?.json().await?;
        challenge["difficulty"].as_u64().context("difficulty")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_wins_over_the_environment_over_the_file_over_the_default() -> Result<()> {
    // An error says that a provider is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let at = tempfile::tempdir()?;
    assert_eq!(Serving::start(at.path(), &[], &[])?.difficulty().await?, 4, "the default");
    assert!(at.path().join(".kandra/run/owner.token").is_file(), "the default home is ./.kandra");
    fs::write(at.path().join("kandra.toml"), "difficulty = 1\nhome = \"other-home\"\n")?;
    assert_eq!(Serving::start(at.path(), &[], &[])?.difficulty().await?, 1, "the file");
    assert!(at.path().join("other-home/run/owner.token").is_file());
    assert_eq!(Serving::start(at.path(), &[], &[("KANDRA_DIFFICULTY", "2")])?.difficulty().await?, 2, "the environment");
    let both = Serving::start(at.path(), &["--difficulty", "3"], &[("KANDRA_DIFFICULTY", "2")])?;
    assert_eq!(both.difficulty().await?, 3, "the flag");
    drop(both);

    for (text, names) in
        [("dificulty = 1\n", "dificulty"), ("listen = 8080\n", "listen"), ("agent = \"robot\"\n", "robot"), ("home\n", "kandra.toml")]
    {
        fs::write(at.path().join("kandra.toml"), text)?;
        run(at.path(), &["serve"]).says(2, names);
    }
    fs::remove_file(at.path().join("kandra.toml"))?;
    run(at.path(), &["serve", "--config", "missing.toml"]).says(2, "missing.toml");
    for (arguments, names) in [
        (&["--listen", "here"][..], "127.0.0.1:8080"),
        (&["--difficulty", "9"], "--difficulty 9"),
        (&["--interval", "0"], "--interval 0"),
        (&["--model-timeout", "0", "--agent", "anthropic"], "ANTHROPIC_API_KEY"),
        (&["--listen", "0.0.0.0:0"], "--live-listen"),
        (&["--public-url", "kandra.example/path"], "is not an origin"),
    ] {
        let mut all = vec!["serve"];
        all.extend(arguments);
        run(at.path(), &all).says(2, names);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_commands_do_what_they_say() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let folder = tempfile::tempdir()?;
    let feature = variant(folder.path(), "by-hand", "let count =", "ctx.log().info(\"a hit\\u{1b}[31m\");\n    let count =")?;
    let lib = feature.join("src/lib.rs");
    let source = fs::read_to_string(&lib)?;
    let path = feature.display().to_string();
    let revision = async || Ok::<_, anyhow::Error>(server.owner().get("/api/features/by-hand").await?.body["revision"].clone());

    assert_eq!(ask(&server, &["list", "--json"]).await.ends(0).json()["features"], json!([]));
    ask(&server, &["list"]).await.says(0, "no features yet");
    ask(&server, &["show", "by-hand"]).await.says(1, "by-hand");

    // A dry run changes nothing.
    ask(&server, &["deploy", &path, "--dry-run"]).await.says(0, "nothing was changed");
    let tried = ask(&server, &["deploy", &path, "--dry-run", "--json"]).await.ends(0).json();
    assert_eq!(tried["routes"][0]["path"], "/hit", "{tried}");
    assert_eq!(server.owner().get("/api/features/by-hand").await?.status, 404);

    // Deployed: words on standard error, the run as data.
    let done = ask(&server, &["deploy", &path, "-m", "First", "--json"]).await.ends(0);
    assert_eq!((&done.json()["run"]["state"], &done.json()["run"]["revision"]), (&json!("succeeded"), &json!(1)), "{done:?}");
    assert!(done.err.contains("by-hand is live as revision 1"), "{done:?}");
    let hit = reqwest::Client::new().post(format!("{}/by-hand/hit", server.live)).send().await?;
    assert_eq!(hit.status(), 200);

    let listed = ask(&server, &["list"]).await.ends(0);
    assert!(listed.out.starts_with("by-hand ") && listed.out.contains("r1") && listed.err.is_empty(), "{listed:?}");
    assert_eq!(ask(&server, &["list", "--json"]).await.ends(0).json()["features"][0]["slug"], "by-hand");
    let shown = ask(&server, &["show", "by-hand"]).await.ends(0);
    assert!(shown.out.contains("route      POST /by-hand/hit") && shown.out.contains("revision   1 "), "{shown:?}");
    let shown = ask(&server, &["show", "by-hand", "--json"]).await.ends(0).json();
    assert_eq!((&shown["feature"]["revision"], &shown["revisions"][0]["message"]), (&json!(1), &json!("First")));

    // Another process takes over, and serves the same.
    let replaced = ask(&server, &["replace", "--json"]).await.ends(0).json();
    assert_eq!(replaced["replacements"], 1, "{replaced}");
    assert_eq!(reqwest::Client::new().post(format!("{}/by-hand/hit", server.live)).send().await?.json::<Value>().await?["count"], 2);

    // What a feature logs cannot steer a terminal.
    let logged = ask(&server, &["logs", "by-hand"]).await.ends(0);
    assert!(logged.out.contains("info") && logged.out.contains("a hit"), "{logged:?}");
    let line: Value = serde_json::from_str(ask(&server, &["logs", "by-hand", "--json", "-n", "1"]).await.ends(0).out.trim())?;
    assert_eq!((&line["level"], &line["revision"]), (&json!("info"), &json!(1)), "{line}");

    // A second revision; then one based on the first is refused with what changed.
    fs::write(&lib, source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2"))?;
    ask(&server, &["deploy", &path, "-m", "Second"]).await.says(0, "revision 2");
    fs::write(&lib, source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 3"))?;
    let stale = ask(&server, &["deploy", &path, "--base-revision", "1"]).await.ends(7);
    assert!(stale.err.contains("-const GENERATION: u32 = 1;") && stale.err.contains("+const GENERATION: u32 = 2;"), "{stale:?}");
    assert_eq!(revision().await?, 2);
    let shown = ask(&server, &["show", "by-hand"]).await.ends(0);
    assert!(!shown.out.contains("refused "), "{shown:?}");
    fs::write(&lib, source.replace("fn mount(", "fn mont("))?;
    ask(&server, &["deploy", &path]).await.ends(4);
    let shown = ask(&server, &["show", "by-hand"]).await.ends(0);
    assert!(shown.out.contains("refused    2") && shown.err.contains("src/lib.rs:"), "what was refused is shown: {shown:?}");

    // Refusals end with the code of their gate, on a dry run too.
    for (slug, from, to, _, code) in REFUSED {
        let path = variant(folder.path(), slug, from, to)?.display().to_string();
        for arguments in [&["deploy", &path][..], &["deploy", &path, "--dry-run"]] {
            let refused = ask(&server, arguments).await.ends(code);
            assert!(refused.out.is_empty() && refused.err.contains("error["), "{refused:?}");
            assert!(!refused.err.contains(":0:0"), "a place that is none: {refused:?}");
        }
        assert_eq!(server.owner().get(&format!("/api/features/{slug}")).await?.status, 404);
    }

    // Back and forth; without a terminal nothing is asked and nothing done unless told to.
    ask(&server, &["rollback", "by-hand"]).await.says(2, "--yes");
    ask(&server, &["rollback", "by-hand", "--dry-run"]).await.says(0, "would point by-hand at revision 1");
    let would = ask(&server, &["rollback", "by-hand", "--dry-run", "--json"]).await.ends(0).json();
    assert_eq!((&would["dry_run"], &would["revision"]), (&json!(true), &json!(1)), "{would}");
    assert_eq!(revision().await?, 2);
    let back = ask(&server, &["rollback", "by-hand", "--yes", "--json"]).await.ends(0).json();
    assert!(back["data"].as_str().is_some_and(|d| d.contains("data")), "it says what data stays: {back}");
    assert_eq!(revision().await?, 1);
    ask(&server, &["rollback", "by-hand", "--yes"]).await.says(2, "no revision before 1");
    ask(&server, &["rollback", "by-hand", "2", "--yes"]).await.says(0, "serves revision 2");
    ask(&server, &["rollback", "by-hand", "99", "--yes"]).await.ends(1);

    ask(&server, &["pause", "by-hand", "--dry-run"]).await.says(0, "would pause by-hand");
    let status = async || {
        Ok::<_, anyhow::Error>(reqwest::Client::new().post(format!("{}/by-hand/hit", server.live)).send().await?.status().as_u16())
    };
    assert_eq!(status().await?, 200);
    ask(&server, &["pause", "by-hand"]).await.says(0, "is paused");
    assert_eq!(status().await?, 503);
    let resumed = ask(&server, &["resume", "by-hand", "--json"]).await.ends(0).json();
    assert_eq!(resumed["state"], "live", "{resumed}");
    assert_eq!(status().await?, 200);

    ask(&server, &["remove", "by-hand"]).await.says(2, "--yes");
    ask(&server, &["remove", "by-hand", "--dry-run"]).await.says(0, "would remove by-hand and its 1 routes");
    assert_eq!(status().await?, 200);
    ask(&server, &["remove", "by-hand", "--yes"]).await.says(0, "data and history stay");
    let deadline = Instant::now() + Duration::from_secs(20);
    while status().await? != 404 {
        anyhow::ensure!(Instant::now() < deadline, "the routes are still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What was removed comes back as it was last, not as it was before that.
    ask(&server, &["rollback", "by-hand", "--yes"]).await.says(0, "serves revision 2");
    assert_eq!(status().await?, 200);

    // Bad words and bad keys.
    ask(&server, &["show", "../x"]).await.ends(2);
    ask(&server, &["approve", "../x"]).await.says(2, "is not a candidate's id");
    ask(&server, &["approve", "018f3c1e-7b0a-7c3d-9e2f-5a6b7c8d9e0f"]).await.ends(1);
    let wrong = folder.path().join("wrong.token");
    fs::write(&wrong, "0".repeat(64))?;
    let (url, wrong) = (server.control.clone(), wrong.display().to_string());
    let refused = ask(&server, &["pause", "by-hand", "--server", &url, "--token-file", &wrong]).await.ends(7);
    assert!(refused.out.is_empty() && !refused.err.contains(&"0".repeat(64)), "{refused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_waits_until_it_is_approved() -> Result<()> {
    let server = Server::ready(Options::default().args(["--approval", "always"])).await?;
    let request = server.visitor().ask("A counter that everybody can click").await?;
    let id = request["id"].as_str().context("id")?;
    server.owner().post(&format!("/api/requests/{id}/start"), &Value::Null).await?;
    let waits = server.request_is(id, &["waiting"]).await?;
    let run = waits["run"].as_str().context("run")?.to_owned();
    ask(&server, &["approve", &run, "--dry-run"]).await.says(0, "would let");
    assert_eq!(server.owner().get(&format!("/api/requests/{id}")).await?.body["state"], "waiting");
    ask(&server, &["approve", &run]).await.says(0, "approved");
    server.request_is(id, &["live"]).await?;
    ask(&server, &["approve", &run]).await.says(7, "does not wait for approval");
    Ok(())
}

#[test]
fn dev_serves_privately_and_follows_saves() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let feature = variant(folder.path(), "in-hand", "", "")?;
    let mut child = command(folder.path()).arg("dev").arg(&feature).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let result = follow(&feature, &mut child);
    drop(child.kill());
    drop(child.wait());
    result
}

fn follow(feature: &Path, child: &mut Child) -> Result<()> {
    let (lines, heard) = std::sync::mpsc::channel();
    let words = BufReader::new(child.stderr.take().context("stderr")?);
    std::thread::spawn(move || words.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
    let until = |wanted: &str| -> Result<String> {
        loop {
            let line = heard.recv_timeout(Duration::from_secs(120)).with_context(|| format!("never said: {wanted}"))?;
            if line.contains(wanted) {
                return Ok(line);
            }
        }
    };
    let first = until("revision 1 serves: its page is http://")?;
    let url = first.split(" are below ").nth(1).context("a url")?.to_owned();
    let lib = feature.join("src/lib.rs");
    let source = fs::read_to_string(&lib)?;
    fs::write(&lib, source.replace("GENERATION: u32 = 1", "GENERATION: u32 = x"))?;
    until("error[")?;
    fs::write(&lib, source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 5"))?;
    until("revision 2 serves")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(async {
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::new().post(format!("{url}/hit")).send().await?.text().await
    })?;
    assert_eq!(answer, r#"{"count":1,"generation":5}"#);
    Server::signal(child.id(), "INT")?;
    let deadline = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        anyhow::ensure!(Instant::now() < deadline, "Ctrl-C did not end it");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(130));
    Ok(())
}
