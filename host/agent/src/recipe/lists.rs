//! Lists in free wording: the options of a poll, the names to pick from, the first lines of a list.

use super::{
    asked::{Asked, fold},
    pattern,
    phrases::capitalise,
    words::is_everyday,
};
use std::ops::Range;

/// The most characters of one item of a list.
const MOST_ITEM_CHARS: usize = 60;

/// Items that a request lists, and which of its words they take up.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub items: Vec<String>,
    pub words: Range<usize>,
}

/// `pizza, sushi and tacos` → three items. Splits at the strongest separator there is: lines and semicolons, then
/// commas (with `and` or `or` before the last), then `or`, `vs` and slashes, then `and`.
pub(crate) fn items(text: &str) -> Vec<String> {
    split(text, true)
}

/// The same, but `free or borrowed` is one.
pub(crate) fn columns(text: &str) -> Vec<String> {
    split(text, false)
}

fn split(text: &str, at_or: bool) -> Vec<String> {
    let text = text.trim().trim_matches(|c: char| "()[]:".contains(c));
    let strong: Vec<&str> = text.split(['\n', ';', '|', '•']).filter(|p| !p.trim().is_empty()).collect();
    let parts: Vec<&str> = if strong.len() > 1 {
        strong
    } else if text.contains(',') {
        let mut parts: Vec<&str> = split_commas(text);
        if let Some(last) = parts.pop() {
            let last = strip_word(last, &["and", "or", "und", "oder", "&"]);
            let cuts: &[&str] = if at_or { &["and", "or", "und", "oder", "vs", "versus", "&"] } else { &["and", "und", "&"] };
            parts.extend(split_words(last, cuts));
        }
        parts
    } else {
        let by_or = if at_or { split_words(text, &["or", "oder", "vs", "versus", "vs.", "gegen", "/"]) } else { vec![text] };
        match by_or.len() {
            1 if text.contains('/') && !text.contains("://") => text.split('/').collect(),
            1 => split_words(text, &["and", "und", "&"]),
            _ => by_or,
        }
    };
    let on_lines = parts.len() > 1 && text.contains('\n');
    let shared_end = parts.split_last().filter(|_| !on_lines && at_or).and_then(|(last, others)| shared_end(last, others));
    let mut items: Vec<String> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let part = if i + 1 == parts.len() { shared_end.map_or(*part, |end| &part[..end]) } else { part };
        let item = tidy(part);
        if !item.is_empty() && !items.iter().any(|known| fold(known) == fold(&item)) {
            items.push(item);
        }
    }
    items
}

/// Where the last item ends when what follows belongs to all of them: `pizza, sushi or tacos [for Friday lunch]`.
fn shared_end(last: &str, others: &[&str]) -> Option<usize> {
    const ENDS: [&str; 12] = [
        " for ",
        " today",
        " tonight",
        " tomorrow",
        " this ",
        " next ",
        " on friday",
        " on monday",
        " für ",
        " fuer ",
        " heute",
        " morgen",
    ];
    let lower = last.to_ascii_lowercase();
    let found =
        ENDS.iter().filter(|end| !others.iter().any(|o| o.to_ascii_lowercase().contains(**end))).filter_map(|end| lower.find(end)).min();
    found.filter(|at| !others.is_empty() && !last[..*at].trim().is_empty())
}

/// Commas outside of parentheses.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.retain(|p| !p.trim().is_empty());
    parts
}

/// Cuts at whole words, outside of parentheses.
fn split_words<'a>(text: &'a str, cuts: &[&str]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    let mut depth = 0usize;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        if depth == 0 && cuts.contains(&word.to_lowercase().as_str()) {
            parts.push(&text[from..at]);
            from = at + piece.len();
        }
        depth = (depth + piece.matches('(').count()).saturating_sub(piece.matches(')').count());
        at += piece.len();
    }
    parts.push(&text[from..]);
    parts.retain(|p| !p.trim().is_empty());
    parts
}

fn strip_word<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) if words.contains(&first.to_lowercase().as_str()) => rest,
        _ => text,
    }
}

