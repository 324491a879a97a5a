//! Recipes in which visitors write something down.

use super::*;

pub(in crate::recipe) static GUESTBOOK: Recipe = Recipe {
    name: "Guestbook",
    slug: "guestbook",
    example: "A guestbook",
    example_de: "Ein Gästebuch",
    heads: &[
        ("guestbook|guestbooks|gastebuch|guessbook", 15),
        ("guest|visitor|visitors book|books", 15),
        (
            "leave|leaves|leaving|write|post|drop|sign|hinterlassen|schreiben .. message|messages|note|notes|greeting|greetings|comment|comments|wish|wishes|compliment|compliments|regards|nachricht|nachrichten|grusse|gruss|kommentar|kommentare|hello|hi",
            13,
        ),
        (
            "message|messages|greeting|greetings|comment|comments|compliment|compliments|wishes|thank|thanks|kudos|gratitude|memory|memories board|wall|book|box|section|area",
            14,
        ),
        ("comments|kommentare", 11),
        ("say|write hi|hello|hallo|something", 12),
        ("post|share|write|tell what|something|thoughts|stories|memories|things", 11),
        ("nachricht|nachrichten|grusse hinterlassen|dalassen|schreiben", 13),
    ],
    vocabulary: &[
        "name|message|messages|note|notes|sign|signing|wall|book|board|visitors|entry|entries|greeting|greetings|comment|comments|short|newest|first|date|time|others|wedding|birthday",
    ],
    vetoes: &["reply|replies|edit|likes|moderate|moderation|approve|approval|photo|article|articles|rating|stars"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: guestbook,
    files: crate_files!("guestbook"),
};

fn guestbook(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, explained) = topic(asked, &head);
    let german = phrases::is_german(asked);
    let is_book = has(asked, "guestbook|guestbooks|gastebuch|guessbook") || has(asked, "guest|visitor|visitors book|books");
    let (invitation, default) = match (is_book, german) {
        (true, false) => ("Sign the guestbook", "Guestbook"),
        (true, true) => ("Ins Gästebuch schreiben", "Gästebuch"),
        (false, false) => ("Leave your message", "Messages"),
        (false, true) => ("Nachricht hinterlassen", "Nachrichten"),
    };
    Some(Order {
        title: phrases::title(asked, head, default),
        summary: "Visitors leave a name and a few lines; the newest stand first.".to_owned(),
        words: vec![("invitation", text(invitation))],
        constants: vec![("INVITATION", Value::Text(invitation.to_owned()))],
        explained,
    })
}

pub(in crate::recipe) static CHAT: Recipe = Recipe {
    name: "Chat wall",
    slug: "chat-wall",
    example: "A chat for everybody here",
    example_de: "Ein Chat für alle hier",
    heads: &[
        ("chat|chats|chatting|chatroom|chatbox|shoutbox|shoutwall|shouts|chatten|chatraum|plaudern", 15),
        ("shout|shouting box|wall|board", 15),
        ("chat room|wall|box|corner|window", 16),
        ("talk|speak|write to|with the|our|all? each|other? other|visitors|others|people|everyone", 14),
        ("talk|discuss together|live", 12),
        ("instant|live messages|messaging|messenger", 13),
    ],
    vocabulary: &["message|messages|room|live|talk|write", "real time", "realtime|instantly|nickname|nicknames|wall|box"],
    vetoes: &["rooms|emoji|emojis|history|bot|support|groups|typing|customer|gpt|you"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: chat,
    files: crate_files!("chat"),
};

fn chat(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, explained) = topic(asked, &head);
    let welcome =
        if phrases::is_german(asked) { "Noch hat niemand etwas gesagt. Sag hallo!" } else { "Nobody has said anything yet. Say hello!" };
    Some(Order {
        title: phrases::title(asked, head, "Chat"),
        summary: "What one visitor writes, all others read at once.".to_owned(),
        words: vec![],
        constants: vec![("WELCOME", Value::Text(welcome.to_owned()))],
        explained,
    })
}

