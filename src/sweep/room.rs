//! Which point goes next, and on how many threads: as many at a time as threads and memory allow.

/// What points are waiting, and what those under way have taken.
#[derive(Debug)]
pub struct Room {
    /// Points at a time.
    jobs: usize,
    threads: usize,
    /// Bytes that all points together may take; `None` where nobody knows.
    memory: Option<u64>,
    /// Numbers and bytes of the points that wait, in their order.
    waiting: Vec<(usize, u64)>,
    running: usize,
    taken: u64,
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It does this point, which takes so many bytes, on so many threads.
    Start {
        /// The point.
        point: usize,
        /// Its bytes.
        bytes: u64,
        /// Its threads.
        threads: usize,
    },
    /// It waits until another point is done.
    Wait,
    /// It goes home.
    Done,
}

impl Room {
    /// Room for points that take so many bytes each.
    pub fn new(jobs: usize, threads: usize, memory: Option<u64>, waiting: Vec<(usize, u64)>) -> Self {
        Self { jobs, threads, memory, waiting, running: 0, taken: 0 }
    }

    /// The first point that fits beside those under way; one alone always does.
    pub fn next(&mut self) -> Next {
        let free = self.memory.map_or(u64::MAX, |memory| memory.saturating_sub(self.taken));
        let fits = |bytes: u64| self.running == 0 || bytes <= free;
        if self.waiting.is_empty() {
            return Next::Done;
        }
        let found = self.waiting.iter().position(|&(_, bytes)| fits(bytes));
        let Some(found) = found.filter(|_| self.running < self.jobs) else { return Next::Wait };
        let (point, bytes) = self.waiting.remove(found);
        self.running += 1;
        self.taken += bytes;
        Next::Start { point, bytes, threads: self.threads_for(bytes) }
    }

    /// A point is no longer under way.
    pub fn leave(&mut self, bytes: u64) {
        self.running -= 1;
        self.taken -= bytes;
    }

    /// Nothing is started any more.
    pub fn close(&mut self) {
        self.waiting.clear();
    }

    /// Threads are shared evenly among as many points of this size as there can be at a time.
    fn threads_for(&self, bytes: u64) -> usize {
        let side_by_side = self.memory.map_or(usize::MAX, |memory| (memory / bytes.max(1)) as usize);
        let points = (self.running + self.waiting.len()).min(self.jobs).min(side_by_side).max(1);
        (self.threads / points).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Next, Room};

    fn start(point: usize, bytes: u64, threads: usize) -> Next {
        Next::Start { point, bytes, threads }
    }

    #[test]
    fn small_points_run_side_by_side_on_a_thread_each() {
        let mut room = Room::new(2, 2, Some(100), vec![(0, 10), (1, 10), (2, 10)]);
        assert_eq!([room.next(), room.next(), room.next()], [start(0, 10, 1), start(1, 10, 1), Next::Wait]);
        room.leave(10);
        assert_eq!(room.next(), start(2, 10, 1));
        assert_eq!(room.next(), Next::Done);
    }

    #[test]
    fn a_point_that_fills_the_memory_has_all_threads_and_waits_until_it_fits() {
        let mut room = Room::new(4, 4, Some(100), vec![(0, 60), (1, 90), (2, 30)]);
        assert_eq!([room.next(), room.next(), room.next()], [start(0, 60, 4), start(2, 30, 1), Next::Wait]);
        room.leave(60);
        assert_eq!(room.next(), Next::Wait);
        room.leave(30);
        assert_eq!(room.next(), start(1, 90, 4));
    }

    #[test]
    fn the_last_points_share_the_threads_that_are_left() {
        let mut room = Room::new(8, 8, None, vec![(4, 1), (5, 1)]);
        assert_eq!([room.next(), room.next()], [start(4, 1, 4), start(5, 1, 4)]);
    }

    #[test]
    fn a_point_alone_is_started_though_memory_has_shrunk_and_a_closed_room_starts_none() {
        let mut room = Room::new(2, 2, Some(5), vec![(0, 10), (1, 1)]);
        assert_eq!([room.next(), room.next()], [start(0, 10, 2), Next::Wait]);
        room.close();
        assert_eq!(room.next(), Next::Done);
    }
}
