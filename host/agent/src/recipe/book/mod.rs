//! The recipes: what names each of them, and how its parameters are taken from the words.

mod arcade;
mod chance;
mod columns;
mod company;
mod games;
mod gathering;
mod goals;
mod opinions;
mod order;
mod pastime;
mod play;
mod reckoning;
mod rules;
mod shared;
mod sheet;
mod slots;
mod table;
mod time;
mod together;
mod tools;
mod usual;
mod voting;
mod writing;

use super::{
    Order, Recipe, Subject,
    asked::Asked,
    dates, fields, lists, pattern, phrases,
    render::{Value, Word, literal, toml_list},
};
use std::ops::Range;

/// All recipes.
pub(super) static ALL: &[&Recipe] = &[
    &reckoning::COUNTER,
    &voting::POLL,
    &writing::GUESTBOOK,
    &writing::TODO,
    &table::LIST,
    &time::COUNTDOWN,
    &chance::DICE,
    &reckoning::CONVERTER,
    &pastime::QUOTE,
    &reckoning::WORDS,
    &writing::NOTES,
    &pastime::TIC_TAC_TOE,
    &pastime::PALETTE,
    &chance::PICKER,
    &chance::ROCK_PAPER_SCISSORS,
    &voting::REACTIONS,
    &voting::RATING,
    &time::TIMER,
    &pastime::TRIVIA,
    &chance::GUESS,
    &writing::CHAT,
    &opinions::SUGGESTIONS,
    &reckoning::CALCULATOR,
    &time::CLOCK,
    &pastime::SCOREBOARD,
    &opinions::RSVP,
    &together::JAR,
    &together::STORY,
    &together::PIXELS,
    &together::ESTIMATE,
    &slots::SLOTS,
    &tools::FORMULA,
    &tools::TEXT_TOOL,
    &shared::PASSWORD,
    &shared::SPLIT,
    &shared::PAD,
    &shared::QUESTIONS,
    &games::TEAMS,
    &games::HANGMAN,
    &games::CONNECT_FOUR,
    &games::MEMORY,
    &games::REACTION,
    &play::DICE_SET,
    &play::INITIATIVE,
    &play::TIPS,
    &play::CLICKS,
    &play::POMODORO,
    &gathering::DATES,
    &gathering::ORDERS,
    &gathering::RIDES,
    &gathering::ROTATION,
    &goals::GOAL,
    &goals::SINCE,
    &goals::HABIT,
    &company::SANTA,
    &company::LEAGUE,
    &company::CARDS,
    &company::BINGO,
    &arcade::SNAKE,
    &arcade::TILES,
    &arcade::MOLE,
    &arcade::TYPING,
    &arcade::TIMES,
    &arcade::CHESS_CLOCK,
    &arcade::INTERVAL,
];

/// The files of `recipes/<name>/`.
macro_rules! crate_files {
    ($name:literal $(, $module:literal)*) => {
        &[
            ("Cargo.toml", include_str!(concat!("../../../recipes/", $name, "/Cargo.toml"))),
            ("README.md", include_str!(concat!("../../../recipes/", $name, "/README.md"))),
            ("contract.toml", include_str!(concat!("../../../recipes/", $name, "/contract.toml"))),
            ("src/lib.rs", include_str!(concat!("../../../recipes/", $name, "/src/lib.rs"))),
            ("src/widget.rs", include_str!(concat!("../../../recipes/", $name, "/src/widget.rs"))),
            $((concat!("src/", $module, ".rs"), include_str!(concat!("../../../recipes/", $name, "/src/", $module, ".rs"))),)*
        ]
    };
}
use crate_files;

fn has(asked: &Asked, pattern: &str) -> bool {
    pattern::find(&asked.words, pattern, 0).is_some()
}

fn text(text: impl Into<String>) -> Word {
    Word::Text(text.into())
}

fn raw(raw: impl ToString) -> Word {
    Word::Raw(raw.to_string())
}

/// `A, B and C`.
fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The topic after the head, as text and place.
fn topic(asked: &Asked, head: &Range<usize>) -> (Option<String>, Vec<Range<usize>>) {
    match phrases::topic(asked, head.end) {
        Some(words) => (Some(asked.slice(words.clone()).trim().to_owned()), vec![words]),
        None => (None, vec![]),
    }
}
