//! The styles inside a string of HTML: what stands in `<style>` and in `style="…"`.

/// Each piece of CSS, without its tags. Loose by design: the findings made from it are warnings.
pub(super) fn styles(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find("<style") {
        let Some(open) = rest[at..].find('>') else { break };
        let body = &rest[at + open + 1..];
        let end = body.find("</style").unwrap_or(body.len());
        found.push(&body[..end]);
        rest = &body[end..];
    }
    let mut rest = html;
    while let Some(at) = rest.find("style=") {
        let after = &rest[at + "style=".len()..];
        let quote = after.trim_start_matches('\\').chars().next();
        match quote {
            Some(quote @ ('"' | '\'')) => {
                let start = after.find(quote).map_or(after.len(), |i| i + 1);
                let body = &after[start..];
                let end = body.find(quote).unwrap_or(body.len());
                found.push(body[..end].trim_end_matches('\\'));
                rest = &body[end..];
            }
            _ => rest = after,
        }
    }
    // A constant that holds a style sheet alone.
    if found.is_empty() && !html.contains('<') && html.contains('{') && html.contains(';') && html.contains(':') && html.contains('}') {
        found.push(html);
    }
    found
}

/// `property: value` pairs of a piece of CSS, names in lower case; media queries are no declarations.
pub(super) fn declarations(css: &str) -> impl Iterator<Item = (String, &str)> {
    css.split([';', '{', '}']).filter_map(|piece| {
        let (name, value) = piece.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        let word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        word.then_some((name, value.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_found_where_html_has_them() {
        assert_eq!(styles("<style>a{b:c}</style><p style=\"d:e\">"), ["a{b:c}", "d:e"]);
        assert_eq!(styles("<p>Issue #42: red</p>"), Vec::<&str>::new());
        assert_eq!(styles("p { margin: 0; }"), ["p { margin: 0; }"]);
        let pairs: Vec<_> = declarations("@media (min-width: 400px) { p { Color : #fff; width:1px } }").collect();
        assert_eq!(pairs, [("color".to_owned(), "#fff"), ("width".to_owned(), "1px")]);
    }
}
