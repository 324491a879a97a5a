//! Whether a recipe accounts for every word of a wish.
//!
//! A wish is met by what was built, not by what resembles it: a word that nothing accounts for refuses the recipe. A word
//! is accounted for by the recipe's own heads and vocabulary, by a parameter that was taken from it (an option, a column,
//! a date; a numeral only by a constant of its value), or because it says nothing ([`words::FILLER`]). Other words may
//! stand only where a name stands: in the topic or in the title, and no word there may be a rule ([`words::RULES`]).

use super::{Order, Recipe, Subject, Value, asked::Asked, asked::fold, pattern, phrases, words};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// The words that nothing accounts for.
pub(super) fn uncovered(recipe: &Recipe, head: &Range<usize>, order: &Order, asked: &Asked, own: &[bool]) -> Vec<usize> {
    let weak = phrases::topic(asked, head.end);
    let is_weak = |r: &Range<usize>| weak.as_ref().is_some_and(|w| w == r);
    let mut taken = vec![false; asked.words.len()];
    taken[head.clone()].iter_mut().for_each(|t| *t = head.len() == 1);
    let mut named = vec![false; asked.words.len()];
    for words in &order.explained {
        let into = if is_weak(words) { &mut named } else { &mut taken };
        let end = words.end.min(asked.words.len());
        into[words.start.min(end)..end].fill(true);
    }
    let names = weak.clone().into_iter().chain(phrases::title_words(asked, head.clone()));
    let purposes = purposes(asked).into_iter().chain(heading(asked)).chain(reasons(asked));
    for words in names.chain(purposes).filter(|_| recipe.subject == Subject::Free || recipe.name == "Scoreboard") {
        named[words].fill(true);
    }
    for words in pattern::find_all(&asked.words, "for|fur our|my|unser|unsere|unseren|unserem|unserer") {
        named[words.start..(words.end + 1).min(asked.words.len())].fill(true);
    }
    for (text, is_question) in texts(order) {
        if let Some(words) = place(asked, &text) {
            let into = if is_question { &mut taken } else { &mut named };
            into[words].fill(true);
        }
    }
    // What stands before the columns or the options says what they are of.
    if order.leads {
        let end = order.explained.iter().filter(|r| !is_weak(r)).map(|r| r.start).min().unwrap_or(head.end).max(head.end);
        named[..end.min(asked.words.len())].fill(true);
    }
    for phrase in words::IDLE.iter().flat_map(|pattern| pattern::find_all(&asked.words, pattern)) {
        taken[phrase].fill(true);
    }
    let numbers = numbers(order);
    let numerals: BTreeMap<usize, u64> = phrases::numbers(asked).into_iter().collect();
    let carried = |n: i64| n == 1 || [1, 60, 3600].iter().any(|unit| n.checked_mul(*unit).is_some_and(|n| numbers.contains(&n)));
    (0..asked.words.len())
        .filter(|i| {
            let word = asked.words[*i].text.as_str();
            if taken[*i] || own[*i] {
                return false;
            }
            if let Some(n) = numerals.get(i) {
                return !i64::try_from(*n).is_ok_and(carried);
            }
            let is_numeric = word.bytes().any(|b| b.is_ascii_digit());
            if is_numeric {
                let digits: Vec<i64> = word.split(|c: char| !c.is_ascii_digit()).filter_map(|d| d.parse().ok()).collect();
                return !digits.into_iter().all(carried);
            }
            !words::is_filler(word) && (words::is_rule(word) || !named[*i])
        })
        .collect()
}

/// `for the offsite`, `zum Sommerfest`: what it is for, up to three words.
fn purposes(asked: &Asked) -> Vec<Range<usize>> {
    const FOR: &str = "for|fur|zum|zur|beim|during the|our|my|this|unser|unsere|unseren|unserem|unserer|die|das|den|der|a?";
    const WHERE: &str = "to|at|in|from|auf|bei|im|am|in the|our|my|this|unser|unserem|unserer|der|dem";
    let places = pattern::find_all(&asked.words, FOR);
    places
        .into_iter()
        .chain(pattern::find_all(&asked.words, WHERE))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|at| {
            let most = asked.words.len().min(at.end + 3);
            let end = (at.end..most).find(|i| {
                let gap = &asked.text[asked.words[i - 1].at.end..asked.words[*i].at.start];
                *i > at.end && (gap.trim() != "" || words::is_filler(&asked.words[*i].text))
            });
            at.start..end.unwrap_or(most)
        })
        .collect()
}

/// `so the baker knows what to bake`: why, up to the end of the sentence.
fn reasons(asked: &Asked) -> Vec<Range<usize>> {
    let so =
        pattern::find_all(&asked.words, "so|damit|because|weil that? the|we|i|everyone|everybody|they|people|wir|alle|der|die|das|ich|man");
    so.into_iter().map(|at| at.start..asked.words_in(asked.rest_of_sentence(at.start)).end.max(at.end)).collect()
}

/// `movie night: …`: what stands before the colon is a name.
fn heading(asked: &Asked) -> Option<Range<usize>> {
    let colon = asked.text.find(':')?;
    let words = asked.words_in(0..colon);
    (words.len() <= 4).then_some(words)
}

/// The texts that became constants, and whether each is a question, which may say anything.
fn texts(order: &Order) -> Vec<(String, bool)> {
    order
        .constants
        .iter()
        .flat_map(|(_, value)| match value {
            Value::Text(text) => vec![(text.clone(), text.ends_with('?'))],
            Value::Texts(texts) => texts.iter().map(|t| (t.clone(), false)).collect(),
            _ => vec![],
        })
        .filter(|(text, _)| text.len() > 2)
        .collect()
}

/// Where these words stand in the wish.
fn place(asked: &Asked, text: &str) -> Option<Range<usize>> {
    let wanted = Asked::new(text, "").words;
    (!wanted.is_empty() && wanted.len() <= asked.words.len())
        .then(|| asked.words.windows(wanted.len()).position(|w| w.iter().zip(&wanted).all(|(a, b)| a.text == b.text)))
        .flatten()
        .map(|start| start..start + wanted.len())
}

/// All whole numbers in the constants.
fn numbers(order: &Order) -> BTreeSet<i64> {
    let literals: Vec<String> = order.constants.iter().map(|(_, value)| fold(&value.to_rust())).collect();
    literals.iter().flat_map(|l| l.split(|c: char| !c.is_ascii_digit())).filter_map(|d| d.parse().ok()).collect()
}
