//! What a wish says of a table's entries beside its columns: limits, votes, who takes what, totals, ticks, days.
//!
//! [`read`] takes every clause that is such a rule out of the words, so that what remains names the table and its
//! columns. A rule that is not known stays in the words, where nothing accounts for it, and the answer is no.

use super::*;
use crate::recipe::words::{is_filler, is_rule};

mod people;
mod worth;

/// The rules of a wish, and the words they stand in.
#[derive(Default)]
pub(super) struct Rules {
    pub words: Vec<Range<usize>>,
    /// At most so many rows.
    pub most: Option<i64>,
    /// One row for each visitor.
    pub once: bool,
    /// So many rows for each visitor, when it is more than one.
    pub each: Option<i64>,
    /// No two rows alike in their first column.
    pub unique: bool,
    pub places: Option<Places>,
    pub votes: Option<Votes>,
    /// Visitors give stars to rows.
    pub rate: bool,
    pub comments: bool,
    pub tick: Option<String>,
    pub clear: bool,
    pub untick: bool,
    /// Everything begins anew after so many days.
    pub days: Option<i64>,
    /// Whether it is the ticks that do.
    pub of_ticks: bool,
    pub total: bool,
    pub average: bool,
    /// A total for each of these; without words, for each kind.
    pub per: Option<String>,
    pub ranking: bool,
    /// The best row is marked; whether the least is best.
    pub best: Option<bool>,
    /// Dates that are over are marked.
    pub due: bool,
    pub filter: Option<String>,
    pub board: Option<String>,
    pub pick: bool,
    /// How many there are is shown, and how many are ticked.
    pub count: bool,
    /// Whether the ticks say who paid.
    pub paid: bool,
    pub search: bool,
    /// One more column: `Who brings it`.
    pub column: Option<String>,
}

/// Who takes a row.
#[derive(Clone)]
pub(super) struct Places {
    pub most: i64,
    pub verb: (&'static str, &'static str),
}

pub(super) struct Votes {
    pub sign: &'static str,
    pub most: Option<i64>,
}

/// What may stand before a rule and belongs to it: `and a button to`, `where people can`.
const LEADS: &str = "and|und|plus|but|aber|then|dann|with|mit|someone|somebody|anyone|jemand|a|an|the|button|buttons|option|way|possibility|ability|to|for|that|which|where|so|you|we|i|people|everyone|everybody|others|visitors|members|guests|they|one|it|is|are|be|being|can|could|should|may|must|will|gets|get|also|please|let|lets|show|shows|showing|see|display|at|am|im|there|have|has|having|einem|einer|einen|ein|eine|der|die|das|den|dem|man|wo|dass|kann|konnen|soll|sollen|alle|andere|anderen|knopf|zum|zur|auch|sieht|sehen|noch|es|sie|ich|wir|jeder|unten|bitte|if|possible|already";

impl Rules {
    fn is_free(&self, words: &Range<usize>) -> bool {
        !self.words.iter().any(|taken| taken.start < words.end && words.start < taken.end)
    }

    /// Takes these words and what leads to them.
    fn take(&mut self, asked: &Asked, mut words: Range<usize>) {
        let leads = |i: usize| LEADS.split('|').any(|lead| lead == asked.words[i].text);
        let is_close = |i: usize| {
            let gap = &asked.text[asked.words[i].at.end..asked.words[i + 1].at.start];
            gap.trim().is_empty()
        };
        const TAILS: &str = "button|buttons|option|knopf|feature|function|functionality|funktion";
        while words.end < asked.words.len() && TAILS.split('|').any(|tail| tail == asked.words[words.end].text) && is_close(words.end - 1) {
            words.end += 1;
        }
        while words.start > 0 && leads(words.start - 1) && is_close(words.start - 1) && self.is_free(&(words.start - 1..words.start)) {
            words.start -= 1;
        }
        self.words.push(words);
    }

    /// The first free place of the first pattern that matches.
    fn find(&self, asked: &Asked, patterns: &[&str]) -> Option<Range<usize>> {
        patterns.iter().find_map(|pattern| pattern::find_all(&asked.words, pattern).into_iter().find(|words| self.is_free(words)))
    }

