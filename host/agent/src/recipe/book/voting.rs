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
        (
            "whats|whos|what|who|which|welche|welcher|welches|was|wer is|ist|are|sind? your|the|our|dein|deine|die|der|das|euer|eure? favourite|favorite|best|beste|besten|bester|bestes|schonste|liebste|lieblings*",
            11,
        ),
        ("which .. suits|works|fits|wins", 12),
    ],
    vocabulary: &[
        "stimme|stimmen",
        "for|fur today|tonight|tomorrow|heute|morgen",
        "between|options|option|pick|tick|than|best|besten|passt|bestellen|mehrfachauswahl|event|wins",
        "which|what|welcher|welche|best|bester day|days|date|tag",
        "which|what|where|who|whats|welche|welcher|welches|was|wer is|are|should|shall|do|does|soll|sollen|ist|sind",
        "mean|beer",
        "one vote each|only",
        "one vote per|for|pro person|visitor|head|kopf",
        "each|everyone|everybody|jeder person? one|hat|has|eine|einmal vote|stimme?",
        "eine stimme pro|je person|kopf?",
        "nobody can? vote|votes twice",
        "result|results|percent|percentage|percentages|bar|bars|chart|graph|count|counts|winner|wins|choice|choices|answer|answers|question|questions|decide|live|anonymous|favourite|favorite|suggest|own",
        "change|changes .. vote|mind",
        "multiple|several|many|mehrere|more|anonymous|anonym",
    ],
    vetoes: &["ranking|ranked|rank|weighted|quorum|questions", "each|per category", "close|closes|closing|deadline"],
    subject: Subject::Free,
    extra: None,
    extra_points: 0,
    fill: poll,
    files: crate_files!("poll"),
};

fn poll(asked: &Asked, head: Range<usize>) -> Option<Order> {
    let listed = lists::choices(asked).and_then(only_answers);
    // `Who is in today? Yes or no`: that asks for names.
    let yes_or_no = |l: &lists::Listed| {
        l.items.iter().all(|i| matches!(super::super::asked::fold(i).as_str(), "yes" | "no" | "maybe" | "ja" | "nein" | "vielleicht"))
    };
    if listed.as_ref().is_some_and(yes_or_no) && has(asked, "who|whos|wer") {
        return None;
    }
    let (topic, mut explained) = topic(asked, &head);
    let question = phrases::question(asked);
    let may_add = has(asked, "add|suggest|enter|propose .. own|new|more|other|options|choices|answers|suggestions|ideas")
        || has(asked, "own options|suggestions|choices|answers|ideas");
    let several = has(asked, "mehrfachauswahl|mehrfachnennung|mehrfachnennungen|mehrfachantworten|multi|checkboxes")
        || has(asked, "multiple choice|choices|answers|options|votes|selections")
        || has(asked, "more than one|once")
        || has(asked, "pick|picks|choose|select|tick|vote|votes|wahlen|ankreuzen|stimmen .. several|multiple|many|mehrere|all|alle")
        || has(asked, "several|mehrere choices|answers|options|votes|antworten|moglichkeiten|optionen|stimmen|auswahlen|tage");
    let strong = pattern::match_at(&asked.words, POLL.heads[0].0, head.start).is_some()
        || pattern::match_at(&asked.words, POLL.heads[1].0, head.start).is_some();
    const ANEW: [&str; 6] = [
        "and|und? the|die? vote|votes|poll|voting|it|stimmen|abstimmung|umfrage? start|starts|resets|reset|begins|restarts|is|beginnt|startet anew|again|over|fresh|new|neu? every|each|jeden day|morning|tag|morgen",
        "daily|tagliche|taglich|tagesumfrage",
        "every|each|jeden day|tag anew|again|new|neu|fresh|resets|restarts",
        "jeden|every|each|this|anew|new|neu every|each|jeden? day|tag|daily",
        "resets|restarts|reset at|um|every|each|jeden midnight|mitternacht|day|night",
        "every|each|jeden day|tag",
    ];
    let anew: Vec<Range<usize>> = ANEW.iter().flat_map(|p| pattern::find_all(&asked.words, p)).collect();
    let daily = !anew.is_empty();
    explained.extend(anew);
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
    let title = phrases::title(
        asked,
        head,
        question.as_deref().or(topic.as_deref()).map_or(if phrases::is_german(asked) { "Umfrage" } else { "Poll" }, |t| t),
    );
    let asks = question.or_else(|| topic.map(|t| phrases::capitalise(&t))).unwrap_or_else(|| title.clone());
    let german = phrases::is_german(asked);
    let one = match (several, german) {
        (true, false) => "Visitors may choose several",
        (false, false) => "One vote for each visitor",
        (true, true) => "Man darf mehrere wählen",
        (false, true) => "Eine Stimme je Besuch",
    };
    let summary = match (options.is_empty(), open, german) {
        (true, _, false) => format!("Visitors add options and vote. {one}."),
        (true, _, true) => format!("Alle können Möglichkeiten eintragen und abstimmen. {one}."),
        (false, true, false) => format!("{one}: {}. Visitors may add options.", and(&options)),
        (false, true, true) => format!("{one}: {}. Alle dürfen Möglichkeiten eintragen.", options.join(", ")),
        (false, false, false) => format!("{one}: {}.", and(&options)),
        (false, false, true) => format!("{one}: {}.", options.join(", ")),
    };
    let summary = match (daily, german) {
        (true, false) => format!("{summary} Votes start anew each day (UTC)."),
        (true, true) => format!("{summary} Jeden Tag (UTC) beginnt es neu."),
        (false, _) => summary,
    };
    Some(Order {
        title: phrases::capitalise(&title),
        summary,
        words: vec![
            ("question", text(&asks)),
            ("open", raw(open)),
            ("fixed", raw(!open)),
            ("several", raw(several)),
            ("daily", raw(daily)),
        ],
        constants: vec![
            ("QUESTION", Value::Text(asks)),
            ("OPTIONS", Value::Texts(options)),
            ("OPEN", Value::Flag(open)),
            ("SEVERAL", Value::Flag(several)),
            ("DAILY", Value::Flag(daily)),
        ],
        explained,
        leads: true,
    })
}

