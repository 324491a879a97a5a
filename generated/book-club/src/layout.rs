//! What all pages share: the head, the navigation, the style.
use kandra::prelude::*;

/// One page of the site.
pub struct Page<'a> {
    pub title: &'a str,
    /// The entry of the navigation that it belongs to.
    pub here: &'a str,
}

const NAVIGATION: [(&str, &str); 3] = [("", "This month"), ("books", "The shelf"), ("about", "About")];

/// The way from this page back to the feature's own root, whatever the feature is called: `../` for each folder.
pub fn root(req: &Request) -> String {
    let depth = req.path().matches('/').count().saturating_sub(1);
    if depth == 0 { "./".to_string() } else { "../".repeat(depth) }
}

impl Page<'_> {
    /// The whole document. The body is HTML: what visitors wrote has been escaped.
    pub fn show(&self, req: &Request, body: &str) -> Result<Response> {
        let (root, title) = (root(req), escape(self.title));
        let mut links = String::new();
        for (path, name) in NAVIGATION {
            let current = if path == self.here { " aria-current=\"page\"" } else { "" };
            links += &format!("<a href=\"{root}{path}\"{current}>{name}</a>");
        }
        Response::html(format!(
            r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Book club</title>
<style>{STYLE}</style>
</head>
<body class="site">
<a class="skip" href="#main">Skip to the text</a>
<header><b>📚 Book club</b><nav aria-label="Pages">{links}</nav></header>
<main id="main">
{body}
</main>
</body>
</html>
"##
        ))
    }
}

pub const STYLE: &str = "
  html:has(.site) { background: var(--color-background-secondary); }
  .site { max-inline-size: 44rem; margin-inline: auto; padding: var(--space-4); }
  .skip { position: absolute; inset-block-start: -4rem; }
  .skip:focus { inset-block-start: var(--space-2); }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-5); margin-block-end: var(--space-5); padding-block-end: var(--space-3); border-block-end: var(--border-width-regular) solid var(--color-border-tertiary); }
  nav { display: flex; flex-wrap: wrap; gap: var(--space-4); }
  nav a { display: inline-flex; align-items: center; min-block-size: var(--target-min); }
  nav a[aria-current] { color: inherit; font-weight: var(--font-weight-semibold); text-decoration: none; }
  .book { display: flex; align-items: start; gap: var(--space-4); margin-block-end: var(--space-4); }
  .book > svg { flex: none; inline-size: var(--space-7); }
  .book > div { min-inline-size: 0; }
  .book h1, .book h2 { margin-block-end: var(--space-1); }
  .plain { list-style: none; padding: 0; }
  .notes li { padding-block: var(--space-3); border-block-start: var(--border-width-regular) solid var(--color-border-tertiary); }
  .notes p, blockquote p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
";
