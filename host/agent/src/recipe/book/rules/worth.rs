//! Rules of what entries are worth: votes, stars, comments, totals, the best.

use super::*;

pub(super) fn opinions(asked: &Asked, rules: &mut Rules) {
    let sign = |words: &Range<usize>| {
        let has = |what: &str| asked.words[words.clone()].iter().any(|w| what.split('|').any(|one| one == w.text));
        if has("heart|hearts|herz|herzen|herzchen|love") {
            "♥"
        } else if has("like|likes|liken|thumb|thumbs|daumen|thumbsup") {
            "👍"
        } else {
            "▲"
        }
    };
    let on = "on|for|fur it|them|each|others|other|one|ones|entries|entry|ideas|items|favorites|favourites|the|their|your best|funniest|favorite|favourite|next|most|worst? one|ones|caption|idea|joke|name|film|movie|book|song|answer|entry|dish|recipe|photo|story|quote?";
    let up_to = [
        "vote|votes|voting for? up to two|three|four|five|2|3|4|5|10 of|films|movies|games|ideas|books|songs|entries|them|times?"
            .to_owned(),
        "everyone|everybody|each|person|visitor|jeder|jede|member has|have|gets|get|hat two|three|four|five|zwei|drei|2|3|4|5|10 votes|stimmen|hearts|likes".to_owned(),
        "two|three|four|five|2|3|4|5|10 votes|hearts|likes|stimmen each|per|pro|je person|visitor|kopf?".to_owned(),
    ];
    if let Some(words) = up_to.iter().find_map(|p| rules.find(asked, &[p])) {
        let most = phrases::numbers(asked).into_iter().find(|(i, _)| words.contains(i)).map(|(_, n)| n as i64);
        rules.votes = Some(Votes { sign: sign(&words), most });
        rules.take(asked, words);
    }
    let give = [
        format!("upvote|upvotes|upvoting|upvoted {on}"),
        "upvote|upvotes|upvoting|upvoted".to_owned(),
        format!("vote|votes|voting {on}"),
        "can|could|may vote|like|heart it|them|each|entries?".to_owned(),
        "like|likes it|them|each|others".to_owned(),
        "give|gives|giving|get|gets|with|and thumbs|hearts|likes up?".to_owned(),
        "give|gives|giving|get|gets|with|and a heart|like|thumbs|thumb up?".to_owned(),
        "thumbs|thumb up".to_owned(),
        "hearts|likes|herzchen|herzen|daumen hoch? vergeben|geben|verteilen?".to_owned(),
        "dafur|daruber|fur abstimmen|stimmen|stimmt kann|konnen?".to_owned(),
        "abstimmen|liken kann|konnen?".to_owned(),
        "with votes|voting".to_owned(),
        "und abstimmen".to_owned(),
        "mit|und herzchen|herzen|likes|daumen".to_owned(),
    ];
    for pattern in &give {
        if let Some(words) = rules.find(asked, &[pattern]) {
            let courtesy = words.start.checked_sub(1).is_some_and(|i| matches!(asked.words[i].text.as_str(), "would" | "id" | "wed" | "i"));
            // `can like songs`: what is liked belongs to it, where the clause ends with it.
            let mut words = words;
            let close =
                |i: usize| i < asked.words.len() && asked.text[asked.words[i - 1].at.end..asked.words[i].at.start].trim().is_empty();
            let noun = close(words.end) && !is_filler(&asked.words[words.end].text) && !is_rule(&asked.words[words.end].text);
            if noun && !close(words.end + 1) {
                words.end += 1;
            }
            if !courtesy || asked.words[words.start].text != "like" {
                rules.votes.get_or_insert(Votes { sign: sign(&words), most: None });
                rules.take(asked, words);
            }
        }
    }
    const RATED: [&str; 4] = [
        "can|could|may|to|and rate|review it|them|each|every|others|entries|the|a one|dish|book|film|movie|recipe|entry|place|game?",
        "star ratings? from|by everyone|everybody|all|visitors|others|several|people",
        "alle|man|jeder|andere|leute bewerten|sterne|vergeben kann|konnen|konnen|darf?",
        "average|mean of the|all? ratings|stars from|by everyone|everybody|all",
    ];
    if let Some(words) = rules.find(asked, &RATED) {
        const STARS: &str = "with|from|1|one|to|up|5|five|stars|star|out|of|mit|von|bis|sternen|sterne";
        let mut end = words.end;
        while asked.words.get(end).is_some_and(|w| STARS.split('|').any(|s| s == w.text) && !w.starts_sentence) {
            end += 1;
        }
        rules.rate = true;
        rules.take(asked, words.start..end);
    }
    if rules.rate {
        let words = ["and|with|show|shows|see the|an? average rating|stars|score is|shown?", "average|durchschnitt"];
        rules.saw(asked, &words);
    }
    rules.comments = rules.saw(
        asked,
        &[
            "can|could|may|and|to comment|reply|comments on|to|below|under it|them|each|entries|others|the|ideas one|entry|idea?",
            "can|could|may comment|reply",
            "comments|replies on|for|under|to|below each|every|it|them|the one|entry|idea|row?",
            "with|and comments|replies",
            "kommentare|kommentaren dazu|darunter",
            "mit|und kommentaren|kommentarfunktion",
            "es|sie|das|dazu|daruber kommentieren kann|konnen?",
            "kommentieren kann|konnen?",
        ],
    );
}

