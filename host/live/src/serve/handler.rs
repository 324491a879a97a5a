//! One HTTP request: whose it is, what it asks, who answers.

use super::{
    assets,
    headers::{self, Origin},
    respond::{self, Reader, Response},
    site::{Addresses, Site},
    socket::{self, Opening},
    stranger::{self, Strangers},
    visitor::{self, Visitors},
};
use crate::{
    call,
    chain::{Origin as Source, Salt, Visitor},
    failure::Failure,
    hub::{Hub, Interest, MOST_FEATURES, Subscription},
    live::{self, Live},
    routes::{Kind, METHODS},
};
use abi_stable::std_types::{RSlice, RStr};
use actix_http::{HttpMessage, Request};
use actix_web::{
    HttpResponse,
    body::{BodyStream, MessageBody},
    dev::Payload,
    http::{
        ConnectionType, Method,
        header::{self, HeaderValue},
    },
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use kandra_abi::{Header, abi_stable};
use kandra_model::{Slug, Timestamp};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    convert::Infallible,
    fs::File,
    future::poll_fn,
    net::IpAddr,
    rc::Rc,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

/// `Host` values that each worker remembers.
const REMEMBERED_SITES: usize = 64;
/// How often an event stream without events shows that it is alive.
const HUB_KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Headers that fit without an allocation.
const FEW_HEADERS: usize = 24;

/// What all workers share.
pub(crate) struct Shared {
    pub live: Arc<Live>,
    pub hub: Arc<Hub>,
    pub addresses: Addresses,
    pub visitor_key: String,
    pub visitor_salt: Salt,
    /// The lock on the features' data, from the moment at which this process serves.
    pub data: OnceLock<File>,
    /// This process is about to end: connections are closed after their answer.
    pub draining: AtomicBool,
}

/// By `Host` and whether it came over TLS.
type Sites = HashMap<(Box<str>, bool), Rc<Site>>;

/// One worker's view of it.
pub(crate) struct Front {
    shared: Arc<Shared>,
    visitors: Visitors,
    strangers: Strangers,
    sites: RefCell<Sites>,
    last: RefCell<Option<Rc<Site>>>,
}

impl Front {
    pub fn new(shared: Arc<Shared>) -> Self {
        let visitors = Visitors::new(&shared.visitor_key);
        let strangers = Strangers::new(shared.visitor_salt);
        Self { shared, visitors, strangers, sites: RefCell::default(), last: RefCell::default() }
    }

    /// Answers a request.
    pub async fn serve(&self, mut request: Request) -> Response {
        let started = Instant::now();
        let payload = request.take_payload();
        let site = self.site(&request);
        let mut response = match &site {
            None => respond::failure(&Failure::WrongHost, Reader::of(request.headers()), None),
            Some(site) => match self.route(&request, payload, site, started).await {
                Ok(response) => response,
                Err(failure) => respond::failure(&failure, Reader::of(request.headers()), Some(site)),
            },
        };
        if self.shared.draining.load(Ordering::Relaxed) {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }

    /// What the request's host name stands for. A target that is a whole URL names the host itself, whatever the header
    /// says (RFC 9112, 3.2.2).
    fn site(&self, request: &Request) -> Option<Rc<Site>> {
        let host = match request.uri().authority() {
            Some(authority) => Some(authority.as_str()),
            None => request.headers().get(header::HOST).and_then(|value| value.to_str().ok()),
        };
        let (host, secure) = match host {
            Some(host) if !self.shared.addresses.has_proxies() => (host, false),
            host => self.forwarded(request, host)?,
        };
        if !secure && let Some(site) = self.last.borrow().as_ref().filter(|site| site.host == host) {
            return Some(site.clone());
        }
        let key = (Box::from(host), secure);
        let known = self.sites.borrow().get(&key).cloned();
        let site = match known {
            Some(site) => site,
            None => {
                let site = Rc::new(self.shared.addresses.site(host, secure)?);
                let mut sites = self.sites.borrow_mut();
                if sites.len() >= REMEMBERED_SITES {
                    sites.clear();
                }
                sites.insert(key, site.clone());
                site
            }
        };
        if !secure {
            *self.last.borrow_mut() = Some(site.clone());
        }
        Some(site)
    }

    /// The host and scheme that a believed proxy names, or those of the request.
    fn forwarded<'r>(&self, request: &'r Request, host: Option<&'r str>) -> Option<(&'r str, bool)> {
        let believed = request.peer_addr().is_some_and(|peer| self.shared.addresses.trusts(peer.ip()));
        if !believed {
            return host.map(|host| (host, false));
        }
        let first = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.split(',').next()?.trim());
        let secure = first("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        Some((first("x-forwarded-host").or(host)?, secure))
    }

    async fn route(&self, request: &Request, payload: Payload, site: &Site, started: Instant) -> Result<Response, Failure> {
        let path = request.path();
        if let Some(own) = path.strip_prefix("/_kandra/") {
            return self.own_route(request, own, site);
        }
        match path {
            "/healthz" => return Ok(self.health()),
            "/" if site.slug.is_none() => return Ok(redirect(302, &format!("{}/", site.control))),
            _ => {}
        }
        let (slug, path) = match &site.slug {
            None => live::split(path),
            Some(slug) => {
                let (first, rest) = live::split(path);
                if first == slug.as_str() { (slug.as_str(), rest) } else { (slug.as_str(), path) }
            }
        };
        if request.method() == Method::OPTIONS {
            return self.options(request, slug, site);
        }
        if request.path().len() == slug.len() + 1 && request.method() == Method::GET && request.path()[1..] == *slug {
            // Relative addresses in its pages need the slash.
            let query = query(request);
            let mark = if query.is_empty() { "" } else { "?" };
            return Ok(redirect(308, &format!("/{slug}/{mark}{query}")));
        }
        self.feature(request, payload, site, started, slug, path).await
    }

    async fn feature(
        &self,
        request: &Request,
        payload: Payload,
        site: &Site,
        started: Instant,
        slug: &str,
        path: &str,
    ) -> Result<Response, Failure> {
        let live = &self.shared.live;
        let method = request.method().as_str();
        if method != "HEAD" && !METHODS.contains(&method) {
            return Err(Failure::Method { allowed: METHODS.to_vec() });
        }
        let mut body = Bytes::new();
        // Nearly always at once; the rest waits, or says why not.
        let mut found = match live.find(slug, method, path) {
            Ok(found) => found,
            Err(_) => live.find_open(slug, method, path).await?,
        };
        let route = found.route();
        match route.kind {
            Kind::Handler | Kind::Widget | Kind::Task(_) => {}
            Kind::Events(_) => {
                let topic = route.topic(&found.values).ok_or(Failure::BadPath)?;
                let interest = Interest::Topic(found.lease.mount().feature.slug.clone(), topic);
                return self.stream(request, interest, |data| format!("data: {data}\n\n"));
            }
            Kind::Socket => {
                let feature = found.lease.mount().feature.slug.clone();
                // The connection outlives revisions, so it holds none.
                drop(found);
                let token = socket::visitor(request);
                let named = self.known(token, feature.as_str()).to_owned();
                let headers = with_headers(request, site.origin, |headers| {
                    headers.iter().map(|h| (h.name.as_str().to_owned(), h.value.as_slice().to_vec())).collect()
                });
                let peer = stranger::counted(request, &self.shared.addresses);
                let stranger = peer.filter(|_| named.is_empty()).map(|peer| self.strangers.name(peer, feature.as_str()));
                let visitor = stranger.map_or_else(|| named.clone(), |stranger| stranger.to_string());
                let opening = Opening {
                    live: live.clone(),
                    feature,
                    path: path.to_owned(),
                    query: query(request).to_owned(),
                    headers,
                    visitor,
                    named,
                    peer,
                };
                return socket::open(request, payload, site, opening).await;
            }
        }
        if !matches!(payload, Payload::None) {
            // Without a lease, so that a slow sender does not keep the library open.
            let settings = found.lease.mount().feature.settings.load_full();
            drop(found);
            let until = started + Duration::from_millis(settings.deadline_ms);
            body = read_body(request, payload, settings.request_bytes, until).await?;
            found = live.find_open(slug, method, path).await?;
            if !matches!(found.route().kind, Kind::Handler | Kind::Widget) {
                // Another revision serves by now, in which this is no address for a body.
                return Err(Failure::Replaced);
            }
        }
        let token = request.headers().get(visitor::HEADER).and_then(|value| value.to_str().ok());
        let named = self.known(token, slug);
        let address = if named.is_empty() { stranger::address(request, &self.shared.addresses) } else { None };
        let stranger = address.map(|address| self.strangers.name(address, slug));
        let visitor = stranger.as_deref().unwrap_or(named);
        let source = Source::Visitor(who(named, address));
        let mut found = Some(found);
        let begun = poll_fn(|cx| {
            let found = found.take().expect("this future is ready with its first poll");
            Poll::Ready(with_headers(request, site.origin, |headers| {
                live::begin(found, started, method, path, query(request), headers, &body, visitor, source, cx)
            }))
        })
        .await?;
        drop(body);
        let answered = call::complete(begun).await?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) && answered.status() < 400 {
            self.shared.hub.changed(&answered.mount().feature.slug);
        }
        Ok(respond::answer(answered, site))
    }

    /// Who a token names, or an empty text.
    fn known<'t>(&self, token: Option<&'t str>, slug: &str) -> &'t str {
        token.map_or("", |token| self.visitors.name(token, slug, Timestamp::now().millis()))
    }

    fn options(&self, request: &Request, slug: &str, site: &Site) -> Result<Response, Failure> {
        if !self.shared.live.is_mounted(slug) {
            return Err(Failure::NoFeature);
        }
        Ok(respond::preflight(request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS), site.origin))
    }

    fn health(&self) -> Response {
        let draining = self.shared.draining.load(Ordering::Relaxed);
        let text = serde_json::json!({ "status": if draining { "draining" } else { "ok" }, "ready": !draining });
        let mut response = respond::own(200, "application/json", text.to_string());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// What lies under `/_kandra/`.
    fn own_route(&self, request: &Request, own: &str, site: &Site) -> Result<Response, Failure> {
        if let Some(asset) = assets::at(request.path()) {
            if !matches!(*request.method(), Method::GET | Method::HEAD) {
                return Err(Failure::Method { allowed: vec!["GET"] });
            }
            let mut response = respond::own(200, asset.content_type, Bytes::from_static(asset.text.as_bytes()));
            let named = query(request).strip_prefix("v=") == Some(asset.hash.as_str());
            let cache = if named { "public, max-age=31536000, immutable" } else { "no-cache" };
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
            if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", asset.hash)) {
                response.headers_mut().insert(header::ETAG, tag);
            }
            return Ok(response);
        }
        match (own, request.method()) {
            ("hub", &Method::OPTIONS) => Ok(respond::preflight(request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS), site.origin)),
            ("hub", &Method::GET) => self.hub(request),
            ("hub", _) => Err(Failure::Method { allowed: vec!["GET"] }),
            _ => Err(Failure::NoRoute),
        }
    }

    /// The topics of several features as one event stream.
    fn hub(&self, request: &Request) -> Result<Response, Failure> {
        let query = query(request);
        let names = query.split('&').find_map(|pair| pair.strip_prefix("features=")).unwrap_or("").replace("%2C", ",").replace("%2c", ",");
        let bad = |problem: String| Failure::BadQuery { problem };
        let mut features = HashSet::new();
        for name in names.split(',').filter(|name| !name.is_empty()) {
            if features.len() == MOST_FEATURES {
                return Err(bad(format!("A subscription has at most {MOST_FEATURES} features.")));
            }
            features.insert(name.parse::<Slug>().map_err(|error| bad(error.to_string()))?);
        }
        if features.is_empty() {
            return Err(bad("Name the features to hear: /_kandra/hub?features=one,other".to_owned()));
        }
        self.stream(request, Interest::Features(features), |message| format!("event: topic\ndata: {message}\n\n"))
    }

    /// What the hub says as an event stream; each message is one line of JSON.
    fn stream(&self, request: &Request, interest: Interest, render: fn(&str) -> String) -> Result<Response, Failure> {
        let peer = stranger::counted(request, &self.shared.addresses);
        let subscription = self.shared.hub.subscribe(interest, peer).ok_or(Failure::TooManyStreams)?;
        // The first comment opens the stream in the browser at once.
        let hello = stream::once(std::future::ready(Bytes::from_static(b"retry: 2000\n: kandra\n\n")));
        let messages = stream::unfold(subscription, move |mut subscription: Subscription| async move {
            let next = match tokio::time::timeout(HUB_KEEP_ALIVE, subscription.messages.recv()).await {
                Ok(message) => Bytes::from(render(&message?)),
                Err(_) => Bytes::from_static(b": keep-alive\n\n"),
            };
            Some((next, subscription))
        });
        let body = BodyStream::new(Box::pin(hello.chain(messages).map(Ok::<_, Infallible>)));
        let mut response = HttpResponse::Ok().finish().map_body(|_, _| respond::Outgoing::Boxed(body.boxed()));
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_ENCODING, "identity"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Ok(response)
    }
}

