//! What a wish says of a table's entries beside its columns: limits, votes, who takes what, totals, ticks, days.
//!
//! [`read`] takes every clause that is such a rule out of the words, so that what remains names the table and its
//! columns. A rule that is not known stays in the words, where nothing accounts for it, and the answer is no.

use super::*;
use crate::recipe::words::{is_filler, is_rule};

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
    places(asked, &mut rules);
    limits(asked, &mut rules);
    opinions(asked, &mut rules);
    sums(asked, &mut rules);
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

fn places(asked: &Asked, rules: &mut Rules) {
    const RESERVE: (&str, &str) = ("Reserve", "Reservieren");
    const TAKE: (&str, &str) = ("Take", "Nehmen");
    const JOIN: (&str, &str) = ("Join", "Mitmachen");
    const NOUN: &str = "entry|entries|gift|gifts|present|presents|thing|things|item|items|task|tasks|job|jobs|shift|shifts|spot|slot|place|book|books|tool|tools|row|game|games|dish|toy";
    let verbs: [(&str, (&str, &str), i64); 6] = [
        ("reserve|reserved|reserves|book|booked", RESERVE, 1),
        ("claim|claimed|claims|take|takes|grab|grabs|pick", TAKE, 1),
        ("sign up for|to", JOIN, 1),
        ("borrow|borrows", ("Borrow", "Ausleihen"), 1),
        ("adopt", ("Adopt", "Adoptieren"), 1),
        ("join|joins", JOIN, 30),
    ];
    for (verb, name, most) in verbs {
        let said = [
            format!("can|could|may|to|and|someone|somebody {verb} it|one|them|something"),
            format!("can|could|may|to|and|someone|somebody {verb} a|an|the|each|one? {NOUN}"),
        ];
        let found = said.iter().find_map(|pattern| rules.find(asked, &[pattern])).or_else(|| {
            rules.find(asked, &[&format!("can|could|may {verb}")]).filter(|w| {
                asked.words.get(w.end).is_none_or(|n| {
                    n.starts_sentence || n.text == "so" || !asked.text[asked.words[w.end - 1].at.end..n.at.start].trim().is_empty()
                })
            })
        });
        if rules.places.is_none()
            && let Some(words) = found
        {
            rules.places = Some(Places { most, verb: name });
            rules.take(asked, words);
        }
    }
    let german: [(&str, (&str, &str), i64); 5] = [
        (
            "ein|eine|einen|etwas|es|sie|das|die|den|jedes|sich? geschenk|sache|teil|platz|ding|aufgabe|wunsch|buch? reservieren|reserviert kann|konnen|werden?",
            RESERVE,
            1,
        ),
        (
            "ein|eine|einen|etwas|es|sie|die|das aufgabe|schicht|sache|dienst|teil? ubernehmen|nehmen kann|konnen?",
            ("Take over", "Übernehmen"),
            1,
        ),
        ("es|sie|sich|ein|eine|etwas buch|werkzeug|spiel? ausleihen kann|konnen?", ("Borrow", "Ausleihen"), 1),
        ("wer mitkommt|mitmacht|dabei|teilnimmt|mitfahrt|mitlauft ist|sein?", JOIN, 30),
        ("who joins|comes|is|wants|will coming|joining|to|come|join? along|join|come|in?", JOIN, 30),
    ];
    for (pattern, name, most) in german {
        if rules.places.is_none()
            && let Some(words) = rules.find(asked, &[pattern])
            && (most == 1 || words.len() > 2 || asked.words[words.start].text == "wer" || asked.words[words.end - 1].text == "joins")
        {
            rules.places = Some(Places { most, verb: name });
            rules.take(asked, words);
        }
    }
    // `so that nobody buys it twice`
    let twice = [
        "so that|nobody|no|people|we|noone one? should|can|may? buys|brings|takes|gets|does|book|bring|buy|dont|don't buy|bring|take|get? it|the|them|something|a same? thing|gift|present|dish|one|salad|cake? twice|double",
        "so|damit es|man|nichts|niemand|etwas|keiner|nicht|sie doppelt|etwas|es|nicht|zweimal|nichts doppelt|zweimal|gekauft|mitbringt|kauft|wird|verschenkt? kauft|gekauft|mitbringt|mitgebracht|wird|schenkt|verschenkt? wird?",
        "nobody|noone|niemand should|can|may? buys|brings|bring|buy|take|takes|get|gets it|the|them|a? same? thing|gift|present|dish|one|salad|cake? twice|double",
        "no|without|keine|ohne duplicates|doubles|duplicate|doppelten|doppelte|dubletten entries|eintrage?",
        "nothing|nobody|nichts|niemand|none twice|doppelt",
        "not|nicht the? same? thing|dish|item? twice|zweimal|doppelt",
    ];
    if rules.saw(asked, &twice) {
        rules.unique = rules.places.is_none();
    }
    if let Some(words) = rules.find(asked, &["see|say|write|enter|note|show|know who brings|bring|does|is|takes|buys|cooks|made|did|has it|what|them|this|doing|bringing|bring? it?"]) {
        let who = words.start + 1..words.end;
        let text = phrases::capitalise(asked.slice(who.clone()));
        rules.column = Some(if who.len() == 2 { format!("{text} it") } else { text });
        rules.take(asked, words);
    }
}

