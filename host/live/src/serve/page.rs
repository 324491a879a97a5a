//! HTML answers: a widget's fragment becomes a document, a feature's own page gets the shim and the tokens.

use super::assets::{SHIM, TOKENS};

/// Where in a page the head is looked for, bytes.
const HEAD_WITHIN: usize = 8 << 10;

/// What goes into every head.
fn head(slug: &str) -> String {
    format!("<link rel=\"stylesheet\" href=\"{}\"><script src=\"{}\" data-feature=\"{slug}\"></script>", TOKENS.address(), SHIM.address(),)
}

/// A whole document around a widget's fragment.
pub(crate) fn document(slug: &str, title: &str, language: &str, fragment: &[u8]) -> Vec<u8> {
    let title = if title.is_empty() { slug } else { title };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\" data-kandra=\"widget\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n{}\n</head>\n<body>\n",
        escape(language),
        escape(title),
        head(slug),
    )
    .into_bytes();
    page.extend_from_slice(fragment);
    page.extend_from_slice(b"\n</body>\n</html>\n");
    page
}

/// A feature's own page with the shim and the tokens first in its head, so that its own style comes later.
pub(crate) fn inject(slug: &str, page: &[u8]) -> Vec<u8> {
    let at = place(page);
    let head = head(slug);
    let mut injected = Vec::with_capacity(page.len() + head.len());
    injected.extend_from_slice(&page[..at]);
    injected.extend_from_slice(head.as_bytes());
    injected.extend_from_slice(&page[at..]);
    injected
}

/// Behind `<head …>`, else behind `<html …>`, else behind the doctype, else at the very front.
fn place(page: &[u8]) -> usize {
    let start = &page[..page.len().min(HEAD_WITHIN)];
    let lower = start.to_ascii_lowercase();
    let mut after = 0;
    for tag in ["<!doctype", "<html", "<head"] {
        if let Some(end) = tag_end(&lower[after..], tag) {
            after += end;
        }
    }
    after
}

/// The end of the first such tag, outside of comments.
fn tag_end(text: &[u8], tag: &str) -> Option<usize> {
    let mut i = 0;
    while i < text.len() {
        if text[i..].starts_with(b"<!--") {
            i += text[i..].windows(3).position(|w| w == b"-->")? + 3;
        } else if text[i..].starts_with(tag.as_bytes()) && text.get(i + tag.len()).is_some_and(|b| b.is_ascii_whitespace() || *b == b'>') {
            return Some(i + text[i..].iter().position(|b| *b == b'>')? + 1);
        } else {
            i += 1;
        }
    }
    None
}

/// Text for HTML, attribute values included.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A small page of the host's own, for people whose browser asked for one.
pub(crate) fn notice(title: &str, sentence: &str) -> Vec<u8> {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"stylesheet\" href=\"{}\">\n\
         <style>body {{ padding: 1.5rem; max-inline-size: 36rem; margin-inline: auto }}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>{sentence}</p>\n</main>\n</body>\n</html>\n",
        TOKENS.address(),
        title = escape(title),
        sentence = escape(sentence),
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injected(page: &str) -> String {
        String::from_utf8(inject("poll", page.as_bytes())).unwrap().replace(&head("poll"), "#")
    }

    #[test]
    fn the_head_is_found_wherever_it_is() {
        assert_eq!(
            injected("<!doctype html><html lang=en><head data-x><title>t</title>"),
            "<!doctype html><html lang=en><head data-x>#<title>t</title>"
        );
        assert_eq!(injected("<!DOCTYPE html><HTML><body>x"), "<!DOCTYPE html><HTML>#<body>x");
        assert_eq!(injected("<!doctype html><header>x</header>"), "<!doctype html>#<header>x</header>");
        assert_eq!(injected("<p>x"), "#<p>x");
        assert_eq!(injected("<!-- <head> --><head><p>"), "<!-- <head> --><head>#<p>");
        assert_eq!(injected("<head"), "#<head");
        assert_eq!(injected(""), "#");
    }

    #[test]
    fn a_document_escapes_what_is_not_the_features_markup() {
        let page = String::from_utf8(document("poll", "A <b> & \"c\"", "de", b"<p>hi</p>")).unwrap();
        assert!(
            page.contains("<title>A &lt;b&gt; &amp; &quot;c&quot;</title>") && page.contains("<p>hi</p>") && page.contains("lang=\"de\"")
        );
        assert!(page.contains("data-feature=\"poll\""));
    }
}
