//! From a name to addresses, once for each connection. The connection is made to an address that was looked at here, so
//! a name that answers differently the next time changes nothing.

use super::address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

/// Addresses of one name that are looked at.
const MOST_ADDRESSES: usize = 32;

pub(super) type LookedUp = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Asks the name service; tests bring their own.
pub(super) trait Lookup: Send + Sync + 'static {
    /// Every address of this name; port 0 stands for https.
    fn look_up(&self, host: &str) -> LookedUp;
}

/// The machine's name service.
pub(super) struct System;

impl Lookup for System {
    fn look_up(&self, host: &str) -> LookedUp {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the name {0} is not known to this server's name service")]
    Unknown(String),
    #[error("the name {0} leads to no public address, and a feature may not call this machine or the networks around it")]
    NotPublic(String),
}

/// Lets public addresses through only.
pub(super) struct Guarded {
    lookup: Arc<dyn Lookup>,
    allowed: fn(IpAddr) -> bool,
}

impl Guarded {
    pub(super) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self { lookup, allowed: is_public }
    }

    /// With another policy: a test's own server is on this machine.
    #[cfg(test)]
    pub(super) fn allowing(lookup: Arc<dyn Lookup>, allowed: fn(IpAddr) -> bool) -> Self {
        Self { lookup, allowed }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allowed) = (self.lookup.look_up(name.as_str()), self.allowed);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = match lookup.await {
                Ok(found) if !found.is_empty() => found,
                Ok(_) => return Err(ResolveError::Unknown(host).into()),
                Err(error) => {
                    tracing::debug!(host, %error, "a name could not be resolved");
                    return Err(ResolveError::Unknown(host).into());
                }
            };
            let public: Vec<SocketAddr> = found.into_iter().take(MOST_ADDRESSES).filter(|found| allowed(found.ip())).collect();
            if public.is_empty() {
                return Err(ResolveError::NotPublic(host).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Answers with the next of these each time.
    struct Changing(Vec<Vec<&'static str>>, AtomicUsize);

    impl Lookup for Changing {
        fn look_up(&self, _: &str) -> LookedUp {
            let at = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
            let found = self.0[at].iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
            Box::pin(std::future::ready(Ok(found)))
        }
    }

    #[tokio::test]
    async fn what_is_not_public_is_left_out_of_every_answer() {
        let answers = vec![vec!["8.8.8.8", "10.0.0.1", "::1"], vec!["127.0.0.1", "::ffff:8.8.8.8"], vec![]];
        let guarded = Guarded::new(Arc::new(Changing(answers, AtomicUsize::new(0))));
        let resolve = async || guarded.resolve("api.example.com".parse().unwrap()).await;
        let first: Vec<_> = resolve().await.ok().unwrap().map(|found| found.ip().to_string()).collect();
        assert_eq!(first, ["8.8.8.8"]);
        let second = resolve().await.err().unwrap();
        assert!(matches!(second.downcast_ref(), Some(ResolveError::NotPublic(_))), "{second}");
        let third = resolve().await.err().unwrap();
        assert!(matches!(third.downcast_ref(), Some(ResolveError::Unknown(_))), "{third}");
    }

    #[tokio::test]
    async fn the_name_service_of_this_machine_is_behind_the_same_guard() {
        let error = Guarded::new(Arc::new(System)).resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(matches!(error.downcast_ref(), Some(ResolveError::NotPublic(_))), "{error}");
    }
}
