//! Recipes in which visitors give their opinion.

use super::*;

pub(in crate::recipe) static POLL: Recipe = Recipe {
    name: "Poll",
    slug: "poll",
    example: "A poll: pizza, sushi or tacos?",
    example_de: "Eine Umfrage: Pizza, Sushi oder Tacos?",
    heads: &[
        ("poll|polls|polling|survey|surveys|ballot|referendum|strawpoll|umfrage|umfragen|abstimmung|abstimmungen", 14),
        ("vote|votes|voting|abstimmen|stimmt|abzustimmen", 13),
        ("let|lets us|people|visitors|everyone|everybody|the? team? decide|choose|pick between", 12),
        ("which|what .. do|does|would you|we|people|everyone|everybody|they|visitors prefer|like|favor|want", 11),
        ("do you|people|we prefer|like", 11),
        ("should|shall we .. or", 11),
        ("sollen wir .. oder", 11),
        ("what|which|where .. should|shall we|everyone|everybody", 11),
        ("this or that", 12),
        ("yes or no", 11),
        ("ja oder nein", 11),
        ("which .. suits|works|fits|wins", 12),
    ],
    vocabulary: &[
        "result|results|percent|percentage|percentages|bar|bars|chart|graph|count|counts|winner|wins|choice|choices|answer|answers|question|questions|decide|live|anonymous|favourite|favorite|suggest|own",
        "change|changes .. vote|mind",
    ],
    vetoes: &["ranked|rank|ranking|weighted|quorum|questions", "each|per category", "close|closes|closing|deadline"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: poll,
    files: crate_files!("poll"),
};

fn poll(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let listed = lists::choices(asked);
    let (topic, mut explained) = topic(asked, &head);
    let question = phrases::question(asked);
    let may_add = has(asked, "add|suggest|enter|propose .. own|new|more|other|options|choices|answers|suggestions|ideas")
        || has(asked, "own options|suggestions|choices|answers|ideas");
    let strong = pattern::match_at(&asked.words, POLL.heads[0].0, head.start).is_some()
        || pattern::match_at(&asked.words, POLL.heads[1].0, head.start).is_some();
    let (options, open) = match listed {
        Some(listed) => {
            explained.push(listed.words);
            (listed.items, may_add)
        }
        None if !strong => return None,
        None if !may_add && is_yes_or_no(question.as_deref(), topic.as_deref()) => {
            let words = if phrases::is_german(asked) { ["Ja", "Nein"] } else { ["Yes", "No"] };
            (words.map(str::to_owned).to_vec(), false)
        }
        None => (vec![], true),
    };
    let title = phrases::title(asked, head, question.as_deref().or(topic.as_deref()).map_or("Poll", |t| t));
    let asks = question.or_else(|| topic.map(|t| phrases::capitalise(&t))).unwrap_or_else(|| title.clone());
    let summary = match (options.is_empty(), open) {
        (true, _) => "Visitors add options and vote; everybody has one vote and may change it.".to_owned(),
        (false, true) => format!("One vote for each visitor: {}. Visitors may add options.", and(&options)),
        (false, false) => format!("One vote for each visitor: {}.", and(&options)),
    };
    Some(Order {
        title: phrases::capitalise(&title),
        summary,
        words: vec![("question", text(&asks)), ("open", raw(open))],
        constants: vec![("QUESTION", Value::Text(asks)), ("OPTIONS", Value::Texts(options)), ("OPEN", Value::Flag(open))],
        explained,
    })
}

/// `should we move the meeting to Friday`, `whether we should get a dog`.
fn is_yes_or_no(question: Option<&str>, topic: Option<&str>) -> bool {
    const STARTS: [&str; 22] = [
        "should ",
        "shall ",
        "do ",
        "does ",
        "is ",
        "are ",
        "can ",
        "will ",
        "would ",
        "did ",
        "have ",
        "has ",
        "soll",
        "sollen ",
        "ist ",
        "sind ",
        "wollen ",
        "if ",
        "whether ",
        "we should",
        "ob ",
        "wollt ",
    ];
    [question, topic].into_iter().flatten().any(|t| STARTS.iter().any(|s| t.to_lowercase().starts_with(s)))
        && !question.is_some_and(|q| q.to_lowercase().contains(" or "))
}

pub(in crate::recipe) static REACTIONS: Recipe = Recipe {
    name: "Reactions",
    slug: "reactions",
    example: "Emoji reactions: 👍 ❤️ 😂",
    example_de: "Reaktionen mit Emojis: 👍 ❤️ 😂",
    heads: &[
        (
            "reaction|reactions|emoji|emojis|mood|moods|smiley|smileys board|buttons|button|bar|wall|poll|tracker|row|meter|counter|counters|vote|picker|check|barometer|checkin",
            15,
        ),
        ("react|reagieren with|to|using|mit|auf", 13),
        ("like|clap|applause|heart|thumbs|upvote up? button|buttons|counter", 15),
        ("thumbs up", 13),
        ("emoji|emojis|reactions|reaktionen", 12),
        ("how .. feeling|feel|feels today?", 12),
        ("mood|stimmungsbarometer|stimmung", 11),
    ],
    vocabulary: &["poll|vote|votes|counter|count|counts|board|picker|feel|feeling|feels|mood|day|like|likes"],
    vetoes: &["history|trend|comment|comments", "over time", "per day"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: reactions,
    files: crate_files!("reactions"),
};

fn reactions(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let found = emojis(&asked.text);
    let has_mood = has(asked, "mood|moods|feel|feeling|feels|stimmung*|smiley|smileys");
    let given: Vec<String> = if found.len() >= 2 || (found.len() == 1 && has(asked, "button|counter|like")) {
        found
    } else {
        let named: &[&str] = if has(asked, "clap|applause") {
            &["👏"]
        } else if has(asked, "heart|hearts") {
            &["❤️"]
        } else if has(asked, "thumbs up .. down") {
            &["👍", "👎"]
        } else if has(asked, "like button|buttons|counter") || has(asked, "thumbs") || has(asked, "upvote") {
            &["👍"]
        } else if has_mood {
            &["😀", "🙂", "😐", "🙁", "😢"]
        } else {
            &["👍", "❤️", "😂", "🎉", "😮", "😢"]
        };
        named.iter().map(|e| (*e).to_owned()).collect()
    };
    let (topic, explained) = topic(asked, &head);
    let question = phrases::question(asked).or_else(|| topic.map(|t| phrases::capitalise(&t)));
    let title = phrases::title(asked, head, if has_mood { "Mood" } else { "Reactions" });
    let asks = question.unwrap_or_else(|| if has_mood { "How are you feeling?".to_owned() } else { title.clone() });
    Some(Order {
        summary: format!("One press of each for every visitor: {}", given.join(" ")),
        title,
        words: vec![("question", text(&asks))],
        constants: vec![("QUESTION", Value::Text(asks)), ("REACTIONS", Value::Texts(given))],
        explained,
    })
}

/// The emoji in a text, each once, at most twelve, joined sequences kept together.
fn emojis(text: &str) -> Vec<String> {
    let is_emoji =
        |c: char| matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{1f1e6}'..='\u{1f1ff}');
    let is_tail = |c: char| matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{20e3}');
    let mut found: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut joined = false;
    for c in text.chars() {
        if is_tail(c) && !current.is_empty() {
            current.push(c);
        } else if c == '\u{200d}' && !current.is_empty() {
            current.push(c);
            joined = true;
        } else if is_emoji(c) {
            if !joined && !current.is_empty() {
                found.push(std::mem::take(&mut current));
            }
            current.push(c);
            joined = false;
        } else if !current.is_empty() {
            found.push(std::mem::take(&mut current));
            joined = false;
        }
    }
    found.push(current);
    let mut once: Vec<String> = Vec::new();
    for emoji in found.into_iter().filter(|e| !e.is_empty()) {
        if !once.contains(&emoji) {
            once.push(emoji);
        }
    }
    once.truncate(12);
    once
}

pub(in crate::recipe) static RATING: Recipe = Recipe {
    name: "Star rating",
    slug: "rating",
    example: "Rate our coffee with stars",
    example_de: "Unseren Kaffee mit Sternen bewerten",
    heads: &[
        ("star|stars rating|ratings|rate|vote|bewertung", 16),
        ("rate|rating|ratings|bewerten|bewertung|bewertungen", 12),
        ("five|5|ten|10|sterne|sternen star|stars|sterne|bewertung", 13),
        ("sternen|sterne bewerten|bewertung|bewertungen|vergeben|geben", 14),
    ],
    vocabulary: &["star|stars|sterne|sternen|average|score|vote|votes|give|durchschnitt"],
    vetoes: &["review|reviews|comment|comments|each|several|per", "trek|wars", "heart|interest|exchange|frame|mortgage rate"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: rating,
    files: crate_files!("rating"),
};

fn rating(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if lists::choices(asked).is_some_and(|l| l.items.len() > 2) {
        return None;
    }
    let stars = phrases::numbers(asked).into_iter().map(|(_, n)| n).find(|n| (3..=10).contains(n)).unwrap_or(5);
    let object = pattern::find(&asked.words, "rate|bewerte|bewerten", 0)
        .filter(|at| asked.words.get(at.end).is_some_and(|w| !matches!(w.text.as_str(), "with" | "from" | "by" | "mit")));
    let after_rate = object.map(|at| {
        let rest = asked.rest_of_sentence(at.end);
        let lower = asked.text[rest.clone()].to_lowercase();
        let cut = [" with ", " from ", " out of ", " on a ", " by ", " mit ", ",", ":", " between ", " using "]
            .iter()
            .filter_map(|e| lower.find(e))
            .min()
            .unwrap_or(lower.len());
        asked.words_in(rest.start..rest.start + cut)
    });
    let words = after_rate.filter(|r| !r.is_empty() && r.len() <= 8).or_else(|| phrases::topic(asked, head.end));
    let subject = words.clone().map(|r| phrases::capitalise(asked.slice(r)));
    let title = phrases::title(asked, head, subject.as_deref().unwrap_or("Rating"));
    let subject = subject.unwrap_or_else(|| title.clone());
    Some(Order {
        summary: format!("One to {stars} stars from every visitor, and the average."),
        title,
        words: vec![("subject", text(&subject)), ("stars", raw(stars))],
        constants: vec![("SUBJECT", Value::Text(subject)), ("STARS", Value::Number(stars as i64))],
        explained: words.into_iter().collect(),
    })
}

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
        ("what should|could|can we|be improve|improved|better|change|changed", 13),
        ("wishlist|wish list? .. voting|votes|vote|upvotes", 16),
        ("feedback", 11),
        ("suggest|vorschlagen", 11),
    ],
    vocabulary: &[
        "vote|votes|voting|poll|bewerten|sammeln|abstimmen|stimmen|stimme|support|best|top|popular|others|list|sort|sorted|like|likes|rank|ranked|inbox|board|wall",
    ],
    vetoes: &["comment|comments|reply|replies|status|categories|category|moderate|moderation"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: suggestions,
    files: crate_files!("suggestions"),
};

fn suggestions(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let (topic, explained) = topic(asked, &head);
    let prompt = phrases::question(asked)
        .or_else(|| topic.map(|t| if phrases::is_german(asked) { format!("Dein Vorschlag: {t}") } else { format!("Your suggestion: {t}") }))
        .unwrap_or_else(
            || if phrases::is_german(asked) { "Was könnte besser sein?".to_owned() } else { "What could be better?".to_owned() },
        );
    Some(Order {
        title: phrases::title(asked, head, "Suggestion box"),
        summary: "Everybody may add a suggestion and support others; the most wanted stand first.".to_owned(),
        words: vec![("prompt", text(&prompt))],
        constants: vec![("PROMPT", Value::Text(prompt))],
        explained,
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
        ("who is|are in", 13),
        ("sign|signup up? for", 14),
        ("wer hat lust|zeit", 14),
        ("are you coming", 15),
        ("wer kommt|dabei", 15),
        ("wer ist|macht dabei|mit", 14),
        ("say|tell|confirm|mark|indicate .. coming|come|comes|attend|attending|joining|join", 14),
    ],
    vocabulary: &[
        "sign up|in",
        "signup|sheet|list|yes|no|maybe|coming|come|attend|attending|register|registration|bring|brings|bringing|guests|guest|party|event|poll",
    ],
    vetoes: &["maximum|waitlist|limit|limited|slots|slot|seats|dish|payment"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: rsvp,
    files: crate_files!("rsvp"),
};

fn rsvp(asked: &Asked, head: Range<usize>) -> Option<Order> {
    if super::writing::reads_like_columns(asked).is_some() {
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
        summary: format!("A list of who comes: name, {}, and a note.", and(&answers.map(str::to_lowercase))),
        title,
        words: vec![("event", text(&event)), ("yes", text(answers[0]))],
        constants: vec![("EVENT", Value::Text(event)), ("ANSWERS", Value::Texts(answers.map(str::to_owned).to_vec()))],
        explained,
    })
}
