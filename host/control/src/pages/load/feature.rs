//! A feature's pages.

use crate::{
    app::App,
    pages::{
        asked::{Asked, PageError},
        view::{
            CodeView, ContractView, DiffFile, DiffLine, DiffView, FeatureView, FileView, LogLine, RefusedEdit, RevisionView, RouteView,
        },
    },
};
use kandra_model::{Cause, Contract, Revision, RunState, Slug};
use kandra_store::{RunQuery, Viewer};

const MAX_REVISIONS: u32 = 100;
/// Lines of one file, and of one file's change, that a page shows.
const MAX_LINES: usize = 2_000;
const MAX_LOG_LINES: usize = 200;

/// The feature with its routes. Removed ones keep their page: their history stays.
pub async fn feature(app: &App, slug: &Slug, asked: &Asked) -> Result<FeatureView, PageError> {
    let feature = app.store().feature(slug).await?.ok_or(PageError::NotFound)?;
    let granted = app.store().grants(slug).await?;
    let mut card = crate::pages::view::CardView::new(&feature, String::new(), &app.live_origin(&asked.host)).with_granted(&granted);
    if let Some(record) = app.store().revision(slug, feature.revision).await? {
        card.commit = record.commit;
    }
    let serves = card.serves();
    let routes = feature
        .routes
        .iter()
        .map(|route| RouteView {
            method: route.method.clone(),
            path: format!("/{slug}{}", route.path),
            url: (serves && route.method == "GET" && !route.path.contains('{')).then(|| format!("{}{}", card.url, route.path)),
        })
        .collect();
    let request = match feature.request {
        Some(id) => app.store().request(id, Viewer::Public).await?,
        None => None,
    };
    let origin = app.config().public_url.as_ref().map_or_else(|| format!("http://{}", asked.host), |origin| origin.as_str().to_owned());
    if request.is_none() {
        card.request = None;
    }
    let refused = refused_edit(app, slug).await?;
    Ok(FeatureView {
        share: format!("{origin}{}", card.page_path()),
        routes,
        capabilities: feature.presentation.capabilities,
        asked: request.map(|request| request.title),
        refused,
        card,
    })
}

/// The newest run about it, when that was an edit which the gates refused and nobody has taken the edit back.
async fn refused_edit(app: &App, slug: &Slug) -> Result<Option<RefusedEdit>, PageError> {
    let runs = app.store().runs(RunQuery { feature: Some(slug.clone()), limit: 10, ..RunQuery::default() }).await?;
    // Optimised builds and rebuilds are of what serves.
    let newest = runs.items.into_iter().find(|run| !matches!(run.cause, Cause::Optimise | Cause::Rebuild));
    let Some(run) = newest.filter(|run| run.cause == Cause::Edit && run.state == RunState::Failed) else { return Ok(None) };
    if app.trail().hand_edits(slug).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(RefusedEdit { run: run.id.to_string(), at: run.ended_at.unwrap_or(run.started_at), findings: run.findings }))
}

/// Its newest revisions.
pub async fn revisions(app: &App, feature: &FeatureView, slug: &Slug, asked: &Asked) -> Result<Vec<RevisionView>, PageError> {
    let page = app.store().revisions(slug, MAX_REVISIONS, None).await?;
    Ok(page.items.iter().map(|record| RevisionView::new(record, feature.card.revision, asked.words())).collect())
}

/// The change that leads to a revision: from the one named, or the whole source.
pub async fn diff(app: &App, slug: &Slug, from: Option<Revision>, to: Revision) -> Result<DiffView, PageError> {
    let newer = app.store().revision(slug, to).await?.ok_or(PageError::NotFound)?;
    let older = match from {
        Some(from) => Some(app.store().revision(slug, from).await?.ok_or(PageError::NotFound)?.commit),
        None => None,
    };
    let change = app.trail().diff(slug, older, &newer.commit).await?;
    let mut truncated = change.truncated;
    let mut files = Vec::new();
    let (mut added, mut removed) = (0, 0);
    for file in change.files {
        added += file.added as usize;
        removed += file.removed as usize;
        let mut lines: Vec<DiffLine> = file.text.lines().skip(2).map(diff_line).collect();
        truncated |= lines.len() > MAX_LINES;
        lines.truncate(MAX_LINES);
        files.push(DiffFile { path: file.path, lines });
    }
    Ok(DiffView { from: from.map(|from| from.0), to: to.0, files, added, removed, truncated })
}

fn diff_line(line: &str) -> DiffLine {
    let (kind, text) = match line.chars().next() {
        Some('+') => ("add", &line[1..]),
        Some('-') => ("del", &line[1..]),
        Some('@') => ("gap", ""),
        Some(' ') => ("ctx", &line[1..]),
        _ => ("ctx", line),
    };
    DiffLine { kind, text: text.to_owned() }
}

/// The source of a revision; of the current one when none is named.
pub async fn code(app: &App, slug: &Slug, revision: Option<Revision>) -> Result<CodeView, PageError> {
    let source = app.feature_source(slug, revision).await?;
    let mut files: Vec<FileView> = source
        .files
        .into_iter()
        .map(|(path, text)| {
            let lines: Vec<String> = text.lines().take(MAX_LINES).map(str::to_owned).collect();
            let truncated = text.lines().nth(MAX_LINES).is_some();
            FileView { path, lines, truncated }
        })
        .collect();
    files.sort_by_key(|file| (!file.path.starts_with("src/lib.rs"), !file.path.starts_with("src/"), file.path.clone()));
    Ok(CodeView { revision: source.record.revision.0, files })
}

/// What must stay true of it; empty when it cannot be read.
pub async fn contract(app: &App, slug: &Slug) -> Result<ContractView, PageError> {
    let source = app.feature_source(slug, None).await?;
    let contract = source.files.get("contract.toml").and_then(|text| Contract::parse(text).ok());
    Ok(contract.as_ref().map(ContractView::new).unwrap_or_default())
}

/// The newest lines that it wrote.
pub async fn logs(app: &App, slug: &Slug) -> Result<Vec<LogLine>, PageError> {
    let lines = app.feature_logs(slug, MAX_LOG_LINES).await?;
    Ok(lines
        .into_iter()
        .map(|line| LogLine {
            at: line.at,
            level: format!("{:?}", line.level).to_lowercase(),
            revision: line.revision.0,
            message: line.message,
        })
        .collect())
}
