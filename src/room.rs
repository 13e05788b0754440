//! Runs side by side: as many at a time as threads and memory allow, each on as many threads as that leaves.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::failure::Failure;

/// What runs are waiting, and what those under way have taken.
#[derive(Debug)]
pub struct Room {
    /// Runs at a time.
    jobs: usize,
    threads: usize,
    /// Bytes that all runs together may take; `None` where nobody knows.
    memory: Option<u64>,
    /// Numbers and bytes of the runs that wait, in their order.
    waiting: Vec<(usize, u64)>,
    running: usize,
    taken: u64,
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// It does this run, which takes so many bytes, on so many threads.
    Start {
        /// The number of the run.
        number: usize,
        /// Its bytes.
        bytes: u64,
        /// Its threads.
        threads: usize,
    },
    /// It waits until another run is done.
    Wait,
    /// It goes home.
    Done,
}

impl Room {
    /// Room for runs by their numbers, which take so many bytes each.
    pub fn new(jobs: usize, threads: usize, memory: Option<u64>, waiting: Vec<(usize, u64)>) -> Self {
        Self { jobs, threads, memory, waiting, running: 0, taken: 0 }
    }

    /// The first run that fits beside those under way; one alone always does.
    fn next(&mut self) -> Next {
        let free = self.memory.map_or(u64::MAX, |memory| memory.saturating_sub(self.taken));
        let fits = |bytes: u64| self.running == 0 || bytes <= free;
        if self.waiting.is_empty() {
            return Next::Done;
        }
        let found = self.waiting.iter().position(|&(_, bytes)| fits(bytes));
        let Some(found) = found.filter(|_| self.running < self.jobs) else { return Next::Wait };
        let (number, bytes) = self.waiting.remove(found);
        self.running += 1;
        self.taken += bytes;
        Next::Start { number, bytes, threads: self.threads_for(bytes) }
    }

    /// A run is no longer under way.
    fn leave(&mut self, bytes: u64) {
        self.running -= 1;
        self.taken -= bytes;
    }

    /// Nothing is started any more.
    fn close(&mut self) {
        self.waiting.clear();
    }

    /// Threads are shared evenly among as many runs of this size as there can be at a time.
    fn threads_for(&self, bytes: u64) -> usize {
        let side_by_side = self.memory.map_or(usize::MAX, |memory| (memory / bytes.max(1)) as usize);
        let runs = (self.running + self.waiting.len()).min(self.jobs).min(side_by_side).max(1);
        (self.threads / runs).max(1)
    }
}

/// Does the runs that wait in a room.
///
/// `run` does one. `note` hears what came of it, of one run at a time, and says whether more are to be started. None is
/// once `stopped` is true.
pub fn side_by_side<T: Send>(
    room: Room,
    stopped: &AtomicBool,
    run: impl Fn(usize) -> Result<T, Failure> + Sync,
    note: impl FnMut(usize, Result<T, Failure>) -> bool + Send,
) {
    let workers = room.jobs.min(room.waiting.len());
    let (desk, news) = (Mutex::new((room, note)), Condvar::new());
    let work = || {
        let mut at = lock(&desk);
        loop {
            if stopped.load(Ordering::Relaxed) {
                at.0.close();
            }
            match at.0.next() {
                Next::Done => return,
                Next::Wait => at = news.wait(at).unwrap_or_else(PoisonError::into_inner),
                Next::Start { number, bytes, threads } => {
                    drop(at);
                    // A bug of ours must not leave the others waiting.
                    let came = catch_unwind(AssertUnwindSafe(|| engine::on_threads(threads, || run(number))));
                    at = lock(&desk);
                    at.0.leave(bytes);
                    news.notify_all();
                    let came = came.unwrap_or_else(|panic| resume_unwind(panic));
                    let came = came.map_err(|error| Failure::run(format!("no thread for a run: {error}"), None));
                    let (room, note) = &mut *at;
                    if !note(number, came.and_then(|came| came)) {
                        room.close();
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
}

fn lock<T>(desk: &Mutex<T>) -> MutexGuard<'_, T> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Next, Room};

    fn start(number: usize, bytes: u64, threads: usize) -> Next {
        Next::Start { number, bytes, threads }
    }

    #[test]
    fn small_runs_go_side_by_side_on_a_thread_each() {
        let mut room = Room::new(2, 2, Some(100), vec![(0, 10), (1, 10), (2, 10)]);
        assert_eq!([room.next(), room.next(), room.next()], [start(0, 10, 1), start(1, 10, 1), Next::Wait]);
        room.leave(10);
        assert_eq!(room.next(), start(2, 10, 1));
        assert_eq!(room.next(), Next::Done);
    }

    #[test]
    fn a_run_that_fills_the_memory_has_all_threads_and_waits_until_it_fits() {
        let mut room = Room::new(4, 4, Some(100), vec![(0, 60), (1, 90), (2, 30)]);
        assert_eq!([room.next(), room.next(), room.next()], [start(0, 60, 4), start(2, 30, 1), Next::Wait]);
        room.leave(60);
        assert_eq!(room.next(), Next::Wait);
        room.leave(30);
        assert_eq!(room.next(), start(1, 90, 4));
    }

    #[test]
    fn the_last_runs_share_the_threads_that_are_left() {
        let mut room = Room::new(8, 8, None, vec![(4, 1), (5, 1)]);
        assert_eq!([room.next(), room.next()], [start(4, 1, 4), start(5, 1, 4)]);
    }

    #[test]
    fn a_run_alone_is_started_though_memory_has_shrunk_and_a_closed_room_starts_none() {
        let mut room = Room::new(2, 2, Some(5), vec![(0, 10), (1, 1)]);
        assert_eq!([room.next(), room.next()], [start(0, 10, 2), Next::Wait]);
        room.close();
        assert_eq!(room.next(), Next::Done);
    }
}
