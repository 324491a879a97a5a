//! What the templates show, as plain values. Built from the model by `load`, rendered by `render`; nothing here reads or writes.

mod activity;
mod card;
mod feature;
mod home;
mod request;
mod run;
mod shell;
mod status;

pub use activity::ActivityView;
pub use card::CardView;
pub use feature::{
    CodeView, ContractView, DiffFile, DiffLine, DiffView, FeatureView, FileView, LogLine, RefusedEdit, RevisionView, RouteView, Section,
};
pub use home::{AskView, Notice, Sentence, WantView};
pub use request::RequestView;
#[cfg(test)]
pub use run::step_of;
pub use run::{RunView, UsualTimes};
pub use shell::{Page, Shell};
pub use status::{LayerView, ReportView, StatusView, TableRow};

/// The first `count` characters of a hash.
pub(crate) fn short(hash: &str, count: usize) -> &str {
    hash.get(..count).unwrap_or(hash)
}
