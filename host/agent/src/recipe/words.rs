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
    "pay|pays|paying|payment|payments|paypal|stripe|invoice|invoices|bezahlen|bezahlung|webshop|shop|store|donate|donation|donations|spenden",
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
    ("", "lotto*"),
    ("", "only|just|nur i|me|ich"),
    ("", "i can|may|kann|darf .. approve|moderate|delete|remove|ban|loschen|freigeben"),
    ("Counter", "per|each|every|pro person|player|user|visitor|member|colleague|team|kopf|spieler|mitarbeiter|nutzer|of|one"),
    ("Counter", "of|for|how|count|see who|wer|whoever"),
    ("Counter", "game|spiel"),
    ("Counter", "reset button|knopf"),
    ("Counter", "zurucksetzen|nullen"),
    ("Random picker", "teams|gruppen|mannschaften"),
    ("Poll", "names of"),
    ("Poll", "close|closes|closing|closed|schliesst|endet on|at|am|um|after|nach|in"),
    ("Poll", "max|maximum|maximal|hochstens"),
    ("Poll", "photo|photos|picture|pictures|image|images|foto|fotos|bild|bilder|drawing|drawings"),
    ("Random picker", "two|three|four|five|2|3|4|5|zwei|drei|several|mehrere people|names|winners|persons|namen|personen|gewinner"),
    ("Poll", "who|wer voted|votes|abgestimmt|gestimmt"),
    ("Poll", "with|show|see|mit the|den? names|namen"),
    ("Poll", "story|stories|geschichte"),
    ("Dice", "players|player|spieler|turns"),
    ("Plan with places", "breakfast|fruhstuck"),
    ("Chat wall", "only|just|nur the|die? last|letzten"),
    ("Counter", "for each|every"),
    ("Counter", "how|wie many|viele days|tage|weeks|wochen"),
    ("Counter", "fur jeden|jede|jedes"),
    ("Counter", "down|runter|ruckwarts from|von|ab"),
    ("Poll", "two|three|2|3|zwei|drei|up votes|choices|answers|stimmen|antworten"),
    ("Poll", "pick|picks|choose|select|tick exactly? two|three|2|3|up"),
    ("Poll", "results|votes|ergebnis|ergebnisse .. hidden|secret|invisible|versteckt|verborgen|geheim"),
    ("Poll", "hide|hides|hiding the? results|votes"),
    ("Poll", "comment|comments|kommentar|kommentare|kommentieren"),
    ("Poll", "every|each|jeden|jede week|month|monday|tuesday|wednesday|thursday|friday|woche|monat|montag|freitag"),
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
        "pools", "shelf", "shelves", "laufe", "lauf", "laufen", "times", "tasks", "tools", "teams", "places", "seats", "water", "books",
        "cards",
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

/// Words that ask for nothing: courtesy, little words, who it is for, and that people use it.
const FILLER: &str = "\
a able about actually add added adding adds all allow allows allowed along already also am an and another any anybody anyone anything app \
application are around as asks at awesome basic be beautiful because been being bit both box build building built button buttons by can card \
click clickable colleague colleagues come cool could create creates cute did display displays do does doing each easy either enter entered \
entering enters etc even everybody everyone everything fancy feature feel few find for form friend friends from fun funny get gets getting \
give gives go goes going good got great had handy has have having hello help helps her here hey hi his home homepage how i id if ill im in input inside \
interactive into is it its just keep keeps kind know let lets like little live look looks love lovely made make makes making many \
may maybe me might mine minimal mobile much my name need needed needs neat new nice now of off ok okay on one ones online or other others our \
own page pages part people person place places plain pls plz please possible pretty put puts quick quickly quite really say says screen see \
seen sees set shared short should show showing shown shows simple simply site small so some somebody somehow someone something somewhere \
stuff style such super sure take takes team thank thanks that thats the their them then there these they thing things think this \
those through tiny to together too tool try type types under up us use used useful user users using very view viewer visible visit visitor visitors \
want wanted wants was way we web webpage website well were what whatever when where whether which who whoever whole whos whose why widget will wish \
with wont work works would write you your yours what's \
aber alle allen aller alles als am an auch auf aus bei beim bitte brauche brauchen da dabei das dass dein deine dem den der des die dies diese dieser dieses doch \
du ein eine einem einen einer eines einfach einfache einfaches er es etwas fur gerne gern gibt gebt hab habe haben hallo hat hatte hatten hier ich ihr \
ihre ihren im in ins ist jeder jede jedem jeden jetzt kann kannst konnen konnt konnte konnten kleine kleiner kleines leute mal man mein meine meinem meinen mich mir mit mochte \
mochten moge neu neue neuen neuer neues noch nun ob oder person personen schon schone schones sehr sein seine seite sich sie sind so soll sollen sollte \
toll um und uns unser unsere unserem unseren unserer unseres viel viele vom von vor war ware was welche welchen welcher welches wenn wer wie wir wird \
wo wollen womit wunsch wunsche wunschen zeig zeigen zeigt zu zum zur baue bauen baut mach machen macht mache erstelle erstellen erstellt gib fuge fugt hinzu danke super wen wem \
fur eintragen einzutragen gemeinsam gemeinsame gemeinsamen gemeinsamer gemeinsames jeweils online sieht sehen \
club clubs team teams office offices flat flats flatmates family families class classroom village neighbour neighbours neighbor neighbors neighbourhood \
neighborhood choir church school kids children grandkids grandchildren pupil pupils student students member members department company guest guests \
parents band crew street community association society staff coworkers mates roommates housemates party guys folks \
verein vereins wg buro familie klasse schule nachbarn nachbarschaft kollegen kolleginnen freunde freunden chor gemeinde dorf firma abteilung mitglieder gaste \
kinder enkel eltern schuler mannschaft besucher besucherinnen leuten";