pub(super) fn sums(asked: &Asked, rules: &mut Rules) {
    let per: [&str; 10] = [
        "total|totals|sum|sums|count|counts|subtotal|subtotals|overview|tally .. per|by",
        "total|totals|sum|sums|count|counts|subtotal|subtotals for|of each|every",
        "how|so many|much .. of|per|for each|every",
        "how|so many|much .. per",
        "how often each|every",
        "number|numbers of each",
        "count|counts|counted|add|adds|added up? each|per|by",
        "summe|summen|gesamtzahl|gesamtmenge|gesamt|anzahl|punktzahl|gesamtsumme .. pro|je",
        "wie viele|viel .. pro|je",
        "zusammengezahlt|summiert|addiert pro|je|nach",
    ];
    if let Some(words) =
        rules.find(asked, &per).filter(|w| !asked.words[w.clone()].iter().any(|w| matches!(w.text.as_str(), "average" | "durchschnitt")))
    {
        let of = object(asked, words.end);
        rules.per = Some(asked.slice(of.clone()).to_owned());
        rules.take(asked, words.start..words.end.max(of.end));
        rules.saw(asked, &["to|so we? order|bake|buy|make|know|need is?"]);
    }
    if let Some(words) = rules.find(
        asked,
        &[
            "how many people|persons|kids|guests|children|adults|pieces|places|we|they? come|comes|are|coming|there|need|attend|will in|altogether total|all?",
            "the? total|sum|totals|sums amount|number|points|price|cost|pages|km|hours|minutes|people|distance|kilometres|kilometers? read|run|walked|spent|paid|eaten|collected? at|underneath|below|so? the|far? bottom|end?",
            "total|totals|sum|sums at|in the? bottom|end|total",
            "add|adds|added it|them|everything|all|the|numbers? points|numbers|amounts? up",
            "summe|gesamtzahl|gesamtsumme|gesamt|gesamtmenge|summen unten|am|insgesamt? ende?",
            "balance|kontostand|saldo",
            "wie viele personen|leute|kinder|gaste insgesamt? kommen|sind insgesamt?",
            "zusammengezahlt|zusammenzahlen|zusammengerechnet|summiert|aufsummiert wird|werden?",
        ],
    ) {
        // `points total` may be a column's own name, as may `total pages`; the table shows the sum either way.
        rules.total = true;
        rules.take(asked, words);
    }
    if let Some(words) = rules.find(asked, &["the? average|mean|averages of|rating|score|stars|points|age|price|time? all|it|them|the|everything|ratings|stars|is? ratings|stars|shown?", "durchschnitt|mittelwert|schnitt"]) {
        rules.average = true;
        rules.take(asked, words);
    }
    rules.count = rules.saw(
        asked,
        &[
            "how many it|they|there are|is so? far|already|now?",
            "how many so far|already",
            "wie viele es|sie|das schon|bisher? sind",
            "wie viele schon|bisher unterschrieben|dabei|da|sind|haben|bezahlt|angemeldet sind|haben?",
            "how many have|are paid|signed|joined|registered|done|come|here|present so|already? far?",
        ],
    );
    rules.ranking = rules.saw(asked, &["with|and|mit|und a|einer|eine? ranking|leaderboard|rangliste|bestenliste|rangfolge", "see|show|shows who has|is|did|have? read|run|done|collected|eaten|scored|walked|cycled|made|won? the most|best|furthest|fastest|highest", "sehen|sieht wer am meisten|weitesten|besten gelesen|gelaufen|gemacht|geschafft|gesammelt|hat? hat?"]);
    if let Some(words) = rules.find(
        asked,
        &[
            "best|fastest|longest|highest|lowest|shortest|biggest|top|cheapest|most|record one|time|value|result|score|distance|entry|run|is? is|highlighted|marked|shown|bold|in? highlighted|marked|bold|shown?",
            "highlight|highlights|mark|marks the best|fastest|longest|highest|lowest|shortest|biggest|top|cheapest one|time|value|result|score|run?",
            "beste|bester|bestes|schnellste|langste|hochste zeit|wert|lauf|ergebnis? wird|ist? hervorgehoben|markiert",
        ],
    )
    .filter(|w| asked.words[w.clone()].iter().any(|w| ["highlight", "mark", "bold", "hervor"].iter().any(|m| w.text.starts_with(m))))
    {
        let least = asked.words[words.clone()].iter().any(|w| matches!(w.text.as_str(), "fastest" | "lowest" | "shortest" | "cheapest" | "schnellste"));
        rules.best = Some(least);
        rules.take(asked, words);
    }
}
