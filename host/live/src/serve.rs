//! The role `__live`: confine, say hello, load what control names, serve the inherited socket when control says so, drain,
//! end. Until then the process touches neither the socket nor the features' data, so another one can still serve.

mod assets;
mod commands;
mod handler;
pub(crate) mod headers;
mod page;
mod respond;
mod site;
mod socket;
mod stranger;
mod turn;
mod visitor;
mod wire;

use crate::{
    environment::{Clock, Environment, Random, Storage},
    http::Http,
    hub::Hub,
    kv::Checkpointer,
    live::{Live, Standing},
    load,
    recorder::Recorder,
};
use actix_http::Request;
use actix_service::{fn_factory, fn_service};
use actix_web::{HttpServer, dev::ServerHandle};
use commands::{Commands, Process};
use handler::{Front, Shared};
use kandra_jail::{EXIT_MISSING_LAYER, Policy, Role};
use kandra_wire::{LISTEN_FD, LiveOptions, RECORDER_FD, WIRE_FD, WireError};
use site::Addresses;
use std::{
    convert::Infallible,
    io,
    net::TcpListener,
    os::unix::net::UnixStream,
    rc::Rc,
    sync::{Arc, OnceLock, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::mpsc::channel;
use turn::Turn;

/// Below this many workers one slow call would be felt by everybody.
const LEAST_WORKERS: usize = 4;
/// The most workers: the flight recorder has no more slots.
const MOST_WORKERS: usize = kandra_wire::recorder::SLOTS - 4;
/// How long calls may go on once the wire is closed.
const DRAIN_WITHOUT_CONTROL: Duration = Duration::from_secs(5);
/// How long an idle connection is still answered while the process drains.
const LINGER: Duration = Duration::from_millis(250);
/// How long a connection that was just accepted may be on its way to its worker.
const HANDED_OUT: Duration = Duration::from_millis(50);
/// The most connections of one worker.
const MOST_CONNECTIONS: usize = 10_000;

/// Why the role ended early.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("usage: kandra __live POLICY OPTIONS; it is started by kandra serve ({0})")]
    Usage(String),
    #[error(transparent)]
    Confine(#[from] kandra_jail::ConfineError),
    #[error(transparent)]
    Greeting(#[from] wire::GreetingError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl ServeError {
    fn exit_code(&self) -> i32 {
        match self {
            Self::Usage(_) => 2,
            Self::Confine(_) => EXIT_MISSING_LAYER,
            Self::Greeting(wire::GreetingError::Version { .. }) => 9,
            Self::Greeting(_) | Self::Io(_) => 1,
        }
    }
}

/// Runs the role; `arguments` are the policy and the options, each as JSON. Answers the exit code: 0 drained, 1 failed,
/// 2 wrong usage, 8 a layer of the jail is missing, 9 control speaks another wire version.
pub fn main(arguments: &[String]) -> i32 {
    match run(arguments) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("kandra live: {error}");
            error.exit_code()
        }
    }
}

fn run(arguments: &[String]) -> Result<(), ServeError> {
    let [policy, options] = arguments else { return Err(ServeError::Usage(format!("{} arguments instead of 2", arguments.len()))) };
    let usage = |error: &dyn std::fmt::Display| ServeError::Usage(error.to_string());
    let policy = Policy::from_argument(policy).map_err(|e| usage(&e))?;
    let options: LiveOptions = serde_json::from_str(options).map_err(|e| usage(&e))?;
    if policy.role != Role::Live {
        return Err(ServeError::Usage("the policy is another role's".to_owned()));
    }
    // What the confinement would hide.
    load::prepare_maps()?;
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let addresses = Addresses::new(&options, machine).map_err(|e| usage(&e))?;
    let layers = kandra_jail::confine(&policy)?;
    let filter = tracing_subscriber::EnvFilter::new("info,actix_server=warn,actix_http=off");
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).without_time().with_env_filter(filter).init();

    let wire = UnixStream::from(load::inherited(WIRE_FD)?);
    let listener = TcpListener::from(load::inherited(LISTEN_FD)?);
    let recorder = Recorder::open(load::inherited(RECORDER_FD)?)?;
    recorder.blame_crashes()?;
    let process = Process {
        workers: u32::try_from(workers(&options)).expect("bounded by the number of slots"),
        layers: layers.iter().map(|layer| layer.as_str().to_owned()).collect(),
    };
    actix_web::rt::System::new().block_on(serve(wire, listener, recorder, options, addresses, process))
}

fn workers(options: &LiveOptions) -> usize {
    (options.workers as usize).clamp(LEAST_WORKERS, MOST_WORKERS)
}

