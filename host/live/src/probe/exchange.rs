//! One exchange of a contract, made and judged.

use super::Faults;
use crate::{
    failure::Failure,
    live::{Ask, Live, Reply},
};
use crate::{
    routes::SOCKET,
    sockets::{Note, Notes},
};
use kandra_model::{
    CallDouble, Exchange, ExchangeRequest, Slug,
    probe::{Answer, Captures, ExchangeOutcome, Mismatch},
};
use std::collections::HashMap;

/// Who asks: the same visitor throughout.
const VISITOR: &str = "probe-visitor-000001";

/// The exchanges of one contract, in order.
pub(super) struct Trial<'l> {
    live: &'l Live,
    faults: &'l Faults,
    slug: &'l Slug,
    captures: Captures,
    /// Open WebSockets, by path and the header `socket`.
    sockets: HashMap<(String, String), (String, Notes)>,
}

impl<'l> Trial<'l> {
    pub fn new(live: &'l Live, faults: &'l Faults, slug: &'l Slug) -> Self {
        Self { live, faults, slug, captures: Captures::default(), sockets: HashMap::new() }
    }

    /// Fills captures in, asks, judges.
    pub async fn attempt(&mut self, exchange: &Exchange) -> ExchangeOutcome {
        let filled = self.captures.fill(exchange);
        let answered =
            if filled.request.method == SOCKET { self.converse(&filled.request).await } else { self.ask(&filled.request, &[]).await };
        let mismatch = match answered {
            Ok(answer) => self.captures.judge(&filled.expect, &answer).err(),
            Err(mismatch) => Some(mismatch),
        };
        ExchangeOutcome { name: exchange.name.clone(), mismatch }
    }

    /// Asks what a caller would ask, and holds the answer against what it expects. What came before counts only if it
    /// cannot be made at all.
    pub async fn expected(&self, double: &CallDouble) -> Result<(), Mismatch> {
        for request in &double.before {
            self.ask(request, &[]).await?;
        }
        double.judge(&self.ask(&double.request(), &[]).await?)
    }

    /// Says something to a WebSocket, which is opened when it is first named; answers what came back.
    async fn converse(&mut self, request: &ExchangeRequest) -> Result<Answer, Mismatch> {
        let name = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("socket")).map_or("", |(_, value)| value);
        let key = (request.path.clone(), name.to_owned());
        if !self.sockets.contains_key(&key) {
            let opened = self.live.sockets().open(self.slug, None).ok_or_else(|| Mismatch {
                part: "answer".to_owned(),
                expected: "a WebSocket".to_owned(),
                got: "too many are open".to_owned(),
            })?;
            let hello = ExchangeRequest { text: None, json: None, form: None, ..request.clone() };
            let answer = self.ask(&hello, &[("kandra-socket", &opened.0), ("kandra-event", "open")]).await?;
            if answer.status >= 400 {
                return Ok(answer);
            }
            self.sockets.insert(key.clone(), opened);
        }
        let id = self.sockets[&key].0.clone();
        let answer = self.ask(request, &[("kandra-socket", &id), ("kandra-event", "message")]).await?;
        if answer.status >= 400 {
            return Ok(answer);
        }
        let notes = &mut self.sockets.get_mut(&key).expect("it was opened above").1;
        let received: Vec<serde_json::Value> = std::iter::from_fn(|| notes.try_recv())
            .filter_map(|note| match note {
                Note::Text(text) => Some(serde_json::from_str(&text).unwrap_or_else(|_| serde_json::Value::from(&*text))),
                Note::Close(..) => None,
            })
            .collect();
        let body = serde_json::json!({ "received": received }).to_string().into_bytes();
        Ok(Answer { status: 200, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body })
    }

    async fn ask(&self, request: &ExchangeRequest, more: &[(&str, &str)]) -> Result<Answer, Mismatch> {
        let (target, _) = request.path.split_once('#').unwrap_or((&request.path, ""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = format!("/{}{path}", self.slug);
        let (content_type, body) = body(request);
        let mut headers: Vec<(String, &[u8])> =
            request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes())).collect();
        if let Some(content_type) = content_type
            && !headers.iter().any(|(name, _)| name == "content-type")
        {
            headers.push(("content-type".to_owned(), content_type.as_bytes()));
        }
        let mut headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        headers.extend(more.iter().map(|(name, value)| (*name, value.as_bytes())));
        let ask = Ask { method: &request.method, path: &path, query, headers: &headers, body: &body, visitor: VISITOR };
        let reply = match self.live.try_dispatch(ask).await {
            Ok(answered) => Reply::from(answered),
            Err(
                failure @ (Failure::Panic { .. }
                | Failure::Budget { .. }
                | Failure::Deadline { .. }
                | Failure::AnswerTooLarge { .. }
                | Failure::BadAnswer { .. }
                | Failure::NotAWorker),
            ) => {
                let got = self.faults.take().unwrap_or_else(|| failure.sentence());
                return Err(Mismatch {
                    part: "answer".to_owned(),
                    expected: "an answer".to_owned(),
                    got: format!("{}: {got}", failure.code()),
                });
            }
            Err(failure) => failure.into(),
        };
        Ok(Answer { status: reply.status, headers: reply.headers, body: reply.body })
    }
}

fn body(request: &ExchangeRequest) -> (Option<&'static str>, Vec<u8>) {
    if let Some(json) = &request.json {
        return (Some("application/json"), json.to_string().into_bytes());
    }
    if let Some(form) = &request.form {
        let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        return (Some("application/x-www-form-urlencoded"), pairs.join("&").into_bytes());
    }
    match &request.text {
        Some(text) => (Some("text/plain; charset=utf-8"), text.clone().into_bytes()),
        None => (None, Vec::new()),
    }
}

/// As a browser encodes a form's field.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded_as_browsers_do() {
        assert_eq!(encode("a b&c=é*"), "a+b%26c%3D%C3%A9*");
    }
}
