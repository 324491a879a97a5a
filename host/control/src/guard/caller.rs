//! Who calls, as extractors: anybody ([`Caller`]), the owner ([`Owner`]), somebody who may write ([`Write`]).

use super::{ClientAddress, Guard, Refusal, challenge::Proof};
use crate::app::Actor;
use crate::http::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use kandra_model::VoterId;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How long a body may take to arrive: who never ends one would hold a connection for ever.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Whoever sent the request. A token that is not the owner's is refused, so that nobody believes to be the owner.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The owner, or a visitor.
    pub actor: Actor,
    /// The keyed hash of the address, the owner's too.
    pub voter: VoterId,
    /// For limits.
    pub address: ClientAddress,
}

impl Caller {
    /// Whether it is the owner.
    pub(crate) fn is_owner(&self) -> bool {
        self.actor == Actor::Owner
    }

    fn of(request: &HttpRequest) -> Result<Self, Refusal> {
        let guard = guard(request);
        // A connection without a peer is not one from the network.
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
        let address = ClientAddress::find(peer, request.headers(), &guard.proxies);
        let voter = address.voter(&guard.voters);
        let actor = match token(request.headers()) {
            None => Actor::Visitor(voter.clone()),
            Some(token) if (guard.is_owner)(token) => Actor::Owner,
            Some(_) => {
                // Guessing is a write like any other.
                guard.writes.check(address)?;
                return Err(Refusal::NotOwner);
            }
        };
        Ok(Self { actor, voter, address })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(Problem::from))
    }
}

/// The owner; nobody else gets this far.
pub(crate) struct Owner;

impl FromRequest for Owner {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match Caller::of(request) {
            Ok(caller) if caller.is_owner() => Ok(Self),
            Ok(_) => Err(Refusal::NotOwner.into()),
            Err(refusal) => Err(refusal.into()),
        })
    }
}

/// Somebody who may change something: the owner, or a visitor within the rate and with a proof of work. The body is
/// read between the proof's check and its use, so that a body of the wrong shape costs no proof.
pub(crate) struct Write<B> {
    /// Who.
    pub caller: Caller,
    /// What.
    pub body: B,
}

impl<B> FromRequest for Write<B>
where
    B: FromRequest<Error: Into<actix_web::Error>> + 'static,
{
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let allowed = may_write(request).map(|(caller, proof)| (caller, proof, B::from_request(request, payload)));
        let guard = guard(request).clone();
        Box::pin(async move {
            let (caller, proof, body) = allowed.map_err(Problem::from)?;
            let body = within(BODY_PATIENCE, body).await?;
            if let Some(proof) = proof {
                guard.challenges.spend(&proof, (guard.clock)()).map_err(Problem::from)?;
            }
            Ok(Self { caller, body })
        })
    }
}

/// A body that arrives in time, of a request that needs neither proof nor token.
pub(crate) struct Timely<B>(pub B);

impl<B> FromRequest for Timely<B>
where
    B: FromRequest<Error: Into<actix_web::Error>> + 'static,
{
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = B::from_request(request, payload);
        Box::pin(async move { within(BODY_PATIENCE, body).await.map(Self) })
    }
}

async fn within<B, E: Into<actix_web::Error>>(patience: Duration, body: impl Future<Output = Result<B, E>>) -> Result<B, actix_web::Error> {
    match tokio::time::timeout(patience, body).await {
        Ok(read) => read.map_err(Into::into),
        Err(_) => Err(Problem::from(Refusal::BodyTooSlow).into()),
    }
}

fn may_write(request: &HttpRequest) -> Result<(Caller, Option<Proof>), Refusal> {
    let guard = guard(request);
    let caller = Caller::of(request)?;
    if caller.is_owner() {
        return Ok((caller, None));
    }
    guard.writes.check(caller.address)?;
    if guard.challenges.are_off() {
        return Ok((caller, None));
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(nonce)) = (header("x-challenge-id"), header("x-challenge-nonce")) else {
        return Err(Refusal::ProofMissing);
    };
    let proof = guard.challenges.verify(id, nonce, (guard.clock)())?;
    Ok((caller, Some(proof)))
}

fn guard(request: &HttpRequest) -> &web::Data<Guard> {
    request.app_data::<web::Data<Guard>>().expect("serve puts the guard into every application")
}

/// The token of an `Authorization` header; a header of another kind counts as a wrong token.
fn token(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    Some(match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_body_that_never_ends_is_not_waited_for() {
        let never = std::future::pending::<Result<(), actix_web::Error>>();
        let error = within(Duration::from_millis(20), never).await.unwrap_err();
        assert_eq!(error.error_response().status(), 408);
        let body = within(Duration::from_secs(5), std::future::ready(Ok::<_, actix_web::Error>(7)));
        assert_eq!(body.await.unwrap(), 7);
    }
}
