//! From the app to what the templates show. Every list is bounded; nothing is changed.

mod feature;
mod home;
mod request;
mod server;

pub use feature::{code, contract, diff, feature, logs, revisions};
pub use home::{activity, ask, building, card, cards, sentence, wanted};
pub use request::{owner_requests, request, requests};
pub use server::{routes, status};

use super::{asked::PageError, view::UsualTimes};
use crate::app::App;

/// How long runs usually take: the sums of their stages' medians.
async fn usual(app: &App) -> Result<UsualTimes, PageError> {
    let medians: Vec<_> = app.store().usual_times().await?.iter().map(|usual| (usual.stage, usual.median_ms)).collect();
    Ok(UsualTimes::from_medians(&medians))
}
