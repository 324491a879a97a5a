//! Small values that outlive a process: keys, the last reconciled commit, what the owner set.

use crate::StoreError;
use crate::engine::Store;
use crate::rows::{from_json, to_json};
use kandra_model::EventBody;
use rusqlite::{OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

impl Store {
    /// The value under `key`.
    pub async fn setting<T: DeserializeOwned + Send + 'static>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let key = key.to_owned();
        self.read(move |db| {
            let text: Option<String> =
                db.prepare_cached("SELECT value_json FROM settings WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?;
            text.map(|text| from_json("settings", &text)).transpose()
        })
        .await
    }

    /// Sets the value under `key`.
    pub async fn set_setting<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<(), StoreError> {
        let (key, text) = (key.to_owned(), to_json(value));
        self.write(move |w| {
            w.db.execute("INSERT OR REPLACE INTO settings (key, value_json) VALUES (?1, ?2)", params![key, text])?;
            Ok(())
        })
        .await
    }

    /// Sets the value under `key` and tells of it, both or neither.
    pub async fn set_setting_telling<T: Serialize + Sync>(&self, key: &str, value: &T, event: EventBody) -> Result<(), StoreError> {
        let (key, text) = (key.to_owned(), to_json(value));
        self.write(move |w| {
            w.db.execute("INSERT OR REPLACE INTO settings (key, value_json) VALUES (?1, ?2)", params![key, text])?;
            w.emit(event)?;
            Ok(())
        })
        .await
    }

    /// The value under `key`; `value` becomes it when there is none. Two callers at once get the same answer.
    pub async fn setting_or<T: Serialize + DeserializeOwned + Send + Sync + 'static>(&self, key: &str, value: T) -> Result<T, StoreError> {
        let (key, text) = (key.to_owned(), to_json(&value));
        self.write(move |w| {
            w.db.execute("INSERT OR IGNORE INTO settings (key, value_json) VALUES (?1, ?2)", params![key, text])?;
            let kept: String = w.db.query_row("SELECT value_json FROM settings WHERE key = ?1", [&key], |row| row.get(0))?;
            from_json("settings", &kept)
        })
        .await
    }
}
