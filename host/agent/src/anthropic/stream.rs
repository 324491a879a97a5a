//! From the events of a Messages stream to one answer: the input of the tool that was called, and the tokens used.

use serde::Deserialize;
use serde_json::Value;

/// The most bytes of a tool's input.
const MOST_INPUT: usize = 2 << 20;

/// What came of a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// The tool that was called, and its input as text.
    pub tool: Option<(String, String)>,
    /// Why the model stopped.
    pub stop_reason: Option<String>,
    /// Tokens sent, cached ones included.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// `message_stop` has come: nothing is missing.
    pub is_complete: bool,
}

/// An `error` event, or a stream that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamError {
    /// `overloaded_error`, `api_error`, …
    pub kind: String,
    pub message: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: Stop,
        #[serde(default)]
        usage: Usage,
    },
    MessageStop,
    Error {
        error: Fault,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    ToolUse {
        name: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Delta {
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Stop {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
}

impl Answer {
    /// Takes the data of one event.
    pub fn take(&mut self, data: &str) -> Result<(), StreamError> {
        let broken = |message: String| StreamError { kind: "broken_stream".to_owned(), message };
        let event: Event = serde_json::from_str(data).map_err(|e| broken(e.to_string()))?;
        match event {
            Event::MessageStart { message } => self.count(&message.usage),
            Event::ContentBlockStart { content_block: Block::ToolUse { name } } if self.tool.is_none() => {
                self.tool = Some((name, String::new()));
            }
            Event::ContentBlockStart { content_block: Block::ToolUse { .. } } => {
                return Err(broken("more than one tool was called".to_owned()));
            }
            Event::ContentBlockDelta { delta: Delta::InputJsonDelta { partial_json } } => {
                let Some((_, input)) = &mut self.tool else { return Err(broken("input without a tool".to_owned())) };
                if input.len() + partial_json.len() > MOST_INPUT {
                    return Err(broken(format!("the answer is longer than {MOST_INPUT} bytes")));
                }
                input.push_str(&partial_json);
            }
            Event::MessageDelta { delta, usage } => {
                self.count(&usage);
                self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
            }
            Event::MessageStop => self.is_complete = true,
            Event::Error { error } => return Err(StreamError { kind: error.kind, message: error.message }),
            Event::ContentBlockStart { .. } | Event::ContentBlockDelta { .. } | Event::Other => {}
        }
        Ok(())
    }

    /// Later counts replace earlier ones: the API sends running totals.
    fn count(&mut self, usage: &Usage) {
        let input = [usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens];
        if usage.input_tokens.is_some() {
            self.input_tokens = self.input_tokens.max(input.iter().flatten().fold(0, |sum, n| sum.saturating_add(*n)));
        }
        self.output_tokens = self.output_tokens.max(usage.output_tokens.unwrap_or(0));
    }

    /// The input of the wanted tool; `Err` says what came instead.
    pub fn input(&self, wanted: &str) -> Result<Value, String> {
        let Some((name, input)) = &self.tool else { return Err("the answer was prose, not a call of the tool".to_owned()) };
        if name != wanted {
            return Err(format!("the answer called another tool than {wanted}"));
        }
        if self.stop_reason.as_deref() == Some("max_tokens") {
            return Err("the answer was too long and was cut off; write less".to_owned());
        }
        serde_json::from_str(input).map_err(|e| format!("the tool's input is not JSON: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(events: &[&str]) -> Result<Answer, StreamError> {
        let mut answer = Answer::default();
        events.iter().try_for_each(|e| answer.take(e)).map(|()| answer)
    }

    const START: &str =
        r#"{"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}}"#;
    const TOOL: &str = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"plan","input":{}}}"#;
    const END: &str = r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}"#;

    fn json(part: &str) -> String {
        serde_json::json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": part}})
            .to_string()
    }

    #[test]
    fn a_tool_call_is_put_together() {
        let answer = fed(&[START, r#"{"type":"ping"}"#, TOOL, &json("{\"a\":"), &json("1}"), END, r#"{"type":"message_stop"}"#]).unwrap();
        assert_eq!(answer.input("plan").unwrap()["a"], 1);
        assert_eq!((answer.input_tokens, answer.output_tokens, answer.is_complete), (100, 7, true));
        assert!(answer.input("files").is_err());
    }

    #[test]
    fn what_is_no_call_is_named() {
        let prose = fed(&[START, r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#, END]).unwrap();
        assert!(prose.input("plan").unwrap_err().contains("prose"));
        assert!(!prose.is_complete);
        assert!(fed(&[START, TOOL, &json("{\"a"), END]).unwrap().input("plan").unwrap_err().contains("not JSON"));
        let error = fed(&[START, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#]).unwrap_err();
        assert_eq!(error.kind, "overloaded_error");
        assert_eq!(fed(&["{"]).unwrap_err().kind, "broken_stream");
        assert_eq!(fed(&[TOOL, TOOL]).unwrap_err().kind, "broken_stream");
        assert_eq!(fed(&[&json("x")]).unwrap_err().kind, "broken_stream");
    }
}
