//! In which order a table's rows stand: what the words say of it, and what its contract tries.

use super::table::is_birthdays;
use super::*;
use fields::{Field, Kind};

/// How the rows stand, as the recipe writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Added,
    Newest,
    Up(usize),
    Down(usize),
    NextDay(usize),
    Votes,
}

/// Two rows for the contract: the values of the column that decides, in order, and those of the first column.
#[derive(Clone, Default)]
pub(super) struct Samples {
    pub field: String,
    pub values: [String; 2],
    firsts: [String; 2],
}

impl Samples {
    /// One of the two rows as a TOML table; the column that decides may be the first.
    pub fn row(&self, first_field: &str, which: usize) -> String {
        let pair = |name: &str, value: &str| {
            let escape = super::super::render::toml_escape;
            format!("\"{}\" = \"{}\"", escape(name), escape(value))
        };
        let value = pair(&self.field, &self.values[which]);
        if self.field == first_field {
            return format!("{{ {value} }}");
        }
        format!("{{ {}, {value} }}", pair(first_field, &self.firsts[which]))
    }
}

impl Sort {
    pub fn samples(self, columns: &[Field]) -> Option<Samples> {
        let (column, turned) = match self {
            Self::Added | Self::Votes => return None,
            Self::Newest => (0, false),
            Self::Up(column) => (column, false),
            Self::Down(column) => (column, true),
            // In the probe the clock stands at a day that this text does not know.
            Self::NextDay(_) => return None,
        };
        let mut values = columns[column].samples();
        if turned {
            values.reverse();
        }
        let firsts = if column == 0 { values.clone() } else { columns[0].samples() };
        Some(Samples { field: columns[column].name.clone(), values, firsts })
    }

    pub fn in_words(self, columns: &[Field], german: bool) -> String {
        let name = |column: usize| columns[column].name.clone();
        match (self, german) {
            (Self::Added, _) => String::new(),
            (Self::Newest, false) => ", newest first".to_owned(),
            (Self::Newest, true) => ", das Neueste zuerst".to_owned(),
            (Self::Up(column), false) => format!(", sorted by {}", name(column)),
            (Self::Down(column), false) => format!(", highest {} first", name(column)),
            (Self::NextDay(_), false) => ", sorted by which day is next".to_owned(),
            (Self::Votes, false) => ", most votes first".to_owned(),
            (Self::Up(column), true) => format!(", sortiert nach {}", name(column)),
            (Self::Down(column), true) => format!(", sortiert nach {}, absteigend", name(column)),
            (Self::NextDay(_), true) => ", sortiert nach dem nächsten Tag".to_owned(),
            (Self::Votes, true) => ", die meisten Stimmen zuerst".to_owned(),
        }
    }
}

/// What the words say about the order.
pub(super) struct Sorting {
    pub words: Range<usize>,
    /// The words after `sorted by`.
    by: Option<Range<usize>>,
}

