//! A table's columns from the words that name them, and what the table is of.

use super::order::sorting;
use super::*;
use crate::recipe::asked::fold;
use fields::{Field, Kind};

pub(super) const WITH: &str = "enter|enters|eintragen|with|including|containing|by|mit|having|has|columns|fields|spalten|feldern|showing";

/// The columns that the words name, after `with`, a colon or the like, and where; not among the words that say how it is `sorted`.
pub(super) fn columns(asked: &Asked, from: usize, sorted: Range<usize>) -> Option<(Range<usize>, Vec<Field>)> {
    let clause = |start: usize, first: usize| {
        let end =
            asked.words.get(sorted.start).filter(|w| !sorted.is_empty() && w.at.start >= start).map_or(asked.text.len(), |w| w.at.start);
        let whole = asked.text.get(start..asked.rest_of_sentence(first).end.min(end))?;
        let cut = clause_end(whole);
        Some(whole[..cut].trim_end().trim_end_matches([',', ' ']))
    };
    let ends_there = |i: usize| {
        asked.words.get(i + 1).is_some_and(|next| asked.text[asked.words[i].at.end..next.at.start].contains(['?', '.', '!', '\n']))
    };
    let is_with = |i: &usize| pattern::match_at(&asked.words, WITH, *i).is_some() && !ends_there(*i) && !sorted.contains(i);
    let after_with = (from..asked.words.len()).filter(is_with).map(|i| i + 1);
    let start_at = asked.words.get(from)?.at.start;
    let after_colon =
        asked.text[start_at..].match_indices([':', '(']).map(|(i, _)| asked.words.partition_point(|w| w.at.start < start_at + i));
    // `Plant swap list - what I offer, my name`
    let dash = asked.text[start_at..].find(" - ").filter(|i| asked.text[start_at + i..].contains(','));
    // `Was blüht gerade? Pflanze, Ort und Datum`
    let question = asked.text[start_at..].match_indices("? ").map(|(i, _)| asked.words.partition_point(|w| w.at.start < start_at + i));
    let after_colon = after_colon.chain(question).chain(dash.map(|i| asked.words.partition_point(|w| w.at.start < start_at + i)));
    let their = pattern::find(&asked.words, "and|und their|its|ihre|deren", from).map(|at| at.end);
    if let Some(first) = their.filter(|i| *i < asked.words.len()) {
        let start = asked.words[first].at.start;
        let text = clause(start, first)?;
        let columns = fields::fields(&format!("name, {text}"))?;
        return Some((asked.words_in(start..start + text.len()), columns));
    }
    let read = |first: usize| {
        let start = asked.words.get(first)?.at.start;
        let text = clause(start, first)?;
        let columns = fields::fields(text)?;
        // `Liste mit Rezepten (Name, Zutaten)`: these are the things, and the columns follow.
        if columns.iter().any(|c| super::rules::is_no_name(&c.name)) {
            return None;
        }
        let are_things = columns.len() == 1 && first <= from + 2 && text.contains('(');
        (!are_things).then(|| (asked.words_in(start..start + text.len()), columns))
    };
    // `Lunch orders for today, name and dish`
    let comma = asked.text[..asked.title_end].find(',').map(|i| asked.words.partition_point(|w| w.at.start < i));
    let after_comma = || {
        const CLAUSE: &str = "kann|konnen|can|could|man|we|they|you|wird|werden|ist|is|are|which|that|where|wo|die|der|das|everyone|everybody|jeder|alle|people|so|but";
        let first = comma.filter(|i| *i > 0 && *i < 9)?;
        let rest = asked.words_in(asked.rest_of_sentence(first));
        if asked.words[rest].iter().any(|w| CLAUSE.split('|').any(|c| c == w.text)) {
            return None;
        }
        read(first).filter(|(_, columns)| columns.len() >= 2 && columns.iter().filter(|c| c.is_usual()).count() + 1 >= columns.len())
    };
    let named = after_with.chain(after_colon).find_map(read).or_else(after_comma)?;
    // `Liste mit Büchern, die man ausleihen kann: Titel, Autor`: the longer list behind the colon.
    let colon = asked.text[start_at..].find(':').map(|i| asked.words.partition_point(|w| w.at.start < start_at + i));
    // `borrowed books: book, who has it, back yes/no`: `has` belongs to a column.
    if let Some(whole) = colon.and_then(read).filter(|(words, columns)| {
        words.start < named.0.start
            && columns.len() > named.1.len()
            && named.0.start.checked_sub(1).is_some_and(|i| matches!(asked.words[i].text.as_str(), "has" | "having" | "by" | "enter"))
    }) {
        return Some(whole);
    }
    let behind = colon
        .and_then(read)
        .filter(|(words, columns)| words.start > named.0.start && (columns.len() > named.1.len() || words.start < named.0.end));
    Some(behind.unwrap_or(named))
}

