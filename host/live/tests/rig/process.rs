//! The role `__live` as a child, with this program in control's place.

use super::http::{Answer, Connection};
use kandra_jail::{Child, Command, Policy, Role, SharedMap};
use kandra_model::{Slug, Timestamp};
use kandra_wire::{
    Command as Order, CommandId, Envelope, Hello, LISTEN_FD, LiveOptions, LiveReport, MissingLayers, Outcome, RECORDER_FD, ToControl,
    ToLive, WIRE_FD, WIRE_VERSION,
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::{Duration, Instant},
};

pub struct Live {
    pub child: Child,
    pub wire: UnixStream,
    pub listener: TcpListener,
    pub address: SocketAddr,
    pub recorder: SharedMap,
    pub heard: Vec<ToControl>,
    last: u64,
}

pub fn options(features: PathBuf) -> LiveOptions {
    LiveOptions {
        features,
        artifacts: super::artifacts(),
        workers: 4,
        public_url: None,
        control_port: 8080,
        live_public_url: None,
        live_port: 8081,
        trusted_proxies: Vec::new(),
        visitor_key: String::new(),
        missing_layers: MissingLayers::Refuse,
    }
}

impl Live {
    /// Starts it on a port of its own.
    pub fn start(options: &LiveOptions) -> Self {
        Self::start_on(options, TcpListener::bind("127.0.0.1:0").unwrap(), WIRE_VERSION)
    }

    pub fn start_on(options: &LiveOptions, listener: TcpListener, version: u32) -> Self {
        let (wire, theirs) = UnixStream::pair().unwrap();
        wire.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let recorder = SharedMap::create(c"recorder", kandra_wire::recorder::MAP_WORDS).unwrap();
        let policy = Policy::new(Role::Live).reading(&options.artifacts).writing(&options.features);
        let child = Command::role(&std::env::current_exe().unwrap(), "__live", &policy)
            .arg(serde_json::to_string(options).unwrap())
            .descriptor(theirs.into(), WIRE_FD)
            .descriptor(listener.try_clone().unwrap().into(), LISTEN_FD)
            .descriptor(recorder.descriptor().try_clone().unwrap(), RECORDER_FD)
            .pass_on_stderr()
            .spawn()
            .unwrap();
        let address = listener.local_addr().unwrap();
        let mut live = Self { child, wire, listener, address, recorder, heard: Vec::new(), last: 0 };
        live.say(&ToLive::Hello(Hello { wire: version, kandra: "test".to_owned(), pid: std::process::id() }));
        let hello = live.hear();
        assert!(matches!(hello, ToControl::Hello(Hello { wire: WIRE_VERSION, .. })), "{hello:?}");
        live
    }

    pub fn say(&mut self, message: &ToLive) {
        let text = serde_json::to_vec(message).unwrap();
        self.wire.write_all(&u32::try_from(text.len()).unwrap().to_le_bytes()).unwrap();
        self.wire.write_all(&text).unwrap();
    }

    pub fn hear(&mut self) -> ToControl {
        let mut length = [0; 4];
        self.wire.read_exact(&mut length).unwrap();
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        self.wire.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Sends a command with a number of its own and waits for its answer.
    pub fn command(&mut self, command: Order) -> Outcome {
        self.last += 1;
        self.command_as(CommandId(self.last), Timestamp::now().plus_millis(10_000), command)
    }

    pub fn command_as(&mut self, id: CommandId, deadline: Timestamp, command: Order) -> Outcome {
        self.say(&ToLive::Command(Envelope { id, deadline, command }));
        loop {
            match self.hear() {
                ToControl::Reply { id: answered, outcome } if answered == id => return outcome,
                other => self.heard.push(other),
            }
        }
    }

    pub fn mount(&mut self, slug: &str, revision: u32, artifact: &kandra_model::ArtifactHash) -> Outcome {
        let order = super::order(revision, artifact);
        self.command(Order::Mount {
            feature: slug.parse::<Slug>().unwrap(),
            revision: order.revision,
            artifact: order.artifact,
            tier: order.tier,
            presentation: order.presentation,
            settings: order.settings,
            with_data: false,
        })
    }

    pub fn ready(&mut self) {
        let outcome = self.command(Order::Serve);
        assert!(matches!(&outcome, Outcome::Serving { failed } if failed.is_empty()), "{outcome:?}");
    }

    pub fn report(&mut self) -> LiveReport {
        match self.command(Order::Report) {
            Outcome::Report(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until live has said something that fits.
    pub fn expect(&mut self, fits: impl Fn(&ToControl) -> bool) -> ToControl {
        let until = Instant::now() + Duration::from_secs(15);
        loop {
            if let Some(found) = self.heard.iter().position(&fits) {
                return self.heard.remove(found);
            }
            assert!(Instant::now() < until, "not said; heard {:?}", self.heard);
            let next = self.hear();
            self.heard.push(next);
        }
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap()
    }

    pub fn get(&self, target: &str) -> Answer {
        self.connect().ask("GET", target, &[], "").unwrap()
    }

    pub fn ends_within(&mut self, patience: Duration) -> Option<kandra_jail::End> {
        self.child.wait_for(patience).unwrap();
        self.child.end()
    }
}
