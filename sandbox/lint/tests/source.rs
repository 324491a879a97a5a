//! The source gate: each attack with its code, each ordinary variation accepted.

use kandra_lint::{Finding, Height, MAX_FILE_BYTES, MAX_FILES, Source};
use std::collections::BTreeMap;

const MANIFEST: &str = r#"[package]
name = "kandra-feature-tea-poll"
version = "0.1.0"
edition = "2024"
license = "MIT OR Apache-2.0"
publish = false

[package.metadata.kandra]
title = "Tea poll"
summary = "Tea, or coffee?"
icon = "🍵"
height = "s"
capabilities = ["widget", "kv"]
hosts = []

[lib]
crate-type = ["cdylib", "rlib"]

[dependencies]
kandra = { path = "../sdk/feature", version = "0.1" }
kandra-std = { path = "../sdk/std" }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;

type Files = BTreeMap<String, Vec<u8>>;

fn good() -> Files {
    [("Cargo.toml", MANIFEST), ("contract.toml", "# exchanges\n"), ("src/lib.rs", "#![no_std]\n"), ("README.md", "# Tea\n")]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

fn with(path: &str, content: impl AsRef<[u8]>) -> Files {
    let mut files = good();
    files.insert(path.to_owned(), content.as_ref().to_vec());
    files
}

fn manifest(change: impl FnOnce(&str) -> String) -> Files {
    with("Cargo.toml", change(MANIFEST))
}

fn refused(name: &str, files: Files, code: &str) -> Vec<Finding> {
    let findings = Source::check(files).expect_err(name);
    assert!(findings.iter().any(|f| f.code == code), "{name}: no {code} in {findings:#?}");
    for finding in &findings {
        assert!(!finding.message.is_empty() && finding.message.chars().all(|c| !c.is_control()), "{name}: {finding:?}");
    }
    findings
}

#[test]
fn an_ordinary_crate_is_read() {
    let source = Source::check(good()).unwrap();
    let manifest = source.manifest();
    assert_eq!(
        (source.slug(), manifest.title.as_str(), manifest.icon.as_str(), manifest.height),
        ("tea-poll", "Tea poll", "🍵", Height::S)
    );
    assert_eq!(manifest.capabilities, ["kv", "widget"]);
    assert_eq!(manifest.dependencies.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["kandra", "kandra-std", "serde", "serde_json"]);
    let mut nested = good();
    nested.insert("src/board/cells/parts.rs".into(), b"// \xE2\x9C\x93 \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E \r\n".to_vec());
    nested.insert("src/a2_b.rs".into(), b"".to_vec());
    Source::check(nested).unwrap();
    Source::check(manifest_with("\n[workspace]\n\n[dev-dependencies]\nkandra = \"0.1\"\nkandra-sql = { path = \"../sdk/sql\" }\n"))
        .unwrap();
    let mut no_readme = good();
    no_readme.remove("README.md");
    Source::check(no_readme).unwrap();
}

fn manifest_with(more: &str) -> Files {
    manifest(|m| format!("{m}{more}"))
}

#[test]
fn paths_outside_the_list_are_refused() {
    for (path, code) in [
        ("build.rs", "source/build-script"),
        ("src/build.rs", "source/build-script"),
        ("BUILD.RS", "source/build-script"),
        (".cargo/config.toml", "source/cargo-config"),
        ("src/.cargo/config.toml", "source/cargo-config"),
        ("rust-toolchain.toml", "source/toolchain"),
        ("rust-toolchain", "source/toolchain"),
        (".git/config", "source/dot-file"),
        ("src/.hidden.rs", "source/dot-file"),
        ("src/main.rs", "source/extra-target"),
        ("src/bin/tool.rs", "source/extra-target"),
        ("tests/a.rs", "source/path"),
        ("benches/a.rs", "source/path"),
        ("examples/a.rs", "source/path"),
        ("Cargo.lock", "source/path"),
        ("cargo.toml", "source/path"),
        ("/etc/passwd", "source/path"),
        ("../escape.rs", "source/path"),
        ("src/../../escape.rs", "source/path"),
        ("src//a.rs", "source/path"),
        ("src/./a.rs", "source/path"),
        ("src\\a.rs", "source/path"),
        ("C:/a.rs", "source/path"),
        ("src/a.rs\n", "source/path"),
        ("src/a\0.rs", "source/path"),
        ("src/Board.rs", "source/path"),
        ("src/größe.rs", "source/path"),
        ("src/a/b/c/d.rs", "source/path"),
        ("src/page.html", "source/path"),
        ("src/a.rs.txt", "source/path"),
        ("src/.rs", "source/dot-file"),
        ("", "source/path"),
        ("src", "source/path"),
    ] {
        refused(path, with(path, ""), code);
    }
    refused("case", with("SRC/lib.rs", ""), "source/duplicate-path");
    refused("long", with(&format!("src/{}.rs", "a".repeat(200)), ""), "source/path");
}

#[test]
fn amounts_are_bounded() {
    let mut many = good();
    many.extend((0..MAX_FILES).map(|n| (format!("src/m{n}.rs"), Vec::new())));
    refused("many", many, "source/too-many-files");
    refused("large", with("src/a.rs", " \n".repeat(MAX_FILE_BYTES)), "source/too-large");
    refused("large file", with("src/a.rs", " \n".repeat(MAX_FILE_BYTES / 2 + 1)), "source/file-too-large");
    refused("large manifest", manifest_with(&"# \n".repeat(5_000)), "source/file-too-large");
    let findings = refused("long line", with("src/a.rs", format!("//\n// {}\n", "x".repeat(2_000))), "source/line-too-long");
    assert_eq!((findings[0].file.as_str(), findings[0].line), ("src/a.rs", 2));
    Source::check(with("src/a.rs", format!("//{}\n", "日".repeat(1_998)))).unwrap();
    for required in ["Cargo.toml", "contract.toml", "src/lib.rs"] {
        let mut files = good();
        files.remove(required);
        refused(required, files, "source/missing-file");
    }
    refused("nothing", Files::new(), "source/missing-file");
}

#[test]
fn text_is_what_it_looks_like() {
    refused("latin", with("src/a.rs", b"// caf\xE9\n"), "source/not-utf-8");
    for hidden in [
        "\u{202E}",
        "\u{E0041}",
        "\u{200B}",
        "\u{3164}",
        "\u{2066}",
        "\u{200F}",
        "\0",
        "\u{FEFF}",
        "\u{7}",
        "\u{2028}",
        "\u{85}",
        "\u{1b}[31m",
        "a\rb",
    ] {
        let findings = refused(&format!("{hidden:?}"), with("src/a.rs", format!("// one\n// {hidden}\n")), "source/character");
        assert_eq!(findings[0].line, 2);
    }
    refused("manifest", manifest_with("# \u{202E}\n"), "source/character");
    Source::check(with("src/a.rs", "// 👩‍👩‍👧 ñ é ß 日本\r\n\tx\n")).unwrap();
}

#[test]
fn manifest_fields_are_refused_by_name() {
    for (more, code, word) in [
        ("\n[build-dependencies]\ncc = \"1\"\n", "source/manifest-field", "build-dependencies"),
        ("\n[profile.release]\npanic = \"abort\"\n", "source/manifest-field", "profile"),
        ("\n[patch.crates-io]\nserde = { path = \"/tmp\" }\n", "source/manifest-field", "patch"),
        ("\n[[bin]]\nname = \"a\"\npath = \"/etc/hostname\"\n", "source/manifest-field", "bin"),
        ("\n[features]\na = []\n", "source/manifest-field", "features"),
        ("\n[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n", "source/manifest-field", "target"),
        ("\n[lints.rust]\nunsafe_code = \"allow\"\n", "source/manifest-field", "lints"),
        ("\n[workspace]\nmembers = [\"/\"]\n", "source/manifest-field", "workspace"),
        ("\n[replace]\n", "source/manifest-field", "replace"),
        ("\n[package.metadata.docs]\na = 1\n", "source/manifest-field", "package.metadata.docs"),
        ("\n[dependencies.libc]\nversion = \"0.2\"\n", "source/dependency", "libc"),
        ("\n[dependencies.tokio]\nversion = \"1\"\n", "source/dependency", "tokio"),
        ("\n[dev-dependencies]\nproptest = \"1\"\n", "source/dependency", "proptest"),
        ("\n[dependencies.kandra-sql]\npath = \"../sql\"\n", "source/dependency", "kandra-sql"),
    ] {
        let findings = refused(more, manifest_with(more), code);
        assert!(findings.iter().any(|f| f.message.contains(word) && f.line > 0 && f.file == "Cargo.toml"), "{more}: {findings:#?}");
    }
    for (from, to, code) in [
        ("publish = false", "publish = false\nbuild = \"src/lib.rs\"", "source/manifest-field"),
        ("publish = false", "publish = false\nlinks = \"z\"", "source/manifest-field"),
        ("publish = false", "publish = false\nautobins = true", "source/manifest-field"),
        ("publish = false", "publish = false\nworkspace = \"..\"", "source/manifest-field"),
        ("publish = false", "publish = true", "source/manifest-value"),
        ("edition = \"2024\"", "edition = \"2015\"", "source/manifest-value"),
        ("license = \"MIT OR Apache-2.0\"", "license = \"GPL-3.0\"", "source/manifest-value"),
        ("[lib]", "[lib]\npath = \"/etc/hostname\"", "source/manifest-field"),
        ("[lib]", "[lib]\nproc-macro = true", "source/manifest-field"),
        ("[\"cdylib\", \"rlib\"]", "[\"staticlib\"]", "source/manifest-value"),
        ("serde_json = \"1\"", "serde_json = { git = \"https://example.com/x\" }", "source/dependency"),
        ("serde_json = \"1\"", "serde_json = { path = \"/tmp/evil\" }", "source/dependency"),
        ("serde_json = \"1\"", "serde_json = { version = \"1\", package = \"evil\" }", "source/dependency"),
        ("serde_json = \"1\"", "serde_json = { version = \"1\", registry = \"evil\" }", "source/dependency"),
        ("serde_json = \"1\"", "serde_json = 1", "source/dependency"),
        ("kandra-feature-tea-poll", "tea-poll", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-Tea", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-api-docs", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-world", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-a--b", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-../../x", "source/slug"),
        ("kandra-feature-tea-poll", "kandra-feature-te\u{430}", "source/slug"),
        ("name = \"kandra-feature-tea-poll\"\n", "", "source/slug"),
        ("title = \"Tea poll\"", "title = \"\"", "source/manifest-field"),
        ("title = \"Tea poll\"", "title = \"a\\nb\"", "source/manifest-value"),
        ("title = \"Tea poll\"", "title = 7", "source/manifest-value"),
        (
            "summary = \"Tea",
            "summary = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "source/manifest-value",
        ),
        ("icon = \"🍵\"", "icon = \"<b>\"", "source/manifest-value"),
        ("height = \"s\"", "height = \"xl\"", "source/manifest-value"),
        ("\"kv\"]", "\"files\"]", "source/manifest-value"),
        ("hosts = []", "hosts = [\"http://example.com\"]", "source/manifest-value"),
        ("hosts = []", "hosts = [\"127.0.0.1\"]", "source/manifest-value"),
        ("hosts = []", "hosts = [\"127.0.0.0x1\"]", "source/manifest-value"),
        ("hosts = []", "hosts = [\"*.example.com\"]", "source/manifest-value"),
        ("hosts = []", "hosts = [\"localhost\"]", "source/manifest-value"),
        ("hosts = []", "hosts = []\ngrants = [\"all\"]", "source/manifest-field"),
        ("hosts = []", "calls = [\"Other\"]", "source/manifest-value"),
        ("hosts = []", "calls = [\"api\"]", "source/manifest-value"),
        ("hosts = []", "calls = \"other\"", "source/manifest-value"),
        ("[package.metadata.kandra]", "[package.metadata]\n[other]", "source/manifest-field"),
        ("[package]", "[package", "source/manifest-syntax"),
        (
            "[package]",
            "a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n[package]",
            "source/manifest-syntax",
        ),
        ("publish = false", "publish = false\npublish = false", "source/manifest-syntax"),
    ] {
        assert!(MANIFEST.contains(from), "{from}");
        refused(to, manifest(|m| m.replacen(from, to, 1)), code);
    }
    for (from, to) in [
        ("hosts = []", "hosts = [\"api.example.com\"]"),
        ("hosts = []", "calls = [\"shared-counter\", \"link-shortener\"]"),
        ("serde_json = \"1\"", "serde_json = { version = \"1.0\", default-features = false }"),
        ("icon = \"🍵\"\n", ""),
    ] {
        Source::check(manifest(|m| m.replacen(from, to, 1))).unwrap();
    }
}

#[test]
fn different_crates_have_different_bytes() {
    let bytes = |files| Source::check(files).unwrap().canonical();
    assert_eq!(bytes(good()), bytes(good()));
    let variants = [
        good(),
        with("src/a.rs", ""),
        with("src/a.rs", "a"),
        with("src/b.rs", "a"),
        with("README.md", ""),
        with("contract.toml", "src/lib.rs"),
    ];
    let distinct: std::collections::BTreeSet<_> = variants.into_iter().map(bytes).collect();
    assert_eq!(distinct.len(), 6);
}
