//! Recipes that ask for ideas and for who comes.

use super::*;

pub(in crate::recipe) static SUGGESTIONS: Recipe = Recipe {
    name: "Suggestion box",
    slug: "suggestions",
    example: "A suggestion box with votes",
    example_de: "Ein Ideenkasten mit Stimmen",
    heads: &[
        (
            "suggestion|suggestions|feedback|idea|ideas|wish|wishes|proposal|proposals|question|questions|topic|topics box|board|wall|collector|list|inbox",
            15,
        ),
        (
            "suggestions|suggestion|vorschlage|vorschlag|vorschlagsbox|ideenbox|ideenkasten|ideensammlung|kummerkasten|wunschkasten|brainstorm|brainstorming",
            14,
        ),
        ("upvote|upvotes|upvoting", 14),
        ("ideen|vorschlage sammeln|bewerten", 15),
        (
            "submit|collect|collecting|share|gather|propose|suggest|post|sammeln .. ideas|idea|suggestions|feedback|proposals|topics|questions|wishes|improvements|ideen|vorschlage",
            14,
        ),
        ("feature requests|ideas", 13),
        (
            "anonymous|anonyme|anonymen|anonymously message|messages|confession|confessions|thought|thoughts|notes|post|posts|nachricht|nachrichten|gestandnisse|beichten|feedback",
            16,
        ),
        ("what should|could|can we|be improve|improved|better|change|changed", 13),
        ("wishlist|wish list? .. voting|votes|vote|upvotes", 16),
        ("feedback", 11),
        ("suggest|vorschlagen", 11),
    ],
    vocabulary: &[
        "suchen|sucht|namen|boot|name",
        "topping|night",
        "text|field|underneath|down|ideas|event|best|besten|new|next|rather|game|questions|question|toppings|write|add",
        "most votes|liked first|on? top?",
        "vote|votes|voting|poll|bewerten|sammeln|abstimmen|stimmen|stimme|support|best|top|popular|others|list|sort|sorted|like|likes|rank|ranked|inbox|board|wall|upvote|upvotes|thumbs|thumb|heart|hearts|first|funniest|highest|most|post|posts|add|adds|joke|jokes|witz|witze|quote|quotes|songs|song|movie|movies|name|names|namen|film|films|daumen|hoch|herz|hoher|beliebteste|beliebtesten|besten|beste|oben|anonymous|anonymously|anonym|by|stimmen|vorschlagen|eintragen|newest|latest|sortiert|nach|emoji|playlist|music|abstimmung|abstimmungen|anonyme|anonymen|confession|confessions|thoughts|messages|nachrichten",
    ],
    vetoes: &[
        "comment|comments|reply|replies|status|categories|category|moderate|moderation|downvote|downvotes|deadline|author|authors|random|randomly",
        "with|and|mit|und their|your|a|seinem|dem|ihrem? own? name|author|autor|namen",
        "next visitor|round",
        "answer|answers|answered|antwort|antworten|beantworten",
    ],
    subject: Subject::Free,
    extra: Some(put_in_and_voted),
    extra_points: 17,
    fill: suggestions,
    files: crate_files!("suggestions"),
};

/// Visitors put something in, and others vote for it.
fn put_in_and_voted(asked: &Asked) -> Option<Range<usize>> {
    let adding = pattern::find(
        &asked.words,
        "add|adds|post|posts|submit|submits|suggest|suggests|propose|proposes|share|write|writes|enter|collect|tell|put|pitch|eintragen|vorschlagen|einreichen|posten|schreiben|sammeln|nominate",
        0,
    )?;
    pattern::find(
        &asked.words,
        "upvote|upvotes|upvoted|thumbs|likes|liked|heart|hearts|vote|votes|voting|voted|rank|abstimmen|stimmen|stimme|daumen|liken|herz|herzen|bewerten|punkte",
        0,
    )
    .or_else(|| pattern::find(&asked.words, "can|could|konnen|and|or|others like|liken", 0))?;
    let things = "joke|jokes|witz|witze|quote|quotes|zitate|spruche|idea|ideas|ideen|suggestion|suggestions|vorschlage|topic|topics|themen|question|questions|fragen|name|names|namen|song|songs|lieder|movie|movies|film|films|filme|game|games|spiele|\
         tip|tips|tipps|wish|wishes|wunsche|feature|features|place|places|restaurant|restaurants|book|books|bucher|puns|pun|facts|confession|confessions|excuses|dish|dishes|gerichte|snacks|activities|activity|proposals|title|titles|slogan|slogans|stories|memories|hacks|recipes|pizza|meals|destinations|sentence|sentences|story|theme|themes|haiku|haikus|nickname|nicknames|ausreden|ziele|aktivitaten";
    pattern::find(&asked.words, things, 0)?;
    let acts = |l: &lists::Listed| l.items.iter().any(|i| ["vote", "suggest", "add ", "like"].iter().any(|w| i.to_lowercase().contains(w)));
    lists::choices(asked).is_none_or(|l| acts(&l)).then_some(adding)
}