/// A guestbook's own fields are no others: whether the words name more than these.
pub(super) fn names_more_than(asked: &Asked, usual: &str) -> bool {
    columns(asked, 0, 0..0).is_some_and(|(_, columns)| {
        columns.len() >= 2 && columns.iter().any(|c| !fold_first(&c.name).split(' ').all(|w| usual.split('|').any(|u| u == w)))
    })
}

/// `our running log: date, km, minutes`: at least two columns that are known as such.
pub(super) fn reads_like_columns(asked: &Asked) -> Option<Range<usize>> {
    let rules = super::rules::read(asked);
    let whole = asked;
    let asked = &super::rules::without(whole, &rules.words);
    let (words, columns) = columns(asked, 0, sorting(asked).map_or(0..0, |s| s.words))?;
    let known = columns.iter().filter(|f| f.is_usual()).count();
    let is_table = columns.len() >= 2 && known >= 2
        || columns.len() >= 2 && known >= 1 && has(asked, "list|log|table|tracker|directory|inventory|liste|tabelle");
    let first = asked.words.get(words.start)?.at.clone();
    let at = whole.words_in(first).start;
    (is_table && at > 0).then(|| at - 1..at)
}

/// `wer welchen Kuchen mitbringt`: who, and the thing.
pub(super) fn who_which(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
    if let Some(found) = questions(asked) {
        return Some(found);
    }
    let who = pattern::find(&asked.words, "wer|who welchen|welche|welches|which|what", 0)?;
    let noun = who.end;
    let verb = pattern::find(&asked.words, "mitbringt|bringt|brings|bring|mitbringen|bringing|spendet|backt|bakes|donates", noun + 1)?;
    if verb.start > noun + 4 {
        return None;
    }
    let thing = phrases::capitalise(asked.slice(noun..noun + 1));
    let columns = fields::fields(&format!("Name, {thing}"))?;
    Some((who.start..noun + 1, columns))
}

/// `who brings which salad to the picnic`: a column for each question, up to the end of the clause.
fn questions(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
    let who = pattern::find(
        &asked.words,
        "who|wer brings|bring|bringing|makes|make|cooks|bakes|takes|wants|bringt|macht|backt|kocht|nimmt|will which|what|welchen|welche|welches|was",
        0,
    )?;
    let names = |i: usize| {
        let word = asked.words[i].text.as_str();
        !matches!(word, "to" | "for" | "zum" | "zur" | "fur" | "beim" | "and" | "und" | "mit" | "mitbringt" | "in" | "at" | "on" | "am")
            && asked.text[asked.words[i - 1].at.end..asked.words[i].at.start].trim().is_empty()
    };
    let end = (who.end..asked.words.len().min(who.end + 3)).find(|i| !names(*i)).unwrap_or(asked.words.len().min(who.end + 3));
    let columns = fields::fields(asked.slice(who.start..end))
        .filter(|c| c.len() == 2 && !matches!(fold_first(&c[1].name).as_str(), "what" | "was" | "which"))?;
    Some((who.start..end, columns))
}