pub(in crate::recipe) static NOTES: Recipe = Recipe {
    name: "Notes board",
    slug: "notes",
    example: "A board for sticky notes",
    example_de: "Eine Pinnwand für Notizen",
    heads: &[
        ("note|notes|notice|pin|bulletin|memo|sticky|cork board|boards|wall", 16),
        ("sticky|stickies|coloured|colored|shared|quick note|notes|memos", 15),
        ("post its|it|itnotes", 15),
        ("pinboard|corkboard|noticeboard|noteboard|pinnwand|notizbrett|notiztafel|notizwand|notizzettel|stickies|postits", 15),
        ("notes|notizen|notepad|memos", 12),
        ("schwarzes brett", 15),
    ],
    vocabulary: &[
        "board|wall|color|colour|colors|colours|pin|stick|sticky|edit|edits|remove|removes|delete|add|paper|write|message|messages|text|coloured|colored",
    ],
    vetoes: &["folders|tags|rich|private|drag|kanban|columns|release|patch", "with title|titles"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: notes,
    files: crate_files!("notes"),
};

fn notes(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, explained) = topic(asked, &head);
    Some(Order {
        title: phrases::title(asked, head, if phrases::is_german(asked) { "Notizen" } else { "Notes" }),
        summary: "A board of coloured notes that everybody may pin, change and take off.".to_owned(),
        words: vec![],
        constants: vec![],
        explained,
    })
}

pub(in crate::recipe) static TODO: Recipe = Recipe {
    name: "To-do list",
    slug: "todo",
    example: "A shared to-do list",
    example_de: "Eine gemeinsame Aufgabenliste",
    heads: &[
        ("todo|todos|todolist|todoliste|tasklist|checklist|checkliste|einkaufsliste|packliste|aufgabenliste|merkliste|einkaufszettel", 15),
        ("to do|dos list|lists|liste|board|app", 16),
        ("to dos", 15),
        ("check|task|tasks|shopping|grocery|groceries|packing|chore|chores|errand|errands|bucket|buying list|lists|sheet", 16),
        ("list of|with chores|tasks|todos|errands|groceries", 15),
        ("tick|check|cross|abhaken .. off", 13),
        ("things|stuff|tasks|items we|i|to need|have|must? to? do|buy|get|pack|bring", 15),
        ("tasks|chores|aufgaben", 12),
    ],
    vocabulary: &[
        "list|add|remove|removes|delete|deletes|buy|tick|check|off|done|complete|completed|finish|finished|items|item|tasks|task|shopping|store|packing|things|mark|cross|clear|shared|abhaken|hinzufugen|loschen",
    ],
    vetoes: &[
        "due|deadline|deadlines|priority|priorities|assign*|category|categories|tags|subtasks|drag|kanban|columns",
        "with fields",
        "for each person",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: todo,
    files: crate_files!("todo"),
};

fn todo(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, mut explained) = topic(asked, &head);
    let shopping = has(asked, "shopping|grocery|groceries|buy|buying|einkauf*|packing|pack|packliste|bring");
    let listed = lists::choices(asked);
    let first = listed.as_ref().map(|l| l.items.clone()).unwrap_or_default();
    explained.extend(listed.map(|l| l.words));
    let (thing, default) = match (shopping, phrases::is_german(asked)) {
        (true, _) => ("thing", "Shopping list"),
        (false, true) => ("task", "Aufgaben"),
        (false, false) => ("task", "To-do list"),
    };
    let rows: Vec<String> = first
        .iter()
        .enumerate()
        .map(|(i, t)| format!("{{ id = \"{:012}\", text = \"{}\", done = false }}", i + 1, super::super::render::toml_escape(t)))
        .collect();
    let summary = if first.is_empty() {
        "A list that everybody shares: add, tick off, take away.".to_owned()
    } else {
        format!("A list that everybody shares, with {} on it from the start.", and(&first))
    };
    Some(Order {
        title: phrases::title(asked, head, default),
        summary,
        words: vec![("thing", text(thing)), ("seeded", raw(format!("[{}]", rows.join(", "))))],
        constants: vec![("THING", Value::Text(thing.to_owned())), ("FIRST", Value::Texts(first))],
        explained,
    })
}