fn limits(asked: &Asked, rules: &mut Rules) {
    const UP_TO: [&str; 9] = [
        "no more than",
        "not more than",
        "at most",
        "up to",
        "nicht mehr als",
        "max|maximum|maximal|hochstens|limited|limit|begrenzt of|to|auf?",
        "there are|is only",
        "es gibt nur",
        "room|platz|space|space for|fur",
    ];
    let numbers = phrases::numbers(asked);
    let counted = "people|persons|person|players|entries|names|spots|places|seats|participants|guests|kids|children|teams|plates|cakes|items|tables|slots|personen|leute|platze|eintrage|teilnehmer|teilnehmerinnen|kinder|spieler|teams|kuchen|gaste|namen";
    let mut candidates: Vec<(i64, Range<usize>)> = Vec::new();
    for pattern in UP_TO {
        for at in pattern::find_all(&asked.words, pattern) {
            if let Some((i, n)) = numbers.iter().find(|(i, _)| *i == at.end) {
                // The counted word too, if it is one or stands alone.
                let next = asked.words.get(i + 1).filter(|w| asked.text[asked.words[*i].at.end..w.at.start].trim().is_empty());
                let noun = next.is_some_and(|w| !is_filler(&w.text) && !matches!(w.text.as_str(), "per" | "pro" | "each" | "je"))
                    || next.is_some_and(|w| counted.split('|').any(|c| c == w.text));
                candidates.push((*n as i64, at.start..i + 1 + usize::from(noun)));
            }
        }
    }
    for (i, n) in &numbers {
        if let Some(end) = pattern::match_at(
            &asked.words,
            "places|spots|seats|platze|slots|sitzplatze in|available|available|left|only|frei|insgesamt? total|all?",
            i + 1,
        ) {
            candidates.push((*n as i64, *i..end));
        }
        // `je zwei Personen`, `3 people per slot`, `2 places each`
        if let Some(end) = pattern::match_at(&asked.words, counted, i + 1)
            && (i.checked_sub(1).is_some_and(|b| asked.words[b].text == "je")
                || pattern::match_at(&asked.words, "per|pro|each|for|je each?", end).is_some())
        {
            candidates.push((*n as i64, *i..end));
        }
    }
    for (n, words) in candidates {
        if !rules.is_free(&words) || !(1..=500).contains(&n) {
            continue;
        }
        // `per car`, `each`, `pro Termin`: for one row.
        let per = pattern::match_at(&asked.words, "in|for|per|pro|each|je|fur per|each|jede|jeden|jedes? car|slot|shift|row|entry|one|day|table|group|ride|course|auto|termin|zeile|schicht|tag|kurs|fahrt|of|team|event|date|trip|game|tour|class|workshop|walk|run|lauf?", words.end)
            .filter(|end| (words.end..*end).any(|i| matches!(asked.words[i].text.as_str(), "per" | "pro" | "each" | "je" | "jede" | "jeden" | "jedes")));
        let is_je = words.start.checked_sub(1).is_some_and(|b| asked.words[b].text == "je");
        let is_votes = pattern::match_at(&asked.words, "votes|stimmen|hearts|likes", words.end - 1).is_some();
        if is_votes {
            continue;
        }
        // `jeder höchstens 3 Lieder`, `at most 3 songs each`
        let who =
            |i: usize| matches!(asked.words[i].text.as_str(), "jeder" | "jede" | "everyone" | "everybody" | "alle" | "person" | "visitor");
        let of_each = words.start.checked_sub(1).is_some_and(who)
            || words.start.checked_sub(2).is_some_and(|i| {
                who(i) && matches!(asked.words[i + 1].text.as_str(), "can" | "may" | "kann" | "darf" | "has" | "hat" | "up" | "add")
            });
        let by_person = per
            .is_some_and(|end| matches!(asked.words[end - 1].text.as_str(), "person" | "visitor" | "family" | "kopf" | "member" | "child"))
            || pattern::match_at(&asked.words, "per|pro person|visitor|family|kopf|member|child|familie", words.end).is_some();
        if (of_each || by_person) && rules.each.is_none() && n <= 20 {
            let end = pattern::match_at(&asked.words, "per|pro person|visitor|family|kopf|member|child|familie", words.end)
                .or(per)
                .unwrap_or(words.end);
            let end = pattern::match_at(&asked.words, "add|enter|suggest|eintragen|vorschlagen|nehmen|adding", end).unwrap_or(end);
            let start = match words.start.checked_sub(1) {
                Some(i) if of_each && who(i) => i,
                Some(i) if of_each => i - 1,
                _ => words.start,
            };
            rules.each = Some(n);
            rules.once = true;
            rules.take(asked, start..end);
            continue;
        }
        if per.is_some() || is_je {
            let person = per.is_some_and(|end| matches!(asked.words[end - 1].text.as_str(), "person" | "visitor" | "family" | "kopf"));
            if person || rules.places.as_ref().is_some_and(|p| p.most != 1 && p.most != 30) {
                continue;
            }
            let verb = rules.places.as_ref().map_or(("Join", "Eintragen"), |p| p.verb);
            rules.places = Some(Places { most: n, verb });
            let start = if is_je { words.start - 1 } else { words.start };
            rules.take(asked, start..per.unwrap_or(words.end));
        } else if rules.most.is_none() && (2..=200).contains(&n) {
            rules.most = Some(n);
            let end = pattern::match_at(&asked.words, "in|altogether|insgesamt total|all?", words.end).unwrap_or(words.end);
            rules.take(asked, words.start..end);
        }
    }
    rules.once |= rules.saw(
        asked,
        &[
            "only|just one|1 entry|thing|item|dish|place|spot|slot|name|idea|suggestion|song|wish|row|bet|guess|tip|gift each|per person|visitor|family|player|member|child|guest|head?",
            "one|1 entry|thing|item|dish|idea|suggestion|song|wish|row|bet|guess|tip|gift per person|visitor|family|player|member|child|guest|head",
            "one|1 each|per person|visitor|family|player|member|child|guest?",
            "everyone|everybody|each|people person|visitor|one|member? only|just once",
            "everyone|everybody|each|people person|visitor|one|member? can|may|could only|just enter|sign|add|vote up? once",
            "only|just once each|per person|visitor?",
            "jeder|jede|alle|pro person|kind|familie|mitglied|schuler? darf|kann|soll? nur|hochstens ein|eine|einen|einmal|1 sache|eintrag|tipp|mal|ding|idee|teil|vorschlag|kuchen|platz? eintragen|mitbringen|nehmen?",
            "nur einmal pro|je person|kopf|familie?",
        ],
    );
}

