//! What the deaths of live say: how long to wait before the next start, when to give up on generated code, and which
//! feature to suspect.

use super::process::Death;
use kandra_model::{Revision, Slug};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// Deaths older than this no longer count.
const WINDOW: Duration = Duration::from_secs(60);
/// So many crashes inside the window mean that live keeps crashing.
const MANY_CRASHES: usize = 5;
/// Deaths by SIGKILL come from outside: an operator, or the kernel when memory ran out. They weigh less.
const MANY_KILLS: usize = 30;

const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;

/// The recent deaths.
#[derive(Debug, Default)]
pub(crate) struct Crashes {
    deaths: VecDeque<(Instant, Death)>,
    /// Who was in a call when live crashed the last time.
    suspects: Vec<(Slug, Revision)>,
}

/// What to do after a death.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Wait so long before the next start.
    pub wait: Duration,
    /// Start without generated features.
    pub give_up: bool,
    /// These made it crash.
    pub guilty: Vec<(Slug, Revision)>,
}

impl Death {
    /// Whether what ran in the process brought it down.
    pub(super) fn is_a_crash(self) -> bool {
        match self {
            Self::Signalled(signal) => signal != SIGKILL && signal != SIGTERM,
            Self::Exited(_) | Self::Lost => false,
        }
    }
}

impl Crashes {
    /// Takes a death in. `suspects` were in a call; `mounting` were being loaded.
    pub(crate) fn note(&mut self, now: Instant, death: Death, suspects: Vec<(Slug, Revision)>, mounting: &[(Slug, Revision)]) -> Verdict {
        self.deaths.push_back((now, death));
        while self.deaths.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.deaths.pop_front();
        }
        let guilty = self.guilty(death, suspects, mounting);
        let kills = self.deaths.iter().filter(|(_, death)| *death == Death::Signalled(SIGKILL)).count();
        let crashes = self.deaths.len() - kills;
        // A feature that is kept out from now on is a reason to try again, not to give up.
        let give_up = guilty.is_empty() && (crashes >= MANY_CRASHES || kills >= MANY_KILLS);
        let wait = match crashes.max(kills / 3) {
            // Who did it is kept out: there is nothing to wait for.
            _ if !guilty.is_empty() => Duration::ZERO,
            0 | 1 => Duration::ZERO,
            2 => Duration::from_millis(100),
            3 => Duration::from_millis(500),
            4 => Duration::from_secs(1),
            more => Duration::from_secs((more as u64).min(10)),
        };
        Verdict { wait, give_up, guilty }
    }

    /// Forgets everything: the owner wants to try again.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    fn guilty(&mut self, death: Death, mut suspects: Vec<(Slug, Revision)>, mounting: &[(Slug, Revision)]) -> Vec<(Slug, Revision)> {
        if !death.is_a_crash() {
            return Vec::new();
        }
        if suspects.is_empty() {
            // Nobody was called: what was being loaded did it, if that was one.
            suspects = if let [only] = mounting { vec![only.clone()] } else { Vec::new() };
        }
        if suspects.len() == 1 {
            self.suspects.clear();
            return suspects;
        }
        // Several were in a call. Who was there the last time too is kept out.
        let again: Vec<_> = suspects.iter().filter(|suspect| self.suspects.contains(suspect)).cloned().collect();
        self.suspects = suspects;
        again
    }
}

/// One sentence for the status page.
pub(crate) fn describe(death: Death) -> String {
    match death {
        Death::Exited(0) => "the live process ended".to_owned(),
        Death::Exited(8) => {
            "the live process refuses to run because a required layer of its jail is missing; run `kandra doctor`".to_owned()
        }
        Death::Exited(9) => "the live process has another version than control; restart kandra".to_owned(),
        Death::Exited(code) => format!("the live process ended with code {code}"),
        Death::Signalled(SIGKILL) => "the live process was killed".to_owned(),
        Death::Signalled(signal) => format!("the live process crashed (signal {signal})"),
        Death::Lost => "the live process was lost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGSEGV: Death = Death::Signalled(11);

    fn feature(name: &str) -> (Slug, Revision) {
        (name.parse().unwrap(), Revision(1))
    }

    #[test]
    fn the_first_restart_is_immediate_and_many_crashes_end_in_safe_mode() {
        let mut crashes = Crashes::default();
        let start = Instant::now();
        let verdicts: Vec<_> = (0..5).map(|n| crashes.note(start + Duration::from_secs(n), SIGSEGV, Vec::new(), &[])).collect();
        assert_eq!(verdicts[0].wait, Duration::ZERO);
        assert!(verdicts.windows(2).all(|pair| pair[0].wait <= pair[1].wait));
        assert_eq!(verdicts.iter().map(|v| v.give_up).collect::<Vec<_>>(), [false, false, false, false, true]);
        let later = crashes.note(start + Duration::from_secs(200), SIGSEGV, Vec::new(), &[]);
        assert_eq!((later.wait, later.give_up), (Duration::ZERO, false));
    }

    #[test]
    fn kills_from_outside_do_not_end_in_safe_mode() {
        let mut crashes = Crashes::default();
        let start = Instant::now();
        for n in 0..20 {
            let verdict = crashes.note(start + Duration::from_secs(n * 2), Death::Signalled(SIGKILL), vec![feature("poll")], &[]);
            assert!(!verdict.give_up && verdict.guilty.is_empty(), "kill {n}");
        }
    }

    #[test]
    fn an_only_suspect_is_guilty_at_once_and_of_several_who_was_there_twice() {
        let mut crashes = Crashes::default();
        let now = Instant::now();
        assert_eq!(crashes.note(now, SIGSEGV, vec![feature("poll")], &[]).guilty, [feature("poll")]);
        assert_eq!(crashes.note(now, SIGSEGV, vec![feature("dice"), feature("todo")], &[]).guilty, []);
        assert_eq!(crashes.note(now, SIGSEGV, vec![feature("quiz"), feature("todo")], &[]).guilty, [feature("todo")]);
    }

    #[test]
    fn who_has_no_other_fault_than_a_known_crasher_does_not_wait() {
        let mut crashes = Crashes::default();
        let start = Instant::now();
        for n in 0..8 {
            let verdict = crashes.note(start + Duration::from_secs(n), SIGSEGV, vec![feature(&format!("feature-{n}"))], &[]);
            assert_eq!((verdict.wait, verdict.give_up), (Duration::ZERO, false));
        }
        assert!(crashes.note(start + Duration::from_secs(9), SIGSEGV, Vec::new(), &[]).give_up, "nobody is known to have done this one");
    }

    #[test]
    fn what_was_being_loaded_alone_is_suspected_when_nobody_was_called() {
        let mut crashes = Crashes::default();
        let now = Instant::now();
        assert_eq!(crashes.note(now, SIGSEGV, Vec::new(), &[feature("poll")]).guilty, [feature("poll")]);
        assert_eq!(crashes.note(now, SIGSEGV, Vec::new(), &[feature("poll"), feature("dice")]).guilty, []);
        assert_eq!(crashes.note(now, SIGSEGV, vec![feature("dice")], &[feature("poll")]).guilty, [feature("dice")]);
    }
}
