//! What visitors ask for: asking, changing, taking back, listing.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::request_list::{Found, existing};
use kandra_model::{EventBody, Moderation, Repairs, Request, RequestId, RequestState, RunId, Slug, Timestamp, VoterId};
use rusqlite::{Connection, params};

/// So many repairs of one feature are asked for within so many milliseconds.
const MOST_REPAIRS: u32 = 3;
const REPAIR_WINDOW: i64 = 24 * 60 * 60 * 1_000;
/// Who asks for repairs: the hash of no address, so no visitor.
const SERVER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Who wants to change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds the owner's token.
    Owner,
    /// Everybody else, by the keyed hash of an address.
    Visitor(VoterId),
}

/// Whether the developer can take it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// A recipe of this name fits.
    Recipe(String),
    /// A model is configured and will try.
    Model,
    /// Neither: it waits as `needs_model`.
    Nothing,
}

/// A request on its way in. Title and details are already bounded.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// One line.
    pub title: String,
    /// May be empty.
    pub details: String,
    /// Who asks; counts as the first vote.
    pub author: VoterId,
    /// Whether the developer can take it up.
    pub fit: Fit,
    /// Whether it is held for the owner; the owner's own requests pass `Open`.
    pub moderation: Moderation,
    /// When nothing else waits or runs: milliseconds until it may start.
    pub countdown_ms: i64,
}

/// A request of the server's own, on its way in.
#[derive(Clone, Debug)]
pub struct NewRepair {
    /// One line.
    pub title: String,
    /// What failed, and how.
    pub details: String,
    /// What is to be repaired.
    pub repairs: Repairs,
    /// Whether there is a developer who can.
    pub fit: Fit,
}

/// A changed text and what the developer says to it.
#[derive(Clone, Debug)]
pub struct RequestEdit {
    /// One line.
    pub title: String,
    /// May be empty.
    pub details: String,
    /// Whether the developer can take it up.
    pub fit: Fit,
}

impl Store {
    /// Takes a request in, with its author's vote. [`StoreError::Limit`] when too many wait already.
    pub async fn create_request(&self, new: NewRequest) -> Result<Request, StoreError> {
        self.write(move |w| create(w, &new)).await
    }

    /// Takes a repair in, which nobody has voted for. `None` when one of the same feature is open already, or
    /// three were asked for within a day: then the owner has to look.
    pub async fn create_repair(&self, new: NewRepair) -> Result<Option<Request>, StoreError> {
        self.write(move |w| create_repair(w, &new)).await
    }

    /// Changes the text. Its author may while it waits and nobody else has voted, or during its countdown; the owner
    /// may while it waits.
    pub async fn edit_request(&self, id: RequestId, actor: Actor, edit: RequestEdit) -> Result<Request, StoreError> {
        self.write(move |w| change_text(w, id, &actor, &edit)).await
    }

    /// Takes a request back before it runs.
    pub async fn withdraw_request(&self, id: RequestId, actor: Actor) -> Result<Request, StoreError> {
        self.write(move |w| {
            let found = existing(w.db, id)?;
            allowed(&found, &actor)?;
            move_to(w, id, RequestState::Withdrawn, &Change { starts_at: Some(None), ..Change::default() })
        })
        .await
    }

    /// Moves a request to another state, if [`RequestState::may_become`] allows it. `reason` replaces the shown reason.
    pub async fn move_request(&self, id: RequestId, to: RequestState, reason: Option<String>) -> Result<Request, StoreError> {
        self.write(move |w| move_to(w, id, to, &Change { reason: Some(reason), ..Change::default() })).await
    }

    /// Lets a waiting request start now: ends its countdown. Fails when it does not wait.
    pub async fn end_countdown(&self, id: RequestId) -> Result<Request, StoreError> {
        self.write(move |w| {
            let found = existing(w.db, id)?;
            match found.request.state {
                RequestState::Pending => {}
                RequestState::NeedsModel | RequestState::Failed | RequestState::Held => {
                    move_to(w, id, RequestState::Pending, &Change { reason: Some(None), ..Change::default() })?;
                }
                other => return Err(StoreError::RequestState { from: other, to: RequestState::Pending }),
            }
            w.db.execute("UPDATE requests SET starts_at = ?2, hidden = 0 WHERE id = ?1", params![id.to_string(), w.now.millis()])?;
            changed(w, id)
        })
        .await
    }
}

