//! Asking, voting, changing, moderating, listing.

mod support;

use kandra_model::{EventBody, EventId, Moderation, RequestState};
use kandra_store::{Actor, Fit, Limits, NewRequest, RequestEdit, RequestOrder, RequestQuery, StoreError, Viewer};
use support::{new, rig, rig_with, voter};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_votes_of_one_voter_count_once() {
    let rig = rig();
    let id = rig.ask("A poll", 1).await;
    let votes = (0..60_u32).map(|n| {
        let store = rig.store.clone();
        tokio::spawn(async move { store.vote(id, &voter(n % 3 + 1)).await.unwrap() })
    });
    for vote in votes.collect::<Vec<_>>() {
        vote.await.unwrap();
    }
    assert_eq!(rig.store.request(id, Viewer::Public).await.unwrap().unwrap().votes, 3);
    // Two of them were new, so there are two events and not sixty.
    let events = rig.store.events_since(EventId(0), 100).await.unwrap().events;
    assert_eq!(events.iter().filter(|event| matches!(event.body, EventBody::VoteChanged { .. })).count(), 2);
    rig.store.unvote(id, &voter(2)).await.unwrap();
    assert_eq!(rig.store.unvote(id, &voter(2)).await.unwrap().votes, 2);
    assert!(rig.store.voted(&voter(3), vec![id]).await.unwrap().contains(&id));
    assert!(rig.store.voted(&voter(2), vec![id]).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_change_has_its_event_and_a_refused_one_has_none() {
    let rig = rig();
    let id = rig.ask("A poll", 1).await;
    let before = rig.store.newest_event().await.unwrap();
    let refused = rig.store.move_request(id, RequestState::Live, None).await;
    assert!(matches!(refused, Err(StoreError::RequestState { from: RequestState::Pending, to: RequestState::Live })));
    assert_eq!(rig.store.newest_event().await.unwrap(), before);
    assert_eq!(rig.store.request(id, Viewer::Owner).await.unwrap().unwrap().state, RequestState::Pending);
    rig.store.decline_request(id, "Out of scope.").await.unwrap();
    let page = rig.store.events_since(before, 10).await.unwrap();
    assert!(matches!(&page.events[..], [event] if matches!(&event.body,
        EventBody::RequestChanged { state: RequestState::Declined, reason: Some(reason), .. } if reason == "Out of scope.")));
}

#[tokio::test]
async fn every_forbidden_transition_is_an_error() {
    use RequestState::{Declined, Failed, Held, Live, Merged, NeedsModel, Pending, Running, Waiting, Withdrawn};
    const ALL: [RequestState; 10] = [Held, Pending, Running, Waiting, Live, Failed, NeedsModel, Declined, Merged, Withdrawn];
    // A way to each state that only takes allowed steps.
    let way = |to| match to {
        Held => vec![Held],
        Pending => vec![],
        Running => vec![Running],
        Waiting => vec![Running, Waiting],
        Live => vec![Running, Live],
        Failed => vec![Running, Failed],
        NeedsModel => vec![NeedsModel],
        Declined => vec![Declined],
        Merged => vec![Merged],
        Withdrawn => vec![Withdrawn],
    };
    let rig = rig_with(Limits { pending_per_visitor: 1_000, pending_in_all: 1_000, ..Limits::default() });
    for from in ALL {
        for to in ALL {
            let id = rig.ask("A poll", 1).await;
            for step in way(from) {
                rig.store.move_request(id, step, None).await.unwrap();
            }
            let moved = rig.store.move_request(id, to, None).await;
            assert_eq!(moved.is_ok(), from.may_become(to), "{from:?} to {to:?}");
        }
    }
}

#[tokio::test]
async fn places_follow_votes_then_age() {
    let rig = rig();
    let (a, b, c) = (rig.ask("a", 1).await, rig.ask("b", 2).await, rig.ask("c", 3).await);
    rig.store.vote(c, &voter(9)).await.unwrap();
    let page = rig.store.requests(RequestQuery::default()).await.unwrap();
    let order: Vec<_> = page.items.iter().map(|request| (request.id, request.place)).collect();
    assert_eq!(order, [(c, Some(1)), (a, Some(2)), (b, Some(3))]);
    // Only the first found an empty queue: it has a countdown, the others wait for their turn.
    assert!(page.items[1].starts_at.is_some() && page.items[0].starts_at.is_none());
    assert_eq!(rig.store.next_request().await.unwrap().unwrap().id, c);
}

#[tokio::test]
async fn an_empty_queue_starts_after_the_countdown() {
    let rig = rig();
    let id = rig.ask("a", 1).await;
    assert!(rig.store.next_request().await.unwrap().is_none());
    assert_eq!(rig.store.next_countdown().await.unwrap(), Some(rig.store.now().plus_millis(10_000)));
    rig.advance(9_999);
    assert!(rig.store.next_request().await.unwrap().is_none());
    rig.advance(1);
    assert_eq!(rig.store.next_request().await.unwrap().unwrap().id, id);
    let other = rig.ask("b", 2).await;
    rig.store.end_countdown(other).await.unwrap();
    assert_eq!(rig.store.next_countdown().await.unwrap(), None);
}

#[tokio::test]
async fn pages_are_bounded_and_continue_where_they_stopped() {
    let rig = rig_with(Limits { pending_per_visitor: 1_000, ..Limits::default() });
    for n in 0..7 {
        let id = rig.ask(&format!("r{n}"), 1).await;
        if n % 2 == 0 {
            rig.store.vote(id, &voter(50 + n)).await.unwrap();
        }
    }
    for order in [RequestOrder::Votes, RequestOrder::Oldest, RequestOrder::Newest] {
        let whole = rig.store.requests(RequestQuery { order, ..RequestQuery::default() }).await.unwrap();
        assert_eq!((whole.items.len(), whole.next), (7, None));
        let mut pieces = Vec::new();
        let mut after = None;
        loop {
            let page = rig.store.requests(RequestQuery { order, limit: 3, after, ..RequestQuery::default() }).await.unwrap();
            assert!(page.items.len() <= 3);
            pieces.extend(page.items);
            match page.next {
                // A client hands the cursor back as text.
                Some(next) => after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(pieces, whole.items, "{order:?}");
    }
}

#[tokio::test]
async fn limits_hold_for_a_visitor_and_in_all() {
    let rig = rig_with(Limits { pending_in_all: 7, needs_model_per_visitor: 1, ..Limits::default() });
    for n in 0..5 {
        rig.ask(&format!("r{n}"), 1).await;
    }
    let sixth = rig.store.create_request(new("r5", 1)).await;
    assert!(matches!(sixth, Err(StoreError::Limit(why)) if why.contains("5 requests pending")));
    rig.ask("x", 2).await;
    rig.ask("y", 3).await;
    assert!(matches!(rig.store.create_request(new("z", 4)).await, Err(StoreError::Limit(why)) if why.contains("7 requests")));
    // What waits for a model does not fill the queue for what can be built.
    let unfit = |author| NewRequest { fit: Fit::Nothing, ..new("unfit", author) };
    assert_eq!(rig.store.create_request(unfit(4)).await.unwrap().state, RequestState::NeedsModel);
    assert!(matches!(rig.store.create_request(unfit(4)).await, Err(StoreError::Limit(_))));
}

#[tokio::test]
async fn held_and_hidden_requests_are_the_owners_only() {
    let rig = rig();
    let held = rig.store.create_request(NewRequest { moderation: Moderation::All, ..new("secret words", 1) }).await.unwrap();
    assert_eq!(held.state, RequestState::Held);
    let hidden = rig.ask("visible words", 2).await;
    rig.store.move_request(hidden, RequestState::NeedsModel, None).await.unwrap();
    rig.store.hide_request(hidden).await.unwrap();
    for id in [held.id, hidden] {
        assert!(rig.store.request(id, Viewer::Public).await.unwrap().is_none());
        assert!(rig.store.request(id, Viewer::Owner).await.unwrap().is_some());
        assert!(matches!(rig.store.vote(id, &voter(7)).await, Err(StoreError::NotFound(_))));
    }
    assert!(rig.store.requests(RequestQuery::default()).await.unwrap().items.is_empty());
    let all = RequestQuery { viewer: Viewer::Owner, ..RequestQuery::default() };
    assert_eq!(rig.store.requests(all).await.unwrap().items.len(), 2);
    assert!(rig.store.similar_requests("words", 5).await.unwrap().is_empty());
    let log = serde_json::to_string(&rig.store.events_since(EventId(0), 100).await.unwrap().events).unwrap();
    assert!(!log.contains("secret"), "{log}");
    assert_eq!(rig.store.show_request(held.id, Fit::Model).await.unwrap().state, RequestState::Pending);
    assert_eq!(rig.store.show_request(hidden, Fit::Nothing).await.unwrap().state, RequestState::NeedsModel);
    assert_eq!(rig.store.requests(RequestQuery::default()).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn the_first_request_of_a_visitor_is_held_until_one_was_let_through() {
    let rig = rig();
    let first = || NewRequest { moderation: Moderation::First, ..new("x", 1) };
    let one = rig.store.create_request(first()).await.unwrap();
    assert_eq!(one.state, RequestState::Held);
    assert_eq!(rig.store.create_request(first()).await.unwrap().state, RequestState::Held);
    rig.store.show_request(one.id, Fit::Model).await.unwrap();
    assert_eq!(rig.store.create_request(first()).await.unwrap().state, RequestState::Pending);
}

#[tokio::test]
async fn only_its_author_or_the_owner_changes_a_request_and_only_while_it_waits() {
    let rig = rig();
    let id = rig.ask("A pol", 1).await;
    let edit = |title: &str| RequestEdit { title: title.to_owned(), details: "d".to_owned(), fit: Fit::Recipe("Poll".to_owned()) };
    let author = Actor::Visitor(voter(1));
    let other = Actor::Visitor(voter(2));
    assert!(matches!(rig.store.edit_request(id, other.clone(), edit("x")).await, Err(StoreError::Forbidden(_))));
    assert!(matches!(rig.store.withdraw_request(id, other).await, Err(StoreError::Forbidden(_))));
    let edited = rig.store.edit_request(id, author.clone(), edit("A poll")).await.unwrap();
    assert_eq!((edited.title.as_str(), edited.recipe.as_deref()), ("A poll", Some("Poll")));
    // During the countdown others' votes do not bind the author; afterwards they do.
    rig.store.vote(id, &voter(3)).await.unwrap();
    rig.store.edit_request(id, author.clone(), edit("A better poll")).await.unwrap();
    rig.advance(10_000);
    assert!(matches!(rig.store.edit_request(id, author.clone(), edit("A bank")).await, Err(StoreError::Conflict(_))));
    rig.store.edit_request(id, Actor::Owner, edit("The poll")).await.unwrap();
    rig.start(id).await;
    assert!(matches!(rig.store.edit_request(id, Actor::Owner, edit("x")).await, Err(StoreError::Conflict(_))));
    assert!(matches!(rig.store.withdraw_request(id, author).await, Err(StoreError::RequestState { .. })));
}

#[tokio::test]
async fn an_edit_that_nothing_fits_any_more_waits_for_a_model() {
    let rig = rig();
    let id = rig.ask("A poll", 1).await;
    let edit = RequestEdit { title: "A bank".to_owned(), details: String::new(), fit: Fit::Nothing };
    assert_eq!(rig.store.edit_request(id, Actor::Owner, edit).await.unwrap().state, RequestState::NeedsModel);
}

#[tokio::test]
async fn a_merge_unites_the_voters() {
    let rig = rig();
    let (a, b) = (rig.ask("tea poll", 1).await, rig.ask("coffee poll", 2).await);
    rig.store.vote(a, &voter(3)).await.unwrap();
    rig.store.vote(b, &voter(3)).await.unwrap();
    assert!(matches!(rig.store.merge_request(a, a).await, Err(StoreError::Conflict(_))));
    assert_eq!(rig.store.merge_request(a, b).await.unwrap().votes, 3);
    let merged = rig.store.request(a, Viewer::Public).await.unwrap().unwrap();
    assert_eq!((merged.state, merged.merged_into), (RequestState::Merged, Some(b)));
    assert!(matches!(rig.store.merge_request(b, a).await, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn similar_requests_share_words_whatever_they_contain() {
    let rig = rig();
    let poll = rig.ask("A poll about tea", 1).await;
    rig.ask("Countdown to New Year", 2).await;
    let like = |text: &'static str| {
        let store = rig.store.clone();
        async move { store.similar_requests(text, 5).await.unwrap().into_iter().map(|similar| similar.request).collect::<Vec<_>>() }
    };
    assert_eq!(like("I want polls!").await, [poll]);
    assert_eq!(like("te").await, [poll]);
    assert!(like("please make a page").await.is_empty());
    for hostile in ["\" OR 1", "NEAR(", "title:*", "*", "a\" AND \"b", "'; DROP TABLE requests; --", "\u{0}", ""] {
        like(hostile).await;
    }
    rig.store
        .edit_request(poll, Actor::Owner, RequestEdit { title: "Dice".to_owned(), details: String::new(), fit: Fit::Model })
        .await
        .unwrap();
    assert!(like("poll").await.is_empty());
    assert_eq!(like("dice").await, [poll]);
}