/// `Kanban board with three columns: to do, doing, done`: a task, and where it stands.
pub(super) fn kanban(asked: &Asked, german: bool) -> Option<(Range<usize>, Vec<Field>)> {
    let at = pattern::find(&asked.words, "kanban board?", 0)?;
    let usual = if german { ["Offen", "In Arbeit", "Erledigt"] } else { ["To do", "Doing", "Done"] }.map(str::to_owned).to_vec();
    let listed = lists::choices(asked);
    let (choices, words) = listed.map_or((usual, at.clone()), |l| (l.items, l.words));
    let plain = |name: &str| name.to_owned();
    let task = Field { name: plain(if german { "Aufgabe" } else { "Task" }), kind: Kind::Text, choices: vec![], range: None };
    let state = Field { name: plain(if german { "Stand" } else { "Status" }), kind: Kind::Choice, choices, range: None };
    Some((words, vec![task, state]))
}

/// `tools they are willing to lend, with the owner's name and whether it is borrowed or free`.
pub(super) fn lending(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
    let lend = pattern::find(&asked.words, "lend|lends|lending|borrow|borrowed|verleihen|ausleihen|leihen|verleiht", 0)?;
    let state =
        pattern::find(&asked.words, "borrowed|lent|ausgeliehen|verliehen|out|taken or|oder free|available|in|frei|da|verfugbar|there", 0)
            .or_else(|| {
            pattern::find(&asked.words, "free|available|frei|verfugbar|da or|oder borrowed|lent|ausgeliehen|verliehen|taken|weg", 0)
        })?;
    let owner = pattern::find(&asked.words, "owner|owners|besitzer|besitzerin|wem|eigentumer", 0)?;
    let things = "tool|tools|book|books|game|games|thing|things|item|items|toys|equipment|machine|machines|werkzeug|werkzeuge|bucher|spiele|sachen|gerate|dinge";
    let thing = pattern::find(&asked.words, things, 0)?;
    let german = phrases::is_german(asked);
    let name = match (asked.words[thing.start].text.as_str(), german) {
        ("thing" | "things" | "item" | "items", false) => "Thing".to_owned(),
        (_, true) => phrases::capitalise(asked.slice(thing.clone())),
        (_, false) => phrases::capitalise(&fields::singular(asked.slice(thing.clone()))),
    };
    let columns = fields::fields(&if german {
        format!("{name}, Besitzer, Stand (frei, ausgeliehen)")
    } else {
        format!("{name}, Owner, Status (free, borrowed)")
    })?;
    let end = state.end.max(owner.end).max(lend.end);
    // Between them only what says just this.
    let knows = "their|they|are|is|its|it|the|name|names|of|willing|would|like|happy|to|and|with|whether|if|currently|right|now|or|not|at|moment|der|die|das|des|ist|ob|gerade|wer|gehort|es|sie|mit|und|man|moglich|can|that|list|whose|belongs|owned|by|verfugbar";
    let first = thing.start.min(lend.start);
    let plain = (first..end).all(|i| {
        let word = asked.words[i].text.as_str();
        [&lend, &state, &owner, &thing].iter().any(|r| r.contains(&i))
            || knows.split('|').any(|k| k == word)
            || super::super::words::is_filler(word)
    });
    plain.then_some((first..end, columns))
}

pub(super) const WHO_WHAT: &str = "who|whos|wer is? brings|bringing|bring|bringt|macht|ubernimmt what|was";

pub(super) const VERBS: &str = "track|tracks|tracking|record|collect|collects|log|manage|organize|organise|store|catalog|catalogue|save|register|enter|erfassen|verwalten|suggest|suggests|propose|nominate|recommend|recommends|post|share|submit";

