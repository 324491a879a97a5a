//! The wire's decoder under mutated frames, as a hostile live process could send them. Started by `scripts/fuzz`.

use kandra_fuzz::Fuzz;
use kandra_wire::{FeatureSettings, Hello, MAX_FRAME, Outcome, ToControl, ToLive, WireError, read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn messages() -> Vec<String> {
    let settings = plain(&FeatureSettings::default());
    let at = "\"2026-11-21T10:00:00.000Z\"";
    [
        r#"{"type":"hello","wire":1,"kandra":"0.1.0","pid":7}"#.to_owned(),
        r#"{"type":"reply","id":7,"outcome":{"outcome":"done"}}"#.to_owned(),
        r#"{"type":"reply","id":7,"outcome":{"outcome":"mounted","routes":[{"method":"GET","path":"/count"}],"widget":true}}"#.to_owned(),
        r#"{"type":"reply","id":8,"outcome":{"outcome":"refused","stage":"hash","message":"no"}}"#.to_owned(),
        format!(r#"{{"type":"log","feature":"tea-poll","revision":3,"at":{at},"level":"info","message":"hello"}}"#),
        format!(r#"{{"type":"fault","feature":"tea-poll","revision":3,"at":{at},"kind":"panic","id":"x","route":"GET /","message":"y"}}"#),
        r#"{"type":"stuck","feature":"tea-poll","revision":3}"#.to_owned(),
        r#"{"type":"http_ask","id":1,"feature":"tea-poll","request":{"method":"GET","url":"https://api.example.com/x","headers":[["a","b"]],"body":"","timeout_ms":8000,"secrets":[]}}"#.to_owned(),
        r#"{"type":"http_cancel","id":1}"#.to_owned(),
        r#"{"type":"command","id":1,"deadline":"2026-11-21T10:00:00.000Z","command":{"command":"report"}}"#.to_owned(),
        format!(r#"{{"type":"command","id":2,"deadline":"2026-11-21T10:00:00.000Z","command":{{"command":"mount","feature":"tea-poll","revision":1,"artifact":"{HASH}","tier":"quick","presentation":{{"title":"Tea","summary":""}},"settings":{settings}}}}}"#),
        format!(r#"{{"type":"reply","id":9,"outcome":{}}}"#, plain(&Outcome::Report(Box::default()))),
    ]
    .to_vec()
}

fn plain(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("a message is plain data")
}

fn framed(text: &str) -> Vec<u8> {
    let mut frame = u32::try_from(text.len()).expect("short").to_le_bytes().to_vec();
    frame.extend_from_slice(text.as_bytes());
    frame
}

/// Reads frames until the input ends; what can be read can be written, and read again as the same.
fn read_all<T: DeserializeOwned + Serialize>(mut input: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        loop {
            match read_frame::<T>(&mut input).await {
                Ok(message) => {
                    let before = serde_json::to_value(&message).expect("a message is plain data");
                    let mut bytes = Vec::new();
                    write_frame(&mut bytes, &message).await.expect("what was read fits");
                    assert!(bytes.len() <= MAX_FRAME + 4);
                    let again: T = read_frame(&mut bytes.as_slice()).await.expect("what was written can be read");
                    assert_eq!(serde_json::to_value(&again).expect("plain data"), before);
                }
                Err(WireError::Malformed(_)) => {}
                Err(_) => break,
            }
        }
    });
}

#[test]
fn fuzz_wire() {
    let words = [
        "\"type\":\"",
        "hello",
        "reply",
        "unloaded",
        "log",
        "fault",
        "stuck",
        "http_ask",
        "http_cancel",
        "command",
        "null",
        "true",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "-1",
        "1e400",
        "18446744073709551616",
        "\\ud800",
        "\\u0000",
        "../",
        "\u{7f}",
        "9999-12-31T23:59:60Z",
        "\"extra\":1,",
    ];
    let messages = messages();
    for text in &messages {
        let (live, control) = (serde_json::from_str::<ToControl>(text), serde_json::from_str::<ToLive>(text));
        assert!(live.is_ok() || control.is_ok(), "no seed: {text}: {:?} {:?}", live.err(), control.err());
    }
    let whole: Vec<u8> = messages.iter().flat_map(|text| framed(text)).collect();
    let fuzz = Fuzz::new("wire", env!("CARGO_MANIFEST_DIR")).seeds(messages.iter().map(|text| framed(text))).seeds([whole]).words(&words);
    fuzz.run(|input| {
        read_all::<ToControl>(input);
        read_all::<ToLive>(input);
        read_all::<Hello>(input);
        // With the length put right the text is what is attacked.
        if input.len() > 4 {
            let frame = framed(&String::from_utf8_lossy(&input[4..]));
            read_all::<ToControl>(&frame);
            read_all::<ToLive>(&frame);
        }
    });
}