pub(in crate::recipe) static LIST: Recipe = Recipe {
    name: "List",
    slug: "list",
    example: "A list of plants with name, last watered and location",
    example_de: "Eine Liste der Pflanzen mit Name, Datum und Ort",
    heads: &[
        (
            "list|lists|table|catalogue|catalog|directory|inventory|collection|overview|register|database|log|logbook|diary|journal|tracker|registry|library|liste|tabelle|verzeichnis|ubersicht|sammlung|inventar of|with|for|where|to|von|mit|der|unserer|aller|containing|including",
            14,
        ),
        ("keep|keeping track|tabs|record|records|a? list|log of", 14),
        (
            "track|tracks|tracking|record|collect|collects|log|manage|organize|organise|store|catalog|catalogue|list|save|note|register|enter|erfassen|verwalten|sammeln .. with|including|by|mit",
            13,
        ),
        (
            "wish|reading|watch|book|books|movie|movies|film|films|recipe|recipes|birthday|birthdays|contact|contacts|address|phone|plant|plants|expense|expenses|bird|equipment|member|members|job|price|gift|restaurant|restaurants list|lists|log|collection|tracker|table|directory|book|catalogue|catalog|register",
            14,
        ),
        ("wishlist|watchlist|bucketlist|booklist|bookshelf|addressbook|wunschliste|leseliste|adressbuch|geburtstagsliste|bucherliste", 14),
        ("collection of", 13),
        ("who|whos is? brings|bringing|bring what", 15),
        ("wer bringt|macht|ubernimmt was", 15),
        ("expenses|expense|ausgaben", 10),
    ],
    vocabulary: &[
        "list|table|track|log|tracker|field|fields|column|columns|row|rows|form|validation|sum|total|totals|sign|signup|up|sheet|form|add|edit|remove|delete|change|entry|entries|record|store|register|date|email|link|phone|collect|database|spreadsheet",
        "money|buy|price",
    ],
    vetoes: &[
        "log in|into",
        "sort|sortable|sorting|filter|filters|search|searchable|import|reminder|vote|voting|votes|comments|chart|pagination",
    ],
    subject: Subject::Free,
    extra: Some(reads_like_columns),
    extra_points: 13,
    fill: list,
    files: crate_files!("list", "field"),
};

fn list(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let who_brings_what = has(asked, WHO_WHAT);
    let named = columns(asked, head.start).filter(|_| !who_brings_what);
    let first_column = named.as_ref().map_or(asked.words.len(), |(words, _)| words.start);
    let things = things(asked, &head, first_column);
    let (explained_columns, columns) = match named {
        // `plants with height`: of which plant?
        Some((words, mut columns)) if columns.len() == 1 && !matches!(columns[0].name.as_str(), "Name" | "Title" | "Titel") => {
            columns.splice(0..0, fields::fields("name, notes")?.into_iter().take(1));
            (Some(words), columns)
        }
        Some((words, columns)) => (Some(words), columns),
        None => (None, usual_columns(asked, things.is_some())?),
    };
    let thing = things.clone().map_or_else(|| "entry".to_owned(), |r| phrases::shorten(&fields::singular(asked.slice(r)), 40));
    let default = things.clone().map_or_else(|| "List".to_owned(), |r| phrases::capitalise(asked.slice(r)));
    let title = phrases::title(asked, head, &default);
    let title = match phrases::question(asked) {
        Some(question) if who_brings_what => question,
        _ if starts_with_verb(&title) => default,
        _ => title,
    };
    let names: Vec<String> = columns.iter().map(|f| f.name.clone()).collect();
    let [first, second] = columns[0].samples();
    let typed = columns.iter().skip(1).find_map(|f| f.wanted().map(|w| (f.name.clone(), w)));
    let rust: Vec<String> = columns.iter().map(|f| format!("    {},\n", f.to_rust())).collect();
    let totals = has(asked, "total|totals|sum|sums|summe|gesamt|gesamtsumme|expense|expenses|ausgaben") || has(asked, "add|adds .. up");
    Some(Order {
        title,
        summary: format!("A table that everybody can fill in: {}.", and(&names)),
        words: vec![
            ("first_field", text(&names[0])),
            ("first_value", text(first)),
            ("second_value", text(second)),
            ("typed", raw(typed.is_some())),
            ("typed_field", text(typed.as_ref().map_or("", |t| &t.0))),
            ("typed_wanted", text(typed.as_ref().map_or("", |t| t.1))),
        ],
        constants: vec![
            ("THING", Value::Text(thing)),
            ("FIELDS", Value::Rust(format!("&[\n{}]", rust.concat()))),
            ("TOTALS", Value::Flag(totals)),
        ],
        explained: explained_columns.into_iter().chain(things).collect(),
    })
}

