//! The parent's side: spawning a child with nothing but what it needs, and ending its whole tree in time.
//!
//! The environment is empty but for what is named, descriptors above the named ones are closed, the child leads its
//! own process group (which seccomp forbids it to leave), output is bounded, and a deadline is part of every run.

use crate::{Policy, words};
use std::{
    ffi::{OsStr, OsString},
    io::{self, Read, Write},
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Asks a running command to end early. Clones share one wish.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A wish nobody has made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every command that was given this value, within some milliseconds.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Why a child could not be run at all. How it ended is not an error: see [`End`].
#[derive(Debug, thiserror::Error)]
pub enum JailError {
    /// The system refused to start it.
    #[error("could not start {program}: {source}")]
    Spawn {
        /// Which program.
        program: String,
        /// The system's words.
        source: io::Error,
    },
    /// Waiting for it failed.
    #[error("lost track of a child: {0}")]
    Wait(#[from] io::Error),
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal, which we did not send.
    Signalled(i32),
    /// We ended it at its deadline.
    Deadline,
    /// We ended it because it wrote too much.
    OutputLimit,
    /// We ended it because it had too many processes.
    ProcessLimit,
    /// We ended it because somebody cancelled.
    Cancelled,
}

/// A child that ran to its end.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// Standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
    /// Processor time of it and its waited-for children.
    pub cpu: Duration,
    /// Largest resident size among them, bytes.
    pub peak_resident: u64,
}

/// Told each chunk of standard output as it arrives, on another thread.
type Watch = Box<dyn FnMut(&[u8]) + Send>;

/// A child to be started.
pub struct Command {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<OsString>,
    stdin: Vec<u8>,
    descriptors: Vec<(OwnedFd, RawFd)>,
    deadline: Duration,
    output_limit: usize,
    process_limit: u64,
    cancel: Cancel,
    pass_on_stderr: bool,
    watch: Option<Watch>,
}

impl Command {
    /// The `kandra` binary at `executable` again, in a role: `__lint`, `__probe`, `__live`. The policy is its second
    /// argument.
    pub fn role(executable: &Path, role: &str, policy: &Policy) -> Self {
        let mut command = Self::new(executable.as_os_str());
        command.arguments = vec![role.into(), policy.to_argument().into()];
        command.process_limit = policy.limits.processes;
        command
    }

    /// `program` with arguments, started through the role `__exec` of the `kandra` binary, which confines itself first.
    pub fn program(executable: &Path, policy: &Policy, program: &OsStr) -> Self {
        Self::role(executable, "__exec", policy).arg(program)
    }

    fn new(program: &OsStr) -> Self {
        Self {
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
            stdin: Vec::new(),
            descriptors: Vec::new(),
            deadline: Duration::from_secs(10),
            output_limit: 4 << 20,
            process_limit: 1,
            cancel: Cancel::new(),
            pass_on_stderr: false,
            watch: None,
        }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// One more environment variable; the child has no others.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Its working directory; `/` otherwise.
    #[must_use]
    pub fn directory(mut self, path: &Path) -> Self {
        self.directory = Some(path.as_os_str().to_owned());
        self
    }

    /// What it reads on standard input; nothing otherwise.
    #[must_use]
    pub fn stdin(mut self, bytes: Vec<u8>) -> Self {
        self.stdin = bytes;
        self
    }

    /// A descriptor it inherits under the number `target` (3 and up).
    #[must_use]
    pub fn descriptor(mut self, descriptor: OwnedFd, target: RawFd) -> Self {
        assert!((3..20).contains(&target), "inherited descriptors are numbered 3 to 19");
        self.descriptors.push((descriptor, target));
        self
    }

    /// When the whole tree is killed; 10 s otherwise. Does not apply to [`Self::spawn`].
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many bytes each of its outputs may have; 4 MiB otherwise.
    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output_limit = bytes;
        self
    }

    /// Tells `watch` each chunk of standard output as it arrives, on another thread. Applies to [`Self::run`].
    #[must_use]
    pub fn on_stdout(mut self, watch: impl FnMut(&[u8]) + Send + 'static) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    /// Ends it when somebody cancels.
    #[must_use]
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// Passes its standard error on to ours, for long-lived children whose log is the operator's: lines bounded in length
    /// and number, without control characters. Applies to [`Self::spawn`].
    #[must_use]
    pub fn pass_on_stderr(mut self) -> Self {
        self.pass_on_stderr = true;
        self
    }

    fn build(&mut self) -> io::Result<std::process::Command> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(self.environment.drain(..));
        command.current_dir(self.directory.take().unwrap_or_else(|| "/".into()));
        command.process_group(0);
        // High numbers first, so that no source is overwritten by an earlier target.
        let mut moves = Vec::new();
        for (descriptor, target) in &self.descriptors {
            // SAFETY: duplicates a descriptor that we own.
            let high = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 64) };
            if high < 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: fcntl just gave us this descriptor.
            moves.push((unsafe { OwnedFd::from_raw_fd(high) }, *target));
        }
        // SAFETY: between fork and exec only async-signal-safe calls: dup2 and close_range, on plain numbers.
        unsafe {
            command.pre_exec(move || {
                libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
                for (source, target) in &moves {
                    if libc::dup2(source.as_raw_fd(), *target) < 0 {
                        return Err(io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        Ok(command)
    }

    fn spawn_error(&self, source: io::Error) -> JailError {
        JailError::Spawn { program: self.program.to_string_lossy().into_owned(), source }
    }

    /// Starts a long-lived child. Its standard input and output are empty. The tree is killed when the value is dropped.
    pub fn spawn(mut self) -> Result<Child, JailError> {
        let mut command = self.build().map_err(|e| self.spawn_error(e))?;
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(if self.pass_on_stderr { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().map_err(|e| self.spawn_error(e))?;
        let tree = Child { pid: child.id(), ended: None };
        if let Some(said) = child.stderr.take() {
            words::pass_on(said)?;
        }
        Ok(tree)
    }

    /// Runs the child to its end. Blocks.
    pub fn run(mut self) -> Result<Finished, JailError> {
        let started = Instant::now();
        let mut command = self.build().map_err(|e| self.spawn_error(e))?;
        end_with_this_thread(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| self.spawn_error(e))?;
        drop(command);
        let mut tree = Child { pid: child.id(), ended: None };
        let overflow = Arc::new(AtomicBool::new(false));
        let readers = [
            read_bounded(child.stdout.take().expect("piped"), self.output_limit, &overflow, self.watch.take()),
            read_bounded(child.stderr.take().expect("piped"), self.output_limit, &overflow, None),
        ];
        let mut stdin = child.stdin.take().expect("piped");
        let input = std::mem::take(&mut self.stdin);
        // The child may end without reading; that is no error of ours.
        let writer = thread::spawn(move || drop(stdin.write_all(&input)));

        let mut ended_by_us = None;
        while !tree.wait_for(Duration::from_millis(20))? {
            let reason = if self.cancel.is_cancelled() {
                End::Cancelled
            } else if started.elapsed() >= self.deadline {
                End::Deadline
            } else if overflow.load(Ordering::Acquire) {
                End::OutputLimit
            } else if self.process_limit > 1 && processes_in_group(tree.pid) > self.process_limit {
                End::ProcessLimit
            } else {
                continue;
            };
            ended_by_us = Some(reason);
            tree.kill();
            while !tree.wait_for(Duration::from_secs(1))? {}
            break;
        }
        // Grandchildren may outlive their parent and hold the pipes.
        tree.kill_group();
        let elapsed = started.elapsed();
        let [stdout, stderr] = readers.map(|reader| reader.join().unwrap_or_default());
        drop(writer.join());
        let ended = tree.ended.take().expect("waited for above");
        let end = ended_by_us.unwrap_or(if overflow.load(Ordering::Acquire) { End::OutputLimit } else { ended.end });
        Ok(Finished { end, stdout, stderr, elapsed, cpu: ended.cpu, peak_resident: ended.peak_resident })
    }
}

/// Lets the child be killed when this thread ends, and so when this process is: nobody else would keep its deadline.
fn end_with_this_thread(command: &mut std::process::Command) {
    let parent = libc::pid_t::try_from(std::process::id()).expect("process ids are small");
    // SAFETY: between fork and exec only async-signal-safe calls: prctl and getppid, on plain numbers.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) != 0 {
                return Err(io::Error::last_os_error());
            }
            // It may have ended before that line.
            if libc::getppid() == parent { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::ESRCH)) }
        });
    }
}

/// Reads to the end, keeping at most `limit` bytes and noting an overflow.
fn read_bounded(
    mut source: impl Read + Send + 'static,
    limit: usize,
    overflow: &Arc<AtomicBool>,
    mut watch: Option<Watch>,
) -> thread::JoinHandle<Vec<u8>> {
    let overflow = Arc::clone(overflow);
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 16 << 10];
        while let Ok(count @ 1..) = source.read(&mut buffer) {
            let room = limit - kept.len();
            if let Some(watch) = &mut watch {
                watch(&buffer[..count]);
            }
            kept.extend_from_slice(&buffer[..count.min(room)]);
            if count > room {
                overflow.store(true, Ordering::Release);
            }
        }
        kept
    })
}

