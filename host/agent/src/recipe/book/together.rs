//! Recipes that live of what many visitors put in: lines to draw from, a story, a painting, guesses, places.

use super::*;

pub(in crate::recipe) static JAR: Recipe = Recipe {
    name: "Lucky dip",
    slug: "lucky-dip",
    example: "Visitors add jokes and one is shown at random",
    example_de: "Alle können Witze eintragen und einer wird zufällig gezeigt",
    heads: &[
        ("compliment|compliments|komplimente jar|glas", 15),
        ("jar|box|bowl|bottle of jokes|quotes|compliments|sentences|thoughts|wishes|kindness|good", 15),
        ("komplimenteglas|spruchglas|witzekiste|zitatesammlung|flaschenpost", 15),
        ("message in a bottle", 16),
    ],
    vocabulary: &[
        "immer|always|collection|sammlung",
        "add|adds|adding|added|submit|submits|contribute|contributes|leave|leaves|write|put|share|own|enter|eintragen|hinzufugen|eigene|eigenen|beitragen|hinterlassen|schreiben|hinterlasst|schreibt",
        "random|randomly|zufallig|zufallige|zufalliger|zufalliges|zufalligen|shuffle|button|another|draw|draws|pick|picks|show|shows|shown|gezeigt|angezeigt|knopf|ziehen",
        "daily|day|tages|tag|quote|quotes|joke|jokes|fact|facts|compliment|compliments|sentence|sentences|saying|sayings|thought|thoughts|wish|wishes|tip|tips|riddle|riddles|question|questions|witz|witze|zitat|zitate|spruch|spruche|satz|satze|kompliment|komplimente|tipp|tipps|gedanke|gedanken|message|messages|nachricht|nachrichten|proverb|proverbs|ratsel|fun|nice|kind|positive|next|visitor|person|anonymous|anonymously|anonym|secret|secrets|confession|confessions|idea|ideas|ideen|idee|challenge|challenges|dare|dares|word|words|excuse|excuses|ausrede|ausreden|fortune|fortunes|mail|comments",
        "good morning|luck|mood|vibes",
    ],
    vetoes: &[
        "can|could|others like",
        "author|authors|vote|votes|voting|upvote|likes|thumbs|rating|rate|comment|categories|category|autor|stimmen|bewerten",
        "name|names|namen|winner|gewinner|lose|team|teams|groups",
        "photo|picture",
    ],
    subject: Subject::Free,
    extra: Some(put_in_and_drawn),
    extra_points: 19,
    fill: jar,
    files: crate_files!("jar"),
};

const ADDING: &str = "add|adds|adding|added|submit|submits|submitted|contribute|contributes|leave|leaves|write|writes|put|puts|share|own|enter|collect|collects|eintragen|hinzufugen|eigene|eigenen|beitragen|hinterlassen|hinterlasst|schreiben|schreibt|einwerfen|sammeln|eintragt";
const NEXT: &str = "for|to|fur the|den|die|das next|nachsten|nachste visitor|person|one|guest|reader|besucher|besucherin|gast|menschen";

