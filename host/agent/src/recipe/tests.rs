//! The corpus: how new users word their wishes, and what must come of it.

use super::*;

/// `recipe | wording | parts that the rendered crate must contain, separated by ¦`; the recipe `-` is none. A wording
/// may hold details after ` // `.
const CORPUS: &str = include_str!("corpus.txt");

fn order(title: &str, details: &str) -> Option<(&'static str, String, BTreeMap<String, String>)> {
    let Choice { recipe, order, language } = choose(title, details)?;
    let title = order.title.clone();
    let slug = slug(recipe, &order);
    Some((recipe.name, title, files(recipe, order, language, &slug)))
}

#[test]
fn every_recipe_answers_its_own_examples() {
    for recipe in book::ALL {
        for example in [recipe.example, recipe.example_de] {
            let fit = Recipes::fit(example, "");
            assert_eq!(fit.as_ref().map(|f| f.recipe), Some(recipe.name), "{example}: {fit:?}");
        }
    }
}

#[test]
fn the_corpus_is_answered() {
    let mut wrong: Vec<String> = Vec::new();
    let (mut fits, mut refusals) = (0, 0);
    for line in CORPUS.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let mut parts = line.splitn(3, " | ");
        let (recipe, wording, wanted) =
            (parts.next().unwrap().trim(), parts.next().expect(line).trim_end_matches(" |").trim(), parts.next().unwrap_or(""));
        let (title, details) = wording.split_once(" // ").unwrap_or((wording, ""));
        match order(title, &details.replace("\\n", "\n")) {
            None if recipe == "-" => refusals += 1,
            None => wrong.push(format!("{wording}\n    wanted {recipe}, got nothing")),
            Some((name, title, _)) if name != recipe => wrong.push(format!("{wording}\n    wanted {recipe}, got {name} ({title})")),
            Some((_, title, files)) => {
                fits += 1;
                let all = format!("title = {title}\n{}", files.values().cloned().collect::<String>());
                for part in wanted.split('¦').map(str::trim).filter(|p| !p.is_empty() && !all.contains(p)) {
                    let constants: String =
                        files["src/lib.rs"].lines().filter(|l| l.starts_with("const ")).map(|l| format!("    {l}\n")).collect();
                    wrong.push(format!("{wording}\n    lacks {part}\n    title = {title}\n{constants}"));
                }
            }
        }
    }
    println!("{fits} wordings answered, {refusals} refused");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(fits >= 60 && refusals >= 40, "the corpus shrank: {fits} + {refusals}");
}

#[test]
fn titles_without_letters_for_a_slug_take_the_recipes_own() {
    for recipe in book::ALL {
        assert!(recipe.slug.parse::<Slug>().is_ok(), "{}", recipe.slug);
    }
    assert_eq!(Recipes::fit("a chat", "").unwrap().slug_hint.as_str(), "chat-wall");
    assert_eq!(Recipes::fit("poll called \"日本語\": a, b", "").unwrap().slug_hint.as_str(), "poll");
}