/// `sorted by which one is next`, `nach Jahr sortieren kann`, `newest first`, `alphabetically`.
pub(super) fn sorting(asked: &Asked) -> Option<Sorting> {
    const ENGLISH: [&str; 6] = [
        "and? it? can|could|may|should be? sorted|sortable|sort|ordered by|after",
        "and? that|which|who|we|you|i|one|people|everyone can|could be? sort|sorted|order|ordered .. by",
        "and? sorted|sortable|ordered|ranked|sort|order|sorting alphabetically? by|after",
        "and? sorted|sortable|ordered|ranked|sort|sorting",
        "newest|latest|highest|best|lowest|cheapest|shortest|fastest|most|oldest year|date|price|rating|points|score|distance|votes|first first?",
        "and? the? newest|latest|highest|best|lowest|cheapest|shortest|longest|biggest|fastest|soonest|earliest|oldest|upcoming|funniest|most|top popular|liked|loved|votes|points|likes|hearts|goals|wins? date|ones|one|votes|points|stars? first|top|on|at recent|the|top? first|top?",
    ];
    const GERMAN: [&str; 5] = [
        "und? die|der|das|den? man|wir|ich|alle? nach .. sortiert|sortieren|geordnet|ordnen|sortierbar kann|konnen|ist|sind?",
        "und? sortiert|geordnet|sortierbar nach",
        "und? die|das|der? neuesten|neueste|neuestes|hochsten|hochste|besten|beste|bester|meisten|nachste|nachster|nachsten|fruheste|beliebteste|beliebtesten|schnellste|schnellsten punkte|termine|termin|stimmen? zuerst|oben|vorn|vorne",
        "und? der|die|das mit den? meisten stimmen|likes|herzen|punkten steht|stehen? oben|zuerst",
        "und? alphabetisch|sortiert sortiert|sortierbar?",
    ];
    if let Some(words) = GERMAN.iter().find_map(|pattern| pattern::find(&asked.words, pattern, 0)) {
        let after = (words.start..words.end).find(|i| asked.words[*i].text == "nach");
        let by = after.map(|nach| {
            let verb =
                (nach + 1..words.end).find(|i| ["sortier", "geordnet", "ordnen"].iter().any(|v| asked.words[*i].text.starts_with(v)));
            nach + 1..verb.unwrap_or_else(|| end_of_clause(asked, nach + 1))
        });
        let end = by.as_ref().map_or(words.end, |by| by.end.max(words.end));
        return Some(Sorting { words: words.start..end, by });
    }
    if let Some(words) = pattern::find(&asked.words, "alphabetically|alphabetical|alphabetisch", 0) {
        return Some(Sorting { words, by: None });
    }
    let (index, words) = ENGLISH.iter().enumerate().find_map(|(i, pattern)| Some((i, pattern::find(&asked.words, pattern, 0)?)))?;
    let by = (index < 3).then(|| words.end..end_of_clause(asked, words.end));
    let end = by.as_ref().map_or(words.end, |by| by.end);
    Some(Sorting { words: words.start..end, by })
}

/// The column that says how good a thing is.
fn rated(columns: &[Field]) -> Option<usize> {
    const WORDS: [&str; 8] = ["rating", "score", "points", "bewertung", "punkte", "sterne", "stars", "note"];
    columns.iter().position(|c| c.kind == Kind::Stars || c.range.is_some()).or_else(|| {
        columns.iter().position(|c| c.kind == Kind::Number && WORDS.iter().any(|w| super::super::asked::fold(&c.name).contains(w)))
    })
}

fn end_of_clause(asked: &Asked, from: usize) -> usize {
    let rest = asked.rest_of_sentence(from);
    let text = &asked.text[rest.clone()];
    let cut = text.find([',', '(', ':', ';']).unwrap_or(text.len());
    let lower = text[..cut].to_ascii_lowercase();
    let cut = [" with ", " and a ", " and the ", " mit ", " that ", " so that", " please", " bitte"]
        .iter()
        .filter_map(|e| lower.find(e))
        .min()
        .unwrap_or(cut);
    asked.words_in(rest.start..rest.start + cut).end.max(from)
}