/// Visitors put something in, and one of it comes out: by chance, each day, or for the next one.
fn put_in_and_drawn(asked: &Asked) -> Option<Range<usize>> {
    let adding = pattern::find(&asked.words, ADDING, 0)?;
    if let Some(next) = pattern::find(&asked.words, NEXT, 0) {
        return Some(adding.start.min(next.start)..adding.start.min(next.start) + 1);
    }
    let of_lines = "joke|jokes|quote|quotes|fact|facts|compliment|compliments|sentence|sentences|saying|sayings|thought|thoughts|wish|wishes|tip|tips|riddle|riddles|question|questions|\
         witz|witze|zitat|zitate|spruch|spruche|satz|satze|kompliment|komplimente|tipp|tipps|gedanken|message|messages|nachricht|nachrichten|proverb|proverbs|ratsel|line|lines|confession|confessions|\
         idea|ideas|ideen|idee|challenge|challenges|dare|dares|word|words|excuse|excuses|ausreden|fortune|fortunes|worter|lyrics|puns|pun|haiku|haikus|affirmation|affirmations|weisheit|weisheiten|sprichworter|fakten|fakt|date";
    let things = pattern::find(&asked.words, of_lines, 0)?;
    let drawn = pattern::find(&asked.words, "random|randomly|zufallig|zufallige|zufalliger|zufalliges|zufalligen|shuffle|shuffles", 0)
        .or_else(|| pattern::find(&asked.words, "of the day", 0))
        .or_else(|| pattern::find(&asked.words, "des tages", 0))
        .or_else(|| {
            pattern::find(&asked.words, "shows|show|shown|see|get|gives|zeigt one|einen|eine|eins of|von? them|those|ihnen|davon?", 0)
        })
        .or_else(|| {
            pattern::find(&asked.words, "shows|displays|zeigt|show a|an|one|einen|eine different|new|another|neuen|andere|anderen", 0)
        })?;
    Some(things.start.min(drawn.start)..things.start.min(drawn.start) + 1)
}

fn jar(asked: &Asked, head: Range<usize>) -> Option<Order> {
    const THINGS: [(&str, &str, &str); 19] = [
        ("joke|jokes|witz|witze|pun|puns", "joke", "Witz"),
        ("quote|quotes|zitat|zitate", "quote", "Zitat"),
        ("compliment|compliments|kompliment|komplimente", "compliment", "Kompliment"),
        ("fact|facts|fakt|fakten", "fact", "Fakt"),
        ("saying|sayings|proverb|proverbs|spruch|spruche|weisheit|weisheiten|sprichworter", "saying", "Spruch"),
        ("tip|tips|tipp|tipps", "tip", "Tipp"),
        ("riddle|riddles|ratsel", "riddle", "Rätsel"),
        ("question|questions|frage|fragen", "question", "Frage"),
        ("confession|confessions|secret|secrets", "confession", "Geständnis"),
        ("idea|ideas|idee|ideen|date", "idea", "Idee"),
        ("challenge|challenges|dare|dares", "challenge", "Aufgabe"),
        ("excuse|excuses|ausrede|ausreden", "excuse", "Ausrede"),
        ("wish|wishes|wunsch|wunsche", "wish", "Wunsch"),
        ("thought|thoughts|gedanke|gedanken", "thought", "Gedanke"),
        ("message|messages|nachricht|nachrichten|bottle|flaschenpost", "message", "Nachricht"),
        ("word|words|wort|worter", "word", "Wort"),
        ("haiku|haikus", "haiku", "Haiku"),
        ("affirmation|affirmations", "affirmation", "Satz"),
        ("sentence|sentences|satz|satze|line|lines", "sentence", "Satz"),
    ];
    if lists::choices(asked).is_some_and(|l| l.items.len() > 2) {
        return None;
    }
    let german = phrases::is_german(asked);
    let (thing, thing_de) = THINGS.iter().find(|(words, _, _)| has(asked, words)).map_or(("line", "Satz"), |(_, en, de)| (*en, *de));
    let previous = has(asked, NEXT);
    let daily =
        has(asked, "of the day") || has(asked, "des tages") || has(asked, "daily|taglich") || has(asked, "every|each|jeden day|tag");
    let mode = if previous {
        "Previous"
    } else if daily && !has(asked, "random|randomly|zufallig") {
        "Daily"
    } else {
        "Random"
    };
    let thing = if german { thing_de } else { thing };
    let (default, summary) = match (mode, german) {
        ("Previous", false) => (
            "For the next visitor".to_owned(),
            format!("Everybody sees the {thing} that was left last, and leaves one for the next visitor."),
        ),
        ("Previous", true) => (
            "Für den nächsten Besuch".to_owned(),
            format!("Alle sehen, was zuletzt hinterlassen wurde ({thing}), und hinterlassen etwas für den nächsten Besuch."),
        ),
        ("Daily", false) => (
            format!("{} of the day", phrases::capitalise(thing)),
            format!("Visitors add; each day shows another {thing}, and a button one more."),
        ),
        ("Daily", true) => (format!("{thing} des Tages"), format!("Alle können etwas eintragen ({thing}); jeder Tag zeigt etwas anderes.")),
        (_, false) => (format!("Random {thing}"), format!("Visitors add; one {thing} is shown at random, and a button shows another.")),
        (_, true) => (format!("{thing} aus dem Glas"), format!("Alle können etwas eintragen ({thing}); eines wird zufällig gezeigt.")),
    };
    Some(Order {
        title: phrases::called(asked).map_or_else(|| default.clone(), |(name, _)| name),
        summary,
        words: vec![("previous", raw(mode == "Previous"))],
        constants: vec![("THING", Value::Text(thing.to_owned())), ("MODE", Value::Rust(format!("Mode::{mode}")))],
        explained: vec![head],
        leads: false,
    })
}

