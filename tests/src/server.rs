//! The real binary over a temporary home.

use crate::{Api, Events};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The checkout's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_owned()
}

/// The binary under test: `$KANDRA`, else the one beside this program's build.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("KANDRA") {
        return path.into();
    }
    let mut folder = std::env::current_exe().expect("this program has a path");
    while folder.pop() {
        let candidate = folder.join("kandra");
        if candidate.is_file() {
            return candidate;
        }
    }
    panic!("no kandra binary: run `cargo build --bin kandra` first, or name one in KANDRA");
}

/// How a server under test is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// More arguments of `kandra serve`.
    pub arguments: Vec<String>,
    /// More environment.
    pub environment: Vec<(String, String)>,
    /// A home to start over; a fresh one otherwise.
    pub home: Option<PathBuf>,
    /// Another binary than [`binary`], such as a copy of it.
    pub program: Option<PathBuf>,
}

impl Options {
    /// With more arguments.
    #[must_use]
    pub fn args<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.arguments.extend(arguments.map(str::to_owned));
        self
    }
}

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    home: PathBuf,
    temporary: Option<tempfile::TempDir>,
    options: Options,
    /// Its dashboard's origin.
    pub control: String,
    /// Its features' origin.
    pub live: String,
    /// How long it took from the start of the process to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// Starts one and waits until it answers. The warm build may still be going on: see [`Self::ready`].
    pub async fn start(options: Options) -> Result<Self> {
        // An error says that a provider is installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let temporary = if options.home.is_none() { Some(tempfile::Builder::new().prefix("kandra-test").tempdir()?) } else { None };
        let home = options.home.clone().unwrap_or_else(|| temporary.as_ref().expect("made above").path().join("home"));
        let started = Instant::now();
        let mut child = spawn(&home, &options)?;
        let (control, live) = match addresses(&home, &mut child).await {
            Ok(addresses) => addresses,
            Err(error) => {
                drop(child.kill());
                return Err(error);
            }
        };
        let mut server = Self { child, home, temporary, options, control, live, first_answer: Duration::ZERO };
        server.answers().await?;
        server.first_answer = started.elapsed();
        Ok(server)
    }

    /// Starts one, and waits until the warm build is done and live serves.
    pub async fn ready(options: Options) -> Result<Self> {
        let server = Self::start(options).await?;
        server.wait_ready().await?;
        Ok(server)
    }

    async fn answers(&mut self) -> Result<()> {
        let client = reqwest::Client::new();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match client.get(format!("{}/healthz", self.control)).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                _ if Instant::now() > deadline => bail!("the server did not answer /healthz within 20 s"),
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}");
            }
        }
    }

    /// Waits until the warm build is done and live serves.
    pub async fn wait_ready(&self) -> Result<()> {
        let api = self.owner();
        let deadline = Instant::now() + Duration::from_secs(600);
        loop {
            let status = api.get("/api/status").await?;
            if status.body["warm"]["finished"] == true && status.body["live"]["condition"] == "serving" {
                return Ok(());
            }
            if status.body["warm"]["failure"].is_string() || Instant::now() > deadline {
                bail!("the server did not become ready: {}", status.body);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Its home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The process id of control.
    pub fn control_pid(&self) -> u32 {
        self.child.id()
    }

    /// The process id of live, by `/proc`.
    pub fn live_pid(&self) -> Option<u32> {
        let parent = self.child.id().to_string();
        fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let is_child = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)? == parent;
            let command = fs::read(entry.path().join("cmdline")).ok()?;
            (is_child && command.split(|b| *b == 0).nth(1) == Some(b"__live")).then_some(pid)
        })
    }

    /// The owner's token.
    pub fn token(&self) -> String {
        fs::read_to_string(self.home.join("run/owner.token")).unwrap_or_default().trim().to_owned()
    }

    /// A client that acts as the owner.
    pub fn owner(&self) -> Api {
        Api::new(&self.control, Some(self.token()))
    }

    /// A client that acts as a visitor.
    pub fn visitor(&self) -> Api {
        Api::new(&self.control, None)
    }

    /// The event stream from now on.
    pub async fn events(&self) -> Result<Events> {
        Events::open(&self.control, None).await
    }

    /// Kills control with SIGKILL, as a fault; live notices by its wire.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal by name to any process.
    pub fn signal(pid: u32, signal: &str) -> Result<()> {
        let status = Command::new("kill").args([format!("-{signal}"), pid.to_string()]).status()?;
        if !status.success() {
            bail!("could not send {signal} to {pid}");
        }
        Ok(())
    }

    /// Asks it to end and waits; answers its exit code.
    pub async fn stop(&mut self) -> Result<Option<i32>> {
        Self::signal(self.child.id(), "TERM")?;
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            if Instant::now() > deadline {
                bail!("the server did not end within 40 s of SIGTERM");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts again over the same home, after [`Self::kill`] or [`Self::stop`].
    pub async fn restart(&mut self) -> Result<()> {
        drop(fs::remove_file(self.home.join("run/control.json")));
        self.child = spawn(&self.home, &self.options)?;
        (self.control, self.live) = addresses(&self.home, &mut self.child).await?;
        self.answers().await
    }

    /// Sends a crate as the owner and waits until its run has ended.
    pub async fn deploy(&self, files: &BTreeMap<String, String>, base_revision: Option<u64>) -> Result<Value> {
        let mut body = serde_json::json!({ "files": files, "message": "test" });
        if let Some(base) = base_revision {
            body["base_revision"] = base.into();
        }
        let owner = self.owner();
        let accepted = owner.post("/api/features", &body).await?;
        if accepted.status != 202 {
            bail!("{} {}", accepted.status, accepted.body);
        }
        self.run_ended(accepted.body["run"].as_str().context("no run")?).await
    }

    /// Waits until a run has ended.
    pub async fn run_ended(&self, run: &str) -> Result<Value> {
        let owner = self.owner();
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let answer = owner.get(&format!("/api/runs/{run}")).await?;
            if answer.status == 200 && answer.body["state"] != "running" {
                return Ok(answer.body);
            }
            if Instant::now() > deadline {
                bail!("the run did not end within 120 s: {}", answer.body);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until a request is in one of these states.
    pub async fn request_is(&self, id: &str, states: &[&str]) -> Result<Value> {
        let owner = self.owner();
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            let answer = owner.get(&format!("/api/requests/{id}")).await?;
            if states.contains(&answer.body["state"].as_str().unwrap_or_default()) {
                return Ok(answer.body);
            }
            if Instant::now() > deadline {
                bail!("the request is not {states:?} after 180 s: {}", answer.body);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Keeps the home when the value is dropped, and names it.
    pub fn keep_home(&mut self) -> PathBuf {
        if let Some(folder) = self.temporary.take() {
            let _ = folder.keep();
        }
        self.home.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(home: &Path, options: &Options) -> Result<Child> {
    let binary = options.program.clone().unwrap_or_else(binary);
    let has = |name: &str| options.arguments.iter().any(|a| a == name);
    let mut command = Command::new(&binary);
    command.arg("serve").arg("--home").arg(home);
    for (name, value) in [("--listen", "127.0.0.1:0"), ("--live-listen", "127.0.0.1:0"), ("--difficulty", "2")] {
        if !has(name) {
            command.args([name, value]);
        }
    }
    command.args(&options.arguments).current_dir(home.parent().context("a home has a parent")?);
    command.env_remove("ANTHROPIC_API_KEY").envs(options.environment.iter().cloned());
    let log = std::env::var_os("KANDRA_TEST_LOG").is_some();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(if log { Stdio::inherit() } else { Stdio::null() });
    command.spawn().with_context(|| format!("cannot start {}", binary.display()))
}

async fn addresses(home: &Path, child: &mut Child) -> Result<(String, String)> {
    let path = home.join("run/control.json");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(control) = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            && control["pid"] == child.id()
        {
            let text = |name: &str| control[name].as_str().map(str::to_owned).with_context(|| format!("control.json names no {name}"));
            return Ok((text("url")?, text("live_url")?));
        }
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status}; set KANDRA_TEST_LOG=1 to see why");
        }
        if Instant::now() > deadline {
            bail!("the server did not write {} within 20 s", path.display());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The files of a crate in the checkout, such as `generated/poll`.
pub fn feature_crate(path: &str) -> Result<BTreeMap<String, String>> {
    fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(root)?.display().to_string();
            if path.is_dir() {
                if name != "target" {
                    collect(root, &path, files)?;
                }
            } else if name != "Cargo.lock" && !name.starts_with('.') {
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let root = repository().join(path);
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files).with_context(|| format!("cannot read {}", root.display()))?;
    Ok(files)
}
