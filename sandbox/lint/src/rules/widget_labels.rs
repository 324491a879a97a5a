//! K104, a warning: an input that nobody who cannot see it can name.

use crate::walk::{Context, Rule};
use syn::LitStr;

pub(crate) struct WidgetLabels;

impl Rule for WidgetLabels {
    fn text(&mut self, literal: &LitStr, cx: &mut Context<'_>) {
        let html = literal.value();
        if let Some(tag) = ["input", "select", "textarea"].into_iter().find(|tag| unlabelled(&html, tag, cx.text)) {
            let hint = "Wrap it in `<label>Name …</label>`, or give it an `aria-label`.";
            cx.warn("K104", literal.span(), format!("an `<{tag}>` has no label"), hint);
        }
    }
}

fn unlabelled(html: &str, tag: &str, file: &str) -> bool {
    let opening = format!("<{tag}");
    html.match_indices(&opening).any(|(at, _)| {
        let rest = &html[at + opening.len()..];
        if !rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/') {
            return false;
        }
        let attributes = &rest[..rest.find('>').unwrap_or(rest.len())];
        let value = |name: &str| {
            let start = attributes.find(&format!("{name}="))? + name.len() + 1;
            Some(attributes[start..].trim_start_matches(['"', '\'', '\\']).split(['"', '\'', ' ', '\\']).next().unwrap_or_default())
        };
        let kind = value("type").unwrap_or_default();
        if matches!(kind, "hidden" | "submit" | "button" | "reset" | "image")
            || attributes.contains("aria-label")
            || attributes.contains("title=")
        {
            return false;
        }
        let before = &html[..at];
        let wrapped = before.rfind("<label").is_some_and(|open| before.rfind("</label").is_none_or(|close| close < open));
        let named = value("id").is_some_and(|id| {
            id.contains('{')
                || file.contains(&format!("for=\"{id}\""))
                || file.contains(&format!("for={id}"))
                || file.contains(&format!("for=\\\"{id}\\\""))
                || file.contains(&format!("for='{id}'"))
        });
        !wrapped && !named
    })
}

#[cfg(test)]
mod tests {
    use super::unlabelled;

    #[test]
    fn a_label_may_stand_in_many_ways() {
        for good in [
            "<label>Name <input name=a></label>",
            "<label for=\"n\">Name</label><input id=\"n\">",
            "<input type=\"hidden\" name=a>",
            "<input aria-label=\"Name\">",
            "<inputs>",
        ] {
            assert!(!unlabelled(good, "input", good), "{good}");
        }
        for bad in ["<input name=a>", "<label>Name</label><input name=a>", "<input id=\"x\" placeholder=\"Name\">"] {
            assert!(unlabelled(bad, "input", bad), "{bad}");
        }
    }
}