async fn serve(
    wire: UnixStream,
    listener: TcpListener,
    recorder: Recorder,
    options: LiveOptions,
    addresses: Addresses,
    process: Process,
) -> Result<(), ServeError> {
    let hub = Hub::start()?;
    let (outlet, asks, replies, outbox) = wire::queues(hub.clone());
    let storage = Storage::Directory { path: options.features.clone(), checkpointer: Checkpointer::start()? };
    let mut environment = Environment::new(Clock::System, Random::System, storage, Arc::new(outlet));
    environment.http = Http::Control(asks.clone());
    let visitor_salt = stranger::salt(&options.features)?;
    environment.salt = visitor_salt.into();
    let live = Live::with(options.artifacts.clone(), environment, recorder, Standing::Waits)?;
    let shared = Arc::new(Shared {
        live,
        hub,
        addresses,
        visitor_key: options.visitor_key.clone(),
        visitor_salt,
        data: OnceLock::new(),
        draining: false.into(),
    });
    wire.set_nonblocking(true)?;
    let (mut reader, mut writer) = tokio::net::UnixStream::from_std(wire)?.into_split();
    wire::greet(&mut reader, &mut writer).await?;
    let (drain, mut drains) = channel(1);
    let (start, mut starts) = channel(1);
    let (commands, received) = channel(256);
    let turn = Turn::new(&options.features, start);
    let executor = Commands::new(shared.clone(), process, turn, drain);
    std::thread::Builder::new().name("kandra-commands".to_owned()).spawn(move || executor.run(received, &replies))?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    // Both go on while we drain: unloads and faults are still told, and calls still get what they wait for.
    let mut heard = actix_web::rt::spawn(async move { wire::read(&mut reader, &commands, &asks).await });
    let mut written = actix_web::rt::spawn(async move { wire::write(&mut writer, outbox).await });
    let mut listener = Some(listener);
    let mut server: Option<ServerHandle> = None;
    let within = loop {
        tokio::select! {
            error = &mut heard => break without_control(&error.unwrap_or(WireError::Closed)),
            error = &mut written => break without_control(&error.unwrap_or(WireError::Closed)),
            Some(within) = drains.recv() => break within,
            _ = terminate.recv() => break DRAIN_WITHOUT_CONTROL,
            Some(started) = starts.recv() => {
                let listener = listener.take().expect("the turn comes once");
                let running = bind(listener, shared.clone(), workers(&options))?;
                server = Some(running.handle());
                actix_web::rt::spawn(running);
                shared.live.start_tasks()?;
                // The commands' thread waits for it.
                let _ = started.send(());
            }
        }
    };
    if let Some(server) = server {
        finish(&shared, &server, within, &mut terminate).await;
    }
    Ok(())
}

fn without_control(error: &WireError) -> Duration {
    tracing::warn!(%error, "control is gone; this process drains and ends");
    DRAIN_WITHOUT_CONTROL
}

/// Starts the workers on the listening socket.
fn bind(listener: TcpListener, shared: Arc<Shared>, workers: usize) -> io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        // Once on each worker thread.
        actix_web::rt::spawn(shared.live.join().run());
        let front = Rc::new(Front::new(shared.clone()));
        // No `App`: the route table is ours, and what `App` does for each request would be done for nothing.
        fn_factory(move || {
            let front = front.clone();
            let service = fn_service(move |request: Request| {
                let front = front.clone();
                async move { Ok::<_, Infallible>(front.serve(request).await) }
            });
            std::future::ready(Ok::<_, ()>(service))
        })
    });
    let server = server
        .workers(workers)
        .max_connections(MOST_CONNECTIONS)
        .backlog(8_192)
        .tcp_nodelay(true)
        // Otherwise a client that goes away does not end its call, and the call keeps its library open.
        .h1_allow_half_closed(false)
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(15))
        .client_disconnect_timeout(Duration::from_millis(500))
        .shutdown_timeout(10)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}

/// Stops accepting, lets calls end, closes streams and idle connections.
async fn finish(shared: &Shared, handle: &ServerHandle, within: Duration, terminate: &mut tokio::signal::unix::Signal) {
    let until = Instant::now() + within;
    shared.draining.store(true, Ordering::Relaxed);
    shared.hub.close();
    shared.live.stop_tasks_and_sockets();
    // Whoever knocks from now on waits for the process that follows. What was accepted just before still has to reach its
    // worker; then our copy of the listening socket is closed, and the workers go on with their connections.
    handle.pause().await;
    let stop = handle.clone();
    actix_web::rt::spawn(async move {
        tokio::time::sleep(HANDED_OUT).await;
        stop.stop(true).await;
    });
    let mut quiet_since = Instant::now();
    while Instant::now() < until && quiet_since.elapsed() < LINGER {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(10)) => {}
            _ = terminate.recv() => return,
        }
        if shared.live.in_flight() > 0 {
            quiet_since = Instant::now();
        }
    }
    shared.live.snapshot();
}