fn opinions(asked: &Asked, rules: &mut Rules) {
    let sign = |words: &Range<usize>| {
        let has = |what: &str| asked.words[words.clone()].iter().any(|w| what.split('|').any(|one| one == w.text));
        if has("heart|hearts|herz|herzen|herzchen|love") {
            "♥"
        } else if has("like|likes|liken|thumb|thumbs|daumen|thumbsup") {
            "👍"
        } else {
            "▲"
        }
    };
    let on = "on|for|fur it|them|each|others|other|one|ones|entries|entry|ideas|items|favorites|favourites|the|their|your best|funniest|favorite|favourite|next|most|worst? one|ones|caption|idea|joke|name|film|movie|book|song|answer|entry|dish|recipe|photo|story|quote?";
    let up_to = [
        "vote|votes|voting for? up to two|three|four|five|2|3|4|5|10 of|films|movies|games|ideas|books|songs|entries|them|times?"
            .to_owned(),
        "everyone|everybody|each|person|visitor|jeder|jede|member has|have|gets|get|hat two|three|four|five|zwei|drei|2|3|4|5|10 votes|stimmen|hearts|likes".to_owned(),
        "two|three|four|five|2|3|4|5|10 votes|hearts|likes|stimmen each|per|pro|je person|visitor|kopf?".to_owned(),
    ];
    if let Some(words) = up_to.iter().find_map(|p| rules.find(asked, &[p])) {
        let most = phrases::numbers(asked).into_iter().find(|(i, _)| words.contains(i)).map(|(_, n)| n as i64);
        rules.votes = Some(Votes { sign: sign(&words), most });
        rules.take(asked, words);
    }
    let give = [
        format!("upvote|upvotes|upvoting|upvoted {on}"),
        "upvote|upvotes|upvoting|upvoted".to_owned(),
        format!("vote|votes|voting {on}"),
        "can|could|may vote|like|heart it|them|each|entries?".to_owned(),
        "like|likes it|them|each|others".to_owned(),
        "give|gives|giving|get|gets|with|and thumbs|hearts|likes up?".to_owned(),
        "give|gives|giving|get|gets|with|and a heart|like|thumbs|thumb up?".to_owned(),
        "thumbs|thumb up".to_owned(),
        "hearts|likes|herzchen|herzen|daumen hoch? vergeben|geben|verteilen?".to_owned(),
        "dafur|daruber|fur abstimmen|stimmen|stimmt kann|konnen?".to_owned(),
        "abstimmen|liken kann|konnen?".to_owned(),
        "with votes|voting".to_owned(),
        "und abstimmen".to_owned(),
        "mit|und herzchen|herzen|likes|daumen".to_owned(),
    ];
    for pattern in &give {
        if let Some(words) = rules.find(asked, &[pattern]) {
            let courtesy = words.start.checked_sub(1).is_some_and(|i| matches!(asked.words[i].text.as_str(), "would" | "id" | "wed" | "i"));
            if !courtesy || asked.words[words.start].text != "like" {
                rules.votes.get_or_insert(Votes { sign: sign(&words), most: None });
                rules.take(asked, words);
            }
        }
    }
    const RATED: [&str; 4] = [
        "can|could|may|to|and rate|review it|them|each|every|others|entries|the|a one|dish|book|film|movie|recipe|entry|place|game?",
        "star ratings? from|by everyone|everybody|all|visitors|others|several|people",
        "alle|man|jeder|andere|leute bewerten|sterne|vergeben kann|konnen|konnen|darf?",
        "average|mean of the|all? ratings|stars from|by everyone|everybody|all",
    ];
    if let Some(words) = rules.find(asked, &RATED) {
        const STARS: &str = "with|from|1|one|to|up|5|five|stars|star|out|of|mit|von|bis|sternen|sterne";
        let mut end = words.end;
        while asked.words.get(end).is_some_and(|w| STARS.split('|').any(|s| s == w.text) && !w.starts_sentence) {
            end += 1;
        }
        rules.rate = true;
        rules.take(asked, words.start..end);
    }
    if rules.rate {
        let words = ["and|with|show|shows|see the|an? average rating|stars|score is|shown?", "average|durchschnitt"];
        rules.saw(asked, &words);
    }
    rules.comments = rules.saw(
        asked,
        &[
            "can|could|may|and|to comment|reply|comments on|to|below|under it|them|each|entries|others|the|ideas one|entry|idea?",
            "can|could|may comment|reply",
            "comments|replies on|for|under|to|below each|every|it|them|the one|entry|idea|row?",
            "with|and comments|replies",
            "kommentare|kommentaren dazu|darunter",
            "mit|und kommentaren|kommentarfunktion",
            "es|sie|das|dazu|daruber kommentieren kann|konnen?",
            "kommentieren kann|konnen?",
        ],
    );
}

