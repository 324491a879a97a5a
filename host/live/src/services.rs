//! The functions that the host offers to libraries: [`HostModule`], filled in.
//!
//! Each acts for the feature whose code runs on this thread, checks everything it is given, and never blocks on another
//! process.

use crate::{current, load, mount::Mount, operation, worker};
use abi_stable::{
    prefix_type::PrefixTypeTrait,
    std_types::{ROption, RSlice, RSliceMut, RStr, RVec},
};
use kandra_abi::{ABI_VERSION, HostModule, HostModule_Ref, KvEntry, Op, OpOutput, Status, Task, abi_stable};
use kandra_wire::LogLevel;
use std::sync::OnceLock;

/// The longest topic, bytes.
pub(crate) const MOST_TOPIC: usize = 64;
/// The largest event, bytes of JSON.
const MOST_EVENT: usize = 32 << 10;
/// The most random bytes at once.
const MOST_RANDOM: usize = 64 << 10;

/// The capability that kv functions need.
const KV: &str = "kv";
/// The capability that `publish` needs.
pub(crate) const EVENTS: &str = "events";

/// The one table of host functions; it lives as long as the process, as libraries keep it.
pub(crate) fn host_module() -> HostModule_Ref {
    static MODULE: OnceLock<HostModule_Ref> = OnceLock::new();
    *MODULE.get_or_init(|| {
        HostModule {
            abi_version: ABI_VERSION,
            limit_word_offset: load::limit_word_offset(),
            kv_get,
            kv_set,
            kv_delete,
            kv_list,
            kv_increment,
            kv_compare_and_set,
            publish,
            log,
            now,
            random,
            op_start,
            op_poll,
            op_ready,
            op_clone,
            op_drop,
            task_current,
            task_wake,
            task_drop,
        }
        .leak_into_prefix()
    })
}

/// Runs `act` for the calling feature when it has the capability.
fn granted(capability: &str, act: impl FnOnce(&Mount) -> Status) -> Status {
    current::with_mount(|mount| {
        if mount.presentation.capabilities.iter().any(|declared| declared == capability) { act(mount) } else { Status::NOT_GRANTED }
    })
    .unwrap_or(Status::UNAVAILABLE)
}

/// The same with the feature's store, its quota and the present time.
fn with_store(act: impl FnOnce(&crate::kv::Store, u64, i64) -> Result<(), Status>) -> Status {
    granted(KV, |mount| match mount.feature.store() {
        Ok(store) => {
            let quota = mount.feature.settings.load().storage_bytes;
            worker::waiting_for_disk(|| act(store, quota, mount.feature.environment.clock.peek()).err().unwrap_or(Status::OK))
        }
        Err(error) => {
            tracing::error!(feature = %mount.feature.slug, %error, "storage failed");
            Status::UNAVAILABLE
        }
    })
}

extern "C" fn kv_get(key: RStr<'_>, out: &mut RVec<u8>) -> Status {
    with_store(|store, _, now| store.get(key.as_str(), now, |value| *out = RVec::from_slice(value)))
}

extern "C" fn kv_set(key: RStr<'_>, value: RSlice<'_, u8>, ttl_ms: u64) -> Status {
    with_store(|store, quota, now| store.set(key.as_str(), value.as_slice(), ttl_ms, quota, now))
}

extern "C" fn kv_delete(key: RStr<'_>) -> Status {
    with_store(|store, _, now| store.delete(key.as_str(), now))
}

extern "C" fn kv_list(prefix: RStr<'_>, after: RStr<'_>, limit: u32, out: &mut RVec<KvEntry>) -> Status {
    with_store(|store, _, now| {
        let listed = store.list(prefix.as_str(), after.as_str(), limit, now)?;
        *out = listed.into_iter().map(|(key, value)| KvEntry { key: key.into(), value: value.into() }).collect();
        Ok(())
    })
}

