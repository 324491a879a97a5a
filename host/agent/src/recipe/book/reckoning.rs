//! Recipes that count and reckon.

use super::*;

pub(in crate::recipe) static COUNTER: Recipe = Recipe {
    name: "Counter",
    slug: "counter",
    example: "A counter that everybody can click",
    example_de: "Ein Zähler, den alle drücken können",
    heads: &[
        ("counter|counters|clicker|tally|zahler|klickzahler|strichliste", 14),
        ("click|hit|tap|press|visit|visitor|visitors|page counter|zahler", 14),
        ("count|counts|counting|keep|zahlt|zahlen .. clicks|presses|taps|klicks", 14),
        ("count|counts|counting|zahlt|zahlen how|wie many|often|oft|viele", 14),
        ("keep count of", 14),
        ("how many times it|they|somebody|someone|people .. press|pressed|click|clicked|push|pushed|tap|tapped|hit", 14),
        ("count|counting people|persons|guests|attendees|cars|birds|pushups|laps|cups|beers|visitors", 13),
        ("how often do|does|did|has|have|we|i|the", 12),
        ("count|zahlt|zahlen the|our|my|all|number? number? of? coffees|visitors|visits|beers|cups|times|kaffees|besuche", 12),
        ("number|button that|which .. goes|increases|increments|counts up", 13),
        ("number goes|go|counts|climbs|increases up?", 13),
        ("increment|increments|increase|increases .. number|by one|1", 12),
        ("plus|+ one|1 button", 12),
    ],
    vocabulary: &[
        "resets|reset|starts|restarts|begins .. every|each|at? day|morning|midnight|night",
        "every|each morning|night",
        "drucken|knopf|klicken|tippen|did|laps|runners|count",
        "big|red|huge|button|days without",
        "today|todays|heute|heutigen|daily|taglich|yesterday|yesterdays|gestern|shows|cups|drank|drunk|one|anew|fresh|new|starts|again|red|rot|big|huge",
        "every|each|per|pro|jeden|am day|tag",
        "click|clicks|clicking|press|presses|count|counts|counting|up|down|plus|minus|increment|increments|increase|increases|decrease|decrement|number|shared|total|tally|many|often|how|wie|oft|viele",
    ],
    vetoes: &[
        "word|words|character|characters|letter|letters|calorie|calories|unread|followers",
        "per|each visitor|user|person",
        "online|viewers",
        "people are here",
        "step|steps",
    ],
    subject: Subject::Free,
    extra: Some(|asked| {
        asked
            .words
            .iter()
            .position(|w| w.text.len() > 8 && w.text.ends_with("zahler") && w.text != "schrittzahler" && w.text != "wortzahler")
            .map(|i| i..i + 1)
    }),
    extra_points: 14,
    fill: counter,
    files: crate_files!("counter"),
};

/// Whether the word right before the head says what is counted.
fn has_before(asked: &Asked, head: &Range<usize>) -> bool {
    head.start.checked_sub(1).is_some_and(|i| {
        let word = asked.words[i].text.as_str();
        !super::super::words::is_everyday(word)
            && !super::super::words::is_filler(word)
            && !asked.words[head.start].starts_sentence
            && !matches!(word, "click" | "shared" | "hit" | "tap" | "global" | "daily")
    }) && pattern::match_at(&asked.words, "for|fur", head.end).is_some()
}

/// What is counted for one day.
const DAILY: &str = "today|todays|heute|heutigen|daily|taglich|taglichen|tageszahler|yesterday|yesterdays|gestern|tages";