/// The things between the head and the fields: `list of [our plants] with …`, `track [our plants] with …`.
pub(super) fn things(asked: &Asked, head: &Range<usize>, end: usize) -> Option<Range<usize>> {
    let words = &asked.words;
    let of = (head.start..end.min(words.len()))
        .find(|i| matches!(words[*i].text.as_str(), "of" | "for" | "von" | "der" | "aller" | "unserer" | "fur"));
    let verb = (0..=head.start).find_map(|i| pattern::match_at(words, VERBS, i));
    let start = of.map(|i| i + 1).or(verb)?;
    let mut stop = start;
    while stop < end
        && !words[stop].starts_sentence
        && !matches!(
            words[stop].text.as_str(),
            "with" | "where" | "that" | "to" | "so" | "in" | "and" | "we" | "i" | "mit" | "everyone" | "everybody" | "each" | "by"
        )
        && stop - start < 5
    {
        stop += 1;
    }
    let text_end = words.get(start)?.at.start;
    let slice = asked.slice(start..stop);
    let cut = slice.find([':', ',', '(']).map(|i| asked.words_in(text_end..text_end + i));
    Some(cut.unwrap_or(start..stop)).filter(|r| !r.is_empty())
}

/// A column for the thing itself: `hiking trails` → `Hiking trail`.
pub(super) fn subject_column(asked: &Asked, things: Option<Range<usize>>, german: bool, usual: Option<Field>) -> Option<Field> {
    if let Some(usual) = usual.filter(|_| german && things.is_some() || !german && things.is_none()) {
        return Some(usual);
    }
    let name = match things {
        Some(_) if german => "Name".to_owned(),
        Some(things) => phrases::capitalise(&phrases::shorten(&fields::singular(asked.slice(things)), 30)),
        None => "Name".to_owned(),
    };
    let usual = ["book", "movie", "film", "song", "film", "buch"].contains(&name.to_lowercase().as_str());
    let plain = name.split_whitespace().count() > 3 || fold_first(&name) == "entry";
    let name = if usual {
        "Title".to_owned()
    } else if plain {
        "Name".to_owned()
    } else {
        name
    };
    Some(Field { name, kind: Kind::Text, choices: vec![], range: None })
}

/// In German nouns stay as they are written; plurals are not undone.
pub(super) fn thing_name(things: &str, german: bool) -> String {
    phrases::shorten(&if german { "Eintrag".to_owned() } else { fields::singular(things) }, 40)
}

