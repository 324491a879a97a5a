//! What the model may answer: a plan with the contract, and files. Schemas for it, checks for us.

use crate::AllowedCrate;
use crate::recipe::{free, toml_escape};
use kandra_model::{Contract, HostName, Slug};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The tool of the first call.
pub(crate) const PLAN: &str = "plan_feature";
/// The tool of all others.
pub(crate) const FILES: &str = "write_files";

/// What a plan may ask for.
const CAPABILITIES: [&str; 5] = ["kv", "sql", "events", "http", "call"];
const MOST_HOSTS: usize = 16;
const MOST_CALLS: usize = 16;
const MOST_FILES: usize = 20;
const MOST_FILE_BYTES: usize = 128 * 1024;

/// What will be built.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub slug: Slug,
    pub title: String,
    pub summary: String,
    pub icon: String,
    pub height: String,
    pub capabilities: Vec<String>,
    /// What `http` calls.
    pub hosts: Vec<HostName>,
    /// What `call` calls.
    pub calls: Vec<Slug>,
    pub plan: String,
    pub contract: String,
    /// Why it cannot be built, if so.
    pub declined: Option<String>,
}

#[derive(Deserialize)]
struct RawPlan {
    #[serde(default)]
    cannot: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    icon: String,
    #[serde(default)]
    height: String,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    plan: String,
    #[serde(default)]
    contract: String,
}

/// The tools, as the API wants them.
pub(crate) fn tools() -> Value {
    json!([
        {
            "name": PLAN,
            "description": "Says what the feature will be, before any code is written.",
            "input_schema": {
                "type": "object",
                "properties": {
                    "plan": { "type": "string", "description": "One sentence for the visitor: what it will do. At most 200 characters." },
                    "slug": { "type": "string", "description": "The feature's name in its address: 3 to 40 of a-z, 0-9 and single hyphens, beginning with a letter; not taken." },
                    "title": { "type": "string", "description": "At most 60 characters." },
                    "summary": { "type": "string", "description": "At most 200 characters." },
                    "icon": { "type": "string", "description": "One emoji." },
                    "height": { "type": "string", "enum": ["s", "m", "l"] },
                    "capabilities": { "type": "array", "items": { "type": "string", "enum": CAPABILITIES } },
                    "hosts": { "type": "array", "items": { "type": "string" }, "maxItems": MOST_HOSTS, "description": "Only with http: the hosts that it calls, exactly: api.example.com" },
                    "calls": { "type": "array", "items": { "type": "string" }, "maxItems": MOST_CALLS, "description": "Only with call: the live features that it calls, by the name in their address" },
                    "contract": { "type": "string", "description": "The whole text of contract.toml: an exchange for every route." },
                    "cannot": { "type": "string", "description": "Only when no feature can do this: one sentence that says why. Leave the rest empty." }
                },
                "required": ["plan", "slug", "title", "summary", "icon", "height", "capabilities", "contract"]
            }
        },
        {
            "name": FILES,
            "description": "Writes files of the crate. Cargo.toml is written for you.",
            "input_schema": {
                "type": "object",
                "properties": {
                    "files": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "path": { "type": "string", "description": "src/lib.rs, another src/*.rs, contract.toml or README.md" },
                                "text": { "type": "string", "description": "The whole text of the file." }
                            },
                            "required": ["path", "text"]
                        }
                    },
                    "remove": { "type": "array", "items": { "type": "string" }, "description": "Paths of files to take away." }
                },
                "required": ["files"]
            }
        }
    ])
}

