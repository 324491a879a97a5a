//! What one feature expects of another that it calls.
//!
//! While a feature's own contract is tried, these answer in the other feature's place. When the other feature gets a new
//! revision, the same are asked of it: what they answer must then still be of this form, or the feature that relies on it
//! would break.

use crate::{
    ExchangeRequest, HttpDoubleAnswer, Slug,
    probe::{Answer, Mismatch},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a call of another feature would answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallDouble {
    /// The other feature.
    pub feature: Slug,
    /// Upper case.
    #[serde(default = "get")]
    pub method: String,
    /// Relative to the other feature. With a query it must be asked exactly so, without one any query fits.
    pub path: String,
    /// What is sent when the other feature itself is asked; at most one of `json`, `form` and `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The same as a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<std::collections::BTreeMap<String, String>>,
    /// The same as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is asked of the other feature before, so that it has something to answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<ExchangeRequest>,
    /// What comes back.
    pub answer: HttpDoubleAnswer,
}

fn get() -> String {
    "GET".to_owned()
}

/// What calls of other features may ask with.
pub const CALL_METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The most requests before one double.
const MAX_BEFORE: usize = 8;

impl CallDouble {
    /// Whether it answers this call; the path may hold a query.
    pub fn answers(&self, feature: &str, method: &str, path: &str) -> bool {
        let asked = if self.path.contains('?') { path } else { path.split('?').next().unwrap_or_default() };
        self.feature.as_str() == feature && self.method == method && self.path == asked
    }

    /// What is asked of the other feature itself.
    pub fn request(&self) -> ExchangeRequest {
        let (method, path) = (self.method.clone(), self.path.clone());
        let (json, form, text) = (self.json.clone(), self.form.clone(), self.text.clone());
        ExchangeRequest { method, path, json, form, text, ..ExchangeRequest::default() }
    }

    /// In what the other feature's own answer is of another form than this one's: another status, a header or a member of
    /// an object that is not there, a value of another kind. Values may differ, and so may the lengths of lists.
    pub fn judge(&self, answer: &Answer) -> Result<(), Mismatch> {
        let shown = || crate::probe::shorten(&answer.body);
        if answer.status != self.answer.status {
            let (expected, got) = (self.answer.status.to_string(), format!("{}: {}", answer.status, shown()));
            return Err(Mismatch { part: "status".to_owned(), expected, got });
        }
        for name in self.answer.headers.keys() {
            if !answer.headers.iter().any(|(there, _)| there.eq_ignore_ascii_case(name)) {
                return Err(Mismatch { part: format!("header {name}"), expected: "a value".to_owned(), got: "nothing".to_owned() });
            }
        }
        if let Some(expected) = &self.answer.json {
            let Ok(found) = serde_json::from_slice::<Value>(&answer.body) else {
                return Err(Mismatch { part: "json".to_owned(), expected: expected.to_string(), got: shown() });
            };
            if let Some((at, expected, got)) = other_form(expected, &found, String::new()) {
                return Err(Mismatch { part: format!("json {at}").trim_end().to_owned(), expected, got });
            }
        }
        Ok(())
    }

    pub(crate) fn problem(&self) -> Option<&'static str> {
        if !CALL_METHODS.contains(&self.method.as_str()) {
            return Some("has a method other than GET, POST, PUT, PATCH, DELETE");
        }
        if self.before.len() > MAX_BEFORE {
            return Some("asks more than 8 things before");
        }
        let requests = std::iter::once(&self.request()).chain(&self.before).find_map(ExchangeRequest::problem);
        requests.or_else(|| self.answer.problem())
    }
}

/// A double of a feature that calls the one which is tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallerDouble {
    /// Who calls.
    pub caller: Slug,
    /// What it expects.
    pub double: CallDouble,
}

/// The first place that has another form, what stands there and what was found.
fn other_form(expected: &Value, found: &Value, at: String) -> Option<(String, String, String)> {
    match (expected, found) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(wanted), Value::Object(there)) => wanted.iter().find_map(|(key, value)| match there.get(key) {
            Some(found) => other_form(value, found, format!("{at}/{key}")),
            None => Some((format!("{at}/{key}"), kind(value).to_owned(), "nothing".to_owned())),
        }),
        (Value::Array(wanted), Value::Array(there)) => match (wanted.first(), there.first()) {
            (Some(wanted), Some(there)) => other_form(wanted, there, format!("{at}/0")),
            _ => None,
        },
        (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => None,
        (a, b) => Some((at, kind(a).to_owned(), kind(b).to_owned())),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contract;

    fn double(rest: &str) -> Result<CallDouble, crate::ContractError> {
        let text = format!(
            "[[exchange]]\nname = \"x\"\nrequest = {{ path = \"/\" }}\nexpect = {{ contains = [\"x\"] }}\n[[call]]\nfeature = \"counter\"\n{rest}"
        );
        Contract::parse(&text).map(|mut contract| contract.calls.remove(0))
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: vec![("Location".into(), "/x".into())], body: body.into() }
    }

    #[test]
    fn doubles_answer_what_they_name() {
        let any = double("path = \"/count\"\nanswer = { json = { count = 1 } }").unwrap();
        assert!(any.answers("counter", "GET", "/count?a=1") && !any.answers("counter", "POST", "/count"));
        assert!(!any.answers("other", "GET", "/count") && !any.answers("counter", "GET", "/counts"));
        let narrow = double("method = \"POST\"\npath = \"/count?a=1\"\nanswer = {}").unwrap();
        assert!(narrow.answers("counter", "POST", "/count?a=1") && !narrow.answers("counter", "POST", "/count"));
        for bad in [
            "path = \"count\"\nanswer = {}",
            "path = \"/\"\nmethod = \"TASK\"\nanswer = {}",
            "path = \"/\"\nanswer = { status = 100 }",
            "path = \"/\"\nanswer = { text = \"\", json = 1 }",
            "path = \"/\"\njson = 1\ntext = \"a\"\nanswer = {}",
            "path = \"/\"\nbefore = [{ path = \"x\" }]\nanswer = {}",
            "path = \"/\"",
        ] {
            assert!(double(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_form_of_an_answer_counts_and_not_its_values() {
        let double = double(
            "path = \"/\"\nanswer = { headers = { location = \"/\" }, json = { count = 7, tags = [\"a\"], by = { name = \"x\" } } }",
        )
        .unwrap();
        let judge = |body: &str| double.judge(&answer(200, body)).map_err(|mismatch| mismatch.part);
        assert_eq!(judge(r#"{"count":0,"tags":[],"by":{"name":"y","more":1},"new":true}"#), Ok(()));
        assert_eq!(judge(r#"{"count":0,"tags":["b","c"],"by":null}"#), Ok(()));
        assert_eq!(judge(r#"{"count":"0","tags":[],"by":{"name":"y"}}"#), Err("json /count".to_owned()));
        assert_eq!(judge(r#"{"count":0,"tags":[1],"by":{"name":"y"}}"#), Err("json /tags/0".to_owned()));
        assert_eq!(judge(r#"{"count":0,"tags":[],"by":{}}"#), Err("json /by/name".to_owned()));
        assert_eq!(judge("7 clicks"), Err("json".to_owned()));
        assert_eq!(double.judge(&answer(404, "{}")).unwrap_err().part, "status");
        assert_eq!(double.judge(&Answer { headers: vec![], ..answer(200, "{}") }).unwrap_err().part, "header location");
    }
}