    fn saw(&mut self, asked: &Asked, patterns: &[&str]) -> bool {
        let found = self.find(asked, patterns);
        let is = found.is_some();
        if let Some(words) = found {
            self.take(asked, words);
        }
        is
    }
}

/// The words of a thing that begins here: up to two, without an article, to the end of its clause.
fn object(asked: &Asked, from: usize) -> Range<usize> {
    let is_article =
        |i: usize| matches!(asked.words[i].text.as_str(), "the" | "its" | "a" | "an" | "their" | "dem" | "der" | "den" | "die");
    let ends =
        |i: usize| !asked.text[asked.words[i - 1].at.end..asked.words[i].at.start].trim().is_empty() || asked.words[i].starts_sentence;
    let mut start = from;
    while start < asked.words.len() && is_article(start) && !ends(start.max(1)) {
        start += 1;
    }
    let stops = |i: usize| {
        matches!(
            asked.words[i].text.as_str(),
            "and" | "so" | "und" | "at" | "in" | "with" | "mit" | "for" | "that" | "who" | "where" | "please" | "or" | "as" | "to"
        )
    };
    let mut end = start;
    while end < asked.words.len() && end < start + 2 && !(end > from.min(start) && end > 0 && ends(end)) && !stops(end) {
        end += 1;
    }
    start..end
}

const DAY: &str = "day|morning|night|evening|midnight|tag|morgen|abend|nacht";
const WEEK: &str = "week|monday|sunday|woche|montag|sonntag";

/// All rules of a wish.
pub(super) fn read(asked: &Asked) -> Rules {
    let mut rules = Rules::default();
    ticks(asked, &mut rules);
    people::places(asked, &mut rules);
    people::limits(asked, &mut rules);
    worth::opinions(asked, &mut rules);
    worth::sums(asked, &mut rules);
    views(asked, &mut rules);
    rules
}

