//! Recipes for a password, shared costs, a shared text, and questions with answers.

use super::*;

pub(in crate::recipe) static PASSWORD: Recipe = Recipe {
    name: "Password generator",
    slug: "passwords",
    example: "A password generator",
    example_de: "Ein Passwortgenerator",
    heads: &[
        ("password|passwords|passphrase generator|maker|creator", 18),
        ("random|secure|strong|safe password|passwords", 16),
        ("generate|generates|generating|create|creates a|random|secure|strong|safe? random|secure|strong|safe? password|passwords", 17),
        ("passwortgenerator|kennwortgenerator|passworterzeuger|passwortgenerierung", 18),
        ("passwort|passworter|kennwort generator|erzeugen|generieren|erstellen", 18),
    ],
    vocabulary: &[
        "password|passwords|passwort|passworter|random|secure|strong|safe|generate|generates|generator|generator|length|long|characters|character|digits|numbers|symbols|signs|letters|special|upper|lower|case|lange|zeichen|zufallig|sicheres|sichere|sicher|button|mit|sonderzeichen|ziffern|choose|chosen|adjustable|einstellbar|einstellbarer|wahlbar",
    ],
    vetoes: &["save|saves|saved|store|manager|passphrase|words|worter|pronounceable|memorable|pin|login|page|protected|history|copy"],
    subject: Subject::Closed,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let length = phrases::numbers(asked).into_iter().map(|(_, n)| n).find(|n| (6..=64).contains(n)).unwrap_or(16);
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Passwortgenerator" } else { "Password generator" }),
            summary: if german {
                format!("Passwörter mit zunächst {length} Zeichen, im eigenen Browser erzeugt.")
            } else {
                format!("Passwords of {length} characters at first, made in the visitor’s own browser.")
            },
            words: vec![("length", raw(length))],
            constants: vec![("LENGTH", Value::Number(length as i64))],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("password"),
};

