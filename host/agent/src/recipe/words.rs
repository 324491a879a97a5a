//! Everyday words: which carry no demand, which ask for something that no recipe can do.

use super::book;
use std::{collections::BTreeSet, sync::LazyLock};

/// Words that say nothing about what is wanted.
pub(crate) const EVERYDAY: &str = "\
a able about actually add added adding after all allow allowed allows almost alone along already also always am an and \
another any anybody anyone anything app application are around as ask asks at away awesome back basic be beautiful because \
been before being best better big bit both box build building built but button buttons by can card cards cause change \
choose chosen clear click clickable clicked clicks clicking colleagues come comes cool could create creates cute day days did \
different display displays do does doesnt doing done dont down each easy either else end enter entered entering entry even ever \
every everybody everyone everything family fancy favorite favourite feature few find fine first for form found four free \
friend friends from full fun funny game games get gets getting give gives go goes going good got great group had handy has have \
having help helps her here hey hi his home homepage how id if in input inside instead interactive into is it its just keep \
keeps kid kids kind know last later least leave less let lets like liked likes little live load long look looks lot love \
lovely made make makes making many may maybe me mean might mine minimal mobile more most much must my name names need \
needed needs neat never new next nice no nobody not nothing now of off ok okay old on once one ones online only open option \
options or other others our out over own page pages part people person phone place places plain play played player players \
playing please pls plz thx possible press presses pressed pretty put quick quickly quite random really reset right same save saved saves say \
screen see seen set several shared short should show showing shown shows side simple simply since site small so some somebody \
somehow someone something sometimes somewhere soon sort start store stuff style such super sure surprise tab tabs take takes \
tap taps team text than thank thanks that thats the their them then there these they thing things think this those \
three through time times tiny to today together too tool total try two type typed types under until up us use used useful user \
users uses using very view viewer visible visit visitor visitors want wanted wants was way we web webpage website week well were \
what whatever when where whether which while who whoever whole whose why widget will wish with without wont word words work \
works would write wrote yes yet you your yours zero \
aber alle alles als am an auch auf aus bei bis bitte brauche brauchen da das dass dein dem den der des die dies diese dieser doch \
du ein eine einem einen einer eines einfach einfache er es etwas fur gerne gibt hab habe haben hallo hatte hatten hier ich ihr im \
in ist jeder jede jedem jetzt kann kannst kein keine kleine kleiner kleines konnen konnt konnte mal man mehr mein meine mich mir mit \
mochte mochten nach neu neue noch nur ob oder schon schone sehr sein seite sich sie sind so soll sollen um und uns unser unsere \
viel viele heute zwei drei vier funf sechs euch euer eure fugt fuge hinzu hinzufugen baue bauen baut mach macht mache erstelle erstellt gib vom von vor war ware was wenn wer wie wir wird wo wollen wunsche wunschen zu zum zur zwischen";