fn ticks(asked: &Asked, rules: &mut Rules) {
    rules.paid = has(asked, "paid|bezahlt");
    rules.clear = rules.saw(
        asked,
        &[
            "clear|remove|delete|hide all|the? ticked|done|finished|checked|bought|completed ones|items|things|entries|off?",
            "clear|remove|delete the? ticked|done|finished|checked|bought|completed",
            "abgehakte|abgehaktes|erledigte|erledigtes|gekaufte dinge|sachen|eintrage? loschen|entfernen|leeren|wegraumen",
        ],
    );
    // Everything anew, with each day or week.
    let anew = [
        (
            1,
            format!(
                "ticks|checks|boxes|checkboxes? reset|resets|cleared|clears|clear|emptied|empties|empty|restart|restarts itself|automatically? every|each {DAY}|time"
            ),
        ),
        (1, "ticks|checks|boxes|checkboxes? reset|resets|cleared|clears|emptied daily|overnight".to_owned()),
        (1, format!("starts|start|starting|begin|begins again|over|fresh|anew|new|empty every|each {DAY}")),
        (1, "reset|resets|cleared|emptied at midnight".to_owned()),
        (1, "jeden|jede tag|morgen|nacht neu|leer|geleert|zuruckgesetzt".to_owned()),
        (1, "wird|werden? taglich neu|geleert|zuruckgesetzt|geloscht|gestartet".to_owned()),
        (
            7,
            format!(
                "ticks|checks|boxes|checkboxes? reset|resets|cleared|clears|clear|emptied|empties|empty|restart|restarts itself|automatically? every|each {WEEK}"
            ),
        ),
        (7, "ticks|checks|boxes|checkboxes? reset|resets|cleared|clears|emptied weekly".to_owned()),
        (7, format!("starts|start|starting|begin|begins again|over|fresh|anew|new|empty every|each {WEEK}")),
        (7, "jede|jeden woche|montag|sonntag neu|leer|geleert|zuruckgesetzt".to_owned()),
        (7, "wird|werden? wochentlich neu|geleert|zuruckgesetzt|geloscht".to_owned()),
    ];
    for (days, pattern) in &anew {
        if rules.days.is_none()
            && let Some(words) = rules.find(asked, &[pattern])
        {
            rules.of_ticks = matches!(asked.words[words.start].text.as_str(), "ticks" | "checks" | "boxes" | "checkboxes");
            rules.days = Some(*days);
            rules.take(asked, words);
        }
    }
    if rules.days.is_none() {
        rules.untick = rules.saw(
            asked,
            &[
                "reset|untick|uncheck|clear it|everything|all|them the? ticks|checks|boxes|checkmarks? for|before|after the|each|every next|new? time|practice|lesson|meeting|session|training|rehearsal|trip|week|day|month",
                "reset|untick|uncheck|clear the|all? ticks|checks|boxes|checkmarks for|before|after the|each|every next|new? time|practice|lesson|meeting|session|training|rehearsal|trip",
                "reset|untick|uncheck|clear all|the? ticks|checks|boxes|checkmarks",
                "untick|uncheck all|everything",
                "haken|hakchen wieder? alle? zurucksetzen|entfernen|loschen",
                "alle|die haken|hakchen zurucksetzen|entfernen|loschen",
            ],
        );
    }
    let as_what = [
        "mark|marked|tick|ticked|check|checked|set|flag it|them|each|items|things|entries|the|one|off? as",
        "als .. markieren|markiert|abhaken",
    ];
    if let Some(words) = rules.find(asked, &as_what) {
        let is_german = asked.words[words.start].text == "als";
        let label = if is_german { words.start + 1..words.end - 1 } else { object(asked, words.end) };
        if !label.is_empty() && label.len() <= 2 {
            rules.tick = Some(phrases::capitalise(asked.slice(label.clone())));
            rules.take(asked, words.start..words.end.max(label.end));
        }
    }
    let off = [
        "tick|check|cross|ticked|checked|crossed|ticking|checking things|items|them|it|these|those|each|entries|everything? off daily?",
        "tick|check|mark|ticked|checked|marked them|it|things|items|each? when|once|if done|finished|they're|theyre|its|it's|completed|sorted done|finished?",
        "with|and a|one|each? tick|check box|boxes|mark",
        "tick|check|cross|mark their|the|his|her|your jobs|tasks|chores|items|things off?",
        "checkbox|checkboxes|tickbox|tickboxes",
        "tick|check who|whoever|when .. here|there|present|came|paid|done",
        "zum? abhaken|ankreuzen",
        "abhaken kann|konnen?",
        "abgehakt werden? kann|konnen?",
        "mit hakchen|haken|kastchen",
    ];
    if let Some(words) = rules.find(asked, &off) {
        let is_who = asked.words[words.clone()].iter().any(|w| matches!(w.text.as_str(), "here" | "there" | "present" | "came"));
        let paid = asked.words[words.clone()].iter().any(|w| w.text == "paid");
        let daily = asked.words[words.clone()].iter().any(|w| w.text == "daily");
        if daily {
            (rules.days, rules.of_ticks) = (Some(1), true);
        }
        rules.tick.get_or_insert(if is_who {
            "Here".to_owned()
        } else if paid {
            "Paid".to_owned()
        } else {
            String::new()
        });
        rules.take(asked, words);
    }
    if rules.tick.is_some() && rules.days.is_some() {
        rules.of_ticks = true;
    }
}
fn views(asked: &Asked, rules: &mut Rules) {
    rules.due = rules.saw(
        asked,
        &[
            "overdue|past|late|expired ones|items|things|tasks|dates|entries|homework|loans|books? are|is|get|should|be? be? marked|highlighted|shown|red|greyed|grey|flagged in|out? red?",
            "highlight|highlights|mark|marks|show|shows what|whats|the|if|which|things|items|when is|are|its? overdue|late|past|expired",
            "uberfallige|uberfalliges|abgelaufene|abgelaufenes|vergangene|vergangenes werden|wird|sind? markiert|rot|hervorgehoben|ausgegraut|grau",
        ],
    );
    let by = ["filter|filtered|filterable|filtering it|them|the|list|entries? by", "show|see only one|those|entries|the? of|for|from one"];
    if let Some(words) = rules.find(asked, &by) {
        let of = object(asked, words.end);
        rules.filter = Some(asked.slice(of.clone()).to_owned());
        rules.take(asked, words.start..words.end.max(of.end));
    } else if let Some(words) = rules.find(asked, &["nach .. filtern|filterbar|gefiltert|filterbar kann|konnen|werden?"]) {
        let end = (words.start + 1..words.end)
            .find(|i| asked.words[*i].text.starts_with("filter") || asked.words[*i].text == "gefiltert")
            .unwrap_or(words.end);
        rules.filter = Some(asked.slice(words.start + 1..end).to_owned());
        rules.take(asked, words);
    }
    if let Some(words) = rules.find(asked, &["grouped|group|sectioned|arranged them|it|entries? by|into|per", "sorted into"]) {
        let of = object(asked, words.end);
        rules.board = Some(asked.slice(of.clone()).to_owned());
        rules.take(asked, words.start..words.end.max(of.end));
    } else if let Some(words) = rules.find(asked, &["nach .. gruppiert|gruppieren|geordnete gruppen?", "gruppiert nach"]) {
        let of = if asked.words[words.start].text == "nach" { words.start + 1..words.end - 1 } else { object(asked, words.end) };
        rules.board = Some(asked.slice(of.clone()).to_owned());
        rules.take(asked, words.start..words.end.max(of.end));
    }
    rules.search = rules.saw(
        asked,
        &[
            "with|and|mit|und|plus a|einer|eine|einem? search|suche|suchfunktion|suchfeld box|field|bar|function?",
            "searchable|durchsuchbar by|nach?",
            "can|could be searched|filtered",
        ],
    );
    rules.pick = rules.saw(
        asked,
        &[
            "pick|picks|draw|draws|show|shows|choose|chooses|suggest|suggests|select|selects|get|gives me|us|you? a|one|something|an random|at one|entry|item|dish|recipe|meal|game|film|movie|book|idea|row|name|random|winner? at|from|of? random|the|it|them? list?",
            "random pick|draw|one|entry button?",
            "surprise me",
            "zufallig|zufallige|zufalliges|zufalligen ein|eine|einen|eins|gericht|rezept|spiel|film|buch|eintrag|idee? ziehen|zieht|aussuchen|anzeigen|auswahlen|vorschlagen|zeigt|auswahlt?",
        ],
    ) && has(asked, "random|randomly|zufallig|zufallige|zufalliges|zufalligen|surprise");
}

