//! What a file's bytes may be: bounded UTF-8 that looks to a reader like what the compiler reads.

use super::{MAX_CONTRACT_BYTES, MAX_FILE_BYTES, MAX_LINE_CHARS, MAX_MANIFEST_BYTES};
use crate::{
    Finding,
    finding::Place,
    fix::{Edit, Kind},
};

/// What some editors begin a file with.
const MARK: char = '\u{FEFF}';

/// The file's text, or `None` with the reasons in `findings`.
pub(super) fn check(path: &str, bytes: Vec<u8>, findings: &mut Vec<Finding>) -> Option<String> {
    let limit = match path {
        "Cargo.toml" => MAX_MANIFEST_BYTES,
        "contract.toml" => MAX_CONTRACT_BYTES,
        _ => MAX_FILE_BYTES,
    };
    let refuse =
        |code: &str, message: String, hint: &str| Finding::error(code, message).hint(hint).file(path.chars().take(120).collect::<String>());
    if bytes.len() > limit {
        let message = format!("the file has {} bytes; at most {limit} are accepted", bytes.len());
        findings.push(refuse("source/file-too-large", message, "Leave out large tables and embedded images, or split the module."));
        return None;
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            findings.push(refuse(
                "source/not-utf-8",
                format!("the file is not UTF-8 (byte {at})"),
                "Save it as UTF-8 without a byte-order mark.",
            ));
            return None;
        }
    };
    let before = findings.len();
    for (number, line) in (1u32..).zip(text.split('\n')) {
        let mut length = 0usize;
        for (column, character) in (1u32..).zip(line.chars()) {
            length += 1;
            if let Some((what, hint)) = forbidden(character) {
                let message = format!("{what} (U+{:04X}) is not accepted", u32::from(character));
                let mark = Edit { at: 0, end: MARK.len_utf8(), kind: Kind::NoMark };
                let fix = (number == 1 && column == 1 && character == MARK).then_some(mark);
                findings.push(refuse("source/character", message, hint).place(Place((number, column, number, column + 1))).fix(fix));
                return None;
            }
            if character == '\r' && column as usize != line.chars().count() {
                let finding = refuse("source/character", "a carriage return stands inside a line".into(), "End lines with a line feed.");
                findings.push(finding.place(Place((number, column, number, column + 1))));
                return None;
            }
        }
        if length > MAX_LINE_CHARS {
            let message = format!("the line has {length} characters; at most {MAX_LINE_CHARS} are accepted");
            let hint = "Break it; a long string can span lines, or be joined with `concat!`.";
            findings.push(refuse("source/line-too-long", message, hint).place(Place((
                number,
                MAX_LINE_CHARS as u32,
                number,
                length as u32,
            ))));
        }
        if findings.len() > before + 10 {
            return None;
        }
    }
    (findings.len() == before).then_some(text)
}

/// Characters that a reader sees differently from the compiler, or not at all.
fn forbidden(character: char) -> Option<(&'static str, &'static str)> {
    match character {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => Some((
            "a control for text direction",
            "It makes code look different from what it is; in a string write it as an escape: `\\u{202E}`.",
        )),
        '\n' | '\r' | '\t' => None,
        '\0' => Some(("a NUL character", "Delete it, or write `\\0` in a string.")),
        MARK => Some(("a byte-order mark", "Save the file as UTF-8 without one.")),
        '\u{2028}' | '\u{2029}' | '\u{0085}' => Some(("an unusual line break", "End lines with a line feed; in a string write an escape.")),
        '\u{00AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => Some((
            "an invisible character",
            "Nobody sees it, but compilers and models read it; in a string write it as an escape: `\\u{200B}`.",
        )),
        c if c.is_control() => Some(("a control character", "Delete it, or write it as an escape in a string.")),
        _ => None,
    }
}
