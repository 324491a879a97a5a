//! Work on several things at once, with the results in order.

use anyhow::Result;
use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    panic::resume_unwind,
    sync::{Mutex, mpsc},
    thread,
};

/// Does `work` on each thing, on at most `jobs` threads (default: one for each core), and shows each result as soon as those
/// before it were shown. An error of `show` ends it once the work under way is done.
pub fn run<T: Send, R: Send>(
    things: Vec<T>,
    jobs: Option<NonZeroUsize>,
    work: impl Fn(T) -> R + Sync,
    mut show: impl FnMut(&R) -> Result<()>,
) -> Result<Vec<R>> {
    let jobs = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get).min(things.len());
    let mut done = Vec::with_capacity(things.len());
    let queue = Mutex::new(things.into_iter().enumerate());
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs)
            .map(|_| {
                let (sender, queue, work) = (sender.clone(), &queue, &work);
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
                        let Some((place, thing)) = next else { break };
                        if sender.send((place, work(thing))).is_err() {
                            break;
                        }
                    }
                })
            })
            .collect();
        drop(sender);
        let mut early = BTreeMap::new();
        let mut shown = Ok(());
        for (place, result) in receiver {
            early.insert(place, result);
            while let Some(result) = early.remove(&done.len()) {
                shown = shown.and_then(|()| show(&result));
                done.push(result);
            }
            if shown.is_err() {
                break;
            }
        }
        for thread in threads {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        shown
    })?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::atomic::AtomicUsize, sync::atomic::Ordering, time::Duration};

    #[test]
    fn results_keep_their_order_and_jobs_their_bound() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |n: u64| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(12 - n));
            now.fetch_sub(1, Ordering::SeqCst);
            n * 2
        };
        let mut shown = Vec::new();
        let show = |n: &u64| {
            shown.push(*n);
            Ok(())
        };
        let done = run((0..12).collect(), NonZeroUsize::new(3), work, show).unwrap();
        assert_eq!(done, (0..24).step_by(2).collect::<Vec<_>>());
        assert_eq!(shown, done);
        assert!(most.into_inner() <= 3);
        assert_eq!(run(Vec::<u64>::new(), None, |n| n, |_| Ok(())).unwrap(), [0u64; 0]);
        assert!(run(vec![1, 2, 3], NonZeroUsize::new(1), |n| n, |_| Err(anyhow::anyhow!("the pipe is closed"))).is_err());
    }
}
