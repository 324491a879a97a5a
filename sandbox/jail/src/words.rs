//! What a long-lived child writes to its standard error, passed on to ours.
//!
//! The child gets a pipe and not our own descriptor: that may be a terminal, from which it could read what the operator
//! types, or a file, which it could empty. Lines are bounded in length and number, and hold no control characters.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    thread,
    time::{Duration, Instant},
};

/// Bytes of a line that are passed on.
const LINE: u64 = 4 << 10;
/// Lines of one second; further ones are counted.
const LINES: u32 = 200;

/// Passes lines on until the child has closed its end.
pub(crate) fn pass_on(source: impl Read + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("kandra-words".to_owned()).spawn(move || copy(source, io::stderr(), Duration::from_secs(1)))?;
    Ok(())
}

fn copy(source: impl Read, mut sink: impl Write, second: Duration) {
    let mut source = BufReader::new(source);
    let (mut began, mut lines, mut dropped) = (Instant::now(), 0, 0u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        match source.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            _ => return,
        }
        if began.elapsed() >= second {
            if dropped > 0 {
                // Nobody is told that the operator cannot be told.
                let _ = writeln!(sink, "({dropped} more lines of the same process were left out)");
            }
            (began, lines, dropped) = (Instant::now(), 0, 0);
        }
        lines += 1;
        if lines > LINES {
            dropped += 1;
            continue;
        }
        let _ = sink.write_all(plain(&line).as_bytes());
    }
}

/// One line without what a terminal would obey.
fn plain(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
    let mut plain: String = text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
    plain.push('\n');
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded_and_no_terminal_obeys_them() {
        let mut said = b"well\n\x1b]0;owned\x07\r\x1b[2J\n".to_vec();
        said.extend([b'x'; 5000]);
        said.push(b'\n');
        said.extend(b"more\n".repeat(LINES as usize));
        let mut heard = Vec::new();
        copy(&said[..], &mut heard, Duration::from_secs(3600));
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.starts_with("well\n\u{fffd}]0;owned\u{fffd}\u{fffd}\u{fffd}[2J\n"), "{}", &heard[..80]);
        assert!(heard.lines().all(|line| line.len() <= LINE as usize));
        assert_eq!(heard.lines().count(), LINES as usize);
    }
}