/// The wish without these words: spaces stand where they stood, so that all places stay.
pub(super) fn without(asked: &Asked, words: &[Range<usize>]) -> Asked {
    let mut text = asked.text.clone().into_bytes();
    for range in words {
        if let (Some(first), Some(last)) = (asked.words.get(range.start), range.end.checked_sub(1).and_then(|i| asked.words.get(i))) {
            text[first.at.start..last.at.end].fill(b' ');
        }
    }
    let text = String::from_utf8(text).unwrap_or_else(|_| asked.text.clone());
    Asked::of(text, asked.title_end)
}

/// Whether a name is made of words that say what to do with a thing, not what it is.
pub(super) fn is_no_name(name: &str) -> bool {
    const MACHINES: &str = "add|adds|enters|logs|guests|highlighted|marked|first|filter|filtern|filtered|nur|only|best|checkbox|total|totals|sum|summe|reset|resets|again|twice|oben|zuerst|sortieren|rangliste|ranking|never|nobody|niemand|ever|vote|voting|upvote|click|clicks|clicking|automatically|automatisch|live|instantly|balance|herzchen|hearts";
    let words = Asked::new(name, "").words;
    if words.first().is_some_and(|w| {
        matches!(
            w.text.as_str(),
            "next"
                | "upcoming"
                | "nachste"
                | "nachsten"
                | "kommenden"
                | "can"
                | "could"
                | "should"
                | "must"
                | "kann"
                | "is"
                | "are"
                | "will"
                | "put"
                | "please"
                | "we"
                | "everyone"
        )
    }) {
        return true;
    }
    let counts = words.len() > 1 && matches!(words[0].text.as_str(), "one" | "two" | "three" | "ein" | "eine" | "zwei");
    let is_count = words.len() == 1 && matches!(words[0].text.as_str(), "one" | "each" | "all" | "two" | "three" | "us");
    // `setup 4 people` is a place, no column.
    let has_numeral = words.split_last().is_some_and(|(_, before)| before.iter().any(|w| w.text.bytes().all(|b| b.is_ascii_digit())));
    has_numeral
        || is_count
        || counts
        || words.iter().any(|w| MACHINES.split('|').any(|m| m == w.text))
        || words.len() == 1 && is_rule(&words[0].text) && !KNOWN_COLUMNS.contains(&words[0].text.as_str())
}

