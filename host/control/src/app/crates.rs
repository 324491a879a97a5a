//! The crates that features may use, and what the owner adds to them while the server runs.

use super::{App, AppError, WarmStatus, internal};
use crate::{pipeline, workshop::SHELF};
use kandra_gate::{AllowedCrate, Considered, CrateReport, Gate, Shelf, StageFailure, Wish};
use kandra_jail::Cancel;
use kandra_model::{EventBody, FeatureState, RunId, Slug};
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Reports that can still be confirmed.
const MOST_CONSIDERED: usize = 8;

/// What may be used, and what is being added.
#[derive(Clone, Debug, Serialize)]
pub struct Crates {
    /// Reviewed ones first.
    pub crates: Vec<AllowedCrate>,
    /// The one that is being built, or whose build failed last.
    pub adding: Option<Adding>,
    /// The warm build of the shelf.
    pub shelf: WarmStatus,
}

/// A crate on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adding {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Why it did not come onto the shelf.
    pub failure: Option<String>,
}

/// A report, and the word by which the owner agrees to it.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// What was found.
    pub report: CrateReport,
    /// Send it back to add the crate; `None` when it is refused.
    pub confirm: Option<String>,
}

struct Offer {
    word: String,
    /// The shelf that it was considered for.
    beside: String,
    name: String,
    version: String,
    shelf: Shelf,
}

/// What the owner is about to decide.
#[derive(Default)]
pub(crate) struct CrateState {
    offers: Mutex<VecDeque<Offer>>,
    adding: Mutex<Option<Adding>>,
}

impl App {
    /// What features may use.
    pub fn crates(&self) -> Crates {
        let shelf = self.workshop().gate().map_or_else(Shelf::default, |gate| gate.workshop().shelf());
        let adding = self.crate_state().adding.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Crates { crates: shelf.allowed(), adding, shelf: self.workshop().shelf_status() }
    }

    fn crates_gate(&self) -> Result<Gate, AppError> {
        let why = || self.workshop().status().failure.unwrap_or_else(|| "it is starting".to_owned());
        self.workshop().gate().ok_or_else(|| AppError::NotReady(why()))
    }

    /// Owner: looks at a crate. It is fetched and read; nothing of it runs and nothing changes.
    pub async fn consider_crate(&self, wish: Wish) -> Result<Answer, AppError> {
        let gate = self.crates_gate()?;
        let (worker, beside) = (gate.clone(), gate.workshop().shelf_key());
        let considered = tokio::task::spawn_blocking(move || worker.consider(&wish, &Cancel::new())).await.map_err(internal)?;
        let Considered { report, shelf } = considered.map_err(told)?;
        let Some(shelf) = shelf else { return Ok(Answer { report, confirm: None }) };
        let word = RunId::generate().to_string();
        let offer = Offer { word: word.clone(), beside, name: report.name.clone(), version: report.version.clone(), shelf };
        let mut offers = self.crate_state().offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.push_back(offer);
        if offers.len() > MOST_CONSIDERED {
            offers.pop_front();
        }
        Ok(Answer { report, confirm: Some(word) })
    }

    /// Owner: agrees to a report. The crate is built in the jail beside all that serves, and allowed when that is done.
    pub fn add_crate(self: &Arc<Self>, word: &str) -> Result<Adding, AppError> {
        self.refuse_when_stopping()?;
        let gate = self.crates_gate()?;
        let state = self.crate_state();
        let mut adding = state.adding.lock().unwrap_or_else(PoisonError::into_inner);
        if adding.as_ref().is_some_and(|adding| adding.failure.is_none()) {
            return Err(AppError::TooMany("another crate is being built; add this one when that is done"));
        }
        let offer = {
            let mut offers = state.offers.lock().unwrap_or_else(PoisonError::into_inner);
            let at = offers.iter().position(|offer| offer.word == word);
            at.and_then(|at| offers.remove(at)).filter(|offer| offer.beside == gate.workshop().shelf_key())
        };
        let Some(offer) = offer else {
            let message = "there is no report of this name, or the shelf has changed since; look at the crate again".to_owned();
            return Err(AppError::Invalid { field: "confirm", message });
        };
        let begun = Adding { name: offer.name.clone(), version: offer.version.clone(), failure: None };
        *adding = Some(begun.clone());
        tokio::spawn(build(Arc::clone(self), gate, offer));
        Ok(begun)
    }