/// Phrases that ask for nothing although their words may.
pub(super) const IDLE: &[&str] = &[
    "at the same time",
    "take turns",
    "all of us",
    "at once",
    "in turn",
    "every|each visitor|person|one can|could|may|should",
    "jeder|alle kann|konnen",
    "live on|for the|this page",
    "right here",
    "as well",
    "of course",
    "thank you",
    "vielen dank",
    "would be nice|great|lovely|fun|cool|good",
    "ware schon|toll|super|nett|cool",
    "a lot of fun",
    "the|our|unser|unsere|unseren|der|die|das|den|unserer next|nachste|nachsten|nachster|nachstes team? event|meeting|book|trip|film|movie|game|party|rehearsal|outing|holiday|session|probe|treffen|buch|ausflug|fest|spiel|visitor|one|besucher",
    "check|tick boxes|box",
    "i mean",
    "5k|10k",
    "on|am monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
    "this|next|diese|diesen|nachste|nachsten week|weekend|friday|saturday|sunday|monday|year|woche|wochenende|freitag|samstag|sonntag|jahr",
];

/// Rules and machinery: words that must be met, even where a name may stand.
const RULES: &str = "\
per each every everytime daily weekly monthly yearly hourly nightly today todays tomorrow yesterday tonight day days week weeks month months year years hour hours \
minute minutes second seconds again once twice thrice nobody none never always until till after before while during since without unless except only max maximum \
maximal min minimum most least limit limited limits exceed turn turns rotate rotates rotating rotation alternate alternating cycle clear clears cleared reset resets restart restarts start \
starts end ends expire expires delete deletes remove removes removed undo hide hides hidden secret private automatically automatic auto highscore highscores \
leaderboard ranking ranked rank score scores points point winner winners best total totals sum sums average mean percent percentage sort sorts sorted sorting order ordered highest \
lowest top bottom newest latest oldest first last next previous random randomly shuffle vote votes voting voted rate rating ratings like likes upvote comment comments reply replies history \
repeat repeats duplicate duplicates unique different same level levels speed fast fastest slow timer timed countdown count counts counter counting seats seat places spots spot borrowed free available taken status tick ticked tick check \
checked done search filter export print upload image photo picture color colour notification remind reminder calendar split compare calculate \
pro taglich wochentlich monatlich jahrlich stundlich heute morgen gestern abends morgens tag tage tages woche wochen monat monate jahr jahre stunde stunden minute minuten sekunde sekunden nochmal \
wieder einmal zweimal niemand niemals nie immer bis nach bevor wahrend ohne ausser nur hochstens maximal mindestens begrenzt abwechselnd reihum rotiert rotieren wechselt leeren \
zurucksetzen neustart loschen entfernen entfernt automatisch bestenliste rangliste punkte punktestand gewinner beste gesamt summe durchschnitt prozent sortiert geordnet \
zuerst zuletzt nachste nachsten zufallig abstimmen stimmen stimme bewerten verlauf wiederholen doppelt verschiedene schnell schnellste frei ausgeliehen erledigt suche filtern termin termine";

/// Whether this folded word asks for nothing.
pub(crate) fn is_filler(word: &str) -> bool {
    static SET: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| FILLER.split_whitespace().collect());
    SET.contains(word) || word.chars().count() == 1 && !word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether this folded word is a rule that something must carry.
pub(crate) fn is_rule(word: &str) -> bool {
    static SET: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| RULES.split_whitespace().filter(|w| !is_filler(w)).collect());
    SET.contains(word)
}
