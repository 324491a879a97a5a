//! Outgoing calls over the real binary: nothing is called before the owner grants it, nothing inside ever, and a secret is
//! in one file only. What a call over TLS does is tried beside the client, in `host/control`: no option of the product
//! weakens its rules for a test.

use anyhow::{Context, Result};
use kandra_tests::{Answer, Api, Options, Server, binary, repository};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SECRET: &str = "sk-never-to-be-seen-5bd1";

/// A command against the server; its exit code, standard output and standard error.
async fn kandra(server: &Server, arguments: &[&str], input: &str) -> Result<(i32, String, String)> {
    let mut command = Command::new(binary());
    command.args(arguments).arg("--home").arg(server.home()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let input = input.to_owned();
    let work = move || -> Result<_> {
        let mut child = command.spawn()?;
        child.stdin.take().context("a pipe")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr)))
    };
    tokio::task::spawn_blocking(work).await?
}

async fn log_says(server: &Server, words: &[&str]) -> Result<bool> {
    for _ in 0..100 {
        let log = server.owner().get("/api/features/caller/logs").await?.text;
        if words.iter().any(|words| log.contains(words)) {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(false)
}

/// The files below a folder that hold these bytes.
fn holding(folder: &Path, bytes: &[u8], found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            holding(&path, bytes, found)?;
        } else if fs::read(&path).is_ok_and(|text| text.windows(bytes.len()).any(|part| part == bytes)) {
            found.push(path);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_called_that_the_owner_has_not_granted_and_nothing_inside_ever() -> Result<()> {
    // A proxy would look names up itself. Nothing may come here.
    let proxy = std::net::TcpListener::bind("127.0.0.1:0")?;
    proxy.set_nonblocking(true)?;
    let proxy_url = format!("http://{}", proxy.local_addr()?);
    let environment = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name.to_owned(), proxy_url.clone())).to_vec();
    let server = Server::ready(Options { environment, ..Options::default() }).await?;
    let path = repository().join("tests/features/caller").display().to_string();
    let (code, _, err) = kandra(&server, &["deploy", &path], "").await?;
    assert!(
        code == 0 && err.contains("it asks to call api.localhost") && err.contains("kandra grant caller api.localhost"),
        "{code} {err}"
    );
    let live = Api::new(&server.live, None);
    let get = async |path: &str| -> Result<Answer> { live.get(&format!("/caller{path}")).await };

    let refused = get("/rate/usd").await?;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.text.contains("The owner of this server has not allowed this feature to call api.example.com"), "{}", refused.text);
    assert!(log_says(&server, &["kandra grant caller api.example.com"]).await?);
    let unnamed = get("/elsewhere").await?;
    assert!(unnamed.status == 500 && unnamed.text.contains("evil.example.com"), "{}", unnamed.text);

    let (code, out, _) = kandra(&server, &["grant", "caller"], "").await?;
    assert_eq!((code, out.as_str()), (0, "asks    api.example.com\nasks    api.localhost\n"));
    let (code, out, err) = kandra(&server, &["grant", "caller", "evil.example.com"], "").await?;
    assert!(code == 1 && out.is_empty() && err.contains("it asks for api.example.com, api.localhost"), "{code} {err}");
    let (code, _, err) = kandra(&server, &["grant", "caller", "127.0.0.1"], "").await?;
    assert!(code == 2 && err.contains("is not the name of a host"), "{code} {err}");
    let (code, out, err) = kandra(&server, &["grant", "caller", "api.localhost", "--dry-run"], "").await?;
    assert!(code == 0 && out.is_empty() && err.contains("would grant"), "{code} {err}");
    assert_eq!(server.owner().get("/api/features/caller").await?.body["granted"], json!([]));
    let (code, out, _) = kandra(&server, &["grant", "caller", "api.localhost", "--json"], "").await?;
    let granted: Value = serde_json::from_str(&out)?;
    assert_eq!((code, &granted["schema"], &granted["granted"]), (0, &json!(1), &json!(["api.localhost"])));

    // Granted, and the secret is not there yet.
    assert_eq!(get("/inside").await?.status, 503);
    assert!(log_says(&server, &["kandra secret set key --host api.localhost"]).await?);
    let (code, _, err) = kandra(&server, &["secret", "set", "key", "--host", "api.localhost"], "\n").await?;
    assert!(code == 2 && err.contains("no secret on standard input"), "{code} {err}");
    let (code, out, err) = kandra(&server, &["secret", "set", "key", "--host", "api.localhost"], &format!("{SECRET}\n")).await?;
    assert!(code == 0 && out.is_empty() && err.contains("api.localhost") && !err.contains(SECRET), "{code} {err}");
    let (_, out, _) = kandra(&server, &["secret", "list"], "").await?;
    assert!(out.starts_with("key ") && out.contains("api.localhost") && !out.contains(SECRET), "{out}");
    let (_, out, _) = kandra(&server, &["secret", "list", "--json"], "").await?;
    assert!(serde_json::from_str::<Value>(&out)?["secrets"][0]["name"] == "key" && !out.contains(SECRET), "{out}");

    // A name of this machine is refused, granted or not: by its address, or because no name service knows it.
    let inside = get("/inside").await?;
    assert!(inside.status == 502 && inside.text.contains("cannot be reached"), "{} {}", inside.status, inside.text);
    assert!(log_says(&server, &["leads to no public address", "is not known to this server's name service"]).await?);

    assert!(matches!(proxy.accept(), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "a call went to a proxy");

    let mut found = Vec::new();
    holding(server.home(), SECRET.as_bytes(), &mut found)?;
    assert_eq!(found, [server.home().join("run/secrets.json")]);
    assert_eq!(fs::metadata(&found[0])?.permissions().mode() & 0o777, 0o600);
    let (code, ..) = kandra(&server, &["secret", "remove", "key"], "").await?;
    assert_eq!(code, 0);
    found.clear();
    holding(server.home(), SECRET.as_bytes(), &mut found)?;
    assert_eq!(found, Vec::<PathBuf>::new());

    let (code, _, err) = kandra(&server, &["revoke", "caller", "api.localhost"], "").await?;
    assert!(code == 0 && err.contains("may call no host"), "{code} {err}");
    let visitor = server.visitor();
    for (method, path) in [("PUT", "/api/features/caller/grants"), ("POST", "/api/features/caller/grants"), ("PUT", "/api/secrets/key")] {
        let body = json!({ "host": "api.localhost", "hosts": ["api.localhost"], "value": "x" });
        let answer = visitor.write(method.parse()?, path, Some(&body)).await?;
        assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text);
    }
    let page = visitor.get("/features/caller").await?.text;
    assert!(page.contains("api.example.com") && page.contains("not allowed yet"), "the page says what it asks for");
    Ok(())
}