/// What else changes when a request moves; the outer `None` leaves a column as it is.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) reason: Option<Option<String>>,
    pub(crate) feature: Option<Option<Slug>>,
    pub(crate) run: Option<RunId>,
    pub(crate) merged_into: Option<RequestId>,
    pub(crate) starts_at: Option<Option<Timestamp>>,
}

fn create(w: &mut Write<'_>, new: &NewRequest) -> Result<Request, StoreError> {
    let state = state_for(w.db, new)?;
    within_limits(w, new, state)?;
    let busy: bool =
        w.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM requests WHERE state IN ('pending', 'running') AND hidden = 0)")?
            .query_row([], |r| r.get(0))?;
    let starts_at = (state == RequestState::Pending && !busy).then(|| w.now.plus_millis(new.countdown_ms));
    let id = RequestId::generate();
    w.db.prepare_cached(
        "INSERT INTO requests (id, title, details, state, votes, author, recipe, created_at, updated_at, starts_at)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?7, ?8)",
    )?
    .execute(params![
        id.to_string(),
        new.title,
        new.details,
        state.as_str(),
        new.author.as_str(),
        recipe(&new.fit),
        w.now.millis(),
        starts_at.map(Timestamp::millis),
    ])?;
    w.db.prepare_cached("INSERT INTO votes (request, voter, at) VALUES (?1, ?2, ?3)")?.execute(params![
        id.to_string(),
        new.author.as_str(),
        w.now.millis()
    ])?;
    let request = existing(w.db, id)?.request;
    if state != RequestState::Held {
        w.emit(EventBody::RequestCreated { request: id, title: request.title.clone(), state, votes: 1 })?;
    }
    Ok(request)
}

fn create_repair(w: &mut Write<'_>, new: &NewRepair) -> Result<Option<Request>, StoreError> {
    let Repairs { feature, revision } = &new.repairs;
    // Whoever knows an input that fails could otherwise have it repaired, and paid for, again and again.
    let lately = w.now.plus_millis(-REPAIR_WINDOW).millis();
    let (open, recent): (bool, u32) =
        w.db.prepare_cached(
            "SELECT coalesce(max(state IN ('held', 'pending', 'running', 'waiting', 'needs_model')), 0), coalesce(sum(created_at > ?2), 0)
             FROM requests WHERE repairs = ?1",
        )?
        .query_row(params![feature.as_str(), lately], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if open || recent >= MOST_REPAIRS {
        return Ok(None);
    }
    let (id, state) = (RequestId::generate(), ready(&new.fit));
    w.db.prepare_cached(
        "INSERT INTO requests (id, title, details, state, votes, author, created_at, updated_at, repairs, repairs_revision)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?6, ?7, ?8)",
    )?
    .execute(params![id.to_string(), new.title, new.details, state.as_str(), SERVER, w.now.millis(), feature.as_str(), revision.0])?;
    w.emit(EventBody::RequestCreated { request: id, title: new.title.clone(), state, votes: 0 })?;
    existing(w.db, id).map(|found| Some(found.request))
}

fn recipe(fit: &Fit) -> Option<&str> {
    match fit {
        Fit::Recipe(name) => Some(name),
        Fit::Model | Fit::Nothing => None,
    }
}

fn ready(fit: &Fit) -> RequestState {
    match fit {
        Fit::Nothing => RequestState::NeedsModel,
        Fit::Recipe(_) | Fit::Model => RequestState::Pending,
    }
}

fn state_for(db: &Connection, new: &NewRequest) -> Result<RequestState, StoreError> {
    let hold = match new.moderation {
        Moderation::Open => false,
        Moderation::All => true,
        // The first of a visitor is held until one of theirs has been let through.
        Moderation::First => !db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM requests WHERE author = ?1 AND hidden = 0 AND state NOT IN ('held', 'declined', 'withdrawn'))")?
            .query_row([new.author.as_str()], |row| row.get::<_, bool>(0))?,
    };
    Ok(if hold { RequestState::Held } else { ready(&new.fit) })
}