/// Rule words that columns are named after all the same.
const KNOWN_COLUMNS: &[&str] = &[
    "suche",
    "points",
    "score",
    "scores",
    "rating",
    "level",
    "day",
    "date",
    "time",
    "status",
    "place",
    "places",
    "spots",
    "seats",
    "seat",
    "count",
    "color",
    "colour",
    "speed",
    "week",
    "month",
    "year",
    "hours",
    "minutes",
    "days",
    "punkte",
    "punktestand",
    "tag",
    "woche",
    "jahr",
    "stunden",
    "minuten",
    "done",
    "borrowed",
    "free",
    "available",
    "taken",
    "frei",
    "ausgeliehen",
    "erledigt",
    "termin",
    "rank",
    "comment",
    "comments",
    "different",
    "minimum",
    "maximum",
    "start",
    "end",
    "ranking",
    "order",
    "picture",
    "weeks",
    "spot",
    "photo",
    "image",
    "winner",
    "gewinner",
    "hour",
    "minute",
    "second",
    "seconds",
    "price",
    "month",
    "monat",
    "stunde",
    "sekunden",
    "checked",
    "percent",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Rules, String) {
        let asked = Asked::new(text, "");
        let rules = read(&asked);
        let left = without(&asked, &rules.words).text.split_whitespace().collect::<Vec<_>>().join(" ");
        (rules, left)
    }

    #[test]
    fn rules_are_taken_out_and_the_rest_stays() {
        let (rules, left) = of("Bake sale: name and cake, no more than 20 entries");
        assert_eq!((rules.most, left.as_str()), (Some(20), "Bake sale: name and cake,"));
        let (rules, left) = of("Harvest: vegetable, kilos, with total per vegetable");
        assert_eq!((rules.per.as_deref(), left.as_str()), (Some("vegetable"), "Harvest: vegetable, kilos,"));
        let (rules, left) = of("Wunschkonzert: Lied, jeder höchstens 3 Lieder");
        assert_eq!((rules.each, rules.most, left.as_str()), (Some(3), None, "Wunschkonzert: Lied,"));
        let (rules, _) = of("gifts that people can reserve, so that nobody buys it twice");
        assert!(rules.places.is_some_and(|p| p.most == 1) && !rules.unique);
        let (rules, _) = of("jokes, everyone has 3 votes");
        assert!(rules.votes.is_some_and(|v| v.most == Some(3)));
        let (rules, _) = of("dishes, ticks reset every week");
        assert_eq!((rules.days, rules.of_ticks), (Some(7), true));
    }

    #[test]
    fn what_is_no_rule_is_left() {
        for text in
            ["a list of places with name and price", "We would like a list of games", "name, and a comment", "title, rating from 1 to 5"]
        {
            let (rules, left) = of(text);
            assert!(rules.words.is_empty(), "{text}: {left}");
        }
    }

    #[test]
    fn a_column_is_a_name() {
        for name in ["Can be searched", "One", "Best one highlighted", "Guests add song", "Nach Thema filtern"] {
            assert!(is_no_name(name), "{name}");
        }
        for name in ["Status", "Points", "Where seen", "Date of the meeting", "Who added it"] {
            assert!(!is_no_name(name), "{name}");
        }
    }
}