/// The last word of a column's name, folded: what it is.
pub(super) fn fold_first(name: &str) -> String {
    let folded = fold(name);
    folded.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Whether a name says what people do rather than what there is.
pub(super) fn has_verb(title: &str) -> bool {
    const DO: &str = "suggest|suggests|propose|recommend|submit|vote|can|enter|enters|add|adds|we|we'd";
    let folded = fold(title);
    starts_with_verb(title) || folded.split_whitespace().any(|w| DO.split('|').any(|d| d == w))
}

pub(super) fn starts_with_verb(title: &str) -> bool {
    let folded = fold(title);
    let mut words = folded.split_whitespace();
    matches!(words.next(), Some("track" | "keep" | "collect" | "record" | "log" | "manage" | "store" | "list"))
        && words.next().is_some_and(|w| w != "of")
}

/// Where the fields give way to the next clause.
pub(super) fn clause_end(text: &str) -> usize {
    const ENDS: [&str; 57] = [
        " wer was",
        " sorted",
        ", max",
        ", at most",
        ", up to",
        ", h\u{f6}chstens",
        ", no more than",
        " at most ",
        " sortiert",
        " ordered by",
        " sortable",
        " and we ",
        " and the sum",
        " und die summe",
        " und summe",
        ", show",
        " searchable",
        " filterable",
        " durchsuchbar",
        " filterbar",
        " with search",
        " with a search",
        " mit suche",
        " mit such",
        " nach datum",
        " die man",
        " and search",
        " and a search",
        " and filter",
        " and vote",
        " and everyone",
        " so ",
        " that ",
        " which ",
        " where ",
        " who ",
        " please",
        " and show",
        " and let",
        " and then",
        " and see",
        " and display",
        " and sum",
        " and total",
        " and the total",
        " and a total",
        " plus a total",
        " for everyone",
        " for everybody",
        " for each",
        " to keep",
        " bitte",
        " damit ",
        " and calculate",
        " and add up",
        " with a total",
        " with total",
    ];
    let lower = text.to_ascii_lowercase();
    // "name, where it stands and when it was watered" names columns; "name and age where I can see it" does not.
    let names_column = |end: &str, at: usize| {
        [" where ", " who ", " which "].contains(&end) && [",", " and", " or"].iter().any(|before| lower[..at].ends_with(before))
    };
    ENDS.iter().filter_map(|end| lower.match_indices(end).map(|(at, _)| at).find(|at| !names_column(end, *at))).min().unwrap_or(text.len())
}

/// `Kilometer challenge: everybody enters their kilometres`: columns that nothing else in the words names.
pub(super) fn columns_after_all(asked: &Asked) -> Option<Range<usize>> {
    let rules = super::rules::read(asked);
    let without = super::rules::without(asked, &rules.words);
    let (words, _) = how_many(&without)?;
    let first = without.words.get(words.start)?.at.clone();
    let at = asked.words_in(first).start;
    Some(at..at + 1)
}

/// `everybody enters their kilometres and the date`: a name and these.
fn enters_their(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
    const ENTERS: &str = "everyone|everybody|each|people|guests|players|jeder|alle|man|members|visitors|kids|we person|one|player|member|visitor|kid|kann|konnen|can? \
        enters|enter|adds|add|logs|log|puts|put|writes|write|types|records|record|tragt|tragen|schreibt|gibt in? \
        their|his|her|your|the|our|seine|seinen|sein|ihre|ihren|die|den?";
    let at = pattern::find(&asked.words, ENTERS, 0)?;
    let start = asked.words.get(at.end)?.at.start;
    let text = asked.text.get(start..asked.rest_of_sentence(at.end).end)?;
    let text = &text[..clause_end(text)];
    let text = text.split([',', ';', ':']).next().unwrap_or_default().split("   ").next().unwrap_or_default().trim_end();
    let text = text.strip_suffix(" ein").unwrap_or(text);
    let mut columns = fields::fields(text).filter(|c| c.len() <= 4 && !c.iter().any(|c| super::rules::is_no_name(&c.name)))?;
    // Without an article it must be columns beyond doubt.
    let article = asked.words[at.end - 1].text.as_str();
    if !"their his her your the our seine seinen sein ihre ihren die den".split(' ').any(|a| a == article) {
        return columns
            .iter()
            .all(Field::is_usual)
            .then(|| (at.start..asked.words_in(start..start + text.len()).end, columns))
            .filter(|(_, c)| c.len() > 1);
    }
    if !columns.iter().any(|c| ["name", "names", "namen"].contains(&fold_first(&c.name).as_str())) {
        columns.insert(0, Field { name: "Name".to_owned(), kind: Kind::Text, choices: vec![], range: None });
    }
    let end = asked.words_in(start..start + text.len()).end;
    let end = end + usize::from(asked.words.get(end).is_some_and(|w| w.text == "ein"));
    (columns.len() > 1).then_some((at.start..end, columns))
}

/// `wer hat wie viele Pudel geworfen`, `who has eaten how many pies`: a name and a number.
pub(super) fn how_many(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
    if let Some(found) = enters_their(asked) {
        return Some(found);
    }
    let at =
        pattern::find(&asked.words, "wer|who hat|has|have|macht|schafft|did|ate|eaten|read|ran|drank wie|how viele|viel|many|much", 0)?;
    let noun = asked.words.get(at.end)?;
    let verb = pattern::match_at(
        &asked.words,
        "geworfen|gegessen|getrunken|gelaufen|gelesen|gemacht|geschafft|gefahren|geschossen|gesammelt|eaten|read|run|made|scored|collected|drunk|ate|has|did",
        at.end + 1,
    );
    let name = phrases::capitalise(&asked.text[noun.at.clone()]);
    let columns = vec![
        Field { name: "Name".to_owned(), kind: Kind::Text, choices: vec![], range: None },
        Field { name, kind: Kind::Number, choices: vec![], range: None },
    ];
    Some((at.start..verb.unwrap_or(at.end + 1), columns))
}