fn sums(asked: &Asked, rules: &mut Rules) {
    let per: [&str; 10] = [
        "total|totals|sum|sums|count|counts|subtotal|subtotals|overview|tally .. per|by",
        "total|totals|sum|sums|count|counts|subtotal|subtotals for|of each|every",
        "how|so many|much .. of|per|for each|every",
        "how|so many|much .. per",
        "how often each|every",
        "number|numbers of each",
        "count|counts|counted|add|adds|added up? each|per|by",
        "summe|summen|gesamtzahl|gesamtmenge|gesamt|anzahl|punktzahl|gesamtsumme .. pro|je",
        "wie viele|viel .. pro|je",
        "zusammengezahlt|summiert|addiert pro|je|nach",
    ];
    if let Some(words) =
        rules.find(asked, &per).filter(|w| !asked.words[w.clone()].iter().any(|w| matches!(w.text.as_str(), "average" | "durchschnitt")))
    {
        let of = object(asked, words.end);
        rules.per = Some(asked.slice(of.clone()).to_owned());
        rules.take(asked, words.start..words.end.max(of.end));
        rules.saw(asked, &["to|so we? order|bake|buy|make|know|need is?"]);
    }
    if let Some(words) = rules.find(
        asked,
        &[
            "how many people|persons|kids|guests|children|adults|pieces|places|we|they? come|comes|are|coming|there|need|attend|will in|altogether total|all?",
            "the? total|sum|totals|sums amount|number|points|price|cost|pages|km|hours|minutes|people|distance|kilometres|kilometers? read|run|walked|spent|paid|eaten|collected? at|underneath|below|so? the|far? bottom|end?",
            "total|totals|sum|sums at|in the? bottom|end|total",
            "add|adds|added it|them|everything|all|the|numbers? points|numbers|amounts? up",
            "summe|gesamtzahl|gesamtsumme|gesamt|gesamtmenge|summen unten|am|insgesamt? ende?",
            "balance|kontostand|saldo",
            "wie viele personen|leute|kinder|gaste insgesamt? kommen|sind insgesamt?",
            "zusammengezahlt|zusammenzahlen|zusammengerechnet|summiert|aufsummiert wird|werden?",
        ],
    ) {
        // `points total` may be a column's own name, as may `total pages`; the table shows the sum either way.
        rules.total = true;
        rules.take(asked, words);
    }
    if let Some(words) = rules.find(asked, &["the? average|mean|averages of|rating|score|stars|points|age|price|time? all|it|them|the|everything|ratings|stars|is? ratings|stars|shown?", "durchschnitt|mittelwert|schnitt"]) {
        rules.average = true;
        rules.take(asked, words);
    }
    rules.count = rules.saw(
        asked,
        &[
            "how many it|they|there are|is so? far|already|now?",
            "how many so far|already",
            "wie viele es|sie|das schon|bisher? sind",
            "wie viele schon|bisher unterschrieben|dabei|da|sind|haben|bezahlt|angemeldet sind|haben?",
            "how many have|are paid|signed|joined|registered|done|come|here|present so|already? far?",
        ],
    );
    rules.ranking = rules.saw(asked, &["with|and|mit|und a|einer|eine? ranking|leaderboard|rangliste|bestenliste|rangfolge", "see|show|shows who has|is|did|have? read|run|done|collected|eaten|scored|walked|cycled|made|won? the most|best|furthest|fastest|highest", "sehen|sieht wer am meisten|weitesten|besten gelesen|gelaufen|gemacht|geschafft|gesammelt|hat? hat?"]);
    if let Some(words) = rules.find(
        asked,
        &[
            "best|fastest|longest|highest|lowest|shortest|biggest|top|cheapest|most|record one|time|value|result|score|distance|entry|run|is? is|highlighted|marked|shown|bold|in? highlighted|marked|bold|shown?",
            "highlight|highlights|mark|marks the best|fastest|longest|highest|lowest|shortest|biggest|top|cheapest one|time|value|result|score|run?",
            "beste|bester|bestes|schnellste|langste|hochste zeit|wert|lauf|ergebnis? wird|ist? hervorgehoben|markiert",
        ],
    )
    .filter(|w| asked.words[w.clone()].iter().any(|w| ["highlight", "mark", "bold", "hervor"].iter().any(|m| w.text.starts_with(m))))
    {
        let least = asked.words[words.clone()].iter().any(|w| matches!(w.text.as_str(), "fastest" | "lowest" | "shortest" | "cheapest" | "schnellste"));
        rules.best = Some(least);
        rules.take(asked, words);
    }
}

