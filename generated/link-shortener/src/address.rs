//! Which addresses can be shortened: those of the web, written out, that hide nothing.
use kandra::prelude::*;

/// Characters.
const MOST: usize = 2000;

/// The address, or what is wrong with it.
pub fn checked(text: &str) -> Result<&str> {
    let url = text.trim();
    if url.is_empty() || url.len() > MOST {
        return Err(Error::bad_request(format!("An address has 1 to {MOST} characters.")));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte)) {
        return Err(Error::bad_request("An address has no spaces, and other letters than ASCII are written as %C3%BC."));
    }
    let rest = after(url, "https://").or_else(|| after(url, "http://"));
    let Some(rest) = rest else {
        return Err(Error::bad_request("An address begins with https:// or http://."));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.contains('@') {
        return Err(Error::bad_request("An address with a user's name in it is refused: it hides where it leads."));
    }
    if host.is_empty() || !host.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Error::bad_request("After https:// comes the name of a site."));
    }
    Ok(url)
}

/// What follows the scheme, which may be written in capitals.
fn after<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    url.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| &url[scheme.len()..])
}

#[cfg(test)]
mod tests {
    use super::checked;
    use kandra::prelude::*;

    #[test]
    fn addresses_of_the_web_are_let_in() {
        for url in ["https://example.com", " http://example.com:8080/a?b=c#d ", "HTTPS://EXAMPLE.COM/%C3%BC", "https://[::1]/"] {
            assert_eq!(checked(url).unwrap(), url.trim());
        }
    }

    #[test]
    fn all_others_are_not() {
        for url in [
            "",
            "example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.com",
            "https://",
            "https:///path",
            "https://?",
            "ftp://example.com",
            "https://user@example.com",
            "https://exa mple.com",
            "https://example.com/\r\nx",
            "https://example.com/\"x",
            "https://exämple.com",
        ] {
            assert_eq!(checked(url).unwrap_err().status(), 400, "{url}");
        }
        assert!(checked(&format!("https://example.com/{}", "x".repeat(2000))).is_err());
    }
}
