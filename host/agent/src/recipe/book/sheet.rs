//! From columns and rules to the table's crate: its constants, what its contract tries, what is said of it.

use super::columns::fold_first;
use super::order::Sort;
use super::rules::Rules;
use super::*;
use crate::recipe::{asked::fold, render::toml_escape};
use fields::{Field, Kind};

/// A table that can be built.
pub(super) struct Sheet {
    pub columns: Vec<Field>,
    german: bool,
    totals: Vec<usize>,
    averages: Vec<usize>,
    tick: Option<usize>,
    /// The column that makes groups, and the one that is added up.
    groups: Option<(usize, Option<usize>)>,
    board: Option<usize>,
    filter: Option<usize>,
    due: Option<usize>,
    best: Option<usize>,
    /// The column in which nothing stands twice.
    unique: usize,
    /// The column that says how many may take a row.
    places_from: Option<usize>,
    live: Option<usize>,
}

/// The most columns.
const MOST: usize = 8;

impl Sheet {
    /// `None` when a rule speaks of a column that is not there.
    pub fn of(mut columns: Vec<Field>, rules: &Rules, german: bool, expenses: bool) -> Option<Self> {
        let plain = |name: &str, kind| Field { name: name.to_owned(), kind, choices: vec![], range: None };
        if let Some(name) = &rules.column {
            columns.push(plain(name, Kind::Text));
        }
        let ticks = rules.count && columns.iter().any(|c| c.kind == Kind::YesNo)
            || rules.tick.is_some()
            || rules.clear
            || rules.untick
            || rules.of_ticks;
        let label = match rules.tick.as_deref() {
            None | Some("") if rules.paid => {
                if german {
                    "Bezahlt"
                } else {
                    "Paid"
                }
            }
            Some("Here") if german => "Da",
            Some("Paid") if german => "Bezahlt",
            None | Some("") => {
                if german {
                    "Erledigt"
                } else {
                    "Done"
                }
            }
            Some(label) => label,
        };
        let ticked = columns.iter().position(|c| c.kind == Kind::YesNo);
        if ticks && ticked.is_none() {
            columns.push(plain(label, Kind::YesNo));
        }
        let tick = columns.iter().position(|c| c.kind == Kind::YesNo).filter(|_| ticks);
        // `filter by topic`: then there is a topic.
        for words in [&rules.filter, &rules.board].into_iter().flatten() {
            let is_name = (1..=2).contains(&words.split_whitespace().count()) && !super::rules::is_no_name(words);
            if is_name && column_of(&columns, words).is_none() {
                columns.push(plain(&phrases::capitalise(words), Kind::Text));
            }
        }
        if columns.len() > MOST {
            return None;
        }
        let first = |kinds: &[Kind]| columns.iter().position(|c| kinds.contains(&c.kind));
        let numbers = |named: bool| -> Vec<usize> {
            let is_year = |c: &Field| ["year", "jahr", "age", "alter"].contains(&fold_first(&c.name).as_str());
            let is_sum = |c: &Field| {
                c.kind == Kind::Number
                    && c.range.is_none()
                    && !is_year(c)
                    && !["rating", "bewertung"].contains(&fold_first(&c.name).as_str())
            };
            let is_mean =
                |c: &Field| matches!(c.kind, Kind::Number | Kind::Stars) && !["year", "jahr"].contains(&fold_first(&c.name).as_str());
            columns.iter().enumerate().filter(|(_, c)| if named { is_sum(c) } else { is_mean(c) }).map(|(i, _)| i).collect()
        };
        let totals = if rules.total && rules.per.is_none() { numbers(true) } else { vec![] };
        let averages = if rules.average { numbers(false) } else { vec![] };
        if rules.total && rules.per.is_none() && totals.is_empty() && !expenses || rules.average && averages.is_empty() && !rules.rate {
            return None;
        }
        let named = |words: &str| column_of(&columns, words);
        let groups = match &rules.per {
            None => None,
            Some(words) => {
                let group = named(words)?;
                Some((group, numbers(true).into_iter().find(|i| *i != group)))
            }
        };
        let board = match &rules.board {
            None => None,
            Some(words) => Some(named(words)?),
        };
        let filter = match &rules.filter {
            None => None,
            Some(words) => Some(named(words)?),
        };
        let due = if rules.due { Some(first(&[Kind::Date])?) } else { None };
        let best = if rules.best.is_some() {
            Some(columns.iter().rposition(|c| matches!(c.kind, Kind::Number | Kind::Time | Kind::Stars))?)
        } else {
            None
        };
        let seats = |c: &Field| {
            c.kind == Kind::Number && ["seat", "place", "spot", "slot", "platz", "platze"].iter().any(|w| fold(&c.name).contains(w))
        };
        let places_from = rules.places.as_ref().and_then(|_| columns.iter().position(seats));
        // Who brings it may bring two things.
        let is_person = ["name", "who", "wer", "namen"].contains(&fold_first(&columns[0].name).as_str());
        let unique = (1..columns.len()).find(|i| columns[*i].kind == Kind::Text).filter(|_| is_person).unwrap_or(0);
        let is_state = |c: &Field| {
            c.kind == Kind::Choice
                && (["status", "state", "stand", "stage", "spalte", "column"].contains(&fold_first(&c.name).as_str())
                    || c.name.contains(" or ")
                    || c.name.contains(" oder "))
        };
        let live = columns.iter().position(is_state).or(board.filter(|i| columns[*i].kind == Kind::Choice));
        Some(Self { german, totals, averages, tick, groups, board, filter, due, best, places_from, unique, live, columns })
    }

