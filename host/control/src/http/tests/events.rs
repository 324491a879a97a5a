//! Event streams: resumed, reset, ended.

use super::{api, from, get, no_proof, problem};
use crate::app::testing::{Rig, rig};
use crate::guard::{Guard, protect};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use kandra_model::EventBody;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn event(rig: &Rig, done: u32) {
    rig.app.store().record(EventBody::WarmProgress { done, total: 9, finished: false, failure: None }).await.unwrap();
}

async fn chunk(body: &mut BoxBody) -> Option<String> {
    let bytes = poll_fn(|context| Pin::new(&mut *body).poll_next(context)).await?;
    Some(String::from_utf8(bytes.unwrap().to_vec()).unwrap())
}

/// The next chunk that is not a keep-alive comment or the retry hint.
async fn told(body: &mut BoxBody) -> String {
    loop {
        let text = chunk(body).await.expect("the stream goes on");
        if text.contains("data: ") {
            return text;
        }
    }
}

#[actix_web::test]
async fn a_stream_resumes_resets_and_says_goodbye() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    for done in 0..3 {
        event(&rig, done).await;
    }
    let response = api(get("/api/events").insert_header(("Last-Event-ID", "1"))).await;
    assert_eq!(response.headers().get("content-type").unwrap(), "text/event-stream");
    let mut body = response.into_body();
    let first = told(&mut body).await;
    assert!(first.contains("id: 2\n") && first.contains("\"kind\":\"warm_progress\"") && !first.contains("event:"), "{first}");
    assert!(told(&mut body).await.contains("id: 3\n"));
    event(&rig, 3).await;
    assert!(told(&mut body).await.contains("\"done\":3"));

    for unknown in ["99999", "-5", "rubbish"] {
        let mut other = api(get("/api/events").insert_header(("Last-Event-ID", unknown))).await.into_body();
        let reset = told(&mut other).await;
        assert!(reset.contains("event: reset\n") && reset.contains("data: {\"id\":4}"), "{unknown}: {reset}");
    }
    let mut fresh = api(get("/api/events?after=3")).await.into_body();
    assert!(told(&mut fresh).await.contains("id: 4\n"));

    rig.app.stop_signal().send_replace(true);
    assert!(told(&mut body).await.contains("event: bye\n"));
    assert_eq!(chunk(&mut body).await, None);
}

#[actix_web::test]
async fn streams_are_bounded_and_places_come_back() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let mut open = Vec::new();
    let refused = loop {
        let response = api(get("/api/events")).await;
        if response.status() != 200 {
            break response;
        }
        open.push(response);
    };
    assert_eq!(open.len(), 64);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused).await, (429, "too_many_streams".into()));
    assert_eq!(api(from(2, Method::GET, "/api/events")).await.status(), 200);
    drop(open);
    assert_eq!(api(get("/api/events")).await.status(), 200);
}

#[actix_web::test]
async fn a_websocket_tells_the_same() {
    let rig = rig(no_proof);
    event(&rig, 0).await;
    let (app, guard) = (Data::from(Arc::clone(&rig.app)), Data::new(Guard::of(&rig.app)));
    let web = move || App::new().app_data(app.clone()).app_data(guard.clone()).wrap(from_fn(protect)).configure(super::super::configure);
    let server = HttpServer::new(web).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);

    let shake = async |origin: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /api/ws?after=0 HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        (String::from_utf8(head).unwrap(), stream)
    };
    assert!(shake("http://evil.example").await.0.starts_with("HTTP/1.1 403"));
    let (head, mut stream) = shake(&format!("http://{address}")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    let (kind, payload) = frame(&mut stream).await;
    let text = String::from_utf8(payload).unwrap();
    assert!(kind == 1 && text.contains("\"kind\":\"warm_progress\"") && text.contains("\"id\":1"), "{text}");
    rig.app.stop_signal().send_replace(true);
    let (kind, reason) = frame(&mut stream).await;
    assert_eq!((kind, &reason[..2]), (8, &1001_u16.to_be_bytes()[..]));
    handle.stop(false).await;
    serving.await.unwrap().unwrap();
}

/// The next frame but pings: its kind and payload.
async fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    loop {
        let kind = stream.read_u8().await.unwrap() & 0xf;
        let length = match stream.read_u8().await.unwrap() {
            126 => usize::from(stream.read_u16().await.unwrap()),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        if kind != 9 {
            return (kind, payload);
        }
    }
}
