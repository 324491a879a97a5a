//! What tables of such things usually hold, and what they are called, when nobody says.

use super::columns::*;
use super::*;

/// What lists of such things usually hold, when nobody says; a plain list of things gets a name and notes.
pub(super) fn usual_columns(asked: &Asked, names_things: bool, has_rules: bool) -> Option<Vec<fields::Field>> {
    const USUAL: [(&str, &str, &str); 45] = [
        ("checklist|checkliste", "item", "Punkt"),
        ("lost .. found", "item, lost or found (lost, found), where, contact, returned (yes/no)", ""),
        (
            "fundburo|fundsachen|fundkiste|fundgrube",
            "",
            "Gegenstand, verloren oder gefunden (verloren, gefunden), wo, Kontakt, zurückgegeben (ja/nein)",
        ),
        (
            "give|giveaway|giveaways|free|verschenken|verschenkliste|verschenkborse|verschenkecke|verschenkbox away|stuff|things|items?",
            "item, description, contact, taken (yes/no)",
            "Was, Beschreibung, Kontakt, vergeben (ja/nein)",
        ),
        ("flohmarkt|kleinanzeigen|anzeigenbrett", "", "Was, biete oder suche (biete, suche), Beschreibung, Kontakt, erledigt (ja/nein)"),
        ("classifieds|classified|offers", "what, offer or wanted (offer, wanted), description, contact, done (yes/no)", ""),
        ("flea|fleamarket market?", "item, description, price, contact, sold (yes/no)", ""),
        (
            "swap|swaps|swapping|barter|bartering|trading|exchange",
            "offer, wanted, contact, done (yes/no)",
            "Biete, suche, Kontakt, erledigt (ja/nein)",
        ),
        (
            "tauschborse|tauschecke|tauschliste|tauschkreis|tauschring|tauschplatz|tauschen|pflanzentausch|buchertausch|pflanzentauschborse|buchertauschborse",
            "",
            "Biete, suche, Kontakt, erledigt (ja/nein)",
        ),
        (
            "carpool|carpooling|rideshare|ridesharing|ride|lift|car|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|fahrgemeinschaft|fahrgemeinschaften",
            "from, to, date, time, free seats, name",
            "Start, Ziel, Datum, Uhrzeit, freie Plätze, Name",
        ),
        ("highscore|highscores|highscoreliste|highscoretabelle|bestenliste", "name, points", "Name, Punkte"),
        ("high score|scores", "name, points", "Name, Punkte"),
        (
            "borrowed|borrows|lent|lending|loan|ausgeliehen|geliehen|ausleihliste|verleihliste",
            "item, who has it, since, returned (yes/no)",
            "Gegenstand, wer hat es, seit wann, zurückgegeben (ja/nein)",
        ),
        ("brings|bringing|bring|bringt|potluck|mitbringliste", "name, brings", "Name, bringt mit"),
        (
            "birthday|birthdays|geburtstag|geburtstage|geburtstagen|geburtstagsliste|geburtstagskalender",
            "name, birthday",
            "Name, Geburtstag",
        ),
        (
            "phone|contact|contacts|address|addressbook|adressbuch|telefonliste|kontaktliste",
            "name, phone, e-mail, notes",
            "Name, Telefon, E-Mail, Notizen",
        ),
        ("expense|expenses|ausgaben|haushaltsbuch|ausgabenliste", "what, date, amount", "Wofür, Datum, Betrag"),
        ("book|books|reading|booklist|bookshelf|bucher|bucherliste|leseliste", "title, author, read", "Titel, Autor, Gelesen"),
        ("movie|movies|film|films|filme|filmliste|watch|watchlist", "title, year, seen", "Titel, Jahr, Gesehen"),
        (
            "recipe|recipes|cookbook|rezepte|rezeptesammlung|rezeptsammlung|rezeptbuch|kochbuch",
            "name, ingredients, instructions",
            "Name, Zutaten, Zubereitung",
        ),
        ("plant|plants|pflanzen|pflanzenliste", "name, last watered, location", "Name, Datum, Ort"),
        ("wish|wishlist|gift|gifts|wunschliste|geschenke|geschenkeliste", "wish, link, price", "Wunsch, Link, Preis"),
        ("restaurant|restaurants", "name, website, rating", "Name, Webseite, Bewertung"),
        ("agenda|tagesordnung", "topic, who", "Thema, Wer"),
        ("homework|hausaufgaben", "subject, what to do, due date", "Fach, Aufgabe, Datum"),
        ("attendance|anwesenheit|anwesenheitsliste", "name, here (yes/no)", "Name, Da (ja/nein)"),
        ("joke|jokes|witz|witze", "joke, from", "Witz, von wem"),
        ("quote|quotes|saying|sayings|zitat|zitate|spruch|spruche", "quote, who said it", "Spruch, wer es gesagt hat"),
        ("caption|captions|slogan|slogans|motto|mottos", "caption, name", "Motto, Name"),
        ("idea|ideas|suggestions|proposals|ideen|vorschlage|vorschlag", "idea, name", "Idee, Name"),
        ("question|questions|fragen", "question, name", "Frage, Name"),
        ("tip|tips|trick|tricks|tipp|tipps", "tip, name", "Tipp, Name"),
        ("song|songs|lied|lieder|musikwunsche|liedwunsche", "song, artist, wished by", "Lied, Interpret, gewünscht von"),
        ("wishes|wunsche|weihnachtswunsche", "wish, name", "Wunsch, Name"),
        ("task|tasks|todo|todos|chores|jobs|aufgabe|aufgaben", "task, notes", "Aufgabe, Notizen"),
        ("event|events|veranstaltungen|termine|ausfluge|trips|outings", "what, date, place", "Was, Datum, Ort"),
        (
            "bug|bugs|fault|faults|mangelliste|schadensmeldung|schaden|repairs|reparaturen",
            "what, where, fixed (yes/no)",
            "Was, Wo, Behoben (ja/nein)",
        ),
        ("tool|tools|werkzeug|werkzeuge|gerat|gerate|equipment", "name, owner, notes", "Name, Besitzer, Notizen"),
        ("game|games|boardgame|boardgames|spiel|spiele|gesellschaftsspiele", "name, players, minutes", "Name, Spieler (Text), Minuten"),
        ("cake|cakes|kuchen|kuchenspenden|kuchenliste", "name, cake", "Name, Kuchen"),
        ("seed|seeds|samen|saatgut", "variety, who, notes", "Sorte, wer, Notizen"),
        ("toy|toys|clothes|kleidung|spielzeug", "item, size (text), contact", "Was, Größe (Text), Kontakt"),
        ("word|words|worter|dialekt|vokabeln", "word, meaning", "Wort, Bedeutung"),
        ("packing|packliste|gepack", "item, notes", "Was, Notizen"),
        ("seats|sitzplatze|sitzplatz|participants|teilnehmerliste|signup|registration|anmeldung|anmeldungen|sign up?", "name", "Name"),
    ];
    let is_board = has(
        asked,
        "geburtstagskalender|telefonliste|kontaktliste|linkliste|linksammlung|lost|found|fundburo|fundsachen|fundkiste|fundgrube|give|giveaway|giveaways|free|verschenken|verschenkliste|verschenkborse|verschenkecke|verschenkbox|flohmarkt|kleinanzeigen|\
         classifieds|classified|offers|flea|swap|swaps|swapping|barter|trading|exchange|tauschborse|tauschecke|tauschliste|tauschkreis|tauschring|tauschplatz|tauschen|pflanzentausch|\
         buchertausch|carpool|carpooling|rideshare|ride|lift|mitfahrliste|mitfahrborse|mitfahrgelegenheit|mitfahrgelegenheiten|fahrgemeinschaft|fahrgemeinschaften|highscore|highscores|\
         bestenliste|scores|score|borrowed|lent|ausgeliehen|geliehen|mitbringliste|ausleihliste|verleihliste|birthdays|geburtstage|haushaltsbuch|cookbook|kochbuch|rezeptbuch|rezeptesammlung|\
         filmliste|geschenkeliste|pflanzentauschborse|buchertauschborse|anzeigenbrett|fleamarket|potluck",
    );
    let noun = "list|liste|collection|directory|inventory|catalogue|catalog|wishlist|watchlist|wunschliste|booklist|table|tabelle|log|logbook|tracker|book|addressbook|adressbuch|bookshelf|geburtstagsliste|leseliste|bucherliste|sammlung";
    let is_list = is_board || has_rules || has(asked, noun) && !has(asked, "that|which|where|who|so|if|from");
    let german = phrases::is_german(asked);
    let usual = USUAL
        .iter()
        .find(|(things, _, _)| has(asked, things))
        .map(|(_, english, deutsch)| if german && !deutsch.is_empty() || english.is_empty() { *deutsch } else { *english });
    let is_log = has(asked, "tracker|log|logbook|diary|journal|planner|tagebuch|plan");
    let only_names = has(asked, "list|liste of|mit|von|der names|namen");
    let notes = if german { "Name, Notizen" } else { "name, notes" };
    let plain = (names_things && !is_log).then_some(if only_names { "name" } else { notes });
    usual.or(plain).filter(|_| is_list || has(asked, WHO_WHAT)).and_then(fields::fields)
}

