//! What visitors ask for: asking, changing, taking back, listing.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::page::{Cursor, Page, bounded};
use crate::rows::{millis, named, parse, parse_some};
use kandra_model::{EventBody, Moderation, Request, RequestId, RequestState, RunId, Slug, Timestamp, VoterId};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// Who wants to change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever holds the owner's token.
    Owner,
    /// Everybody else, by the keyed hash of an address.
    Visitor(VoterId),
}

/// Whose eyes a list is for: held and hidden requests are the owner's only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody.
    Public,
    /// The owner, and the pipeline.
    Owner,
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

/// How a list of requests is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestOrder {
    /// Most votes first, oldest first among equals: the order in which they are built.
    #[default]
    Votes,
    /// Oldest first.
    Oldest,
    /// Newest first.
    Newest,
}

/// What a list of requests holds.
#[derive(Clone, Debug)]
pub struct RequestQuery {
    /// Only these states; empty means all.
    pub states: Vec<RequestState>,
    /// Sorting.
    pub order: RequestOrder,
    /// Whose eyes.
    pub viewer: Viewer,
    /// Only those that became this feature.
    pub feature: Option<Slug>,
    /// At most so many, 1 to 100.
    pub limit: u32,
    /// Continue here.
    pub after: Option<Cursor>,
}

impl Default for RequestQuery {
    fn default() -> Self {
        Self { states: Vec::new(), order: RequestOrder::Votes, viewer: Viewer::Public, feature: None, limit: 50, after: None }
    }
}

impl Store {
    /// Takes a request in, with its author's vote. [`StoreError::Limit`] when too many wait already.
    pub async fn create_request(&self, new: NewRequest) -> Result<Request, StoreError> {
        self.write(move |w| create(w, &new)).await
    }

    /// A request, if this viewer may see it.
    pub async fn request(&self, id: RequestId, viewer: Viewer) -> Result<Option<Request>, StoreError> {
        self.read(move |db| {
            let found = row(db, id)?;
            Ok(found.filter(|found| viewer == Viewer::Owner || !found.hidden).map(|found| found.request))
        })
        .await
    }

    /// One page of requests.
    pub async fn requests(&self, query: RequestQuery) -> Result<Page<Request>, StoreError> {
        self.read(move |db| list(db, &query)).await
    }

    /// Whether this visitor asked for it.
    pub async fn is_author(&self, id: RequestId, visitor: &VoterId) -> Result<bool, StoreError> {
        let visitor = visitor.clone();
        self.read(move |db| Ok(row(db, id)?.is_some_and(|found| found.author == visitor))).await
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

    /// The request whose turn it is: most votes, oldest among equals, countdown over.
    pub async fn next_request(&self) -> Result<Option<Request>, StoreError> {
        let now = self.now();
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM requests r WHERE state = 'pending' AND hidden = 0 AND (starts_at IS NULL OR starts_at <= ?1)
                 ORDER BY votes DESC, number LIMIT 1"
            );
            let found = db.prepare_cached(&sql)?.query_row([now.millis()], |r| Ok(record(r))).optional()?.transpose()?;
            Ok(found.map(|found| found.request))
        })
        .await
    }

    /// When the next countdown ends, if one runs.
    pub async fn next_countdown(&self) -> Result<Option<Timestamp>, StoreError> {
        let now = self.now();
        self.read(move |db| {
            let sql = "SELECT min(starts_at) FROM requests WHERE state = 'pending' AND hidden = 0 AND starts_at > ?1";
            Ok(db.prepare_cached(sql)?.query_row([now.millis()], |row| row.get::<_, Option<i64>>(0))?.map(millis))
        })
        .await
    }
}

