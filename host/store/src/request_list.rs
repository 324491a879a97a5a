//! Reading requests: one, a page of them, the next to be built.

use crate::StoreError;
use crate::engine::Store;
use crate::page::{Cursor, Page, bounded};
use crate::rows::{millis, named, parse, parse_some};
use kandra_model::{Repairs, Request, RequestId, RequestState, Revision, Slug, Timestamp, VoterId};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

/// Whose eyes a list is for: held and hidden requests are the owner's only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody.
    Public,
    /// The owner, and the pipeline.
    Owner,
}

/// How a list of requests is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestOrder {
    /// Most votes first, oldest first among equals: the order in which they are built, but for repairs, which come first.
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

    /// The request whose turn it is: repairs first, then most votes, oldest among equals, countdown over.
    pub async fn next_request(&self) -> Result<Option<Request>, StoreError> {
        let now = self.now();
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM requests r WHERE state = 'pending' AND hidden = 0 AND (starts_at IS NULL OR starts_at <= ?1)
                 ORDER BY repairs IS NULL, votes DESC, number LIMIT 1"
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
    pub(crate) number: i64,
}

const COLUMNS: &str =
    "r.number, r.id, r.title, r.details, r.state, r.votes, r.author, r.hidden, r.feature, r.reason, r.recipe, r.merged_into,
    r.run, r.created_at, r.updated_at, r.starts_at, r.repairs, r.repairs_revision,
    CASE WHEN r.state = 'pending' AND r.hidden = 0 THEN 1 + (
      SELECT count(*) FROM requests p WHERE p.state = 'pending' AND p.hidden = 0
        AND (p.repairs IS NULL, -p.votes, p.number) < (r.repairs IS NULL, -r.votes, r.number)) END";

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
            repairs: match parse_some(T, row.get(16)?)? {
                Some(feature) => Some(Repairs { feature, revision: Revision(row.get(17)?) }),
                None => None,
            },
            place: row.get(18)?,
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
