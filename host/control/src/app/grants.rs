//! Which hosts a feature may call, and the secrets that are sent there. The owner decides both.

use super::{App, AppError, internal};
use crate::outgoing::{Hidden, SecretError, SecretRecord};
use kandra_model::{HostName, Slug};
use std::sync::Arc;

/// What a feature asks to call and what it may.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Grants {
    /// The feature.
    pub feature: Slug,
    /// What its manifest names.
    pub hosts: Vec<HostName>,
    /// What the owner granted.
    pub granted: Vec<HostName>,
}

impl App {
    /// What a feature asks to call and what it may.
    pub async fn grants(&self, feature: &Slug) -> Result<Grants, AppError> {
        let granted = self.store().grants(feature).await?;
        self.with_granted(feature, granted).await
    }

    /// Owner: these hosts and no others.
    pub async fn set_grants(&self, feature: &Slug, hosts: Vec<HostName>) -> Result<Grants, AppError> {
        let asked = self.grants(feature).await?.hosts;
        for host in &hosts {
            named(feature, &asked, host)?;
        }
        let granted = self.store().set_grants(feature, hosts).await?;
        self.with_granted(feature, granted).await
    }

    /// Owner: one host more.
    pub async fn grant(&self, feature: &Slug, host: HostName) -> Result<Grants, AppError> {
        named(feature, &self.grants(feature).await?.hosts, &host)?;
        let granted = self.store().grant(feature, host).await?;
        self.with_granted(feature, granted).await
    }

    /// Owner: one host less, whether or not the manifest still names it.
    pub async fn revoke(&self, feature: &Slug, host: HostName) -> Result<Grants, AppError> {
        let granted = self.store().revoke(feature, host).await?;
        self.with_granted(feature, granted).await
    }

    async fn with_granted(&self, feature: &Slug, granted: Vec<HostName>) -> Result<Grants, AppError> {
        let found = self.store().feature(feature).await?.ok_or_else(|| AppError::missing("feature", feature))?;
        let hosts = found.presentation.hosts.iter().filter_map(|host| host.parse().ok()).collect();
        Ok(Grants { feature: feature.clone(), hosts, granted })
    }

    /// Owner: the secrets, without their values.
    pub fn list_secrets(&self) -> Vec<SecretRecord> {
        self.secrets().list()
    }

    /// Owner: keeps a secret, in place of one of the same name.
    pub async fn set_secret(&self, name: &str, value: String, hosts: Vec<HostName>) -> Result<SecretRecord, AppError> {
        let (secrets, name, value) = (Arc::clone(self.secrets()), name.to_owned(), Hidden::new(value));
        let set = tokio::task::spawn_blocking(move || secrets.set(&name, value, hosts));
        set.await.map_err(internal)?.map_err(refused)
    }

    /// Owner: forgets a secret.
    pub async fn remove_secret(&self, name: &str) -> Result<(), AppError> {
        let (secrets, named) = (Arc::clone(self.secrets()), name.to_owned());
        let removed = tokio::task::spawn_blocking(move || secrets.remove(&named));
        match removed.await.map_err(internal)?.map_err(refused)? {
            true => Ok(()),
            false => Err(AppError::missing("secret", name.chars().take(40).collect::<String>())),
        }
    }
}

fn named(feature: &Slug, asked: &[HostName], host: &HostName) -> Result<(), AppError> {
    if asked.contains(host) {
        return Ok(());
    }
    let list = asked.iter().map(HostName::as_str).collect::<Vec<_>>().join(", ");
    let message = if list.is_empty() {
        format!("{feature} asks for no host; its manifest has to name {host} under `hosts` first")
    } else {
        format!("{feature} does not ask for {host}; it asks for {list}")
    };
    Err(AppError::Invalid { field: "host", message })
}

fn refused(error: SecretError) -> AppError {
    match error {
        SecretError::Invalid(field, message) => AppError::Invalid { field, message },
        SecretError::File(error) => internal(error),
    }
}
