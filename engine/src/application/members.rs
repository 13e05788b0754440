//! Members: who has come to an application or left it, and whom those in its overlay may call.
//!
//! Streams over the records of contacts: 4 bytes and 5 a contact read, of a node that moves also written; five bytes a
//! node of columns read, and four written.

use datasets::scenario::ContactsProtocol;
use kernels::contacts::{self, Header, of_app, retain};
use kernels::spread::NUMBER;
use kernels::suite::NONE;
use kernels::views::{FORGET_CYCLES, NOBODY, OLDEST, View};
use rayon::prelude::*;

use super::releases::{NO_CODE, Wanted, own, parts};
use super::state::{ALONE, Applications, Counts, RUNNING, Seed, WAITING};
use crate::memory::{Mask, Records, STRIDE, strides};
use crate::overlay::MUST;
use crate::population::Changes;
use crate::schedule::Cycle;
use crate::schedule::purpose::CALLS;

/// What nodes have decided.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The application that each has chosen.
    pub apps: &'a [u8],
    /// The version by which each acts; missing where all act by the first one for ever.
    pub acting: Option<&'a [u8]>,
    /// Which of them live.
    pub alive: Mask<'a>,
    /// What each version says of applications.
    pub wanted: &'a Wanted,
}

/// Members of each application.
pub(super) type Pools = Vec<Vec<u32>>;

impl Applications {
    /// Whether nodes tell each other their contacts.
    pub(super) fn is_gossiping(&self) -> bool {
        self.subcloud.contacts.protocol == ContactsProtocol::Gossip
    }

    /// Nodes have decided: a node that is in another application than before begins there, and members choose whom they
    /// may call. A seed whose version no longer has its application is none any more. Returns who waits, ascending.
    pub fn turn(&mut self, who: Who<'_>, cycle: Cycle) -> Vec<u32> {
        let pools = (!self.is_gossiping()).then(|| self.pools());
        let shape = self.shape;
        let all_apps = u64::MAX.checked_shr(u64::BITS - shape.apps as u32).unwrap_or(0);
        let seeds = &self.course.seeds;
        let entries = self.overlay.sampling.view as usize;
        let views = self.overlay.records();
        let contacts = Records { cells: shape.words(), state: &mut self.contacts };
        let releases = &self.releases;
        let kept = ((&mut *self.phases, &mut *self.places), parts(&mut self.held, &mut self.upgrades));
        let own_columns = (kept, (contacts, (views, &mut *self.calls)));
        let now = cycle.number;
        let stream = cycle.stream(CALLS);
        let must = (self.subcloud.contacts.share * 2_f64.powi(32)).round() as u64;
        let found = strides((own_columns, (who.apps, (who.acting, who.alive))), |first, (columns, deciding)| {
            let (((phases, places), mut code), (mut contacts, (mut views, calls))) = columns;
            let (apps, (acting, alive)) = deciding;
            let mut stride = Stride { leaves: vec![0; shape.apps], waiting: Vec::new() };
            let mut words = [[0; STRIDE]; 2];
            for (draw, words) in (0..).zip(&mut words) {
                stream.fill(&mut words[..apps.len()], first as u32, draw);
            }
            let mut seeds = seeds[seeds.partition_point(|seed| (seed.node as usize) < first)..].iter().peekable();
            for k in 0..apps.len() {
                let node = (first + k) as u32;
                let record = contacts.row(k);
                let before = Header::of(record);
                let mut header = before;
                let lives = alive.holds(k);
                header.version = if lives { acting.map_or(1, |acting| acting[k] & NUMBER) } else { 0 };
                let decreed = seeds.next_if(|seed| seed.node == node).filter(|seed| holds(seed, &who, header.version));
                let app = decreed.map_or(apps[k], |seed| seed.app);
                let release = match who.wanted.release(header.version, app) {
                    NO_CODE => decreed.filter(|seed| header.version < seed.version).map_or(NO_CODE, |it| it.release),
                    release => release,
                };
                let lost = all_apps & !who.wanted.apps(header.version);
                if lost != 0 {
                    (0..shape.apps).filter(|app| lost >> app & 1 == 1).for_each(|app| drop_all(record, shape, app));
                }
                if now.is_multiple_of(FORGET_CYCLES) {
                    let is_young = |_: u32, stamp| contacts::age(now as u8, stamp) < OLDEST;
                    (0..shape.apps).for_each(|app| retain(record, shape, app, is_young));
                }
                if app != before.app {
                    if matches!(phases[k], RUNNING | ALONE) {
                        stride.leaves[usize::from(before.app)] += 1;
                    }
                    header = Header { app, since: now as u16, is_published: false, ..header };
                    phases[k] = if app == NONE { 0 } else { WAITING };
                    places[k] = NONE;
                    own(&mut code, k).begin(release);
                    if let Some(views) = &mut views {
                        View::of(views.row(k), entries).fill(std::iter::empty());
                    }
                }
                own(&mut code, k).want(releases, release);
                if header != before {
                    header.write(record);
                }
                calls[k] = NOBODY;
                if places[k] != NONE {
                    let contact = match &pools {
                        None => known(of_app(record, shape, app.into()).0, words[0][k]),
                        Some(pools) => known(&pools[usize::from(app)], words[0][k]),
                    };
                    let is_called = u64::from(words[1][k]) < must;
                    calls[k] = match contact {
                        NOBODY => NOBODY,
                        contact if contact == node => NOBODY,
                        contact => contact | if is_called { MUST } else { 0 },
                    };
                } else if phases[k] == WAITING || phases[k] == ALONE {
                    stride.waiting.push(node);
                }
            }
            stride
        });
        let mut waiting = Vec::new();
        for stride in found {
            self.course.counts.iter_mut().zip(stride.leaves).for_each(|(counts, leaves)| counts.leave_calls += leaves);
            waiting.extend(stride.waiting);
        }
        let Self { course, contacts, .. } = self;
        let version = |node: u32| Header::of(&contacts[node as usize * shape.words()..]).version;
        course.seeds.retain(|seed| holds(seed, &who, version(seed.node)));
        waiting
    }