fn views(asked: &Asked, rules: &mut Rules) {
    rules.due = rules.saw(
        asked,
        &[
            "overdue|past|late|expired ones|items|things|tasks|dates|entries|homework|loans|books? are|is|get|should|be? be? marked|highlighted|shown|red|greyed|grey|flagged in|out? red?",
            "highlight|highlights|mark|marks|show|shows what|whats|the|if|which|things|items|when is|are|its? overdue|late|past|expired",
            "uberfallige|uberfalliges|abgelaufene|abgelaufenes|vergangene werden|wird|sind? markiert|rot|hervorgehoben",
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
    const MACHINES: &str = "highlighted|marked|first|filter|filtern|filtered|nur|only|best|checkbox|total|totals|sum|summe|reset|resets|again|twice|oben|zuerst|sortieren|rangliste|ranking|never|nobody|niemand|ever|vote|voting|upvote|click|clicks|clicking|automatically|automatisch|live|instantly|balance|herzchen|hearts";
    let words = Asked::new(name, "").words;
    if words.first().is_some_and(|w| {
        matches!(
            w.text.as_str(),
            "can" | "could" | "should" | "must" | "kann" | "is" | "are" | "will" | "put" | "please" | "we" | "everyone"
        )
    }) {
        return true;
    }
    let counts = words.len() > 1 && matches!(words[0].text.as_str(), "one" | "two" | "three" | "ein" | "eine" | "zwei");
    let is_count = words.len() == 1 && matches!(words[0].text.as_str(), "one" | "each" | "all" | "two" | "three" | "us");
    is_count
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
