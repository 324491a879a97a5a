//! Places to build in: one for each core but one. Who waits is served by rank, oldest first among equals; submissions
//! by contributors get every second place that requests and they compete for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// The order in which work gets a place; the first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Somebody at this machine waits for a save to become visible.
    Edit,
    /// A feature that cannot serve until it is rebuilt.
    Restore,
    /// A draft that a gate sent back.
    Repair,
    /// A visitor's request, or a contributor's submission: [`Kind`] decides between them.
    Asked(Kind),
    /// A feature that serves an older build meanwhile.
    Rebuild,
    /// An optimised build. It gives its place up when anything else needs it.
    Optimise,
}

/// The two that take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Submission,
    Request,
}

/// The places; clones share them.
#[derive(Clone)]
pub(crate) struct Slots {
    state: Arc<Mutex<State>>,
}

struct State {
    free: usize,
    next: u64,
    waiting: Vec<Waiting>,
    /// Places that are given up on demand: how to demand it.
    yielding: HashMap<u64, Box<dyn Fn() + Send>>,
    last: Kind,
}

struct Waiting {
    rank: Rank,
    number: u64,
    grant: oneshot::Sender<Slot>,
}

/// A place; free again when dropped.
pub(crate) struct Slot {
    /// `None` once the place was taken back.
    state: Option<Arc<Mutex<State>>>,
    number: u64,
}

impl Slots {
    /// So many places, at least one.
    pub(crate) fn new(places: usize) -> Self {
        let state = State { free: places.max(1), next: 0, waiting: Vec::new(), yielding: HashMap::new(), last: Kind::Submission };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a place. For [`Rank::Optimise`], `give_up` is called when somebody else needs it.
    pub(crate) async fn acquire(&self, rank: Rank, give_up: impl Fn() + Send + 'static) -> Slot {
        let (grant, granted) = oneshot::channel();
        {
            let mut state = lock(&self.state);
            let number = state.next;
            state.next += 1;
            if rank == Rank::Optimise {
                state.yielding.insert(number, Box::new(give_up));
            } else if state.free == 0 {
                for demand in state.yielding.values() {
                    demand();
                }
            }
            state.waiting.push(Waiting { rank, number, grant });
            serve(&self.state, &mut state);
        }
        granted.await.expect("a waiting place is only removed by granting it")
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(shared) = self.state.take() else { return };
        let mut state = lock(&shared);
        state.free += 1;
        state.yielding.remove(&self.number);
        serve(&shared, &mut state);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands free places out.
fn serve(shared: &Arc<Mutex<State>>, state: &mut State) {
    // Who was waiting and went away holds no place.
    let gone: Vec<u64> = state.waiting.iter().filter(|w| w.grant.is_closed()).map(|w| w.number).collect();
    state.waiting.retain(|w| !w.grant.is_closed());
    for number in gone {
        state.yielding.remove(&number);
    }
    while state.free > 0 {
        let turn = |rank: Rank| match rank {
            Rank::Asked(kind) => (Rank::Asked(Kind::Submission), kind == state.last),
            other => (other, false),
        };
        let Some(place) = (0..state.waiting.len()).min_by_key(|place| (turn(state.waiting[*place].rank), state.waiting[*place].number))
        else {
            return;
        };
        let Waiting { rank, number, grant } = state.waiting.remove(place);
        if let Rank::Asked(kind) = rank {
            state.last = kind;
        }
        state.free -= 1;
        if let Err(mut slot) = grant.send(Slot { state: Some(Arc::clone(shared)), number }) {
            // It went away just now. Its drop would lock again, so its place is taken back by hand.
            slot.state = None;
            state.free += 1;
            state.yielding.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn nothing() {}

    #[tokio::test]
    async fn rank_decides_and_submissions_alternate_with_requests() {
        let slots = Slots::new(1);
        let held = slots.acquire(Rank::Asked(Kind::Request), nothing).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        let ranks = [
            Rank::Rebuild,
            Rank::Asked(Kind::Request),
            Rank::Asked(Kind::Request),
            Rank::Asked(Kind::Submission),
            Rank::Asked(Kind::Submission),
            Rank::Edit,
        ];
        for rank in ranks {
            let (slots, order) = (slots.clone(), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let _slot = slots.acquire(rank, nothing).await;
                order.lock().unwrap().push(rank);
            }));
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        let asked = |kind| Rank::Asked(kind);
        let (s, r) = (asked(Kind::Submission), asked(Kind::Request));
        assert_eq!(*order.lock().unwrap(), [Rank::Edit, s, r, s, r, Rank::Rebuild]);
    }

    #[tokio::test]
    async fn an_optimised_build_gives_way() {
        let slots = Slots::new(1);
        let demands = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&demands);
        let slow = slots
            .acquire(Rank::Optimise, move || {
                count.fetch_add(1, Ordering::SeqCst);
            })
            .await;
        let asked = tokio::spawn({
            let slots = slots.clone();
            async move { drop(slots.acquire(Rank::Asked(Kind::Request), nothing).await) }
        });
        tokio::task::yield_now().await;
        assert_eq!(demands.load(Ordering::SeqCst), 1);
        drop(slow);
        asked.await.unwrap();
    }

    #[tokio::test]
    async fn who_stops_waiting_leaves_no_hole() {
        let slots = Slots::new(1);
        let held = slots.acquire(Rank::Edit, nothing).await;
        let waiting = tokio::spawn({
            let slots = slots.clone();
            async move { drop(slots.acquire(Rank::Edit, nothing).await) }
        });
        tokio::task::yield_now().await;
        waiting.abort();
        let _ = waiting.await;
        drop(held);
        let _again = tokio::time::timeout(std::time::Duration::from_secs(5), slots.acquire(Rank::Optimise, nothing)).await.unwrap();
    }
}
