//! The outgoing calls of one live process: begun, cancelled, answered, forgotten with the process.

use super::connection::Answers;
use crate::outgoing::Outgoing;
use kandra_model::Slug;
use kandra_wire::{HttpAnswer, HttpId, HttpRefusal, HttpRequest, ToLive};
use std::{collections::HashMap, sync::Arc};
use tokio::task::{AbortHandle, JoinSet};

/// Calls of one process that may be under way. Those that are allowed to be made are fewer; the others are refused by
/// that rule, with its words.
const MOST_UNDER_WAY: usize = 64;

/// Ends its calls when it is dropped.
#[derive(Default)]
pub(super) struct Calls {
    tasks: JoinSet<()>,
    under_way: HashMap<HttpId, AbortHandle>,
}

impl Calls {
    /// Begins a call. `known` says whether control has ever mounted the feature in whose name live asks.
    pub(super) fn begin(
        &mut self,
        outgoing: &Arc<Outgoing>,
        answers: &Answers,
        known: bool,
        id: HttpId,
        feature: Slug,
        request: HttpRequest,
    ) {
        while self.tasks.try_join_next().is_some() {}
        self.under_way.retain(|_, call| !call.is_finished());
        if self.under_way.contains_key(&id) {
            tracing::warn!(%feature, "the live process used the number of an outgoing call twice");
            return;
        }
        let refuse = |why, reason: &str| {
            // When even this finds no room, live gives up by itself.
            let _ = answers.try_send(ToLive::HttpAnswer { id, answer: HttpAnswer::refused(why, reason) });
        };
        if !known {
            return refuse(HttpRefusal::NotGranted, "there is no such feature");
        }
        if self.under_way.len() >= MOST_UNDER_WAY {
            return refuse(HttpRefusal::Quota, "too many outgoing calls wait; try again in a moment");
        }
        let (outgoing, answers) = (Arc::clone(outgoing), answers.clone());
        let call = self.tasks.spawn(async move {
            let answer = outgoing.call(&feature, &request).await;
            // Waits while live does not read: answers are large, and few may lie about.
            let _ = answers.send(ToLive::HttpAnswer { id, answer }).await;
        });
        self.under_way.insert(id, call);
    }

    /// Ends a call for which nobody waits.
    pub(super) fn cancel(&mut self, id: HttpId) {
        if let Some(call) = self.under_way.remove(&id) {
            call.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{Rig, mounted, rig};
    use tokio::sync::mpsc;

    fn request() -> HttpRequest {
        serde_json::from_str(r#"{"method":"GET","url":"https://api.example.com/"}"#).unwrap()
    }

    async fn outgoing() -> (Rig, Arc<Outgoing>) {
        let rig = rig(|_| {});
        mounted(rig.app.store(), "poll", &["http"], &["api.example.com"]).await;
        let outgoing = Outgoing::new(rig.app.store().clone(), Arc::clone(rig.app.secrets())).unwrap();
        (rig, Arc::new(outgoing))
    }

    fn refused(message: Option<ToLive>) -> (HttpId, HttpRefusal, String) {
        match message {
            Some(ToLive::HttpAnswer { id, answer: HttpAnswer::Refused { why, reason } }) => (id, why, reason),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn live_gets_no_more_than_a_mounted_feature_was_granted() {
        let (_rig, outgoing) = outgoing().await;
        let (answers, mut sent) = mpsc::channel(16);
        let mut calls = Calls::default();
        calls.begin(&outgoing, &answers, false, HttpId(1), "nobody".parse().unwrap(), request());
        assert_eq!(refused(sent.recv().await), (HttpId(1), HttpRefusal::NotGranted, "there is no such feature".to_owned()));
        calls.begin(&outgoing, &answers, true, HttpId(2), "poll".parse().unwrap(), request());
        let (id, why, reason) = refused(sent.recv().await);
        assert!(id == HttpId(2) && why == HttpRefusal::NotGranted && reason.contains("kandra grant poll api.example.com"), "{reason}");
        let nonsense = HttpRequest { url: "https://127.0.0.1/".to_owned(), ..request() };
        calls.begin(&outgoing, &answers, true, HttpId(3), "poll".parse().unwrap(), nonsense);
        assert_eq!(refused(sent.recv().await).1, HttpRefusal::Invalid);
    }

    #[tokio::test]
    async fn a_number_is_answered_once_a_cancelled_call_never_and_all_are_bounded() {
        let (_rig, outgoing) = outgoing().await;
        // Nobody reads, so every call but the first waits with its answer.
        let (answers, mut sent) = mpsc::channel(1);
        let mut calls = Calls::default();
        let begin = |calls: &mut Calls, id| calls.begin(&outgoing, &answers, true, HttpId(id), "poll".parse().unwrap(), request());
        begin(&mut calls, 0);
        while sent.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        for id in 1..=MOST_UNDER_WAY as u64 {
            begin(&mut calls, id);
            begin(&mut calls, id);
        }
        assert_eq!(calls.under_way.len(), MOST_UNDER_WAY);
        calls.cancel(HttpId(1));
        calls.cancel(HttpId(1));
        calls.cancel(HttpId(9_999));
        begin(&mut calls, 1_000);
        // One above the bound is refused, and for that there is no room either.
        begin(&mut calls, 1_001);
        assert_eq!(calls.under_way.len(), MOST_UNDER_WAY);
        let mut answered = Vec::new();
        while let Ok(message) = tokio::time::timeout(std::time::Duration::from_secs(1), sent.recv()).await {
            answered.push(refused(message).0.0);
        }
        answered.sort_unstable();
        let expected: Vec<u64> = [0].into_iter().chain(2..=MOST_UNDER_WAY as u64).chain([1_000]).collect();
        assert_eq!(answered, expected);
        drop(calls);
    }
}