/// `a shopping list with quantities, to tick off`.
pub(super) fn shopping_with_quantity(asked: &Asked) -> Option<Range<usize>> {
    pattern::find(&asked.words, "quantity|quantities|amount|amounts|menge|mengen|mengenangabe|mengenangaben", 0)?;
    if has(asked, "shopping|grocery|groceries list|lists") || has(asked, "einkaufsliste|einkaufszettel") {
        return pattern::find(&asked.words, "quantity|quantities|amount|amounts|menge|mengen|mengenangabe|mengenangaben", 0);
    }
    pattern::find(&asked.words, "tick|tick|check|cross|abhaken|abgehakt|bought|gekauft|erledigt|ticked|checked", 0)?;
    pattern::find(&asked.words, "shopping|grocery|groceries|einkaufsliste|einkaufszettel|einkaufe", 0)
}

/// `for the class party`, `zum Vereinsfest`: a title where the words have no better.
pub(super) fn occasion(asked: &Asked) -> Option<String> {
    let at = pattern::find(&asked.words, "for|to|at|fur|zum|zur|beim the|our|das|den|die|unser|unsere|unseren", 0)
        .or_else(|| pattern::find(&asked.words, "zum|zur|beim", 0))?;
    let end = (at.end..asked.words.len().min(at.end + 3))
        .find(|i| {
            let gap = &asked.text[asked.words[i - 1].at.end..asked.words[*i].at.start];
            *i > at.end
                && (gap.trim() != ""
                    || starts_with_verb(&asked.words[*i].text)
                    || VERBS_AFTER.split('|').any(|v| v == asked.words[*i].text))
        })
        .unwrap_or(asked.words.len().min(at.end + 3));
    let name = phrases::capitalise(asked.slice(at.end..end));
    (3..=40).contains(&name.chars().count()).then_some(name)
}