/// Reads the plan; `Err` is told to the model.
pub(crate) fn plan(input: Value, taken: &[Slug]) -> Result<Plan, String> {
    let raw: RawPlan = serde_json::from_value(input).map_err(|e| format!("the plan does not fit its schema: {e}"))?;
    let line = |text: &str, most: usize| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect::<String>();
    let declined = (!raw.cannot.trim().is_empty()).then(|| line(&raw.cannot, 200));
    let slug = match raw.slug.parse::<Slug>() {
        Ok(slug) => slug,
        Err(_) if declined.is_some() => Slug::from_title("declined").ok_or("no slug")?,
        Err(e) => Slug::from_title(&raw.slug).or_else(|| Slug::from_title(&raw.title)).ok_or_else(|| e.to_string())?,
    };
    if declined.is_none() {
        if raw.title.trim().is_empty() || raw.plan.trim().is_empty() {
            return Err("the plan needs a title and a sentence".to_owned());
        }
        if raw.contract.len() > MOST_FILE_BYTES {
            return Err("the contract is too long".to_owned());
        }
        Contract::parse(&raw.contract).map_err(|e| e.to_string())?;
    }
    let calls_out = raw.capabilities.iter().any(|capability| capability == "http");
    if raw.hosts.len() > MOST_HOSTS || calls_out == raw.hosts.is_empty() {
        return Err(format!("a feature with the capability http names its hosts, 1 to {MOST_HOSTS}, and no other feature names any"));
    }
    let hosts =
        raw.hosts.iter().map(|host| host.parse::<HostName>().map_err(|e| format!("{host:?} in hosts: {e}"))).collect::<Result<_, _>>()?;
    let calls_others = raw.capabilities.iter().any(|capability| capability == "call");
    if raw.calls.len() > MOST_CALLS || calls_others == raw.calls.is_empty() {
        return Err(format!(
            "a feature with the capability call names the features in calls, 1 to {MOST_CALLS}, and no other feature names any"
        ));
    }
    let calls =
        raw.calls.iter().map(|name| name.parse::<Slug>().map_err(|e| format!("{name:?} in calls: {e}"))).collect::<Result<_, _>>()?;
    let known = |wanted: &[&str], given: &str| wanted.iter().find(|w| **w == given).map(|w| (*w).to_owned());
    Ok(Plan {
        slug: free(slug, taken),
        title: line(&raw.title, 60),
        summary: line(if raw.summary.trim().is_empty() { &raw.plan } else { &raw.summary }, 200),
        icon: raw.icon.trim().chars().filter(|c| !c.is_ascii()).take(7).collect(),
        height: known(&["s", "m", "l"], &raw.height).unwrap_or_else(|| "m".to_owned()),
        hosts,
        calls,
        capabilities: raw
            .capabilities
            .iter()
            .filter_map(|c| known(&CAPABILITIES, c))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect(),
        plan: line(&raw.plan, 200),
        contract: raw.contract,
        declined,
    })
}

#[derive(Deserialize)]
struct RawFiles {
    files: Vec<RawFile>,
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Deserialize)]
struct RawFile {
    path: String,
    text: String,
}

/// Files to write and to take away.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    files: BTreeMap<String, String>,
    remove: Vec<String>,
}

/// Reads files; `Err` is told to the model.
pub(crate) fn files(input: Value, slug: &Slug) -> Result<Change, String> {
    let raw: RawFiles = serde_json::from_value(input).map_err(|e| format!("the files do not fit their schema: {e}"))?;
    if raw.files.is_empty() {
        return Err("the answer holds no files".to_owned());
    }
    if raw.files.len() > MOST_FILES {
        return Err(format!("at most {MOST_FILES} files are allowed"));
    }
    let mut files = BTreeMap::new();
    for RawFile { path, text } in raw.files {
        if !is_allowed(&path) {
            return Err(format!("{path:?} is not a path of a feature; use src/lib.rs, src/*.rs, contract.toml or README.md"));
        }
        if text.len() > MOST_FILE_BYTES {
            return Err(format!("{path} is longer than {MOST_FILE_BYTES} bytes"));
        }
        if path == "Cargo.toml" && !names(&text, slug) {
            return Err(format!("Cargo.toml must keep the name {}", slug.package()));
        }
        files.insert(path, text);
    }
    Ok(Change { files, remove: raw.remove })
}

fn names(manifest: &str, slug: &Slug) -> bool {
    let parsed: Result<toml::Table, _> = manifest.parse();
    parsed.is_ok_and(|t| t.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str) == Some(slug.package().as_str()))
}

/// The paths that the source gate knows.
fn is_allowed(path: &str) -> bool {
    let module = |name: &str| {
        name.strip_suffix(".rs").is_some_and(|stem| {
            (1..=80).contains(&stem.len())
                && stem.split('/').count() <= 3
                && stem.split('/').all(|part| {
                    part.starts_with(|c: char| c.is_ascii_lowercase())
                        && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                })
        })
    };
    matches!(path, "Cargo.toml" | "contract.toml" | "README.md") || path.strip_prefix("src/").is_some_and(module)
}

impl Change {
    /// The files of a first draft; its manifest is written by [`manifest`].
    pub fn into_first_files(self) -> BTreeMap<String, String> {
        let mut files = self.files;
        files.remove("Cargo.toml");
        files
    }