fn counter(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if lists::choices(asked).is_some() {
        return None;
    }
    if !has(asked, "click|clicks|clicking|button|press|presses|we|i|you|our|my|they")
        && has(asked, "visitor|visitors|visit|visits|page|hit|hits counter|views")
    {
        return None;
    }
    let down = has(asked, "down|minus|decrement|decrease|decreases|subtract|runter|abwarts|abziehen") || has(asked, "both ways|directions");
    let how_many = pattern::find(&asked.words, "how many|often|wie|viele|oft", 0).map(|at| at.end);
    let many = pattern::find(&asked.words, "how many", 0).map(|at| at.end);
    let of = phrases::topic(asked, head.end).filter(|_| how_many.is_none());
    // `tea counter for the office`: the office is not counted.
    let for_somebody =
        of.as_ref().is_some_and(|of| of.clone().all(|i| super::super::words::is_filler(&asked.words[i].text)) || has_before(asked, &head));
    let of = of.filter(|_| !for_somebody);
    let before = head.start.checked_sub(1).filter(|i| {
        of.is_none()
            && how_many.is_none()
            && !super::super::words::is_everyday(&asked.words[*i].text)
            && !asked.words[head.start].starts_sentence
            && !matches!(asked.words[*i].text.as_str(), "click" | "shared" | "hit" | "tap" | "global")
    });
    let counted = many.filter(|i| *i < asked.words.len()).map(|i| i..i + 1).or(of.clone()).or(before.map(|i| i..i + 1));
    let label = counted.clone().map(|r| asked.slice(r).to_owned()).filter(|l| l.split_whitespace().count() <= 5 && !l.starts_with("times"));
    let german = phrases::is_german(asked);
    let compound = asked.words[head.start].text.strip_suffix("zahler").filter(|stem| stem.len() > 2 && head.len() == 1);
    let compound = compound.and_then(|_| asked.slice(head.clone()).to_lowercase().strip_suffix("zähler").map(phrases::capitalise));
    let label = compound.clone().or(label);
    let label = label.map(|l| l.trim_end_matches(" today").trim_end_matches(" heute").to_owned());
    let daily = has(asked, DAILY)
        || has(asked, "every|each|per|pro|jeden|am day|tag")
        || has(asked, "start|starts|resets|begins .. day|morning|midnight");
    let label = label.unwrap_or_else(|| if german { "Klicks" } else { "clicks" }.to_owned());
    Some(Order {
        title: match &compound {
            Some(_) => phrases::capitalise(asked.slice(head)),
            None => phrases::title(asked, head, if german { "Zähler" } else { "Counter" }),
        },
        summary: match (daily, down, german) {
            (true, _, false) => format!("Counts {label} by a press, anew each day (UTC), with yesterday and the total."),
            (true, _, true) => format!("Zählt {label} per Knopfdruck, jeden Tag neu (UTC), mit gestern und insgesamt."),
            (false, true, false) => format!("Counts {label} for everybody, up and down by a press."),
            (false, true, true) => format!("Zählt {label} für alle, auf und ab per Knopfdruck."),
            (false, false, false) => format!("Counts {label} for everybody, one more with each press."),
            (false, false, true) => format!("Zählt {label} für alle, mit jedem Druck eins mehr."),
        },
        words: vec![("label", text(&label)), ("down", raw(down)), ("daily", raw(daily))],
        constants: vec![
            ("LABEL", Value::Text(label)),
            ("DOWN", Value::Flag(down)),
            ("DAILY", Value::Flag(daily)),
            ("RED", Value::Flag(has(asked, "red|rot|roter|roten|rote"))),
        ],
        explained: of.into_iter().chain(how_many.map(|i| i..asked.words_in(asked.rest_of_sentence(i)).end)).collect(),
        leads: false,
    })
}

pub(in crate::recipe) static CONVERTER: Recipe = Recipe {
    name: "Unit converter",
    slug: "converter",
    example: "Convert miles to km",
    example_de: "Meilen in Kilometer umrechnen",
    heads: &[
        ("unit|units|measurement|measurements|metric|einheiten converter|convertor|conversion|conversions|umrechner|calculator", 17),
        ("convert|converts|converting|converter|convertor|conversion|umrechnen|umrechner|umrechnung|einheitenumrechner", 14),
        ("rechne|rechnet|rechnen .. um", 14),
    ],
    vocabulary: &[
        "convert|converts|converting|converter|convertor|conversion|umrechnen|umrechner|unit|units|metric|imperial|measurement|measurements|length|lengths|distance|distances|weight|weights|mass|temperature|temperatures|volume|volumes|speed|speeds|area|areas|data|time|to|into|in|from|between|and|vice|versa|back|forth|common|cooking|kitchen|einheiten|nach|lange|gewicht|temperatur|degree|degrees|grad|american|european|us|per|stuff",
    ],
    vetoes: &[
        "zone|zones|roman|binary|hex|hexadecimal|decimal|case|uppercase|lowercase|base|number|numbers|words|shoe|clothing|json|file|files|text",
    ],
    subject: Subject::Closed,
    extra: Some(between_units),
    extra_points: 14,
    fill: converter,
    files: crate_files!("converter", "units"),
};

