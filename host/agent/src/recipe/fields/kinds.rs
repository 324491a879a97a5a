//! What a column holds, by its name; and which names are columns' names.

use super::Kind;

/// Names that columns often have.
pub(super) const NAMES: &str = "\
    wert puls value artikel stroke name title author artist location place status owner category titel autor ort company role item what was \
    contact kontakt song dish team city country land stadt gericht essen lied ziel start player game spieler \
    spiel subject fach species art plant pflanze treffpunkt have want vegetable fruit word meaning example \
    wort bedeutung beispiel phone topic thema task aufgabe room raum zimmer class klasse group gruppe driver \
    fahrer child kind pupil schuler student parent eltern book buch movie film recipe rezept ingredient idea \
    idee question frage answer antwort genre platform member mitglied street strasse strecke route opponent \
    gegner result ergebnis tool werkzeug gerat size grosse colour color farbe brand marke model modell note \
    reason grund problem solution severity priority prioritat kuchen cake drink getrank bird vogel wine wein \
    beer bier album band server level character instrument exercise ubung symptom medicine dose language \
    sprache teacher lehrer lehrerin position trikot nickname vorname nachname surname strain variety sorte \
    anlass wunsch wish gift geschenk link publisher isbn condition zustand job firma email origin herkunft \
    brings bringt zeit product produkt shop laden store von bis habe suche biete preis zweck rad standort";

/// What a column of this name holds.
pub(super) fn kind(name: &[String], hint: &str) -> Kind {
    const KINDS: [(Kind, &str); 10] = [
        (Kind::Stars, "stars|star|sterne|sternebewertung|sternen"),
        (
            Kind::YesNo,
            "yes/no|yesno|ja/nein|boolean|checkbox|done|paid|read|finished|available|bought|returned|vegan|vegetarian|watched|seen|owned|erledigt|bezahlt|gelesen|vorhanden|completed|working|active|urgent|taken|gone|vergeben|vergriffen|reserviert|reserved|sold|verkauft|used|returned|zuruckgegeben|gesehen|gekauft|vegetarisch|organic|da|verfugbar|frei|weg|confirmed|approved|played|gespielt|solved|visited|besucht|cooked|tried|checked|packed|borrowed|present|veggie|open|offen|geschafft|fertig",
        ),
        (Kind::Email, "email|mail|e-mail|emails"),
        (Kind::Url, "url|link|website|homepage|web|webseite|links|urls"),
        (Kind::Phone, "phone|telephone|tel|mobile|cell|telefon|telefonnummer|handy|handynummer"),
        (
            Kind::Date,
            "date|dates|deadlines|day|birthday|birthdays|geburtstage|wann|tag|ablaufdatum|mindesthaltbarkeitsdatum|birthdate|deadline|due|when|watered|until|since|datum|geburtstag|fallig|expiry|expires|expiration|released|anniversary|gegossen",
        ),
        (Kind::Time, "time|uhrzeit|hour|abfahrt|abfahrtszeit|departure"),
        (
            Kind::Number,
            "number|kilos|kilo|kg|grams|meters|metres|euro|euros|kids|children|adults|erwachsene|kinder|pieces|glasses|cups|goals|assists|bpm|number|price|cost|costs|amount|quantity|qty|count|age|score|rating|points|year|weight|height|size|pages|hours|minutes|km|kilometers|kilometres|miles|distance|calories|total|reps|sets|preis|anzahl|menge|kosten|betrag|alter|punkte|jahr|gewicht|seiten|kilometer|bewertung|budget|value|floor|level|servings|portions|duration|zahl|numeric|seats|stock|places|spots|platze|personen|people|persons|guests|gaste|stuck|portionen|stunden|minuten|tage|days|wins|losses|siege|goals|tore|players|spieler|elevation|depth|width|length|lange|hohe|hohenmeter|grosse|strength|speed|temperature|temperatur|percent|percentage|laps|steps|schritte|kcal|liters|litres|liter|money|salary|rent|miete|bid|gebot|pieces|copies|punktzahl|jahrgang|note|grade|marks|highscore|scores|tries|attempts|versuche|entfernung|distanz",
        ),
        (
            Kind::LongText,
            "zubereitung|anleitung|remarks|remark|opinion|meinung|inhalt|story|method|preparation|notes|description|comment|comments|details|instructions|text|beschreibung|notizen|kommentar|ingredients|zutaten|bemerkung|bemerkungen|review|summary",
        ),
        (Kind::Text, "name|title|place|location|where|who|owner|author|artist|genre|type|colour|color|status"),
    ];
    let of = |word: &str| KINDS.iter().find(|(_, words)| words.split('|').any(|w| w == word)).map(|(kind, _)| *kind);
    if let Some(kind) = of(hint) {
        return kind;
    }
    let joined = name.join("-");
    if joined == "e-mail" || joined == "mail-address" {
        return Kind::Email;
    }
    if name.len() == 2 && matches!(name[0].as_str(), "date" | "datum") {
        return Kind::Date;
    }
    if name.len() > 1 && matches!(name[0].as_str(), "anzahl" | "zahl") {
        return Kind::Number;
    }
    let starts = |first: &[&str]| name.len() > 1 && first.contains(&name[0].as_str());
    if starts(&["when", "since", "wann", "seit"]) {
        return Kind::Date;
    }
    if starts(&["how"]) && matches!(name[1].as_str(), "many" | "much" | "old" | "far") {
        return Kind::Number;
    }
    if starts(&["wie"]) && matches!(name[1].as_str(), "viele" | "viel" | "alt" | "weit") {
        return Kind::Number;
    }
    if starts(&["where", "who", "what", "which", "wo", "wer", "was", "welche", "welcher", "wie", "how"]) {
        return Kind::Text;
    }
    // "date of birth" is a date, "price per kilo" a number; otherwise the last word decides, "start date" is a date.
    let before_of =
        name.iter().position(|w| ["of", "per", "in", "at", "for", "from", "von", "pro"].contains(&w.as_str())).map(|i| &name[..i]);
    let head = before_of.filter(|head| !head.is_empty()).unwrap_or(name);
    if head.first().is_some_and(|w| w == "last" || w == "next") && head.len() > 1 && head[1].ends_with("ed") {
        return Kind::Date;
    }
    // `pages read` are a number.
    let did = ["read", "walked", "run", "swum", "cycled", "gelesen", "gelaufen"].contains(&head.last().map_or("", String::as_str));
    if did && head.len() > 1 && of(&head[head.len() - 2]) == Some(Kind::Number) {
        return Kind::Number;
    }
    head.last().and_then(|w| of(w)).unwrap_or(Kind::Text)
}

/// Words that ask for a machine rather than name a column.
pub(super) const NO_FIELDS: &str = "\
    button buttons search filter filters sort sorting pagination ability option possibility way voting votes \
    upvotes likes comments form page pages tabs categories folders user users visitors everyone people drag \
    delete edit editing them me us knopf colors colours style boxes checkboxes flag flags photo photos \
    picture pictures image images foto fotos bild bilder bildern video videos map maps karte upload uploads \
    file files attachment attachments notification notifications reminder reminders erinnerung login password \
    passwort chart charts graph calendar kalender export qr history verlauf ratings reviews replies average \
    durchschnitt deadlines";