    /// The last draft with this change.
    pub fn applied_to(self, mut files: BTreeMap<String, String>) -> BTreeMap<String, String> {
        files.retain(|path, _| !self.remove.contains(path) || matches!(path.as_str(), "Cargo.toml" | "contract.toml" | "src/lib.rs"));
        files.extend(self.files);
        files
    }
}

/// Names in the manifest the crates that the sources name in paths, so that the two cannot differ.
pub(crate) fn name_crates(files: &mut BTreeMap<String, String>, crates: &[AllowedCrate]) {
    let named = |module: &str| {
        let uses = |text: &String| text.match_indices(&format!("{module}::")).any(|(at, _)| !text[..at].ends_with(is_word));
        files.iter().any(|(path, text)| path.ends_with(".rs") && uses(text))
    };
    let lines: String = crates.iter().filter(|c| named(&c.module)).map(|c| format!("\n{} = \"{}\"", c.name, c.version)).collect();
    let Some(manifest) = files.get_mut("Cargo.toml") else { return };
    let missing: String = lines.lines().filter(|line| !line.is_empty() && !has(manifest, line)).map(|line| format!("\n{line}")).collect();
    *manifest = manifest.replacen("[dependencies]", &format!("[dependencies]{missing}"), 1);
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == ':'
}

/// Whether a manifest names the crate of this line.
fn has(manifest: &str, line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    manifest.lines().any(|there| there.split(['=', ' ']).next() == Some(name))
}