/// A request with what only the store knows of it.
pub(crate) struct Found {
    pub(crate) request: Request,
    pub(crate) author: VoterId,
    /// Held, or hidden by the owner.
    pub(crate) hidden: bool,
    number: i64,
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

const COLUMNS: &str =
    "r.number, r.id, r.title, r.details, r.state, r.votes, r.author, r.hidden, r.feature, r.reason, r.recipe, r.merged_into,
    r.run, r.created_at, r.updated_at, r.starts_at,
    CASE WHEN r.state = 'pending' AND r.hidden = 0 THEN 1 + (
      SELECT count(*) FROM requests p WHERE p.state = 'pending' AND p.hidden = 0
        AND (p.votes > r.votes OR (p.votes = r.votes AND p.number < r.number))) END";

fn record(row: &Row<'_>) -> Result<Found, StoreError> {
    const T: &str = "requests";
    let state = named(T, &row.get::<_, String>(4)?, RequestState::from_name)?;
    Ok(Found {
        number: row.get(0)?,
        author: parse(T, &row.get::<_, String>(6)?)?,
        hidden: row.get::<_, bool>(7)? || state == RequestState::Held,
        request: Request {
            id: parse(T, &row.get::<_, String>(1)?)?,
            title: row.get(2)?,
            details: row.get(3)?,
            state,
            votes: row.get(5)?,
            feature: parse_some(T, row.get(8)?)?,
            reason: row.get(9)?,
            recipe: row.get(10)?,
            merged_into: parse_some(T, row.get(11)?)?,
            run: parse_some(T, row.get(12)?)?,
            created_at: millis(row.get(13)?),
            updated_at: millis(row.get(14)?),
            starts_at: row.get::<_, Option<i64>>(15)?.map(millis),
            place: row.get(16)?,
        },
    })
}

fn row(db: &Connection, id: RequestId) -> Result<Option<Found>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM requests r WHERE r.id = ?1");
    db.prepare_cached(&sql)?.query_row([id.to_string()], |row| Ok(record(row))).optional()?.transpose()
}

pub(crate) fn existing(db: &Connection, id: RequestId) -> Result<Found, StoreError> {
    row(db, id)?.ok_or(StoreError::NotFound("such request"))
}

fn list(db: &Connection, query: &RequestQuery) -> Result<Page<Request>, StoreError> {
    let limit = bounded(query.limit);
    let mut wheres = vec!["1".to_owned()];
    let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
    if !query.states.is_empty() {
        let names: Vec<_> = query.states.iter().map(|state| format!("'{}'", state.as_str())).collect();
        wheres.push(format!("r.state IN ({})", names.join(", ")));
    }
    if query.viewer == Viewer::Public {
        wheres.push("r.hidden = 0 AND r.state <> 'held'".to_owned());
    }
    if let Some(feature) = &query.feature {
        values.push(Box::new(feature.as_str().to_owned()));
        wheres.push(format!("r.feature = ?{}", values.len()));
    }
    if let Some(after) = query.after {
        values.push(Box::new(after.key));
        values.push(Box::new(after.row));
        let (key, number) = (values.len() - 1, values.len());
        wheres.push(match query.order {
            RequestOrder::Votes => format!("(r.votes < ?{key} OR (r.votes = ?{key} AND r.number > ?{number}))"),
            RequestOrder::Oldest => format!("(?{key} = ?{key} AND r.number > ?{number})"),
            RequestOrder::Newest => format!("(?{key} = ?{key} AND r.number < ?{number})"),
        });
    }
    let order = match query.order {
        RequestOrder::Votes => "r.votes DESC, r.number",
        RequestOrder::Oldest => "r.number",
        RequestOrder::Newest => "r.number DESC",
    };
    let sql = format!("SELECT {COLUMNS} FROM requests r WHERE {} ORDER BY {order} LIMIT {}", wheres.join(" AND "), limit + 1);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values.iter()), |row| Ok(record(row)))?;
    let rows: Result<Vec<_>, StoreError> = rows
        .map(|row| {
            let found = row??;
            Ok((Cursor { key: i64::from(found.request.votes), row: found.number }, found.request))
        })
        .collect();
    Ok(Page::cut(rows?, limit))
}
