//! Recipes that do one piece of work: reckon with a formula, turn a text.

use super::*;

pub(in crate::recipe) static FORMULA: Recipe = Recipe {
    name: "Special calculator",
    slug: "calculator-for",
    example: "A tip calculator",
    example_de: "Ein Trinkgeldrechner",
    heads: &[
        (
            "tip|tips|bmi|percent|percentage|discount|sale|vat|loan|mortgage|credit|interest|savings|fuel|petrol|gas|trip|pace|age|bill|currency|exchange|recipe|portion|portions|area|electricity|power|speed calculator|calculators|calc|calculation|converter|splitter|scaler",
            18,
        ),
        (
            "calculator|calc|rechner for|to|of|fur the|my|our|a|work|out|reckon? tip|tips|bmi|percent|percentage|percentages|discount|vat|loan|interest|savings|fuel|petrol|gas|pace|age|bill",
            18,
        ),
        ("body mass index", 18),
        ("fuel|petrol|gas|trip|electricity|power cost|costs|price|money calculator", 18),
        ("compound interest", 17),
        ("calculate|compute|calculates|work .. tip|bmi|percentage|percent|discount|vat|loan|interest|age|fuel|pace|bill|area", 17),
        ("split|splits|splitting the|a|our? bill|restaurant", 15),
        ("how old am|are|is", 15),
        ("days|tage between|zwischen", 17),
        ("days between|from two|dates", 17),
        (
            "trinkgeldrechner|prozentrechner|rabattrechner|mehrwertsteuerrechner|kreditrechner|zinsrechner|zinseszinsrechner|spritkostenrechner|spritrechner|altersrechner|wahrungsrechner|bmirechner|flachenrechner|stromkostenrechner|tagerechner",
            18,
        ),
        (
            "bmi|trinkgeld|prozent|rabatt|mehrwertsteuer|kredit|zins|zinsen|zinseszins|spritkosten|alter|wahrung|alters|flachen|stromkosten rechner|berechnen|ausrechnen|berechnet|rechnet",
            18,
        ),
        ("bmi", 14),
    ],
    vocabulary: &[
        "tip|tips|bill|split|people|persons|bmi|weight|height|body|mass|index|percent|percentage|percentages|discount|price|vat|tax|net|gross|loan|mortgage|rate|interest|years|monthly|payment|savings|compound|fuel|petrol|gas|distance|consumption|trip|cost|costs|pace|running|speed|age|birthday|birth|date|dates|days|between|currency|exchange|euro|euros|dollar|dollars|usd|eur|amount|given|fixed|area|length|width|calculator|calculate|calculates|calculates|enter|show|shows|total|each|per|person|rechner|berechnen|ausrechnen|trinkgeld|rechnung|prozent|rabatt|mehrwertsteuer|kredit|zins|zinsen|spritkosten|alter|geburtstag|geburtsdatum|wahrung|tage|electricity|power|kwh|pay|pays|everyone|sum|kg|cm|km|annual|yearly|pro|stromkosten|flache|gewicht|grosse|medical|money|buy|service|restaurant|much",
        "convert|converts|converting|converter",
        "number|numbers|enter|enters|put|where|consumption|litre|liter|litres|liters|kilometre|kilometer|price|100",
        "several|between|friends|split|splits|how|old|am|says|type|my",
    ],
    vetoes: &[
        "live|current|latest|history|chart|graph|compare|table|amortization|calories|calorie|body fat|fat|ideal|imperial|pounds|lbs|inches|feet|stone|schedule|save|list|grades|gpa|mortgage|insurance|scientific|income",
    ],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: formula,
    files: crate_files!("formula"),
};

