//! What control and live say to each other over their Unix socket.
//!
//! Frames are a little-endian `u32` length and so many bytes of JSON. The first frame in each direction is a
//! [`Hello`]; afterwards control sends [`ToLive`] and live sends [`ToControl`]. Every frame is bounded by
//! [`MAX_FRAME`]. Control treats every byte from live as hostile: sizes, names and counts are checked when decoded.
#![forbid(unsafe_code)]

mod codec;
mod http;
mod message;
mod options;
pub mod recorder;

pub use codec::{MAX_FRAME, WireError, read_frame, read_sized_frame, write_frame};
pub use http::{
    HTTP_TIMEOUT_MS, HttpAnswer, HttpId, HttpRefusal, HttpRequest, HttpResponse, MAX_HEADER_BYTES, MAX_HEADER_VALUE, MAX_HEADERS,
    MAX_HTTP_TIMEOUT_MS, MAX_REQUEST_BODY, MAX_RESPONSE_BODY, MAX_SECRETS, SECRET_PLACE, SecretUse, is_secret_name,
};
pub use message::{
    CallStatistics, Command, CommandId, Envelope, FaultKind, FeatureSettings, Hello, LiveReport, LoadedLibrary, LogLevel, MountedReport,
    Outcome, Refusal, RouteStatistics, SwapReport, ToControl, ToLive, UnloadReport, WIRE_VERSION,
};
pub use options::{LISTEN_FD, LiveOptions, MissingLayers, RECORDER_FD, WIRE_FD};
