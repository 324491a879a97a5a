//! `Cargo.toml`: the few fields that are read; every other one is refused by name, because cargo gives many of them the
//! power to run code or to read files. What is read here never reaches cargo: the gate writes the manifest that is built.

use super::forms::{is_host, is_slug, is_version, slug};
use crate::{
    Added, Finding, Group,
    finding::Place,
    fix::{Edit, Kind},
    policy::{Dev, POLICY},
};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How much room a widget reserves on its card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Height {
    /// 160 CSS pixels.
    S,
    /// 280 CSS pixels.
    #[default]
    M,
    /// 420 CSS pixels.
    L,
}

impl Height {
    /// `s`, `m` or `l`, as in the manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "s",
            Self::M => "m",
            Self::L => "l",
        }
    }
}

/// A crate that the feature uses. Only its name counts: the gate knows version and features.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The package's name, from the allow-list.
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// Whether it stands on the shelf, and not in every build.
    pub shelf: bool,
    /// Whether the owner of the server added it, and nobody reviewed it for Kandra.
    pub added: bool,
}

/// What was accepted of `Cargo.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// From the package's name, `kandra-feature-<slug>`.
    pub slug: String,
    /// `[package] version`.
    pub version: String,
    /// 1 to 60 characters.
    pub title: String,
    /// At most 200 characters.
    pub summary: String,
    /// One emoji, or empty.
    pub icon: String,
    /// Reserved room.
    pub height: Height,
    /// Declared capabilities, in order of name.
    pub capabilities: Vec<String>,
    /// Hosts it wants to call, in order of name.
    pub hosts: Vec<String>,
    /// Features it wants to call, in order of name.
    pub calls: Vec<String>,
    /// From the allow-list, in order of name.
    pub dependencies: Vec<Dependency>,
}

/// What a feature may declare to use.
const CAPABILITIES: [&str; 15] =
    ["routes", "widget", "pages", "kv", "sql", "state", "events", "http", "schedule", "call", "log", "now", "random", "visitor", "secret"];
const MAX_TITLE: usize = 60;
const MAX_SUMMARY: usize = 200;
const MAX_ICON_BYTES: usize = 40;
const MAX_HOSTS: usize = 16;
const MAX_CALLS: usize = 16;

/// The manifest, or `None` with the reasons in `findings`.
pub(super) fn read(text: &str, added: &[Added], findings: &mut Vec<Finding>) -> Option<Manifest> {
    let before = findings.len();
    let mut reader = Reader { text, added, findings };
    let manifest = match DeTable::parse(text) {
        Ok(table) => reader.manifest(table.get_ref()),
        Err(error) => {
            let message = format!("`Cargo.toml` is not TOML: {}", error.message());
            reader.refuse("source/manifest-syntax", error.span(), message, "");
            None
        }
    };
    manifest.filter(|_| findings.len() == before)
}

