//! Recipes for a company of people: who gives to whom, who beat whom, what one learns, bingo.

use super::*;

pub(in crate::recipe) static SANTA: Recipe = Recipe {
    name: "Secret Santa",
    slug: "secret-santa",
    example: "Secret Santa: everybody enters a name and draws another",
    example_de: "Wichteln: alle tragen ihren Namen ein und ziehen einen anderen",
    heads: &[
        ("secret santa|santas", 22),
        ("wichteln|wichtelauslosung|wichtelspiel|julklapp|wichtelgenerator", 22),
        ("gift|present exchange|swap draw|names", 18),
        ("draw|assign names .. gift|christmas|presents", 16),
    ],
    vocabulary: &[
        "secret|santa|draw|draws|drawn|name|names|everybody|everyone|another|other|person|people|someone|somebody|gift|gifts|present|presents|exchange|give|gives|gets|get|christmas|enter|enters|put|puts|random|randomly|nobody|themselves|themself|self|own|each|one|who|whom|organiser|generator|wichteln|wichtel|zieht|ziehen|gezogen|anderen|andere|namen|name|tragt|eintragen|zufallig|niemand|sich|selbst|beschenkt|weihnachten|weihnachtsfeier|auslosung|losen|lost|einen|wen|wem|ihren|geschenk|secretly|only|sees|their|zugelost|zugeteilt|jemanden|picker|only|geheim",
        "alle tragen ihren",
    ],
    vetoes: &["budget|email|mail|couples|exclude|excluded|wish|wishes|wunsch|paare|price|limit"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, _| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::called(asked).map_or_else(|| if german { "Wichteln" } else { "Secret Santa" }.to_owned(), |(name, _)| name),
            summary: if german { "Alle tragen ihren Namen ein, ein Knopf lost aus; wer wen gezogen hat, sieht nur, wer bei seinem Namen nachsieht, und nur einmal." } else { "Everybody adds their name and a button draws; whom a name drew is shown once, to whoever looks at it first." }.to_owned(),
            ..Order::default()
        })
    },
    files: crate_files!("santa"),
};

pub(in crate::recipe) static LEAGUE: Recipe = Recipe {
    name: "League table",
    slug: "league",
    example: "A league table for table tennis: enter results, see who leads",
    example_de: "Eine Ligatabelle für unser Kickerturnier, aus den Ergebnissen",
    heads: &[
        ("league|tournament|standings table|tables|tracker|standings|results", 20),
        ("played|plays|play against whom|who", 18),
        ("results|result .. standings|table", 17),
        ("who beat|beats|won|defeated whom|against", 20),
        ("match|game|games|matches results|result|scores .. table|standings|ranking|leaderboard", 18),
        ("enter|record|add|log match|game results|result|scores", 15),
        ("ligatabelle|turniertabelle|spielergebnisse|ligaspiele", 20),
        ("wer gegen wen", 18),
        ("ergebnisse|spiele eintragen", 13),
    ],
    vocabulary: &[
        "league|table|tables|tournament|standings|ranking|leaderboard|tracker|results|result|match|matches|game|games|who|beat|beats|whom|won|wins|win|lost|loss|losses|draw|draws|points|point|3|1|three|for|a|enter|record|add|see|leads|lead|first|tennis|football|darts|chess|foosball|pool|ping|pong|badminton|table|turnier|ligatabelle|tabelle|liga|ergebnisse|ergebnis|aus|den|spiele|spiel|eintragen|punkte|sieg|siege|niederlage|unentschieden|kicker|kickerturnier|tischtennis|dart|wer|gegen|wen|gewonnen|hat|rangliste|player|players|team|teams|group|club|office|automatically|updates|update|calculates|calculated|and|shows|score|scores|each|goals|goal|difference|tore|tordifferenz",
    ],
    vetoes: &["bracket|knockout|ko|elo|schedule|fixtures|spielplan|seasons|groups|gruppen|live|bundesliga|premier|sets|penalty|2"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Tabelle" } else { "League table" }),
            summary: if german { "Ergebnisse eintragen: zwei Namen und was jede Seite erzielt hat; die Tabelle folgt daraus, 3 Punkte für einen Sieg, 1 für ein Unentschieden." } else { "Enter results: two names and what each scored; the table follows, 3 points for a win and 1 for a draw." }.to_owned(),
            ..Order::default()
        })
    },
    files: crate_files!("league"),
};

