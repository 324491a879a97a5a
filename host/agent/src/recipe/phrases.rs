//! Parameters from free wording: topics, titles, questions, numbers.

use super::{
    asked::{Asked, fold},
    pattern,
    words::{KNOWN, is_everyday},
};
use std::ops::Range;

/// The first letter large.
pub(crate) fn capitalise(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// At most so many characters, cut at a word where possible.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{}…", cut.trim_end_matches([',', ' ', '-']))
}

/// What `about`, `for`, `of` … lead to: the words of the topic.
pub(crate) fn topic(asked: &Asked, from: usize) -> Option<Range<usize>> {
    let start = pattern::match_at(&asked.words, "about|on|for|of|regarding|whether|to|uber|fur|zu|zum|zur|von", from)?;
    let rest = asked.rest_of_sentence(start);
    if asked.words.get(start).is_none_or(|w| w.starts_sentence) {
        return None;
    }
    let text = &asked.text[rest.clone()];
    let end = text.find([':', '(', ',', '"']).unwrap_or(text.len()).min(topic_end(text));
    let words = asked.words_in(rest.start..rest.start + end);
    let empty = asked.words[words.clone()].iter().all(|w| {
        matches!(
            w.text.as_str(),
            "everyone"
                | "everybody"
                | "all"
                | "us"
                | "me"
                | "visitors"
                | "people"
                | "the"
                | "page"
                | "website"
                | "site"
                | "fun"
                | "my"
                | "our"
                | "this"
                | "here"
                | "alle"
                | "users"
                | "team"
        )
    });
    (!words.is_empty() && words.len() <= 9 && !empty).then_some(words)
}

fn topic_end(text: &str) -> usize {
    const ENDS: [&str; 22] = [
        " so ",
        " that ",
        " which ",
        " where ",
        " who ",
        " with ",
        " please",
        " and show",
        " and let",
        " and then",
        " and see",
        " using ",
        " from ",
        " by ",
        " between ",
        " when ",
        " out of ",
        " among ",
        " wo ",
        " mit ",
        " bitte",
        " damit ",
    ];
    let lower = text.to_ascii_lowercase();
    ENDS.iter().filter_map(|end| lower.find(end)).min().unwrap_or(text.len())
}

/// `called "X"`, `named X`: the name somebody chose.
pub(crate) fn called(asked: &Asked) -> Option<(String, Range<usize>)> {
    let found = pattern::find(&asked.words, "called|named|titled|namens|genannt", 0)?;
    let rest = asked.rest_of_sentence(found.end);
    let text = &asked.text[rest.clone()];
    let name = match text.find('"').or(asked.text[..rest.start].ends_with('"').then_some(0)) {
        Some(0) if !text.starts_with('"') => text.split('"').next()?,
        _ => &text[..text.find([',', ':', '(']).unwrap_or(text.len()).min(topic_end(text))],
    };
    let name = name.trim_matches(|c| "\"'.".contains(c)).trim();
    let end = rest.start + text.find(name)? + name.len();
    (!name.is_empty() && name.chars().count() <= 48).then(|| (capitalise(name), found.start..asked.words_in(rest.start..end).end))
}

/// The first question in the words, without the request around it: `What shall we eat?`
pub(crate) fn question(asked: &Asked) -> Option<String> {
    let end = asked.text.find('?')?;
    let start = asked.text[..end].rfind(['.', '!', '\n', ':', '"']).map_or(0, |i| i + 1);
    let text = asked.text[start..end].trim();
    let request = [
        "can you",
        "could you",
        "could we",
        "can we have",
        "can we get",
        "would you",
        "is it possible",
        "please",
        "how about",
        "could there",
        "can there",
        "is there",
        "konnt",
        "kannst",
        "what about",
        "would it be",
    ];
    let folded = fold(text);
    let usable = (3..=16).contains(&text.split_whitespace().count())
        && text.chars().count() <= 100
        && !request.iter().any(|r| folded.starts_with(r));
    usable.then(|| format!("{}?", capitalise(text)))
}

