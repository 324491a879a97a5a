//! What browsers are told: the wall between features, documents, streams.

use super::{Test, data};
use crate::rig::{
    build,
    process::{Live, options},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use std::time::Duration;

pub const ALL: &[Test] = &[
    ("documents_are_fenced", documents_are_fenced),
    ("cookies_and_forwarding_headers_do_not_reach_features", cookies_and_forwarding_headers_do_not_reach_features),
    ("a_wildcard_host_gives_features_cookies_of_their_own", a_wildcard_host_gives_features_cookies_of_their_own),
    ("preflights_are_answered_without_credentials", preflights_are_answered_without_credentials),
    ("only_our_hosts_are_answered", only_our_hosts_are_answered),
    ("topics_reach_browsers", topics_reach_browsers),
    ("a_signed_visitor_is_known_to_the_feature", a_signed_visitor_is_known_to_the_feature),
    ("odd_requests_get_clear_answers", odd_requests_get_clear_answers),
];

fn started() -> (Live, tempfile::TempDir) {
    started_with(|_| {})
}

fn started_with(change: impl FnOnce(&mut kandra_wire::LiveOptions)) -> (Live, tempfile::TempDir) {
    let data = data();
    let mut options = options(data.path().to_owned());
    change(&mut options);
    let mut live = Live::start(&options);
    live.mount("trial", 1, &build(""));
    live.ready();
    (live, data)
}

fn documents_are_fenced() {
    let (live, _data) = started();
    let ask = |target: &str| live.connect().ask("GET", target, &[("host", "192.168.1.7:8081"), ("accept", "text/html")], "").unwrap();
    for target in
        ["/trial/widget", "/trial/", "/trial/headers", "/trial/svg", "/trial/untyped", "/trial/panic", "/trial/nowhere", "/nobody/"]
    {
        let answer = ask(target);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("sandbox allow-scripts allow-forms; default-src 'none';"), "{target}: {policy}");
        assert!(
            policy.contains("connect-src http://192.168.1.7:8081 ") && policy.contains("form-action http://192.168.1.7:8081;"),
            "{target}: {policy}"
        );
        assert!(policy.ends_with("frame-ancestors http://192.168.1.7:8080 http://192.168.1.7:8081"), "{target}: {policy}");
        assert_eq!((answer.header("x-content-type-options"), answer.header("referrer-policy")), ("nosniff", "no-referrer"), "{target}");
    }
    assert_eq!(ask("/trial/untyped").header("content-type"), "application/octet-stream");
    let plain = ask("/trial/revision");
    assert_eq!((plain.header("content-security-policy"), plain.header("x-content-type-options")), ("", "nosniff"));
    assert_eq!(plain.header("access-control-allow-origin"), "*");

    let widget = ask("/trial/widget").text();
    for part in [
        "<!doctype html>",
        "<html lang=\"en\"",
        "<title>Trial &lt;1&gt;</title>",
        "/_kandra/tokens.css?v=",
        "data-feature=\"trial\"",
        "id=\"fragment\"",
    ] {
        assert!(widget.contains(part), "{part} in {widget}");
    }
    let page = ask("/trial/").text();
    assert!(page.contains("<head><link rel=\"stylesheet\" href=\"/_kandra/tokens.css") && page.contains("own page"), "{page}");
    let notice = ask("/trial/panic");
    assert!(notice.header("content-type").starts_with("text/html") && notice.text().contains("failed (id "), "{}", notice.text());

    let set = ask("/trial/headers");
    assert_eq!((set.header("x-own"), set.header("content-language")), ("kept", "de"));
    assert!(set.text().is_ascii() && !set.text().is_empty());
    for name in ["set-cookie", "access-control-allow-credentials", "clear-site-data", "b"] {
        assert_eq!(set.header(name), "", "{name}");
    }
    for name in ["shim.js", "tokens.css"] {
        let bare = ask(&format!("/_kandra/{name}"));
        assert_eq!(bare.header("cache-control"), "no-cache");
        let tag = bare.header("etag").trim_matches('"').to_owned();
        assert!(ask(&format!("/_kandra/{name}?v={tag}")).header("cache-control").contains("immutable"));
        assert!(widget.contains(&tag));
    }
}