/// The manifest of a planned feature.
pub(crate) fn manifest(plan: &Plan) -> String {
    let list = |names: &mut dyn Iterator<Item = &str>| names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT OR Apache-2.0\"\npublish = false\n\n\
         [package.metadata.kandra]\ntitle = \"{}\"\nsummary = \"{}\"\nicon = \"{}\"\nheight = \"{}\"\ncapabilities = [{}]\nhosts = [{}]\ncalls = [{}]\n\n\
         [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\n\
         [dependencies]\nkandra = \"0.1\"\nkandra-std = \"0.1\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
        plan.slug.package(),
        toml_escape(&plan.title),
        toml_escape(&plan.summary),
        toml_escape(&plan.icon),
        plan.height,
        list(&mut plan.capabilities.iter().map(String::as_str)),
        list(&mut plan.hosts.iter().map(HostName::as_str)),
        list(&mut plan.calls.iter().map(Slug::as_str)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_what_the_sources_use() {
        let of = |name: &str| AllowedCrate { name: name.into(), module: name.replace('-', "_"), version: "1".into(), what: String::new() };
        let crates = ["maud", "pulldown-cmark", "csv", "url"].map(of);
        let mut files = BTreeMap::from([
            ("Cargo.toml".to_owned(), "[package]\n[dependencies]\nkandra = \"0.1\"\ncsv = \"1\"\n".to_owned()),
            (
                "src/lib.rs".to_owned(),
                "use maud::html;\nfn a() { pulldown_cmark::html::push_html(); csv::Reader; my_url::b(); self::url::c() }".to_owned(),
            ),
        ]);
        name_crates(&mut files, &crates);
        assert_eq!(files["Cargo.toml"], "[package]\n[dependencies]\nmaud = \"1\"\npulldown-cmark = \"1\"\nkandra = \"0.1\"\ncsv = \"1\"\n");
    }

    const CONTRACT: &str = "[[exchange]]\nname = \"x\"\nrequest = { path = \"/\" }\nexpect = { contains = [\"hi\"] }\n";

    fn raw(slug: &str) -> Value {
        json!({ "plan": "It says\nhi.", "slug": slug, "title": "Say \"hi\"", "summary": "Hi", "icon": "👋", "height": "s", "capabilities": ["kv", "files"], "contract": CONTRACT })
    }

    #[test]
    fn a_plan_is_checked() {
        let taken = ["say-hi".parse().unwrap()];
        let plan = plan(raw("say-hi"), &taken).unwrap();
        assert_eq!(
            (plan.slug.as_str(), plan.plan.as_str(), plan.capabilities.as_slice()),
            ("say-hi-2", "It says hi.", &["kv".to_owned()][..])
        );
        let manifest: toml::Table = manifest(&plan).parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some("kandra-feature-say-hi-2"));
        assert_eq!(manifest["package"]["metadata"]["kandra"]["title"].as_str(), Some("Say \"hi\""));
    }

    #[test]
    fn a_plan_that_cannot_be_used_is_explained() {
        let with = |key: &str, value: &str| {
            let mut raw = raw("say-hi");
            raw[key] = json!(value);
            plan(raw, &[])
        };
        assert!(with("contract", "").unwrap_err().contains("contract.toml"));
        assert!(
            with("contract", "[[exchange]]\nname = \"x\"\nrequest = { path = \"/\" }\nexpect = { status = 200 }\n")
                .unwrap_err()
                .contains("asserts nothing")
        );
        let calling = |capabilities: Value, hosts: Value| {
            let mut raw = raw("say-hi");
            (raw["capabilities"], raw["hosts"]) = (capabilities, hosts);
            plan(raw, &[])
        };
        let good = calling(json!(["kv", "http"]), json!(["api.example.com"])).unwrap();
        assert!(
            manifest(&good).contains("capabilities = [\"http\", \"kv\"]\nhosts = [\"api.example.com\"]\ncalls = []"),
            "{}",
            manifest(&good)
        );
        let connecting = |capabilities: Value, calls: Value| {
            let mut raw = raw("say-hi");
            (raw["capabilities"], raw["calls"]) = (capabilities, calls);
            plan(raw, &[])
        };
        assert!(manifest(&connecting(json!(["call"]), json!(["dice"])).unwrap()).contains("calls = [\"dice\"]"));
        assert!(connecting(json!(["call"]), json!([])).is_err() && connecting(json!([]), json!(["dice"])).is_err());
        assert!(connecting(json!(["call"]), json!(["../dice"])).is_err());
        for (capabilities, hosts) in [
            (json!(["http"]), json!([])),
            (json!(["kv"]), json!(["api.example.com"])),
            (json!(["http"]), json!(["a\"]\nx = [\""])),
            (json!(["http"]), json!(["127.0.0.1"])),
        ] {
            assert!(calling(capabilities, hosts.clone()).is_err(), "{hosts}");
        }
        assert!(with("title", "").is_err() && plan(json!([]), &[]).is_err() && plan(json!({}), &[]).is_err());
        assert_eq!(with("slug", "../etc").unwrap().slug.as_str(), "etc");
        assert_eq!(plan(json!({ "cannot": "It needs the weather." }), &[]).unwrap().declined.as_deref(), Some("It needs the weather."));
    }

    #[test]
    fn only_files_of_the_one_feature_come_through() {
        let slug: Slug = "say-hi".parse().unwrap();
        let one = |path: &str, text: &str| files(json!({ "files": [{ "path": path, "text": text }] }), &slug);
        for good in ["src/lib.rs", "src/widget.rs", "src/a/b_2.rs", "contract.toml", "README.md"] {
            assert!(one(good, "x").is_ok(), "{good}");
        }
        for bad in [
            "/etc/passwd",
            "../x.rs",
            "src/../../x.rs",
            "build.rs",
            ".cargo/config.toml",
            "src/A.rs",
            "src/.rs",
            "src/x.txt",
            "src//x.rs",
            "src/x.rs\n",
            "world/NOTES.md",
            "rust-toolchain.toml",
            "tests/x.rs",
            "",
        ] {
            assert!(one(bad, "x").is_err(), "{bad}");
        }
        assert!(one("Cargo.toml", "[package]\nname = \"kandra-feature-other\"\n").is_err());
        assert!(one("Cargo.toml", "[package]\nname = \"kandra-feature-say-hi\"\n").is_ok());
        assert!(one("src/lib.rs", &"x".repeat(MOST_FILE_BYTES + 1)).is_err());
        assert!(files(json!({ "files": [] }), &slug).is_err() && files(json!("prose"), &slug).is_err());
    }

    #[test]
    fn a_repair_keeps_what_it_does_not_name() {
        let slug: Slug = "say-hi".parse().unwrap();
        let before = BTreeMap::from(["Cargo.toml", "src/lib.rs", "src/old.rs"].map(|p| (p.to_owned(), "before".to_owned())));
        let change =
            files(json!({ "files": [{ "path": "src/lib.rs", "text": "after" }], "remove": ["src/old.rs", "Cargo.toml"] }), &slug).unwrap();
        let after = change.applied_to(before);
        assert_eq!(after.keys().collect::<Vec<_>>(), ["Cargo.toml", "src/lib.rs"]);
        assert_eq!((after["Cargo.toml"].as_str(), after["src/lib.rs"].as_str()), ("before", "after"));
    }
}