pub(in crate::recipe) static STORY: Recipe = Recipe {
    name: "Shared story",
    slug: "story",
    example: "A story that we write together, everybody adds a sentence",
    example_de: "Eine Geschichte, die alle gemeinsam weiterschreiben",
    heads: &[
        (
            "story|stories|tale|poem|novel|rhyme|geschichte|gedicht|marchen|roman .. together|gemeinsam|zusammen|miteinander|weiterschreiben|fortsetzen",
            18,
        ),
        ("continue|continues|continuing|fortsetzen|weiterschreiben|weiterschreibt the|a|one|our|eine|die? story|tale|poem|geschichte", 17),
        (
            "shared|collaborative|collective|endless|chain|group|common|ongoing|continuous|ending|gemeinsame|gemeinsames|endlose|endlosgeschichte story|tale|poem|geschichte|gedicht",
            18,
        ),
        (
            "adds|add|append|appends|writes|write|contributes|contribute|continues|schreibt|fugt|erganzt|hangt one|a|another|the|einen|ein|eine|den? next|new|single|nachsten? sentence|word|line|verse|satz|wort|zeile|vers",
            17,
        ),
        ("one|einen|ein sentence|line|word|satz|wort|zeile each|at|after|pro|nach", 16),
        ("sentence|word|satz|wort by|fur sentence|word|satz|wort", 17),
        ("fortsetzungsgeschichte|kettengeschichte|mitmachgeschichte|endlosgeschichte|storychain", 18),
        ("story chain|game|telling|time", 15),
    ],
    vocabulary: &[
        "weiterschreiben|schreiben|weiter|fortsetzen",
        "story|stories|tale|poem|novel|geschichte|gedicht|marchen|roman|sentence|sentences|word|words|line|lines|satz|satze|wort|zeile|zeilen|add|adds|write|writes|continue|continues|together|gemeinsam|zusammen|everybody|everyone|next|previous|last|schreiben|schreibt|weiter|fortsetzen|turn|turns|reihum|abwechselnd|visitor|generate|share|collaborative|text|letzten|grow|grows",
    ],
    vetoes: &[
        "vote|votes|voting|branch|branches|branching|chapter|chapters|illustrat*|author|authors|names?|reset|kapitel|delete|hidden|only",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: story,
    files: crate_files!("story"),
};

fn story(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let tells = has(
        asked,
        "story|stories|tale|poem|novel|rhyme|geschichte|gedicht|marchen|roman|fortsetzungsgeschichte|kettengeschichte|mitmachgeschichte|endlosgeschichte|storychain|haiku|song",
    );
    if !tells {
        return None;
    }
    let german = phrases::is_german(asked);
    let words = has(asked, "one|a|single|ein word|wort") && !has(asked, "sentence|satz|line|zeile|words|few");
    let line = has(asked, "line|lines|verse|zeile|zeilen|vers|poem|gedicht");
    let in_turn = has(asked, "turn|turns|abwechselnd|reihum|nacheinander|alternate")
        || has(asked, "sentence|word|line|satz|wort each")
        || has(asked, "each|every|jeder|jede .. one|einen|ein sentence|word|line|satz|wort");
    let piece = match (words, line, german) {
        (true, _, false) => "word",
        (true, _, true) => "Wort",
        (_, true, false) => "line",
        (_, true, true) => "Zeile",
        (_, _, false) => "sentence",
        (_, _, true) => "Satz",
    };
    let opening = opening(asked);
    let title = phrases::title(asked, head, if german { "Unsere Geschichte" } else { "Our story" });
    let turns = match (in_turn, german) {
        (false, _) => "",
        (true, false) => " Nobody writes twice in a row.",
        (true, true) => " Niemand schreibt zweimal nacheinander.",
    };
    let (text_of, places) = opening.map_or_else(Default::default, |(text, words)| (text, vec![words]));
    Some(Order {
        title,
        summary: if german {
            format!("Ein Text, den alle weiterschreiben, immer um ein Stück ({piece}).{turns}")
        } else {
            format!("A text that visitors continue, one {piece} at a time.{turns}")
        },
        words: vec![("opening", text(&text_of)), ("words", raw(words)), ("in_turn", raw(in_turn))],
        constants: vec![
            ("PIECE", Value::Text(piece.to_owned())),
            ("WORDS", Value::Flag(words)),
            ("IN_TURN", Value::Flag(in_turn)),
            ("OPENING", Value::Text(text_of)),
        ],
        explained: places,
        leads: false,
    })
}

/// `it begins with "Once upon a time"`.
fn opening(asked: &Asked) -> Option<(String, Range<usize>)> {
    pattern::find(&asked.words, "begins|starts|start|starting|begin|beginning|beginnt|fangt", 0)?;
    let first = asked.text.find('"')?;
    let length = asked.text[first + 1..].find('"')?;
    let quoted = asked.text[first + 1..first + 1 + length].trim();
    ((3..=200).contains(&quoted.chars().count())).then(|| (quoted.to_owned(), asked.words_in(first..first + length + 2)))
}

pub(in crate::recipe) static PIXELS: Recipe = Recipe {
    name: "Painting board",
    slug: "painting-board",
    example: "A board that everybody can paint on together",
    example_de: "Eine Tafel, auf der alle zusammen malen können",
    heads: &[
        ("pixel|pixels art|board|wall|canvas|grid|painting|picture|bild|wand|tafel", 17),
        (
            "draw|drawing|drawings|paint|painting|doodle|doodling|sketch|graffiti|mal|zeichen board|canvas|wall|area|app|pad|surface|page|tool|block|space|room",
            17,
        ),
        ("draw|paint|doodle|sketch|malen|zeichnen|mal|zeichne .. together|pixels|on|in|gemeinsam|zusammen", 16),
        (
            "pixelboard|pixelart|pixelwand|pixeltafel|malwand|maltafel|zeichentafel|zeichenbrett|malbrett|zeichenflache|malflache|malblock|zeichenblock|leinwand|canvas|graffitiwand",
            15,
        ),
        ("malen|zeichnen|bemalen|anmalen|kritzeln", 14),
        ("color|colour|colors|colours|fill|fills in|the? squares|cells|pixels|fields|tiles", 16),
        ("shared|collaborative|common|big whiteboard|canvas|drawing", 15),
        ("pixel|pixels", 13),
    ],
    vocabulary: &[
        "tafel|zusammen|leinwand|bild",
        "draw|draws|drawing|drawings|paint|paints|painting|doodle|doodles|sketch|sketches|whiteboard|canvas|pixel|pixels|malen|zeichnen|zeichnung|bild|board|wall|grid|color|colors|colour|colours|farbe|farben|together|shared|collaborative|live|squares|cells|picture|pictures|graffiti|malt|zeichnet|bunt|bunte|colourful|colorful|click|clear|wipe|erase|loschen|art|layout|image",
    ],
    vetoes: &[
        "undo|layer|layers|shape|shapes|stickers|export|guess|guesses|guessing|telephone|word|raten|numbers?|undo|brush|brushes|coloring|daily|gallery|galerie|animated|lots|straws|winner",
        "save|saves|gallery .. drawings|pictures",
        "text|notes|fonts",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: pixels,
    files: crate_files!("pixels"),
};

fn pixels(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let sizes: Vec<u64> = phrases::numbers(asked).into_iter().map(|(_, n)| n).filter(|n| *n > 3).collect();
    let by_name = asked.words.iter().find_map(|w| {
        let (a, b) = w.text.split_once('x')?;
        Some((a.parse().ok()?, b.parse().ok()?))
    });
    let (width, height) = match (by_name, &sizes[..]) {
        (Some(size), _) => size,
        (None, [a, b]) => (*a, *b),
        (None, []) => (32, 24),
        _ => return None,
    };
    if !(4..=64).contains(&width) || !(4..=64).contains(&height) {
        return None;
    }
    let german = phrases::is_german(asked);
    let last = width * height - 1;
    Some(Order {
        title: phrases::title(asked, head, if german { "Maltafel" } else { "Painting board" }),
        summary: if german {
            format!("Eine Tafel aus {width} × {height} Feldern, die alle zusammen in neun Farben bemalen.")
        } else {
            format!("A board of {width} × {height} squares that everybody paints together, in nine colours.")
        },
        words: vec![("width", raw(width)), ("height", raw(height)), ("last", raw(last)), ("beyond", raw(last + 1))],
        constants: vec![("WIDTH", Value::Number(width as i64)), ("HEIGHT", Value::Number(height as i64))],
        explained: vec![],
        leads: false,
    })
}

pub(in crate::recipe) static ESTIMATE: Recipe = Recipe {
    name: "Estimates",
    slug: "estimates",
    example: "Guess how many jelly beans are in the jar",
    example_de: "Schätzt, wie viele Bonbons im Glas sind",
    heads: &[
        ("jelly beans|bean", 16),
        ("how|wie many|viele .. jar|glass|bottle|bowl|glas|bohnen", 17),
        (
            "guess|guesses|guessing|estimate|estimates|bet|schatzt|schatzen|raten|ratet|erraten|tippen|tippt .. how|wie many|much|heavy|tall|old|long|far|viele|viel|schwer|gross|alt|lang",
            17,
        ),
        ("schatzspiel|schatzfrage|schatzaufgabe|gewichtsschatzen|schatzwettbewerb|bohnenschatzen", 17),
        ("estimation|estimating|estimate game|contest|poll|box|competition", 16),
        ("guess|guesses|guessing|estimate|estimates the|a? baby? weight|price|amount|age|height|length|size", 16),
        ("schatzen|schatzt|schatzungen", 13),
    ],
    vocabulary: &[
        "guess|guesses|guessing|estimate|estimates|name|names|number|numbers|average|mean|durchschnitt|count|closest|nearest|winner|wins|win|how|many|much|jar|jelly|beans|enter|enters|show|see|schatzen|schatzt|schatzung|schatzungen|zahl|zahlen|am|nachsten|gewinnt|namen|wie|viele|everybody|everyone|glas|highest|lowest|reveal|true|correct|right|sweets|candies|weight|store|secret",
        "pay|pays|cost|costs|money|euro|euros",
    ],
    vetoes: &[
        "word|country|flag|card|cards|song|movie|drawing|higher|lower|hint|hints|chart|median|histogram|prize|once|hidden|computer|planning|poker|story",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: estimate,
    files: crate_files!("estimate"),
};

fn estimate(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    let reveal = has(
        asked,
        "closest|nearest|winner|wins|win|reveal|true|correct|right|gewinnt|gewinner|richtige|richtig|verraten|nachsten|aufgelost|auflosung",
    );
    let at = pattern::find(&asked.words, "how|wie many|much|heavy|tall|old|long|far|viele|viel|schwer|gross|alt|lang", 0);
    let asks = at.and_then(|at| {
        let rest = asked.rest_of_sentence(at.start);
        let text = &asked.text[rest];
        let cut = text.find([',', ':', '(', ';']).unwrap_or(text.len());
        let text = text[..cut].split(" and ").next().unwrap_or(text).trim();
        (text.split_whitespace().count() >= 3 && text.chars().count() <= 80).then(|| format!("{}?", phrases::capitalise(text)))
    });
    let object = phrases::question(asked).or(asks);
    let default = if german { "Schätzspiel" } else { "Guess the number" };
    let question =
        object.unwrap_or_else(|| if german { "Wie viele sind es?".to_owned() } else { phrases::title(asked, head, "How many are there?") });
    Some(Order {
        title: phrases::called(asked).map_or_else(
            || if question.chars().count() <= 50 { question.trim_end_matches('?').to_owned() } else { default.to_owned() },
            |(name, _)| name,
        ),
        summary: match (german, reveal) {
            (false, false) => "Name and number from everybody; all see the guesses, how many, and the average.".to_owned(),
            (false, true) => "Name and number from everybody, the average, and who is closest once the true number is told.".to_owned(),
            (true, false) => "Name und Zahl von allen; man sieht die Schätzungen, wie viele es sind, und den Durchschnitt.".to_owned(),
            (true, true) => {
                "Name und Zahl von allen, der Durchschnitt, und wer am nächsten dran ist, sobald die wahre Zahl verraten ist.".to_owned()
            }
        },
        words: vec![("question", text(&question)), ("reveal", raw(reveal))],
        constants: vec![("QUESTION", Value::Text(question)), ("REVEAL", Value::Flag(reveal))],
        explained: vec![],
        leads: false,
    })
}

pub(in crate::recipe) static SLOTS: Recipe = Recipe {
    name: "Plan with places",
    slug: "plan",
    example: "A weekly cleaning plan where everybody can enter a name",
    example_de: "Ein Putzplan für die Woche",
    heads: &[
        ("time? slot|slots|zeitfenster", 15),
        ("shift|shifts|duty|duties plan|list|sign|signup|schedule|table|roster|rota", 16),
        (
            "cleaning|cooking|meal|meals|menu|dinner|lunch|duty|chore|chores|watering|kitchen|dish|dishes|babysitting|carpool|laundry|coffee plan|planner|schedule|rota|roster",
            17,
        ),
        (
            "putzplan|speiseplan|essensplan|wochenplan|wochenplaner|kuchendienst|kuchendienstplan|dienstplan|giessplan|menuplan|schichtplan|putzdienst|belegungsplan|kochplan|wochenmenu|waschplan|einsatzplan|helferplan|giessdienst|tafeldienst",
            17,
        ),
        ("weekly|week plan|planner|schedule|menu|rota|roster", 16),
        ("plan fur|for die|the woche|week", 15),
        ("who|wer cooks|cleans|waters|kocht|putzt|giesst|brings .. when|wann|day|tag", 16),
        ("book|books|reserve|reserves|booking|reservieren|buchen|eintragen .. slot|slots|hour|hours|zeitfenster|stunde", 16),
        ("helper|helpers|helferliste|schichten|schicht|shifts|shift", 13),
    ],
    vocabulary: &[
        "bis",
        "kann sich|man",
        "room|rooms",
        "slot|slots|shift|shifts|schicht|schichten|plan|planner|schedule|schedules|timetable|roster|rota|booking|bookings|book|reserve|reservation|sign|signup|up|sheet|name|names|enter|eintragen|tragen|woche|week|weekly|day|days|tag|tage|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|person|persons|people|personen|hour|hours|minutes|stunde|minuten|uhr|each|every|jeden|jede|per|pro|je|taken|first|come|free|frei|wochentlich|table|list|menu|meal|meals|dish|remove|meeting|calendar|kalender",
        "one person per|for",
        "in the|this|our week|office|buro",
        "everyone|everybody|jeder|alle can|kann",
        "volunteer|volunteers|helper|helpers|je|put|into",
        "i|we can enter|write",
    ],
    vetoes: &[
        "rotate|rotates|rotating|automatically|swap|recurring|deadline|limit|maximum|waiting|waitlist|automatisch|wechselt|abwechselnd|shopping|ingredients|zutaten|einkaufsliste|recipe|recipes|rezept|rezepte|jelly|several weeks|month|monat|kalenderwoche|kw",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: slots,
    files: crate_files!("slots"),
};

fn slots(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::reads_like_columns(asked).is_some() {
        return None;
    }
    let german = phrases::is_german(asked);
    let listed = lists::choices(asked);
    // `who cooks on which day, Monday to Friday` lists no places.
    const SPAN: &str = "monday|montag|mon|mo to|through|bis|until friday|freitag|fri|fr|sunday|sonntag|saturday|samstag";
    let span = pattern::find(&asked.words, SPAN, 0);
    let listed = listed.filter(|l| span.as_ref().is_none_or(|s| !l.words.contains(&s.start)));
    let hours = hours(asked);
    let week: [&str; 7] = if german {
        ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    } else {
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    };
    let weekdays = has(asked, "monday|montag|mon|mo to|through|bis|until friday|freitag|fri|fr")
        || has(asked, "weekday|weekdays|werktag|werktags|werktage");
    let whole_week = has(
        asked,
        "week|weekly|woche|wochentlich|wochenplan|wochenplaner|wochenmenu|speiseplan|essensplan|putzplan|kochplan|menuplan|kuchendienst|giessplan|putzdienst|meal|meals|menu|cleaning|cooking|tag|day|days|kuchendienstplan|giessdienst|dinner",
    );
    let mut explained: Vec<Range<usize>> = span.into_iter().collect();
    let names: Vec<String> = match (hours, listed) {
        (Some((names, words)), None) => {
            explained.push(words);
            names
        }
        (Some((names, words)), Some(listed)) if listed.words.start <= words.end && words.start <= listed.words.end => {
            explained.push(words);
            names
        }
        (None, Some(listed)) => {
            explained.push(listed.words);
            let says_how_many = |i: &String| {
                let item = format!(" {}", i.to_lowercase());
                [" per ", " pro ", " je ", " each"].iter().any(|w| item.contains(w))
            };
            let asks = |i: &String| {
                let folded = super::super::asked::fold(i);
                [
                    "put ",
                    "enter ",
                    "write ",
                    "sign ",
                    "everyone ",
                    "everybody ",
                    "each ",
                    "people ",
                    "visitors ",
                    "jeder ",
                    "alle ",
                    "trag ",
                    "one ",
                ]
                .iter()
                .any(|verb| folded.starts_with(verb))
            };
            listed.items.into_iter().filter(|i| !says_how_many(i) && !asks(i)).collect()
        }
        (None, None) if weekdays => week[..5].iter().map(|d| (*d).to_owned()).collect(),
        (None, None) if whole_week => week.iter().map(|d| (*d).to_owned()).collect(),
        _ => return None,
    };
    let people = "person|persons|people|personen|names|namen|leute|helpers|helfer";
    let places =
        phrases::numbers(asked).into_iter().find(|(i, _)| pattern::match_at(&asked.words, people, i + 1).is_some()).map_or(1, |(_, n)| n);
    // `Monday to Friday, everyone can enter their name for each day`
    let all = has(asked, "everyone|everybody|all|jeder|alle can|may|kann|konnen enter|put|write|add|sich|ihren|seinen")
        && has(asked, "each|every|jeden|jede");
    let places = if all && places == 1 { 30 } else { places };
    if !(1..=30).contains(&places) {
        return None;
    }
    // `setup 3 people, bar 4 people`: each its own number.
    let own: Vec<Option<(String, u64)>> = names.iter().map(|name| own_places(name)).collect();
    let (names, each): (Vec<String>, Vec<u64>) = if own.len() > 1 && own.iter().all(Option::is_some) {
        own.into_iter().flatten().unzip()
    } else {
        let each = vec![places; names.len()];
        (names, each)
    };
    if each.iter().any(|n| !(1..=30).contains(n)) {
        return None;
    }
    let places = each.iter().copied().max().unwrap_or(1);
    let most = if places == 1 {
        String::new()
    } else {
        let each: Vec<String> = each.iter().map(ToString::to_string).collect();
        let counts = if each.windows(2).all(|w| w[0] == w[1]) { each[0].clone() } else { each.join(", ") };
        if german { format!("; Plätze: {counts}") } else { format!("; places: {counts}") }
    };
    let dish = has(asked, "meal|meals|menu|dinner|lunch|speiseplan|essensplan|menuplan|wochenmenu|dish|essen|eat");
    let label = match (dish, german) {
        (true, false) => "What there is to eat",
        (true, true) => "Was es gibt",
        (false, false) => "Your name",
        (false, true) => "Dein Name",
    };
    let summary = if german {
        format!("Zum Eintragen, wer zuerst kommt: {}{most}.", and_de(&names))
    } else {
        format!("First come, first served: {}{most}.", and(&names))
    };
    Some(Order {
        title: phrases::title(asked, head, "Plan"),
        summary,
        words: vec![("single", raw(places == 1))],
        constants: vec![
            ("SLOTS", Value::Texts(names)),
            ("PLACES", Value::Rust(format!("&[{}]", each.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")))),
            ("LABEL", Value::Text(label.to_owned())),
        ],
        explained,
        leads: false,
    })
}

/// `setup 3 people` → `setup` and 3.
fn own_places(name: &str) -> Option<(String, u64)> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let people =
        ["people", "persons", "person", "helpers", "helper", "personen", "leute", "helfer", "volunteers", "spots", "places", "plätze"];
    let end = words.len() - usize::from(words.last().is_some_and(|w| people.contains(&w.trim_matches(['(', ')']).to_lowercase().as_str())));
    let count = words.get(end.checked_sub(1)?)?.trim_matches(['(', ')']).parse().ok()?;
    (end > 1 && end < words.len()).then(|| (words[..end - 1].join(" "), count))
}

fn and_de(items: &[String]) -> String {
    and(items).replace(" and ", " und ")
}

/// `between 10 and 14`, `von 10 bis 14 Uhr`, `from 9am to 1pm every 30 minutes`: the spans between.
fn hours(asked: &Asked) -> Option<(Vec<String>, Range<usize>)> {
    let at = pattern::find(&asked.words, "between|from|zwischen|von|ab", 0)?;
    let hour = |i: usize| {
        let word = asked.words.get(i)?.text.clone();
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let hour: u64 = digits.parse().ok()?;
        let afternoon = word.ends_with("pm") || asked.words.get(i + 1).is_some_and(|w| w.text == "pm");
        Some(if afternoon && hour < 12 { hour + 12 } else { hour }).filter(|h| *h <= 24)
    };
    let first = hour(at.end)?;
    let second = (at.end + 1..at.end + 5).find(|i| {
        asked.words.get(*i).is_some_and(|w| w.text.starts_with(|c: char| c.is_ascii_digit())) && hour(*i).is_some_and(|h| h > first)
    })?;
    let last = hour(second)?;
    let minutes = phrases::numbers(asked)
        .into_iter()
        .find(|(i, _)| asked.words.get(i + 1).is_some_and(|w| matches!(w.text.as_str(), "minutes" | "minute" | "min" | "minuten")))
        .map_or(60, |(_, n)| n);
    if !(10..=240).contains(&minutes) || asked.slice(at.start..second + 1).contains(':') {
        return None;
    }
    let clock = |minute: u64| format!("{}:{:02}", minute / 60, minute % 60);
    let names: Vec<String> = (0..)
        .map(|n| first * 60 + n * minutes)
        .take_while(|start| start + minutes <= last * 60)
        .map(|start| format!("{}–{}", clock(start), clock(start + minutes)))
        .collect();
    (2..=48).contains(&names.len()).then(|| (names, at.start..second + 1))
}
