//! The table that everybody can fill in: typed columns, an order, totals, votes.

use super::order::{Sort, sorting};
use super::*;
use fields::{Field, Kind};

pub(in crate::recipe) static LIST: Recipe = Recipe {
    name: "List",
    slug: "list",
    example: "A list of plants with name, last watered and location",
    example_de: "Eine Liste der Pflanzen mit Name, Datum und Ort",
    heads: &[
        (
            "list|lists|form|formular|table|catalogue|catalog|directory|inventory|collection|overview|register|database|log|logbook|diary|journal|tracker|registry|library|liste|tabelle|verzeichnis|ubersicht|sammlung|inventar of|with|for|where|to|von|mit|der|unserer|aller|containing|including|fur|zum|zur|meiner|deiner",
            14,
        ),
        ("keep|keeping track|tabs|record|records|a? list|log of", 14),
        (
            "track|tracks|tracking|record|collect|collects|log|manage|organize|organise|store|catalog|catalogue|list|save|note|register|enter|erfassen|verwalten|sammeln|eintragen .. with|including|by|mit",
            13,
        ),
        (
            "wish|reading|watch|book|books|movie|movies|film|films|recipe|recipes|birthday|birthdays|contact|contacts|address|phone|plant|plants|expense|expenses|bird|equipment|member|members|job|price|gift|restaurant|restaurants|event|events|link|links|game|games|wine|wines|beer|beers|trail|trails|lending|loan|sharing|pet|pets|song|songs list|lists|log|collection|tracker|table|directory|book|catalogue|catalog|register|database",
            14,
        ),
        (
            "wishlist|watchlist|bucketlist|booklist|bookshelf|addressbook|wunschliste|leseliste|adressbuch|geburtstagsliste|geburtstagskalender|bucherliste|filmliste|rezeptesammlung|rezeptsammlung|rezeptbuch|kochbuch|telefonliste|kontaktliste|linkliste|linksammlung|mitbringliste|ausleihliste|verleihliste|inventarliste|geschenkeliste|spieleliste|bestandsliste|weinliste|pflanzenliste|mitgliederliste|teilnahmeliste",
            14,
        ),
        ("collection of", 13),
        ("who|whos is? brings|bringing|bring what", 15),
        ("wer bringt|macht|ubernimmt was", 15),
        ("expenses|expense|ausgaben", 10),
        ("haushaltsbuch|cookbook|ausgabenliste", 13),
        ("birthdays|geburtstage|geburtstagen", 12),
        ("lost and? found", 16),
        ("fundburo|fundsachen|fundkiste|fundgrube", 15),
        ("give away|aways|giveaway|giveaways", 14),
        ("free stuff|things|items", 13),
        ("to|zu give|verschenken away?", 14),
        (
            "verschenkliste|verschenkborse|verschenkecke|verschenkbox|flohmarkt|fleamarket|kleinanzeigen|anzeigenbrett|classifieds|classified",
            15,
        ),
        ("flea market", 15),
        ("swap|swaps|swapping|barter|bartering|trading board|boards|list|page|market|corner|shop|exchange", 16),
        (
            "tauschborse|tauschecke|tauschliste|tauschkreis|tauschring|tauschplatz|pflanzentausch|buchertausch|pflanzentauschborse|buchertauschborse",
            15,
        ),
        ("exchange board|market|corner", 14),
        ("swap|tauschen|exchange plants|seeds|books|clothes|toys|games|pflanzen|bucher|kleidung|spiele", 13),
        (
            "carpool|carpooling|rideshare|ridesharing|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|fahrgemeinschaft|fahrgemeinschaften",
            15,
        ),
        ("ride|lift|car share|shares|sharing|board|list|pool|pooling", 15),
        ("high score|scores table|list|board", 16),
        ("highscore|highscores|highscoreliste|highscoretabelle|bestenliste table|list|board|tabelle|liste?", 15),
        ("potluck", 11),
        ("offers|angebote and|und requests|wants|gesuche", 14),
        ("who borrowed|borrows|lent what|which", 15),
        ("wer hat was|etwas? ausgeliehen|geliehen", 15),
    ],
    vocabulary: &[
        "total|totals|sum at the? bottom|end",
        "total|sum",
        "clean",
        "in total",
        "insgesamt",
        "wer|who welchen|welche|welches|which|what",
        "mitbringt|bringt|brings|bring|mitbringen",
        "currently|gerade|lend|lends|lending|borrow|willing",
        "rate|rating|ratings|km",
        "for|fur today|tonight|tomorrow|heute|morgen",
        "whats|bought",
        "tick|ticked off",
        "list|table|track|log|tracker|field|fields|column|columns|row|rows|form|validation|sum|total|totals|sign|signup|up|sheet|form|add|edit|remove|delete|change|entry|entries|record|store|register|date|email|link|phone|collect|database|spreadsheet|tick|check|mark|marked|markieren|abhaken|average|averages",
        "shopping|grocery|groceries|einkaufsliste|einkaufszettel|bought|gekauft|off|abhaken|quantity|quantities|amount|menge|mengen",
        "money|buy|price|swap|tauschborse|marketplace|flohmarkt|fleamarket|offer|offers|wanted|classifieds|highscore|highscores|bestenliste|table|ride|rides|carpool",
        "sort|sorts|sorted|sortable|sorting|sortiert|sortieren|sortierbar|geordnet|ordered|order|alphabetically|alphabetical|alphabetisch|ascending|descending|absteigend|aufsteigend|next|nachste|nachster|newest|latest|highest|lowest|best|cheapest|first",
        "filter|filters|filtern|filterable|search|searchable|searching|suche|suchen|durchsuchen|durchsuchbar",
        "vote|votes|voting|upvote|upvotes|upvoting|thumbs|like|likes|abstimmen|stimmen|stimme",
        "sum|sums|summe|total|average|durchschnitt|gesamt|gesamtsumme|history",
    ],
    vetoes: &[
        "quiz|trivia|timer|stopwatch|counter|picker|wheel|initiative|dice|chat|raffle|converter|calculator|rechner|umfrage|poll|bingo|lottery|auction",
        "log in|into",
        "import|reminder|comments|chart|pagination",
        "grouped|group|gruppiert|gruppieren",
        "downvote|downvotes",
        "average|durchschnitt .. per|each|every|pro|je",
    ],
    subject: Subject::Free,
    extra: Some(|asked| {
        let of_lending = || lending(asked).map(|(words, _)| words.start..words.start + 1);
        let of_bringing = || who_which(asked).map(|(words, _)| words.start..words.start + 1);
        shopping_with_quantity(asked).or_else(|| reads_like_columns(asked)).or_else(of_lending).or_else(of_bringing)
    }),
    extra_points: 13,
    fill: list,
    files: crate_files!("list", "field", "order"),
};

