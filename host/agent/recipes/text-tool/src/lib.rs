#![no_std]
#![forbid(unsafe_code)]
//! Turns a text into another: upper case, backwards, Morse …
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What can be made of a text, the first at the beginning.
const TOOLS: &[(&str, Tool)] = &[("Upper case", Tool::Upper), ("Backwards", Tool::Reverse)];
/// By how many letters a Caesar cipher shifts.
const SHIFT: u8 = 13;
const MOST_CHARS: usize = 5000;

/// One feature may use only some of them.
#[allow(dead_code)]
#[derive(Clone, Copy)]
enum Tool {
    Upper,
    Lower,
    Title,
    Reverse,
    Slug,
    Caesar,
    Uncaesar,
    Morse,
    Unmorse,
    Binary,
    Hex,
    FromBinary,
    Roman,
    FromRoman,
    SortLines,
    Palindrome,
}

const MORSE: &[(char, &str)] = &[
    ('A', ".-"), ('B', "-..."), ('C', "-.-."), ('D', "-.."), ('E', "."), ('F', "..-."), ('G', "--."), ('H', "...."), ('I', ".."),
    ('J', ".---"), ('K', "-.-"), ('L', ".-.."), ('M', "--"), ('N', "-."), ('O', "---"), ('P', ".--."), ('Q', "--.-"), ('R', ".-."),
    ('S', "..."), ('T', "-"), ('U', "..-"), ('V', "...-"), ('W', ".--"), ('X', "-..-"), ('Y', "-.--"), ('Z', "--.."), ('0', "-----"),
    ('1', ".----"), ('2', "..---"), ('3', "...--"), ('4', "....-"), ('5', "....."), ('6', "-...."), ('7', "--..."), ('8', "---.."),
    ('9', "----."), ('.', ".-.-.-"), (',', "--..--"), ('?', "..--.."), ('Ä', ".-.-"), ('Ö', "---."), ('Ü', "..--"),
];
const ROMAN: &[(u32, &str)] = &[
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"),
    (4, "IV"), (1, "I"),
];

fn mount(routes: &mut Routes) {
    routes.get("/", tools);
    routes.post("/turn", turn);
    routes.widget(widget::show);
}

async fn tools(_req: Request, _ctx: Ctx) -> Result<Response> {
    let names: Vec<&str> = TOOLS.iter().map(|(name, _)| *name).collect();
    Response::json(&json!({ "tools": names }))
}

#[derive(Deserialize)]
struct Order {
    tool: usize,
    text: String,
}

async fn turn(req: Request, _ctx: Ctx) -> Result<Response> {
    let Order { tool, text } = req.json()?;
    let Some((_, tool)) = TOOLS.get(tool) else {
        return Err(Error::bad_request("⟦There is no such tool.|Dieses Werkzeug gibt es nicht.⟧"));
    };
    if text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦At most {MOST_CHARS} characters.|Höchstens {MOST_CHARS} Zeichen.⟧")));
    }
    Response::json(&json!({ "text": tool.turn(&text) }))
}

impl Tool {
    fn turn(self, text: &str) -> String {
        match self {
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::Title => words(text, " ", |word| {
                let mut chars = word.chars();
                chars.next().map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()).unwrap_or_default()
            }),
            Self::Reverse => text.chars().rev().collect(),
            Self::Slug => slug(text),
            Self::Caesar => text.chars().map(|letter| shifted(letter, SHIFT)).collect(),
            Self::Uncaesar => text.chars().map(|letter| shifted(letter, 26 - SHIFT % 26)).collect(),
            Self::Morse => words(&text.to_uppercase(), " / ", |word| {
                let signs: Vec<&str> =
                    word.chars().map(|c| MORSE.iter().find(|(letter, _)| *letter == c).map_or("?", |(_, sign)| sign)).collect();
                signs.join(" ")
            }),
            Self::Unmorse => text
                .split('/')
                .map(|word| {
                    word.split_whitespace().map(|sign| MORSE.iter().find(|(_, known)| *known == sign).map_or('?', |(letter, _)| *letter)).collect()
                })
                .collect::<Vec<String>>()
                .join(" "),
            Self::Binary => numbers_or(text, |number| format!("{number:b}"), |byte| format!("{byte:08b}")),
            Self::Hex => numbers_or(text, |number| format!("{number:x}"), |byte| format!("{byte:02x}")),
            Self::FromBinary => u64::from_str_radix(text.trim(), 2).map_or_else(|_| "?".to_owned(), |number| number.to_string()),
            Self::Roman => text.trim().parse().ok().filter(|n| (1..4000).contains(n)).map_or_else(|| "⟦A number from 1 to 3999, please.|Bitte eine Zahl von 1 bis 3999.⟧".to_owned(), roman),
            Self::FromRoman => {
                let wanted = text.trim().to_uppercase();
                (1..4000).find(|n| roman(*n) == wanted).map_or_else(|| "?".to_owned(), |n| n.to_string())
            }
            Self::SortLines => {
                let mut lines: Vec<&str> = text.lines().collect();
                lines.sort_by_key(|line| line.to_lowercase());
                lines.join("\n")
            }
            Self::Palindrome => {
                let letters: Vec<char> = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
                let same = !letters.is_empty() && letters.iter().eq(letters.iter().rev());
                if same { "⟦Yes, a palindrome.|Ja, ein Palindrom.⟧" } else { "⟦No palindrome.|Kein Palindrom.⟧" }.to_owned()
            }
        }
    }
}

/// Each word turned, and what stands between them.
fn words(text: &str, between: &str, turn: impl Fn(&str) -> String) -> String {
    let turned: Vec<String> = text.split_whitespace().map(turn).collect();
    turned.join(between)
}

fn slug(text: &str) -> String {
    let plain = text.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    let parts: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn shifted(letter: char, by: u8) -> char {
    let shift = |first: u8| char::from(first + (letter as u8 - first + by) % 26);
    match letter {
        'a'..='z' => shift(b'a'),
        'A'..='Z' => shift(b'A'),
        other => other,
    }
}

fn numbers_or(text: &str, number: impl Fn(u64) -> String, byte: impl Fn(u8) -> String) -> String {
    match text.trim().parse::<u64>() {
        Ok(value) => number(value),
        Err(_) => text.bytes().map(byte).collect::<Vec<String>>().join(" "),
    }
}

fn roman(number: u32) -> String {
    let mut left = number;
    let mut text = String::new();
    for (value, sign) in ROMAN {
        while left >= *value {
            text.push_str(sign);
            left -= value;
        }
    }
    text
}