/// Without what is said of the choosing: `…, everyone can pick several`; none when that is all, as in `people suggest and vote`.
fn only_answers(mut listed: lists::Listed) -> Option<lists::Listed> {
    const HOW: [&str; 5] = ["mehrere", "several", "multiple", "more than", "mehrfach"];
    const WHO: [&str; 11] = ["people", "everyone", "everybody", "visitors", "users", "vote", "we", "you", "alle", "jeder", "man"];
    let shows = |i: &str| ["show ", "shows ", "see ", "display ", "zeig"].iter().any(|w| i.to_lowercase().starts_with(w));
    listed.items.retain(|i| !HOW.iter().any(|w| i.to_lowercase().contains(w)) && !shows(i));
    // With that behind it, the last answer was not seen as the last: `Tuesday or Wednesday`.
    let last = listed.items.pop()?;
    let joined = |i: &str| i.contains(" or ") || i.contains(" oder ");
    let splits = joined(&last) && !listed.items.iter().any(|i| joined(i));
    listed.items.extend(if splits { lists::items(&last) } else { vec![last] });
    let acts = |i: &String| i.to_lowercase().split(' ').next().is_some_and(|first| WHO.contains(&first));
    (listed.items.len() > 1 && !listed.items.iter().any(acts)).then_some(listed)
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
        ("emoji|emojis reactions|reaktionen", 14),
        ("emoji|emojis|reactions|reaktionen", 12),
        ("how .. feeling|feel|feels today?", 12),
        ("mood|stimmungsbarometer|stimmung|stimmungsmesser|laune|launebarometer|gefuhlsbarometer", 13),
        ("wie .. fuhlt|fuhlen|geht|fuhlst", 12),
    ],
    vocabulary: &[
        "same|else|today",
        "poll|vote|votes|counter|count|counts|board|picker|feel|feeling|feels|mood|day|like|likes|daily|taglich|stimmung|fuhlt|fuhlen|fuhle|smiley|smileys|emoji|emojis|others|anonymous|anonym",
    ],
    vetoes: &[
        "emoji|emojis keyboard|search",
        "emoji picker",
        "history|trend|comment|comments|name|names",
        "over time",
        "per day|week|person",
    ],
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
    let german = phrases::is_german(asked);
    let daily = has_mood && (has(asked, "today|daily|heute|taglich|todays") || has(asked, "every|each|jeden day|morning|tag|morgen"));
    let question = phrases::question(asked).or_else(|| topic.filter(|_| !has_mood).map(|t| phrases::capitalise(&t)));
    let title = phrases::title(
        asked,
        head,
        match (has_mood, german) {
            (true, false) => "Mood",
            (true, true) => "Stimmung",
            (false, false) => "Reactions",
            (false, true) => "Reaktionen",
        },
    );
    let asks = question.unwrap_or_else(|| match (has_mood, daily, german) {
        (false, ..) => title.clone(),
        (true, false, false) => "How are you feeling?".to_owned(),
        (true, true, false) => "How are you feeling today?".to_owned(),
        (true, false, true) => "Wie fühlst du dich?".to_owned(),
        (true, true, true) => "Wie fühlst du dich heute?".to_owned(),
    });
    Some(Order {
        summary: if phrases::is_german(asked) {
            format!("Alle drücken, was passt: {}", given.join(" "))
        } else {
            format!("One press of each for every visitor: {}", given.join(" "))
        },
        title,
        words: vec![("question", text(&asks))],
        constants: vec![("QUESTION", Value::Text(asks)), ("REACTIONS", Value::Texts(given)), ("DAILY", Value::Flag(daily))],
        explained,
        leads: false,
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
    if lists::choices(asked).is_some_and(|l| l.items.len() > 2) || super::columns::reads_like_columns(asked).is_some() {
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
        summary: if phrases::is_german(asked) {
            format!("Ein bis {stars} Sterne von jedem Besuch, und der Durchschnitt.")
        } else {
            format!("One to {stars} stars from every visitor, and the average.")
        },
        title,
        words: vec![("subject", text(&subject)), ("stars", raw(stars))],
        constants: vec![("SUBJECT", Value::Text(subject)), ("STARS", Value::Number(stars as i64))],
        explained: words.into_iter().collect(),
        leads: true,
    })
}