    /// Owner: takes a crate that was added off the shelf, when no feature names it.
    pub async fn remove_crate(self: &Arc<Self>, name: &str) -> Result<(), AppError> {
        self.refuse_when_stopping()?;
        let gate = self.crates_gate()?;
        let shown: String = name.chars().take(64).collect();
        let users = self.users_of(&gate, name).await?;
        if !users.is_empty() {
            let list = users.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ");
            return Err(AppError::Invalid { field: "name", message: format!("{list} names {shown}; change or remove that first") });
        }
        let (worker, wanted) = (gate.clone(), name.to_owned());
        let without = tokio::task::spawn_blocking(move || worker.without(&wanted, &Cancel::new())).await.map_err(internal)?;
        let Some(shelf) = without.map_err(told)? else { return Err(AppError::missing("added crate", shown)) };
        let event = EventBody::CrateRemoved { name: shown };
        self.store().set_setting_telling(SHELF, &shelf, event).await?;
        gate.workshop().set_shelf(shelf);
        look_at_builds(Arc::clone(self), gate);
        Ok(())
    }

    /// The features whose current revision names a crate.
    async fn users_of(&self, gate: &Gate, name: &str) -> Result<Vec<Slug>, AppError> {
        let mut users = Vec::new();
        for feature in self.store().all_features().await? {
            if feature.state == FeatureState::Removed {
                continue;
            }
            let Some(record) = self.store().revision(&feature.slug, feature.revision).await? else { continue };
            let files = pipeline::bytes(&self.trail().files(&feature.slug, &record.commit).await?);
            let names = |name: &str| gate.source(files).is_ok_and(|source| source.added().iter().any(|added| added.name == name));
            if names(name) {
                users.push(feature.slug);
            }
        }
        Ok(users)
    }
}

async fn build(app: Arc<App>, gate: Gate, offer: Offer) {
    let shelf = offer.shelf.clone();
    let built = app.workshop().shelve(&gate, move |gate, cancel, progress| gate.warm_other_shelf(&shelf, cancel, progress)).await;
    let kept = match built {
        Ok(()) => {
            let event = EventBody::CrateAdded { name: offer.name.clone(), version: offer.version.clone() };
            app.store().set_setting_telling(SHELF, &offer.shelf, event).await.map_err(|error| error.to_string())
        }
        Err(failure) => Err(failure.to_string()),
    };
    let failure = match kept {
        Ok(()) => {
            gate.workshop().set_shelf(offer.shelf);
            look_at_builds(Arc::clone(&app), gate);
            None
        }
        Err(failure) => {
            tracing::warn!(name = offer.name, failure, "a crate could not be added");
            Some(failure.chars().take(2_000).collect())
        }
    };
    let mut adding = app.crate_state().adding.lock().unwrap_or_else(PoisonError::into_inner);
    *adding = failure.map(|failure| Adding { name: offer.name, version: offer.version, failure: Some(failure) });
}

/// What is built against the shelf has another key now: it is built anew beside what serves, and swapped.
fn look_at_builds(app: Arc<App>, gate: Gate) {
    tokio::spawn(async move {
        if let Err(error) = pipeline::check_builds(&app, &gate).await {
            tracing::error!(%error, "the features' builds could not be checked");
        }
    });
}

fn told(failure: StageFailure) -> AppError {
    match failure {
        StageFailure::Refused(findings) => AppError::Refused(findings),
        StageFailure::Failed(error) => AppError::NotReady(error.to_string()),
        StageFailure::Cancelled => AppError::Stopping,
    }
}
