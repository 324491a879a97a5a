//! From a recipe's files and its parameters to a crate.
//!
//! A recipe is an ordinary crate with sample values. Its constants get the values that were asked for: `const NAME: … =
//! …;` at the head of a line is written anew, as a Rust literal. In `Cargo.toml`, `contract.toml` and `README.md`,
//! `{{name}}` stands for a word and `{{#name}}…{{/name}}` or `{{^name}}…{{/name}}` for lines that are there if it is
//! `true`, or is not; in Rust such a mark stands behind `//`, and a file of which nothing stays is left out. In every file `⟦Add|Hinzufügen⟧` is one of the two, by the language of the wish. Text is escaped for
//! where it lands; nothing that is put in is read again.

use std::collections::BTreeMap;

/// The value of a constant.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Texts(Vec<String>),
    Number(i64),
    Flag(bool),
    /// An expression of ours, its texts already escaped by [`literal`].
    Rust(String),
}

/// What a `{{name}}` becomes.
#[derive(Clone, Debug)]
pub(crate) enum Word {
    /// Escaped for the file it lands in; in TOML it must stand between double quotes.
    Text(String),
    /// As it is: a number, a flag, a list made by [`toml_list`].
    Raw(String),
}

/// What the labels of a feature are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

/// Fills in one file.
pub(crate) fn render(path: &str, template: &str, language: Language, values: &[(&str, Value)], words: &BTreeMap<&str, Word>) -> String {
    let template = labels(template, language);
    if path.ends_with(".rs") {
        let template = sections(&template, words);
        values.iter().fold(template, |text, (name, value)| with_constant(&text, name, value))
    } else {
        let escape: fn(&str) -> String = if path.ends_with(".toml") { toml_escape } else { markdown_escape };
        substitute(&sections(&template, words), words, escape)
    }
}

/// Each `⟦English|Deutsch⟧` in one language.
fn labels(template: &str, language: Language) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('⟦') {
        let (label, after) = after.split_once('⟧').expect("a recipe closes its labels");
        let (english, german) = label.split_once('|').unwrap_or((label, label));
        out.push_str(before);
        out.push_str(if language == Language::German { german } else { english });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn with_constant(text: &str, name: &str, value: &Value) -> String {
    let head = format!("const {name}: ");
    let Some(start) =
        text.match_indices(&head).map(|(i, _)| i).find(|i| *i == 0 || text[..*i].ends_with(['\n']) || text[..*i].ends_with("\npub "))
    else {
        return text.to_owned();
    };
    let after_type = start + text[start..].find(" = ").expect("a constant has a value") + 3;
    let end = after_type + text[after_type..].find(";\n").expect("a constant ends with its line");
    format!("{}{}{}", &text[..after_type], value.to_rust(), &text[end..])
}

impl Value {
    pub fn to_rust(&self) -> String {
        match self {
            Self::Text(text) => literal(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Rust(expression) => expression.clone(),
            Self::Texts(texts) => {
                let one_line = format!("&[{}]", texts.iter().map(|t| literal(t)).collect::<Vec<_>>().join(", "));
                if one_line.len() <= 90 {
                    return one_line;
                }
                let lines: String = texts.iter().map(|t| format!("    {},\n", literal(t))).collect();
                format!("&[\n{lines}]")
            }
        }
    }
}

/// A Rust string literal. Control, format and direction characters are written as escapes.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if is_hidden(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The inside of a TOML basic string.
pub(crate) fn toml_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if is_hidden(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A TOML array of strings.
pub(crate) fn toml_list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|t| format!("\"{}\"", toml_escape(t))).collect::<Vec<_>>().join(", "))
}

/// One line of text in Markdown.
fn markdown_escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' | '&' => format!("\\{c}"),
            c if is_hidden(c) || c == '\n' => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
            && c != '\u{200d}'
}

/// Keeps or drops the lines between section marks.
fn sections(template: &str, words: &BTreeMap<&str, Word>) -> String {
    let mut keep: Vec<bool> = Vec::new();
    let mut out = String::with_capacity(template.len());
    for line in template.split_inclusive('\n') {
        let mark = line.trim().trim_start_matches("//").strip_prefix("{{").and_then(|l| l.strip_suffix("}}"));
        match mark.map(|m| m.split_at(1)) {
            Some((sign @ ("#" | "^"), name)) => {
                let is_true = matches!(words.get(name), Some(Word::Raw(raw)) if raw == "true");
                keep.push(is_true == (sign == "#"));
            }
            Some(("/", _)) => {
                keep.pop();
            }
            _ if keep.iter().all(|k| *k) => out.push_str(line),
            _ => {}
        }
    }
    out
}

fn substitute(template: &str, words: &BTreeMap<&str, Word>, escape: fn(&str) -> String) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        out.push_str(&rest[..open]);
        let after = &rest[open + 2..];
        let word = after.find("}}").and_then(|close| words.get(&after[..close]).map(|w| (w, close)));
        match word {
            Some((Word::Text(text), close)) => {
                out.push_str(&escape(text));
                rest = &after[close + 2..];
            }
            Some((Word::Raw(raw), close)) => {
                out.push_str(raw);
                rest = &after[close + 2..];
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_written_anew() {
        let template = "/// What.\nconst A: &str = \"x\";\nconst B: &[&str] = &[\n    \"y\",\n];\nfn f() { let _ = A; }\n";
        let values =
            [("A", Value::Text("a \"quoted\" \\ line\n{{b}}".into())), ("B", Value::Texts(vec!["1".into()])), ("C", Value::Number(1))];
        let text = render("src/lib.rs", template, Language::English, &values, &BTreeMap::new());
        assert_eq!(
            text,
            "/// What.\nconst A: &str = \"a \\\"quoted\\\" \\\\ line\\n{{b}}\";\nconst B: &[&str] = &[\"1\"];\nfn f() { let _ = A; }\n"
        );
    }

    #[test]
    fn labels_follow_the_wish_and_words_are_no_labels() {
        let words = BTreeMap::from([("a", Word::Text("⟦x|y⟧".into()))]);
        let template = "t = \"⟦Add {n}|{n} dazu⟧ {{a}}\"\n";
        assert_eq!(render("contract.toml", template, Language::English, &[], &words), "t = \"Add {n} ⟦x|y⟧\"\n");
        assert_eq!(render("contract.toml", template, Language::German, &[], &words), "t = \"{n} dazu ⟦x|y⟧\"\n");
    }

    #[test]
    fn words_are_filled_in_once_and_escaped() {
        let words = BTreeMap::from([
            ("a", Word::Text("\"{{b}}\" \u{202e}".into())),
            ("b", Word::Raw("[1]".into())),
            ("on", Word::Raw("true".into())),
        ]);
        let template = "x = \"{{a}}\"\n{{#on}}\ny = {{b}}\n{{/on}}\n{{^on}}\nz = 1\n{{/on}}\nw = \"{{none}}\"\n";
        let text = render("contract.toml", template, Language::German, &[], &words);
        assert_eq!(text, "x = \"\\\"{{b}}\\\" \\U0000202E\"\ny = [1]\nw = \"{{none}}\"\n");
    }
}