/// The columns that the words name, after `with`, a colon or the like, and where.
fn columns(asked: &Asked, from: usize) -> Option<(Range<usize>, Vec<fields::Field>)> {
    const WITH: &str = "with|including|containing|by|mit|having|has|columns|fields|spalten|feldern|showing";
    let after_with = (from..asked.words.len()).filter(|i| pattern::match_at(&asked.words, WITH, *i).is_some()).map(|i| i + 1);
    let start_at = asked.words.get(from)?.at.start;
    let after_colon =
        asked.text[start_at..].match_indices([':', '(']).map(|(i, _)| asked.words.partition_point(|w| w.at.start < start_at + i));
    let their = pattern::find(&asked.words, "and|und their|its|ihre|deren", from).map(|at| at.end);
    if let Some(first) = their.filter(|i| *i < asked.words.len()) {
        let start = asked.words[first].at.start;
        let whole = &asked.text[start..asked.rest_of_sentence(first).end];
        let cut = clause_end(whole);
        let columns = fields::fields(&format!("name, {}", &whole[..cut]))?;
        return Some((asked.words_in(start..start + cut), columns));
    }
    after_with.chain(after_colon).filter(|i| *i < asked.words.len()).find_map(|first| {
        let start = asked.words[first].at.start;
        let whole = &asked.text[start..asked.rest_of_sentence(first).end];
        let cut = clause_end(whole);
        let columns = fields::fields(&whole[..cut])?;
        // `Liste mit Rezepten (Name, Zutaten)`: these are the things, and the columns follow.
        let are_things = columns.len() == 1 && first <= from + 2 && whole[..cut].contains('(');
        (!are_things).then(|| (asked.words_in(start..start + cut), columns))
    })
}

/// `our running log: date, km, minutes`: at least two columns that are known as such.
pub(super) fn reads_like_columns(asked: &Asked) -> Option<Range<usize>> {
    let (words, columns) = columns(asked, 0)?;
    let known = columns.iter().filter(|f| f.is_usual()).count();
    let is_table = columns.len() >= 2 && known >= 2
        || columns.len() >= 2 && known >= 1 && has(asked, "list|log|table|tracker|directory|inventory|liste|tabelle");
    (is_table && words.start > 0).then(|| words.start - 1..words.start)
}

/// What lists of such things usually hold, when nobody says; a plain list of things gets a name and notes.
fn usual_columns(asked: &Asked, names_things: bool) -> Option<Vec<fields::Field>> {
    const USUAL: [(&str, &str, &str); 10] = [
        ("brings|bringing|bring|bringt", "name, brings", "Name, bringt mit"),
        ("birthday|birthdays|geburtstag|geburtstage|geburtstagsliste", "name, birthday", "Name, Geburtstag"),
        (
            "phone|contact|contacts|address|addressbook|adressbuch|telefonliste",
            "name, phone, e-mail, notes",
            "Name, Telefon, E-Mail, Notizen",
        ),
        ("expense|expenses|ausgaben", "what, date, amount", "Wofür, Datum, Betrag"),
        ("book|books|reading|booklist|bookshelf|bucher|bucherliste|leseliste", "title, author, read", "Titel, Autor, Gelesen"),
        ("movie|movies|film|films|filme|watch|watchlist", "title, year, seen", "Titel, Jahr, Notizen"),
        ("recipe|recipes|rezepte", "name, ingredients, instructions", "Name, Zutaten, Notizen"),
        ("plant|plants|pflanzen", "name, last watered, location", "Name, Datum, Ort"),
        ("wish|wishlist|gift|gifts|wunschliste|geschenke", "wish, link, price", "Wunsch, Link, Preis"),
        ("restaurant|restaurants", "name, website, rating", "Name, Webseite, Bewertung"),
    ];
    let noun = "list|liste|collection|directory|inventory|catalogue|catalog|wishlist|watchlist|wunschliste|booklist|table|tabelle|log|logbook|tracker|book|addressbook|adressbuch|bookshelf|geburtstagsliste|leseliste|bucherliste|sammlung";
    let is_list = has(asked, noun) && !has(asked, "that|which|where|who|so|if|from");
    let german = phrases::is_german(asked);
    let usual =
        USUAL.iter().find(|(things, _, _)| has(asked, things)).map(|(_, english, deutsch)| if german { *deutsch } else { *english });
    let plain = names_things.then_some(if german { "Name, Notizen" } else { "name, notes" });
    usual.or(plain).filter(|_| is_list || has(asked, WHO_WHAT)).and_then(fields::fields)
}

fn starts_with_verb(title: &str) -> bool {
    let folded = super::super::asked::fold(title);
    let mut words = folded.split_whitespace();
    matches!(words.next(), Some("track" | "keep" | "collect" | "record" | "log" | "manage" | "store" | "list"))
        && words.next().is_some_and(|w| w != "of")
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
    const ENDS: [&str; 26] = [
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
        [" where ", " who "].contains(&end) && [",", " and", " or"].iter().any(|before| lower[..at].ends_with(before))
    };
    ENDS.iter().filter_map(|end| lower.match_indices(end).map(|(at, _)| at).find(|at| !names_column(end, *at))).min().unwrap_or(text.len())
}
