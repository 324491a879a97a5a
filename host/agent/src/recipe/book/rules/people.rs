//! Rules of who takes what, and how much of it.

use super::*;

pub(super) fn places(asked: &Asked, rules: &mut Rules) {
    const RESERVE: (&str, &str) = ("Reserve", "Reservieren");
    const TAKE: (&str, &str) = ("Take", "Nehmen");
    const JOIN: (&str, &str) = ("Join", "Mitmachen");
    const NOUN: &str = "entry|entries|gift|gifts|present|presents|thing|things|item|items|task|tasks|job|jobs|shift|shifts|spot|slot|place|book|books|tool|tools|row|game|games|dish|toy";
    let verbs: [(&str, (&str, &str), i64); 6] = [
        ("reserve|reserved|reserves|book|booked", RESERVE, 1),
        ("claim|claimed|claims|take|takes|grab|grabs|pick", TAKE, 1),
        ("sign up for|to", JOIN, 1),
        ("borrow|borrows", ("Borrow", "Ausleihen"), 1),
        ("adopt", ("Adopt", "Adoptieren"), 1),
        ("join|joins", JOIN, 30),
    ];
    for (verb, name, most) in verbs {
        let said = [
            format!("can|could|may|to|and|someone|somebody {verb} it|one|them|something"),
            format!("can|could|may|to|and|someone|somebody {verb} a|an|the|each|one? {NOUN}"),
        ];
        let found = said.iter().find_map(|pattern| rules.find(asked, &[pattern])).or_else(|| {
            rules.find(asked, &[&format!("can|could|may {verb}")]).filter(|w| {
                asked.words.get(w.end).is_none_or(|n| {
                    n.starts_sentence || n.text == "so" || !asked.text[asked.words[w.end - 1].at.end..n.at.start].trim().is_empty()
                })
            })
        });
        if rules.places.is_none()
            && let Some(words) = found
        {
            rules.places = Some(Places { most, verb: name });
            rules.take(asked, words);
        }
    }
    let german: [(&str, (&str, &str), i64); 5] = [
        (
            "ein|eine|einen|etwas|es|sie|das|die|den|jedes|sich? geschenk|sache|teil|platz|ding|aufgabe|wunsch|buch? reservieren|reserviert kann|konnen|werden?",
            RESERVE,
            1,
        ),
        (
            "ein|eine|einen|etwas|es|sie|die|das aufgabe|schicht|sache|dienst|teil? ubernehmen|nehmen kann|konnen?",
            ("Take over", "Übernehmen"),
            1,
        ),
        ("es|sie|sich|ein|eine|etwas buch|werkzeug|spiel? ausleihen kann|konnen?", ("Borrow", "Ausleihen"), 1),
        ("wer mitkommt|mitmacht|dabei|teilnimmt|mitfahrt|mitlauft ist|sein?", JOIN, 30),
        ("who joins|comes|is|wants|will coming|joining|to|come|join? along|join|come|in?", JOIN, 30),
    ];
    for (pattern, name, most) in german {
        if rules.places.is_none()
            && let Some(words) = rules.find(asked, &[pattern])
            && (most == 1 || words.len() > 2 || asked.words[words.start].text == "wer" || asked.words[words.end - 1].text == "joins")
        {
            rules.places = Some(Places { most, verb: name });
            rules.take(asked, words);
        }
    }
    // `so that nobody buys it twice`
    let twice = [
        "so that|nobody|no|people|we|noone one? should|can|may? buys|brings|takes|gets|does|book|bring|buy|dont|don't buy|bring|take|get? it|the|them|something|a same? thing|gift|present|dish|one|salad|cake? twice|double",
        "so|damit es|man|nichts|niemand|etwas|keiner|nicht|sie doppelt|etwas|es|nicht|zweimal|nichts doppelt|zweimal|gekauft|mitbringt|kauft|wird|verschenkt? kauft|gekauft|mitbringt|mitgebracht|wird|schenkt|verschenkt? wird?",
        "nobody|noone|niemand should|can|may? buys|brings|bring|buy|take|takes|get|gets it|the|them|a? same? thing|gift|present|dish|one|salad|cake? twice|double",
        "damit|dass es|sie|das|man|etwas? niemand|keiner|nichts? es|sie|etwas? doppelt|zweimal kauft|gekauft|mitbringt|mitgebracht|schenkt|verschenkt|wird? wird?",
        "no|without|keine|ohne duplicates|doubles|duplicate|doppelten|doppelte|dubletten entries|eintrage?",
        "nothing|nobody|nichts|niemand|none twice|doppelt",
        "not|nicht the? same? thing|dish|item? twice|zweimal|doppelt",
    ];
    if rules.saw(asked, &twice) {
        rules.unique = rules.places.is_none();
    }
    if let Some(words) = rules.find(asked, &["see|say|write|enter|note|show|know who brings|bring|does|is|takes|buys|cooks|made|did|has it|what|them|this|doing|bringing|bring? it?"]) {
        let who = words.start + 1..words.end;
        let text = phrases::capitalise(asked.slice(who.clone()));
        rules.column = Some(if who.len() == 2 { format!("{text} it") } else { text });
        rules.take(asked, words);
    }
}