/// A title: the chosen name, or the request's own noun phrase around `head`, or `default`.
pub(crate) fn title(asked: &Asked, head: Range<usize>, default: &str) -> String {
    if let Some((name, _)) = called(asked) {
        return name;
    }
    own_phrase(asked, head).map_or_else(|| default.to_owned(), |(phrase, _)| phrase)
}

/// The words of the request that are its title.
pub(crate) fn title_words(asked: &Asked, head: Range<usize>) -> Option<Range<usize>> {
    own_phrase(asked, head).map(|(_, words)| words)
}

/// `Please add a lunch poll for Friday: …` → `Lunch poll for Friday`.
fn own_phrase(asked: &Asked, head: Range<usize>) -> Option<(String, Range<usize>)> {
    const LEAD: &str = "please|can|could|would|will|you|we|i|id|ill|want|wants|need|needs|like|love|to|add|make|build|create|have|get|give|me|us|show|put|let|lets|there|be|a|an|the|some|my|another|here|is|do|implement|write|it|just|simple|hi|hello|hey|kandra|page|should|bitte|mach|mache|baue|bau|erstelle|ein|eine|einen|ich|hatte|gern|gerne|mochte|wir|brauchen|wunsche|mir|uns|fuge|hinzu|konnt|konnen|ihr|kannst|du|brauche|thing|maybe|what|how|about|with|possible|for|anyone|set|up";
    let lead: Vec<&str> = LEAD.split('|').collect();
    let mut start = 0;
    while start < head.start && lead.contains(&asked.words[start].text.as_str()) {
        start += 1;
    }
    if !asked.words.get(head.start)?.in_title
        || head.start - start > 3
        || (start..=head.start).skip(1).any(|i| asked.words[i].starts_sentence)
    {
        return None;
    }
    let rest = asked.rest_of_sentence(start);
    let end_of_title = asked.title_end.min(rest.end);
    let text = asked.text.get(rest.start..end_of_title)?;
    let cut = text.find([':', '(', ',', '"']).unwrap_or(text.len()).min(topic_end(text)).min(clause_end_for_title(text));
    let phrase = text[..cut].trim().trim_end_matches(['.', '!', '-']).trim();
    let phrase = trim_end_words(phrase);
    let first = asked.words[start].text.as_str();
    let slipped = head.clone().any(|i| {
        !KNOWN.contains(asked.words[i].text.as_str())
            && !is_everyday(&asked.words[i].text)
            && asked.words[i].text.is_ascii()
            && asked.words[i].text.len() >= 5
    });
    if slipped || NO_TITLE.split('|').any(|w| w == first) {
        return None;
    }
    // Where a rule was taken out, the name ends.
    let phrase = phrase.split("   ").next().unwrap_or_default().trim_end();
    let phrase = trim_end_words(phrase);
    let covers = rest.start + cut >= asked.words[head.end - 1].at.end;
    let words = asked.words_in(rest.start..rest.start + text.find(phrase)? + phrase.len());
    (covers && (3..=48).contains(&phrase.chars().count())).then(|| (capitalise(phrase), words))
}

/// With these a sentence begins, not a name.
const NO_TITLE: &str = "something|somewhere|everyone|everybody|people|visitors|users|anybody|somebody|they|if|that|this|each|it|so|when|jemand|alle|leute|etwas|being|able|others";

/// Without what only leads on: `Live chat for` → `Live chat`.
fn trim_end_words(phrase: &str) -> &str {
    const TAILS: &str = "about|regarding|uber|for|of|to|with|and|or|on|in|at|by|from|the|a|an|is|here|please|fur|von|mit|und|oder|ware|toll|schon|cool|super|haben|bitte|hier|would|be|nice|great|so|our|my|where|that";
    let mut phrase = phrase;
    while let Some((head, last)) = phrase.rsplit_once(' ')
        && TAILS.split('|').any(|t| t == fold(last))
    {
        phrase = head.trim_end();
    }
    phrase
}

fn clause_end_for_title(text: &str) -> usize {
    const ENDS: [&str; 12] = [
        " everybody",
        " everyone",
        " anybody",
        " anyone",
        " people can",
        " visitors can",
        " we can",
        " i can",
        " to track",
        " to the page",
        " to this",
        " auf der",
    ];
    let lower = text.to_ascii_lowercase();
    ENDS.iter().filter_map(|end| lower.find(end)).min().unwrap_or(text.len())
}

