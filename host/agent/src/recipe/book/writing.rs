//! Recipes in which visitors write something down.

use super::*;

pub(in crate::recipe) static GUESTBOOK: Recipe = Recipe {
    name: "Guestbook",
    slug: "guestbook",
    example: "A guestbook",
    example_de: "Ein Gästebuch",
    heads: &[
        ("guestbook|guestbooks|gastebuch|guessbook", 15),
        ("guest|visitor|visitors book|books", 15),
        (
            "leave|leaves|leaving|write|post|drop|sign|hinterlassen|schreiben .. message|messages|note|notes|greeting|greetings|comment|comments|wish|wishes|compliment|compliments|regards|nachricht|nachrichten|grusse|gruss|kommentar|kommentare|hello|hi",
            13,
        ),
        (
            "message|messages|greeting|greetings|comment|comments|compliment|compliments|wishes|thank|thanks|kudos|gratitude|memory|memories board|wall|book|box|section|area",
            14,
        ),
        ("comments|kommentare", 11),
        ("thank you wall|board|page|book", 14),
        ("compliments|kudos|komplimente for|to|fur", 13),
        ("say|write hi|hello|hallo|something", 12),
        ("post|share|write|tell what|something|thoughts|stories|memories|things", 11),
        ("nachricht|nachrichten|grusse hinterlassen|dalassen|schreiben", 13),
    ],
    vocabulary: &[
        "compliment|compliments|kudos|someone|nice",
        "saying|wishes|grateful|nice|kind|theyre|thank|kudos",
        "name|message|messages|note|notes|sign|signing|wall|book|board|visitors|entry|entries|greeting|greetings|comment|comments|short|newest|first|date|time|others|wedding|birthday",
    ],
    vetoes: &[
        "antwortfunktion|antworten|antwort|kommentarfunktion|emoji|emojis|smiley|smileys|reply|replies|edit|likes|moderate|moderation|approve|approval|photo|article|articles|rating|stars",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: guestbook,
    files: crate_files!("guestbook"),
};

fn guestbook(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::names_more_than(
        asked,
        "name|names|message|nachricht|text|comment|kommentar|date|datum|note|greeting|gruss|their|your|a|short|few|entry|words|wish|wishes|wunsch",
    ) {
        return None;
    }
    let (_, explained) = topic(asked, &head);
    let german = phrases::is_german(asked);
    let is_book = has(asked, "guestbook|guestbooks|gastebuch|guessbook") || has(asked, "guest|visitor|visitors book|books");
    let kind = if has(asked, "compliment|compliments|kompliment|komplimente") {
        Some(("Compliments", "Komplimente"))
    } else if has(asked, "kudos|thank|grateful|gratitude|dank|danke|dankbar") {
        Some(("Thanks", "Danke"))
    } else if has(asked, "wishes|gluckwunsche|wunsche") {
        Some(("Wishes", "Wünsche"))
    } else {
        None
    };
    let (invitation, default) = match (is_book, german) {
        (false, false) if kind.is_some() => ("Write something nice", kind.map_or("", |k| k.0)),
        (false, true) if kind.is_some() => ("Etwas Nettes schreiben", kind.map_or("", |k| k.1)),
        (true, false) => ("Sign the guestbook", "Guestbook"),
        (true, true) => ("Ins Gästebuch schreiben", "Gästebuch"),
        (false, false) => ("Leave your message", "Messages"),
        (false, true) => ("Nachricht hinterlassen", "Nachrichten"),
    };
    Some(Order {
        title: phrases::title(asked, head, default),
        summary: if phrases::is_german(asked) {
            "Man hinterlässt Namen und ein paar Zeilen; das Neueste steht oben."
        } else {
            "Visitors leave a name and a few lines; the newest stand first."
        }
        .to_owned(),
        words: vec![("invitation", text(invitation))],
        constants: vec![("INVITATION", Value::Text(invitation.to_owned()))],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static CHAT: Recipe = Recipe {
    name: "Chat wall",
    slug: "chat-wall",
    example: "A chat for everybody here",
    example_de: "Ein Chat für alle hier",
    heads: &[
        ("chat|chats|chatting|chatroom|chatbox|shoutbox|shoutwall|shouts|chatten|chatraum|plaudern", 15),
        ("shout|shouting box|wall|board", 15),
        ("chat room|wall|box|corner|window", 16),
        ("talk|speak|write to|with the|our|all? each|other? other|visitors|others|people|everyone", 14),
        ("talk|discuss together|live", 12),
        ("instant|live messages|messaging|messenger", 13),
    ],
    vocabulary: &["message|messages|room|live|talk|write", "real time", "realtime|instantly|nickname|nicknames|wall|box"],
    vetoes: &["rooms|emoji|emojis|history|bot|support|groups|typing|customer|gpt|you"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: chat,
    files: crate_files!("chat"),
};

fn chat(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, explained) = topic(asked, &head);
    let welcome =
        if phrases::is_german(asked) { "Noch hat niemand etwas gesagt. Sag hallo!" } else { "Nobody has said anything yet. Say hello!" };
    Some(Order {
        title: phrases::title(asked, head, "Chat"),
        summary: if phrases::is_german(asked) {
            "Was jemand schreibt, lesen alle anderen sofort."
        } else {
            "What one visitor writes, all others read at once."
        }
        .to_owned(),
        words: vec![],
        constants: vec![("WELCOME", Value::Text(welcome.to_owned()))],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static NOTES: Recipe = Recipe {
    name: "Notes board",
    slug: "notes",
    example: "A board for sticky notes",
    example_de: "Eine Pinnwand für Notizen",
    heads: &[
        ("note|notes|notice|pin|bulletin|memo|sticky|cork board|boards|wall", 16),
        ("sticky|stickies|coloured|colored|shared|quick note|notes|memos", 15),
        ("post its|it|itnotes", 15),
        ("pinboard|corkboard|noticeboard|noteboard|pinnwand|notizbrett|notiztafel|notizwand|notizzettel|stickies|postits", 15),
        ("notes|notizen|notepad|memos", 12),
        ("schwarzes brett", 15),
    ],
    vocabulary: &[
        "three|several|different|verschiedenen|colours",
        "board|wall|color|colour|colors|colours|pin|stick|sticky|edit|edits|remove|removes|delete|add|paper|write|message|messages|text|coloured|colored",
    ],
    vetoes: &["bold|formatting|fett|folders|tags|rich|private|drag|kanban|columns|release|patch", "with title|titles"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: notes,
    files: crate_files!("notes"),
};

fn notes(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, explained) = topic(asked, &head);
    Some(Order {
        title: phrases::title(asked, head, if phrases::is_german(asked) { "Notizen" } else { "Notes" }),
        summary: if phrases::is_german(asked) {
            "Eine Wand für bunte Zettel, die alle anheften, ändern und abnehmen können."
        } else {
            "A board of coloured notes that everybody may pin, change and take off."
        }
        .to_owned(),
        words: vec![],
        constants: vec![],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static TODO: Recipe = Recipe {
    name: "To-do list",
    slug: "todo",
    example: "A shared to-do list",
    example_de: "Eine gemeinsame Aufgabenliste",
    heads: &[
        ("todo|todos|todolist|todoliste|tasklist|checklist|checkliste|einkaufsliste|packliste|aufgabenliste|merkliste|einkaufszettel", 15),
        ("to do|dos list|lists|liste|board|app", 16),
        ("to dos", 15),
        ("check|task|tasks|shopping|grocery|groceries|packing|chore|chores|errand|errands|bucket|buying list|lists|sheet", 16),
        ("list of|with chores|tasks|todos|errands|groceries", 15),
        ("tick|check|cross|abhaken .. off", 13),
        ("things|stuff|tasks|items we|i|to need|have|must? to? do|buy|get|pack|bring", 15),
        ("tasks|chores|aufgaben", 12),
    ],
    vocabulary: &[
        "ticked|everything|erledigtes|erledigte|abgehakte|abgehaktes|gone|bought|ones|leeren|erledigt|all",
        "auf einmal",
        "at once",
        "auf einmal",
        "at once",
        "boxes|box|abhaken",
        "check boxes",
        "list|add|remove|removes|delete|deletes|buy|tick|check|off|done|complete|completed|finish|finished|items|item|tasks|task|shopping|store|packing|things|mark|cross|clear|shared|abhaken|hinzufugen|loschen",
    ],
    vetoes: &[
        "due|deadline|deadlines|priority|priorities|assign*|category|categories|tags|subtasks|drag|kanban|columns",
        "with fields",
        "for each person",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: todo,
    files: crate_files!("todo"),
};

fn todo(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (_, mut explained) = topic(asked, &head);
    let shopping = has(asked, "shopping|grocery|groceries|buy|buying|einkauf*|packing|pack|packliste|bring");
    let listed = lists::choices(asked);
    let first = listed.as_ref().map(|l| l.items.clone()).unwrap_or_default();
    explained.extend(listed.map(|l| l.words));
    let (thing, default) = match (shopping, phrases::is_german(asked)) {
        (true, false) => ("thing", "Shopping list"),
        (true, true) => ("Sache", "Einkaufsliste"),
        (false, true) => ("Aufgabe", "Aufgaben"),
        (false, false) => ("task", "To-do list"),
    };
    let rows: Vec<String> = first
        .iter()
        .enumerate()
        .map(|(i, t)| format!("{{ id = \"{:012}\", text = \"{}\", done = false }}", i + 1, super::super::render::toml_escape(t)))
        .collect();
    let summary = if first.is_empty() {
        if phrases::is_german(asked) {
            "Eine Liste für alle: eintragen, abhaken, Abgehaktes auf einmal löschen."
        } else {
            "A list that everybody shares: add, tick off, clear what is ticked."
        }
        .to_owned()
    } else {
        if phrases::is_german(asked) {
            format!("Eine Liste für alle, von Anfang an mit {}.", first.join(", "))
        } else {
            format!("A list that everybody shares, with {} on it from the start; clear what is ticked.", and(&first))
        }
    };
    Some(Order {
        title: phrases::title(asked, head, default),
        summary,
        words: vec![("thing", text(thing)), ("seeded", raw(format!("[{}]", rows.join(", "))))],
        constants: vec![("THING", Value::Text(thing.to_owned())), ("FIRST", Value::Texts(first))],
        explained,
        leads: false,
    })
}