fn suggestions(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (topic, explained) = topic(asked, &head);
    let prompt = phrases::question(asked)
        .or_else(|| topic.map(|t| if phrases::is_german(asked) { format!("Dein Vorschlag: {t}") } else { format!("Your suggestion: {t}") }))
        .unwrap_or_else(
            || if phrases::is_german(asked) { "Was könnte besser sein?".to_owned() } else { "What could be better?".to_owned() },
        );
    let german = phrases::is_german(asked);
    // Fields of their own make it a table.
    if super::columns::reads_like_columns(asked).is_some()
        || put_in_and_voted(asked).is_none() && asked.text.contains(':') && lists::choices(asked).is_some_and(|l| l.items.len() > 1)
    {
        return None;
    }
    let is_voted = put_in_and_voted(asked).is_some();
    let without = has(asked, "anonymous|anonymously|anonym|anonyme|anonymen")
        && !has(asked, "suggestion|suggestions|idea|ideas|feedback|vorschlage|ideen");
    let votes = is_voted
        || has(asked, "upvote|upvotes|upvoting|vote|votes|likes|abstimmen")
        || !without && !has(asked, "newest|latest|neueste|neuesten|just|chronological");
    let is_box = has(
        asked,
        "suggestion|suggestions|feedback|idea|ideas|vorschlage|vorschlag|ideen|improve|proposals|ideenkasten|suggest|wish|wishlist",
    );
    let prompt = if is_box || phrases::question(asked).is_some() {
        prompt
    } else if german {
        "Dein Beitrag".to_owned()
    } else {
        "Add one".to_owned()
    };
    let default = match (is_box, german) {
        (true, false) => "Suggestion box",
        (true, true) => "Ideenkasten",
        (false, false) => "Vote for the best",
        (false, true) => "Das Beste gewinnt",
    };
    Some(Order {
        title: phrases::title(asked, head, default),
        summary: match (votes, german) {
            (true, false) => "Everybody may add one and support others; those with most votes stand first.",
            (true, true) => "Alle können etwas eintragen und für anderes stimmen; das Beliebteste steht oben.",
            (false, false) => "Everybody may add one; the newest stand first.",
            (false, true) => "Alle können etwas eintragen; das Neueste steht oben.",
        }
        .to_owned(),
        words: vec![("prompt", text(&prompt)), ("votes", raw(votes))],
        constants: vec![("PROMPT", Value::Text(prompt)), ("VOTES", Value::Flag(votes))],
        explained,
        leads: false,
    })
}

pub(in crate::recipe) static RSVP: Recipe = Recipe {
    name: "Who comes",
    slug: "rsvp",
    example: "Who is coming to the summer party?",
    example_de: "Wer kommt zum Sommerfest?",
    heads: &[
        ("rsvp|rsvps|potluck|anmeldeliste|teilnehmerliste|gasteliste|zusagen", 15),
        ("sign|signup up? sheet|list|form", 16),
        ("attendance|attendee|guest|participant|participants list|sheet|tracker", 15),
        ("who|whos|whoever is|are|will|can|wants|all .. coming|comes|come|attending|joining|join|attend|there", 15),
        ("whos coming|in|attending|joining", 15),
        ("who can make it", 15),
        ("who|wer joins|participates|attends", 15),
        ("who is|are in", 13),
        ("sign|signup up? for", 14),
        ("wer hat lust|zeit", 14),
        ("are you coming", 15),
        ("wer kommt|dabei", 15),
        ("wer ist|macht dabei|mit", 14),
        ("say|tell|confirm|mark|indicate .. coming|come|comes|attend|attending|joining|join", 14),
    ],
    vocabulary: &[
        "for|fur today|tonight|heute",
        "ja|nein|vielleicht|yes|no|maybe|lunch",
        "yes or|and no",
        "sign up|in",
        "signup|sheet|list|yes|no|maybe|coming|come|attend|attending|register|registration|bring|brings|bringing|guests|guest|party|event|poll",
    ],
    vetoes: &[
        "which|what|welchem|welchen|welcher day|days|time|tag|tagen|uhrzeit",
        "maximum|waitlist|limit|limited|slots|slot|seats|dish|payment",
    ],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: rsvp,
    files: crate_files!("rsvp"),
};

fn rsvp(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::columns::reads_like_columns(asked).is_some() {
        return None;
    }
    let (topic, mut explained) = topic(asked, &head);
    let at = pattern::find(&asked.words, "coming|comes|come|attending|attend|joining|join|kommt|dabei|there|up to|for|zu|zum|zur|on", 0);
    let event = topic.or_else(|| {
        let words = phrases::topic(asked, at?.end - 1)?;
        explained.push(words.clone());
        Some(asked.slice(words).to_owned())
    });
    let german = phrases::is_german(asked);
    let answers = if german { ["Ja", "Vielleicht", "Nein"] } else { ["Yes", "Maybe", "No"] };
    let title = phrases::title(asked, head, "Who is coming?");
    let event = event.map_or_else(|| phrases::question(asked).unwrap_or_else(|| title.clone()), |e| phrases::capitalise(&e));
    Some(Order {
        summary: if german {
            format!("Eine Liste, wer kommt: Name, {}, und eine Bemerkung.", answers.map(str::to_lowercase).join(", "))
        } else {
            format!("A list of who comes: name, {}, and a note.", and(&answers.map(str::to_lowercase)))
        },
        title,
        words: vec![("event", text(&event)), ("yes", text(answers[0]))],
        constants: vec![("EVENT", Value::Text(event)), ("ANSWERS", Value::Texts(answers.map(str::to_owned).to_vec()))],
        explained,
        leads: false,
    })
}
