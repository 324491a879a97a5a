//! Text on its way into HTML and out of addresses.

/// Makes text safe inside HTML, in an element or in a quoted attribute.
///
/// ```
/// assert_eq!(kandra::escape("<b> & \"you\""), "&lt;b&gt; &amp; &quot;you&quot;");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(entity);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out
}

/// Decodes one name or value of a query or a form: `+` is a space, `%xx` a byte; what is not UTF-8 becomes U+FFFD.
pub(crate) fn decode(text: &str) -> String {
    unescape(text, Plus::Space)
}

/// Decodes a path segment, in which `+` is itself; on a server the host does it.
#[cfg(not(kandra_library))]
pub(crate) fn decode_segment(text: &str) -> String {
    unescape(text, Plus::Plus)
}

/// What `+` stands for.
#[derive(PartialEq)]
enum Plus {
    Space,
    #[cfg(not(kandra_library))]
    Plus,
}

fn unescape(text: &str, plus: Plus) -> String {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        out.push(match byte {
            b'+' if plus == Plus::Space => b' ',
            b'%' => match (hex(bytes.get(at)), hex(bytes.get(at + 1))) {
                (Some(high), Some(low)) => {
                    at += 2;
                    high * 16 + low
                }
                _ => b'%',
            },
            other => other,
        });
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    digit.and_then(|digit| (*digit as char).to_digit(16)).map(|digit| digit as u8)
}

/// The decoded pairs of a query or a form.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_keeps_the_rest() {
        assert_eq!(escape("Grüße, <i class='x'>"), "Grüße, &lt;i class=&#39;x&#39;&gt;");
        assert_eq!(escape(""), "");
    }

    #[test]
    fn decodes_what_browsers_send() {
        let all: Vec<_> = pairs("a=1+2&b=%C3%BC&&c&d=x%3Dy&e=100%").collect();
        let want = [("a", "1 2"), ("b", "ü"), ("c", ""), ("d", "x=y"), ("e", "100%")];
        assert_eq!(all, want.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(decode("%ff"), "\u{fffd}");
        assert_eq!(decode_segment("a+b%2Fc"), "a+b/c");
    }
}
