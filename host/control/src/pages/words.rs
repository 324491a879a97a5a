//! The wording of the pages: one file per language, chosen by `?lang=` and `Accept-Language`.
//!
//! Templates name a key; the file holds the sentence. Keys are checked against both files and against every template by the
//! tests below, so that a missing sentence fails the build's tests and not a visitor.

use kandra_model::Timestamp;
use std::{collections::BTreeMap, fmt::Display, sync::LazyLock};

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, the default.
    English,
    /// German.
    German,
}

impl Language {
    /// All of them, the default first.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag for `lang` attributes and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language asked for: `?lang=` first, then the header's best match, then English.
    pub fn choose(query: Option<&str>, accept: Option<&str>) -> Self {
        if let Some(language) = query.and_then(Self::from_tag) {
            return language;
        }
        let mut best: Option<(f32, Self)> = None;
        for item in accept.unwrap_or_default().split(',').take(32) {
            let mut parts = item.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Self::from_tag) else { continue };
            let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(most, _)| quality > most) {
                best = Some((quality, language));
            }
        }
        best.map_or(Self::English, |(_, language)| language)
    }

    /// Its sentences.
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::parse(Language::English, include_str!("../../wording/en.toml")));
static GERMAN: LazyLock<Words> = LazyLock::new(|| Words::parse(Language::German, include_str!("../../wording/de.toml")));

/// The sentences of one language, by dotted key.
#[derive(Debug)]
pub struct Words {
    language: Language,
    texts: BTreeMap<String, String>,
}

impl Words {
    fn parse(language: Language, text: &str) -> Self {
        let table: toml::Table = toml::from_str(text).expect("the wording files are part of the binary and tested");
        let mut texts = BTreeMap::new();
        flatten("", &table, &mut texts);
        Self { language, texts }
    }

    /// Whose they are.
    pub fn language(&self) -> Language {
        self.language
    }

    /// All keys.
    #[cfg(test)]
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The sentence of a key. A key that is not there shows itself (and fails a test).
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// The sentence of a key whose last part is a name from data, such as a state.
    pub fn of(&self, group: &str, name: &str) -> String {
        self.t(&format!("{group}.{name}")).to_owned()
    }

    /// The sentence with one `{placeholder}` filled in.
    pub fn f(&self, key: &str, name: &str, value: impl Display) -> String {
        self.t(key).replace(&format!("{{{name}}}"), &value.to_string())
    }

    /// The sentence for a count: `key.one` or `key.other`, with `{n}` filled in.
    pub fn n(&self, key: &str, count: impl Count) -> String {
        let count = count.count();
        let form = if count == 1 { "one" } else { "other" };
        self.t(&format!("{key}.{form}")).replace("{n}", &group_digits(count, self.language))
    }

    /// What stands before and after a placeholder that the template fills with markup.
    pub fn around<'a>(&'a self, key: &'a str, name: &str) -> (&'a str, &'a str) {
        self.t(key).split_once(&format!("{{{name}}}")).unwrap_or((self.t(key), ""))
    }

    /// `3 minutes ago`.
    pub fn ago(&self, then: impl Instant, now: impl Instant) -> String {
        let seconds = now.instant().millis_since(then.instant()) / 1000;
        let (key, count) = match seconds {
            0..10 => return self.t("time.now").to_owned(),
            10..60 => ("time.seconds_ago", seconds),
            60..3600 => ("time.minutes_ago", seconds / 60),
            3600..86_400 => ("time.hours_ago", seconds / 3600),
            _ => ("time.days_ago", seconds / 86_400),
        };
        self.n(key, count)
    }

    /// `0.4 s`, `12 s`, `1:05 min`.
    pub fn duration(&self, millis: impl Count) -> String {
        let millis = millis.count();
        let text = match millis / 100 {
            0..100 => format!("{}.{} s", millis / 1000, millis / 100 % 10),
            100..600 => format!("{} s", millis / 1000),
            _ => format!("{}:{:02} min", millis / 60_000, millis / 1000 % 60),
        };
        self.decimal(text)
    }

    /// `41 µs`, `1.3 ms`, `2.0 s`.
    pub fn micros(&self, micros: impl Count) -> String {
        let micros = micros.count();
        let text = match micros {
            0..1000 => format!("{micros} µs"),
            1000..1_000_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
            _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
        };
        self.decimal(text)
    }

    /// `12.3 MiB`.
    pub fn bytes(&self, bytes: impl Count) -> String {
        let tenths = bytes.count() * 10 / (1 << 20);
        self.decimal(format!("{}.{} MiB", tenths / 10, tenths % 10))
    }

    /// `2026-11-21 02:04 UTC`: the same in every language, and unmistakable.
    pub fn date(&self, at: impl Instant) -> String {
        let iso = at.instant().to_string();
        match (iso.get(..10), iso.get(11..16)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => iso,
        }
    }

    fn decimal(&self, text: String) -> String {
        match self.language {
            Language::English => text,
            Language::German => text.replacen('.', ",", 1),
        }
    }

    /// A count with the language's separators.
    pub fn number(&self, count: impl Count) -> String {
        group_digits(count.count(), self.language)
    }

    /// The sentences that scripts need (`js.*`), as JSON that is safe inside a script element.
    pub fn for_scripts(&self) -> String {
        let map: BTreeMap<&str, &str> =
            self.texts.iter().filter_map(|(key, text)| Some((key.strip_prefix("js.")?, text.as_str()))).collect();
        serde_json::to_string(&map).expect("a map of strings is JSON").replace('<', "\\u003c")
    }
}

