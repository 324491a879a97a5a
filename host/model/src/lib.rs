//! The words of Kandra as types: what control, live, the gates and the pages talk about.
//!
//! Nothing here performs input or output; every value that crosses a process boundary or is written to disk is
//! checked where it is constructed.
#![forbid(unsafe_code)]

mod contract;
mod event;
mod feature;
mod finding;
mod id;
mod limits;
mod neighbour;
mod outgoing;
pub mod probe;
mod request;
mod run;
mod time;

pub use contract::{
    CONTRACT_METHODS, Contract, ContractError, Exchange, ExchangeRequest, ExpectedResponse, HTTP_METHODS, HttpDouble, HttpDoubleAnswer,
    MAX_DOUBLES,
};
pub use event::{Event, EventBody, LiveCondition};
pub use feature::{Feature, FeatureState, Height, Origin, Presentation, RevisionRecord, RouteSpec, Tier};
pub use finding::{Finding, Severity};
pub use id::{ArtifactHash, EventId, IdError, RESERVED_SLUGS, RequestId, Revision, RunId, Slug, SourceHash, VoterId};
pub use limits::{Limit, LimitError, Limits};
pub use neighbour::{CALL_METHODS, CallDouble, CallerDouble};
pub use outgoing::{HostName, HostNameError, MAX_URL, Target};
pub use request::{Moderation, Repairs, Request, RequestState};
pub use run::{Cause, Run, RunState, Stage, StageOutcome, StageRecord, Usage};
pub use time::Timestamp;