/// How many processes of a group exist, by `/proc`.
fn processes_in_group(group: u32) -> u64 {
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0 };
    let in_group = |entry: &std::fs::DirEntry| {
        entry.file_name().as_encoded_bytes().first().is_some_and(u8::is_ascii_digit)
            && std::fs::read_to_string(entry.path().join("stat"))
                .ok()
                .and_then(|stat| stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(2)?.parse().ok())
                == Some(group)
    };
    entries.flatten().filter(in_group).count() as u64
}

struct Ended {
    end: End,
    cpu: Duration,
    peak_resident: u64,
}

/// A running child and its tree. Dropping it kills and reaps them.
pub struct Child {
    pid: u32,
    ended: Option<Ended>,
}

impl Child {
    /// Its process id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.pid
    }

    /// Waits up to `patience`; answers whether it has ended.
    pub fn wait_for(&mut self, patience: Duration) -> io::Result<bool> {
        if self.ended.is_some() {
            return Ok(true);
        }
        let pid = self.pid as libc::pid_t;
        // SAFETY: pidfd_open answers a new descriptor or -1; we own and close it.
        let raw = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        if raw >= 0 {
            // SAFETY: as above.
            let pidfd = unsafe { OwnedFd::from_raw_fd(raw as RawFd) };
            let mut poll = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one valid pollfd.
            unsafe { libc::poll(&mut poll, 1, patience.as_millis().min(60_000) as i32) };
        }
        let mut status = 0;
        // SAFETY: an all-zero rusage is valid; both out-pointers outlive the call.
        let (reaped, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage), usage)
        };
        match reaped {
            0 => Ok(false),
            -1 => Err(io::Error::last_os_error()),
            _ => {
                let end =
                    if libc::WIFEXITED(status) { End::Exited(libc::WEXITSTATUS(status)) } else { End::Signalled(libc::WTERMSIG(status)) };
                let time = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000);
                let cpu = time(usage.ru_utime) + time(usage.ru_stime);
                self.ended = Some(Ended { end, cpu, peak_resident: usage.ru_maxrss as u64 * 1024 });
                Ok(true)
            }
        }
    }

    /// How it ended, once [`Self::wait_for`] has said so.
    pub fn end(&self) -> Option<End> {
        self.ended.as_ref().map(|ended| ended.end)
    }

    /// Kills it and its group.
    pub fn kill(&mut self) {
        if self.ended.is_none() {
            // SAFETY: signals our own unreaped child, so the number cannot have been reused.
            unsafe { libc::kill(self.pid as libc::pid_t, libc::SIGKILL) };
        }
        self.kill_group();
    }

    /// Asks it to end: SIGTERM.
    pub fn terminate(&self) {
        if self.ended.is_none() {
            // SAFETY: as in `kill`.
            unsafe { libc::kill(self.pid as libc::pid_t, libc::SIGTERM) };
        }
    }

    fn kill_group(&self) {
        // SAFETY: the group was made by us for this child; members keep its number from being reused.
        unsafe { libc::kill(-(self.pid as libc::pid_t), libc::SIGKILL) };
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.kill();
            while matches!(self.wait_for(Duration::from_secs(1)), Ok(false)) {}
        }
    }
}
