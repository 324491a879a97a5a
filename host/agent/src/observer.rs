//! Which request is built next: a pure function over what waits, so that the pipeline only has to obey.
//!
//! Repairs first, then most votes, oldest first among equals. On its regular beat the observer takes the first; between beats a
//! request starts only when nothing else waits or runs and its countdown is over.

use kandra_model::{RequestId, Timestamp};

/// How many model calls may run at once.
pub const MAX_MODEL_CALLS: usize = 2;

/// How long a request into an empty queue waits, so that its author may change or withdraw it: 10 s.
pub const COUNTDOWN_MILLIS: i64 = 10_000;

/// A pending request, as far as the order needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub request: RequestId,
    /// Whether something that was live is to be repaired.
    pub repair: bool,
    /// Its votes.
    pub votes: u32,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Not before this instant, unless the owner says so.
    pub starts_at: Option<Timestamp>,
}

/// What the observer looks at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Now.
    pub now: Timestamp,
    /// When the next regular pick is due.
    pub next_beat: Timestamp,
    /// Requests in state `pending`, in any order.
    pub waiting: &'a [Waiting],
    /// Requests whose developer is at work.
    pub developing: usize,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Start this one now.
    Start(RequestId),
    /// Look again at this instant, or when something changes.
    WaitUntil(Timestamp),
    /// Look again when something changes.
    Nothing,
}

/// The order of the queue: repairs, then by votes, then age, then id.
pub fn order(waiting: &mut [Waiting]) {
    waiting.sort_by(|a, b| {
        b.repair.cmp(&a.repair).then(b.votes.cmp(&a.votes)).then(a.created_at.cmp(&b.created_at)).then(a.request.cmp(&b.request))
    });
}

/// Decides what starts next.
pub fn pick(scene: Scene<'_>) -> Pick {
    if scene.developing >= MAX_MODEL_CALLS || scene.waiting.is_empty() {
        return Pick::Nothing;
    }
    let mut queue = scene.waiting.to_vec();
    order(&mut queue);
    let ready = |w: &Waiting| w.starts_at.is_none_or(|at| at <= scene.now);
    let beat_due = scene.next_beat <= scene.now;
    let alone = queue.len() == 1 && scene.developing == 0;
    if beat_due && let Some(first) = queue.iter().find(|w| ready(w)) {
        return Pick::Start(first.request);
    }
    if alone && ready(&queue[0]) && queue[0].starts_at.is_some() {
        return Pick::Start(queue[0].request);
    }
    let countdown = queue.iter().filter_map(|w| w.starts_at).filter(|at| *at > scene.now).min();
    let beat = (!beat_due).then_some(scene.next_beat);
    let earliest = match (if alone || beat_due { countdown } else { None }, beat) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    earliest.map_or(Pick::Nothing, Pick::WaitUntil)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn waiting(votes: u32, created: i64, starts: Option<i64>) -> Waiting {
        Waiting { request: RequestId::generate(), repair: false, votes, created_at: at(created), starts_at: starts.map(at) }
    }

    fn scene(now: i64, next_beat: i64, waiting: &[Waiting], developing: usize) -> Pick {
        pick(Scene { now: at(now), next_beat: at(next_beat), waiting, developing })
    }

    #[test]
    fn most_votes_then_oldest() {
        let queue = [waiting(1, 10, None), waiting(3, 30, None), waiting(3, 20, None)];
        assert_eq!(scene(100, 100, &queue, 0), Pick::Start(queue[2].request));
        let repair = Waiting { repair: true, ..waiting(0, 90, None) };
        assert_eq!(scene(100, 100, &[queue[1], repair], 0), Pick::Start(repair.request));
    }

    #[test]
    fn an_only_request_starts_after_its_countdown() {
        let queue = [waiting(1, 0, Some(10_000))];
        assert_eq!(scene(5_000, 60_000, &queue, 0), Pick::WaitUntil(at(10_000)));
        assert_eq!(scene(10_000, 60_000, &queue, 0), Pick::Start(queue[0].request));
        assert_eq!(scene(10_000, 60_000, &queue, 1), Pick::WaitUntil(at(60_000)), "something is being built");
    }

    #[test]
    fn a_beat_does_not_cut_a_countdown_short() {
        let queue = [waiting(1, 0, Some(10_000))];
        assert_eq!(scene(5_000, 5_000, &queue, 0), Pick::WaitUntil(at(10_000)));
        let two = [queue[0], waiting(1, 1, None)];
        assert_eq!(scene(5_000, 5_000, &two, 0), Pick::Start(two[1].request));
    }

    #[test]
    fn two_at_most() {
        let queue = [waiting(1, 0, None)];
        assert_eq!(scene(100, 0, &queue, 1), Pick::Start(queue[0].request));
        assert_eq!(scene(100, 0, &queue, 2), Pick::Nothing);
        assert_eq!(scene(100, 0, &[], 0), Pick::Nothing);
    }
}
