//! The prompt stage: a request's words become a draft.

use super::{active::Ticket, halt::Halt, stages::Stages};
use crate::app::App;
use kandra_agent::{AllowedCrate, Broken, LiveFeature, Progress, Repair, Task};
use kandra_model::{FeatureState, Finding, Origin, Repairs, Slug, Stage, StageOutcome, Usage};
use kandra_store::{Draft, StoreError};
use std::{collections::BTreeMap, sync::Arc};

/// What the developer is asked, and what came of it so far.
pub(crate) struct Development {
    pub title: String,
    pub details: String,
    /// What the turns before this one used.
    pub usage: Usage,
    /// The newest plan.
    pub plan: String,
    /// The feature of which this is to become another revision.
    pub revises: Option<Slug>,
}

impl Development {
    /// One turn: the first, or a repair.
    pub(crate) async fn turn(
        &mut self,
        app: &Arc<App>,
        ticket: &Ticket,
        stages: &Stages,
        attempt: u32,
        repair: Option<Repair>,
    ) -> Result<Draft, Halt> {
        stages.begin(Stage::Prompt, attempt);
        let result = self.ask(app, ticket, stages, repair).await;
        let outcome = match &result {
            Ok(_) => StageOutcome::Passed,
            Err(_) => StageOutcome::Failed,
        };
        stages.end(Stage::Prompt, outcome, Vec::new());
        result
    }

    async fn ask(&mut self, app: &Arc<App>, ticket: &Ticket, stages: &Stages, repair: Option<Repair>) -> Result<Draft, Halt> {
        let _turn = ticket.unless_stopped(app.model_turns().acquire()).await?;
        let repairs = repair.as_ref().map(|repair| repair.slug.clone());
        let live = repair.as_ref().filter(|repair| repair.broken == Broken::Live).map(|repair| repair.slug.clone());
        let task = Task {
            title: self.title.clone(),
            details: self.details.clone(),
            taken: taken(app, repairs.as_ref()).await?,
            live: live_features(app).await?,
            crates: crates(app),
            repair,
        };
        let mut listener = Listener { stages: stages.clone(), before: self.usage.clone(), now: Usage::default() };
        let developed = ticket.unless_stopped(app.agent().develop(task, &mut listener)).await;
        let now = match &developed {
            Ok(Ok(draft)) => draft.usage.clone(),
            _ => listener.now,
        };
        self.usage = sum(&self.usage, &now);
        stages.usage(self.usage.clone());
        let draft = developed?.map_err(Halt::Undeveloped)?;
        self.plan = draft.plan.clone();
        let provenance = provenance(&draft.origin);
        stages.plan(&draft.plan, None, Some(provenance));
        let (slug, files, base_revision) = match live.or_else(|| self.revises.clone()) {
            // Another revision of what is there; further turns repair that.
            Some(feature) => {
                ticket.works_on(&feature, None);
                let current = app.store().feature(&feature).await?.map(|feature| feature.revision);
                self.revises = Some(feature.clone());
                (feature, draft.files, current)
            }
            None => {
                let (slug, files) = app.name(ticket, draft.slug, draft.files).await?;
                (slug, files, None)
            }
        };
        Ok(Draft { slug, files, message: one_line(&draft.plan, 200), origin: draft.origin, base_revision })
    }
}

/// What the developer gets when a revision has failed in use: its files, and the calls that failed.
pub(crate) async fn failed_in_use(app: &App, repairs: &Repairs, evidence: &str) -> Result<Repair, Halt> {
    let Repairs { feature, revision } = repairs;
    let source = app.feature_source(feature, Some(*revision)).await.map_err(|error| Halt::failed("store", error.to_string()))?;
    Ok(Repair {
        broken: Broken::Live,
        slug: feature.clone(),
        plan: one_line(&source.record.message, 300),
        files: source.files,
        findings: vec![Finding::error("use/failed", evidence)],
        turn: 1,
    })
}

/// How a card says where its code came from.
pub(crate) fn provenance(origin: &Origin) -> String {
    match origin {
        Origin::Recipe { recipe } => format!("from recipe {recipe}"),
        Origin::Model { model } => format!("written by {model}"),
        Origin::Hand => "by hand".to_owned(),
        Origin::Submission => "submitted".to_owned(),
    }
}

/// Whether a developer that answered so can be given findings.
pub(crate) const fn can_repair(origin: &Origin) -> bool {
    matches!(origin, Origin::Model { .. })
}

/// The first line, cut to so many characters.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().chars().filter(|c| !c.is_control()).take(most).collect()
}

async fn taken(app: &App, but: Option<&Slug>) -> Result<Vec<Slug>, StoreError> {
    let mut slugs = app.store().taken_slugs().await?;
    slugs.extend(app.active().slugs());
    slugs.retain(|slug| Some(slug) != but);
    Ok(slugs)
}

/// What a draft may name beyond the crates of every feature.
fn crates(app: &App) -> Vec<AllowedCrate> {
    let shelf = app.crates().crates.into_iter().filter(|allowed| allowed.shelf);
    shelf.map(|c| AllowedCrate { name: c.name, module: c.module, version: c.version, what: c.what }).collect()
}

async fn live_features(app: &App) -> Result<Vec<LiveFeature>, StoreError> {
    let features = app.store().all_features().await?;
    let serving = features.into_iter().filter(|feature| matches!(feature.state, FeatureState::Live | FeatureState::Rebuilding));
    Ok(serving
        .map(|feature| LiveFeature {
            slug: feature.slug,
            title: feature.presentation.title,
            summary: feature.presentation.summary,
            routes: feature.routes,
        })
        .collect())
}

impl App {
    /// Gives a new draft a slug that nobody else has, and holds it for the run.
    async fn name(
        &self,
        ticket: &Ticket,
        wanted: Slug,
        mut files: BTreeMap<String, String>,
    ) -> Result<(Slug, BTreeMap<String, String>), StoreError> {
        let _naming = self.naming().lock().await;
        let mut taken = self.store().taken_slugs().await?;
        let of_this_run = self.active().feature_of(ticket.run());
        taken.extend(self.active().slugs().into_iter().filter(|slug| Some(slug) != of_this_run.as_ref()));
        let free = |slug: &Slug| !taken.iter().any(|other| other == slug || other.looks_like(slug));
        let slug = if free(&wanted) {
            wanted.clone()
        } else {
            (2..).map(|number| wanted.numbered(number)).find(free).expect("numbers do not end")
        };
        if slug != wanted
            && let Some(manifest) = files.get_mut("Cargo.toml")
        {
            *manifest = manifest.replace(&format!("\"{}\"", wanted.package()), &format!("\"{}\"", slug.package()));
        }
        ticket.works_on(&slug, None);
        Ok((slug, files))
    }
}

struct Listener {
    stages: Stages,
    before: Usage,
    now: Usage,
}

impl Progress for Listener {
    fn planned(&mut self, plan: &str, contract: &str) {
        self.stages.plan(&one_line(plan, 300), Some(contract.to_owned()), None);
    }

    fn tokens(&mut self, usage: &Usage) {
        self.now = usage.clone();
        self.stages.usage(sum(&self.before, usage));
    }
}

fn sum(a: &Usage, b: &Usage) -> Usage {
    Usage {
        calls: a.calls + b.calls,
        input_tokens: a.input_tokens + b.input_tokens,
        output_tokens: a.output_tokens + b.output_tokens,
        millis: a.millis + b.millis,
    }
}
