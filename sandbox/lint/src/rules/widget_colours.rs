//! K101, a warning: raw colours in styles. With the tokens' names a widget looks right in light and dark.

use super::style::{declarations, styles};
use crate::walk::{Context, Rule};
use syn::LitStr;

const FUNCTIONS: [&str; 7] = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "lab(", "hwb("];
const NAMES: [&str; 16] = [
    "red", "green", "blue", "black", "white", "gray", "grey", "orange", "yellow", "purple", "pink", "brown", "navy", "teal", "silver",
    "gold",
];

pub(crate) struct WidgetColours;

impl Rule for WidgetColours {
    fn text(&mut self, literal: &LitStr, cx: &mut Context<'_>) {
        let text = literal.value();
        let found = styles(&text).into_iter().flat_map(declarations).find(|(name, value)| !name.starts_with("--") && raw_colour(value));
        if let Some((name, value)) = found {
            let message = format!("`{name}: {}` is a raw colour", value.chars().take(40).collect::<String>());
            cx.warn(
                "K101",
                literal.span(),
                message,
                "Use a token, such as `var(--color-text-primary)`, `var(--color-accent)` or `var(--chart-1)`: it fits light and dark.",
            );
        }
    }
}

fn raw_colour(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let hexadecimal = value.split('#').skip(1).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        matches!(digits, 3 | 4 | 6 | 8) && !value.contains("url(")
    });
    hexadecimal
        || FUNCTIONS.iter().any(|f| value.contains(f))
        || value.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| NAMES.contains(&word))
}
