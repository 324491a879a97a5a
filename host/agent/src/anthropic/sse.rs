//! Server-sent events from bytes, by hand and with bounds. Only what the Messages API uses: `data` fields.

/// The longest line.
const MOST_LINE: usize = 1 << 20;
/// The most bytes of one stream.
const MOST_STREAM: usize = 8 << 20;

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SseError {
    #[error("a line of the stream is longer than {MOST_LINE} bytes")]
    Line,
    #[error("the stream is longer than {MOST_STREAM} bytes")]
    Stream,
    #[error("the stream is not UTF-8")]
    Text,
}

/// Collects bytes into events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    seen: usize,
    after_return: bool,
}

impl Events {
    /// Takes the next bytes; answers the `data` of each event that they complete.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, SseError> {
        self.seen += bytes.len();
        if self.seen > MOST_STREAM {
            return Err(SseError::Stream);
        }
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() >= MOST_LINE => return Err(SseError::Line),
                _ => self.line.push(*byte),
            }
            self.after_return = *byte == b'\r';
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<String>, SseError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let complete = std::mem::take(&mut self.has_data);
            let data = std::mem::take(&mut self.data);
            return Ok(complete.then_some(data));
        }
        let line = std::str::from_utf8(&line).map_err(|_| SseError::Text)?;
        if let Some(value) = line.strip_prefix("data:") {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
            self.has_data = true;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_however_the_bytes_are_cut() {
        let stream = "event: a\r\ndata: {\"x\":1}\r\n\r\n: ping\n\ndata: one\ndata:two ü\n\ndata: cut";
        for size in 1..stream.len() {
            let mut events = Events::default();
            let mut found = Vec::new();
            for chunk in stream.as_bytes().chunks(size) {
                found.extend(events.take(chunk).unwrap());
            }
            assert_eq!(found, ["{\"x\":1}", "one\ntwo ü"], "chunks of {size}");
        }
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused() {
        assert_eq!(Events::default().take(&vec![b'x'; MOST_LINE + 1]), Err(SseError::Line));
        assert_eq!(Events::default().take(b"data: \xff\n\n"), Err(SseError::Text));
        let mut events = Events::default();
        let lines = "data: x\n\n".repeat(1000);
        assert!((0..2000).any(|_| events.take(lines.as_bytes()) == Err(SseError::Stream)));
    }
}
