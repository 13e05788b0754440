//! Threads that work on one pass together.
//!
//! The work is a table of tasks, a row for each phase and a column for each group of what is worked on. In each phase a
//! group deals with another one, or with itself:
//!
//! ```text
//! a task may begin when, in the phase before, its group and the other one are done,
//!     and those that dealt with one of the two
//! each thread, until all is done:
//!     of the tasks that may begin, it takes one of its own groups, of the earliest phase, else of another thread's
//!     if none may begin: first it looks a few times, then it sleeps until a task is done
//! ```
//!
//! So a task finds what it touches as all earlier phases have left it, and nobody waits for a whole phase to end.
//!
//! On a busy machine a thread that has lost its processor to another process holds up nobody, unless it has begun a
//! task. A thread of the pool that waits for another gives its processor away again and again before it sleeps; where
//! other processes run that costs some milliseconds each time, and a phase takes less than one.

use std::hint::spin_loop;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Looks for a task before a thread sleeps: some thirty microseconds. Changes speed only.
const LOOKS: usize = 1000;

/// What is to be done.
#[derive(Debug)]
pub struct Work<F> {
    /// Number of groups.
    pub groups: usize,
    /// Number of phases.
    pub phases: usize,
    /// With which group a group deals in a phase: `other(phase, other(phase, group))` is `group`.
    pub other: F,
}

/// How far a team is.
#[derive(Debug)]
struct Progress<'a, F> {
    work: &'a Work<F>,
    /// For each group, the first phase that nobody has begun.
    begun: Vec<AtomicUsize>,
    /// For each group, the first phase that is not done.
    done: Vec<AtomicUsize>,
    /// Whether a task has panicked.
    is_broken: AtomicBool,
    /// Threads that sleep until a task is done.
    sleepers: Mutex<usize>,
    one_is_done: Condvar,
}

impl<F: Fn(usize, usize) -> usize + Sync> Progress<'_, F> {
    /// Whether nothing is left to begin.
    fn is_over(&self) -> bool {
        let all_begun = || self.begun.iter().all(|begun| begun.load(Ordering::SeqCst) >= self.work.phases);
        self.is_broken.load(Ordering::SeqCst) || all_begun()
    }

    /// Whether a task may begin.
    fn may_begin(&self, phase: usize, group: usize) -> bool {
        let other = &self.work.other;
        let is_done = |group: usize| self.done[group].load(Ordering::SeqCst) >= phase;
        let before = phase.checked_sub(1);
        let both = [group, other(phase, group)];
        both.into_iter().all(|one| is_done(one) && before.is_none_or(|before| is_done(other(before, one))))
    }

    /// A task that may begin, its phase and its group: of the groups that belong to a member of the team, of the
    /// earliest phase; else of the others.
    fn next(&self, own: &Range<usize>) -> Option<(usize, usize)> {
        let task = |group: usize| (self.begun[group].load(Ordering::SeqCst), group);
        let ready = |&(phase, group): &(usize, usize)| phase < self.work.phases && self.may_begin(phase, group);
        let of_others = || (0..own.start).chain(own.end..self.work.groups).map(task).filter(ready).min();
        own.clone().map(task).filter(ready).min().or_else(of_others)
    }

    /// Waits until a task may begin, or none is left.
    fn wait(&self, own: &Range<usize>) -> Option<(usize, usize)> {
        for _ in 0..LOOKS {
            if let Some(task) = self.next(own) {
                return Some(task);
            }
            if self.is_over() {
                return None;
            }
            spin_loop();
        }
        let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        *sleepers += 1;
        let mut task = None;
        let is_idle = |_: &mut usize| {
            task = self.next(own);
            task.is_none() && !self.is_over()
        };
        let woken = self.one_is_done.wait_while(sleepers, is_idle);
        *woken.unwrap_or_else(PoisonError::into_inner) -= 1;
        task
    }

    /// Wakes those who wait.
    fn wake(&self) {
        let sleepers = *self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        if sleepers > 0 {
            self.one_is_done.notify_all();
        }
    }

    /// Runs a task, unless somebody else has begun it.
    fn run(&self, (phase, group): (usize, usize), job: impl FnOnce()) {
        let begins = self.begun[group].compare_exchange(phase, phase + 1, Ordering::SeqCst, Ordering::SeqCst);
        if begins.is_err() {
            return;
        }
        let _presence = Presence(self);
        job();
        self.done[group].store(phase + 1, Ordering::SeqCst);
    }
}

/// Tells the others that a task is done, or has panicked, so that nobody waits for it.
struct Presence<'a, 'b, F: Fn(usize, usize) -> usize + Sync>(&'a Progress<'b, F>);

impl<F: Fn(usize, usize) -> usize + Sync> Drop for Presence<'_, '_, F> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_broken.store(true, Ordering::SeqCst);
        }
        self.0.wake();
    }
}

impl<F: Fn(usize, usize) -> usize + Sync> Work<F> {
    /// Does the work with so many threads of the pool: `job` gets what its thread keeps, which begins as `begin` makes
    /// it, the phase, and the group. Returns what the threads have kept.
    ///
    /// # Panics
    /// If a task panics.
    pub fn run<K: Send>(
        &self,
        threads: usize,
        begin: impl Fn() -> K + Sync,
        job: impl Fn(&mut K, usize, usize) + Sync,
    ) -> Vec<K> {
        let zeros = || (0..self.groups).map(|_| AtomicUsize::new(0)).collect();
        let progress = Progress {
            work: self,
            begun: zeros(),
            done: zeros(),
            is_broken: AtomicBool::new(false),
            sleepers: Mutex::new(0),
            one_is_done: Condvar::new(),
        };
        let all = Mutex::new(Vec::new());
        let work = |thread: usize| {
            let own = thread * self.groups / threads..(thread + 1) * self.groups / threads;
            let mut kept = begin();
            while let Some(task) = progress.wait(&own) {
                progress.run(task, || job(&mut kept, task.0, task.1));
            }
            all.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        };
        rayon::scope(|scope| {
            (1..threads).for_each(|thread| scope.spawn(move |_| work(thread)));
            work(0);
        });
        all.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_runs_once_after_those_that_touched_the_same_before() {
        const PHASES: usize = 3_000;
        // Blocks of rounds as steps have them, and any.
        let blocks = |groups: usize| move |phase: usize, group: usize| group ^ (phase * phase + phase / 7) % groups;
        for (threads, groups) in [(1, 2), (2, 2), (2, 4), (3, 4), (5, 8)] {
            let work = Work { groups, phases: PHASES, other: blocks(groups) };
            // The phase in which each group was touched last, as itself and as another: nothing else tells the order.
            let touched: Vec<_> = (0..2 * groups).map(|_| Mutex::new(None)).collect();
            let kept = work.run(
                threads,
                || 0,
                |kept, phase, group| {
                    *kept += 1;
                    for place in [group, groups + (work.other)(phase, group)] {
                        let mut last = touched[place].try_lock().expect("nobody else touches it");
                        assert_eq!(last.replace(phase), phase.checked_sub(1));
                    }
                },
            );
            assert_eq!(kept.iter().sum::<usize>(), PHASES * groups);
        }
    }

    #[test]
    fn nobody_waits_for_a_task_that_panicked() {
        for bad in 0..4 {
            let work = Work { groups: 4, phases: 3, other: |phase, group| group ^ phase };
            let team = || work.run(3, || (), |(), phase, group| assert!(phase == 0 || group != bad, "told to"));
            assert!(std::panic::catch_unwind(team).is_err());
        }
    }
}