/// `celsius to fahrenheit`, `how many kilometers is 26 miles`: two units of one kind and a word that relates them.
fn between_units(asked: &Asked) -> Option<Range<usize>> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for i in 0..asked.words.len() {
        if let Some(unit) = UNITS.iter().find(|u| pattern::match_at(&asked.words, u.0, i).is_some()) {
            found.push((i, unit.2));
        }
    }
    let (a, b) = found.windows(2).find_map(|w| (w[0].1 == w[1].1 && w[0].1 != "time").then_some((w[0].0, w[1].0)))?;
    let related = b == a + 1 && asked.text[asked.words[a].at.end..asked.words[b].at.start].contains(['>', '<', '/', '→', '='])
        || b - a <= 3
            && asked.words[a + 1..b].iter().any(|w| matches!(w.text.as_str(), "to" | "in" | "into" | "nach" | "and" | "und" | "zu"))
        || has(asked, "how|wie many|viele");
    related.then_some(a..b + 1)
}

/// Pattern, id, kind; factor and offset as in the recipe's own table.
type Unit = (&'static str, &'static str, &'static str, f64, f64);

const UNITS: &[Unit] = &[
    ("nautical mile|miles", "nmi", "length", 1852.0, 0.0),
    ("mile|miles|mi|meile|meilen", "mi", "length", 1609.344, 0.0),
    ("kilometer|kilometre|kilometers|kilometres|km|kms", "km", "length", 1000.0, 0.0),
    ("centimeter|centimetre|centimeters|centimetres|cm|zentimeter", "cm", "length", 0.01, 0.0),
    ("millimeter|millimetre|millimeters|millimetres|mm", "mm", "length", 0.001, 0.0),
    ("yard|yards|yd", "yd", "length", 0.9144, 0.0),
    ("foot|feet|ft|fuss", "ft", "length", 0.3048, 0.0),
    ("inch|inches|zoll", "in", "length", 0.0254, 0.0),
    ("meter|metre|meters|metres", "m", "length", 1.0, 0.0),
    ("kilogram|kilograms|kilo|kilos|kg|kgs|kilogramm", "kg", "mass", 1.0, 0.0),
    ("gram|grams|g|gramm|grammes", "g", "mass", 0.001, 0.0),
    ("pound|pounds|lb|lbs|pfund", "lb", "mass", 0.45359237, 0.0),
    ("ounce|ounces|oz|unze|unzen", "oz", "mass", 0.028349523125, 0.0),
    ("stone|stones", "st", "mass", 6.35029318, 0.0),
    ("tonne|tonnes|tons|ton|tonnen", "t", "mass", 1000.0, 0.0),
    ("fahrenheit|f", "F", "temperature", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("celsius|celcius|centigrade|c", "C", "temperature", 1.0, 273.15),
    ("kelvin", "K", "temperature", 1.0, 0.0),
    ("milliliter|millilitre|milliliters|millilitres|ml", "ml", "volume", 0.001, 0.0),
    ("liter|litre|liters|litres|l", "l", "volume", 1.0, 0.0),
    ("gallon|gallons|gallonen", "gal", "volume", 3.785411784, 0.0),
    ("quart|quarts", "qt", "volume", 0.946352946, 0.0),
    ("pint|pints", "pt", "volume", 0.473176473, 0.0),
    ("cup|cups|tassen", "cup", "volume", 0.2365882365, 0.0),
    ("tablespoon|tablespoons|tbsp|essloffel", "tbsp", "volume", 0.01478676478125, 0.0),
    ("teaspoon|teaspoons|tsp|teeloffel", "tsp", "volume", 0.00492892159375, 0.0),
    ("mph", "mph", "speed", 0.44704, 0.0),
    ("kmh|kph", "kmh", "speed", 1.0 / 3.6, 0.0),
    ("knot|knots|knoten", "kn", "speed", 1852.0 / 3600.0, 0.0),
    ("hectare|hectares|hektar", "ha", "area", 10_000.0, 0.0),
    ("acre|acres", "ac", "area", 4046.8564224, 0.0),
    ("minute|minutes|minuten", "min", "time", 60.0, 0.0),
    ("hour|hours|stunden", "h", "time", 3600.0, 0.0),
    ("second|seconds|sekunden", "s", "time", 1.0, 0.0),
    ("day|days|tage", "d", "time", 86_400.0, 0.0),
    ("week|weeks|wochen", "wk", "time", 604_800.0, 0.0),
    ("megabyte|megabytes|mb", "MB", "data", 1_000_000.0, 0.0),
    ("gigabyte|gigabytes|gb", "GB", "data", 1_000_000_000.0, 0.0),
    ("terabyte|terabytes|tb", "TB", "data", 1_000_000_000_000.0, 0.0),
    ("kilobyte|kilobytes|kb", "kB", "data", 1000.0, 0.0),
];

const KINDS: &[(&str, &str, &str, &str)] = &[
    ("length|lengths|distance|distances|height|lange|langen", "length", "mi", "km"),
    ("weight|weights|mass|gewicht|gewichte|masse", "mass", "lb", "kg"),
    ("temperature|temperatures|temperatur|temperaturen", "temperature", "F", "C"),
    ("volume|volumes|cooking|kitchen|baking|recipe|volumen", "volume", "cup", "ml"),
    ("speed|speeds|geschwindigkeit", "speed", "mph", "kmh"),
    ("area|areas|flache", "area", "ac", "ha"),
    ("data|storage|file sizes?", "data", "GB", "MB"),
    ("time|durations", "time", "h", "min"),
];

fn converter(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let mut named: Vec<(Range<usize>, &Unit)> = Vec::new();
    for unit in UNITS {
        if let Some(at) = pattern::find(&asked.words, unit.0, 0).filter(|at| !named.iter().any(|(other, _)| other.contains(&(at.end - 1))))
        {
            named.push((at, unit));
        }
    }
    named.sort_by_key(|(at, _)| at.start);
    let mut explained: Vec<Range<usize>> = named.iter().map(|(at, _)| at.clone()).collect();
    let mut kinds: Vec<&str> = Vec::new();
    for kind in named.iter().map(|(_, u)| u.2).chain(KINDS.iter().filter(|k| has(asked, k.0)).map(|k| k.1)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        // "a unit converter" offers everything; "a converter" alone could be about anything.
        if !has(asked, CONVERTER.heads[0].0) && !has(asked, "unit|units|einheiten|metric|imperial|einheitenumrechner") {
            return None;
        }
        kinds = KINDS.iter().map(|k| k.1).collect();
    }
    // `how many kilometers is 26 miles`: the number is typed into the widget.
    explained
        .extend(phrases::numbers(asked).into_iter().filter(|(i, _)| named.iter().any(|(at, _)| at.start == i + 1)).map(|(i, _)| i..i + 1));
    explained.extend(KINDS.iter().filter_map(|k| pattern::find(&asked.words, k.0, 0)));
    let of_first: Vec<_> = named.iter().filter(|(_, u)| u.2 == named[0].1.2).map(|(_, u)| *u).collect();
    let pair = match of_first[..] {
        [from, to, ..] => Some((from.1, to.1)),
        [one] => KINDS.iter().find(|k| k.1 == one.2).map(|k| (one.1, if one.1 == k.3 { k.2 } else { k.3 })),
        [] => None,
    };
    let (from, to) = pair.or_else(|| KINDS.iter().find(|k| k.1 == kinds[0]).map(|k| (k.2, k.3)))?;
    let unit = |id: &str| UNITS.iter().find(|u| u.1 == id);
    let (a, b) = (unit(from)?, unit(to)?);
    let ten: f64 = format!("{:.9e}", (10.0 * a.3 + a.4 - b.4) / b.3).parse().ok()?;
    let offered: Vec<String> = kinds.iter().map(|k| (*k).to_owned()).collect();
    Some(Order {
        title: phrases::title(asked, head, "Unit converter"),
        summary: if phrases::is_german(asked) {
            format!("Rechnet Einheiten um: {}.", offered.join(", "))
        } else {
            format!("Converts between units: {}.", and(&offered))
        },
        words: vec![("from", raw(from)), ("to", raw(to)), ("ten", raw(format!("{ten:?}")))],
        constants: vec![("OFFERED", Value::Texts(offered)), ("FROM", Value::Text(from.to_owned())), ("TO", Value::Text(to.to_owned()))],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static WORDS: Recipe = Recipe {
    name: "Word counter",
    slug: "words",
    example: "A word counter",
    example_de: "Ein Wortzähler",
    heads: &[
        (
            "word|words|character|characters|letter|letters|text|sentence|essay|worter|zeichen|wort and? characters|character|letter? counter|count|counting|counts|zahler|zahlen",
            18,
        ),
        ("count|counts|counting|zahlt|zahlen the|number|all? of? the|my? words|word|characters|letters|worter|worte|zeichen|sentences", 18),
        ("wordcounter|wordcount|wortzahler|zeichenzahler|worterzahler", 18),
        ("how many words|characters|letters", 17),
        ("wie viele worter|zeichen|worte|buchstaben", 17),
        ("how long is the|my|a|this? text|essay", 15),
        ("reading time", 14),
        ("characters|character limit|length", 12),
    ],
    vocabulary: &[
        "tells|tell",
        "word|words|count|counts|counter|counting|character|characters|letter|letters|text|texts|paste|pasted|essay|essays|paragraph|sentence|sentences|line|lines|reading|textarea|field|length|spaces|typing|long|article|articles|contains|has|contain|number|many|how|worter|zeichen|eingeben|einfugen|tweet|while|live|document",
    ],
    vetoes: &["frequency|frequencies|unique|cloud|each|vowels|occurrences|scrabble|syllables"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        Some(Order {
            title: phrases::title(asked, head, "Word counter"),
            summary: if phrases::is_german(asked) {
                "Wörter, Zeichen, Sätze und Lesezeit eines Textes, während man tippt."
            } else {
                "Words, characters, sentences and reading time of a text, while one types."
            }
            .to_owned(),
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("words"),
};

pub(in crate::recipe) static CALCULATOR: Recipe = Recipe {
    name: "Calculator",
    slug: "calculator",
    example: "A calculator",
    example_de: "Ein Taschenrechner",
    heads: &[
        ("calculator|taschenrechner|kalkulator", 14),
        ("pocket|simple|basic calculator", 15),
        ("calculate|compute|evaluate .. expression|expressions|sums|math|maths|arithmetic|numbers", 13),
        ("add|adds subtract|subtracts multiply|and", 12),
        ("rechner", 11),
    ],
    vocabulary: &[
        "pocket|basic|math|maths|arithmetic|sum|sums|add|adds|subtract|multiply|divide|plus|minus|times|brackets|number|numbers|calculate|calculates|calculations|calculation|keypad|four|operations|addition|subtraction|multiplication|division|expression|expressions|grundrechenarten|rechnen|addieren|taschenrechner",
    ],
    vetoes: &[
        "scientific|sin|sine|cosine|graphing|percent|history|memory|tip|tips|bill|split|fraction|fractions|matrix|interest|wissenschaftlich*|log|sqrt|root",
    ],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        Some(Order {
            title: phrases::title(asked, head, "Calculator"),
            summary: if phrases::is_german(asked) {
                "Plus, minus, mal, geteilt, Potenzen und Klammern."
            } else {
                "Plus, minus, times, divided by, powers and brackets."
            }
            .to_owned(),
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("calculator", "sum"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_here_are_those_of_the_recipe() {
        let recipe = include_str!("../../../recipes/converter/src/units.rs");
        for (_, id, kind, _, _) in UNITS {
            assert!(recipe.contains(&format!("\"{id}\"")), "{id} of {kind}");
        }
        for (_, kind, from, to) in KINDS {
            assert!(
                recipe.contains(&format!("(\"{kind}\", &[")) && UNITS.iter().any(|u| u.1 == *from) && UNITS.iter().any(|u| u.1 == *to),
                "{kind}"
            );
        }
    }
}