/// What no recipe can do, whatever else the words say: demands on the machine. Ignored inside the parameters that a
/// recipe took from the words (an option, a field, the name of a thing).
pub(crate) const DEMANDS: &[&str] = &[
    // who one is
    "log|logs|logging|sign|signs|signing in|into",
    "login|logins|signin|password|passwords|passwort|authentication|oauth|sso|anmelden|anmeldung|admin|admins|moderator|moderators",
    "account|accounts|konto|konten|profile|profiles|register|registration|membership|private|privately|secretly|encrypt*",
    // money
    "pay|pays|paying|payment|payments|paypal|stripe|checkout|invoice|invoices|bezahlen|bezahlung|webshop|shop|store|donate|donation|donations|spenden",
    "buy|sell|sells|selling|auction|cart|subscription|ecommerce|mortgage|loan|loans|tax|taxes|salary|bitcoin|crypto*|ethereum|stock|stocks|aktie|aktien",
    "exchange rate|rates",
    "currency|currencies|wahrung|wahrungen|usd|eur|gbp|euro|euros|dollar|dollars|money",
    // messages that leave the page
    "email|emails|mail|mails|mailing|newsletter|newsletters|inbox|sms|whatsapp|telegram|slack|discord|webhook|webhooks",
    "notify|notifies|notification|notifications|remind|reminds|reminder|reminders|alert|alerts|alarm|alarms|benachrichtig*|erinner*",
    "send|sends|sending .. mail|text|texts|fax|letter|letters",
    // other places
    "twitter|facebook|instagram|tiktok|reddit|youtube|spotify|netflix|github|gitlab|jira|trello|wikipedia|google|amazon|steam|twitch|gmail|outlook",
    "weather|forecast|forecasts|wetter|wettervorhersage|wetterbericht|news|headlines|rss|nachrichtenticker|api|apis|scrape*|crawl*",
    "map|maps|gps|geolocation|landkarte|route|routes|directions|navigation|flight|flights|train|trains|parcel|parcels|package|packages|deliveries|traffic",
    "search engine",
    "suchmaschine",
    "search .. web|internet",
    // files and media
    "upload|uploads|uploading|uploaded|attach*|hochladen|photo|photos|picture|pictures|image|images|selfie*|gif|gifs|meme|memes|avatar|avatars|foto|fotos|bild|bilder|logo|logos",
    "video|videos|camera|webcam|kamera|microphone|audio|voice|speech|podcast|podcasts|music|playlist|radio|soundboard|sound|sounds|musik|piano|drum|drums|synth*|mp3",
    "song player",
    "pdf|pdfs|excel|csv|spreadsheet|spreadsheets|export|exports|exporting|import|imports|download|downloads|print|printable|printing|backup|qr|barcode|barcodes",
    "draw|drawing|drawings|paint|painting|sketch|sketches|canvas|whiteboard|pixel|doodles|malen|zeichnen|zeichnung|animation|animations|animated|3d|webgl|vr|photoshop",
    "chart|charts|graph|graphs|diagram|diagrams|plot|heatmap|dashboard|dashboards|analytics|diagramm|statistik|statistiken|timeline|gantt|kanban",
    // thinking machines
    "ai|gpt|chatgpt|claude|llm|artificial|ki|openai|chatbot|chatbots|bot|bots|assistant|neural|recognition|recognize|detect*|predict*|summari*",
    "translate|translates|translation|translations|translator|ubersetz*|spellcheck*|grammar|autocorrect",
    "generate|generates|generated|generating .. story|stories|poem|poems|text|texts|essay|essays|art|names|password|passwords|recipe|recipes|code|lyrics|story",
    // calendars
    "calendar|calendars|kalender|appointment|appointments|booking|bookings|reserve|reservation|reservations|schedule|schedules|scheduling|termin|termine|doodle|timetable|roster|shift|shifts",
    "days|hours|time|weeks since",
    "recurring|repeating|repeat every",
    // games that need their own rules
    "chess|schach|checkers|sudoku|tetris|snake|pacman|minesweeper|solitaire|poker|blackjack|hangman|galgenmannchen|wordle|scrabble|crossword|mahjong|2048|pong|breakout|asteroids|battleship|battleships|flappy|platformer|shooter|racing|bingo|labyrinth|maze|puzzle|puzzles|jigsaw|darts|golf|uno|risk|simulator|simulation|arcade",
    "memory game",
    "connect four|4",
    "text adventure",
    "card game|games",
    "lottery|lotto|casino|gambl*|slot|roulette",
    // the page itself
    "dark|light mode",
    "theme|themes|font|fonts|background|layout|header|footer|navbar|favicon|banner|css|stylesheet",
    "bigger|smaller|faster|slower|wider|larger|nicer|prettier|redesign|refactor|rewrite",
    "hack|hacks|exploit|shell|terminal|sudo|compiler|ide|sql|server|servers|cpu|ram|disk|uptime|ping|dns|ssh|docker|malware|virus|ddos",
    "wifi|bluetooth|iot|thermostat|sensor|sensors|printer|lamp|lights|heating|robot|drone",
    // what some recipes do: each of those says so in its vocabulary
    "sort|sorts|sorted|sorting|sortable|ordered|ranked|grouped|sortiert|sortieren|sortierbar|gruppiert|alphabetically|alphabetisch",
    "filter|filters|filtern|filterable|search|searchable|searching|suchfunktion|durchsuchen|durchsuchbar",
    "category|categories|tags|kategorie|kategorien|folder|folders|ordner",
    "reply|replies|replying|kommentieren|comment|comments|kommentar|kommentare",
    "deadline|deadlines|due|fallig|frist|priority|priorities|prioritat|prioritaten|assign|assigns|assigned|zuweisen|zugewiesen",
    "per|pro person|player|user|visitor|member|head|day|week|month|year|kopf|spieler|tag|woche|monat|jahr|nase",
    "confetti|konfetti|fireworks|feuerwerk|vibrate|vibration|blink|blinks",
    "undo|streak|streaks|badge|badges|achievement|achievements|xp",
    "only|nur once|einmal",
    "average|averages|median|durchschnitt|mittelwert",
    "maximum|hochstens|maximal|limit|limited|begrenzt",
    "anonymous|anonymously|anonym",
    "edit|edits|editing|editable|bearbeiten|bearbeitbar",
    "daily|weekly|monthly|yearly|hourly|taglich|wochentlich|monatlich|jahrlich",
    "history|verlauf|historie",
    "over time",
    "downvote|downvotes|approve|approval|moderate|moderation|freigeben|freigabe",
    "leaderboard|leaderboards|highscore|highscores|bestenliste|rangliste",
    "high score|scores",
    // too much, or too near a person
    "bmi|horoscope|horoscopes|zodiac|tarot|astrology|horoskop|dating|matchmaking|diagnose|diagnosis|medical",
    "markdown|wysiwyg|wiki|blog|blogs|blogging|forum|forums|cms|portfolio|marketplace|threads|threaded|hashtags|follower|followers|dms|channels|rooms",
    "conference|zoom|skype|screenshare|multiple|several questions|polls|surveys|lists|boards",
    "questionnaire|branching",
    "secret santa",
    "wichteln",
];

