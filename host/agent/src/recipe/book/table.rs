//! The table that everybody can fill in: typed columns, an order, totals, votes.

use super::columns::*;
use super::order::{Sort, sorting};
use super::rules;
use super::sheet::Sheet;
use super::usual::*;
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
        ("anmeldung|anmeldungen|anmelden|anmeldeliste|teilnehmerliste zum|zur|fur|beim|am", 14),
        ("sign|signup|registration up? sheet|list|form", 15),
        ("signup|registration|signups", 11),
        ("kanban board?", 18),
        ("signup|registration sheet|list|form|for", 15),
        ("suggest|suggests|propose|nominate|recommend|recommends|post|share|submit|vorschlagen|empfehlen|sammeln", 11),
        (
            "agenda|tagesordnung|homework|hausaufgaben|attendance|anwesenheit|anwesenheitsliste|inventory|meldeliste|sitzplatze|mangelliste|schadensmeldung",
            12,
        ),
        ("contest|wettbewerb|challenge|competition", 11),
        (
            "ideas|ideen|jokes|quotes|zitate|spruche|songs|lieder|films|movies|filme|books|bucher|recipes|rezepte|tools|werkzeuge|werkzeug|gifts|geschenke|wishes|wunsche|tasks|aufgaben|questions|fragen|tips|tipps|events|trips|games|spiele|plants|pflanzen|seeds|samen|toys|restaurants|places|words|worter|kuchen|cakes",
            10,
        ),
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
        "playlist|shared playlist",
        "roster|kanban|columns|checkout|board",
        "two|three|four|five|drei|vier columns|spalten",
        "checklist|checkliste",
        "todo|todos list?",
        "to do list",
        "leaderboard|leaderboards",
        "add|adds points|topics|items|punkte|themen|things",
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
        let unread = || columns_after_all(asked);
        let of_lending = || lending(asked).map(|(words, _)| words.start..words.start + 1);
        let of_bringing = || who_which(asked).map(|(words, _)| words.start..words.start + 1);
        shopping_with_quantity(asked).or_else(|| reads_like_columns(asked)).or_else(of_lending).or_else(of_bringing).or_else(unread)
    }),
    // Not as strong as a recipe that is named: it does not stand in another's way.
    extra_points: 12,
    fill: list,
    files: crate_files!("list", "comments", "field", "groups", "order", "places", "stars", "ticks", "votes"),
};