pub(in crate::recipe) static SPLIT: Recipe = Recipe {
    name: "Shared costs",
    slug: "shared-costs",
    example: "Who paid what and who owes whom",
    example_de: "Wer hat was bezahlt und wer schuldet wem?",
    heads: &[
        ("who|wer owes|schuldet|schulden who|whom|wem", 19),
        ("who|wer hat? paid|pays|bezahlt|zahlte|zahlt what|was|how|wie", 16),
        ("expense|expenses|cost|costs splitter|splitting|sharing|split", 18),
        ("split|splits|splitting|share|shares|divide our|the|all|holiday|trip|group|shared? expenses|costs", 17),
        ("kosten|ausgaben|urlaubskosten|reisekosten|wgkosten teilen|aufteilen|aufgeteilt|abrechnen", 17),
        ("kostenteiler|ausgabenteiler|wg kasse|abrechnung", 16),
        ("splitwise", 17),
        ("settle up|debts", 16),
    ],
    vocabulary: &[
        "kasse|kassen|gemeinschaftskasse|haushaltskasse",
        "wer hat|schuldet was|wem|wie|viel",
        "bezahlt|schuldet|schulden",
        "paid|pay|pays|owe|owes|whom|money|expense|expenses|cost|costs|split|splits|share|shared|shares|equally|equal|trip|holiday|group|flat|settle|amount|name|names|calculate|calculates|show|shows|bezahlt|bezahlen|schuldet|schulden|wem|kosten|ausgaben|teilen|geld|urlaub|wg|name|betrag|gleichmassig|ausrechnen|debts|debt|total|bill|bills|each|everyone|enter|euro|euros|what|weekend|friends|was|wer",
    ],
    vetoes: &[
        "currencies|currency|unequal|percentages|percentage|percent|prozent|receipt|receipts|category|categories|paypal|weighted|monthly|chart|date|datum|settled|erledigt",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        if lists::choices(asked).is_some_and(|l| l.items.len() > 3) {
            return None;
        }
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Gemeinsame Kosten" } else { "Shared costs" }),
            summary: if german {
                "Wer was bezahlt hat, gleichmäßig geteilt, und wer wem wie viel schuldet.".to_owned()
            } else {
                "Who paid what, shared equally, and who owes whom how much.".to_owned()
            },
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("split"),
};

pub(in crate::recipe) static PAD: Recipe = Recipe {
    name: "Shared text",
    slug: "shared-text",
    example: "A shared text that everybody can edit",
    example_de: "Ein gemeinsamer Text, den alle ändern können",
    heads: &[
        (
            "shared|common|collaborative|joint|gemeinsamer|gemeinsames|gemeinsame text|notepad|document|page|pad|dokument|textfeld|seite|scratchpad|textdokument",
            15,
        ),
        (
            "text|page|document|notepad|wiki|dokument|pad|seite .. everyone|everybody|anyone|all|we|visitors|people|alle|jeder can|may|konnen|kann edit|change|write|bearbeiten|andern|schreiben",
            17,
        ),
        ("etherpad|wikipage|wikiseite|notizblock|scratchpad", 15),
        ("wiki page", 16),
    ],
    vocabulary: &[
        "text|page|document|notepad|wiki|pad|edit|edits|editing|editable|change|changes|write|shared|together|save|saves|bearbeiten|andern|schreiben|gemeinsamer|gemeinsames|notes|note|saved|collaborative|dokument",
    ],
    vetoes: &[
        "history|versions|version|markdown|formatting|bold|rich|pages|links|comments|headings|images|live|realtime|time|cursor|cursors|simultaneously|sticky|notes|story|geschichte|poem|words|count|upload|guestbook|list|sections",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        Some(Order {
            title: phrases::title(asked, head, if german { "Gemeinsamer Text" } else { "Shared text" }),
            summary: if german {
                "Ein Text, den alle ändern können; niemand überschreibt, was andere inzwischen schrieben.".to_owned()
            } else {
                "One text that everybody can edit; nobody overwrites what others wrote meanwhile.".to_owned()
            },
            words: vec![],
            constants: vec![],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("pad"),
};

pub(in crate::recipe) static QUESTIONS: Recipe = Recipe {
    name: "Questions and answers",
    slug: "questions",
    example: "A board where anyone can ask a question and others answer",
    example_de: "Ein Brett, auf dem man Fragen stellen kann und andere antworten",
    heads: &[
        (
            "ask|asks|asking|post|posts|submit|stellen|stellt|fragen .. question|questions|fragen|frage .. answer|answers|answered|reply|replies|beantworten|antworten|antwort",
            19,
        ),
        (
            "question|questions|fragen|frage .. answer|answers|answered|beantworten|antworten|stellen .. answer|answers|reply|replies|it|them|beantworten|antworten",
            18,
        ),
        ("q a", 17),
        ("question|questions|fragen|frage box|board|wall|corner|page .. answer|answers|answered|reply|replies", 19),
        ("fragen und antworten", 17),
        ("qa|faq board|page|wall|box", 17),
        ("question|questions|fragen and|und answer|answers|antworten board|page|wall|corner|box", 18),
        ("ask me|us|anything anything", 16),
        ("help|advice board|corner", 13),
        ("fragenbrett|fragebox|fragestunde|fragewand|fragetafel|frageecke", 15),
    ],
    vocabulary: &[
        "brett|andere|anderen|others|fragen|frage|antworten|stellen",
        "ask|asks|question|questions|answer|answers|answered|answering|reply|replies|anonymous|anonymously|anonym|fragen|frage|antwort|antworten|beantworten|stellen|stellt|others|visitors|post|board|wall|below|others|everyone|anyone|help|advice|faq|underneath|drunter|darunter",
    ],
    vetoes: &[
        "vote|votes|voting|upvote|upvotes|like|likes|best|accepted|name|names|quiz|trivia|multiple|choice|score|right|wrong|correct|random|poll|ai|category|categories|moderator|only|email|expert|search|once|richtig|punkte",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: |asked, head| {
        let german = phrases::is_german(asked);
        let prompt = if german { "Deine Frage" } else { "Your question" };
        Some(Order {
            title: phrases::title(asked, head, if german { "Fragen und Antworten" } else { "Questions and answers" }),
            summary: if german {
                "Alle können fragen und alle können antworten, ohne Namen; die neuesten Fragen stehen oben.".to_owned()
            } else {
                "Everybody may ask and everybody may answer, without a name; the newest questions stand first.".to_owned()
            },
            words: vec![("prompt", text(prompt))],
            constants: vec![("PROMPT", Value::Text(prompt.to_owned()))],
            explained: vec![],
            leads: false,
        })
    },
    files: crate_files!("questions"),
};
