//! Recipes to pass the time with.

use super::*;

pub(in crate::recipe) static QUOTE: Recipe = Recipe {
    name: "Quote of the day",
    slug: "quote",
    example: "A quote of the day",
    example_de: "Ein Spruch des Tages",
    heads: &[
        (
            "quote|quotes|proverb|proverbs|wisdom|saying|sayings|zitat|spruch|weisheit|joke|fact|witz|thought|fortune of|des|for the? day|tages|today",
            17,
        ),
        (
            "daily|random|inspirational|motivational|inspiring|wise|funny wisdom|quote|quotes|joke|jokes|fact|facts|proverb|proverbs|zitat|spruch|witz|saying",
            16,
        ),
        ("quote|quotes|proverb|proverbs|zitat|zitate|sprichwort|sprichworter|spruch|spruche", 13),
        ("joke|jokes|witz|witze", 14),
        ("fun|interesting fact|facts", 15),
        ("something|anything funny", 12),
        ("fortune cookie|cookies", 16),
        ("gluckskeks|gluckskekse", 15),
    ],
    vocabulary: &[
        "every day",
        "each day",
        "different|immer|sammlung|jeden|tag",
        "quote|quotes|daily|inspirational|motivational|inspiring|motivating|wise|random|joke|jokes|fact|facts|fun|funny|fortune|cookie|cookies|proverb|proverbs|wisdom|saying|sayings|inspire|inspires|motivate|motivation|laugh|refresh|tell|tells|morning|load|generator|generates|changes|zitat|spruch|tages|witz|message|dad|bad",
    ],
    vetoes: &[
        "author|authors|famous|price|insurance|submit|voting|vote|chuck|movie|film|bible|submitted|knock|programming|programmer|cat|science|history|historical|math|love|stoic",
    ],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: quote,
    files: crate_files!("quote"),
};

fn quote(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    let own = lists::choices(asked).filter(|l| l.items.len() >= 2);
    let (thing, default, lines) = if has(asked, "joke|jokes|witz|witze|funny") {
        if german { ("Witz", "Witz des Tages", JOKES_DE) } else { ("joke", "Joke of the day", JOKES) }
    } else if has(asked, "fact|facts") {
        ("fact", "Fact of the day", FACTS)
    } else if has(asked, "fortune|gluckskeks|gluckskekse") {
        ("fortune", "Fortune cookie", FORTUNES)
    } else if german {
        ("Spruch", "Spruch des Tages", PROVERBS_DE)
    } else if has(asked, "proverb|proverbs|wisdom|saying|sayings") {
        ("proverb", "Proverb of the day", PROVERBS)
    } else {
        ("quote", "Quote of the day", PROVERBS)
    };
    let explained = own.iter().map(|l| l.words.clone()).collect();
    let lines: Vec<String> = own.map_or_else(|| lines.iter().map(|l| (*l).to_owned()).collect(), |l| l.items);
    Some(Order {
        title: phrases::title(asked, head, default),
        summary: format!("One {thing} a day from a list of {}, and another at a press.", lines.len()),
        words: vec![("thing", text(thing)), ("of", raw(lines.len()))],
        constants: vec![("THING", Value::Text(thing.to_owned())), ("LINES", Value::Texts(lines))],
        explained,
        leads: false,
    })
}

