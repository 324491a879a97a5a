//! Durable data.

use crate::{Error, Result};
use kandra_abi::abi_stable::std_types::{ROption, RSlice, RVec};
use kandra_abi::{KvEntry, Status};
use kandra_rt::host::host;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How many entries one `list` answers at most.
pub const KV_LIST_MAX: u32 = 1000;

/// The feature's own keys and values. They survive swaps, restarts and rollbacks; no other feature sees them.
///
/// Keys are text up to 512 bytes, ordered by their bytes; give them a prefix, as in `note:17`. Values are text up to
/// 256 KiB. Each function is one step that either happened or not; between two of them other calls may run, so count with
/// [`increment`](Kv::increment) and change with [`compare_and_set`](Kv::compare_and_set).
///
/// ```
/// # use kandra::{prelude::*, testing::Rig};
/// # fn mount(routes: &mut Routes) { routes.get("/", index); }
/// async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
///     let kv = ctx.kv();
///     kv.set("greeting", "hello").await?;
///     assert_eq!(kv.get("greeting").await?.as_deref(), Some("hello"));
///
///     kv.set_json("note:1", &json!({ "text": "milk" })).await?;
///     let note: Option<Value> = kv.get_json("note:1").await?;
///     assert_eq!(note.unwrap()["text"], "milk");
///     assert_eq!(kv.list("note:").await?.len(), 1);
///     let notes: Vec<(String, Value)> = kv.list_json("note:").await?;
///     assert_eq!(notes[0].1["text"], "milk");
///
///     assert_eq!(kv.increment("visits", 1).await?, 1);
///     assert!(kv.compare_and_set("turn", None, "x").await?);
///     assert!(!kv.compare_and_set("turn", Some("o"), "x").await?);
///     assert!(kv.delete("greeting").await?);
///     Response::text("ok")
/// }
/// # assert_eq!(Rig::mount(mount).get("/").text(), "ok");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Kv {
    _private: (),
}

impl Kv {
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// As all of these functions: 503 when the host cannot do it now, 500 when the capability `kv` is not declared.
    pub async fn get(self, key: &str) -> Result<Option<String>> {
        get(key)
    }

    /// The value, read as JSON.
    ///
    /// # Errors
    /// 500 when what is stored is not a `T`.
    pub async fn get_json<T: DeserializeOwned>(self, key: &str) -> Result<Option<T>> {
        match get(key)? {
            Some(text) => read_json(key, &text).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a value.
    ///
    /// # Errors
    /// 413 when key or value are too large, 507 when the feature's storage is full.
    pub async fn set(self, key: &str, value: &str) -> Result<()> {
        set(key, value, 0)
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// As [`set`](Kv::set).
    pub async fn set_json<T: Serialize + ?Sized>(self, key: &str, value: &T) -> Result<()> {
        set(key, &serde_json::to_string(value)?, 0)
    }

    /// Writes a value that is gone after a while.
    ///
    /// # Errors
    /// As [`set`](Kv::set).
    pub async fn set_for(self, key: &str, value: &str, lifetime: Duration) -> Result<()> {
        set(key, value, u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    /// Deletes a value; answers whether there was one.
    ///
    /// # Errors
    /// As [`get`](Kv::get).
    pub async fn delete(self, key: &str) -> Result<bool> {
        match (host().kv_delete())(key.into()) {
            Status::NOT_FOUND => Ok(false),
            status => done(status).map(|()| true),
        }
    }

    /// The entries whose keys begin with the prefix, in the keys' order, at most [`KV_LIST_MAX`] and 4 MiB.
    ///
    /// # Errors
    /// As [`get`](Kv::get).
    pub async fn list(self, prefix: &str) -> Result<Vec<(String, String)>> {
        list(prefix, "", KV_LIST_MAX)
    }

    /// The same, beginning after a key (which the last page ended with), at most `limit`.
    ///
    /// # Errors
    /// As [`get`](Kv::get).
    pub async fn list_after(self, prefix: &str, after: &str, limit: u32) -> Result<Vec<(String, String)>> {
        list(prefix, after, limit.min(KV_LIST_MAX))
    }

    /// As [`list`](Kv::list), with the values read as JSON.
    ///
    /// # Errors
    /// 500 when a value is not a `T`.
    pub async fn list_json<T: DeserializeOwned>(self, prefix: &str) -> Result<Vec<(String, T)>> {
        let mut entries = Vec::new();
        for (key, text) in list(prefix, "", KV_LIST_MAX)? {
            let value = read_json(&key, &text)?;
            entries.push((key, value));
        }
        Ok(entries)
    }

    /// Adds to a number, which begins at 0; answers the sum. Never loses a count.
    ///
    /// # Errors
    /// 409 when the stored value is not a whole number or the sum does not fit.
    pub async fn increment(self, key: &str, by: i64) -> Result<i64> {
        let mut sum = 0;
        done((host().kv_increment())(key.into(), by, &mut sum)).map(|()| sum)
    }

    /// Writes only if the value is the expected one (`None`: only if there is none); answers whether it did.
    ///
    /// # Errors
    /// As [`set`](Kv::set).
    pub async fn compare_and_set(self, key: &str, expected: Option<&str>, value: &str) -> Result<bool> {
        let expected = match expected {
            Some(expected) => ROption::RSome(RSlice::from_slice(expected.as_bytes())),
            None => ROption::RNone,
        };
        match (host().kv_compare_and_set())(key.into(), expected, RSlice::from_slice(value.as_bytes())) {
            Status::CONFLICT => Ok(false),
            status => done(status).map(|()| true),
        }
    }
}

fn done(status: Status) -> Result<()> {
    match Error::of_host(status, "kv") {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

fn get(key: &str) -> Result<Option<String>> {
    let mut value = RVec::new();
    match (host().kv_get())(key.into(), &mut value) {
        Status::NOT_FOUND => Ok(None),
        status => done(status).and_then(|()| text(key, value).map(Some)),
    }
}

fn set(key: &str, value: &str, lifetime_ms: u64) -> Result<()> {
    done((host().kv_set())(key.into(), RSlice::from_slice(value.as_bytes()), lifetime_ms))
}

fn list(prefix: &str, after: &str, limit: u32) -> Result<Vec<(String, String)>> {
    let mut entries: RVec<KvEntry> = RVec::new();
    done((host().kv_list())(prefix.into(), after.into(), limit, &mut entries))?;
    entries
        .into_iter()
        .map(|KvEntry { key, value }| {
            let value = text(key.as_str(), value)?;
            Ok((key.as_str().to_owned(), value))
        })
        .collect()
}

/// The host's memory, copied into the library's.
fn text(key: &str, value: RVec<u8>) -> Result<String> {
    match std::str::from_utf8(value.as_slice()) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(unreadable(key, &error)),
    }
}

fn read_json<T: DeserializeOwned>(key: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(key, &error))
}

#[cold]
fn unreadable(key: &str, error: &dyn std::fmt::Display) -> Error {
    Error::internal("This feature's data could not be read.")
        .with_detail(format_args!("kv: the value of `{key}` is not what was expected: {error}"))
}