fn list(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    let who_brings_what = has(asked, WHO_WHAT);
    let sorting = sorting(asked);
    let sorted = sorting.as_ref().map_or(0..0, |s| s.words.clone());
    // `Wer bringt was mit zum Grillen?` names no columns.
    let named = columns(asked, head.start, sorted.clone()).filter(|(_, columns)| columns.len() > 1 || !who_brings_what);
    let shopping = shopping_with_quantity(asked).is_some() && named.as_ref().is_none_or(|(_, columns)| columns.len() <= 2);
    let named = named.filter(|_| !shopping);
    let named = lending(asked).or(named).or_else(|| who_which(asked));
    // Columns that cannot be read are not replaced by others.
    if named.is_none()
        && !shopping
        && (head.end..asked.words.len())
            .any(|i| pattern::match_at(&asked.words, WITH, i).is_some() && !sorting.as_ref().is_some_and(|s| s.words.contains(&i)))
        && !who_brings_what
    {
        return None;
    }
    let first_column = named.as_ref().map_or(asked.words.len(), |(words, _)| words.start);
    let sort_start = sorting.as_ref().map_or(asked.words.len(), |s| s.words.start);
    let things = things(asked, &head, first_column.min(sort_start));
    let quantities =
        || fields::fields(if german { "Was, Menge (Text), gekauft (ja/nein)" } else { "item, quantity (text), bought (yes/no)" });
    let usual = if shopping { quantities() } else { usual_columns(asked, things.is_some() || who_brings_what) };
    let (explained_columns, mut columns) = match named {
        // `plants with height`: of which plant?
        Some((words, mut columns)) => {
            let is_log = columns[0].kind == Kind::Date && columns.len() > 1;
            let asks = fold_first(&columns[0].name);
            let is_exchange = matches!(asks.as_str(), "offer" | "was" | "what" | "from" | "von" | "start" | "where" | "wo" | "abfahrt");
            let lone = columns.len() == 1 && !matches!(columns[0].name.as_str(), "Name" | "Title" | "Titel");
            if (lone || !columns.iter().any(Field::tells_which)) && !is_log && !is_exchange {
                columns.splice(0..0, [subject_column(asked, things.clone(), german)?]);
            }
            (Some(words), columns)
        }
        None => (None, usual?),
    };
    if votes_for(asked) && columns.len() > 6 || columns.len() > 8 {
        return None;
    }
    let votes = votes_for(asked);
    // A column that says how often something was voted for is the table's own.
    if votes {
        columns.retain(|c| !matches!(fold_first(&c.name).as_str(), "votes" | "likes" | "stimmen" | "upvotes"));
    }
    if columns.is_empty() || columns[0].kind == Kind::YesNo {
        return None;
    }
    let default_sort = || match () {
        () if has(asked, HIGH_SCORES) || has(asked, "high score|scores") => {
            columns.iter().position(|c| c.kind == Kind::Number).map(Sort::Down)
        }
        () if votes => Some(Sort::Votes),
        () if is_birthdays(asked) => columns.iter().position(|c| c.kind == Kind::Date).map(Sort::NextDay),
        () => None,
    };
    let sort = match &sorting {
        Some(sorting) => sorting.resolve(asked, &columns, votes)?,
        None => default_sort().unwrap_or(Sort::Added),
    };
    let thing = things.clone().map_or_else(|| if german { "Eintrag" } else { "entry" }.to_owned(), |r| thing_name(asked.slice(r), german));
    let default = things.clone().map(|r| phrases::capitalise(asked.slice(r))).or_else(|| occasion(asked)).unwrap_or_else(|| {
        let names: Vec<&str> = columns.iter().take(2).map(|c| c.name.as_str()).collect();
        names.join(if german { " und " } else { " and " })
    });
    let title = phrases::title(asked, head, &default);
    // `Plant swap list - what I offer`
    let title = title.split(" - ").next().unwrap_or_default().to_owned();
    let bare = ["List", "Liste", "Table", "Tabelle", "Form", "A list", "Eine Liste"].contains(&title.as_str());
    let title = if bare { default.clone() } else { title };
    let title = match phrases::question(asked) {
        Some(question) if who_brings_what => question,
        _ if starts_with_verb(&title) => default,
        _ => title,
    };
    let numbers = |named: bool| -> Vec<usize> {
        let is_sum = |c: &Field| {
            c.kind == Kind::Number && c.range.is_none() && !["year", "jahr", "rating", "bewertung"].contains(&fold_first(&c.name).as_str())
        };
        let is_mean = |c: &Field| matches!(c.kind, Kind::Number | Kind::Stars) && !["year", "jahr"].contains(&fold_first(&c.name).as_str());
        columns.iter().enumerate().filter(|(_, c)| if named { is_sum(c) } else { is_mean(c) }).map(|(i, _)| i).collect()
    };
    let wants_totals =
        has(asked, "total|totals|sum|sums|summe|gesamt|gesamtsumme|expense|expenses|ausgaben|haushaltsbuch|zusammengezahlt|summiert")
            || has(asked, "add|adds .. up");
    let totals = if wants_totals { numbers(true) } else { vec![] };
    let wants_average = has(asked, "average|averages|mean|durchschnitt|schnitt|mittelwert");
    let averages = if wants_average { numbers(false) } else { vec![] };
    let expenses = has(asked, "expense|expenses|ausgaben|haushaltsbuch");
    if wants_totals && totals.is_empty() && !expenses || wants_average && averages.is_empty() {
        return None;
    }
    let names: Vec<String> = columns.iter().map(|f| f.name.clone()).collect();
    let most = most_rows(asked);
    let [first, second] = columns[0].samples();
    let typed = columns.iter().skip(1).find(|f| f.is_typed());
    let rust: Vec<String> = columns.iter().map(|f| format!("    {},\n", f.to_rust())).collect();
    let order = sort.in_words(&columns, german);
    let extras = [
        (votes, if german { "alle können abstimmen" } else { "everybody may vote" }),
        (!totals.is_empty(), if german { "mit Summe" } else { "with totals" }),
        (!averages.is_empty(), if german { "mit Durchschnitt" } else { "with averages" }),
    ];
    let mut extras: String = extras.iter().filter(|(is, _)| *is).map(|(_, what)| format!("; {what}")).collect();
    if let Some((n, _)) = &most {
        extras += &if german { format!("; höchstens {n} Einträge") } else { format!("; at most {n} entries") };
    }
    let summary = if german {
        format!("Eine Tabelle, die alle ausfüllen können: {}{order}{extras}.", names.join(", "))
    } else {
        format!("A table that everybody can fill in: {}{order}{extras}.", and(&names))
    };
    let samples = sort.samples(&columns);
    let indices = |columns: &[usize]| Value::Rust(format!("&[{}]", columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    let sort_words = samples.as_ref().map_or_else(Default::default, |s| s.clone());
    Some(Order {
        title,
        summary,
        words: vec![
            ("first_field", text(&names[0])),
            ("first_value", text(first)),
            ("second_value", text(second)),
            ("typed", raw(typed.is_some())),
            ("typed_field", text(typed.map_or("", |t| &t.name))),
            ("votes", raw(votes)),
            ("sorted", raw(samples.is_some())),
            ("sort_field", text(sort_words.field.clone())),
            ("sort_first", text(sort_words.values[0].clone())),
            ("sort_second", text(sort_words.values[1].clone())),
            ("sort_row_first", raw(sort_words.row(&names[0], 0))),
            ("sort_row_second", raw(sort_words.row(&names[0], 1))),
        ],
        constants: vec![
            ("THING", Value::Text(thing)),
            ("FIELDS", Value::Rust(format!("&[\n{}]", rust.concat()))),
            ("SORT", Value::Rust(format!("Sort::{sort:?}"))),
            ("TOTALS", indices(&totals)),
            ("AVERAGES", indices(&averages)),
            ("MOST_ROWS", Value::Number(most.as_ref().map_or(200, |(n, _)| *n))),
            ("VOTES", Value::Flag(votes)),
            (
                "SEARCH",
                Value::Flag(has(
                    asked,
                    "filter|filters|filtern|filterable|search|searchable|searching|suche|suchen|durchsuchen|durchsuchbar",
                )),
            ),
        ],
        explained: most
            .iter()
            .map(|(_, words)| words.clone())
            .chain(explained_columns)
            .chain(things)
            .chain(sorting.map(|s| s.words))
            .collect(),
        leads: true,
    })
}

/// Whether rows are voted for; `we would like` is no vote.
fn votes_for(asked: &Asked) -> bool {
    let courtesy = |at: &Range<usize>| {
        let before = at.start.checked_sub(1).map_or("", |i| asked.words[i].text.as_str());
        asked.words[at.start].text == "like"
            && (matches!(before, "wed" | "id" | "would" | "i" | "we" | "youd" | "something") || at.start == 0)
    };
    pattern::find_all(&asked.words, VOTING).iter().any(|at| !courtesy(at))
}

const VOTING: &str = "vote|votes|voting|upvote|upvotes|upvoting|like|likes|abstimmen|stimmen|stimme";
const HIGH_SCORES: &str = "highscore|highscores|highscoreliste|highscoretabelle|bestenliste|leaderboard|rangliste";

pub(super) fn is_birthdays(asked: &Asked) -> bool {
    has(asked, "birthday|birthdays|geburtstag|geburtstage|geburtstagen|geburtstagsliste|geburtstagskalender")
}

/// The last word of a column's name, folded: what it is.
fn fold_first(name: &str) -> String {
    let folded = super::super::asked::fold(name);
    folded.split_whitespace().next().unwrap_or_default().to_owned()
}

/// In German nouns stay as they are written; plurals are not undone.
fn thing_name(things: &str, german: bool) -> String {
    phrases::shorten(&if german { "Eintrag".to_owned() } else { fields::singular(things) }, 40)
}

/// A column for the thing itself: `hiking trails` → `Hiking trail`.
fn subject_column(asked: &Asked, things: Option<Range<usize>>, german: bool) -> Option<Field> {
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

const WITH: &str = "enter|enters|eintragen|with|including|containing|by|mit|having|has|columns|fields|spalten|feldern|showing";

/// The columns that the words name, after `with`, a colon or the like, and where; not among the words that say how it is `sorted`.
fn columns(asked: &Asked, from: usize, sorted: Range<usize>) -> Option<(Range<usize>, Vec<Field>)> {
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
    let after_colon = after_colon.chain(dash.map(|i| asked.words.partition_point(|w| w.at.start < start_at + i)));
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
        let are_things = columns.len() == 1 && first <= from + 2 && text.contains('(');
        (!are_things).then(|| (asked.words_in(start..start + text.len()), columns))
    };
    let named = after_with.chain(after_colon).find_map(read)?;
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

/// `a shopping list with quantities, to tick off`.
fn shopping_with_quantity(asked: &Asked) -> Option<Range<usize>> {
    pattern::find(&asked.words, "quantity|quantities|amount|amounts|menge|mengen|mengenangabe|mengenangaben", 0)?;
    pattern::find(&asked.words, "tick|tick|check|cross|abhaken|abgehakt|bought|gekauft|erledigt|ticked|checked", 0)?;
    pattern::find(&asked.words, "shopping|grocery|groceries|einkaufsliste|einkaufszettel|einkaufe", 0)
}

/// A guestbook's own fields are no others: whether the words name more than these.
pub(super) fn names_more_than(asked: &Asked, usual: &str) -> bool {
    columns(asked, 0, 0..0).is_some_and(|(_, columns)| {
        columns.len() >= 2 && columns.iter().any(|c| !fold_first(&c.name).split(' ').all(|w| usual.split('|').any(|u| u == w)))
    })
}

/// `our running log: date, km, minutes`: at least two columns that are known as such.
pub(super) fn reads_like_columns(asked: &Asked) -> Option<Range<usize>> {
    let (words, columns) = columns(asked, 0, sorting(asked).map_or(0..0, |s| s.words))?;
    let known = columns.iter().filter(|f| f.is_usual()).count();
    let is_table = columns.len() >= 2 && known >= 2
        || columns.len() >= 2 && known >= 1 && has(asked, "list|log|table|tracker|directory|inventory|liste|tabelle");
    (is_table && words.start > 0).then(|| words.start - 1..words.start)
}

/// What lists of such things usually hold, when nobody says; a plain list of things gets a name and notes.
fn usual_columns(asked: &Asked, names_things: bool) -> Option<Vec<fields::Field>> {
    const USUAL: [(&str, &str, &str); 22] = [
        ("lost .. found", "item, lost or found (lost, found), where, contact, returned (yes/no)", ""),
        (
            "fundburo|fundsachen|fundkiste|fundgrube",
            "",
            "Gegenstand, verloren oder gefunden (verloren, gefunden), wo, Kontakt, zurückgegeben (ja/nein)",
        ),
        (
            "give|giveaway|giveaways|free|verschenken|verschenkliste|verschenkborse|verschenkecke|verschenkbox away|stuff|things|items?",
            "item, description, contact, taken (yes/no)",
            "Was, Beschreibung, Kontakt, vergeben (ja/nein)",
        ),
        ("flohmarkt|kleinanzeigen|anzeigenbrett", "", "Was, biete oder suche (biete, suche), Beschreibung, Kontakt, erledigt (ja/nein)"),
        ("classifieds|classified|offers", "what, offer or wanted (offer, wanted), description, contact, done (yes/no)", ""),
        ("flea|fleamarket market?", "item, description, price, contact, sold (yes/no)", ""),
        (
            "swap|swaps|swapping|barter|bartering|trading|exchange",
            "offer, wanted, contact, done (yes/no)",
            "Biete, suche, Kontakt, erledigt (ja/nein)",
        ),
        (
            "tauschborse|tauschecke|tauschliste|tauschkreis|tauschring|tauschplatz|tauschen|pflanzentausch|buchertausch|pflanzentauschborse|buchertauschborse",
            "",
            "Biete, suche, Kontakt, erledigt (ja/nein)",
        ),
        (
            "carpool|carpooling|rideshare|ridesharing|ride|lift|car|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|fahrgemeinschaft|fahrgemeinschaften",
            "from, to, date, time, free seats, name",
            "Start, Ziel, Datum, Uhrzeit, freie Plätze, Name",
        ),
        ("highscore|highscores|highscoreliste|highscoretabelle|bestenliste", "name, points", "Name, Punkte"),
        ("high score|scores", "name, points", "Name, Punkte"),
        (
            "borrowed|borrows|lent|lending|loan|ausgeliehen|geliehen|ausleihliste|verleihliste",
            "item, who has it, since, returned (yes/no)",
            "Gegenstand, wer hat es, seit wann, zurückgegeben (ja/nein)",
        ),
        ("brings|bringing|bring|bringt|potluck|mitbringliste", "name, brings", "Name, bringt mit"),
        (
            "birthday|birthdays|geburtstag|geburtstage|geburtstagen|geburtstagsliste|geburtstagskalender",
            "name, birthday",
            "Name, Geburtstag",
        ),
        (
            "phone|contact|contacts|address|addressbook|adressbuch|telefonliste|kontaktliste",
            "name, phone, e-mail, notes",
            "Name, Telefon, E-Mail, Notizen",
        ),
        ("expense|expenses|ausgaben|haushaltsbuch|ausgabenliste", "what, date, amount", "Wofür, Datum, Betrag"),
        ("book|books|reading|booklist|bookshelf|bucher|bucherliste|leseliste", "title, author, read", "Titel, Autor, Gelesen"),
        ("movie|movies|film|films|filme|filmliste|watch|watchlist", "title, year, seen", "Titel, Jahr, Gesehen"),
        (
            "recipe|recipes|cookbook|rezepte|rezeptesammlung|rezeptsammlung|rezeptbuch|kochbuch",
            "name, ingredients, instructions",
            "Name, Zutaten, Zubereitung",
        ),
        ("plant|plants|pflanzen|pflanzenliste", "name, last watered, location", "Name, Datum, Ort"),
        ("wish|wishlist|gift|gifts|wunschliste|geschenke|geschenkeliste", "wish, link, price", "Wunsch, Link, Preis"),
        ("restaurant|restaurants", "name, website, rating", "Name, Webseite, Bewertung"),
    ];
    let is_board = has(
        asked,
        "geburtstagskalender|telefonliste|kontaktliste|linkliste|linksammlung|lost|found|fundburo|fundsachen|fundkiste|fundgrube|give|giveaway|giveaways|free|verschenken|verschenkliste|verschenkborse|verschenkecke|verschenkbox|flohmarkt|kleinanzeigen|\
         classifieds|classified|offers|flea|swap|swaps|swapping|barter|trading|exchange|tauschborse|tauschecke|tauschliste|tauschkreis|tauschring|tauschplatz|tauschen|pflanzentausch|\
         buchertausch|carpool|carpooling|rideshare|ride|lift|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|fahrgemeinschaft|fahrgemeinschaften|highscore|highscores|\
         bestenliste|scores|score|borrowed|lent|ausgeliehen|geliehen|mitbringliste|ausleihliste|verleihliste|birthdays|geburtstage|haushaltsbuch|cookbook|kochbuch|rezeptbuch|rezeptesammlung|\
         filmliste|geschenkeliste|pflanzentauschborse|buchertauschborse|anzeigenbrett|fleamarket|potluck",
    );
    let noun = "list|liste|collection|directory|inventory|catalogue|catalog|wishlist|watchlist|wunschliste|booklist|table|tabelle|log|logbook|tracker|book|addressbook|adressbuch|bookshelf|geburtstagsliste|leseliste|bucherliste|sammlung";
    let is_list = is_board || has(asked, noun) && !has(asked, "that|which|where|who|so|if|from");
    let german = phrases::is_german(asked);
    let usual = USUAL
        .iter()
        .find(|(things, _, _)| has(asked, things))
        .map(|(_, english, deutsch)| if german && !deutsch.is_empty() || english.is_empty() { *deutsch } else { *english });
    let is_log = has(asked, "tracker|log|logbook|diary|journal|planner|tagebuch|plan");
    let plain = (names_things && !is_log).then_some(if german { "Name, Notizen" } else { "name, notes" });
    usual.or(plain).filter(|_| is_list || has(asked, WHO_WHAT)).and_then(fields::fields)
}

/// `for the class party`, `zum Vereinsfest`: a title where the words have no better.
fn occasion(asked: &Asked) -> Option<String> {
    let at = pattern::find(&asked.words, "for|to|at|fur|zum|zur|beim the|our|das|den|die|unser|unsere|unseren", 0)
        .or_else(|| pattern::find(&asked.words, "zum|zur|beim", 0))?;
    let end = (at.end..asked.words.len().min(at.end + 3))
        .find(|i| {
            let gap = &asked.text[asked.words[i - 1].at.end..asked.words[*i].at.start];
            *i > at.end
                && (gap.trim() != ""
                    || starts_with_verb(&asked.words[*i].text)
                    || VERBS_AFTER.split('|').any(|v| v == asked.words[*i].text))
        })
        .unwrap_or(asked.words.len().min(at.end + 3));
    let name = phrases::capitalise(asked.slice(at.end..end));
    (3..=40).contains(&name.chars().count()).then_some(name)
}

const VERBS_AFTER: &str = "mitbringt|mitbringen|bringt|bringen|with|where|that|who|and|mit|wo|und|we|wir|can|kann";

/// `höchstens 12 Kuchen`, `at most 20 people`: how many rows there may be.
fn most_rows(asked: &Asked) -> Option<(i64, Range<usize>)> {
    let at = pattern::find(&asked.words, "no more than", 0)
        .or_else(|| pattern::find(&asked.words, "not more than", 0))
        .or_else(|| pattern::find(&asked.words, "at most", 0))
        .or_else(|| pattern::find(&asked.words, "up to", 0))
        .or_else(|| pattern::find(&asked.words, "nicht mehr als", 0))
        .or_else(|| pattern::find(&asked.words, "max|maximum|maximal|hochstens|limited|begrenzt of|to|auf?", 0))?;
    let (_, n) = phrases::numbers(asked).into_iter().find(|(i, _)| *i == at.end)?;
    let per = asked
        .words
        .get(at.end + 1..(at.end + 4).min(asked.words.len()))?
        .iter()
        .any(|w| matches!(w.text.as_str(), "per" | "pro" | "each" | "je"));
    let n = i64::try_from(n).ok().filter(|n| (2..=200).contains(n) && !per)?;
    // The counted word too, and `in total`, `insgesamt`.
    let counted = asked.words.get(at.end + 1).is_some_and(|w| asked.text[asked.words[at.end].at.end..w.at.start].trim().is_empty());
    Some((n, at.start..at.end + 1 + usize::from(counted)))
}

fn starts_with_verb(title: &str) -> bool {
    let folded = super::super::asked::fold(title);
    let mut words = folded.split_whitespace();
    matches!(words.next(), Some("track" | "keep" | "collect" | "record" | "log" | "manage" | "store" | "list"))
        && words.next().is_some_and(|w| w != "of")
}

/// `wer welchen Kuchen mitbringt`: who, and the thing.
fn who_which(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
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

/// `tools they are willing to lend, with the owner's name and whether it is borrowed or free`.
fn lending(asked: &Asked) -> Option<(Range<usize>, Vec<Field>)> {
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

const WHO_WHAT: &str = "who|whos|wer is? brings|bringing|bring|bringt|macht|ubernimmt what|was";
const VERBS: &str = "track|tracks|tracking|record|collect|collects|log|manage|organize|organise|store|catalog|catalogue|save|register|enter|erfassen|verwalten";

/// The things between the head and the fields: `list of [our plants] with …`, `track [our plants] with …`.
fn things(asked: &Asked, head: &Range<usize>, end: usize) -> Option<Range<usize>> {
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

/// Where the fields give way to the next clause.
fn clause_end(text: &str) -> usize {
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