pub(in crate::recipe) static CARDS: Recipe = Recipe {
    name: "Flash cards",
    slug: "cards",
    example: "Flash cards for French vocabulary",
    example_de: "Ein Vokabeltrainer für Englisch",
    heads: &[
        ("flash card|cards", 20),
        ("flashcard|flashcards|karteikarten|lernkarten|vokabeltrainer|vokabelkarten|vokabelkartei|karteikasten", 20),
        ("vocabulary|vocab trainer|practice|practise|quiz|cards|words|test|learning|drill", 18),
        ("learn|practise|practice|train vocabulary|vocab|vokabeln|words", 15),
        ("vokabeln lernen|uben|abfragen", 17),
        ("quiz .. own|add our|their|your|my? own? questions|question", 17),
        ("quiz .. add|put|enter|write our|their|your|my? own? questions", 17),
    ],
    vocabulary: &[
        "flash|card|cards|flashcards|vocabulary|vocab|word|words|trainer|practice|practise|learn|learning|quiz|language|languages|french|english|german|spanish|italian|latin|englisch|franzosisch|latein|spanisch|deutsch|italienisch|turn|turns|flip|flips|front|back|question|questions|answer|answers|own|add|adds|our|their|put|write|knew|known|karteikarten|lernkarten|vokabeltrainer|vokabeln|worter|lernen|uben|fur|umdrehen|frage|antwort|exam|test|revision|side|sides|study|studying|class|both|shows|random|spelling|drill|where|anatomy|biology|geography|history|sides|meaning|translation",
    ],
    vetoes: &["spaced|repetition|score|highscore|leaderboard|timer|audio|pronunciation|multiple choice|levels|leitner|four|options"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        let words = has(
            asked,
            "vocabulary|vocab|vokabeln|vokabeltrainer|vokabelkarten|vokabelkartei|language|languages|french|spanish|english|italian|latin|englisch|franzosisch",
        );
        let sides = match (words, german) {
            (true, false) => ["Word", "Meaning"],
            (true, true) => ["Wort", "Bedeutung"],
            (false, false) => ["Question", "Answer"],
            (false, true) => ["Frage", "Antwort"],
        };
        let (_, explained) = topic(asked, &head);
        Some(Order {
            title: phrases::title(asked, head, if german { "Karteikarten" } else { "Flash cards" }),
            summary: if german {
                format!(
                    "Alle schreiben Karten ({}, {}); man dreht sie um und sagt, ob man es wusste. Was man nicht wusste, kommt wieder.",
                    sides[0], sides[1]
                )
            } else {
                format!(
                    "Everybody writes cards ({}, {}); one turns them and says whether one knew. What one did not know comes again.",
                    sides[0].to_lowercase(),
                    sides[1].to_lowercase()
                )
            },
            words: vec![("front", text(sides[0])), ("back", text(sides[1]))],
            constants: vec![("SIDES", Value::Rust(format!("[{}, {}]", literal(sides[0]), literal(sides[1]))))],
            explained,
            leads: false,
        })
    },
    files: crate_files!("cards"),
};

pub(in crate::recipe) static BINGO: Recipe = Recipe {
    name: "Bingo",
    slug: "bingo",
    example: "A bingo card for our meetings, everybody adds words",
    example_de: "Bingo mit eigenen Begriffen",
    heads: &[("bingo|bullshitbingo|buzzwordbingo", 20), ("bingo card|cards|generator|game", 21)],
    vocabulary: &[
        "bingo|card|cards|generator|game|buzzword|bullshit|words|word|own|our|add|adds|everybody|everyone|enter|put|meeting|meetings|random|randomly|each|with|begriffe|begriffen|eigenen|eigene|worter|karte|karten|eintragen|conference|party|phrases|phrase|things|different|own|gets|get|their|spiel|number|numbers|zahlen|classic|call|wedding|baby|shower|roadtrip|car|trip|holiday|christmas|visitor|person|5x5|4x4|3x3|size",
    ],
    vetoes: &["caller|draws|draw|ziehung|winner|first|prize|multiplayer|print|printable"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        let listed = bingo_words(asked);
        let numbers = has(asked, "number|numbers|zahlen|classic");
        let words = match &listed {
            Some((words, _)) => words.clone(),
            None if numbers => (1..=75).map(|n| n.to_string()).collect(),
            None => vec![],
        };
        let size = if has(asked, "3x3") {
            3
        } else if has(asked, "5x5") || numbers {
            5
        } else if has(asked, "4x4") || words.is_empty() || words.len() >= 16 {
            4
        } else {
            3
        };
        let there = match (&listed, numbers, german) {
            (Some(_), ..) => words.join(", "),
            (None, true, false) => "numbers from 1 to 75".to_owned(),
            (None, true, true) => "Zahlen von 1 bis 75".to_owned(),
            (None, false, false) => "words that everybody adds".to_owned(),
            (None, false, true) => "Begriffe, die alle eintragen".to_owned(),
        };
        Some(Order {
            title: phrases::title(asked, head, "Bingo"),
            summary: if german {
                format!("Für alle eine eigene Karte mit {size} × {size} Feldern: {there}.")
            } else {
                format!("A card of their own for everybody, {size} × {size} fields: {there}.")
            },
            words: vec![("size", raw(size))],
            constants: vec![("WORDS", Value::Texts(words)), ("SIZE", Value::Number(size))],
            explained: listed.map(|(_, words)| words).into_iter().collect(),
            leads: false,
        })
    },
    files: crate_files!("bingo"),
};

/// The words that a wish lists behind a colon.
fn bingo_words(asked: &Asked) -> Option<(Vec<String>, Range<usize>)> {
    let at = asked.text.find(':')? + 1;
    let text = asked.text.get(at..)?.trim_end();
    let items = lists::items(text);
    (items.len() >= 4 && items.len() <= 60 && items.iter().all(|i| i.chars().count() <= 40 && i.split_whitespace().count() <= 5))
        .then(|| (items, asked.words_in(at..asked.text.len())))
}