/// One item without list marks, quotes, a trailing full stop; the first letter large.
fn tidy(text: &str) -> String {
    let text = text.trim().trim_start_matches(['-', '*', '–', '•', '·']).trim_start();
    let numbered = text
        .split_once(['.', ')'])
        .filter(|(n, rest)| !n.is_empty() && n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with(' '));
    let text = numbered.map_or(text, |(_, rest)| rest);
    let text = text.trim().trim_matches(|c| "\"'".contains(c)).trim().trim_end_matches(['.', '!', '?', ',', ':']).trim();
    let text = text.strip_suffix(" please").unwrap_or(text);
    capitalise(text)
}

/// `keiner soll doppelt sein`, `a coffee costs 40 cents`: a condition in words, neither a choice nor a column.
pub(crate) fn is_sentence(item: &str) -> bool {
    const VERBS: [&str; 26] = [
        "soll", "sollen", "sollte", "kostet", "muss", "mussen", "darf", "durfen", "sieht", "tragt", "bekommt", "wird", "werden", "should",
        "must", "costs", "cost", "gets", "sees", "shows", "has", "may", "cannot", "needs", "wants", "pays",
    ];
    let words = Asked::new(item, "").words;
    words.len() > 2 && words.iter().any(|word| VERBS.contains(&word.text.as_str()))
}

/// The choices that a request lists: two to twelve short ones, not a sentence cut at its commas.
pub(crate) fn choices(asked: &Asked) -> Option<Listed> {
    bullets(asked)
        .or_else(|| quoted(asked))
        .or_else(|| after_marker(asked))
        .or_else(|| after_mark(asked, ':'))
        .or_else(|| parenthesised(asked))
        .or_else(|| after_mark(asked, '?'))
        .or_else(|| after_dash(asked))
        .or_else(|| around_or(asked))
        .or_else(|| in_details(asked))
}

/// Details that are nothing but a list: `Ann, Bob, Cem and Dana`.
fn in_details(asked: &Asked) -> Option<Listed> {
    let details = asked.text.get(asked.title_end..)?.trim_end();
    let is_list = details.trim().lines().count() == 1 && details.matches(',').count() >= 1 && !details.contains(['.', '?', '!', ':']);
    if is_list { listed(asked, items(details), asked.title_end..asked.text.len()) } else { None }
}

/// `one vote each`, `the votes start again every day`: said of the choosing, no choice.
fn is_rule(item: &str) -> bool {
    const RULE: &str = "vote|votes|voting|stimme|stimmen|resets|reset|restarts|every|each|per|pro|jeden|nobody|niemand|maximum|hochstens|maximal|answer|answers|anew|close|closes|closing|max|only|nur|anonymous|anonym";
    let words = Asked::new(item, "").words;
    words.len() > 1 && words.iter().any(|w| RULE.split('|').any(|r| r == w.text))
}

fn listed(asked: &Asked, mut items: Vec<String>, bytes: Range<usize>) -> Option<Listed> {
    let mut bytes = bytes;
    if let Some(last) = items.last_mut()
        && let Some((item, _)) = last.clone().split_once(" - ").filter(|(_, rule)| is_rule(rule))
    {
        *last = item.to_owned();
    }
    let before = items.len();
    while items.len() > 1 && items.last().is_some_and(|last| is_rule(last)) {
        items.pop();
    }
    if items.len() < before
        && let Some(last) = items.pop()
    {
        // With that behind it, the last one was not seen as the last: `Pete and Jonas`.
        let others = items.iter().any(|i| [" and ", " und ", " or ", " oder "].iter().any(|w| i.contains(w)));
        items.extend(if others { vec![last] } else { self::items(&last) });
    }
    if let Some(end) =
        items.last().and_then(|last| asked.text.get(bytes.clone())?.to_lowercase().rfind(&last.to_lowercase()).map(|at| at + last.len()))
    {
        bytes.end = bytes.start + end;
    }
    // `who brings it` is asked of each, and no choice.
    let asks = |item: &String| {
        let first = fold(item.split_whitespace().next().unwrap_or_default());
        matches!(first.as_str(), "who" | "wer" | "when" | "wann" | "where" | "wo" | "which" | "welche" | "welcher" | "welches")
            && item.contains(' ')
    };
    let fits = !items.iter().any(asks)
        && !items.iter().any(|item| is_sentence(item))
        && (2..=12).contains(&items.len())
        && items
            .iter()
            .all(|i| i.chars().count() <= MOST_ITEM_CHARS && i.split_whitespace().count() <= 7 && i.chars().any(|c| !c.is_whitespace()));
    fits.then(|| Listed { items, words: asked.words_in(bytes) })
}