pub(super) const VERBS_AFTER: &str = "mitbringt|mitbringen|bringt|bringen|with|where|that|who|and|mit|wo|und|we|wir|can|kann";

/// `Kilometer challenge: …`, `Lunch orders for today, name and dish`: what stands before the columns.
pub(super) fn heading(asked: &Asked) -> Option<String> {
    const LEAD: &str = "for|fur|sammeln|sammle|sammelt|wed|lets|let|our|please|can|could|you|we|i|id|want|need|like|would|to|add|make|build|create|have|get|give|me|us|a|an|the|some|page|where|list|table|bitte|eine|ein|einen|ich|wir|brauchen|hatte|gern|gerne|mochte|of";
    let lower = asked.text[..asked.title_end].to_lowercase();
    let marks = [":", ",", "(", " - ", " with ", " mit ", " where ", " wo ", " in die ", " who ", " wer ", " that ", "?", ". ", ";"];
    let cut = marks.iter().filter_map(|mark| lower.find(mark)).min()?;
    if lower[cut..].starts_with('?') {
        return phrases::question(asked);
    }
    // `Eine Liste mit Kuchenrezepten (Name, Zutaten)`: the things stand before the parenthesis.
    let things = [" mit ", " with "].iter().find_map(|mark| lower[cut..].strip_prefix(mark).map(|_| cut + mark.len()));
    let things = things.and_then(|start| asked.text.get(start..start + asked.text.get(start..)?.find('(')?));
    if let Some(things) = things.map(str::trim).filter(|t| (1..=3).contains(&t.split_whitespace().count()) && !t.contains([',', ':'])) {
        return Some(phrases::capitalise(things));
    }
    let text = asked.text.get(..cut)?;
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1 && LEAD.split('|').any(|lead| lead == crate::recipe::asked::fold(words[0])) {
        words.remove(0);
    }
    let title = phrases::capitalise(&words.join(" "));
    let bare = ["List", "Liste", "Table", "Tabelle", "Sheet", "Form"].contains(&title.as_str());
    ((1..=6).contains(&words.len()) && (3..=48).contains(&title.chars().count()) && !bare && !has_verb(&title)).then_some(title)
}
