//! What control tells live when it starts it: one JSON argument of the role `__live`.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The descriptor of the wire, a connected Unix stream socket.
pub const WIRE_FD: i32 = 3;
/// The descriptor of the listening TCP socket, bound by control.
pub const LISTEN_FD: i32 = 4;
/// The descriptor of the flight recorder, a shared mapping of [`crate::recorder::MAP_WORDS`] words.
pub const RECORDER_FD: i32 = 5;

/// What to do when a required layer of the jail is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingLayers {
    /// Exit at once and name the layer.
    #[default]
    Refuse,
    /// The owner asked for it in so many words: go on, and show it.
    Allow,
}

/// Everything live has to know before it confines itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveOptions {
    /// Where the features' databases are; live may write here.
    pub features: PathBuf,
    /// Where the artifacts are; live may only read here.
    pub artifacts: PathBuf,
    /// Worker threads, at least 1.
    pub workers: u32,
    /// The origin under which browsers reach control, such as `https://kandra.example`; `None`: the request's `Host` with `control_port`.
    pub public_url: Option<String>,
    /// The port on which control listens.
    pub control_port: u16,
    /// The origin under which browsers reach live; may contain `{slug}`. `None`: the request's `Host`.
    pub live_public_url: Option<String>,
    /// The port on which live listens.
    pub live_port: u16,
    /// Networks, such as `10.0.0.0/8`, whose forwarding headers are believed.
    pub trusted_proxies: Vec<String>,
    /// The ed25519 key that checks visitors' tokens: 64 hexadecimal digits.
    pub visitor_key: String,
    /// What to do when a required layer is missing.
    pub missing_layers: MissingLayers,
}
