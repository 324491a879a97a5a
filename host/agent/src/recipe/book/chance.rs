//! Recipes that leave something to chance.

use super::*;

pub(in crate::recipe) static DICE: Recipe = Recipe {
    name: "Dice",
    slug: "dice",
    example: "Roll 2d6",
    example_de: "Zwei Würfel werfen",
    heads: &[
        ("dice|dices|wurfel|wurfeln", 14),
        // Alone it is a German article.
        ("a|one|another|sided|virtual die", 14),
        ("roll|rolls|rolling|throw|throws|wirf|werfen a|the|two|three|four|some|2|3|4|5|6|six? dice|die|dices|wurfel", 16),
        ("dice roller|rolls|roll|thrower|set|game", 16),
        ("random number|numbers|integer", 15),
        ("number generator|picker|randomizer", 15),
        ("number between", 13),
        ("zufallszahl|zufallszahlen", 15),
    ],
    vocabulary: &[
        "wurfelbecher",
        "added|settlers|catan|monopoly|game|board|backgammon",
        "pick|lucky|night|die",
        "between",
        "roll|rolls|rolling|roller|throw|throws|throwing|sided|sides|side|faces|rpg|dungeons|dragons|dnd|board|tabletop|total|sum|sums|result|results|virtual|digital|number|numbers|generator|generate|generates|lucky|between|dice|wurfel|werfen|wurfeln|wirf|seiten|seitig*|zufallszahl|low|high|yahtzee|verlauf|historie|standard|six|history|last|letzten|letzte|wurf|wurfe|throws|throw|previous|past|recent|remembers|remember|remembered|sees|sehen|sieht|roll|dice|shared|shows|ergebnisse|alle",
    ],
    vetoes: &["yahtzee|kniffel|craps|cubes|loaded|weighted", "prime|phone"],
    subject: Subject::Closed,
    extra: Some(|asked| asked.words.iter().position(|w| notation(&w.text).is_some()).map(|i| i..i + 1)),
    extra_points: 15,
    fill: dice,
    files: crate_files!("dice"),
};

/// `2d6`, `d20`, `3w6`.
fn notation(word: &str) -> Option<(u64, u64)> {
    let (count, sides) = word.split_once(['d', 'w'])?;
    let count = if count.is_empty() { 1 } else { count.parse().ok()? };
    let sides = sides.parse().ok()?;
    ((1..=20).contains(&count) && (2..=1000).contains(&sides)).then_some((count, sides))
}

/// `the last 10 rolls`, `die letzten 10 Würfe`.
fn of_history(asked: &Asked, number: usize) -> bool {
    number.checked_sub(1).is_some_and(|before| {
        pattern::match_at(&asked.words, "last|previous|past|latest|recent|letzten|letzte|vergangenen", before).is_some()
    }) || pattern::match_at(&asked.words, "last|most|latest|previous|recent recent? rolls|throws|results|wurfe", number + 1).is_some()
}

/// How many of the last rolls the words ask to see.
pub(super) fn remembered(asked: &Asked) -> Option<u64> {
    phrases::numbers(asked).iter().find(|(i, _)| of_history(asked, *i)).map(|(_, n)| *n)
}

