//! What Kandra remembers: `kandra.db` (requests, votes, runs, revisions, artifacts, the event log) and the git
//! directory that keeps every revision's source.
//!
//! What arrives are typed changes; what leaves are typed answers and events. Every change writes its event in the
//! same transaction, and no answer is given before that transaction is on disk. This crate never reads a file that
//! the live process writes, and never decides whether a source is good: it keeps what the gates accepted.
#![forbid(unsafe_code)]

mod artifacts;
mod counts;
mod drafts;
mod engine;
mod error;
mod events;
mod features;
mod grants;
mod moderation;
mod page;
mod recovery;
mod request_list;
mod requests;
mod revisions;
mod rows;
mod runs;
mod schema;
mod search;
mod settings;
mod stages;
mod thread;
mod trail;
mod votes;

pub use artifacts::ArtifactRecord;
pub use counts::Counts;
pub use drafts::Draft;
pub use engine::{Clock, Limits, Options, Store};
pub use error::StoreError;
pub use events::{EventPage, Feed, FeedItem};
pub use features::{FeatureQuery, Mount};
pub use page::{Cursor, Page};
pub use recovery::Reconciled;
pub use request_list::{RequestOrder, RequestQuery, Viewer};
pub use requests::{Actor, Fit, NewRepair, NewRequest, RequestEdit};
pub use runs::{NewRun, RunEnd, RunQuery};
pub use search::{Similar, SimilarFeature};
pub use stages::UsualTime;
pub use trail::{Action, ChangeKind, CommitAuthor, FileChange, Files, Logged, Removal, Saved, SourceDiff, Trail, TrailError, TrailOptions};