fn cookies_and_forwarding_headers_do_not_reach_features() {
    let (live, _data) = started();
    let headers = [
        ("cookie", "secret=1"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-kandra-visitor", "forged"),
        ("accept", "*/*"),
        ("content-type", "text/x"),
    ];
    let seen = live.connect().ask("POST", "/trial/echo?q=a%2Bb", &headers, "hello").unwrap().text();
    assert!(!seen.contains("secret") && !seen.contains("10.0.0.1") && !seen.contains("forged"), "{seen}");
    assert!(seen.contains("text/x") && seen.contains("\"a+b\"") && seen.contains("hello"), "{seen}");
}

fn a_wildcard_host_gives_features_cookies_of_their_own() {
    let (live, _data) = started_with(|options| options.live_public_url = Some("http://{slug}.live.example".to_owned()));
    let ask = |host: &str, method: &str, target: &str| {
        live.connect().ask(method, target, &[("host", host), ("cookie", "secret=1")], if method == "POST" { "x" } else { "" }).unwrap()
    };
    let own = "trial.live.example";
    assert!(ask(own, "POST", "/trial/echo").text().contains("secret=1"));
    // The feature's name may be left out on its own host.
    assert!(ask(own, "POST", "/echo").text().contains("secret=1"));
    let answer = ask(own, "GET", "/headers");
    assert_eq!(answer.header("set-cookie"), "a=b");
    assert!(answer.header("content-security-policy").contains("allow-same-origin"));
    // Another feature's host does not lead here, and the shared address stays without cookies.
    assert_eq!(ask("other.live.example", "GET", "/trial/revision").status, 404);
    assert_eq!(ask("127.0.0.1", "GET", "/trial/headers").header("set-cookie"), "");
    assert_eq!(ask("live.example", "GET", "/trial/revision").status, 421);
    assert_eq!(ask("kandra.live.example", "GET", "/healthz").status, 200);
}

fn preflights_are_answered_without_credentials() {
    let (live, _data) = started();
    let headers =
        [("origin", "null"), ("access-control-request-method", "PUT"), ("access-control-request-headers", "content-type,x-kandra-visitor")];
    let answer = live.connect().ask("OPTIONS", "/trial/count", &headers, "").unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-headers"), "content-type,x-kandra-visitor");
    assert!(answer.header("access-control-allow-methods").contains("PUT"));
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(live.connect().ask("OPTIONS", "/nobody/x", &headers, "").unwrap().status, 404);
}

fn only_our_hosts_are_answered() {
    let (live, _data) = started();
    for (host, status) in [("evil.example", 421), ("localhost:8081", 200), ("10.1.2.3", 200), ("a b", 400), ("x;y", 400)] {
        let answer = live.connect().ask("GET", "/trial/revision", &[("host", host)], "").unwrap();
        assert!(answer.status == status || (status == 400 && answer.status == 421), "{host}: {}", answer.status);
        if answer.status != 200 {
            assert!(!answer.text().contains("first"));
        }
    }
    let whole = |target: &str| live.connect().ask("GET", target, &[("host", "localhost")], "").unwrap().status;
    assert_eq!((whole("http://evil.example/healthz"), whole("http://evil.example/trial/revision")), (421, 421));
    assert_eq!((whole("http://localhost/healthz"), whole("http://localhost/trial/revision")), (200, 200));
    let (live, _data) = started_with(|options| options.live_public_url = Some("https://live.example".to_owned()));
    let status = |host: &str| live.connect().ask("GET", "/trial/revision", &[("host", host)], "").unwrap().status;
    assert_eq!((status("live.example"), status("other.example"), status("127.0.0.1:1")), (200, 421, 200));
}

fn topics_reach_browsers() {
    let (live, _data) = started();
    let mut stream = live.connect();
    stream.send("GET /_kandra/hub?features=trial,other HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let (status, headers) = stream.head().unwrap();
    assert_eq!(
        (status, headers["content-type"].as_str(), headers["access-control-allow-origin"].as_str()),
        (200, "text/event-stream", "*")
    );
    let mut next = || loop {
        let line = stream.line().unwrap();
        if let Some(data) = line.strip_prefix("data: ") {
            break data.trim().to_owned();
        }
    };
    assert_eq!(live.connect().ask("POST", "/trial/count", &[], "").unwrap().status, 200);
    assert_eq!(next(), r#"{"feature":"trial","topic":"changed","data":null}"#);
    assert_eq!(live.connect().ask("POST", "/trial/publish", &[], "hi").unwrap().status, 204);
    assert_eq!(next(), r#"{"feature":"trial","topic":"said","data":"hi"}"#);
    for query in [
        "",
        "?features=",
        "?features=a",
        "?features=../x",
        &format!("?features={}", (0..65).map(|i| format!("f{i}x")).collect::<Vec<_>>().join(",")),
    ] {
        assert_eq!(live.get(&format!("/_kandra/hub{query}")).status, 400, "{query}");
    }
}

fn a_signed_visitor_is_known_to_the_feature() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let (live, _data) = started_with(|options| options.visitor_key = hex::encode(key.verifying_key().as_bytes()));
    let token = |signed: &str| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes()));
    let who = |token: &str| live.connect().ask("GET", "/trial/who", &[("x-kandra-visitor", token)], "").unwrap().text();
    assert_eq!(who(&token("v1.trial.abcdefghij.99999999999999")), "abcdefghij");
    // Whoever shows no valid token is known by a pseudonym of the address.
    let stranger = live.get("/trial/who").text();
    assert_eq!(stranger.len(), 20);
    assert_eq!(who(&token("v1.other.abcdefghij.99999999999999")), stranger);
    assert_eq!(who(&token("v1.trial.abcdefghij.1")), stranger);
    assert_eq!(who("v1.trial.abcdefghij.99999999999999.AAAA"), stranger);
}

fn odd_requests_get_clear_answers() {
    let (live, _data) = started();
    assert_eq!(live.get("/trial").header("location"), "/trial/");
    assert_eq!(live.get("/trial?a=b").header("location"), "/trial/?a=b");
    assert_eq!(live.get("/trial/go").header("location"), "/trial/revision");
    assert_eq!(live.get("/").header("location"), "http://localhost:8080/");
    let mut kept = live.connect();
    for status in [204, 304, 205, 418] {
        // Its handler sends a body with each, which must not be taken for the next answer.
        assert_eq!(kept.ask("GET", &format!("/trial/status/{status}"), &[], "").unwrap().status, status);
    }
    assert_eq!(live.get("/trial/status/99").status, 500);
    assert_eq!(live.get("/trial/items/%ff").status, 400);
    assert_eq!(live.get("/trial/../other/x").status, 404);
    assert_eq!(live.get("/_kandra/secret").status, 404);
    let not_allowed = live.connect().ask("PUT", "/trial/count", &[], "").unwrap();
    assert_eq!((not_allowed.status, not_allowed.header("allow")), (405, "GET, POST"));
    let head = live.connect().ask("HEAD", "/trial/revision", &[], "").unwrap();
    assert_eq!((head.status, head.header("content-length")), (200, "5"));
    // A body that is announced and does not come does not hold the library.
    let mut slow = live.connect();
    slow.send("POST /trial/echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n123").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(live.get("/trial/revision").status, 200);
    let mut garbage = live.connect();
    garbage.send("\u{0}\u{1}\u{2} nonsense\r\n\r\n").unwrap();
    assert!(garbage.head().map_or(true, |(status, _)| status == 400));
}