/// What one recipe cannot do even where its parameters took the words, by the recipe's name; `""` stands for all.
pub(crate) const BEYOND: &[(&str, &str)] = &[
    (
        "",
        "disappear|disappears|disappearing|vanish|vanishes|expire|expires|expiring|verschwinden|verschwindet after|an|a|in|nach|when|within",
    ),
    ("", "reset|resets|resetting .. every|each|daily|weekly|midnight"),
    ("", "zuruckgesetzt|zurucksetzen|nullt .. jeden|taglich|wochentlich|mitternacht"),
    ("", "lotto*"),
    ("", "only|just|nur i|me|ich"),
    ("", "i can|may|kann|darf .. approve|moderate|delete|remove|ban|loschen|freigeben"),
    ("Counter", "per|each|every|pro person|player|user|visitor|member|colleague|team|day|kopf|spieler|tag|mitarbeiter|nutzer|of|one"),
    ("Counter", "of|for|how|count|see who|wer|whoever"),
    ("Counter", "reset|resets|zurucksetzen|nullen"),
    ("Poll", "names of"),
    ("Poll", "photo|photos|picture|pictures|image|images|foto|fotos|bild|bilder|drawing|drawings"),
    ("Random picker", "two|three|four|five|2|3|4|5|zwei|drei|several|mehrere people|names|winners|persons|namen|personen|gewinner"),
    ("Poll", "who|wer voted|votes|abgestimmt|gestimmt"),
    ("Poll", "with|show|see|mit the|den? names|namen"),
    ("Poll", "story|stories|geschichte"),
    ("Dice", "players|player|spieler|turns"),
    ("Plan with places", "breakfast|fruhstuck"),
    ("Chat wall", "only|just|nur the|die? last|letzten"),
    ("Counter", "for each|every"),
    ("Counter", "fur jeden|jede|jedes"),
    ("Counter", "down|runter|ruckwarts from|von|ab"),
    ("Poll", "two|three|2|3|zwei|drei|up votes|choices|answers|stimmen|antworten"),
    ("Poll", "pick|picks|choose|select|tick exactly? two|three|2|3|up"),
    ("Poll", "results|votes|ergebnis|ergebnisse .. hidden|secret|invisible|versteckt|verborgen|geheim"),
    ("Poll", "hide|hides|hiding the? results|votes"),
    ("Poll", "comment|comments|kommentar|kommentare|kommentieren"),
    ("Poll", "every|each|jeden|jede day|week|month|monday|tuesday|wednesday|thursday|friday|morning|tag|woche|monat|montag|freitag|morgen"),
    ("Countdown", "for|fur each|every|several|multiple|jeden|jede|mehrere|all"),
    ("Countdown", "two|three|four|several|multiple|mehrere|zwei|drei .. countdowns|events|dates|launches|termine|ereignisse"),
    ("To-do list", "who|wer does|macht|is|buys|did|brings|kauft|cleans"),
    ("Countdown", "every|each|jeden|jede day|week|month|morning|tag|woche|monat|morgen"),
    ("To-do list", "quantity|quantities|amounts|prices|menge|mengen|preisen"),
    ("To-do list", "sorted|grouped|ordered|sortiert|gruppiert by|nach"),
    ("Timer", "each|every|per|jeden|jede|pro .. player|person|user|team|spieler"),
    ("Random picker", "every|each|jeden|jede day|week|month|morning|tag|woche|monat|morgen"),
    ("Random picker", "abwechselnd|reihum|alternating|rotating|rotation"),
    ("Random picker", "wer .. wann|wohin|womit"),
    ("Random picker", "who|whos .. when"),
    ("Star rating", "each|every|jeder|jede|jedes|jeden"),
    ("Scoreboard", "first to"),
    ("Scoreboard", "losses|defeats|draws|niederlagen|unentschieden"),
    ("Number guessing", "highscore|highscores|leaderboard|bestenliste|rekorde"),
    ("Number guessing", "high score|scores"),
    ("Guestbook", "sterne|sternebewertung|bewertung|bewertungen|ratings"),
    ("List", "monthly|weekly|yearly|daily total|totals|sum|sums"),
    ("List", "monatssumme|monatssummen|wochensumme|jahressumme"),
    ("Quote of the day", "add|adds|adding|submit|own|eigene|eigenen|hinzufugen"),
    ("Who comes", "time slot|slots"),
    ("Who comes", "zeitfenster|uhrzeit|uhrzeiten"),
];

/// All words of the lists above and of every recipe's patterns: a typed word among them is never taken for a slip.
pub(crate) static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let patterns = book::ALL.iter().flat_map(|r| r.heads.iter().map(|(p, _)| *p).chain(r.vocabulary.iter().copied()));
    let more = [
        "title", "titles", "vote", "votes", "clock", "board", "quite", "quiet", "there", "three", "about", "count", "country", "pool",
        "pools",
    ];
    patterns
        .chain(DEMANDS.iter().copied())
        .chain(BEYOND.iter().map(|(_, p)| *p))
        .flat_map(|p| p.split([' ', '|']))
        .map(|w| w.trim_end_matches(['?', '*']))
        .chain(EVERYDAY.split_whitespace())
        .chain(more)
        .filter(|w| !w.is_empty() && *w != "..")
        .collect()
});

/// Whether this folded word carries no demand of its own.
pub(crate) fn is_everyday(word: &str) -> bool {
    static SET: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| EVERYDAY.split_whitespace().collect());
    SET.contains(word) || word.chars().all(|c| c.is_ascii_digit()) || word.chars().count() == 1
}