fn dice(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let numbers = phrases::numbers(asked);
    let kinds: std::collections::BTreeSet<&str> = asked.words.iter().map(|w| w.text.as_str()).filter(|w| notation(w).is_some()).collect();
    if kinds.len() > 1 {
        return None;
    }
    let (count, low, high) = if let Some((count, sides)) = asked.words.iter().find_map(|w| notation(&w.text)) {
        (count, 1, sides)
    } else if has(asked, "random number|numbers|integer")
        || has(asked, "number generator|picker|randomizer")
        || has(asked, "zufallszahl|zufallszahlen")
    {
        match numbers.iter().map(|(_, n)| *n).collect::<Vec<_>>()[..] {
            [low, high, ..] if low < high && high <= 1_000_000_000 => (1, low, high),
            [high] if (2..=1_000_000_000).contains(&high) => (1, 1, high),
            [] => (1, 1, 100),
            _ => return None,
        }
    } else {
        let sided = |i: usize| {
            asked.words.get(i + 1).is_some_and(|w| w.text.starts_with("side") || w.text.starts_with("seit") || w.text == "faces")
        };
        let sides = numbers.iter().find(|(i, _)| sided(*i)).map_or(6, |(_, n)| *n);
        let count = numbers.iter().find(|(i, n)| !sided(*i) && !of_history(asked, *i) && (1..=20).contains(n)).map_or(1, |(_, n)| *n);
        let count = if count == 1 && has(asked, "a? pair of dice") { 2 } else { count };
        if !(2..=1000).contains(&sides) {
            return None;
        }
        (count, 1, sides)
    };
    let remembered = remembered(asked).unwrap_or(10);
    if !(1..=50).contains(&remembered)
        || has(asked, "all|every|each|alle previous|past|bisherigen? rolls|throws|wurfe") && !numbers.is_empty()
    {
        return None;
    }
    let is_number = high > 1000 || has(asked, "number|numbers|integer|zufallszahl|zufallszahlen") && !has(asked, "dice|die|wurfel");
    let title = phrases::title(asked, head, if is_number { "Random number" } else { "Dice" });
    Some(Order {
        title,
        summary: match (is_number, count) {
            (true, _) => format!("A random number from {low} to {high}; everybody sees it."),
            (false, 1) if phrases::is_german(asked) => format!("Ein Würfel mit {high} Seiten; alle sehen die letzten {remembered} Würfe."),
            (false, _) if phrases::is_german(asked) => {
                format!("{count} Würfel mit {high} Seiten; alle sehen die letzten {remembered} Würfe.")
            }
            (false, 1) => format!("One die with {high} sides; everybody sees the last {remembered} rolls."),
            (false, _) => format!("{count} dice with {high} sides; everybody sees the last {remembered} rolls."),
        },
        words: vec![("count", raw(count)), ("low", raw(low)), ("high", raw(high))],
        constants: vec![
            ("REMEMBERED", Value::Number(remembered as i64)),
            ("COUNT", Value::Number(count as i64)),
            ("LOW", Value::Number(low as i64)),
            ("HIGH", Value::Number(high as i64)),
        ],
        explained: vec![],
        leads: false,
    })
}

