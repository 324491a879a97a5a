//! What a feature's modules begin with: `use kandra::prelude::*;`.

pub use crate::{Ctx, Error, Request, Response, Result, Routes, Row, Socket, SocketEvent, Value, escape, json, params};
pub use kandra_std::prelude::v1::*;
pub use kandra_std::time::Duration;
pub use serde::{Deserialize, Serialize};
