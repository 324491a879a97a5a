//! Requests: one with its newest run, and lists.

use super::usual;
use crate::{
    app::App,
    pages::{
        asked::PageError,
        view::{RequestView, WantView},
    },
};
use kandra_model::{Request, RequestId, RequestState, Timestamp};
use kandra_store::{Cursor, RequestOrder, RequestQuery, Viewer};

async fn view(app: &App, request: &Request) -> Result<RequestView, PageError> {
    let run = match request.run {
        Some(id) => app.store().run(id).await?,
        None => None,
    };
    let feature = match &request.feature {
        Some(slug) => app.store().feature(slug).await?.map(|feature| (slug.to_string(), feature.presentation.title)),
        None => None,
    };
    Ok(RequestView::new(request, run.as_ref(), feature, usual(app).await?, Timestamp::now()))
}

/// A request that everybody may see.
pub async fn request(app: &App, id: RequestId) -> Result<RequestView, PageError> {
    let request = app.store().request(id, Viewer::Public).await?.ok_or(PageError::NotFound)?;
    view(app, &request).await
}

/// All requests, newest first, a page at a time.
pub async fn requests(app: &App, after: Option<Cursor>) -> Result<(Vec<WantView>, Option<String>), PageError> {
    let page = app.store().requests(RequestQuery { order: RequestOrder::Newest, limit: 50, after, ..RequestQuery::default() }).await?;
    let now = Timestamp::now();
    Ok((page.items.iter().map(|request| WantView::new(request, now)).collect(), page.next.map(|cursor| cursor.to_string())))
}

/// What may need the owner: held, waiting for approval, failed, and what waits for its turn.
pub async fn owner_requests(app: &App) -> Result<Vec<RequestView>, PageError> {
    let mut views = Vec::new();
    for states in [
        vec![RequestState::Held, RequestState::Waiting],
        vec![RequestState::Running],
        vec![RequestState::Pending, RequestState::NeedsModel],
        vec![RequestState::Failed],
    ] {
        let query = RequestQuery { states, order: RequestOrder::Newest, viewer: Viewer::Owner, limit: 30, ..RequestQuery::default() };
        for request in app.store().requests(query).await?.items {
            views.push(view(app, &request).await?);
        }
    }
    Ok(views)
}
