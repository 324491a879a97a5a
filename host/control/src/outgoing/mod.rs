//! Outgoing calls of features. Live has no network: it asks over the wire, and control makes the call.
//!
//! Arrives: a request and the name of a feature, both as live says, so both hostile. Leaves: the other server's answer, or
//! a refusal with its reason. Must never: call a host that the feature's manifest does not name or that the owner has not
//! granted it; connect to an address that is not public, whatever the name service or a redirect says; let a secret out
//! to another host than those it is bound to, to a log, or to live.

mod address;
mod allowance;
mod call;
mod resolve;
mod secrets;
#[cfg(test)]
mod tests;

pub use secrets::SecretRecord;
pub(crate) use secrets::{Hidden, SecretError, Secrets};

use allowance::Allowance;
use call::{Permission, Refused};
use kandra_model::{FeatureState, Slug};
use kandra_store::Store;
use kandra_wire::{HttpAnswer, HttpRefusal, HttpRequest, HttpResponse};
use reqwest::{Client, ClientBuilder, redirect::Policy};
use resolve::{Guarded, System};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What a feature declares to call others.
const CAPABILITY: &str = "http";

/// Makes features' calls.
pub(crate) struct Outgoing {
    store: Store,
    secrets: Arc<Secrets>,
    client: Client,
    allowance: Allowance,
    answered: AtomicU64,
    refused: AtomicU64,
}

/// The client that every call goes through.
fn client(guarded: Guarded) -> ClientBuilder {
    // Fails only when another provider is installed already, and that one serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .https_only(true)
        .http1_only()
        // Followed by hand, with the checks of a first request.
        .redirect(Policy::none())
        // A proxy would resolve names itself.
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(Arc::new(guarded))
        .connect_timeout(Duration::from_secs(5))
        // Each request looks its host up and is connected anew: a kept connection may be closed under it, and is older than
        // the look at its address.
        .pool_max_idle_per_host(0)
        .user_agent(concat!("kandra/", env!("CARGO_PKG_VERSION")))
}

impl Outgoing {
    pub(crate) fn new(store: Store, secrets: Arc<Secrets>) -> Result<Self, reqwest::Error> {
        Ok(Self::with(store, secrets, client(Guarded::new(Arc::new(System))).build()?))
    }

    fn with(store: Store, secrets: Arc<Secrets>, client: Client) -> Self {
        Self { store, secrets, client, allowance: Allowance::default(), answered: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    pub(crate) fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// Calls since the start: answered by the other server, ended without its answer.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.answered.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    /// One call of a feature that control has mounted.
    pub(crate) async fn call(&self, feature: &Slug, request: &HttpRequest) -> HttpAnswer {
        match self.answer(feature, request).await {
            Ok(response) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                HttpAnswer::Answered(response)
            }
            Err(refused) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(%feature, why = ?refused.why, reason = refused.reason, "an outgoing call was not answered");
                refused.into()
            }
        }
    }

    async fn answer(&self, feature: &Slug, request: &HttpRequest) -> Result<HttpResponse, Refused> {
        let _place = self.allowance.take(feature).map_err(|reason| Refused::new(HttpRefusal::Quota, reason))?;
        let permission = self.permission(feature).await?;
        call::make(&self.client, &self.secrets, &permission, request).await
    }

    /// What the feature may call now: a grant that is taken back holds from the next call on.
    async fn permission(&self, feature: &Slug) -> Result<Permission, Refused> {
        let failed = |error| {
            tracing::error!(%feature, %error, "an outgoing call could not be looked up");
            Refused::new(HttpRefusal::Unavailable, "this server cannot look up what the feature may call")
        };
        let found = self.store.feature(feature).await.map_err(failed)?;
        // One that is kept out calls nobody, whoever says that it does.
        let serves = |state| matches!(state, FeatureState::Live | FeatureState::Rebuilding | FeatureState::Paused);
        let found = found.filter(|found| serves(found.state));
        let found = found.ok_or_else(|| Refused::new(HttpRefusal::NotGranted, format!("no feature {feature} is served")))?;
        if !found.presentation.capabilities.iter().any(|declared| declared == CAPABILITY) {
            let reason = format!("{feature} does not declare the capability `{CAPABILITY}`");
            return Err(Refused::new(HttpRefusal::NotGranted, reason));
        }
        let granted = self.store.grants(feature).await.map_err(failed)?;
        Ok(Permission {
            feature: feature.clone(),
            named: found.presentation.hosts.iter().filter_map(|host| host.parse().ok()).collect(),
            granted: granted.into_iter().collect(),
        })
    }
}