/// Whole numbers in the words, in digits or in words up to twenty, with their place.
pub(crate) fn numbers(asked: &Asked) -> Vec<(usize, u64)> {
    const NAMES: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const GERMAN: [&str; 13] = ["null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwolf"];
    asked
        .words
        .iter()
        .enumerate()
        .filter_map(|(i, w)| {
            let named = |names: &[&str]| names.iter().position(|n| *n == w.text).map(|n| n as u64);
            w.text.parse().ok().or_else(|| named(&NAMES)).or_else(|| named(&GERMAN)).map(|n| (i, n))
        })
        .collect()
}

/// Whether the words are German rather than English. Words that both languages have say nothing.
pub(crate) fn is_german(asked: &Asked) -> bool {
    const GERMAN: &str = "der das ein eine einen einem einer eines und oder fur mit ich wir bitte wie viele viel tage bis uns mochte mochten unsere unserer \
        unser wer soll sollen konnen kann uhr des zum zur auf auch aus bei wann welche welcher welches wo noch ist sind nach von vom dem den dass damit jeder jede \
        jeden alle alles hatte gern gerne brauche brauchen wollen konnt mehr nur ob schon wird werden haben hat ja nein nicht wurde wenn sich euch eure \
        umfrage gastebuch zahler liste wurfel abstimmung abstimmen notizen aufgabenliste stoppuhr einkaufsliste geburtstagsliste witz witze spruch spruche zitat zitate \
        sprichwort zufallig zufallige tauschborse flohmarkt mitfahrliste pinnwand ideenkasten schere munze munzwurf taschenrechner strichliste rangliste \
        bestenliste haushaltsbuch galgenmannchen vokabeltrainer gluckskeks gluckskekse namen personen datum notizen vier drei zwei funf zehn unter zwischen jemand \
        erstelle baue mach mache gib zeig rechner liste spiel trinkgeld putzplan fundburo geschichte stimmung stimmungsbarometer zahlenraten farbpalette wortzahler \
        schwarzes brett gewinnt wurfeln raten raume umrechnen schachuhr wichteln einmaleins kopfrechnen vokabeln karteikarten lernkarten ligatabelle intervalltimer tage ohne kleines kleine mathe aufgaben gewohnheiten ziel schlangenspiel tipptest ergebnisse anmeldung zeige eigene eigenen gemeinsame gemeinsamer zettel wunsche fundsachen biete suche geschenke rezepte bucher filme";
    const ENGLISH: &str = "the of for and to we can with you that everybody everyone people list please where who what how show add some our my your their \
        it is are be at by from on this which would could should have has like want need let vote poll game board shared today or";
    let count = |known: &str| {
        let known: std::collections::BTreeSet<&str> = known.split_whitespace().collect();
        asked.words.iter().filter(|w| known.contains(w.text.as_str())).count()
    };
    const ENDINGS: [&str; 14] = [
        "rechner",
        "liste",
        "spiel",
        "brett",
        "tafel",
        "borse",
        "kasten",
        "zahler",
        "tabelle",
        "dienst",
        "generator",
        "plan",
        "test",
        "kalender",
    ];
    let has_ending =
        |word: &str| word.chars().count() >= 8 && ENDINGS.iter().any(|ending| word.ends_with(ending) && word.len() > ending.len() + 3);
    let compounds = asked.words.iter().filter(|w| has_ending(&w.text)).count();
    let umlauts = asked.words.iter().filter(|w| asked.text[w.at.clone()].contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü', 'ß'])).count();
    let german = count(GERMAN) + umlauts + compounds;
    german > 0 && german > count(ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_the_visitors_own_words_where_they_are_a_name() {
        let t = |text: &str, head: Range<usize>| title(&Asked::new(text, ""), head, "Poll");
        assert_eq!(t("Please add a lunch poll: pizza or sushi", 4..5), "Lunch poll");
        assert_eq!(t("a poll called \"What's up\"", 1..2), "What's up");
        assert_eq!(t("something where we can vote between a and b", 4..5), "Poll");
    }
}
