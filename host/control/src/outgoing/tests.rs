//! The client against servers of this test, over real TLS. The name service and the address policy are the test's own,
//! since its servers are on this machine; nothing in the product can be told to do the same.

use super::{
    Outgoing,
    call::{Permission, Refused, make},
    client,
    resolve::{Guarded, LookedUp, Lookup},
    secrets::{Hidden, Secrets},
};
use crate::{
    app::testing::mounted,
    startup::{Home, HomeLock},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use kandra_model::HostName;
use kandra_wire::{HttpAnswer, HttpRefusal, HttpRequest, HttpResponse, MAX_RESPONSE_BODY};
use reqwest::Certificate;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// A request as a server saw it.
#[derive(Clone, Debug)]
struct Seen {
    line: String,
    headers: HashMap<String, String>,
    body: String,
}

type Script = Arc<dyn Fn(&Seen) -> Vec<u8> + Send + Sync>;

/// One server for every name of its certificate.
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    fn start(script: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain = CertificateDer::pem_slice_iter(include_bytes!("testing/server.pem")).collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("testing/server.key")).unwrap();
        let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, script): (Arc<Mutex<Vec<Seen>>>, Script) = (Arc::default(), Arc::new(script));
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, script, noted) = (Arc::clone(&config), Arc::clone(&script), Arc::clone(&noted));
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream));
                    while let Some(request) = read_request(&mut stream) {
                        noted.lock().unwrap().push(request.clone());
                        let answer = script(&request);
                        if stream.get_mut().write_all(&answer).and_then(|()| stream.get_mut().flush()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read_request(stream: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some(Seen { line: line.trim_end().to_owned(), headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// Every name leads to this address.
struct To(SocketAddr);

impl Lookup for To {
    fn look_up(&self, _: &str) -> LookedUp {
        Box::pin(std::future::ready(Ok(vec![self.0])))
    }
}

struct Rig {
    client: reqwest::Client,
    secrets: Secrets,
    permission: Permission,
    _lock: HomeLock,
    _folder: tempfile::TempDir,
}

fn names(names: &[&str]) -> Vec<HostName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn trusting(guarded: Guarded) -> reqwest::Client {
    let authority = Certificate::from_pem(include_bytes!("testing/authority.pem")).unwrap();
    client(guarded).tls_certs_only([authority]).build().unwrap()
}

/// A feature that names two hosts and was granted both.
fn rig(server: &Server) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let (home, lock) = Home::open(folder.path()).unwrap();
    let secrets = Secrets::load(&home).unwrap();
    secrets.set("key", Hidden::new("sk-abc123".to_owned()), names(&["api.example.com"])).unwrap();
    let hosts = names(&["api.example.com", "other.example.com"]);
    let permission =
        Permission { feature: "poll".parse().unwrap(), named: hosts.iter().cloned().collect(), granted: hosts.into_iter().collect() };
    let client = trusting(Guarded::allowing(Arc::new(To(server.address)), |address| address == IpAddr::V4(Ipv4Addr::LOCALHOST)));
    Rig { client, secrets, permission, _lock: lock, _folder: folder }
}

fn get(url: &str) -> HttpRequest {
    serde_json::from_value(serde_json::json!({ "method": "GET", "url": url })).unwrap()
}

fn with_secret(request: HttpRequest) -> HttpRequest {
    let secrets = serde_json::from_str(r#"[{"name":"key","header":"authorization","template":"Bearer {secret}"}]"#).unwrap();
    HttpRequest { secrets, ..request }
}

impl Rig {
    async fn make(&self, request: &HttpRequest) -> Result<HttpResponse, Refused> {
        make(&self.client, &self.secrets, &self.permission, request).await
    }

    async fn refused(&self, request: &HttpRequest) -> (HttpRefusal, String) {
        let refused = self.make(request).await.unwrap_err();
        assert!(!refused.reason.contains("abc123"), "{refused:?}");
        (refused.why, refused.reason)
    }
}

fn text(response: &HttpResponse) -> String {
    String::from_utf8(BASE64_STANDARD.decode(&response.body).unwrap()).unwrap()
}

#[tokio::test]
async fn a_granted_host_is_called_with_what_was_asked_and_the_secret() {
    let server = Server::start(|_| answer(201, "content-type: text/plain\r\nset-cookie: a=b\r\n", "hello"));
    let rig = rig(&server);
    let mut request = with_secret(get("https://api.example.com/rate?base=usd"));
    request.method = "POST".to_owned();
    request.body = BASE64_STANDARD.encode("{\"a\":1}");
    request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    let response = rig.make(&request).await.unwrap();
    assert_eq!((response.status, text(&response).as_str()), (201, "hello"));
    assert!(response.headers.iter().any(|header| header.0 == "content-type"));
    assert!(!response.headers.iter().any(|header| header.0 == "set-cookie"));
    rig.make(&get("https://api.example.com/again")).await.unwrap();
    let seen = server.seen();
    assert_eq!((seen[0].line.as_str(), seen[0].body.as_str()), ("POST /rate?base=usd HTTP/1.1", "{\"a\":1}"));
    assert_eq!(seen[0].headers["authorization"], "Bearer sk-abc123");
    assert_eq!(seen[0].headers["host"], "api.example.com");
    for absent in ["cookie", "referer", "accept-encoding", "x-forwarded-for"] {
        assert!(seen.iter().all(|request| !request.headers.contains_key(absent)), "{absent}");
    }
    assert!(!seen[1].headers.contains_key("authorization"), "a secret goes with the call that names it only");
}

#[tokio::test]
async fn what_is_not_named_granted_or_bound_is_refused_with_what_to_do() {
    let server = Server::start(|_| answer(200, "", ""));
    let mut rig = rig(&server);
    let (why, reason) = rig.refused(&get("https://evil.example.com/")).await;
    assert!(why == HttpRefusal::NotGranted && reason.contains("add it to `hosts`"), "{reason}");
    rig.permission.granted.remove(&"other.example.com".parse().unwrap());
    let (why, reason) = rig.refused(&get("https://other.example.com/")).await;
    assert!(why == HttpRefusal::NotGranted && reason.contains("kandra grant poll other.example.com"), "{reason}");
    // Granted once, named by this revision no more.
    rig.permission.granted.insert("old.example.com".parse().unwrap());
    assert_eq!(rig.refused(&get("https://old.example.com/")).await.0, HttpRefusal::NotGranted);

    rig.permission.granted.insert("other.example.com".parse().unwrap());
    let (why, reason) = rig.refused(&with_secret(get("https://other.example.com/"))).await;
    assert!(why == HttpRefusal::NotGranted && reason.contains("kandra secret set key --host other.example.com"), "{reason}");
    let mut unknown = with_secret(get("https://api.example.com/"));
    unknown.secrets[0].name = "nothing".to_owned();
    let (_, reason) = rig.refused(&unknown).await;
    assert!(reason.contains("there is no secret nothing"), "{reason}");
    for bad in
        ["http://api.example.com/", "https://api.example.com:8443/", "https://127.0.0.1/", "https://a@api.example.com/", "https://[::1]/"]
    {
        assert_eq!(rig.refused(&get(bad)).await.0, HttpRefusal::Invalid, "{bad}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn redirects_are_checked_like_first_calls_and_lose_the_secret_elsewhere() {
    let server = Server::start(|seen| {
        let path = seen.line.split(' ').nth(1).unwrap();
        let to = |location: &str| answer(302, &format!("location: {location}\r\n"), "");
        match path.strip_prefix("/to/") {
            Some("same") => to("/end"),
            Some("other") => to("https://other.example.com/back"),
            Some("loop") => to("/to/loop"),
            Some("http") => to("http://api.example.com/"),
            Some("port") => to("https://api.example.com:8443/"),
            Some("address") => to("https://127.0.0.1/"),
            Some("mapped") => to("https://[::ffff:127.0.0.1]/"),
            Some("hex") => to("https://0x7f.1/"),
            Some("metadata") => to("https://169.254.169.254/latest/"),
            Some("user") => to("https://a:b@api.example.com/"),
            Some("file") => to("file:///etc/passwd"),
            Some("not-granted") => to("https://rebound.example.com/"),
            Some("nowhere") => answer(302, "", "no location"),
            Some("seven") => answer(307, "location: /end\r\n", ""),
            None if path == "/back" => to("https://api.example.com/end"),
            _ => answer(200, "", "end"),
        }
    });
    let rig = rig(&server);
    let to = |place: &str| with_secret(get(&format!("https://api.example.com/to/{place}")));
    let carried = |seen: &[Seen]| seen.iter().map(|request| request.headers.contains_key("authorization")).collect::<Vec<_>>();

    assert_eq!(text(&rig.make(&to("same")).await.unwrap()), "end");
    assert_eq!(carried(&server.seen()), [true, true]);
    server.seen.lock().unwrap().clear();
    assert_eq!(text(&rig.make(&to("other")).await.unwrap()), "end");
    assert_eq!(carried(&server.seen()), [true, false, false], "once dropped it does not come back");
    server.seen.lock().unwrap().clear();

    // What a feature says of itself by hand does not go elsewhere either.
    let mut own = get("https://api.example.com/to/other");
    own.headers.push(("authorization".to_owned(), "own".to_owned()));
    rig.make(&own).await.unwrap();
    assert_eq!(carried(&server.seen()), [true, false, false]);
    server.seen.lock().unwrap().clear();

    for (method, place, expected) in [("POST", "same", "GET /end HTTP/1.1"), ("POST", "seven", "POST /end HTTP/1.1")] {
        let request = HttpRequest { method: method.to_owned(), body: BASE64_STANDARD.encode("x"), ..to(place) };
        rig.make(&request).await.unwrap();
        let last = server.seen().pop().unwrap();
        assert_eq!((last.line.as_str(), last.body.len()), (expected, usize::from(place == "seven")));
    }
    server.seen.lock().unwrap().clear();

    let (why, reason) = rig.refused(&to("loop")).await;
    assert!(why == HttpRefusal::Unreachable && reason.contains("more than 3 times"), "{reason}");
    assert_eq!(server.seen().len(), 4);
    server.seen.lock().unwrap().clear();
    for place in ["http", "port", "address", "mapped", "hex", "metadata", "user", "file"] {
        assert_eq!(rig.refused(&to(place)).await.0, HttpRefusal::Unreachable, "{place}");
    }
    let (why, reason) = rig.refused(&to("not-granted")).await;
    assert!(why == HttpRefusal::NotGranted && reason.contains("rebound.example.com"), "{reason}");
    assert_eq!(server.seen().len(), 9, "none of them was followed");
    assert_eq!(rig.make(&to("nowhere")).await.unwrap().status, 302);
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_whatever_was_granted() {
    let server = Server::start(|_| answer(200, "", "inside"));
    let mut rig = rig(&server);
    rig.client = trusting(Guarded::new(Arc::new(To(server.address))));
    let (why, reason) = rig.refused(&get("https://api.example.com/")).await;
    assert!(why == HttpRefusal::Unreachable && reason.contains("no public address"), "{reason}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn another_certificate_is_refused() {
    let server = Server::start(|_| answer(200, "", "inside"));
    let mut rig = rig(&server);
    rig.permission.named.insert("unsigned.example.com".parse().unwrap());
    rig.permission.granted.insert("unsigned.example.com".parse().unwrap());
    assert_eq!(rig.refused(&get("https://unsigned.example.com/")).await.0, HttpRefusal::Unreachable);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn answers_are_bounded_in_size_and_time_and_not_unpacked() {
    let server = Server::start(|seen| match seen.line.split(' ').nth(1).unwrap() {
        "/fits" => answer(200, "", &"x".repeat(MAX_RESPONSE_BODY)),
        "/large" => answer(200, "", &"x".repeat(MAX_RESPONSE_BODY + 1)),
        "/endless" => {
            let mut endless = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
            for _ in 0..40 {
                endless.extend_from_slice(format!("10000\r\n{}\r\n", "x".repeat(0x10000)).as_bytes());
            }
            endless
        }
        "/packed" => answer(200, "content-encoding: gzip\r\n", "\x1f not unpacked"),
        "/headers" => answer(200, &format!("x-large: {}\r\n", "x".repeat(5_000)).repeat(3), "y"),
        "/cut" => b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nabc".to_vec(),
        "/nonsense" => b"\x00\x01\x02\r\n\r\n".to_vec(),
        "/echo" => answer(200, "", &format!("you sent {}", seen.headers.get("authorization").cloned().unwrap_or_default())),
        "/echo-header" => answer(200, &format!("x-you: {}\r\n", seen.headers["authorization"]), ""),
        _ => {
            std::thread::sleep(Duration::from_secs(3));
            answer(200, "", "late")
        }
    });
    let rig = rig(&server);
    let at = |path: &str| get(&format!("https://api.example.com{path}"));
    assert_eq!(text(&rig.make(&at("/fits")).await.unwrap()).len(), MAX_RESPONSE_BODY);
    assert_eq!(rig.refused(&at("/large")).await.0, HttpRefusal::TooLarge);
    assert_eq!(rig.refused(&at("/endless")).await.0, HttpRefusal::TooLarge);
    assert_eq!(text(&rig.make(&at("/packed")).await.unwrap()), "\x1f not unpacked");
    assert!(rig.make(&at("/headers")).await.unwrap().headers.iter().all(|(name, _)| name != "x-large"));
    let began = Instant::now();
    let slow = HttpRequest { timeout_ms: 200, ..at("/slow") };
    assert_eq!(rig.refused(&slow).await.0, HttpRefusal::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(2));
    let cut = HttpRequest { timeout_ms: 500, ..at("/cut") };
    assert!(matches!(rig.refused(&cut).await.0, HttpRefusal::Unreachable | HttpRefusal::TimedOut));
    assert_eq!(rig.refused(&at("/nonsense")).await.0, HttpRefusal::Unreachable);
    for path in ["/echo", "/echo-header"] {
        let (why, reason) = rig.refused(&with_secret(at(path))).await;
        assert!(why == HttpRefusal::NotGranted && reason.contains("repeats the secret"), "{reason}");
    }
    assert_eq!(text(&rig.make(&at("/echo")).await.unwrap()), "you sent ");
}

#[tokio::test]
async fn the_store_decides_what_a_feature_may_call() {
    let server = Server::start(|_| answer(200, "", "hello"));
    let rig = rig(&server);
    let app = crate::app::testing::rig(|_| {});
    let store = app.app.store().clone();
    let outgoing = Outgoing::with(store.clone(), Arc::new(rig.secrets), rig.client);
    let poll: kandra_model::Slug = "poll".parse().unwrap();
    let request = get("https://api.example.com/");
    let refused = async || match outgoing.call(&poll, &request).await {
        HttpAnswer::Refused { why: HttpRefusal::NotGranted, reason } => reason,
        other => panic!("{other:?}"),
    };
    assert!(refused().await.contains("no feature poll is served"));
    mounted(&store, "poll", &[], &["api.example.com"]).await;
    assert!(refused().await.contains("does not declare the capability"));
    mounted(&store, "poll", &["http"], &["api.example.com"]).await;
    assert!(refused().await.contains("kandra grant poll api.example.com"));
    let host: HostName = "api.example.com".parse().unwrap();
    store.grant(&poll, host.clone()).await.unwrap();
    assert!(matches!(outgoing.call(&poll, &request).await, HttpAnswer::Answered(response) if text(&response) == "hello"));
    assert_eq!(outgoing.counts(), (1, 3));
    store.set_feature_state(&poll, kandra_model::FeatureState::Quarantined, None).await.unwrap();
    assert!(refused().await.contains("no feature poll is served"));
    store.set_feature_state(&poll, kandra_model::FeatureState::Live, None).await.unwrap();
    store.revoke(&poll, host.clone()).await.unwrap();
    assert!(refused().await.contains("kandra grant"));
    store.grant(&poll, host).await.unwrap();
    store.set_feature_state(&poll, kandra_model::FeatureState::Removed, None).await.unwrap();
    assert!(refused().await.contains("no feature poll is served"));
    mounted(&store, "poll", &["http"], &["api.example.com"]).await;
    assert!(refused().await.contains("kandra grant"), "a feature that comes back is asked for again");
}
