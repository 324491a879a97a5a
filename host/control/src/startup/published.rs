//! `run/control.json`: how other commands find a running server.

use super::{Home, StartError};
use kandra_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf};

/// What stands in `run/control.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Published {
    /// Rises when a member changes its meaning.
    pub schema: u32,
    /// Control's process.
    pub pid: u32,
    /// Version of its `kandra`.
    pub version: String,
    /// `http://…`, reachable from this machine.
    pub url: String,
    /// The same of live.
    pub live_url: String,
    /// Where control listens.
    pub listen: SocketAddr,
    /// Where live listens.
    pub live_listen: SocketAddr,
    /// When it started.
    pub started_at: Timestamp,
}

/// Removes the file when the server ends in order.
#[derive(Debug)]
pub(crate) struct Publication {
    path: PathBuf,
}

/// Writes the file, whole or not at all.
pub(crate) fn publish(home: &Home, published: &Published) -> Result<Publication, StartError> {
    let path = home.run().join("control.json");
    let temporary = home.run().join("control.json.new");
    let text = serde_json::to_string_pretty(published).expect("plain data");
    let written = std::fs::write(&temporary, text + "\n").and_then(|()| std::fs::rename(&temporary, &path));
    written.map_err(StartError::home("cannot write", &path))?;
    Ok(Publication { path })
}

/// An address as a browser on this machine can open it: a wildcard becomes loopback.
pub(crate) fn local_url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { std::net::Ipv4Addr::LOCALHOST.into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{address}")
}

impl Drop for Publication {
    fn drop(&mut self) {
        // When it is gone already, all is well.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_while_the_server_is() {
        let folder = tempfile::tempdir().unwrap();
        let (home, _lock) = Home::open(folder.path()).unwrap();
        let listen = "0.0.0.0:8080".parse().unwrap();
        let published = Published {
            schema: 1,
            pid: 7,
            version: "0".into(),
            url: local_url(listen),
            live_url: local_url("[::1]:8081".parse().unwrap()),
            listen,
            live_listen: "[::1]:8081".parse().unwrap(),
            started_at: Timestamp::from_millis(0),
        };
        let publication = publish(&home, &published).unwrap();
        let text = std::fs::read_to_string(home.run().join("control.json")).unwrap();
        assert_eq!(serde_json::from_str::<Published>(&text).unwrap(), published);
        assert!(text.contains("http://127.0.0.1:8080") && text.contains("http://[::1]:8081"));
        drop(publication);
        assert!(!home.run().join("control.json").exists());
    }
}
