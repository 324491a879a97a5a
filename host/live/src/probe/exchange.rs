//! One exchange of a contract, made and judged.

use super::Faults;
use crate::{
    failure::Failure,
    live::{Ask, Live, Reply},
};
use kandra_model::{
    Exchange, ExchangeRequest, Slug,
    probe::{Answer, Captures, ExchangeOutcome, Mismatch},
};

/// Who asks: the same visitor throughout.
const VISITOR: &str = "probe-visitor-000001";

/// The exchanges of one contract, in order.
pub(super) struct Trial<'l> {
    live: &'l Live,
    faults: &'l Faults,
    slug: &'l Slug,
    captures: Captures,
}

impl<'l> Trial<'l> {
    pub fn new(live: &'l Live, faults: &'l Faults, slug: &'l Slug) -> Self {
        Self { live, faults, slug, captures: Captures::default() }
    }

    /// Fills captures in, asks, judges.
    pub async fn attempt(&mut self, exchange: &Exchange) -> ExchangeOutcome {
        let filled = self.captures.fill(exchange);
        let mismatch = match self.ask(&filled.request).await {
            Ok(answer) => self.captures.judge(&filled.expect, &answer).err(),
            Err(mismatch) => Some(mismatch),
        };
        ExchangeOutcome { name: exchange.name.clone(), mismatch }
    }

    async fn ask(&self, request: &ExchangeRequest) -> Result<Answer, Mismatch> {
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
        let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let ask = Ask { method: &request.method, path: &path, query, headers: &headers, body: &body, visitor: VISITOR };
        let reply = match self.live.try_dispatch(ask).await {
            Ok(answered) => Reply::from(answered),
            Err(
                failure @ (Failure::Panic { .. }
                | Failure::Budget { .. }
                | Failure::Deadline { .. }
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
