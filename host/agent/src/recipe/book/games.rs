//! Games and draws with rules of their own.

use super::*;

pub(in crate::recipe) static TEAMS: Recipe = Recipe {
    name: "Team splitter",
    slug: "teams",
    example: "Split the names that people enter into two random teams",
    example_de: "Namen eintragen und zufällig in zwei Teams aufteilen",
    heads: &[
        ("team|teams|group|groups|pair|pairs generator|maker|splitter|picker|divider|shuffler|creator|drawer", 18),
        ("random|randomly|fair|zufallige|zufallig teams|groups|pairs|gruppen|paare", 17),
        (
            "split|splits|divide|divides|sort|put|assign|shuffle|aufteilen|einteilen|teilt|teile .. into|in random|two|three|four|2|3|4|zwei|drei|vier|zufallige? teams|groups|pairs|gruppen|paare",
            18,
        ),
        ("in|into zwei|drei|vier|two|three|four|2|3|4|random teams|groups|gruppen|mannschaften", 17),
        ("teams|gruppen|mannschaften|paare auslosen|losen|bilden|auswurfeln|zusammenstellen", 17),
        ("teamgenerator|gruppengenerator|teameinteilung|gruppeneinteilung|teamsplitter|gruppenauslosung|teamauslosung", 18),
    ],
    vocabulary: &[
        "team|teams|group|groups|pair|pairs|name|names|split|splits|random|randomly|people|players|enter|add|shuffle|button|gruppen|gruppe|mannschaften|paare|namen|zufallig|zufallige|aufteilen|einteilen|auslosen|eintragen|list|size|equal|fair|of|each|divide|draws|generate|generates|everyone|knopf|per|pro|sized|kind",
    ],
    vetoes: &[
        "skill|skills|level|captain|captains|balanced|strength|gender|tournament|bracket|fixtures|schedule|scores|score|points|history|avoid|not together|santa|colors|locked",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: teams,
    files: crate_files!("teams"),
};

fn teams(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if lists::choices(asked).is_some_and(|l| l.items.len() > 2 && l.items.iter().all(|i| !i.contains(' '))) {
        return None;
    }
    let german = phrases::is_german(asked);
    let pairs = has(asked, "pair|pairs|paare|paar");
    let number = phrases::numbers(asked).into_iter().map(|(_, n)| n).find(|n| (2..=20).contains(n)).unwrap_or(2);
    let by_size =
        pairs || has(asked, "teams|groups|gruppen|mannschaften of|von|mit|zu two|three|four|five|2|3|4|5|6|zwei|drei|vier|funf|six");
    let number = if pairs { 2 } else { number };
    let teams_of_two: u64 = if by_size { 2u64.div_ceil(number) } else { number.min(2) };
    Some(Order {
        title: phrases::title(asked, head, if german { "Teams auslosen" } else { "Random teams" }),
        summary: match (german, by_size) {
            (false, false) => format!("Names that visitors put in, split by chance into {number} teams or another number."),
            (false, true) => format!("Names that visitors put in, split by chance into teams of {number}."),
            (true, false) => format!("Eingetragene Namen, zufällig in {number} Teams aufgeteilt oder in andere Anzahl."),
            (true, true) => format!("Eingetragene Namen, zufällig in Teams zu {number} aufgeteilt."),
        },
        words: vec![("number", raw(number)), ("teams_of_two", raw(teams_of_two))],
        constants: vec![("NUMBER", Value::Number(number as i64)), ("BY_SIZE", Value::Flag(by_size))],
        explained: vec![],
        leads: false,
    })
}

const ENGLISH: &[&str] = &[
    "LIBRARY",
    "SUNSHINE",
    "BICYCLE",
    "MOUNTAIN",
    "KITCHEN",
    "ELEPHANT",
    "UMBRELLA",
    "CHOCOLATE",
    "HOLIDAY",
    "GARDEN",
    "PUMPKIN",
    "THUNDER",
    "VILLAGE",
    "BUTTERFLY",
    "LANTERN",
    "HARBOUR",
    "PENGUIN",
    "COMPASS",
    "BLANKET",
    "RAINBOW",
    "WHISPER",
    "JOURNEY",
    "FESTIVAL",
    "TELESCOPE",
    "CINNAMON",
    "SQUIRREL",
    "ORCHESTRA",
    "PYRAMID",
    "VOLCANO",
    "NOTEBOOK",
];
const GERMAN: &[&str] = &[
    "GARTEN",
    "FAHRRAD",
    "SOMMER",
    "BIBLIOTHEK",
    "ELEFANT",
    "REGENSCHIRM",
    "SCHOKOLADE",
    "GEBIRGE",
    "LATERNE",
    "URLAUB",
    "SCHMETTERLING",
    "KOMPASS",
    "PINGUIN",
    "DONNER",
    "ZITRONE",
    "KARTOFFEL",
    "ORCHESTER",
    "VULKAN",
    "BRIEFMARKE",
    "LEUCHTTURM",
    "EICHHÖRNCHEN",
    "BÄCKEREI",
    "FRÜHLING",
    "MÜHLE",
    "KALENDER",
    "WOLKE",
    "TELESKOP",
    "PYRAMIDE",
    "ZIMT",
    "NOTIZBUCH",
];

pub(in crate::recipe) static HANGMAN: Recipe = Recipe {
    name: "Hangman",
    slug: "hangman",
    example: "Hangman",
    example_de: "Galgenmännchen",
    heads: &[
        ("hangman|galgenmannchen", 18),
        ("hang man", 17),
        ("guess|guesses|guessing the|a|one|hidden|secret? word letter by", 18),
        ("word|letter guessing game", 17),
        ("guess|guessing the|a|hidden|secret? word game", 17),
        ("worter|wort|buchstaben raten|erraten", 16),
    ],
    vocabulary: &[
        "game|play|word|words|letters",
        "word|words|letter|letters|guess|guesses|guessing|game|together|hidden|secret|tries|spiel|spielen|raten|buchstaben|wort|everybody|everyone|round|new|classic|by",
    ],
    vetoes: &[
        "own|custom|choose|set|sets|enter|enters|topic|animals|countries|movies|cities|leaderboard|score|points|drawing|picture|definition|hint|hints|themselves|wordle|five|daily|green|yellow|thema|eigene|eigenen",
    ],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked) || has(asked, "galgenmannchen|deutsch|deutsche|german");
        let words = if german { GERMAN } else { ENGLISH };
        Some(Order {
            title: phrases::title(asked, head, if german { "Galgenmännchen" } else { "Hangman" }),
            summary: if german {
                format!("Alle raten zusammen die Buchstaben eines Wortes, eines von {}.", words.len())
            } else {
                format!("Everybody guesses the letters of one hidden word together, one of {}.", words.len())
            },
            words: vec![],
            constants: vec![("WORDS", Value::Texts(words.iter().map(|w| (*w).to_owned()).collect()))],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("hangman"),
};

pub(in crate::recipe) static CONNECT_FOUR: Recipe = Recipe {
    name: "Connect four",
    slug: "connect-four",
    example: "Connect four",
    example_de: "Vier gewinnt",
    heads: &[("connect|connect4 four|4", 18), ("four|4 in a row", 18), ("vier|4 gewinnt", 18), ("connect4|viergewinnt", 18)],
    vocabulary: &[
        "4",
        "two|zwei|players|player|spieler|spielen|play|game|spiel|4",
        "game|two|players|player|play|against|each|other|spiel|spielen|gegen|gegeneinander|board|turns|turn|multiplayer|shared|visitors|row|zu|zweit|discs|red|yellow|classic|live|together",
    ],
    vetoes: &["computer|ai|bot|tournament|score|scores|leaderboard|robot|popout|rooms|online"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Vier gewinnt" } else { "Connect four" }),
            summary: if german {
                "Vier gewinnt auf einem Brett für alle; Rot und Gelb ziehen abwechselnd.".to_owned()
            } else {
                "Four in a row on one board that all visitors share; red and yellow take turns.".to_owned()
            },
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("connect-four"),
};

/// `something fun to play`: which game is left to us. With any word more it is another game.
fn some_game(asked: &Asked) -> Option<Range<usize>> {
    const GAMES: [&str; 8] = [
        "something|anything fun|funny|nice|cool? to play",
        "a|any|some|little|small|simple|fun|funny|quick little|small|simple|fun|funny|quick|short|nice game|games",
        "a|some|the game|games to play",
        "a|some|any game|games for",
        "ein|irgendein|kleines|lustiges|kleine|lustige kleines|lustiges|einfaches|nettes|lustige|kleine? spiel|spiele",
        "etwas|was lustiges|nettes|schones zum|zu spielen",
        "something|anything fun",
        "was|etwas zum spielen",
    ];
    GAMES.iter().find_map(|game| pattern::find(&asked.words, game, 0))
}

pub(in crate::recipe) static MEMORY: Recipe = Recipe {
    name: "Memory game",
    slug: "memory",
    example: "A memory game with pairs of cards",
    example_de: "Ein Memory-Spiel",
    heads: &[
        ("memory game|spiel|cards|card|pairs|puzzle", 18),
        ("memoryspiel|pairs game|spiel?", 17),
        ("find|match|matching|finde the? pairs|pair|paare", 16),
        ("card|cards matching|flip|flipping game?", 16),
        ("concentration card|pairs? game", 16),
        ("memory", 11),
    ],
    vocabulary: &[
        "game|games|play|pairs|cards|fun|funny|quick|break|lunch|mittagspause|pause|zwischendurch|spielen|spiel|spiele|kleines|lustiges|lustige|nettes|irgendein|during|while|waiting|bored|time",
        "they visit",
        "for the",
        "to play",
        "alone|afternoon",
        "memory|game|card|cards|pair|pairs|emoji|emojis|match|matching|find|flip|turn|over|spiel|karten|paare|moves|best|fewest|animals|scores|score|highscore|leaderboard|tiere|list|bestenliste|picture|pictures|puzzle|least|high|tieren|animal",
    ],
    vetoes: &[
        "wall|book|grandpa|photo|photos|own|two|multiplayer|against|levels|level|timer|time|timed|flags|words|vocabulary|sounds|memories|zwei|ram|4x4|6x6|fruit|fruits|share|place",
    ],
    subject: Subject::Closed,
    extra: Some(some_game),
    extra_points: 12,
    fill: |asked, head| {
        let german = phrases::is_german(asked) || has(asked, "spiel|memoryspiel");
        let head = if has(asked, "memory|pairs|pair|paare|cards|card|matching") { head } else { 0..0 };
        Some(Order {
            title: if head.is_empty() {
                if german { "Memory-Spiel" } else { "Memory game" }.to_owned()
            } else {
                phrases::title(asked, head, if german { "Memory-Spiel" } else { "Memory game" })
            },
            summary: if german {
                "Ein Memory-Spiel: acht Paare finden, in möglichst wenigen Zügen; mit einer Liste der Besten.".to_owned()
            } else {
                "A memory game: find eight pairs in as few moves as possible; with a list of the best.".to_owned()
            },
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("memory"),
};

pub(in crate::recipe) static REACTION: Recipe = Recipe {
    name: "Reaction test",
    slug: "reaction-test",
    example: "A reaction time test: click when it turns green",
    example_de: "Ein Reaktionstest mit Bestenliste",
    heads: &[
        ("reaction|reactions|reflex|reflexes time|speed? test|tester|game|challenge", 19),
        ("reaktionstest|reaktionsspiel|reaktionszeit|reaktionszeittest|reaktionsgeschwindigkeit", 18),
        ("click|press|tap|klicken|drucken|klick .. turns|becomes|goes|changes|wird green|colour|color|grun", 18),
        ("how fast .. react|click|reactions|reflexes", 17),
        ("measure|test|tests|testen my|your|the|our|deine|die? reaction|reflexes|reactions|reaktion|reaktionszeit time?", 18),
    ],
    vocabulary: &[
        "reaction|reactions|reflex|reflexes|time|times|test|game|click|clicks|press|turns|green|best|fastest|fast|quick|highscore|highscores|leaderboard|bestenliste|high|score|scores|list|name|names|button|reaktion|reaktionszeit|milliseconds|ms|grun|zeiten|zeit|measure|react|screen|field|square|colour|color|red|ranking|speed|emoji|how",
    ],
    vetoes: &["average|two|against|sound|key|keys|typing|rounds|five|emoji|average|several|durchschnitt|👍|thumbs|mood"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked) || has(asked, "reaktionstest|reaktionsspiel|reaktionszeit|bestenliste");
        Some(Order {
            title: phrases::title(asked, head, if german { "Reaktionstest" } else { "Reaction test" }),
            summary: if german {
                "Drücken, sobald es grün wird; mit den besten Zeiten aller.".to_owned()
            } else {
                "Press as soon as it turns green; with the best times of all visitors.".to_owned()
            },
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("reaction"),
};
