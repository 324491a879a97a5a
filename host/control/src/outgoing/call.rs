//! One call: checked, sent, led on at most three times, read within bounds.

use super::{
    resolve::ResolveError,
    secrets::{Hidden, NotBound, Secrets},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use kandra_model::{HostName, Slug, Target};
use kandra_wire::{
    HttpAnswer, HttpRefusal, HttpRequest, HttpResponse, MAX_HEADER_BYTES, MAX_HEADER_VALUE, MAX_HEADERS, MAX_REQUEST_BODY,
    MAX_RESPONSE_BODY, SECRET_PLACE,
};
use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue, LOCATION},
};
use std::{collections::BTreeSet, time::Duration};

/// How often an answer may lead on.
const MOST_REDIRECTS: usize = 3;
/// A secret shorter than this is found in texts by chance.
const LEAST_TELLING: usize = 8;

/// Why a call has no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) why: HttpRefusal,
    pub(super) reason: String,
}

impl Refused {
    pub(super) fn new(why: HttpRefusal, reason: impl Into<String>) -> Self {
        Self { why, reason: reason.into() }
    }
}

impl From<Refused> for HttpAnswer {
    fn from(refused: Refused) -> Self {
        Self::Refused { why: refused.why, reason: refused.reason }
    }
}

/// What one feature may call.
#[derive(Debug)]
pub(super) struct Permission {
    pub(super) feature: Slug,
    /// What its manifest names.
    pub(super) named: BTreeSet<HostName>,
    /// What the owner granted.
    pub(super) granted: BTreeSet<HostName>,
}

impl Permission {
    fn check(&self, host: &HostName) -> Result<(), Refused> {
        let feature = &self.feature;
        let reason = match (self.named.contains(host), self.granted.contains(host)) {
            (true, true) => return Ok(()),
            (false, _) => format!("{feature} does not name {host}; add it to `hosts` under [package.metadata.kandra] in Cargo.toml"),
            (true, false) => format!(
                "the owner has not granted {feature} the host {host}; the owner runs `kandra grant {feature} {host}`, or allows it on \
                 the feature's page"
            ),
        };
        Err(Refused::new(HttpRefusal::NotGranted, reason))
    }
}

/// Makes the call within its time.
pub(super) async fn make(
    client: &Client,
    secrets: &Secrets,
    permission: &Permission,
    request: &HttpRequest,
) -> Result<HttpResponse, Refused> {
    let target = request.check().map_err(invalid)?;
    permission.check(&target.host)?;
    let call = Call::prepare(client, secrets, permission, request, target.host)?;
    let within = Duration::from_millis(request.timeout_ms);
    match tokio::time::timeout(within, call.follow()).await {
        Ok(done) => done,
        Err(_) => Err(Refused::new(HttpRefusal::TimedOut, format!("there was no whole answer within {} ms", request.timeout_ms))),
    }
}

fn invalid(reason: impl Into<String>) -> Refused {
    Refused::new(HttpRefusal::Invalid, reason)
}

struct Call<'a> {
    client: &'a Client,
    permission: &'a Permission,
    url: Url,
    method: Method,
    body: Vec<u8>,
    headers: HeaderMap,
    /// Whom the secrets are for. They, and what speaks for the feature, do not go with a redirect to another host.
    host: HostName,
    secret_headers: HeaderMap,
    secrets: Vec<Hidden>,
}

impl<'a> Call<'a> {
    fn prepare(
        client: &'a Client,
        secrets: &Secrets,
        permission: &'a Permission,
        request: &HttpRequest,
        host: HostName,
    ) -> Result<Self, Refused> {
        let url = Url::parse(&request.url).map_err(|error| invalid(format!("the URL cannot be read: {error}")))?;
        // Two readers of one URL must agree about where it leads.
        if host_of(&url)? != host {
            return Err(invalid("the URL can be read in two ways"));
        }
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| invalid("the method cannot be sent"))?;
        let body = BASE64_STANDARD.decode(&request.body).map_err(|_| invalid("the body is not base64"))?;
        if body.len() > MAX_REQUEST_BODY {
            return Err(invalid(format!("the body is larger than {} KiB", MAX_REQUEST_BODY >> 10)));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let (name, value) = header(name, value)?;
            headers.append(name, value);
        }
        let (mut secret_headers, mut used) = (HeaderMap::new(), Vec::new());
        for usage in &request.secrets {
            let value = secrets.bound(&usage.name, &host).map_err(|problem| {
                let name = &usage.name;
                let reason = match problem {
                    NotBound::Unknown => format!("there is no secret {name}; the owner runs `kandra secret set {name} --host {host}`"),
                    NotBound::Elsewhere => {
                        format!("the secret {name} is not bound to {host}; the owner runs `kandra secret set {name} --host {host}`")
                    }
                };
                Refused::new(HttpRefusal::NotGranted, reason)
            })?;
            let (name, mut value_there) = header(&usage.header, &usage.template.replace(SECRET_PLACE, value.reveal()))?;
            value_there.set_sensitive(true);
            secret_headers.insert(name, value_there);
            used.push(value);
        }
        Ok(Self { client, permission, url, method, body, headers, host, secret_headers, secrets: used })
    }

    async fn follow(mut self) -> Result<HttpResponse, Refused> {
        for _ in 0..=MOST_REDIRECTS {
            let host = host_of(&self.url)?;
            self.permission.check(&host)?;
            if host != self.host {
                self.secret_headers.clear();
                self.headers.remove(reqwest::header::AUTHORIZATION);
            }
            let mut request = self.client.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
            if !self.body.is_empty() {
                request = request.body(self.body.clone());
            }
            let response = request.headers(self.secret_headers.clone()).send().await.map_err(|error| unreachable(&host, &error))?;
            match leads_to(&response, &self.url)? {
                Some(next) => {
                    let status = response.status();
                    let rewritten = status == StatusCode::SEE_OTHER && self.method != Method::HEAD
                        || matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) && self.method == Method::POST;
                    if rewritten {
                        self.method = Method::GET;
                        self.body.clear();
                        self.headers.remove(reqwest::header::CONTENT_TYPE);
                    }
                    self.url = next;
                }
                None => return read(response, &self.secrets).await,
            }
        }
        Err(Refused::new(HttpRefusal::Unreachable, format!("{} leads on more than {MOST_REDIRECTS} times", self.host)))
    }
}

