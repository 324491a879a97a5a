//! What is like a text: requests and features, while somebody types.

use crate::StoreError;
use crate::engine::Store;
use crate::rows::{from_json, named, parse};
use kandra_model::{Presentation, RequestId, RequestState, Slug};
use rusqlite::{Connection, params};

/// A request that is like the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Similar {
    /// Which.
    pub request: RequestId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: RequestState,
    /// How many want it.
    pub votes: u32,
    /// The feature it became.
    pub feature: Option<Slug>,
}

/// A feature that is like the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarFeature {
    /// Which.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
}

/// Words that say nothing about what is wanted.
const EMPTY_WORDS: [&str; 52] = [
    "a",
    "an",
    "and",
    "the",
    "of",
    "to",
    "for",
    "with",
    "that",
    "this",
    "in",
    "on",
    "at",
    "by",
    "from",
    "is",
    "are",
    "be",
    "can",
    "could",
    "should",
    "would",
    "will",
    "i",
    "we",
    "you",
    "it",
    "my",
    "our",
    "me",
    "us",
    "people",
    "everybody",
    "everyone",
    "somebody",
    "someone",
    "visitors",
    "users",
    "please",
    "want",
    "need",
    "like",
    "have",
    "make",
    "add",
    "create",
    "build",
    "page",
    "site",
    "feature",
    "where",
    "which",
];
const MAX_WORDS: usize = 12;

impl Store {
    /// Visible requests that share words with `text`, best first, at most `limit` (20).
    pub async fn similar_requests(&self, text: &str, limit: u32) -> Result<Vec<Similar>, StoreError> {
        let Some(query) = match_any(&words(text)) else { return Ok(Vec::new()) };
        self.read(move |db| requests(db, &query, limit.clamp(1, 20))).await
    }

    /// Features that share words with `text`, best first, at most `limit` (20).
    pub async fn similar_features(&self, text: &str, limit: u32) -> Result<Vec<SimilarFeature>, StoreError> {
        let wanted = words(text);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |db| features(db, &wanted, limit.clamp(1, 20) as usize)).await
    }
}

/// The telling words of a text, lower case, without plural endings.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.chars().take(2_000).collect::<String>().to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() && !EMPTY_WORDS.contains(&word) && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
        if found.len() == MAX_WORDS {
            break;
        }
    }
    found
}

/// An FTS5 query: any of the words, each also as the beginning of a longer one. Words are letters and digits only, so
/// quoting needs no escape.
fn match_any(words: &[String]) -> Option<String> {
    let terms: Vec<_> = words.iter().filter(|word| word.chars().count() >= 2).map(|word| format!("\"{word}\"*")).collect();
    (!terms.is_empty()).then(|| terms.join(" OR "))
}

fn requests(db: &Connection, query: &str, limit: u32) -> Result<Vec<Similar>, StoreError> {
    const T: &str = "requests";
    let mut statement = db.prepare_cached(
        "SELECT r.id, r.title, r.state, r.votes, r.feature FROM request_words JOIN requests r ON r.number = request_words.rowid
         WHERE request_words MATCH ?1 AND r.hidden = 0 AND r.state IN ('pending', 'running', 'waiting', 'live', 'failed', 'needs_model')
         ORDER BY bm25(request_words, 4.0, 1.0), r.votes DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(params![query, limit])?;
    let mut similar = Vec::new();
    while let Some(row) = rows.next()? {
        similar.push(Similar {
            request: parse(T, &row.get::<_, String>(0)?)?,
            title: row.get(1)?,
            state: named(T, &row.get::<_, String>(2)?, RequestState::from_name)?,
            votes: row.get(3)?,
            feature: row.get::<_, Option<String>>(4)?.map(|slug| parse(T, &slug)).transpose()?,
        });
    }
    Ok(similar)
}

/// Live features are few: their words are compared one by one.
fn features(db: &Connection, wanted: &[String], limit: usize) -> Result<Vec<SimilarFeature>, StoreError> {
    const T: &str = "features";
    let mut statement = db.prepare_cached(
        "SELECT f.slug, r.presentation_json FROM features f JOIN revisions r ON r.feature = f.slug AND r.revision = f.revision
         WHERE f.state IN ('live', 'rebuilding', 'paused') ORDER BY f.number DESC LIMIT 2000",
    )?;
    let mut rows = statement.query([])?;
    let mut scored = Vec::new();
    while let Some(row) = rows.next()? {
        let slug: Slug = parse(T, &row.get::<_, String>(0)?)?;
        let shown: Presentation = from_json(T, &row.get::<_, String>(1)?)?;
        let weigh =
            |text: &str, weight: usize| words(text).iter().filter(|word| wanted.iter().any(|want| alike(word, want))).count() * weight;
        let score = weigh(&shown.title, 3) + weigh(slug.as_str(), 2) + weigh(&shown.summary, 1);
        if score > 0 {
            scored.push((score, SimilarFeature { slug, title: shown.title, summary: shown.summary }));
        }
    }
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.truncate(limit);
    Ok(scored.into_iter().map(|(_, feature)| feature).collect())
}

/// Same word, or one begins with the other and both are long enough to mean something: poll, polls, polling.
fn alike(a: &str, b: &str) -> bool {
    a == b || (a.len().min(b.len()) >= 4 && (a.starts_with(b) || b.starts_with(a)))
}