    /// Nodes have left, or have come: each begins anew. Touches their rows alone.
    pub fn leave(&mut self, changes: &Changes, is_crash: bool) {
        let (shape, apps) = (self.shape, self.shape.apps);
        let entries = self.overlay.sampling.view as usize;
        let views = self.overlay.records();
        let contacts = Records { cells: shape.words(), state: &mut self.contacts };
        let kept = ((&mut *self.phases, &mut *self.places), parts(&mut self.held, &mut self.upgrades));
        let found = strides((kept, (contacts, views)), |first, (kept, (mut contacts, mut views))| {
            let ((phases, places), mut code) = kept;
            let mut counts = vec![Counts::default(); apps];
            for (_, k) in changes.within(first) {
                let record = contacts.row(k);
                let header = Header::of(record);
                if let (RUNNING | ALONE, Some(counts)) = (phases[k], counts.get_mut(usize::from(header.app))) {
                    *(if is_crash { &mut counts.crashed } else { &mut counts.leave_calls }) += 1;
                }
                (phases[k], places[k]) = (0, NONE);
                own(&mut code, k).begin(NO_CODE);
                Header::NOBODY.write(record);
                contacts::clear(record, shape);
                if let Some(views) = &mut views {
                    View::of(views.row(k), entries).fill(std::iter::empty());
                }
            }
            counts
        });
        for counts in found {
            self.course.counts.iter_mut().zip(&counts).for_each(|(sum, counts)| sum.add(counts));
        }
        let seeds = &mut self.course.seeds;
        if !seeds.is_empty() {
            let gone: Vec<u32> = changes.all().map(|change| change.node).collect();
            seeds.retain(|seed| gone.binary_search(&seed.node).is_err());
        }
    }

    /// The application that a node belongs to, or [`NONE`], and what it is there: a phase.
    pub fn membership(&self, node: usize) -> (u8, u8) {
        let record = &self.contacts[node * self.shape.words()..];
        (Header::of(record).app, self.phases[node])
    }

    /// The members in the overlay of each application, ascending. Reads a byte a node.
    pub(super) fn pools(&self) -> Pools {
        let parts: Vec<Pools> = self
            .places
            .par_chunks(STRIDE)
            .enumerate()
            .map(|(stride, places)| {
                let mut pools = vec![Vec::new(); self.shape.apps];
                for (node, &place) in ((stride * STRIDE) as u32..).zip(places) {
                    if let Some(pool) = pools.get_mut(usize::from(place)) {
                        pool.push(node);
                    }
                }
                pools
            })
            .collect();
        let mut pools: Pools = vec![Vec::new(); self.shape.apps];
        for part in parts {
            pools.iter_mut().zip(part).for_each(|(pool, mut more)| pool.append(&mut more));
        }
        pools
    }
}

/// What a pass over a stride finds.
struct Stride {
    /// Running members that have left each application.
    leaves: Vec<u64>,
    waiting: Vec<u32>,
}

/// Whether a seed holds its application still: until it acts by a version that has it not, and knew of it.
fn holds(seed: &Seed, who: &Who<'_>, version: u8) -> bool {
    version < seed.version || who.wanted.apps(version) >> seed.app & 1 == 1
}

/// A record forgets whom it knows in an application.
fn drop_all(record: &mut [u32], shape: contacts::Shape, app: usize) {
    let (addresses, _) = contacts::of_app_mut(record, shape, app);
    if addresses[0] != NOBODY {
        addresses.fill(NOBODY);
    }
}

/// One of those known, by a random word; [`NOBODY`] if there are none.
pub(super) fn known(addresses: &[u32], word: u32) -> u32 {
    let count = addresses.iter().position(|&address| address == NOBODY).unwrap_or(addresses.len());
    let place = (u64::from(word) * count as u64) >> 32;
    addresses.get(place as usize).copied().unwrap_or(NOBODY)
}