/// The host of a URL that may be called at all: https, its own port, a name, nobody's password.
fn host_of(url: &Url) -> Result<HostName, Refused> {
    let plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let host = url.domain().and_then(|host| host.parse().ok()).filter(|_| plain);
    host.ok_or_else(|| {
        let shown: String = url.origin().ascii_serialization().chars().take(120).collect();
        Refused::new(HttpRefusal::Unreachable, format!("the call leads to {shown}, and only https://host/path may be called"))
    })
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Refused> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("a header's name cannot be sent"))?;
    // The value is never part of the reason: it may hold a secret.
    let value = HeaderValue::from_str(value).map_err(|_| invalid(format!("the value of the header {name} cannot be sent")))?;
    Ok((name, value))
}

/// Where a redirect leads; `None` for an answer that is none.
fn leads_to(response: &Response, from: &Url) -> Result<Option<Url>, Refused> {
    if ![301, 302, 303, 307, 308].contains(&response.status().as_u16()) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let lost = || Refused::new(HttpRefusal::Unreachable, "a redirect leads to something that is no URL");
    let next = from.join(location.to_str().map_err(|_| lost())?).map_err(|_| lost())?;
    // The same reading as of a first URL: what it refuses is refused here too.
    let mut plain = next.clone();
    plain.set_fragment(None);
    host_of(&plain)?;
    Target::parse(plain.as_str())
        .map_err(|reason| Refused::new(HttpRefusal::Unreachable, format!("a redirect cannot be followed: {reason}")))?;
    Ok(Some(plain))
}

/// What went wrong, without the URL, whose query may be private.
fn unreachable(host: &HostName, error: &reqwest::Error) -> Refused {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut last = String::new();
    while let Some(found) = cause {
        if let Some(resolve) = found.downcast_ref::<ResolveError>() {
            return Refused::new(HttpRefusal::Unreachable, resolve.to_string());
        }
        last = found.to_string();
        cause = found.source();
    }
    let what = if error.is_connect() { "cannot be reached" } else { "broke the call off" };
    let last: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    Refused::new(HttpRefusal::Unreachable, format!("{host} {what}: {last}"))
}

/// Reads an answer within bounds.
async fn read(mut response: Response, secrets: &[Hidden]) -> Result<HttpResponse, Refused> {
    let too_large = || Refused::new(HttpRefusal::TooLarge, format!("the answer is larger than {} MiB", MAX_RESPONSE_BODY >> 20));
    let status = response.status().as_u16();
    let headers = kept_headers(response.headers());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_RESPONSE_BODY => return Err(too_large()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => {
                let error: String = error.without_url().to_string().chars().take(200).collect();
                return Err(Refused::new(HttpRefusal::Unreachable, format!("the answer broke off: {error}")));
            }
        }
    }
    if secrets.iter().any(|secret| tells(secret, &headers, &body)) {
        let reason = "the other server repeats the secret in its answer, which therefore is not passed on";
        return Err(Refused::new(HttpRefusal::NotGranted, reason));
    }
    Ok(HttpResponse { status, headers, body: BASE64_STANDARD.encode(&body) })
}

fn kept_headers(found: &HeaderMap) -> Vec<(String, String)> {
    let mut bytes = 0;
    let texts = found.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    texts
        .filter(|(name, value)| !["set-cookie", "set-cookie2"].contains(name) && value.len() <= MAX_HEADER_VALUE)
        .take(2 * MAX_HEADERS)
        .take_while(|(name, value)| {
            bytes += name.len() + value.len();
            bytes <= MAX_HEADER_BYTES
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Whether an answer repeats a secret as it is. Against a server that disguises it nothing helps but not sending it there.
fn tells(secret: &Hidden, headers: &[(String, String)], body: &[u8]) -> bool {
    let secret = secret.reveal();
    secret.len() >= LEAST_TELLING
        && (body.windows(secret.len()).any(|part| part == secret.as_bytes()) || headers.iter().any(|(_, value)| value.contains(secret)))
}
