//! A small language for evidence: which word sequences speak for a recipe, or against all of them.
//!
//! A pattern is words with spaces between. Each word may be `a|b` (alternatives), end in `*` (any ending) or in `?`
//! (may be missing); `..` stands for up to three words. Patterns are written folded: lower case, no accents, no hyphens.
//! Words of five letters and more also match with one slip of the finger, of nine and more with two, unless what was
//! typed is itself a word that some pattern or the list of everyday words knows.

use super::asked::Word;
use std::ops::Range;

/// The first place where `pattern` matches at or after `from`.
pub(crate) fn find(words: &[Word], pattern: &str, from: usize) -> Option<Range<usize>> {
    let begins = Beginnings::of(pattern);
    (from..words.len())
        .filter(|start| begins.allow(&words[*start].text))
        .find_map(|start| match_at(words, pattern, start).map(|end| start..end))
}

/// Which bytes a match can begin with, one bit for each residue by 64. A request has hundreds of words and is tried
/// against hundreds of patterns; few of the words share their first letter with a pattern.
#[derive(Clone, Copy)]
struct Beginnings(u64);

impl Beginnings {
    fn of(pattern: &str) -> Self {
        let mut bits = 0;
        for element in pattern.split_ascii_whitespace() {
            if element == ".." {
                return Self(u64::MAX);
            }
            let (alternatives, optional) = element.strip_suffix('?').map_or((element, false), |e| (e, true));
            for alternative in alternatives.split('|') {
                bits |= Self::bit(alternative);
            }
            if !optional {
                break;
            }
        }
        Self(bits)
    }

    /// A word with a slip still begins as it should.
    fn allow(self, typed: &str) -> bool {
        self.0 & Self::bit(typed) != 0
    }

    fn bit(word: &str) -> u64 {
        word.bytes().next().map_or(u64::MAX, |first| 1 << (first % 64))
    }
}

/// All places where it matches, not overlapping.
pub(crate) fn find_all(words: &[Word], pattern: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(range) = find(words, pattern, from) {
        from = range.end.max(range.start + 1);
        found.push(range);
    }
    found
}

/// Whether a pattern names this word itself.
pub(crate) fn names(word: &Word, pattern: &str) -> bool {
    let mut alternatives = pattern.split_ascii_whitespace().filter(|e| *e != "..").flat_map(|e| e.trim_end_matches('?').split('|'));
    alternatives.any(|a| matches(word, a))
}

/// Where a match that begins at `start` ends.
pub(crate) fn match_at(words: &[Word], pattern: &str, start: usize) -> Option<usize> {
    match_rest(words, pattern, start, start)
}

fn match_rest(words: &[Word], pattern: &str, at: usize, start: usize) -> Option<usize> {
    let pattern = pattern.trim_start();
    if pattern.is_empty() {
        return (at > start).then_some(at);
    }
    let (element, rest) = pattern.split_once(' ').unwrap_or((pattern, ""));
    let same_sentence = |i: usize| i < words.len() && (i == start || !words[i].starts_sentence);
    if element == ".." {
        return (0..=3).take_while(|n| *n == 0 || same_sentence(at + n - 1)).find_map(|n| match_rest(words, rest, at + n, start));
    }
    let (alternatives, optional) = element.strip_suffix('?').map_or((element, false), |e| (e, true));
    if same_sentence(at)
        && alternatives.split('|').any(|a| matches(&words[at], a))
        && let Some(end) = match_rest(words, rest, at + 1, start)
    {
        return Some(end);
    }
    if optional { match_rest(words, rest, at, start) } else { None }
}

/// Whether one typed word is this word of a pattern.
fn matches(typed: &Word, wanted: &str) -> bool {
    if let Some(stem) = wanted.strip_suffix('*') {
        return typed.text.starts_with(stem);
    }
    typed.text == wanted || (typed.may_be_slip && wanted.len() >= 5 && slipped(&typed.text, wanted))
}

/// Whether `typed` is `wanted` with a few slips.
fn slipped(typed: &str, wanted: &str) -> bool {
    let most = if wanted.len() >= 9 { 2 } else { 1 };
    typed.len().abs_diff(wanted.len()) <= most
        && typed.as_bytes().first() == wanted.as_bytes().first()
        && wanted.is_ascii()
        && distance(typed.as_bytes(), wanted.as_bytes(), most) <= most
}

/// The longest word that is compared letter by letter; patterns have none that is longer.
const LONGEST: usize = 32;

/// Damerau's distance (insertion, deletion, substitution, neighbours swapped); anything above `most` is `most + 1`.
fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    if a.len().max(b.len()) > LONGEST {
        return most + 1;
    }
    let mut before = [0; LONGEST + 1];
    let mut last: [usize; LONGEST + 1] = std::array::from_fn(|j| j);
    for i in 1..=a.len() {
        let mut row = [i; LONGEST + 1];
        let mut least = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best;
            least = least.min(best);
        }
        if least > most {
            return most + 1;
        }
        (before, last) = (last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::asked::Asked;

    fn found(text: &str, pattern: &str) -> Option<String> {
        let asked = Asked::new(text, "");
        find(&asked.words, pattern, 0).map(|r| asked.slice(r).to_owned())
    }

    #[test]
    fn patterns_match_words() {
        assert_eq!(found("please build a guest book now", "guest book|books").as_deref(), Some("guest book"));
        assert_eq!(found("a guestbook", "guestbook"), Some("guestbook".into()));
        assert_eq!(found("leave us a short message here", "leave .. message|messages").as_deref(), Some("leave us a short message"));
        assert_eq!(found("leave. A message", "leave .. message"), None, "not across sentences");
        assert_eq!(found("counting sheep", "count*").as_deref(), Some("counting"));
        assert_eq!(found("roll a die", "roll the|a? die").as_deref(), Some("roll a die"));
        assert_eq!(found("roll die", "roll the|a? die").as_deref(), Some("roll die"));
    }

    #[test]
    fn no_match_is_lost_to_its_first_letter() {
        assert_eq!(found("roll one die", "the|a? die").as_deref(), Some("die"), "what may be missing is no beginning");
        assert_eq!(found("throw two dice", ".. dice").as_deref(), Some("throw two dice"));
        assert_eq!(found("ein würfel", "wurf*").as_deref(), Some("würfel"));
        assert!(found("dice", "roll dice").is_none());
    }

    #[test]
    fn slips_are_forgiven_but_not_other_words() {
        assert!(found("a guetsbook", "guestbook").is_some());
        assert!(found("a coutner", "counter").is_some());
        assert!(found("countdwon to friday", "countdown").is_some());
        assert!(found("not quite right", "quote").is_none());
        assert!(found("a guest list", "guess").is_none());
        assert!(found("my vote", "note").is_none(), "short words must be right");
        assert!(found("cats and dogs", "chats").is_none(), "and short words are what they are");
    }
}