type Table<'a> = DeTable<'a>;
type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    text: &'a str,
    added: &'a [Added],
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn refuse(&mut self, code: &str, span: Option<Range<usize>>, message: String, hint: &str) {
        let mut finding = Finding::error(code, message).hint(hint).file("Cargo.toml");
        if let Some(span) = span {
            finding = finding.place(place(self.text, &span));
        }
        self.findings.push(finding);
    }

    /// A value that has exactly one right form.
    fn refuse_with_fix(&mut self, span: Range<usize>, message: &str, hint: &str, kind: Kind) {
        let edit = Edit { at: span.start, end: span.end, kind };
        self.refuse("source/manifest-value", Some(span), message.into(), hint);
        if let Some(finding) = self.findings.last_mut().filter(|_| edit.fits(self.text)) {
            finding.fix.push(edit);
        }
    }

    fn manifest(&mut self, root: &Table<'_>) -> Option<Manifest> {
        let mut manifest = Manifest {
            slug: String::new(),
            version: "0.1.0".into(),
            title: String::new(),
            summary: String::new(),
            icon: String::new(),
            height: Height::default(),
            capabilities: Vec::new(),
            hosts: Vec::new(),
            calls: Vec::new(),
            dependencies: Vec::new(),
        };
        let (mut package, mut metadata) = (false, false);
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "package" => {
                    package = true;
                    if let Some(table) = self.table("package", value) {
                        metadata = self.package(table, &mut manifest);
                    }
                }
                "lib" => self.lib(value),
                "dependencies" => self.dependencies(value, &[], &mut manifest),
                "dev-dependencies" => {
                    // Only tests use them, and the gate builds no tests: the names are judged all the same.
                    let mut unused = manifest.clone();
                    self.dependencies(value, &POLICY.dev, &mut unused);
                }
                // An empty table marks a crate that belongs to no workspace: harmless, and `cargo test` may need it.
                "workspace" if matches!(value.get_ref(), DeValue::Table(t) if t.is_empty()) => {}
                other => self.field(other, key.span()),
            }
        }
        if !package {
            self.refuse("source/manifest-field", None, "`[package]` is missing".into(), "Begin as `kandra new` does.");
        } else if !metadata {
            let hint = "Add `[package.metadata.kandra]` with `title` and `summary`.";
            self.refuse("source/manifest-field", None, "`[package.metadata.kandra]` is missing".into(), hint);
        } else if manifest.title.trim().is_empty() && self.findings.is_empty() {
            self.refuse(
                "source/manifest-field",
                None,
                "`title` is missing in `[package.metadata.kandra]`".into(),
                "Say in a few words what the feature is.",
            );
        }
        manifest.dependencies.sort();
        manifest.dependencies.dedup();
        Some(manifest)
    }

    /// Whether `[package.metadata.kandra]` was there.
    fn package(&mut self, table: &Table<'_>, manifest: &mut Manifest) -> bool {
        let mut metadata = false;
        let mut named = false;
        for (key, value) in table {
            let span = value.span();
            match key.get_ref().as_ref() {
                "name" => {
                    named = true;
                    if let Some(name) = self.string("name", value) {
                        match slug(&name) {
                            Ok(slug) => manifest.slug = slug,
                            Err(message) => self.refuse(
                                "source/slug",
                                Some(span),
                                message,
                                "Name the package `kandra-feature-<slug>`, such as `kandra-feature-tea-poll`.",
                            ),
                        }
                    }
                }
                "version" => {
                    if let Some(version) = self.string("version", value) {
                        if is_version(&version) {
                            manifest.version = version;
                        } else {
                            self.refuse(
                                "source/manifest-value",
                                Some(span),
                                "`version` is not of the form `1.2.3`".into(),
                                "Write `version = \"0.1.0\"`.",
                            );
                        }
                    }
                }
                "edition" => {
                    if self.string("edition", value).is_some_and(|e| e != "2024") {
                        let message = "the edition of a feature is 2024";
                        self.refuse_with_fix(span, message, "Write `edition = \"2024\"`.", Kind::Edition);
                    }
                }
                "publish" => {
                    if !matches!(value.get_ref(), DeValue::Boolean(false)) {
                        self.refuse_with_fix(span, "a feature is not published", "Write `publish = false`.", Kind::Publish);
                    }
                }
                "license" => {
                    if self.string("license", value).is_some_and(|l| l != "MIT OR Apache-2.0") {
                        let hint = "Write `license = \"MIT OR Apache-2.0\"`.";
                        self.refuse_with_fix(span, "features are licensed MIT OR Apache-2.0", hint, Kind::Licence);
                    }
                }
                "readme" => {
                    if self.string("readme", value).is_some_and(|r| r != "README.md") {
                        self.refuse("source/manifest-value", Some(span), "a readme is called `README.md`".into(), "");
                    }
                }
                word @ ("description" | "rust-version" | "repository" | "homepage") => {
                    self.string(word, value);
                }
                word @ ("authors" | "keywords" | "categories") => {
                    self.strings(word, value);
                }
                "metadata" => {
                    for (key, value) in self.table("package.metadata", value).into_iter().flatten() {
                        if key.get_ref() == "kandra" {
                            metadata = true;
                            if let Some(table) = self.table("package.metadata.kandra", value) {
                                self.metadata(table, manifest);
                            }
                        } else {
                            self.field(&format!("package.metadata.{}", key.get_ref()), key.span());
                        }
                    }
                }
                other => self.field(&format!("package.{other}"), key.span()),
            }
        }
        if !named {
            self.refuse("source/slug", None, "`[package] name` is missing".into(), "Name the package `kandra-feature-<slug>`.");
        }
        metadata
    }

    fn metadata(&mut self, table: &Table<'_>, manifest: &mut Manifest) {
        for (key, value) in table {
            let span = Some(value.span());
            match key.get_ref().as_ref() {
                "title" => {
                    manifest.title = self.text("title", value, MAX_TITLE);
                }
                "summary" => {
                    manifest.summary = self.text("summary", value, MAX_SUMMARY);
                }
                "icon" => {
                    let icon = self.string("icon", value).unwrap_or_default();
                    if icon.len() > MAX_ICON_BYTES || icon.chars().any(|c| c.is_control() || c.is_whitespace() || "<>&\"'".contains(c)) {
                        self.refuse("source/manifest-value", span, "`icon` is one emoji".into(), "Write `icon = \"🎲\"`, or leave it out.");
                    } else {
                        manifest.icon = icon;
                    }
                }
                "height" => match self.string("height", value).as_deref() {
                    Some("s") => manifest.height = Height::S,
                    Some("m") => manifest.height = Height::M,
                    Some("l") => manifest.height = Height::L,
                    Some(_) => self.refuse(
                        "source/manifest-value",
                        span,
                        "`height` is `s`, `m` or `l`".into(),
                        "They reserve 160, 280 and 420 pixels.",
                    ),
                    None => {}
                },
                "capabilities" => {
                    for name in self.strings("capabilities", value) {
                        if !CAPABILITIES.contains(&name.as_str()) {
                            let message = format!("the capability {name:?} does not exist");
                            self.refuse("source/manifest-value", span.clone(), message, &format!("They are: {}.", CAPABILITIES.join(", ")));
                        } else if !manifest.capabilities.contains(&name) {
                            manifest.capabilities.push(name);
                        }
                    }
                    manifest.capabilities.sort();
                }
                "hosts" => {
                    const HINT: &str = "Write a name such as `api.example.com`: no scheme, no port, no address, no star.";
                    manifest.hosts = self.names("host", value, is_host, HINT, MAX_HOSTS);
                }
                "calls" => {
                    const HINT: &str = "Write the name in its address, such as `link-shortener`.";
                    manifest.calls = self.names("feature", value, is_slug, HINT, MAX_CALLS);
                }
                other => self.field(&format!("package.metadata.kandra.{other}"), key.span()),
            }
        }
    }

    /// A bounded list of names, in order, each once.
    fn names(&mut self, what: &str, value: &Value<'_>, is_name: fn(&str) -> bool, hint: &str, most: usize) -> Vec<String> {
        let mut names = Vec::new();
        for name in self.strings(&format!("{what}s"), value) {
            if is_name(&name) {
                names.push(name);
            } else {
                self.refuse("source/manifest-value", Some(value.span()), format!("{name:?} is not the name of a {what}"), hint);
            }
        }
        names.sort();
        names.dedup();
        if names.len() > most {
            self.refuse("source/manifest-value", Some(value.span()), format!("a feature names at most {most} {what}s"), "");
        }
        names
    }

    fn lib(&mut self, value: &Value<'_>) {
        for (key, value) in self.table("lib", value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "crate-type" => {
                    if self.strings("lib.crate-type", value).iter().any(|t| t != "cdylib" && t != "rlib") {
                        self.refuse(
                            "source/manifest-value",
                            Some(value.span()),
                            "a feature's library is `cdylib` and `rlib`".into(),
                            "Write `crate-type = [\"cdylib\", \"rlib\"]`.",
                        );
                    }
                }
                "doctest" | "test" | "bench" | "doc" if matches!(value.get_ref(), DeValue::Boolean(_)) => {}
                other => self.field(&format!("lib.{other}"), key.span()),
            }
        }
    }

    /// `also` are allowed besides those that every feature may name.
    fn dependencies(&mut self, value: &Value<'_>, also: &[Dev], manifest: &mut Manifest) {
        for (key, value) in self.table("dependencies", value).into_iter().flatten() {
            let name = key.get_ref().as_ref();
            let reviewed = POLICY.crates.iter().find(|c| c.name == name);
            let added = self.added.iter().find(|c| c.name == name);
            let dev = also.iter().find(|c| c.name == name);
            let dependency = match (reviewed, added) {
                (Some(c), _) => {
                    Some(Dependency { name: c.name.clone(), module: c.module.clone(), shelf: c.group == Group::Shelf, added: false })
                }
                (None, Some(c)) => Some(Dependency { name: c.name.clone(), module: c.module.clone(), shelf: true, added: true }),
                (None, None) => {
                    dev.map(|c| Dependency { name: c.name.clone(), module: c.name.replace('-', "_"), shelf: false, added: false })
                }
            };
            let Some(dependency) = dependency else {
                let names: Vec<&str> =
                    POLICY.crates.iter().map(|c| &c.name).chain(self.added.iter().map(|c| &c.name)).map(String::as_str).collect();
                let module = name.replace('-', "_");
                let hint = match POLICY.crate_hints.get(&module) {
                    Some(hint) => hint.clone(),
                    None => format!(
                        "Allowed are {}; the owner of a server adds others to it with `kandra crates add NAME`, and `kandra deploy --dry-run` asks that server.",
                        names.join(", ")
                    ),
                };
                self.refuse("source/dependency", Some(key.span()), format!("the crate {name:?} is not one that features may use"), &hint);
                continue;
            };
            let sdk = dev.is_some() || reviewed.is_some_and(|c| c.group == Group::Sdk);
            match value.get_ref() {
                DeValue::String(_) => {}
                DeValue::Table(table) => {
                    for (field, value) in table {
                        let accepted = match field.get_ref().as_ref() {
                            "version" => matches!(value.get_ref(), DeValue::String(_)),
                            "path" => sdk && matches!(value.get_ref(), DeValue::String(_)),
                            "workspace" => sdk && matches!(value.get_ref(), DeValue::Boolean(true)),
                            "default-features" => matches!(value.get_ref(), DeValue::Boolean(_)),
                            "features" => matches!(value.get_ref(), DeValue::Array(_)),
                            _ => false,
                        };
                        if !accepted {
                            let message = format!("`{}` of the dependency {name:?} is not accepted", field.get_ref());
                            self.refuse(
                                "source/dependency",
                                Some(field.span()),
                                message,
                                &format!("Write `{name} = \"1\"`: only the name counts, the server knows version and source."),
                            );
                        }
                    }
                }
                _ => self.refuse("source/dependency", Some(value.span()), format!("the dependency {name:?} is a version or a table"), ""),
            }
            manifest.dependencies.push(dependency);
        }
    }

    fn field(&mut self, name: &str, span: Range<usize>) {
        let shown: String = name.chars().take(80).collect();
        let hint = match name {
            "package.build" | "build-dependencies" | "package.links" => {
                "Build scripts are not accepted: compute at run time, or write the result down as a constant."
            }
            "profile" | "cargo-features" | "lints" => "The server decides how a feature is built.",
            "patch" | "replace" | "source" => "Dependencies come only from the reviewed list.",
            "bin" | "example" | "test" | "bench" => "A feature is one library; tests stand in `#[cfg(test)]` modules.",
            "lib.path" => "The library's root is `src/lib.rs`.",
            "features" => "A feature has no cargo features: one build is checked and served.",
            _ => {
                "Delete it. Accepted are `[package]` name, version, edition, license, publish, description; `[package.metadata.kandra]`; `[lib] crate-type`; `[dependencies]`."
            }
        };
        self.refuse("source/manifest-field", Some(span), format!("`{shown}` in `Cargo.toml` is not accepted"), hint);
    }

    fn table<'t, 'v>(&mut self, name: &str, value: &'t Value<'v>) -> Option<&'t Table<'v>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.refuse("source/manifest-value", Some(value.span()), format!("`{name}` is a table"), "");
        None
    }

    fn string(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.refuse("source/manifest-value", Some(value.span()), format!("`{name}` is a string"), "");
        None
    }

    fn strings(&mut self, name: &str, value: &Value<'_>) -> Vec<String> {
        let DeValue::Array(array) = value.get_ref() else {
            self.refuse("source/manifest-value", Some(value.span()), format!("`{name}` is a list of strings"), "");
            return Vec::new();
        };
        array.iter().filter_map(|value| self.string(name, value)).collect()
    }

    /// Text that people will see.
    fn text(&mut self, name: &str, value: &Value<'_>, limit: usize) -> String {
        let text = self.string(name, value).unwrap_or_default();
        if text.chars().count() > limit || text.chars().any(char::is_control) {
            self.refuse(
                "source/manifest-value",
                Some(value.span()),
                format!("`{name}` is one line of at most {limit} characters"),
                "Shorten it.",
            );
        }
        text
    }
}

fn place(text: &str, span: &Range<usize>) -> Place {
    let at = |offset: usize| {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    };
    let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end));
    Place((line, column, end_line, end_column))
}