pub(in crate::recipe) static PICKER: Recipe = Recipe {
    name: "Random picker",
    slug: "picker",
    example: "Who does the dishes: Ann, Bob or Eve?",
    example_de: "Wer spült heute: Anna, Bernd oder Eva?",
    heads: &[
        (
            "random name|names|person|winner|student|restaurant|option|choice|item|decision|movie|meal|dinner|lunch member? picker|generator|selector|chooser|maker|drawer|draw",
            16,
        ),
        ("name|names|lunch|winner|decision|option|restaurant|movie|student picker|drawer|maker|wheel|chooser|selector|randomizer", 15),
        ("pick|picks|choose|chooses|select|selects|draw|draws|decide|decides .. random|randomly|chance", 15),
        ("randomly|random pick|picks|choose|chooses|select|selects|draw|draws|decide|decides|assign", 15),
        ("random picker|chooser|selector|decider", 16),
        ("who|whos|whose should|does|has|must|pays|cleans|gets|goes|cooks|makes|turn|brings|buys|washes|drives|starts|is", 12),
        ("pick|choose|select a|the|one? someone|somebody|anyone|person|volunteer|winner|victim", 13),
        ("pick|choose|select one of us|them|these", 13),
        ("choose|pick|select .. winner", 15),
        ("wahle|wahlt|bestimme jemanden|einen", 13),
        ("decide for|between us|me", 13),
        ("what|where|which .. should|shall i", 12),
        ("what to eat|cook|watch|wear|play|do", 11),
        ("eeny meeny", 15),
        ("wheel of names|fortune|decisions|choices", 14),
        ("spin|spinning the|a? wheel|bottle|names", 15),
        ("spinner", 12),
        ("draw lots|straws|names", 15),
        ("draw a|the winner|name", 15),
        ("yes or no generator|picker|decider|wheel|oracle|machine", 15),
        ("pick|choose a restaurant|movie|film|meal|lunch|dinner|place|name|game", 13),
        ("magic eight|8 ball", 17),
        ("eight|8 ball", 15),
        ("coin flip|flipper|toss|tosser|flipping|thrower", 17),
        ("flip|flips|toss|tosses|throw a|the|virtual? coin|coins", 17),
        ("heads or tails", 16),
        ("munze|munzwurf werfen", 16),
        ("munzwurf", 16),
        ("wirf|wirft eine? munze", 17),
        ("kopf oder zahl", 16),
        ("zufallig|auslosen|losen|auszulosen|zufallsgenerator", 13),
        ("wer soll|muss|macht|spult|kocht|putzt|zahlt|fahrt|geht|bringt|ist", 12),
        ("raffle|losentscheid|verlosung|namensziehung|namenslotterie|glucksrad|zufallsrad|tombola", 14),
        ("draws|draw|pulls|picks|zieht|zieh one|a|einen|eine|einer|jemanden name|person|winner|of|namen|person|gewinner?", 15),
        ("wheel|spinner with|of|where names|options", 15),
    ],
    vocabulary: &[
        "for|fur today|tonight|heute",
        "cake",
        "out of",
        "between|enter|entered|eingegebenen|eingegeben|restaurants|dishes|wheel|who",
        "type|types|typed|in|but|had|have|turn|turns|pupils|kids|put|random|zieht|raffle|tombola|same|wheel|spinning|one",
        "statistics|zahlt|mitgezahlt|tally|count|counts|add|adds|adding|enter|enters|eintragen|tragen|name|names|namen|button|draws|zieht|knopf|spinning|remove|pick|picks|picking|picker|choose|chooses|decide|decides|decision|random|randomly|coin|coins|heads|tails|flip|flips|flipping|toss|tosses|fair|side|draw|draws|wheel|spin|ball|answer|answers|question|questions|winner|list|names|virtual|result|results|zufallig|munze|kopf|zahl|werfen|wirf|eine|generate|generates|pay|pays|buys|buy|vote|heating|print",
    ],
    vetoes: &[
        "random number|numbers",
        "team generator",
        "groups|pairs|weighted|probabilit*|seating",
        "teams of",
        "removed after|once|automatically",
        "joke|jokes|quote|quotes|witz|witze|fact|facts|sentence|compliment|compliments",
        "who is|are coming|attending|online|there|you",
        "who|whose is|are watching|viewing|best|responsible",
        "wer ist dabei|online",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: picker,
    files: crate_files!("picker"),
};

fn picker(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::reads_like_columns(asked).is_some() {
        return None;
    }
    let german = phrases::is_german(asked);
    let listed = lists::choices(asked);
    let mut explained: Vec<Range<usize>> = listed.iter().map(|l| l.words.clone()).collect();
    // `Who is bringing what? Name and dish`: these are columns.
    let is_column = |i: &String| matches!(super::super::asked::fold(i).as_str(), "name" | "names" | "namen" | "paid" | "bezahlt");
    if listed.as_ref().is_some_and(|l| l.items.iter().any(is_column)) || has(asked, "who|wer is? bringing|brings|bring|bringt what|was") {
        return None;
    }
    let is_who = pattern::match_at(&asked.words, "who|whose|wer|what|where|which", head.start).is_some();
    let coin = has(asked, "coin|coins|munze|munzwurf") || has(asked, "heads or tails") || has(asked, "kopf oder zahl");
    let eight_ball = has(asked, "8|eight ball");
    let tally = has(asked, "tally|count|counts|counting|statistics|zahlt|zahlen|often|strichliste|oft")
        || has(asked, "how many|often")
        || has(asked, "wie oft|viele");
    let once = pattern::find(&asked.words, ONCE, 0)
        .or_else(|| pattern::find(&asked.words, "without repeats|repeating|repetition|duplicates", 0))
        .or_else(|| pattern::find(&asked.words, "ohne wiederholung|wiederholungen|doppelte", 0))
        .or_else(|| {
            pattern::find(&asked.words, "until|till|bevor|bis all|everyone|everybody|alle|jeder|each .. turn|dran|once|picked|chosen", 0)
        });
    explained.extend(once.clone());
    for rule in [
        "until|till all|everyone|everybody|each had|have|has|was|were|is .. turn|picked|chosen|drawn|once",
        "bis|bevor alle|jeder einmal? dran waren|war|kamen",
        "bis alle|jeder .. dran",
    ] {
        explained.extend(pattern::find_all(&asked.words, rule));
    }
    let once = once.is_some();
    let owned = |items: &[&str]| items.iter().map(|i| (*i).to_owned()).collect::<Vec<_>>();
    let yes_or_no = has(asked, "yes or|and no") || has(asked, "ja oder nein");
    let (options, open, default) = if yes_or_no {
        (owned(if german { &["Ja", "Nein"] } else { &["Yes", "No"] }), false, if german { "Ja oder nein?" } else { "Yes or no?" })
    } else if coin {
        if has(asked, "two|three|several|many|five|2|3|5|10 coins|times") {
            return None;
        }
        (owned(if german { &["Kopf", "Zahl"] } else { &["Heads", "Tails"] }), false, if german { "Münzwurf" } else { "Coin flip" })
    } else if eight_ball {
        (owned(EIGHT_BALL), false, "Magic 8 ball")
    } else if names_are_entered(asked) && !is_who {
        (vec![], true, "Random picker")
    } else if let Some(listed) = listed {
        (listed.items, has(asked, "add|change|edit|own"), "Random picker")
    } else if is_who {
        return None;
    } else {
        (vec![], true, "Random picker")
    };
    let question = phrases::question(asked).or_else(|| is_who.then(|| who_question(asked, head.start)).flatten());
    if is_who {
        explained.push(head.start..explained.first().map_or(asked.words.len(), |l| l.start));
    }
    let title = if is_who { question.clone().unwrap_or_else(|| default.to_owned()) } else { phrases::title(asked, head, default) };
    let asks = match question {
        Some(question) if !coin => question,
        _ => title.clone(),
    };
    let summary = if eight_ball {
        "Ask a question, press, and one of twenty answers comes.".to_owned()
    } else if options.is_empty() {
        if german {
            "Zieht zufällig aus den Namen oder Dingen, die alle eintragen."
        } else {
            "Picks one of the names or things that visitors put in, for everybody to see."
        }
        .to_owned()
    } else {
        if german {
            format!("Zieht zufällig, für alle sichtbar: {}.", options.join(", "))
        } else {
            format!("Picks one at random, for everybody to see: {}.", and(&options))
        }
    };
    let summary = match (once, german) {
        (true, false) => format!("{summary} Nobody comes twice until all had a turn."),
        (true, true) => "Zieht zufällig aus den eingetragenen Namen; niemand kommt zweimal, bevor alle dran waren.".to_owned(),
        (false, _) => summary,
    };
    Some(Order {
        title: title.trim_end_matches('?').to_owned() + if title.ends_with('?') { "?" } else { "" },
        summary,
        words: vec![
            ("question", text(&asks)),
            ("options", raw(toml_list(&options))),
            ("open", raw(open)),
            ("of", raw(options.len())),
            ("tally", raw(tally)),
            ("once", raw(once)),
        ],
        constants: vec![
            ("QUESTION", Value::Text(asks)),
            ("OPTIONS", Value::Texts(options)),
            ("OPEN", Value::Flag(open)),
            ("TALLY", Value::Flag(tally)),
            ("ONCE", Value::Flag(once)),
        ],
        explained,
        leads: false,
    })
}

/// `nobody twice`, `never the same twice`, `keiner doppelt`.
const ONCE: &str = "nobody|no|never|not|noone|niemand|keiner|nie|nicht .. twice|again|zweimal|doppelt";

/// `people add names`, `in die man Namen eintragen kann`: nothing is there from the start.
fn names_are_entered(asked: &Asked) -> bool {
    const ENTER: &str = "add|adds|enter|enters|type|types|put|puts|submit|submits|write|eintragen|eintragt|eintragt|hinzufugen|eingeben|eingibt|trage|tragen";
    has(
        asked,
        &format!(
            "people|visitors|everyone|everybody|users|we|you|i|participants|players|students|colleagues|alle|jeder|man|wir|leute|kollegen can|could|may|konnen|kann? {ENTER}"
        ),
    ) || has(asked, &format!("{ENTER} .. names|namen|options|things|entries"))
        || has(asked, "names|namen|namensliste .. entered|added|eintragen|eingeben|eingetragen")
}

/// `who should do the dishes: …` → `Who should do the dishes?`
fn who_question(asked: &Asked, from: usize) -> Option<String> {
    let rest = asked.rest_of_sentence(from);
    let text = &asked.text[rest];
    let text = text[..text.find([':', ',', '(']).unwrap_or(text.len())].trim();
    (text.split_whitespace().count() >= 3 && text.chars().count() <= 59).then(|| format!("{}?", phrases::capitalise(text)))
}

const EIGHT_BALL: &[&str] = &[
    "Certainly.",
    "Without a doubt.",
    "Yes!",
    "Most likely.",
    "It looks good.",
    "Everything says yes.",
    "You may count on it.",
    "As I see it, yes.",
    "The signs are good.",
    "Yes, but wait a little.",
    "Hard to say.",
    "Ask again later.",
    "Better not tell now.",
    "Think about it and ask again.",
    "The answer is foggy.",
    "Do not count on it.",
    "No.",
    "The signs are bad.",
    "Very doubtful.",
    "My sources say no.",
];

pub(in crate::recipe) static ROCK_PAPER_SCISSORS: Recipe = Recipe {
    name: "Rock, paper, scissors",
    slug: "rock-paper-scissors",
    example: "Rock, paper, scissors",
    example_de: "Schere, Stein, Papier",
    heads: &[
        ("rock paper|papers scissors|scissor", 18),
        ("rock scissors paper", 18),
        ("schere stein papier", 18),
        ("stein schere papier", 18),
        ("stein papier schere", 18),
        ("roshambo|rps", 15),
    ],
    vocabulary: &["against|computer|house|score|win|wins|opponent|robot|bot|gegen|spiel|spielen"],
    vetoes: &["lizard|spock|tournament|two|other|friend|friends|echse", "against each"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        Some(Order {
            title: phrases::title(asked, head, "Rock, paper, scissors").replace("Rock paper scissors", "Rock, paper, scissors"),
            summary: if phrases::is_german(asked) {
                "Schere, Stein, Papier gegen das Haus; der Stand gehört allen zusammen."
            } else {
                "Rock, paper, scissors against the house; the score is everybody’s together."
            }
            .to_owned(),
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("rock-paper-scissors"),
};

pub(in crate::recipe) static GUESS: Recipe = Recipe {
    name: "Number guessing",
    slug: "guess",
    example: "Guess the number from 1 to 100",
    example_de: "Zahlenraten von 1 bis 100",
    heads: &[
        ("guess|guessing a|an|the|my|your|secret|hidden|random? secret|random? number|numbers", 17),
        ("number|numbers guess|guesses|guessing|guesser", 17),
        ("a|some guessing game", 12),
        ("guess .. number", 15),
        ("secret|hidden number", 14),
        ("zahlenraten|zahlenratespiel", 17),
        ("zahl|zahlen raten|erraten|erratet|ratet", 17),
        ("higher|hi or? lower|lo", 14),
    ],
    vocabulary: &[
        "bis|von|zahlenraten|raten|zahl",
        "guessing|number",
        "game|games|play|secret|spiel",
        "secret|secretly|number|numbers|guess|guesses|higher|lower|hint|hints|between|random|thinks|tries|warm|cold|hidden|high|low|attempts|score|best|zahl|raten",
    ],
    vetoes: &["how many jelly|beans|word|country|flag|card|cards"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: guess,
    files: crate_files!("guess"),
};

fn guess(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (low, high) = match phrases::numbers(asked).iter().map(|(_, n)| *n).filter(|n| *n <= 1_000_000).collect::<Vec<_>>()[..] {
        [low, high, ..] if low < high => (low, high),
        [high] if high >= 5 => (1, high),
        _ => (1, 100),
    };
    Some(Order {
        title: phrases::title(asked, head, "Guess the number"),
        summary: if phrases::is_german(asked) {
            format!("Alle jagen eine Zahl von {low} bis {high}; zu jedem Versuch gibt es einen Hinweis.")
        } else {
            format!("All visitors hunt one number from {low} to {high}; each guess gets a hint.")
        },
        words: vec![("low", raw(low)), ("high", raw(high))],
        constants: vec![("LOW", Value::Number(low as i64)), ("HIGH", Value::Number(high as i64))],
        explained: vec![],
        leads: false,
    })
}