impl Sorting {
    /// `None` when it names something that is no column.
    pub fn resolve(&self, asked: &Asked, columns: &[Field], votes: bool) -> Option<Sort> {
        let has_word = |words: &str| asked.words[self.words.clone()].iter().any(|w| words.split(' ').any(|one| one == w.text));
        let first = |kinds: &[Kind]| columns.iter().position(|c| kinds.contains(&c.kind));
        let best = |column: usize, columns: &[Field]| {
            let name = super::super::asked::fold(&columns[column].name);
            let more_is_better = ["rating", "score", "points", "bewertung", "punkte", "sterne", "stars", "likes", "popularity"]
                .iter()
                .any(|w| name.contains(w));
            let down = has_word(
                "descending absteigend highest most best top hochste hochsten meisten besten beste newest latest neueste neuesten",
            ) || more_is_better && !has_word("ascending aufsteigend lowest worst niedrigste");
            if down { Sort::Down(column) } else { Sort::Up(column) }
        };
        if has_word("next nachste nachster nachsten upcoming soonest earliest fruheste") {
            return first(&[Kind::Date]).map(|i| if is_birthdays(asked) { Sort::NextDay(i) } else { Sort::Up(i) });
        }
        // `newest year first`
        let in_words = |name: &str| {
            asked.words[self.words.clone()].iter().any(|w| super::super::asked::fold(name).split_whitespace().any(|part| part == w.text))
        };
        if let (None, Some(column)) = (&self.by, columns.iter().position(|c| in_words(&c.name))) {
            let up = has_word("lowest cheapest shortest fastest oldest earliest");
            return Some(if up { Sort::Up(column) } else { Sort::Down(column) });
        }
        let Some(by) = &self.by else {
            return match () {
                () if has_word("alphabetically alphabetical alphabetisch") => Some(Sort::Up(0)),
                () if has_word("best besten beste top")
                    && !has_word(
                        "newest latest recent neueste neuesten fastest lowest shortest highest longest cheapest oldest biggest most schnellste",
                    )
                    && !votes =>
                {
                    rated(columns).map(Sort::Down)
                }
                () if votes
                    && has_word("best top most highest popular besten beste meisten funniest beliebteste beliebtesten liked loved") =>
                {
                    Some(Sort::Votes)
                }
                () if has_word("newest latest neueste neuesten") || has_word("recent") => {
                    Some(first(&[Kind::Date]).map_or(Sort::Newest, |_| Sort::Newest))
                }
                () if has_word("cheapest") => {
                    columns.iter().position(|c| ["price", "cost", "preis"].iter().any(|w| c.name.to_lowercase().contains(w))).map(Sort::Up)
                }
                () if has_word("highest best most longest biggest hochste hochsten meisten besten beste top")
                    && !has_word("lowest shortest fastest schnellste schnellsten") =>
                {
                    first(&[Kind::Number, Kind::Stars]).map(Sort::Down)
                }
                () if has_word("lowest shortest fastest schnellste schnellsten") => {
                    first(&[Kind::Span]).or_else(|| first(&[Kind::Number, Kind::Time])).map(Sort::Up)
                }
                () if has_word("oldest") => Some(first(&[Kind::Date]).map_or(Sort::Added, Sort::Up)),
                // `sortable`: every column is, by a press on its head.
                () => Some(Sort::Added),
            };
        };
        let words: Vec<&str> = asked.words[by.clone()]
            .iter()
            .map(|w| w.text.as_str())
            .filter(|w| !["the", "its", "their", "dem", "der", "den", "and", "or", "und", "oder"].contains(w))
            .collect();
        if words.iter().any(|w| ["vote", "votes", "likes", "upvotes", "stimmen", "popularity", "beliebtheit"].contains(w)) {
            return votes.then_some(Sort::Votes);
        }
        let named = columns.iter().position(|c| {
            let name = super::super::asked::fold(&c.name);
            name.split_whitespace().any(|part| {
                words.iter().any(|w| part == *w || part.trim_end_matches(['s', 'n', 'e']) == w.trim_end_matches(['s', 'n', 'e']))
            })
        });
        let of_kind = |names: &[&str], kinds: &[Kind]| words.iter().any(|w| names.contains(w)).then(|| first(kinds)).flatten();
        let column = named
            .or_else(|| of_kind(&["date", "day", "datum", "birthday", "geburtstag", "tag"], &[Kind::Date]))
            .or_else(|| of_kind(&["rating", "stars", "bewertung", "sterne", "sternen"], &[Kind::Stars]))
            .or_else(|| of_kind(&["time", "uhrzeit", "zeit"], &[Kind::Time]))
            .or_else(|| of_kind(&["name", "title", "titel", "names"], &[Kind::Text]))
            .or_else(|| of_kind(&["score", "points", "punkte", "punkten", "price", "preis", "cost"], &[Kind::Number]));
        if let Some(column) = column {
            let birthday = columns[column].kind == Kind::Date && is_birthdays(asked);
            return Some(if birthday { Sort::NextDay(column) } else { best(column, columns) });
        }
        words.iter().any(|w| ["newest", "added", "arrival", "latest", "neueste", "recent"].contains(w)).then_some(Sort::Newest)
    }
}