fn bullets(asked: &Asked) -> Option<Listed> {
    let mut range: Option<Range<usize>> = None;
    let mut items: Vec<String> = Vec::new();
    let mut at = 0;
    for line in asked.text.split_inclusive('\n') {
        let text = line.trim();
        let marked = text.starts_with(['-', '*', '•', '–'])
            || text.split_once(['.', ')']).is_some_and(|(n, rest)| n.len() <= 2 && n.parse::<u8>().is_ok() && rest.starts_with(' '));
        if marked && text.len() > 1 {
            items.push(tidy(text));
            range = Some(range.map_or(at, |r| r.start)..at + line.len());
        }
        at += line.len();
    }
    listed(asked, items, range?)
}

fn quoted(asked: &Asked) -> Option<Listed> {
    let marks: Vec<usize> = asked.text.match_indices('"').map(|(i, _)| i).collect();
    let pairs: Vec<&[usize]> = marks.chunks_exact(2).collect();
    if pairs.len() < 2 {
        return None;
    }
    let items = pairs.iter().map(|p| tidy(&asked.text[p[0] + 1..p[1]])).filter(|i| !i.is_empty()).collect();
    listed(asked, items, pairs[0][0]..pairs[pairs.len() - 1][1] + 1)
}

/// `between A and B`, `options A, B`, `choose from A or B`.
fn after_marker(asked: &Asked) -> Option<Listed> {
    const MARKERS: [&str; 11] = [
        "options|choices|answers|candidates|items|names|moglichkeiten|optionen|antworten are|sind|like|such?",
        "with options|choices|answers",
        "between|zwischen",
        "among|amongst|unter",
        "wheel with|of|for|mit",
        "choose|choosing|pick|picks|decide|select|selects|vote|votes|voting|draw from|out of?",
        "one of",
        "players|teams|participants|kids are|namely?",
        "out of",
        "score|scores|points for|of",
        "from|aus|among",
    ];
    MARKERS.iter().find_map(|marker| {
        pattern::find_all(&asked.words, marker).into_iter().find_map(|found| {
            let rest = asked.rest_of_sentence(found.end);
            let text = asked.text[rest.clone()].trim_start_matches([':', ' ']);
            let cut = clause_end(text);
            let start = rest.end - text.len();
            let items = items(&text[..cut]);
            listed(asked, items, start..start + cut)
        })
    })
}

/// What follows a colon, or a question mark, up to the end of its line.
fn after_mark(asked: &Asked, mark: char) -> Option<Listed> {
    asked.text.match_indices(mark).find_map(|(at, _)| {
        let rest = &asked.text[at + 1..];
        if mark == ':' && (rest.starts_with("//") || rest.starts_with(|c: char| c.is_ascii_digit())) {
            return None;
        }
        let line = rest.trim_start_matches([' ', '\n']);
        let start = asked.text.len() - line.len();
        let end = line.find(['\n', '?', '!']).unwrap_or(line.len());
        let text = line[..end].split(". ").next().unwrap_or_default();
        listed(asked, items(text), start..start + text.len())
    })
}

/// `Lunch – pizza, sushi, tacos`: a dash with spaces around it, before a list with commas.
fn after_dash(asked: &Asked) -> Option<Listed> {
    let dash = [" - ", " – ", " — "];
    dash.iter().find_map(|mark| {
        let start = asked.text.find(mark)? + mark.len();
        let end = asked.text[start..].find(['\n', '?', '!']).map_or(asked.text.len(), |i| start + i);
        asked.text[start..end].contains(',').then(|| listed(asked, items(&asked.text[start..end]), start..end)).flatten()
    })
}

fn parenthesised(asked: &Asked) -> Option<Listed> {
    let open = asked.text.find('(')?;
    let close = open + asked.text[open..].find(')')?;
    listed(asked, items(&asked.text[open + 1..close]), open..close)
}

