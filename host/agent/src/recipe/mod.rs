//! The offline developer: recipes, each an ordinary feature crate under `recipes/`, filled in with the request's words.
//!
//! Matching. Each recipe lists *heads*: word patterns (see [`pattern`]) that name it, with weights. A head in the title
//! counts in full, one in the details two points less; ten points are needed. The recipe then takes its parameters from
//! the words. What speaks against it: a demand that no recipe can meet (see [`words::DEMANDS`]) outside of those
//! parameters; a veto of its own; and for recipes with a closed subject (dice, a calculator) words that neither the
//! recipe nor everyday language explains, above all one that stands right before the head (`mortgage calculator`). A
//! second recipe named in the same breath (`a poll and a guestbook`) means that none fits. When in doubt the answer is no.
//!
//! Half of all wishes are a shared list of entries with fields and a few rules. They have one recipe (`book::table`): its
//! rules (`book::rules`: limits, votes, who takes what, totals of groups, ticks, days …) are taken out of the words first,
//! what remains names the columns, and `book::sheet` composes the crate's sections from both. A new rule is a pattern
//! there, a section in `recipes/list/` and an exchange in its contract.
//!
//! Last, every word of the wish must be accounted for (see [`cover`]): a rule (`nobody twice`, `every day`, `max 12`) or a
//! numeral that no parameter carries refuses the recipe.

mod asked;
mod book;
mod cover;
mod dates;
mod fields;
mod lists;
mod pattern;
mod phrases;
mod render;
mod words;

use crate::{DevelopError, Draft, Progress, Task};
use asked::Asked;
use kandra_model::{Origin, Slug, Usage};
pub(crate) use render::toml_escape;
use render::{Language, Value, Word};
use std::{collections::BTreeMap, ops::Range};

/// Points that a recipe needs.
const ENOUGH: i32 = 10;
/// Points of a recipe that is made for just this.
const MADE_FOR: i32 = 20;
/// Points from which a second recipe in the same words is a wish of its own.
const STRONG: i32 = 13;

/// Which recipe answers a request, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The recipe's name for people: `Poll`.
    pub recipe: &'static str,
    /// What the feature would be called.
    pub title: String,
    /// The slug it would take if it is free.
    pub slug_hint: Slug,
    /// One sentence about what it would do.
    pub summary: String,
}

/// A recipe, for lists and chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipeInfo {
    /// Its name for people.
    pub name: &'static str,
    /// A wording that it answers.
    pub example: &'static str,
    /// The same in German.
    pub example_de: &'static str,
}

/// The offline developer.
#[derive(Clone, Copy, Debug)]
pub struct Recipes;

/// How a recipe treats words that nothing explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// It can be about anything: a poll, a countdown.
    Free,
    /// It is what it is: dice, a calculator.
    Closed,
}

/// Finds words that speak for a recipe.
type Evidence = fn(&Asked) -> Option<Range<usize>>;

struct Recipe {
    name: &'static str,
    slug: &'static str,
    example: &'static str,
    example_de: &'static str,
    heads: &'static [(&'static str, i32)],
    /// Words that this recipe explains beside its heads: what it does, or is usually said of it.
    vocabulary: &'static [&'static str],
    /// What this recipe cannot do although others might.
    vetoes: &'static [&'static str],
    subject: Subject,
    /// Evidence that a pattern cannot express.
    extra: Option<Evidence>,
    extra_points: i32,
    fill: fn(&Asked, Range<usize>) -> Option<Order>,
    files: &'static [(&'static str, &'static str)],
}

