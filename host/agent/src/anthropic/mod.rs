//! The developer that asks a model over the Anthropic Messages API.
//!
//! A task arrives; the first call yields a plan and the contract, the second the files; a repair turn is one call. The
//! answer can only be files of the one feature: paths are on an allow-list, the manifest is written here, the slug is none
//! that is taken. What a model sends is a stranger's text: bounded, parsed, checked. The key goes into one header and
//! nowhere else.

mod answer;
mod call;
mod prompt;
mod sse;
mod stream;

use crate::{ConfigError, DEFAULT_MODEL, DevelopError, Draft, MAX_REPAIR_TURNS, Progress, Repair, Secret, Task};
use call::{Caller, Spent};
use kandra_model::Origin;
use reqwest::Url;
use std::{net::IpAddr, time::Duration};

const DEFAULT_BASE_URL: &str = "https://api.anthropic.com";

/// How long to wait for a model and how often to try again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// One call, from sending to the end of its stream.
    pub call: Duration,
    /// Between two pieces of a stream.
    pub silence: Duration,
    /// Calls for one answer, the first included.
    pub attempts: u32,
    /// Before the second call; doubles after that. The provider's `retry-after` counts when it is longer.
    pub pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(300),
            silence: Duration::from_secs(60),
            attempts: 4,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Anthropic {
    caller: Caller,
}

impl Anthropic {
    pub(crate) fn new(key: Secret, base_url: Option<String>, model: Option<String>, patience: Patience) -> Result<Self, ConfigError> {
        let model = model.unwrap_or_else(|| DEFAULT_MODEL.to_owned());
        let usable = (1..=100).contains(&model.len()) && model.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:/@".contains(&b));
        if !usable {
            return Err(ConfigError::Model(model));
        }
        let endpoint = endpoint(base_url.as_deref().unwrap_or(DEFAULT_BASE_URL))?;
        Ok(Self { caller: Caller::new(key, endpoint, model, patience)? })
    }

    pub(crate) fn model(&self) -> &str {
        self.caller.model()
    }

    pub(crate) async fn develop(&self, task: &Task, progress: &mut dyn Progress) -> Result<Draft, DevelopError> {
        let mut spent = Spent::new(progress);
        match &task.repair {
            None => self.write(task, &mut spent).await,
            Some(repair) if repair.turn > MAX_REPAIR_TURNS => Err(DevelopError::OutOfTurns),
            Some(repair) => self.repair(task, repair, &mut spent).await,
        }
    }

    async fn write(&self, task: &Task, spent: &mut Spent<'_>) -> Result<Draft, DevelopError> {
        let first = prompt::plan(task);
        let plan = self.caller.ask(&first, |input| answer::plan(input, &task.taken), spent).await?;
        if let Some(reason) = plan.declined {
            return Err(DevelopError::Declined { reason });
        }
        spent.planned(&plan.plan, &plan.contract);
        let second = prompt::files(task, &plan);
        let mut files =
            self.caller.ask(&second, |input| answer::files(input, &plan.slug).map(answer::Change::into_first_files), spent).await?;
        files.insert("Cargo.toml".to_owned(), answer::manifest(&plan));
        files.entry("contract.toml".to_owned()).or_insert(plan.contract);
        answer::name_crates(&mut files, &task.crates);
        Ok(Draft { slug: plan.slug, files, plan: plan.plan, origin: self.origin(), usage: spent.usage().clone() })
    }

    async fn repair(&self, task: &Task, repair: &Repair, spent: &mut Spent<'_>) -> Result<Draft, DevelopError> {
        let question = prompt::repair(task, repair);
        let change = self.caller.ask(&question, |input| answer::files(input, &repair.slug), spent).await?;
        let mut files = change.applied_to(repair.files.clone());
        answer::name_crates(&mut files, &task.crates);
        Ok(Draft { slug: repair.slug.clone(), files, plan: repair.plan.clone(), origin: self.origin(), usage: spent.usage().clone() })
    }

    fn origin(&self) -> Origin {
        Origin::Model { model: self.caller.model().to_owned() }
    }
}

/// `{base}/v1/messages`. The key travels in clear over plain HTTP, so that is for this machine and its neighbours only.
fn endpoint(base: &str) -> Result<Url, ConfigError> {
    let refuse = |why: &str| ConfigError::BaseUrl(format!("{:?} {why}", base.chars().take(100).collect::<String>()));
    let url = Url::parse(base.trim().trim_end_matches('/')).map_err(|_| refuse("is not an address"))?;
    let host = url.host_str().ok_or_else(|| refuse("has no host"))?;
    let near = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => !host.contains('.') || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| host.ends_with(end)),
    };
    match url.scheme() {
        "https" => {}
        "http" if near => {}
        "http" => return Err(refuse("would send the key unencrypted; use https")),
        _ => return Err(refuse("is neither http nor https")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("must not hold a user, a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').trim_end_matches("/v1").to_owned();
    let mut url = url;
    url.set_path(&format!("{path}/v1/messages"));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        assert_eq!(endpoint("https://api.example.com").unwrap().as_str(), "https://api.example.com/v1/messages");
        assert_eq!(endpoint("https://gate.example.com/anthropic/v1/").unwrap().as_str(), "https://gate.example.com/anthropic/v1/messages");
        for near in ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "http://model:8080", "http://host.docker.internal"] {
            assert!(endpoint(near).is_ok(), "{near}");
        }
        for bad in [
            "",
            "api.example.com",
            "http://api.example.com",
            "ftp://localhost",
            "https://user:pw@host",
            "https://host/?q=1",
            "file:///etc/passwd",
        ] {
            assert!(matches!(endpoint(bad), Err(ConfigError::BaseUrl(_))), "{bad}");
        }
    }

    #[test]
    fn model_names_are_checked() {
        let new = |model: &str| {
            Anthropic::new(Secret::new("k").unwrap(), Some("http://127.0.0.1:9".into()), Some(model.into()), Patience::default())
        };
        assert!(new("claude-sonnet-4-5").is_ok());
        assert!(matches!(new("a model"), Err(ConfigError::Model(_))) && matches!(new(""), Err(ConfigError::Model(_))));
        assert!(!format!("{:?}", new("m").unwrap()).contains("\"k\""));
    }
}