extern "C" fn kv_increment(key: RStr<'_>, by: i64, out: &mut i64) -> Status {
    with_store(|store, quota, now| {
        *out = store.increment(key.as_str(), by, quota, now)?;
        Ok(())
    })
}

extern "C" fn kv_compare_and_set(key: RStr<'_>, expected: ROption<RSlice<'_, u8>>, value: RSlice<'_, u8>) -> Status {
    let expected = expected.into_option();
    with_store(|store, quota, now| {
        store.compare_and_set(key.as_str(), expected.as_ref().map(|e| e.as_slice()), value.as_slice(), quota, now)
    })
}

extern "C" fn publish(topic: RStr<'_>, data: RStr<'_>) -> Status {
    granted(EVENTS, |mount| {
        let (topic, data) = (topic.as_str(), data.as_str());
        if topic.len() > MOST_TOPIC || data.len() > MOST_EVENT {
            return Status::TOO_LARGE;
        }
        if !is_topic(topic) || serde_json::from_str::<serde::de::IgnoredAny>(data).is_err() {
            return Status::CONFLICT;
        }
        let feature = &mount.feature;
        if !feature.events.take() {
            feature.environment.count_dropped(false);
            return Status::QUOTA;
        }
        // Outside of strings JSON may hold line breaks, and inside it cannot.
        let line = data.replace(['\n', '\r'], " ");
        feature.environment.count_dropped(feature.environment.outlet.publish(&feature.slug, topic, &line));
        Status::OK
    })
}

/// Letters, digits and `_ . : -`.
pub(crate) fn is_topic(topic: &str) -> bool {
    !topic.is_empty() && topic.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
}

extern "C" fn log(level: u32, message: RStr<'_>) -> Status {
    let level = match level {
        0 => LogLevel::Debug,
        1 => LogLevel::Info,
        2 => LogLevel::Warn,
        _ => LogLevel::Error,
    };
    let sent = current::with_mount(|mount| mount.feature.log(mount.revision, level, message.as_str()));
    match sent {
        Some(true) => Status::OK,
        Some(false) => Status::QUOTA,
        None => Status::UNAVAILABLE,
    }
}

extern "C" fn now() -> i64 {
    current::with_mount(|mount| mount.feature.environment.clock.read()).unwrap_or(0)
}

extern "C" fn random(mut out: RSliceMut<'_, u8>) -> Status {
    if out.len() > MOST_RANDOM {
        return Status::TOO_LARGE;
    }
    match current::with_mount(|mount| mount.feature.environment.random.fill(out.as_mut_slice())) {
        Some(true) => Status::OK,
        _ => Status::UNAVAILABLE,
    }
}

extern "C" fn op_start(kind: u32, number: u64, data: RSlice<'_, u8>) -> Op {
    operation::start(kind, number, data.as_slice())
}

extern "C" fn op_poll(op: Op, out: &mut OpOutput) -> bool {
    operation::poll(op, out)
}

extern "C" fn op_ready(op: Op) -> bool {
    operation::ready(op)
}

extern "C" fn op_clone(op: Op) -> Op {
    operation::clone(op)
}

extern "C" fn op_drop(op: Op) {
    operation::release(op);
}

extern "C" fn task_current() -> Task {
    operation::current_task()
}

extern "C" fn task_wake(task: Task) {
    operation::wake_task(task);
}

extern "C" fn task_drop(task: Task) {
    operation::release_task(task);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_call_nothing_is_offered() {
        assert_eq!(kv_set("a".into(), RSlice::EMPTY, 0), Status::UNAVAILABLE);
        assert_eq!(publish("a".into(), "1".into()), Status::UNAVAILABLE);
        assert_eq!(log(1, "a".into()), Status::UNAVAILABLE);
    }

    #[test]
    fn topics_are_names() {
        assert!(is_topic("changed") && is_topic("room:7.a-b_c"));
        assert!(!is_topic("") && !is_topic("a b") && !is_topic("a\nb") && !is_topic("ü"));
    }
}