/// Who visits, by token or by address.
pub(super) fn who(named: &str, address: Option<IpAddr>) -> Visitor<'_> {
    match (named, address) {
        ("", None) => Visitor::Nobody,
        ("", Some(address)) => Visitor::Address(address),
        (named, _) => Visitor::Named(named),
    }
}

/// What follows the question mark, undecoded.
fn query(request: &Request) -> &str {
    request.uri().query().unwrap_or("")
}

fn redirect(status: u16, location: &str) -> Response {
    let mut response = respond::own(status, "", Bytes::new());
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

async fn read_body(request: &Request, mut payload: Payload, most: u64, until: Instant) -> Result<Bytes, Failure> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Failure::BodyTooLarge { most });
    }
    let whole = async {
        let mut body = BytesMut::new();
        while let Some(part) = payload.next().await {
            let part = part.map_err(|_| Failure::BadBody)?;
            if (body.len() + part.len()) as u64 > most {
                return Err(Failure::BodyTooLarge { most });
            }
            body.extend_from_slice(&part);
        }
        Ok(body.freeze())
    };
    tokio::time::timeout_at(until.into(), whole).await.unwrap_or(Err(Failure::BodyTooSlow))
}

/// Hands over the headers that the feature may see; few of them need no allocation.
fn with_headers<T>(request: &Request, origin: Origin, then: impl FnOnce(&[Header<'_>]) -> T) -> T {
    const NONE: Header<'static> = Header { name: RStr::from_str(""), value: RSlice::EMPTY };
    let mut few = [NONE; FEW_HEADERS];
    let mut many = Vec::new();
    let mut count = 0;
    let shown = request.headers().iter().filter(|(name, _)| headers::shown(name.as_str(), origin));
    for (name, value) in shown.take(headers::MOST_HEADERS) {
        let header = Header { name: RStr::from_str(name.as_str()), value: RSlice::from_slice(value.as_bytes()) };
        if count < FEW_HEADERS {
            few[count] = header;
        } else {
            if many.is_empty() {
                many.extend_from_slice(&few);
            }
            many.push(header);
        }
        count += 1;
    }
    if many.is_empty() { then(&few[..count]) } else { then(&many) }
}
