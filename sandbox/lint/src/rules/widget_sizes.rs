//! K102 and K103, warnings: heights of the whole window, and widths that a narrow card does not have.

use super::style::{declarations, styles};
use crate::walk::{Context, Rule};
use syn::LitStr;

/// CSS pixels of the narrowest card.
const NARROWEST: f64 = 288.0;

pub(crate) struct WidgetSizes;

impl Rule for WidgetSizes {
    fn text(&mut self, literal: &LitStr, cx: &mut Context<'_>) {
        let text = literal.value();
        let (mut tall, mut wide) = (None, None);
        for (name, value) in styles(&text).into_iter().flat_map(declarations) {
            if ["100vh", "100dvh", "100svh", "100lvh"].iter().any(|h| value.contains(h)) {
                tall.get_or_insert_with(|| name.clone());
            }
            if matches!(name.as_str(), "width" | "min-width" | "inline-size" | "min-inline-size")
                && value.split_whitespace().filter_map(pixels).any(|p| p > NARROWEST)
            {
                wide.get_or_insert_with(|| format!("{name}: {}", value.chars().take(20).collect::<String>()));
            }
        }
        if let Some(name) = tall {
            cx.warn(
                "K102",
                literal.span(),
                format!("`{name}` follows the window's height, and a card follows its content's"),
                "Leave the height to the content; `height` in the manifest reserves room.",
            );
        }
        if let Some(shown) = wide {
            cx.warn(
                "K103",
                literal.span(),
                format!("`{shown}` is wider than the narrowest card (288 px)"),
                "Use `width: 100%` with a `max-width`.",
            );
        }
    }
}

fn pixels(word: &str) -> Option<f64> {
    word.strip_suffix("px")?.parse().ok()
}