/// Counts of any width, by value or (as templates hand them over) by reference.
pub trait Count {
    /// As the widest.
    fn count(self) -> u64;
}

impl Count for u64 {
    fn count(self) -> u64 {
        self
    }
}

impl Count for u32 {
    fn count(self) -> u64 {
        self.into()
    }
}

impl<T: Count + Copy> Count for &T {
    fn count(self) -> u64 {
        (*self).count()
    }
}

/// Instants, by value or by reference.
pub trait Instant {
    /// By value.
    fn instant(self) -> Timestamp;
}

impl Instant for Timestamp {
    fn instant(self) -> Timestamp {
        self
    }
}

impl<T: Instant + Copy> Instant for &T {
    fn instant(self) -> Timestamp {
        (*self).instant()
    }
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, into),
            toml::Value::String(text) => {
                into.insert(key, text.clone());
            }
            other => panic!("wording key {key} is not a text: {other}"),
        }
    }
}

fn group_digits(count: u64, language: Language) -> String {
    let separator = match language {
        Language::English => ',',
        Language::German => '.',
    };
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_language_has_the_same_keys_and_placeholders() {
        let (english, german) = (Language::English.words(), Language::German.words());
        assert_eq!(english.keys().collect::<Vec<_>>(), german.keys().collect::<Vec<_>>());
        for key in english.keys() {
            assert_eq!(placeholders(english.t(key)), placeholders(german.t(key)), "{key}");
            let may_be_empty = key == "feature_note.live";
            assert!(may_be_empty || (!english.t(key).is_empty() && !german.t(key).is_empty()), "{key} says nothing");
        }
    }

    #[test]
    fn the_query_wins_then_the_best_of_the_header_then_english() {
        let choose = Language::choose;
        assert_eq!(choose(Some("de"), Some("en")), Language::German);
        assert_eq!(choose(None, Some("fr, de-AT;q=0.8, en;q=0.9")), Language::English);
        assert_eq!(choose(None, Some("fr, de-AT;q=0.9, en;q=0.8")), Language::German);
        assert_eq!(choose(None, Some("de;q=0")), Language::English);
        assert_eq!(choose(Some("xx"), Some("*")), Language::English);
        assert_eq!(choose(None, None), Language::English);
    }

    #[test]
    fn counts_times_and_sizes_read_well() {
        let (english, german) = (Language::English.words(), Language::German.words());
        assert_eq!(english.n("sentence.features", 1_u32), "1 feature live");
        assert_eq!(english.n("sentence.features", 1_234_567_u64), "1,234,567 features live");
        assert_eq!(german.number(1_234_567_u64), "1.234.567");
        assert_eq!(english.duration(420_u64), "0.4 s");
        assert_eq!(german.duration(4_140_u64), "4,1 s");
        assert_eq!(english.duration(12_900_u64), "12 s");
        assert_eq!(english.duration(65_000_u64), "1:05 min");
        assert_eq!(english.micros(41_u64), "41 µs");
        assert_eq!(german.micros(1_340_u64), "1,3 ms");
        assert_eq!(english.bytes(32_u64 << 20), "32.0 MiB");
        let now = Timestamp::from_millis(1_790_000_000_000);
        assert_eq!(english.ago(now.plus_millis(-61_000), now), "1 minute ago");
        assert_eq!(english.date(now), "2026-09-21 14:13 UTC");
    }

    #[test]
    fn sentences_for_scripts_cannot_end_their_element() {
        let json = Language::English.words().for_scripts();
        assert!(!json.contains('<'));
        let map: BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
        assert!(map.contains_key("solving") && !map.contains_key("js.solving"));
    }
}