pub(super) fn limits(asked: &Asked, rules: &mut Rules) {
    const UP_TO: [&str; 9] = [
        "no more than",
        "not more than",
        "at most",
        "up to",
        "nicht mehr als",
        "max|maximum|maximal|hochstens|limited|limit|begrenzt of|to|auf?",
        "there are|is only",
        "es gibt nur",
        "room|platz|space|space for|fur",
    ];
    let numbers = phrases::numbers(asked);
    let counted = "people|persons|person|players|entries|names|spots|places|seats|participants|guests|kids|children|teams|plates|cakes|items|tables|slots|personen|leute|platze|eintrage|teilnehmer|teilnehmerinnen|kinder|spieler|teams|kuchen|gaste|namen";
    let mut candidates: Vec<(i64, Range<usize>)> = Vec::new();
    for pattern in UP_TO {
        for at in pattern::find_all(&asked.words, pattern) {
            if let Some((i, n)) = numbers.iter().find(|(i, _)| *i == at.end) {
                // The counted word too, if it is one or stands alone.
                let next = asked.words.get(i + 1).filter(|w| asked.text[asked.words[*i].at.end..w.at.start].trim().is_empty());
                let noun = next.is_some_and(|w| !is_filler(&w.text) && !matches!(w.text.as_str(), "per" | "pro" | "each" | "je"))
                    || next.is_some_and(|w| counted.split('|').any(|c| c == w.text));
                candidates.push((*n as i64, at.start..i + 1 + usize::from(noun)));
            }
        }
    }
    for (i, n) in &numbers {
        if let Some(end) = pattern::match_at(
            &asked.words,
            "places|spots|seats|platze|slots|sitzplatze in|available|available|left|only|frei|insgesamt? total|all?",
            i + 1,
        ) {
            candidates.push((*n as i64, *i..end));
        }
        // `je zwei Personen`, `3 people per slot`, `2 places each`
        if let Some(end) = pattern::match_at(&asked.words, counted, i + 1)
            && (i.checked_sub(1).is_some_and(|b| asked.words[b].text == "je")
                || pattern::match_at(&asked.words, "per|pro|each|for|je each?", end).is_some())
        {
            candidates.push((*n as i64, *i..end));
        }
    }
    for (n, words) in candidates {
        if !rules.is_free(&words) || !(1..=500).contains(&n) {
            continue;
        }
        // `per car`, `each`, `pro Termin`: for one row.
        let per = pattern::match_at(&asked.words, "in|for|per|pro|each|je|fur per|each|jede|jeden|jedes? car|slot|shift|row|entry|one|day|table|group|ride|course|auto|termin|zeile|schicht|tag|kurs|fahrt|of|team|event|date|trip|game|tour|class|workshop|walk|run|lauf?", words.end)
            .filter(|end| (words.end..*end).any(|i| matches!(asked.words[i].text.as_str(), "per" | "pro" | "each" | "je" | "jede" | "jeden" | "jedes")));
        let is_je = words.start.checked_sub(1).is_some_and(|b| asked.words[b].text == "je");
        let is_votes = pattern::match_at(&asked.words, "votes|stimmen|hearts|likes", words.end - 1).is_some();
        if is_votes {
            continue;
        }
        // `jeder höchstens 3 Lieder`, `at most 3 songs each`
        let who =
            |i: usize| matches!(asked.words[i].text.as_str(), "jeder" | "jede" | "everyone" | "everybody" | "alle" | "person" | "visitor");
        let of_each = words.start.checked_sub(1).is_some_and(who)
            || words.start.checked_sub(2).is_some_and(|i| {
                who(i) && matches!(asked.words[i + 1].text.as_str(), "can" | "may" | "kann" | "darf" | "has" | "hat" | "up" | "add")
            });
        let by_person = per
            .is_some_and(|end| matches!(asked.words[end - 1].text.as_str(), "person" | "visitor" | "family" | "kopf" | "member" | "child"))
            || pattern::match_at(&asked.words, "per|pro person|visitor|family|kopf|member|child|familie", words.end).is_some();
        if (of_each || by_person) && rules.each.is_none() && n <= 20 {
            let end = pattern::match_at(&asked.words, "per|pro person|visitor|family|kopf|member|child|familie", words.end)
                .or(per)
                .unwrap_or(words.end);
            let end = pattern::match_at(&asked.words, "add|enter|suggest|eintragen|vorschlagen|nehmen|adding", end).unwrap_or(end);
            let start = match words.start.checked_sub(1) {
                Some(i) if of_each && who(i) => i,
                Some(i) if of_each => i - 1,
                _ => words.start,
            };
            rules.each = Some(n);
            rules.once = true;
            rules.take(asked, start..end);
            continue;
        }
        if per.is_some() || is_je {
            let person = per.is_some_and(|end| matches!(asked.words[end - 1].text.as_str(), "person" | "visitor" | "family" | "kopf"));
            if person || rules.places.as_ref().is_some_and(|p| p.most != 1 && p.most != 30) {
                continue;
            }
            let verb = rules.places.as_ref().map_or(("Join", "Eintragen"), |p| p.verb);
            rules.places = Some(Places { most: n, verb });
            let start = if is_je { words.start - 1 } else { words.start };
            rules.take(asked, start..per.unwrap_or(words.end));
        } else if rules.most.is_none() && (2..=200).contains(&n) {
            rules.most = Some(n);
            let end = pattern::match_at(&asked.words, "in|altogether|insgesamt total|all?", words.end).unwrap_or(words.end);
            rules.take(asked, words.start..end);
        }
    }
    rules.once |= rules.saw(
        asked,
        &[
            "only|just one|1 entry|thing|item|dish|place|spot|slot|name|idea|suggestion|song|wish|row|bet|guess|tip|gift each|per person|visitor|family|player|member|child|guest|head?",
            "one|1 entry|thing|item|dish|idea|suggestion|song|wish|row|bet|guess|tip|gift per person|visitor|family|player|member|child|guest|head",
            "one|1 each|per person|visitor|family|player|member|child|guest?",
            "everyone|everybody|each|people person|visitor|one|member? only|just once",
            "everyone|everybody|each|people person|visitor|one|member? can|may|could only|just enter|sign|add|vote up? once",
            "only|just once each|per person|visitor?",
            "jeder|jede|alle|pro person|kind|familie|mitglied|schuler? darf|kann|soll? nur|hochstens ein|eine|einen|einmal|1 sache|eintrag|tipp|mal|ding|idee|teil|vorschlag|kuchen|platz? eintragen|mitbringen|nehmen?",
            "nur einmal pro|je person|kopf|familie?",
        ],
    );
}