/// A recipe's parameters, taken from the words.
#[derive(Default)]
struct Order {
    title: String,
    summary: String,
    constants: Vec<(&'static str, Value)>,
    words: Vec<(&'static str, Word)>,
    /// Words that became parameters.
    explained: Vec<Range<usize>>,
    /// Whether what stands before these parameters merely says what they are of.
    leads: bool,
}

struct Choice {
    recipe: &'static Recipe,
    order: Order,
    language: Language,
}

impl Recipes {
    /// All recipes.
    pub fn all() -> Vec<RecipeInfo> {
        book::ALL.iter().map(|r| RecipeInfo { name: r.name, example: r.example, example_de: r.example_de }).collect()
    }

    /// The recipe that answers these words; `None` when none does. Pure and fast: fit for every key stroke.
    pub fn fit(title: &str, details: &str) -> Option<Fit> {
        let Choice { recipe, order, .. } = choose(title, details)?;
        Some(Fit { recipe: recipe.name, slug_hint: slug(recipe, &order), title: order.title, summary: order.summary })
    }

    /// The crate that answers a task.
    pub(crate) fn develop(task: &Task, progress: &mut dyn Progress) -> Result<Draft, DevelopError> {
        let Choice { recipe, order, language } = choose(&task.title, &task.details).ok_or(DevelopError::NeedsModel)?;
        if task.repair.is_some() {
            return Err(DevelopError::RecipeRefused { recipe: recipe.name.to_owned() });
        }
        let slug = free(slug(recipe, &order), &task.taken);
        let plan = order.summary.clone();
        let files = files(recipe, order, language, &slug);
        progress.planned(&plan, files.get("contract.toml").map_or("", String::as_str));
        Ok(Draft { slug, files, plan, origin: Origin::Recipe { recipe: recipe.name.to_owned() }, usage: Usage::default() })
    }
}

/// The first of `slug`, `slug-2`, `slug-3` … that nobody has.
pub(crate) fn free(slug: Slug, taken: &[Slug]) -> Slug {
    let is_free = |s: &Slug| !taken.contains(s);
    if is_free(&slug) {
        return slug;
    }
    (2..).map(|n| slug.numbered(n)).find(is_free).expect("more numbers than taken slugs")
}

fn slug(recipe: &Recipe, order: &Order) -> Slug {
    let short = phrases::shorten(&order.title, 36).replace('…', "");
    let of_recipe = || recipe.slug.parse().expect("a recipe's own slug is valid");
    let own = Slug::from_title(&asked::fold(&spelled_out(&short)));
    let is_telling = short.is_ascii() || short.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
    // A reserved title becomes `…-feature`; the recipe's own slug reads better.
    own.filter(|slug| is_telling && !slug.as_str().ends_with("-feature")).unwrap_or_else(of_recipe)
}

/// Umlauts as German spells them without: `Würfel` → `Wuerfel`.
fn spelled_out(title: &str) -> String {
    [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")]
        .iter()
        .fold(title.to_owned(), |title, (umlaut, letters)| title.replace(umlaut, letters))
}

fn files(recipe: &Recipe, order: Order, language: Language, slug: &Slug) -> BTreeMap<String, String> {
    let mut words: BTreeMap<&str, Word> = order.words.into_iter().collect();
    words.insert("slug", Word::Raw(slug.as_str().to_owned()));
    words.insert("title", Word::Text(order.title));
    words.insert("summary", Word::Text(order.summary));
    let filled = |(path, text): &(&str, &str)| ((*path).to_owned(), render::render(path, text, language, &order.constants, &words));
    recipe.files.iter().map(filled).filter(|(_, text)| !text.is_empty()).collect()
}

/// A recipe whose head was found, before its parameters are known.
struct Candidate {
    recipe: &'static Recipe,
    head: Range<usize>,
    points: i32,
}

fn choose(title: &str, details: &str) -> Option<Choice> {
    let asked = Asked::new(title, details);
    if asked.words.is_empty() || is_about_what_exists(&asked) {
        return None;
    }
    let language = if phrases::is_german(&asked) { Language::German } else { Language::English };
    let mut candidates: Vec<Candidate> = book::ALL.iter().filter_map(|recipe| candidate(recipe, &asked)).collect();
    candidates.sort_by_key(|c| (-c.points, c.head.start));
    // What a recipe is made for and cannot do, no other does by a list of it.
    let mut missed = false;
    candidates.iter().find_map(|c| {
        let mut order = (c.recipe.fill)(&asked, c.head.clone())?;
        order.explained.extend(phrases::called(&asked).map(|(_, words)| words));
        order.title = phrases::shorten(&order.title, 60);
        order.summary = phrases::shorten(&order.summary, 200);
        let own = own_words(c.recipe, &asked);
        let fits = c.points - unexplained(c, &order, &asked, &own)? >= ENOUGH
            && !demands_more(c.recipe, &order, &asked, &own)
            && !names_another(c, &order, &asked, &own, &candidates)
            && is_covered(c, &order, &asked, &own);
        let stands_in = missed && matches!(c.recipe.name, "List" | "Counter" | "Poll" | "Random picker");
        missed |= !fits && c.points >= MADE_FOR;
        (fits && !stands_in).then_some(Choice { recipe: c.recipe, order, language })
    })
}

fn candidate(recipe: &'static Recipe, asked: &Asked) -> Option<Candidate> {
    let of_patterns = recipe
        .heads
        .iter()
        .flat_map(|(pattern, weight)| pattern::find_all(&asked.words, pattern).into_iter().map(move |head| (head, *weight)));
    let of_extra = recipe.extra.and_then(|extra| extra(asked)).map(|head| (head, recipe.extra_points));
    of_patterns
        .chain(of_extra)
        .map(|(head, weight)| Candidate { recipe, points: weight - if asked.words[head.start].in_title { 0 } else { 2 }, head })
        .max_by_key(|c| (c.points, std::cmp::Reverse(c.head.start)))
        .filter(|c| c.points >= ENOUGH)
}

/// `make the poll bigger`, `remove the dice`, `add a like button to the guestbook`: not a new feature.
fn is_about_what_exists(asked: &Asked) -> bool {
    const CHANGES: &str = "change|fix|update|improve|move|remove|delete|rename|replace|modify|edit|adjust|extend|translate|hide|resize|repair|disable|undo|revert|ignore|forget|\
         andere|andert|losche|loscht|entferne|entfernt|repariere";
    let words = &asked.words;
    let lead = words
        .iter()
        .take_while(|w| matches!(w.text.as_str(), "please" | "can" | "could" | "you" | "we" | "bitte" | "kannst" | "du" | "konnt" | "ihr"))
        .count();
    let asks_for_change = pattern::match_at(words, CHANGES, lead).is_some()
        && !words.get(lead + 1).is_some_and(|w| matches!(w.text.as_str(), "a" | "an"))
        || pattern::match_at(words, "make|mach the|this|that|it|den|die|das", lead).is_some();
    let features = "guestbook|poll|counter|todo|todos|chat|dice|quiz|calculator|timer|countdown|scoreboard|noteboard|leaderboard|converter|picker|palette|gastebuch|umfrage|zahler";
    let on_a_feature = pattern::find(words, &format!("to|on|in|into|of|from|below|under|next the|our|existing|current {features}"), 0)
        .is_some_and(|at| pattern::find(&words[..at.start], "add|include|put|have|want|need", 0).is_some());
    asks_for_change || on_a_feature
}

/// Whether the words ask for something that this recipe does not do.
fn demands_more(recipe: &Recipe, order: &Order, asked: &Asked, own: &[bool]) -> bool {
    let is_parameter = |i: usize| order.explained.iter().any(|r| r.contains(&i));
    // `Shift plan: date, shift, name`: the same word is a parameter elsewhere.
    let explained =
        |i: usize| is_parameter(i) || (0..asked.words.len()).any(|j| asked.words[j].text == asked.words[i].text && is_parameter(j));
    // A slip of the finger makes no demand.
    let exact: Vec<asked::Word> = asked.words.iter().map(|w| asked::Word { may_be_slip: false, ..w.clone() }).collect();
    let beyond = |(of, pattern): &(&str, &str)| (of.is_empty() || *of == recipe.name) && pattern::find(&asked.words, pattern, 0).is_some();
    words::BEYOND.iter().any(beyond)
        || words::DEMANDS
            .iter()
            .flat_map(|pattern| pattern::find_all(&exact, pattern))
            .any(|found| !found.clone().all(|i| explained(i) || own[i]))
        || recipe.vetoes.iter().flat_map(|pattern| pattern::find_all(&asked.words, pattern)).any(|found| !found.clone().all(explained))
}

/// For each word, whether one of the recipe's heads or its vocabulary matches it.
fn own_words(recipe: &Recipe, asked: &Asked) -> Vec<bool> {
    let mut own = vec![false; asked.words.len()];
    let patterns = recipe.heads.iter().map(|(p, _)| *p).chain(recipe.vocabulary.iter().copied());
    for pattern in patterns {
        // What stands in a gap of the pattern is not its own.
        for i in pattern::find_all(&asked.words, pattern).into_iter().flatten() {
            own[i] |= pattern::names(&asked.words[i], pattern);
        }
    }
    own
}

/// Points lost to words that nothing explains; `None` when one of them makes the recipe another thing.
fn unexplained(candidate: &Candidate, order: &Order, asked: &Asked, own: &[bool]) -> Option<i32> {
    if candidate.recipe.subject == Subject::Free {
        return Some(0);
    }
    let strange = |i: usize| {
        !own[i]
            && !order.explained.iter().any(|r| r.contains(&i))
            && !candidate.head.contains(&i)
            && !words::is_everyday(&asked.words[i].text)
    };
    let head = &candidate.head;
    let before = head.start.checked_sub(1).filter(|i| !asked.words[head.start].starts_sentence && strange(*i));
    let about = pattern::match_at(&asked.words, "about|on|of|from|uber|von", head.end).is_some()
        && (head.end + 1..(head.end + 4).min(asked.words.len())).any(strange);
    if before.is_some() || about {
        return None;
    }
    let (title, details): (Vec<usize>, Vec<usize>) = (0..asked.words.len()).filter(|i| strange(*i)).partition(|i| asked.words[*i].in_title);
    Some(2 * title.len() as i32 + (details.len() as i32 / 2).min(4))
}

fn is_covered(candidate: &Candidate, order: &Order, asked: &Asked, own: &[bool]) -> bool {
    cover::uncovered(candidate.recipe, &candidate.head, order, asked, own).is_empty()
}

/// Whether another recipe is named too, in words that this one neither takes as parameters nor knows.
fn names_another(candidate: &Candidate, order: &Order, asked: &Asked, own: &[bool], all: &[Candidate]) -> bool {
    all.iter().filter(|other| !std::ptr::eq(other.recipe, candidate.recipe) && other.points >= STRONG).any(|other| {
        other.head.clone().all(|i| !own[i] && !candidate.head.contains(&i) && !order.explained.iter().any(|r| r.contains(&i)))
            && (other.recipe.fill)(asked, other.head.clone()).is_some()
    })
}

#[cfg(test)]
mod tests;