/// A field: English name, German name, the value at first; `date` for a day.
type Field = (&'static str, &'static str, &'static str);
/// A result: English name, German name, decimals, a closure over the values.
type Output = (&'static str, &'static str, u8, &'static str);

struct Purpose {
    words: &'static str,
    names: [&'static str; 2],
    inputs: &'static [Field],
    outputs: &'static [Output],
    /// Values for the contract, and the first result with them.
    sample: (&'static [&'static str], &'static str),
}

const PURPOSES: &[Purpose] = &[
    Purpose {
        words: "tip|tips|trinkgeld|trinkgeldrechner",
        names: ["Tip calculator", "Trinkgeldrechner"],
        inputs: &[("Bill", "Rechnung", "50"), ("Tip in %", "Trinkgeld in %", "10"), ("People", "Personen", "2")],
        outputs: &[
            ("Tip", "Trinkgeld", 2, "v[0] * v[1] / 100.0"),
            ("Total", "Zusammen", 2, "v[0] * (1.0 + v[1] / 100.0)"),
            ("Each pays", "Pro Person", 2, "v[0] * (1.0 + v[1] / 100.0) / v[2]"),
        ],
        sample: (&["80", "15", "4"], "12.00"),
    },
    Purpose {
        words: "bmi|body|bmirechner",
        names: ["BMI calculator", "BMI-Rechner"],
        inputs: &[("Weight in kg", "Gewicht in kg", "70"), ("Height in cm", "Größe in cm", "175")],
        outputs: &[("BMI (18.5 to 25 counts as normal)", "BMI (18,5 bis 25 gilt als normal)", 1, "v[0] / (v[1] / 100.0) / (v[1] / 100.0)")],
        sample: (&["80", "200"], "20.0"),
    },
    Purpose {
        words: "discount|sale|rabatt|rabattrechner",
        names: ["Discount calculator", "Rabattrechner"],
        inputs: &[("Price", "Preis", "100"), ("Discount in %", "Rabatt in %", "20")],
        outputs: &[("You pay", "Zu zahlen", 2, "v[0] * (1.0 - v[1] / 100.0)"), ("You save", "Gespart", 2, "v[0] * v[1] / 100.0")],
        sample: (&["200", "25"], "150.00"),
    },
    Purpose {
        words: "vat|mehrwertsteuer|mehrwertsteuerrechner|mwst",
        names: ["VAT calculator", "Mehrwertsteuerrechner"],
        inputs: &[("Net amount", "Nettobetrag", "100"), ("VAT in %", "Mehrwertsteuer in %", "19")],
        outputs: &[("Gross", "Brutto", 2, "v[0] * (1.0 + v[1] / 100.0)"), ("VAT", "Mehrwertsteuer", 2, "v[0] * v[1] / 100.0")],
        sample: (&["200", "10"], "220.00"),
    },
    Purpose {
        words: "percent|percentage|percentages|prozent|prozentrechner",
        names: ["Percentage calculator", "Prozentrechner"],
        inputs: &[("Value", "Wert", "25"), ("Of", "Von", "200"), ("Percent", "Prozent", "10")],
        outputs: &[
            ("The value is so many percent of it", "Der Wert ist so viel Prozent davon", 2, "100.0 * v[0] / v[1]"),
            ("So much is that percentage of it", "So viel sind die Prozent davon", 2, "v[1] * v[2] / 100.0"),
        ],
        sample: (&["20", "80", "5"], "25.00"),
    },
    Purpose {
        words: "loan|credit|kredit|kreditrechner",
        names: ["Loan calculator", "Kreditrechner"],
        inputs: &[("Amount", "Betrag", "10000"), ("Interest per year in %", "Zins pro Jahr in %", "4"), ("Years", "Jahre", "5")],
        outputs: &[
            (
                "Each month",
                "Monatliche Rate",
                2,
                "if v[1] == 0.0 { v[0] / (12.0 * v[2]) } else { v[0] * v[1] / 1200.0 / (1.0 - 1.0 / power(1.0 + v[1] / 1200.0, 12.0 * v[2])) }",
            ),
            (
                "Altogether",
                "Insgesamt",
                2,
                "12.0 * v[2] * if v[1] == 0.0 { v[0] / (12.0 * v[2]) } else { v[0] * v[1] / 1200.0 / (1.0 - 1.0 / power(1.0 + v[1] / 1200.0, 12.0 * v[2])) }",
            ),
        ],
        sample: (&["1200", "0", "1"], "100.00"),
    },
    Purpose {
        words: "interest|compound|savings|zins|zinsen|zinseszins|zinsrechner|zinseszinsrechner",
        names: ["Interest calculator", "Zinsrechner"],
        inputs: &[("Amount", "Betrag", "1000"), ("Interest per year in %", "Zins pro Jahr in %", "3"), ("Years", "Jahre", "10")],
        outputs: &[
            ("In the end", "Am Ende", 2, "v[0] * power(1.0 + v[1] / 100.0, v[2])"),
            ("Interest earned", "Zinsen", 2, "v[0] * power(1.0 + v[1] / 100.0, v[2]) - v[0]"),
        ],
        sample: (&["100", "10", "2"], "121.00"),
    },
    Purpose {
        words: "fuel|petrol|gas|spritkosten|spritkostenrechner|spritrechner|trip",
        names: ["Fuel cost calculator", "Spritkostenrechner"],
        inputs: &[
            ("Distance in km", "Strecke in km", "100"),
            ("Litres for 100 km", "Liter auf 100 km", "6"),
            ("Price of a litre", "Preis pro Liter", "1.80"),
            ("People", "Personen", "1"),
        ],
        outputs: &[
            ("Cost", "Kosten", 2, "v[0] * v[1] / 100.0 * v[2]"),
            ("Each pays", "Pro Person", 2, "v[0] * v[1] / 100.0 * v[2] / v[3]"),
            ("Litres", "Liter", 1, "v[0] * v[1] / 100.0"),
        ],
        sample: (&["200", "5", "2", "2"], "20.00"),
    },
    Purpose {
        words: "pace|running",
        names: ["Running pace", "Lauftempo"],
        inputs: &[("Distance in km", "Strecke in km", "10"), ("Minutes", "Minuten", "60")],
        outputs: &[
            ("Minutes for 1 km", "Minuten für 1 km", 2, "v[1] / v[0]"),
            ("km in an hour", "km in einer Stunde", 2, "60.0 * v[0] / v[1]"),
        ],
        sample: (&["5", "30"], "6.00"),
    },
    Purpose {
        words: "age|old|alter|alters|altersrechner",
        names: ["Age calculator", "Altersrechner"],
        inputs: &[("Date of birth", "Geburtsdatum", "date")],
        outputs: &[("Age in years", "Alter in Jahren", 0, "years(v[0], v[1])"), ("Days lived", "Gelebte Tage", 0, "v[1] - v[0]")],
        sample: (&["0001-01-01"], ""),
    },
    Purpose {
        words: "days|dates|tage|tagerechner",
        names: ["Days between two dates", "Tage zwischen zwei Daten"],
        inputs: &[("From", "Von", "date"), ("To", "Bis", "date")],
        outputs: &[("Days", "Tage", 0, "v[1] - v[0]"), ("Weeks", "Wochen", 1, "(v[1] - v[0]) / 7.0")],
        sample: (&["2026-02-27", "2026-03-02"], "3"),
    },
    Purpose {
        words: "bill|restaurant",
        names: ["Bill splitter", "Rechnung teilen"],
        inputs: &[("Bill", "Rechnung", "60"), ("People", "Personen", "3")],
        outputs: &[("Each pays", "Pro Person", 2, "v[0] / v[1]")],
        sample: (&["90", "4"], "22.50"),
    },
    Purpose {
        words: "area|flachen|flachenrechner",
        names: ["Area calculator", "Flächenrechner"],
        inputs: &[("Length", "Länge", "4"), ("Width", "Breite", "3")],
        outputs: &[("Area", "Fläche", 2, "v[0] * v[1]"), ("Perimeter", "Umfang", 2, "2.0 * (v[0] + v[1])")],
        sample: (&["5", "2"], "10.00"),
    },
    Purpose {
        words: "electricity|power|stromkosten|stromkostenrechner",
        names: ["Electricity cost calculator", "Stromkostenrechner"],
        inputs: &[("Watts", "Watt", "100"), ("Hours a day", "Stunden am Tag", "5"), ("Price of a kWh", "Preis pro kWh", "0.35")],
        outputs: &[
            ("Cost a day", "Kosten am Tag", 2, "v[0] * v[1] / 1000.0 * v[2]"),
            ("Cost a year", "Kosten im Jahr", 2, "v[0] * v[1] / 1000.0 * v[2] * 365.0"),
        ],
        sample: (&["1000", "2", "0.5"], "1.00"),
    },
];

fn formula(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    let of =
        |words: &[super::super::asked::Word]| PURPOSES.iter().find(|p| words.iter().any(|w| p.words.split('|').any(|one| one == w.text)));
    let tip = PURPOSES.first().filter(|_| has(asked, PURPOSES[0].words));
    let purpose = tip.or_else(|| of(&asked.words[head.clone()])).or_else(|| of(&asked.words))?;
    // A currency has a rate that changes; that of a wish is not known here.
    if has(asked, "currency|currencies|exchange|usd|eur|wahrung|dollar|dollars") {
        return None;
    }
    let pick = |[english, deutsch]: [&'static str; 2]| if german { deutsch } else { english };
    let inputs: String = purpose
        .inputs
        .iter()
        .map(|(en, de, value)| {
            let (kind, value) = if *value == "date" { ("Date", "") } else { ("Number", *value) };
            format!("    Input {{ name: {}, kind: Kind::{kind}, value: {} }},\n", literal(pick([en, de])), literal(value))
        })
        .collect();
    let outputs: String = purpose
        .outputs
        .iter()
        .map(|(en, de, decimals, reckon)| {
            format!("    Output {{ name: {}, decimals: {decimals}, reckon: |v| {reckon} }},\n", literal(pick([en, de])))
        })
        .collect();
    let query: Vec<String> = purpose.sample.0.iter().enumerate().map(|(i, value)| format!("v{i}={value}")).collect();
    let names: Vec<String> = purpose.outputs.iter().map(|(en, de, ..)| pick([en, de]).to_owned()).collect();
    let fields: Vec<String> = purpose.inputs.iter().map(|(en, de, _)| pick([en, de]).to_owned()).collect();
    Some(Order {
        title: phrases::called(asked).map_or_else(|| pick(purpose.names).to_owned(), |(name, _)| name),
        summary: if german {
            format!("Aus {} wird: {}.", fields.join(", "), names.join(", "))
        } else {
            format!("From {}: {}.", fields.join(", "), names.join(", "))
        },
        words: vec![("query", raw(query.join("&"))), ("expected", raw(purpose.sample.1)), ("known", raw(!purpose.sample.1.is_empty()))],
        constants: vec![("INPUTS", Value::Rust(format!("&[\n{inputs}]"))), ("RESULTS", Value::Rust(format!("&[\n{outputs}]")))],
        explained: vec![],
        leads: false,
    })
}

pub(in crate::recipe) static TEXT_TOOL: Recipe = Recipe {
    name: "Text tool",
    slug: "text-tool",
    example: "A Morse code translator",
    example_de: "Text in Morsecode umwandeln",
    heads: &[
        ("morse|morsecode|morsezeichen", 16),
        ("rot13|caesar|casar|caesarchiffre|rot", 16),
        ("roman|romische|romischen numeral|numerals|numbers|number|zahlen|zahl", 17),
        ("upper|lower|title case|cases|letters|text", 16),
        ("uppercase|lowercase|uppercases|capitalize|capitalise|grossbuchstaben|kleinbuchstaben", 15),
        (
            "reverse|reverses|reversed|backwards|backward|ruckwarts|umdrehen a|the|my|any|den|einen? text|word|words|string|sentence|sentences",
            17,
        ),
        ("text|word|words|string|sentence|sentences|name|names .. backwards|reversed|ruckwarts", 17),
        ("text|string|sentence reverser|reversal", 17),
        ("slug|slugs|slugify|slugifier", 15),
        ("palindrome|palindromes|palindrom|palindrome checker|tester?", 16),
        ("binary|decimal|hex|hexadecimal|binar|binarzahl|binarzahlen|dezimal to|in|converter|translator|rechner|umwandeln|umrechnen", 17),
        ("sort lines|alphabetically", 14),
        ("text tool|tools|converter|transformer|changer", 15),
        ("secret code|message|writing encoder|translator|generator|machine", 16),
    ],
    vocabulary: &[
        "text|texts|word|words|letters|letter|line|lines|code|morse|translate|translates|translator|translation|convert|converts|converter|encode|encoder|decode|decoder|encrypt|encrypts|cipher|verschlusseln|umwandeln|ubersetzer|ubersetzen|ubersetzt|uppercase|lowercase|upper|lower|case|title|reverse|reverses|backwards|backward|slug|url|roman|numerals|numeral|numbers|number|arabic|binary|decimal|hex|hexadecimal|palindrome|palindromes|check|checker|checks|turn|turns|make|secret|message|string|sentence|shift|by|to|input|output|und|zuruck|generator|machine|tool|tools|into|ruckwarts|whether|if|is|it|tells|says|zahl|zahlen|romische|type|paste|sort|caps|all|capitals|capitalize",
    ],
    vetoes: &[
        "sound|sounds|beep|beeps|audio|play|light|flash|flashes|french|spanish|german|english|pirate|emoji|leet|base64|md5|hash|sha|octal|vigenere|pig|latin|count|counter|file|language",
    ],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: text_tool,
    files: crate_files!("text-tool"),
};

fn text_tool(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let german = phrases::is_german(asked);
    type Tool = (&'static str, &'static str, &'static str);
    type Set = (&'static str, &'static [Tool], &'static str, &'static str);
    const SETS: &[Set] = &[
        (
            "morse|morsecode|morsezeichen",
            &[("To Morse code", "In Morsezeichen", "Morse"), ("From Morse code", "Aus Morsezeichen", "Unmorse")],
            "so so",
            "... --- / ... ---",
        ),
        (
            "rot13|caesar|casar|caesarchiffre|rot|secret",
            &[("Shift the letters", "Buchstaben verschieben", "Caesar"), ("Shift them back", "Zurück verschieben", "Uncaesar")],
            "",
            "",
        ),
        (
            "roman|romische|romischen",
            &[("To Roman numerals", "In römische Zahlen", "Roman"), ("From Roman numerals", "Aus römischen Zahlen", "FromRoman")],
            "1984",
            "MCMLXXXIV",
        ),
        (
            "binary|binar|binarzahl|binarzahlen",
            &[("To binary", "In Binärzahlen", "Binary"), ("From binary to decimal", "Aus Binärzahlen", "FromBinary")],
            "10",
            "1010",
        ),
        ("hex|hexadecimal", &[("To hexadecimal", "In Hexadezimalzahlen", "Hex")], "255", "ff"),
        ("palindrome|palindromes|palindrom", &[("Is it a palindrome?", "Ist es ein Palindrom?", "Palindrome")], "xy", ""),
        ("slug|slugs|slugify|slugifier", &[("For a web address", "Für eine Webadresse", "Slug")], "Hello, World!", "hello-world"),
        (
            "reverse|reverses|reversed|backwards|backward|ruckwarts|umdrehen|reverser|reversal",
            &[("Backwards", "Rückwärts", "Reverse")],
            "abc",
            "cba",
        ),
        ("sort", &[("Lines sorted", "Zeilen sortiert", "SortLines")], "a", "a"),
        (
            "upper|lower|title|uppercase|lowercase|uppercases|capitalize|capitalise|grossbuchstaben|kleinbuchstaben|case|caps",
            &[
                ("UPPER CASE", "GROSSBUCHSTABEN", "Upper"),
                ("lower case", "kleinbuchstaben", "Lower"),
                ("Each Word Capitalised", "Jedes Wort Groß", "Title"),
            ],
            "abc",
            "ABC",
        ),
    ];
    let chosen: Vec<&Set> = SETS.iter().filter(|(words, ..)| has(asked, words)).collect();
    let (_, _, sample, turned): Set = **chosen.first()?;
    let shift = phrases::numbers(asked)
        .into_iter()
        .map(|(_, n)| n)
        .find(|n| (1..=25).contains(n))
        .unwrap_or(if has(asked, "rot13|rot|secret") { 13 } else { 3 });
    let tools: Vec<&Tool> = chosen.iter().flat_map(|(_, tools, ..)| tools.iter()).collect();
    let names: Vec<String> = tools.iter().map(|(en, de, _)| if german { *de } else { *en }.to_owned()).collect();
    let rust: Vec<String> =
        tools.iter().zip(&names).map(|((_, _, tool), name)| format!("    ({}, Tool::{tool}),\n", literal(name))).collect();
    let shifted = |text: &str| -> String { text.bytes().map(|b| char::from(b'a' + (b - b'a' + shift as u8) % 26)).collect() };
    let (sample, turned) = match tools[0].2 {
        "Caesar" => ("abz".to_owned(), shifted("abz")),
        "Palindrome" => ("xy".to_owned(), if german { "Kein Palindrom.".to_owned() } else { "No palindrome.".to_owned() }),
        _ => (sample.to_owned(), turned.to_owned()),
    };
    Some(Order {
        title: phrases::title(asked, head, if german { "Textwerkzeug" } else { "Text tool" }),
        summary: if german {
            format!("Ein Text hinein, ein anderer heraus: {}.", names.join(", "))
        } else {
            format!("A text in, another out: {}.", names.join(", "))
        },
        words: vec![("tools", raw(toml_list(&names))), ("sample", text(sample)), ("turned", text(turned))],
        constants: vec![("TOOLS", Value::Rust(format!("&[\n{}]", rust.concat()))), ("SHIFT", Value::Number(shift as i64))],
        explained: vec![],
        leads: false,
    })
}