/// `should we order pizza or sushi today`: as many words before `or` as after it.
fn around_or(asked: &Asked) -> Option<Listed> {
    let or = pattern::find(&asked.words, "or|oder|vs|versus", 1)?;
    let rest = asked.rest_of_sentence(or.end);
    let text = &asked.text[rest.clone()];
    let right_end = rest.start + clause_end(text);
    let right = asked.words_in(rest.start..right_end);
    let count = right.len();
    if !(1..=4).contains(&count) {
        return None;
    }
    let mut start = or.start;
    while start > 0 && or.start - start < count && !asked.words[start].starts_sentence {
        start -= 1;
    }
    // Words that belong to the question are not part of the first choice.
    let content = |i: usize| !is_everyday(&asked.words[i].text) || matches!(asked.words[i].text.as_str(), "the" | "yes" | "no");
    while start < or.start && !content(start) && or.start - start > 1 {
        start += 1;
    }
    let left = &asked.text[asked.words[start].at.start..asked.words[or.start - 1].at.end];
    let items = vec![tidy(left), tidy(asked.slice(right.clone()))];
    listed(asked, items.into_iter().filter(|i| !i.is_empty()).collect(), asked.words[start].at.start..right_end)
}

/// Where a list inside a sentence gives way to the next clause: `… for lunch`, `… so that we can`.
fn clause_end(text: &str) -> usize {
    const ENDS: [&str; 36] = [
        " machen",
        " fahren",
        " gehen",
        " feiern",
        " treffen",
        " essen",
        " for ",
        " so ",
        " that ",
        " which ",
        " where ",
        " who ",
        " with ",
        " please",
        " today",
        " tonight",
        " tomorrow",
        " this ",
        " next ",
        " and show",
        " and let",
        " and then",
        " and see",
        " and display",
        " to be ",
        " in the ",
        " at the ",
        " on the ",
        " fur ",
        " für ",
        " heute",
        " morgen",
        " damit ",
        " bitte",
        " and count",
        " bestellen",
    ];
    let lower = text.to_ascii_lowercase();
    ENDS.iter().filter_map(|end| lower.find(end)).min().unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(title: &str, details: &str) -> Option<Vec<String>> {
        choices(&Asked::new(title, details)).map(|l| l.items)
    }

    #[test]
    fn lists_are_split() {
        assert_eq!(items("pizza, sushi and tacos"), ["Pizza", "Sushi", "Tacos"]);
        assert_eq!(items("Ben and Jerry's, gelato, or nothing"), ["Ben and Jerry's", "Gelato", "Nothing"]);
        assert_eq!(items("mac and cheese or pizza"), ["Mac and cheese", "Pizza"]);
        assert_eq!(items("tabs vs spaces"), ["Tabs", "Spaces"]);
        assert_eq!(items("red/green/blue"), ["Red", "Green", "Blue"]);
        assert_eq!(items("tea, Tea, coffee"), ["Tea", "Coffee"]);
        assert_eq!(items("name, status (open, done) and owner"), ["Name", "Status (open, done)", "Owner"]);
    }

    #[test]
    fn choices_are_found() {
        let foods = ["Pizza", "Sushi", "Tacos"].map(str::to_owned).to_vec();
        for title in [
            "can you add something where we can vote between pizza, sushi and tacos?",
            "Poll: pizza, sushi or tacos",
            "lunch poll (pizza, sushi, tacos)",
            "What's for lunch? pizza, sushi, tacos",
            "vote between pizza, sushi and tacos for lunch",
            "a poll with options \"pizza\", \"sushi\" and \"tacos\"",
        ] {
            assert_eq!(chosen(title, ""), Some(foods.clone()), "{title}");
        }
        assert_eq!(chosen("Lunch poll", "- pizza\n- sushi\n- tacos"), Some(foods.clone()));
        assert_eq!(chosen("Lunch poll", "Options: pizza, sushi, tacos. Thanks!"), Some(foods));
        assert_eq!(chosen("should we order pizza or sushi today?", ""), Some(vec!["Pizza".into(), "Sushi".into()]));
        assert_eq!(chosen("cats or dogs?", ""), Some(vec!["Cats".into(), "Dogs".into()]));
        assert_eq!(chosen("a guestbook, please, that everyone can sign", ""), None);
        assert_eq!(chosen("a counter", ""), None);
    }
}