const PROVERBS: &[&str] = &[
    "A journey of a thousand miles begins with a single step.",
    "Fall seven times, stand up eight.",
    "A smooth sea never made a skilled sailor.",
    "Many hands make light work.",
    "The best time to plant a tree was twenty years ago. The second best time is now.",
    "Little by little, the bird builds its nest.",
    "Better to light a candle than to curse the darkness.",
    "A good laugh and a long sleep cure nearly everything.",
    "Slow and steady wins the race.",
    "What is worth doing is worth doing well.",
    "The one who asks is a fool for a minute; the one who does not is a fool for life.",
    "Even the longest day has its end.",
    "Well begun is half done.",
    "If you want to go fast, go alone. If you want to go far, go together.",
    "Every cloud has a silver lining.",
    "Where there is a will, there is a way.",
    "A problem shared is a problem halved.",
    "Practice makes perfect.",
    "Still waters run deep.",
    "Measure twice, cut once.",
    "Tall oaks from little acorns grow.",
];
const PROVERBS_DE: &[&str] = &[
    "Auch der längste Weg beginnt mit dem ersten Schritt.",
    "Übung macht den Meister.",
    "Wer rastet, der rostet.",
    "Morgenstund hat Gold im Mund.",
    "Geteilte Freude ist doppelte Freude.",
    "Viele Hände, schnelles Ende.",
    "Aller Anfang ist schwer.",
    "Gut Ding will Weile haben.",
    "Stille Wasser sind tief.",
    "Wo ein Wille ist, da ist auch ein Weg.",
    "Steter Tropfen höhlt den Stein.",
    "Kleinvieh macht auch Mist.",
    "Wer nicht wagt, der nicht gewinnt.",
    "Ende gut, alles gut.",
];
const JOKES: &[&str] = &[
    "I told my plants a joke. They are still rooting for the punch line.",
    "Why did the scarecrow get a prize? It was outstanding in its field.",
    "What do you call cheese that is not yours? Nacho cheese.",
    "I would tell you a joke about time travel, but you did not like it.",
    "Why do bees have sticky hair? Because they use honeycombs.",
    "What do you call a fish without eyes? A fsh.",
    "Parallel lines have so much in common. A pity that they never meet.",
    "Why was the maths book sad? It had too many problems.",
    "I used to be a baker, but I could not make enough dough.",
    "What is brown and sticky? A stick.",
    "Why can you not trust stairs? They are always up to something.",
    "I have a joke about paper, but it is tearable.",
];
const JOKES_DE: &[&str] = &[
    "Was ist orange und läuft durch den Wald? Eine Wanderine.",
    "Was ist braun und sitzt hinter Gittern? Eine Knastanie.",
    "Treffen sich zwei Magnete. Sagt der eine: Was soll ich heute bloß anziehen?",
    "Was macht ein Pirat am Computer? Er drückt die Enter-Taste.",
    "Wie nennt man einen Bumerang, der nicht zurückkommt? Stock.",
    "Was liegt am Strand und spricht undeutlich? Eine Nuschel.",
    "Was sitzt auf dem Baum und winkt? Ein Huhu.",
    "Kommt ein Pferd in die Bar. Fragt der Wirt: Warum so ein langes Gesicht?",
];
const FACTS: &[&str] = &[
    "An octopus has three hearts.",
    "Honey can keep for thousands of years.",
    "A day on Venus is longer than its year.",
    "Bananas are berries; strawberries are not.",
    "The Eiffel Tower is about 15 cm taller on a hot day.",
    "Sea otters hold hands while they sleep.",
    "A group of flamingos is called a flamboyance.",
    "Light from the sun takes about eight minutes to reach us.",
    "The heart of a blue whale weighs as much as a small piano.",
    "Wombats leave droppings in the shape of cubes.",
    "Scotland’s national animal is the unicorn.",
    "There are more trees on Earth than stars in the Milky Way.",
];
const FORTUNES: &[&str] = &[
    "A pleasant surprise waits for you.",
    "You will soon laugh about what worries you today.",
    "An old friend thinks of you.",
    "Say yes to the next small adventure.",
    "Your patience will be rewarded.",
    "Good news travels towards you.",
    "Someone admires how you work.",
    "A short walk will bring a long idea.",
    "What you look for is nearer than you think.",
    "Today is a good day to begin.",
    "Your kindness comes back to you.",
    "Rest a little; then decide.",
];

