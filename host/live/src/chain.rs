//! On whose behalf a call runs: what bounds the calls of other features that it makes, and who its visitor is to them.

use crate::mount::Mount;
use kandra_model::Slug;
use sha2::{Digest, Sha256};
use std::{
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

/// Keeps visitors' names from being traced back to addresses by whoever sees only them.
pub(crate) type Salt = [u8; 32];

/// Features that may stand in a chain of calls before it is one too many.
pub(crate) const MOST_DEEP: usize = 4;

/// Where a call comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    Visitor(Visitor<'a>),
    /// A feature, whose own chain this is.
    Feature(&'a Chain),
}

/// Who visits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visitor<'a> {
    /// A task, or nobody knows.
    Nobody,
    /// By the address alone.
    Address(IpAddr),
    /// By the name that the first feature knows.
    Named(&'a str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Address(IpAddr),
    /// To that feature.
    Named(Slug, String),
}

/// The calls that led to one, from the visitor's to its own.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The first is the one that was visited.
    pub features: Vec<Slug>,
    /// When all of them are over.
    pub until: Instant,
    who: Who,
}

impl Chain {
    /// The chain of a call of this mount.
    pub fn of(origin: Origin<'_>, mount: &Mount, started: Instant) -> Self {
        let slug = mount.feature.slug.clone();
        let until = started + Duration::from_millis(mount.feature.settings.load().deadline_ms);
        match origin {
            Origin::Feature(chain) => {
                let features = chain.features.iter().cloned().chain([slug]).collect();
                Self { features, until: until.min(chain.until), who: chain.who.clone() }
            }
            Origin::Visitor(visitor) => {
                let who = match visitor {
                    Visitor::Nobody => Who::Nobody,
                    Visitor::Address(address) => Who::Address(network(address)),
                    Visitor::Named(name) => Who::Named(slug.clone(), name.to_owned()),
                };
                Self { features: vec![slug], until, who }
            }
        }
    }

    /// What the visitor is called by a feature that is called: by address, as when they visit it themselves; with a token,
    /// a name that is always the same and tells nothing of the one that the first feature knows. Empty for nobody.
    pub fn visitor(&self, salt: &Salt, feature: &str) -> String {
        match &self.who {
            Who::Nobody => String::new(),
            Who::Address(address) => name(salt, feature, &address.to_string()),
            Who::Named(first, own) => name(salt, feature, &format!("{first}/{own}")),
        }
    }

    /// The features in order, for people.
    pub fn shown(&self) -> String {
        self.features.iter().map(Slug::as_str).collect::<Vec<_>>().join(" → ")
    }
}

/// 20 characters, the same for somebody and a feature as long as the salt is.
pub(crate) fn name(salt: &Salt, feature: &str, who: &str) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(feature).chain_update([0]).chain_update(who).finalize();
    hex::encode(&digest[..10])
}

/// What counts as one address: an IPv6 network of 64 bits is one customer's.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_has_another_name_for_each_feature() {
        let chain = |who| Chain { features: vec!["desk".parse().unwrap()], until: Instant::now(), who };
        let salt = [7; 32];
        let named = chain(Who::Named("desk".parse().unwrap(), "alice".into()));
        let (poll, quiz) = (named.visitor(&salt, "poll"), named.visitor(&salt, "quiz"));
        assert!(poll.len() == 20 && poll != quiz && !poll.contains("alice"));
        assert_eq!(poll, named.visitor(&salt, "poll"));
        let bob = chain(Who::Named("desk".parse().unwrap(), "bob".into()));
        assert_ne!(bob.visitor(&salt, "poll"), poll);
        let address = chain(Who::Address("1.2.3.4".parse().unwrap()));
        assert_eq!(address.visitor(&salt, "poll"), name(&salt, "poll", "1.2.3.4"));
        assert_eq!(chain(Who::Nobody).visitor(&salt, "poll"), "");
    }
}
