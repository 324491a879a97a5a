//! Recipes that live of what many visitors put in: lines to draw from, a story, a painting, guesses.

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