pub(in crate::recipe) static TRIVIA: Recipe = Recipe {
    name: "Trivia quiz",
    slug: "quiz",
    example: "A trivia quiz",
    example_de: "Ein Quiz",
    heads: &[
        ("trivia quiz|game|questions|question", 16),
        ("trivia|quiz|quizz|quizzes|quizspiel", 14),
        ("general knowledge", 15),
        ("capital|capitals|geography city|cities? quiz|game|trivia", 16),
    ],
    vocabulary: &[
        "capital|capitals|city|cities|highscore|highscores|bestenliste|list|top|scores|best|names|leaderboard|each|antworten|vier|hauptstadt|hauptstadte|deutschland|europa",
        "high score|scores",
        "trivia|quiz|question|questions|answer|answers|general|knowledge|capital|capitals|geography|multiple|choice",
        "score|points|streak|correct|countries|country|european|world|hauptstadte|fragen|allgemeinwissen|points|random|test|four|with|multiple|choice|pub|city|cities|evening",
    ],
    vetoes: &["eigene|eigenen|eigener|own|create|submit|custom|timed|editor|flags|teams|host"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: trivia,
    files: crate_files!("trivia"),
};

fn trivia(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let about = pattern::find(&asked.words, "about|uber|regarding|thema", 0).map(|at| at.end);
    let usual = "general|everything|anything|all|the|world|capital|capitals|geography|european|hauptstadte|allgemeinwissen|alles|countries|different";
    if about.is_some_and(|next| pattern::match_at(&asked.words, usual, next).is_none())
        || has(asked, "5|10|20|25|30|50|ten|twenty|zehn questions|fragen")
    {
        return None;
    }
    let capitals = has(asked, "capital|capitals|geography|hauptstadte|hauptstadt");
    let (default, set) = if capitals { ("Capitals quiz", CAPITALS) } else { ("Trivia quiz", GENERAL) };
    let lines: String =
        set.iter().map(|(question, answers)| format!("    ({}, [{}]),\n", literal(question), answers.map(literal).join(", "))).collect();
    let (question, answers) = set[0];
    Some(Order {
        title: phrases::title(asked, head, default),
        summary: if phrases::is_german(asked) {
            format!("{} Fragen mit je vier Antworten; wer schafft die meisten hintereinander? Mit Bestenliste.", set.len())
        } else {
            format!("{} questions with four answers each; who gets most in a row? With a high-score list.", set.len())
        },
        words: vec![("question", text(question)), ("right", text(answers[0]))],
        constants: vec![("QUESTIONS", Value::Rust(format!("&[\n{lines}]")))],
        explained: vec![],
        leads: false,
    })
}

type Questions = &'static [(&'static str, [&'static str; 4])];

/// The first answer is right.
const GENERAL: Questions = &[
    ("Which planet is closest to the sun?", ["Mercury", "Venus", "Mars", "Earth"]),
    ("How many strings has a violin?", ["Four", "Five", "Six", "Eight"]),
    ("Which gas do plants take in?", ["Carbon dioxide", "Oxygen", "Nitrogen", "Helium"]),
    ("What is the largest ocean?", ["Pacific", "Atlantic", "Indian", "Arctic"]),
    ("How many bones has an adult human?", ["206", "187", "250", "312"]),
    ("Which metal is liquid at room temperature?", ["Mercury", "Lead", "Tin", "Zinc"]),
    ("Who painted the Mona Lisa?", ["Leonardo da Vinci", "Michelangelo", "Raphael", "Rembrandt"]),
    ("What is the hardest natural material?", ["Diamond", "Granite", "Steel", "Quartz"]),
    ("Which animal is the fastest on land?", ["Cheetah", "Lion", "Horse", "Ostrich"]),
    ("How many sides has a hexagon?", ["Six", "Five", "Seven", "Eight"]),
    ("In which year did people first walk on the moon?", ["1969", "1959", "1972", "1981"]),
    ("What is the chemical symbol of gold?", ["Au", "Ag", "Go", "Gd"]),
    ("Which is the longest river of South America?", ["Amazon", "Paraná", "Orinoco", "São Francisco"]),
    ("How many players has a football team on the field?", ["Eleven", "Nine", "Ten", "Twelve"]),
    ("Which instrument has 88 keys?", ["Piano", "Accordion", "Organ", "Harpsichord"]),
];
const CAPITALS: Questions = &[
    ("What is the capital of Canada?", ["Ottawa", "Toronto", "Vancouver", "Montreal"]),
    ("What is the capital of Australia?", ["Canberra", "Sydney", "Melbourne", "Perth"]),
    ("What is the capital of Brazil?", ["Brasília", "Rio de Janeiro", "São Paulo", "Salvador"]),
    ("What is the capital of Switzerland?", ["Bern", "Zürich", "Geneva", "Basel"]),
    ("What is the capital of Morocco?", ["Rabat", "Casablanca", "Marrakesh", "Fes"]),
    ("What is the capital of New Zealand?", ["Wellington", "Auckland", "Christchurch", "Dunedin"]),
    ("What is the capital of Norway?", ["Oslo", "Bergen", "Trondheim", "Stavanger"]),
    ("What is the capital of Japan?", ["Tokyo", "Kyoto", "Osaka", "Nagoya"]),
    ("What is the capital of Kenya?", ["Nairobi", "Mombasa", "Kampala", "Kisumu"]),
    ("What is the capital of Portugal?", ["Lisbon", "Porto", "Braga", "Faro"]),
    ("What is the capital of Vietnam?", ["Hanoi", "Ho Chi Minh City", "Hue", "Da Nang"]),
    ("What is the capital of Peru?", ["Lima", "Cusco", "Quito", "Arequipa"]),
];

pub(in crate::recipe) static TIC_TAC_TOE: Recipe = Recipe {
    name: "Tic-tac-toe",
    slug: "tic-tac-toe",
    example: "Tic-tac-toe",
    example_de: "Drei gewinnt",
    heads: &[
        ("tic|tick tac|tack|tak toe|tow", 18),
        ("tictactoe|tictacktoe|ticktacktoe", 18),
        ("noughts|naughts and? crosses", 18),
        ("xs|x and os|o", 14),
        ("three|3 in a row", 15),
        ("drei gewinnt", 16),
    ],
    vocabulary: &[
        "play|plays|against|game|players|player|two|spieler|zwei|other|gegeneinander|spielen|spiel",
        "board|turn|turns|multiplayer|two|against|another|opponent|strangers|gegen|spiel|spielen|zwei|visitor|classic|score|winner|wins|win",
        "real time",
        "row|crosses|realtime",
    ],
    vetoes: &["computer|unbeatable|minimax|ai|bot|ultimate|5x5|4x4|rooms|tournament|robot"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        Some(Order {
            title: phrases::title(asked, head, "Tic-tac-toe"),
            summary: if phrases::is_german(asked) {
                "Tic-Tac-Toe auf einem Brett für alle; X und O ziehen abwechselnd."
            } else {
                "Tic-tac-toe on one board that all visitors share; X and O take turns."
            }
            .to_owned(),
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("tic-tac-toe"),
};

pub(in crate::recipe) static PALETTE: Recipe = Recipe {
    name: "Colour palette",
    slug: "palette",
    example: "A colour palette generator",
    example_de: "Ein Generator für Farbpaletten",
    heads: &[
        (
            "color|colour|colors|colours|farb palette|palettes|pallet|pallette|pallete|scheme|schemes|combination|combinations|generator|inspiration",
            17,
        ),
        ("palette|palettes|farbpalette|farbpaletten|farbschema|farbkombination|farbkombinationen", 14),
        ("random|matching|harmonious|nice|zufallige color|colour|colors|colours|farben|farbe", 15),
        ("colors|colours|colour|color that match|go|fit", 14),
        ("generate|generates|suggest|suggests .. colors|colours|color|colour", 14),
    ],
    vocabulary: &[
        "color|colour|colors|colours|hex|code|codes|harmonious|matching|random|generate|generates|generator|copy|five|designer|designers|design|swatch|swatches|farben|farbe|zufallige|palette|palettes|scheme|schemes|inspiration|save|keep|combination|combinations|suggest|suggests|match|goes|five|four|six|pleasing|beautiful",
    ],
    vetoes: &["background|contrast|gradient|gradients|blind|picker|brand|export|wheel|mixer"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: palette,
    files: crate_files!("palette"),
};

fn palette(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let count = phrases::numbers(asked).iter().map(|(_, n)| *n).find(|n| (2..=10).contains(n)).unwrap_or(5);
    Some(Order {
        title: phrases::title(asked, head, "Colour palette"),
        summary: format!("Palettes of {count} colours that go together; good ones can be kept for everybody."),
        words: vec![("count", raw(count))],
        constants: vec![("COLOURS", Value::Number(count as i64))],
        explained: vec![],
        leads: false,
    })
}

pub(in crate::recipe) static SCOREBOARD: Recipe = Recipe {
    name: "Scoreboard",
    slug: "scoreboard",
    example: "A scoreboard for Red and Blue",
    example_de: "Ein Punktestand für Rot und Blau",
    heads: &[
        ("scoreboard|leaderboard|scorekeeper|scorecard|punktestand|rangliste|anzeigetafel|punktetafel", 15),
        ("score board|keeper|tracker|keeping|sheet|card|counter", 16),
        ("leader board", 15),
        ("punktezahler|punktezettel|spielstand", 15),
        ("keep|keeping|track|tracking|count|counting|record the|our|of? score|scores|points|wins", 15),
        ("punkte|spielstand zahlen|festhalten|vergeben", 13),
        ("scores|points for|of", 13),
        (
            "tally|strichliste|counter|zahler|count|counts|counting|zahlt|zahlen .. per|pro|each|every|jede|jeder person|kopf|player|name|member|spieler|teammitglied|colleague|kollege|nase",
            18,
        ),
        ("tally|strichliste|counter of|for|who|mit|with who|names|namen", 18),
        ("track|count|keep|see .. how many|much .. each|every person|player|one|colleague|member", 18),
        ("high scores", 12),
    ],
    vocabulary: &[
        "cake",
        "between|players|player|two|three|four|zwei|drei|teams|team|most|often|brought|tonight|zwei|spieler",
        "per|pro person|kopf|player|name|member|spieler|colleague|kollege|teammitglied|nase",
        "person|each|every|names|namen|tally|strichliste|counter|zahler|leaderboard|rangliste|highscore|bestenliste|score|scores|points|point|player|players|team|teams|name|names|add|ranking|highest|wins|win|reset|minus|plus|keep|track|sorted|top|punkte|leaderboard|count|tabletop|board|table|foosball|football|tennis",
    ],
    vetoes: &["round|rounds|elo|automatically|history|log|tournament|league|bracket|sets"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: scoreboard,
    files: crate_files!("scoreboard"),
};

fn scoreboard(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::reads_like_columns(asked).is_some() {
        return None;
    }
    let listed = lists::choices(asked).or_else(|| {
        let words = phrases::topic(asked, head.end)?;
        let items = lists::items(asked.slice(words.clone()));
        let names = items.len() >= 2 && items.iter().all(|i| i.split_whitespace().count() <= 3);
        names.then_some(lists::Listed { items, words })
    });
    let (_, mut explained) = topic(asked, &head);
    let german = phrases::is_german(asked);
    // `for 4 players`
    let count = phrases::numbers(asked).into_iter().find(|(i, n)| {
        (2..=12).contains(n)
            && pattern::match_at(&asked.words, "player|players|spieler|spielern|team|teams|people|personen|leute", i + 1).is_some()
    });
    let numbered = |n: u64| (1..=n).map(|i| if german { format!("Spieler {i}") } else { format!("Player {i}") }).collect::<Vec<_>>();
    let players = match (&listed, count) {
        (Some(listed), _) => listed.items.clone(),
        (None, Some((i, n))) => {
            explained.push(i..i + 2);
            numbered(n)
        }
        (None, None) => vec![],
    };
    explained.extend(listed.map(|l| l.words));
    let rows: Vec<String> = players
        .iter()
        .enumerate()
        .map(|(id, name)| format!("{{ id = {id}, name = \"{}\", points = 0 }}", super::super::render::toml_escape(name)))
        .collect();
    let all = players.join(", ");
    Some(Order {
        title: phrases::title(asked, head, if german { "Punktestand" } else { "Scoreboard" }),
        summary: match (players.is_empty(), german) {
            (true, false) => "Names and points, the highest first; everybody may add players.".to_owned(),
            (true, true) => "Namen und Punkte, die meisten zuerst; alle können Namen eintragen.".to_owned(),
            (false, false) => format!("Points for {}, the highest first.", and(&players)),
            (false, true) => format!("Punkte für {all}, die meisten zuerst."),
        },
        words: vec![("players", raw(format!("[{}]", rows.join(", "))))],
        constants: vec![("PLAYERS", Value::Texts(players))],
        explained,
        leads: true,
    })
}