    /// The crate's parameters; the title is not yet known.
    pub fn order(&self, rules: &Rules, sort: Sort, thing: String, search: bool) -> Order {
        let columns = &self.columns;
        let names: Vec<String> = columns.iter().map(|f| f.name.clone()).collect();
        let [first, second] = columns[0].samples();
        let typed = columns.iter().skip(1).find(|f| f.is_typed());
        let rust: Vec<String> = columns.iter().map(|f| format!("    {},\n", f.to_rust())).collect();
        // The probe's visitor is one; a second row of theirs is refused.
        let samples = sort.samples(columns).filter(|_| !rules.once);
        let indices =
            |columns: &[usize]| Value::Rust(format!("&[{}]", columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
        let sort_words = samples.clone().unwrap_or_default();
        let (by_votes, by_stars) = (rules.votes.is_some(), rules.rate && rules.votes.is_none());
        let (renews_ticks, renews) = (rules.of_ticks, rules.days.is_some());
        let renews_names = renews && !renews_ticks && rules.places.is_some();
        let renews_votes = renews && !renews_ticks && !renews_names && by_votes;
        let renews_rows = renews && !renews_ticks && !renews_names && !renews_votes;
        let is = |flag: bool| raw(flag);
        let mut words = vec![
            ("first_field", text(&names[0])),
            ("first_value", text(first)),
            ("second_value", text(second)),
            ("typed", is(typed.is_some())),
            ("typed_field", text(typed.map_or("", |t| &t.name))),
            ("votes", is(by_votes)),
            ("rate", is(rules.rate)),
            ("by_votes", is(by_votes)),
            ("by_stars", is(by_stars)),
            ("ranked", is(by_votes || by_stars)),
            ("comments", is(rules.comments)),
            ("places", is(rules.places.is_some())),
            ("one_place", is(self.places_from.is_some() || rules.places.as_ref().is_some_and(|p| p.most == 1))),
            ("ticks", is(rules.clear || rules.untick || renews_ticks)),
            ("clear", is(rules.clear)),
            ("untick", is(rules.untick)),
            ("unticks", is(rules.untick || renews_ticks)),
            ("tick_field", text(self.tick.map_or("", |i| &names[i]))),
            ("unique", is(rules.unique)),
            ("twin", is(rules.unique && !rules.once)),
            ("unique_row", raw(self.unique_row())),
            ("once", is(rules.once)),
            ("one_each", is(rules.once && rules.each.is_none())),
            ("tally", is(rules.count && self.tick.is_some())),
            ("limit", is(rules.most.is_some())),
            ("most", raw(rules.most.unwrap_or(200))),
            ("renew", is(renews)),
            ("renew_ticks", is(renews_ticks)),
            ("renew_rows", is(renews_rows)),
            ("renew_names", is(renews_names)),
            ("renew_votes", is(renews_votes)),
            ("groups", is(self.groups.is_some())),
            ("board", is(self.board.is_some())),
            ("filter", is(self.filter.is_some())),
            ("due", is(self.due.is_some())),
            ("best", is(self.best.is_some())),
            ("live", is(self.live.is_some())),
            ("pick", is(rules.pick)),
            ("sorted", is(samples.is_some())),
            ("sort_field", text(sort_words.field.clone())),
            ("sort_first", text(sort_words.values[0].clone())),
            ("sort_second", text(sort_words.values[1].clone())),
            ("sort_row_first", raw(sort_words.row(&names[0], 0))),
            ("sort_row_second", raw(sort_words.row(&names[0], 1))),
        ];
        let mut constants = vec![
            ("THING", Value::Text(thing)),
            ("FIELDS", Value::Rust(format!("&[\n{}]", rust.concat()))),
            ("SORT", Value::Rust(format!("Sort::{sort:?}"))),
            ("TOTALS", indices(&self.totals)),
            ("AVERAGES", indices(&self.averages)),
            ("EACH", Value::Number(rules.each.unwrap_or(1))),
            ("MOST_ROWS", Value::Number(rules.most.unwrap_or(200))),
            ("SEARCH", Value::Flag(search && self.filter.is_none())),
        ];
        let at = |column: Option<usize>| Value::Number(column.unwrap_or(0) as i64);
        constants.extend([
            ("DAYS", Value::Number(rules.days.unwrap_or(1))),
            ("TICK", at(self.tick)),
            ("UNIQUE", Value::Number(self.unique as i64)),
            ("BOARD", at(self.board)),
            ("FILTER", at(self.filter)),
            ("DUE", at(self.due)),
            ("LIVE", at(self.live)),
            ("BEST", Value::Rust(format!("({}, {})", self.best.unwrap_or(0), rules.best.unwrap_or(false)))),
        ]);
        if let Some(votes) = &rules.votes {
            constants.extend([("SIGN", Value::Text(votes.sign.to_owned())), ("MOST_VOTES", Value::Number(votes.most.unwrap_or(200)))]);
        }
        if let Some((group, added)) = self.groups {
            let (row, name, total) = self.group_sample(group, added);
            words.extend([
                ("group_row", raw(row)),
                ("group_field", text(&names[group])),
                ("group_name", text(name)),
                ("group_total", raw(total)),
            ]);
            constants.extend([
                ("GROUP", Value::Number(group as i64)),
                ("ADDED", Value::Rust(added.map_or("None".to_owned(), |i| format!("Some({i})")))),
                ("GROUPS", Value::Text(self.groups_name(group, added))),
            ]);
        }
        if let Some(places) = &rules.places {
            let (take, taken) = self.place_labels(places.verb);
            constants.extend([
                // Where a column says how many, a row that does not say has one.
                ("PLACES", Value::Number(if self.places_from.is_some() { 1 } else { places.most })),
                ("PLACES_FROM", Value::Rust(self.places_from.map_or("None".to_owned(), |i| format!("Some({i})")))),
                ("TAKE", Value::Text(take)),
                ("TAKEN_BY", Value::Text(taken)),
            ]);
        }
        Order { title: String::new(), summary: self.summary(rules, sort), words, constants, explained: vec![], leads: true }
    }

    fn place_labels(&self, (english, deutsch): (&str, &str)) -> (String, String) {
        let taken = match (english, self.german) {
            ("Reserve", false) => "Reserved by",
            ("Reserve", true) => "Reserviert von",
            ("Borrow", false) => "Borrowed by",
            ("Borrow", true) => "Ausgeliehen an",
            ("Join", false) => "Who joins",
            ("Join", true) => "Wer dabei ist",
            (_, false) => "Taken by",
            (_, true) => "Vergeben an",
        };
        ((if self.german { deutsch } else { english }).to_owned(), taken.to_owned())
    }

    fn groups_name(&self, group: usize, added: Option<usize>) -> String {
        let group = &self.columns[group].name;
        match (added.map(|i| &self.columns[i].name), self.german) {
            (Some(added), false) => format!("{added} by {}", group.to_lowercase()),
            (Some(added), true) => format!("{added} je {group}"),
            (None, false) => format!("Entries by {}", group.to_lowercase()),
            (None, true) => format!("Einträge je {group}"),
        }
    }

    /// A row for the contract, its group and what that makes.
    fn group_sample(&self, group: usize, added: Option<usize>) -> (String, String, String) {
        let mut chosen = vec![0, group];
        chosen.extend(added);
        chosen.sort_unstable();
        chosen.dedup();
        let pair = |i: usize| format!("\"{}\" = \"{}\"", toml_escape(&self.columns[i].name), toml_escape(&self.columns[i].samples()[1]));
        let row = format!("{{ {} }}", chosen.iter().map(|i| pair(*i)).collect::<Vec<_>>().join(", "));
        let total = added.map_or("1.0".to_owned(), |i| format!("{:.1}", self.columns[i].samples()[1].parse::<f64>().unwrap_or(0.0)));
        (row, self.columns[group].samples()[1].clone(), total)
    }

    /// A row for the contract that may stand only once.
    fn unique_row(&self) -> String {
        let pair = |i: usize| format!("\"{}\" = \"{}\"", toml_escape(&self.columns[i].name), toml_escape(&self.columns[i].samples()[0]));
        let mut chosen = vec![0, self.unique];
        chosen.dedup();
        format!("{{ {} }}", chosen.into_iter().map(pair).collect::<Vec<_>>().join(", "))
    }

    fn summary(&self, rules: &Rules, sort: Sort) -> String {
        let german = self.german;
        let said = |column: &Field| {
            let choices = if column.choices.is_empty() { String::new() } else { format!(" ({})", column.choices.join(", ")) };
            format!("{}{choices}", column.name)
        };
        let names: Vec<String> = self.columns.iter().map(said).collect();
        let mut more: Vec<String> = Vec::new();
        let mut say = |is: bool, english: &str, deutsch: &str| {
            if is {
                more.push(if german { deutsch } else { english }.to_owned());
            }
        };
        let n = rules.most.unwrap_or(0);
        say(rules.most.is_some(), &format!("at most {n} entries"), &format!("höchstens {n} Einträge"));
        let each = rules.each.unwrap_or(1);
        say(rules.once && each > 1, &format!("at most {each} entries each"), &format!("höchstens {each} Einträge je Person"));
        say(rules.once && each == 1, "one entry each", "ein Eintrag je Person");
        let once = &self.columns[self.unique].name;
        say(rules.unique, &format!("no {once} twice"), &format!("{once}: nichts doppelt"));
        if let Some(places) = &rules.places {
            let (take, _) = self.place_labels(places.verb);
            match (places.most, self.places_from) {
                (1, None) => say(true, &format!("a button {take} for one name each"), &format!("Knopf {take} für je einen Namen")),
                (_, Some(i)) => {
                    let column = &self.columns[i].name;
                    say(
                        true,
                        &format!("a button {take} for as many names as {column} says"),
                        &format!("Knopf {take} für so viele Namen, wie {column} sagt"),
                    );
                }
                (n, None) => {
                    say(true, &format!("a button {take} for up to {n} names each"), &format!("Knopf {take} für je bis zu {n} Namen"))
                }
            }
        }
        if let Some(votes) = &rules.votes {
            let sign = votes.sign;
            match votes.most {
                Some(n) => say(true, &format!("everybody may vote {n} times"), &format!("jede Person hat {n} Stimmen")),
                None if sign == "▲" => say(true, "everybody may vote", "alle können abstimmen"),
                None => say(true, &format!("everybody may give {sign}"), &format!("alle können {sign} geben")),
            }
        }
        say(rules.rate, "stars from everybody and their average", "Sterne von allen und ihr Schnitt");
        say(rules.comments, "comments on each", "Kommentare zu jedem");
        say(rules.clear, "what is ticked can be cleared", "Abgehaktes lässt sich entfernen");
        say(rules.untick, "all ticks can be taken away", "alle Haken lassen sich entfernen");
        let what = if rules.of_ticks { ("ticks start anew", "die Haken beginnen neu") } else { ("starts anew", "beginnt neu") };
        let when = if rules.days == Some(7) { ("each week", "jede Woche") } else { ("each day", "jeden Tag") };
        say(rules.days.is_some(), &format!("{} {} (UTC)", what.0, when.0), &format!("{} {} (UTC)", what.1, when.1));
        say(!self.totals.is_empty(), "with totals", "mit Summe");
        say(!self.averages.is_empty(), "with averages", "mit Durchschnitt");
        if let Some((group, added)) = self.groups {
            let name = self.groups_name(group, added);
            say(true, &format!("total: {name}"), &format!("Summe: {name}"));
        }
        say(self.best.is_some(), "the best is marked", "das Beste ist markiert");
        say(self.due.is_some(), "dates that are over are marked", "Vergangenes ist markiert");
        if let Some(i) = self.board {
            say(true, &format!("grouped by {}", self.columns[i].name), &format!("gruppiert nach {}", self.columns[i].name));
        }
        if let Some(i) = self.filter {
            say(true, &format!("to filter by {}", self.columns[i].name), &format!("zu filtern nach {}", self.columns[i].name));
        }
        say(rules.search, "searchable", "durchsuchbar");
        say(rules.pick, "a button picks one at random", "ein Knopf zieht eins zufällig");
        let extras: String = more.iter().map(|m| format!("; {m}")).collect();
        let order = match (sort, &rules.votes, german) {
            (Sort::Votes, None, false) => ", best rated first".to_owned(),
            (Sort::Votes, None, true) => ", die besten zuerst".to_owned(),
            _ => sort.in_words(&self.columns, german),
        };
        if german {
            format!("Eine Tabelle, die alle ausfüllen können: {}{order}{extras}.", names.join(", "))
        } else {
            format!("A table that everybody can fill in: {}{order}{extras}.", and(&names))
        }
    }
}

/// The column that these words mean; without words, or for `each`, the one that says of which kind a row is.
fn column_of(columns: &[Field], words: &str) -> Option<usize> {
    const PEOPLE: &str = "person|people|volunteer|helper|helfer|employee|colleague|customer|guest|member|pupil|student|child|kid|player|visitor|family|team|kopf|schuler|kind|spieler|mitglied|nase|runner|head|name|one|each|user|participant";
    let wanted: Vec<String> = fold(words).split_whitespace().map(|w| stem(w).to_owned()).collect();
    let by_name = columns.iter().position(|c| fold(&c.name).split_whitespace().any(|part| wanted.iter().any(|w| w == stem(part))));
    let person = wanted.iter().any(|w| PEOPLE.split('|').any(|p| stem(p) == w));
    let is_text = |c: &Field| c.kind == Kind::Text;
    let name = || {
        columns.iter().position(|c| {
            is_text(c) && ["name", "who", "wer", "player", "spieler", "pupil", "person"].contains(&fold_first(&c.name).as_str())
        })
    };
    let kind = || {
        columns
            .iter()
            .position(|c| c.kind == Kind::Choice)
            .or_else(|| columns.iter().position(|c| is_text(c) && !["name", "who", "wer"].contains(&fold_first(&c.name).as_str())))
    };
    if wanted.is_empty()
        || wanted.iter().all(|w| w == "each" || w == "one" || w == "kind" || w == "sort" || w == "type" || w == "item" || w == "typ")
    {
        return by_name.or_else(kind).or_else(name);
    }
    by_name.or_else(|| if person { name() } else { None })
}

/// A word without the end that makes it many: `vegetables` and `vegetable`, `Kuchen` and `Kuchen`.
fn stem(word: &str) -> &str {
    let word = word.strip_suffix("ies").unwrap_or(word);
    word.trim_end_matches(['s', 'n', 'e', 'y'])
}
