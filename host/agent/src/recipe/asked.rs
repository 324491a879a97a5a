//! A request's words, cut up once: what patterns match against and what parameters are taken from.

use super::words::KNOWN;
use std::ops::Range;

/// The most characters of a request that are looked at.
const MOST_CHARS: usize = 2_200;

/// One word of a request.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// Lower case; accents of European languages folded away (`ü` → `u`).
    pub text: String,
    /// Where it stands in [`Asked::text`], bytes.
    pub at: Range<usize>,
    /// Whether a sentence, line or clause in parentheses begins here.
    pub starts_sentence: bool,
    /// Whether it may be another word with a slip of the finger: long enough, and no word that we know.
    pub may_be_slip: bool,
    /// Whether it belongs to the title.
    pub in_title: bool,
}

/// A request's words.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Title, newline, details; control and direction characters but the newline replaced by spaces, curly quotes straightened.
    pub text: String,
    /// Its words.
    pub words: Vec<Word>,
    /// Where the title ends in `text`.
    pub title_end: usize,
}

impl Asked {
    /// Cuts a request up.
    pub fn new(title: &str, details: &str) -> Self {
        let mut text = clean(title).replace('\n', " ").trim().to_owned();
        let title_end = text.len();
        text.push('\n');
        text.push_str(clean(details).trim());
        let text: String = text.chars().take(MOST_CHARS).collect();
        let title_end = title_end.min(text.len());
        Self::of(text, title_end)
    }

    /// Cuts up a text that is clean already.
    pub fn of(text: String, title_end: usize) -> Self {
        let words = cut(&text, title_end);
        Self { text, words, title_end }
    }

    /// The original text from the first to the last of these words.
    pub fn slice(&self, words: Range<usize>) -> &str {
        match (self.words.get(words.start), words.end.checked_sub(1).and_then(|i| self.words.get(i))) {
            (Some(first), Some(last)) if words.start < words.end => &self.text[first.at.start..last.at.end],
            _ => "",
        }
    }

    /// The words that lie in this byte range.
    pub fn words_in(&self, bytes: Range<usize>) -> Range<usize> {
        let start = self.words.partition_point(|w| w.at.start < bytes.start);
        let end = self.words.partition_point(|w| w.at.end <= bytes.end);
        start..end.max(start)
    }

    /// What follows the word before `word` up to the end of its line or sentence: text and where it stands.
    pub fn rest_of_sentence(&self, word: usize) -> Range<usize> {
        let Some(first) = self.words.get(word) else { return self.text.len()..self.text.len() };
        let start = first.at.start;
        let mut end = self.text.len();
        let bytes = self.text.as_bytes();
        let mut i = start;
        while i < bytes.len() {
            let sentence_ends = match bytes[i] {
                b'\n' | b'?' | b'!' => true,
                b'.' => bytes.get(i + 1).is_none_or(|b| b.is_ascii_whitespace()) && !(i > 0 && bytes[i - 1].is_ascii_digit()),
                _ => false,
            };
            if sentence_ends {
                end = i;
                break;
            }
            i += 1;
        }
        start..end.max(start)
    }
}

/// One text without control and direction characters, quotes straightened.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => '"',
            '\n' => '\n',
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

fn cut(text: &str, title_end: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut begun: Option<usize> = None;
    let mut starts_sentence = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let inside = c.is_alphanumeric() || (c == '\'' && begun.is_some() && next.is_some_and(char::is_alphabetic));
        if inside && begun.is_none() {
            begun = Some(at);
        }
        let ends = !next.is_some_and(|n| n.is_alphanumeric() || n == '\'' && inside);
        if inside && !ends {
            continue;
        }
        if let Some(start) = begun.take() {
            let end = if inside { at + c.len_utf8() } else { at };
            let text = fold(&text[start..end]);
            let may_be_slip = text.len() >= 5 && text.is_ascii() && !KNOWN.contains(text.as_str());
            words.push(Word { text, at: start..end, starts_sentence, may_be_slip, in_title: start < title_end });
            starts_sentence = false;
        }
        if !inside {
            starts_sentence |= matches!(c, '.' | '!' | '?' | '\n' | ';' | '(');
        }
    }
    words
}

/// Lower case, without the accents of European languages and without apostrophes.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ß' => folded.push_str("ss"),
            '\'' => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(asked: &Asked) -> Vec<&str> {
        asked.words.iter().map(|w| w.text.as_str()).collect()
    }

    #[test]
    fn words_are_cut_and_folded() {
        let asked = Asked::new("A Tic-Tac-Toe game, Ann's “Größe”!", "roll 2d6. Don't\u{202e} wait");
        assert_eq!(texts(&asked), ["a", "tic", "tac", "toe", "game", "anns", "grosse", "roll", "2d6", "dont", "wait"]);
        assert!(asked.words[7].starts_sentence && asked.words[9].starts_sentence && !asked.words[8].starts_sentence);
        assert!(asked.words[6].in_title && !asked.words[7].in_title);
        assert_eq!(asked.slice(5..7), "Ann's \"Größe");
    }

    #[test]
    fn anything_can_be_cut() {
        for text in ["", "'", "''''", "a'", "'a", "\u{301}", "🎲🎲", "a\u{0}b", "日本語 テスト", "---", "(((("] {
            let asked = Asked::new(text, text);
            for word in &asked.words {
                assert!(asked.text.is_char_boundary(word.at.start) && asked.text.is_char_boundary(word.at.end));
            }
        }
    }

    #[test]
    fn a_sentence_ends_where_it_should() {
        let asked = Asked::new("Poll: 24.12. or 2.5 apples? yes", "");
        assert_eq!(&asked.text[asked.rest_of_sentence(1)], "24.12. or 2.5 apples");
    }
}