fn within_limits(w: &Write<'_>, new: &NewRequest, state: RequestState) -> Result<(), StoreError> {
    let (states, own, all, what) = if state == RequestState::NeedsModel {
        ("'needs_model'", w.limits.needs_model_per_visitor, w.limits.needs_model_in_all, "waiting for a model")
    } else {
        ("'pending', 'held'", w.limits.pending_per_visitor, w.limits.pending_in_all, "pending")
    };
    let count = |filter: &str, author: &str| -> Result<u32, StoreError> {
        let sql = format!("SELECT count(*) FROM requests WHERE state IN ({states}) AND (?1 = '' OR author = ?1) {filter}");
        Ok(w.db.prepare_cached(&sql)?.query_row([author], |row| row.get(0))?)
    };
    if count("", new.author.as_str())? >= own {
        return Err(StoreError::Limit(format!("You already have {own} requests {what}; withdraw one, or wait until one is built.")));
    }
    if count("", "")? >= all {
        return Err(StoreError::Limit(format!("There are already {all} requests {what}; vote for one of them, or come back later.")));
    }
    Ok(())
}

fn allowed(found: &Found, actor: &Actor) -> Result<(), StoreError> {
    match actor {
        Actor::Owner => Ok(()),
        Actor::Visitor(visitor) if *visitor == found.author => Ok(()),
        // What is hidden does not exist for others.
        Actor::Visitor(_) if found.hidden => Err(StoreError::NotFound("such request")),
        Actor::Visitor(_) => Err(StoreError::Forbidden("Only the visitor who asked, or the owner, may change this request.")),
    }
}

fn change_text(w: &mut Write<'_>, id: RequestId, actor: &Actor, edit: &RequestEdit) -> Result<Request, StoreError> {
    use RequestState::{Held, NeedsModel, Pending};
    let found = existing(w.db, id)?;
    allowed(&found, actor)?;
    let now_state = found.request.state;
    if !matches!(now_state, Held | Pending | NeedsModel) {
        return Err(StoreError::Conflict(format!(
            "This request is {} and can no longer be changed; ask for something new instead.",
            now_state.as_str()
        )));
    }
    let counting_down = found.request.starts_at.is_some_and(|at| at > w.now);
    if *actor != Actor::Owner && found.request.votes > 1 && !counting_down {
        return Err(StoreError::Conflict("Others have voted for this request as it stands; ask for something new instead.".to_owned()));
    }
    w.db.prepare_cached("UPDATE requests SET title = ?2, details = ?3, recipe = ?4 WHERE id = ?1")?.execute(params![
        id.to_string(),
        edit.title,
        edit.details,
        recipe(&edit.fit)
    ])?;
    match ready(&edit.fit) {
        next if now_state != Held && next != now_state => move_to(w, id, next, &Change { reason: Some(None), ..Change::default() }),
        _ => changed(w, id),
    }
}

/// The one place where a request's state changes.
pub(crate) fn move_to(w: &mut Write<'_>, id: RequestId, to: RequestState, change: &Change) -> Result<Request, StoreError> {
    let from = existing(w.db, id)?.request.state;
    if !from.may_become(to) {
        return Err(StoreError::RequestState { from, to });
    }
    w.db.prepare_cached("UPDATE requests SET state = ?2 WHERE id = ?1")?.execute(params![id.to_string(), to.as_str()])?;
    let id_text = id.to_string();
    let set = |column: &str, value: &dyn rusqlite::ToSql| -> Result<(), StoreError> {
        w.db.prepare_cached(&format!("UPDATE requests SET {column} = ?2 WHERE id = ?1"))?.execute(params![id_text, value])?;
        Ok(())
    };
    if let Some(reason) = &change.reason {
        set("reason", reason)?;
    }
    if let Some(feature) = &change.feature {
        set("feature", &feature.as_ref().map(Slug::as_str))?;
    }
    if let Some(run) = &change.run {
        set("run", &run.to_string())?;
    }
    if let Some(into) = &change.merged_into {
        set("merged_into", &into.to_string())?;
    }
    if let Some(starts_at) = &change.starts_at {
        set("starts_at", &starts_at.map(Timestamp::millis))?;
    }
    changed(w, id)
}

/// Notes the change's time, tells everybody who may see it, and answers with the request as it is now.
pub(crate) fn changed(w: &mut Write<'_>, id: RequestId) -> Result<Request, StoreError> {
    w.db.prepare_cached("UPDATE requests SET updated_at = ?2 WHERE id = ?1")?.execute(params![id.to_string(), w.now.millis()])?;
    let found = existing(w.db, id)?;
    // A held text must not reach the public log; that it went away must.
    let request = found.request;
    let (title, reason) = if found.hidden { (String::new(), None) } else { (request.title.clone(), request.reason.clone()) };
    w.emit(EventBody::RequestChanged {
        request: id,
        title,
        state: request.state,
        votes: request.votes,
        feature: request.feature.clone(),
        reason,
    })?;
    Ok(request)
}
