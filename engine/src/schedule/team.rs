//! Threads that work on one pass together, phase by phase.
//!
//! ```text
//! for each phase: its tasks, one for each member of the team, run side by side
//!     a member runs its own task, and then those that nobody else has begun
//!     it waits until all are done, if others still run theirs: first it looks a few times, then it sleeps
//! ```
//!
//! On a busy machine a member that has lost its processor to another process holds up nobody, unless it has begun a
//! task. A thread of the pool that waits for another gives its processor away again and again before it sleeps; where
//! other processes run that costs some milliseconds each time, and a phase takes less than one.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Looks at whether a phase is over before a member sleeps: some thirty microseconds. Changes speed only.
const LOOKS: usize = 3000;

/// How far a team is.
#[derive(Debug)]
struct Progress {
    /// The phase under way.
    phase: AtomicUsize,
    /// For each task of a phase, the first phase in which nobody has begun it.
    next: Vec<AtomicUsize>,
    /// Tasks of the phase that are done.
    done: AtomicUsize,
    /// Whether a task has panicked.
    is_broken: AtomicBool,
    /// Members that sleep until the phase is over.
    sleepers: Mutex<usize>,
    over: Condvar,
}

impl Progress {
    /// Whether a phase is neither over nor broken off.
    fn is_under_way(&self, phase: usize) -> bool {
        self.phase.load(Ordering::SeqCst) == phase && !self.is_broken.load(Ordering::SeqCst)
    }

    /// Waits until it is.
    fn wait(&self, phase: usize) {
        for _ in 0..LOOKS {
            if !self.is_under_way(phase) {
                return;
            }
            spin_loop();
        }
        let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        *sleepers += 1;
        let woken = self.over.wait_while(sleepers, |_| self.is_under_way(phase));
        *woken.unwrap_or_else(PoisonError::into_inner) -= 1;
    }

    /// Wakes those who wait.
    fn wake(&self) {
        let sleepers = *self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        if sleepers > 0 {
            self.over.notify_all();
        }
    }

    /// Runs a task, if nobody has begun it in this phase.
    fn run(&self, phase: usize, task: usize, job: impl FnOnce()) {
        let is_free = self.next[task].compare_exchange(phase, phase + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if !is_free {
            return;
        }
        let _presence = Presence(self);
        job();
        if self.done.fetch_add(1, Ordering::SeqCst) + 1 == self.next.len() {
            self.done.store(0, Ordering::SeqCst);
            self.phase.store(phase + 1, Ordering::SeqCst);
            self.wake();
        }
    }
}

/// Tells the others when a task panics, so that nobody waits for it.
struct Presence<'a>(&'a Progress);

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_broken.store(true, Ordering::SeqCst);
            self.0.wake();
        }
    }
}

/// Runs as many phases, each with a task for each of so many members, on threads of the pool: `job` gets what its
/// thread keeps, which begins as `begin` makes it, the phase, and the task. Returns what the threads have kept.
///
/// # Panics
/// If a task panics.
pub fn on_team<K: Send>(
    members: usize,
    phases: usize,
    begin: impl Fn() -> K + Sync,
    job: impl Fn(&mut K, usize, usize) + Sync,
) -> Vec<K> {
    let progress = Progress {
        phase: AtomicUsize::new(0),
        next: (0..members).map(|_| AtomicUsize::new(0)).collect(),
        done: AtomicUsize::new(0),
        is_broken: AtomicBool::new(false),
        sleepers: Mutex::new(0),
        over: Condvar::new(),
    };
    let all = Mutex::new(Vec::new());
    let work = |member: usize| {
        let mut kept = begin();
        loop {
            let phase = progress.phase.load(Ordering::SeqCst);
            if phase == phases || progress.is_broken.load(Ordering::SeqCst) {
                break;
            }
            for task in (member..members).chain(0..member) {
                progress.run(phase, task, || job(&mut kept, phase, task));
            }
            progress.wait(phase);
        }
        all.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    };
    rayon::scope(|scope| {
        (1..members).for_each(|member| scope.spawn(move |_| work(member)));
        work(0);
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_runs_once_after_all_of_the_phase_before() {
        const PHASES: usize = 1_000;
        for members in [1, 2, 5] {
            let runs = AtomicUsize::new(0);
            let kept = on_team(
                members,
                PHASES,
                || 0,
                |kept, phase, task| {
                    *kept += 1;
                    let before = runs.fetch_add(1, Ordering::SeqCst);
                    assert!((phase * members..(phase + 1) * members).contains(&before));
                    assert!(task < members);
                },
            );
            assert_eq!(kept.iter().sum::<usize>(), PHASES * members);
        }
    }

    #[test]
    fn nobody_waits_for_a_task_that_panicked() {
        for bad in 0..3 {
            let team = || on_team(3, 2, || (), |(), phase, task| assert!(phase == 0 || task != bad, "told to"));
            assert!(std::panic::catch_unwind(team).is_err());
        }
    }
}