fn list(whole: &Asked, head: Range<usize>) -> Option<Order> {
    let mut rules = rules::read(whole);
    let asked = &rules::without(whole, &rules.words);
    let head = moved(whole, asked, head)?;
    let german = phrases::is_german(whole);
    let who_brings_what = has(asked, WHO_WHAT);
    let sorting = sorting(asked);
    let sorted = sorting.as_ref().map_or(0..0, |s| s.words.clone());
    // `Wer bringt was mit zum Grillen?` names no columns.
    let named = columns(asked, head.start, sorted.clone()).filter(|(_, columns)| columns.len() > 1 || !who_brings_what);
    let shopping = shopping_with_quantity(whole).is_some() && named.as_ref().is_none_or(|(_, columns)| columns.len() <= 2);
    let named = named.filter(|_| !shopping);
    let how_many = how_many(asked);
    let named = kanban(asked, german).or(named);
    let several = named.clone().filter(|(_, columns)| columns.len() > 1);
    let is_tally = how_many.is_some() && several.is_none();
    let named = lending(asked).or(several).or(how_many).or(named).or_else(|| who_which(asked));
    // Columns that cannot be read are not replaced by others.
    let listed = asked.text.find(':').is_some_and(|colon| asked.text[colon..].contains(','));
    if named.is_none() && !shopping && listed {
        return None;
    }
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
    let has_rules = !rules.words.is_empty();
    let usual = || if shopping { quantities() } else { usual_columns(asked, things.is_some() || who_brings_what, has_rules) };
    // `a car share with free seats`: the usual columns, which have it.
    let is_usual = |columns: &[Field]| {
        columns.len() == 1
            && usual().is_some_and(|usual| usual.len() > 2 && usual.iter().any(|c| c.name.to_lowercase() == columns[0].name.to_lowercase()))
    };
    let (explained_columns, mut columns) = match named {
        Some((words, columns)) if is_usual(&columns) => (Some(words), usual()?),
        // `plants with height`: of which plant?
        Some((words, mut columns)) => {
            let is_log = columns[0].kind == Kind::Date && columns.len() > 1;
            let asks = fold_first(&columns[0].name);
            let is_exchange = matches!(asks.as_str(), "offer" | "was" | "what" | "from" | "von" | "start" | "where" | "wo" | "abfahrt");
            let lone = columns.len() == 1 && !matches!(columns[0].name.as_str(), "Name" | "Title" | "Titel");
            if (lone || !columns.iter().any(Field::tells_which)) && !is_log && !is_exchange {
                columns.splice(0..0, [subject_column(asked, things.clone(), german, usual().map(|columns| columns[0].clone()))?]);
            }
            (Some(words), columns)
        }
        None => (None, usual()?),
    };
    if votes_for(asked) && rules.votes.is_none() {
        rules.votes = Some(rules::Votes { sign: "▲", most: None });
    }
    // A column that says how often something was voted for is the table's own.
    if rules.votes.is_some() {
        columns.retain(|c| !matches!(fold_first(&c.name).as_str(), "votes" | "likes" | "stimmen" | "upvotes"));
    }
    // How long a race took is no time of day.
    if has(asked, "fastest|speedrun|speedruns|schnellste|schnellsten|race|bestzeit|bestzeiten|rundenzeit|rundenzeiten|laptime|laptimes")
        || has(asked, "best|lap times|time")
    {
        columns
            .iter_mut()
            .filter(|c| c.kind == Kind::Time || ["time", "zeit"].contains(&fold_first(&c.name).as_str()))
            .for_each(|c| c.kind = Kind::Span);
    }
    if columns.is_empty() || columns[0].kind == Kind::YesNo {
        return None;
    }
    if has(asked, "kanban") {
        rules.board = Some(columns[1].name.clone());
    }
    // Links that are shared have a column of their own.
    if has(asked, "link|links") && !columns.iter().any(|c| c.kind == Kind::Url) && columns.len() < 6 {
        columns.insert(0, Field { name: "Link".to_owned(), kind: Kind::Url, choices: vec![], range: None });
    }
    let votes = rules.votes.is_some();
    rules.total |=
        has(asked, "total|totals|sum|sums|summe|gesamt|gesamtsumme|expense|expenses|ausgaben|haushaltsbuch|zusammengezahlt|summiert")
            || has(asked, "add|adds .. up");
    rules.average |= has(asked, "average|averages|mean|durchschnitt|schnitt|mittelwert");
    // How long it took is what ranks.
    if rules.ranking && !columns.iter().any(|c| c.kind == Kind::Number) {
        columns
            .iter_mut()
            .filter(|c| c.kind == Kind::Time || ["time", "zeit"].contains(&fold_first(&c.name).as_str()))
            .for_each(|c| c.kind = Kind::Span);
    }
    let is_scores = has(asked, HIGH_SCORES) || has(asked, "high score|scores");
    if is_tally && rules.per.is_none() {
        rules.per = Some("name".to_owned());
    }
    if rules.tick.is_none() && has(asked, "todo|todos|checklist|checkliste") || has(asked, "to do list") {
        rules.tick.get_or_insert_default();
    }
    if rules.days.is_some() && rules.tick.is_none() && has(asked, "chore|chores|tasks|jobs|routine|duties|checklist|aufgaben") {
        rules.tick = Some(String::new());
    }
    // What is ticked and begins anew is the ticks.
    rules.of_ticks |= rules.days.is_some() && rules.tick.is_some();
    let sheet = Sheet::of(columns, &rules, german, has(asked, "expense|expenses|ausgaben|haushaltsbuch"))?;
    let columns = &sheet.columns;
    let default_sort = || match () {
        () if (is_scores || rules.ranking && !is_tally) && columns.iter().any(|c| c.kind == Kind::Number) => {
            columns.iter().position(|c| c.kind == Kind::Number).map(Sort::Down)
        }
        () if rules.ranking && columns.iter().any(|c| c.kind == Kind::Span) => {
            columns.iter().position(|c| c.kind == Kind::Span).map(Sort::Up)
        }
        () if votes || rules.rate => Some(Sort::Votes),
        () if is_birthdays(asked) => columns.iter().position(|c| c.kind == Kind::Date).map(Sort::NextDay),
        () if rules.due => columns.iter().position(|c| c.kind == Kind::Date).map(Sort::Up),
        () => None,
    };
    let sort = match &sorting {
        Some(sorting) => sorting.resolve(asked, columns, votes || rules.rate)?,
        None => default_sort().unwrap_or(Sort::Added),
    };
    if rules.ranking && !is_tally && !is_scores && !matches!(sort, Sort::Down(_) | Sort::Up(_) | Sort::Votes) {
        return None;
    }
    let thing = things.clone().map_or_else(|| if german { "Eintrag" } else { "entry" }.to_owned(), |r| thing_name(asked.slice(r), german));
    let of_columns = || {
        let skipped = usize::from(columns.len() > 1 && columns[0].name == "Name");
        let names: Vec<&str> = columns.iter().skip(skipped).take(2 - skipped).map(|c| c.name.as_str()).collect();
        names.join(if german { " und " } else { " and " })
    };
    let plain = |name: &String| !["For", "Of", "Where", "We", "Names", "Namen", "Entries", "Things"].contains(&name.as_str());
    let bare_thing =
        |name: &str| !["a ", "an ", "the ", "ein ", "eine ", "einen "].iter().any(|article| name.to_lowercase().starts_with(article));
    let of_things = things.clone().map(|r| phrases::capitalise(asked.slice(r))).filter(|name| bare_thing(name)).filter(plain);
    let default = of_things.or_else(|| heading(asked)).or_else(|| occasion(asked)).unwrap_or_else(of_columns);
    let title = phrases::title(asked, head, &default);
    // `Plant swap list - what I offer`
    let title = title.split(" - ").next().unwrap_or_default().trim().to_owned();
    let bare =
        ["For", "Of", "Where", "We", "Names", "Namen", "List", "Liste", "Table", "Tabelle", "Form", "A list", "Eine Liste", "Board", "Log"]
            .contains(&title.as_str());
    let title = if bare { default.clone() } else { title };
    let title = match phrases::question(asked) {
        Some(question) if who_brings_what => question,
        Some(question) if title == of_columns() || columns.len() == 1 => question,
        _ if has_verb(&title) => default,
        _ => title,
    };
    let is_searched =
        rules.search || has(asked, "filter|filters|filtern|filterable|search|searchable|searching|suche|suchen|durchsuchen|durchsuchbar");
    let own = rules.words.iter().cloned();
    let back = |words: Range<usize>| moved_back(whole, asked, words);
    let explained = own.chain(explained_columns.map(back)).chain(things.map(back)).chain(sorting.map(|s| back(s.words))).collect();
    let mut order = sheet.order(&rules, sort, thing, is_searched);
    order.title = title;
    order.explained = explained;
    Some(order)
}

/// The same words in the wish without its rules; its first, when they are gone.
fn moved(whole: &Asked, without: &Asked, words: Range<usize>) -> Option<Range<usize>> {
    let (first, last) = (whole.words.get(words.start)?, whole.words.get(words.end.checked_sub(1)?)?);
    let there = without.words_in(first.at.start..last.at.end);
    match (there.is_empty(), without.words.is_empty()) {
        (false, _) => Some(there),
        (true, false) => Some(0..1),
        (true, true) => None,
    }
}

fn moved_back(whole: &Asked, without: &Asked, words: Range<usize>) -> Range<usize> {
    match (without.words.get(words.start), words.end.checked_sub(1).and_then(|i| without.words.get(i))) {
        (Some(first), Some(last)) if words.start < words.end => whole.words_in(first.at.start..last.at.end),
        _ => 0..0,
    }
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
