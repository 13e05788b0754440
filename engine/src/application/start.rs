//! What nodes know inside applications when a run begins.
//!
//! Writes every record once.

use datasets::scenario::Opening;
use kernels::contacts::{self, Header, of_app_mut};
use kernels::spread::NUMBER;
use kernels::suite::NONE;
use kernels::views::{NOBODY, View, Words};

use super::members::Who;
use super::releases::{own, parts};
use super::state::{Applications, RUNNING, WAITING};
use crate::memory::{Records, strides};
use crate::schedule::Cycle;
use crate::schedule::purpose::{SETTLED, for_life};

impl Applications {
    /// The nodes of a new cloud have decided by the first version, if there is one: who belongs to an application runs
    /// it, and knows random members; or all wait but the seeds, which `may` be any of some nodes.
    pub fn birth(&mut self, who: Who<'_>, seed: u64, may: impl Fn(usize) -> bool + Sync, cycle: Cycle) {
        self.empty();
        let is_launched = self.subcloud.start == Opening::Launch;
        if !is_launched {
            self.places.copy_from_slice(who.apps);
        }
        let pools = self.pools();
        let (shape, entries) = (self.shape, self.overlay.sampling.view as usize);
        let views = self.overlay.records();
        let contacts = Records { cells: shape.words(), state: &mut self.contacts };
        let is_gossiping = self.subcloud.contacts.protocol == datasets::scenario::ContactsProtocol::Gossip;
        let stream = for_life(seed, SETTLED);
        let releases = &self.releases;
        let kept = (&mut *self.phases, parts(&mut self.held, &mut self.upgrades));
        let columns = (kept, (contacts, views));
        strides((columns, (who.apps, (who.acting, who.alive))), |first, (columns, (apps, (acting, alive)))| {
            let ((phases, mut code), (mut contacts, mut views)) = columns;
            for k in 0..apps.len() {
                let (node, app) = ((first + k) as u32, apps[k]);
                if !alive.holds(k) {
                    continue;
                }
                let record = contacts.row(k);
                let version = acting.map_or(1, |acting| acting[k] & NUMBER);
                Header { app, version, since: 0, is_published: app != NONE && !is_launched }.write(record);
                if is_launched {
                    own(&mut code, k).begin(who.wanted.release(version, app));
                    phases[k] = if app == NONE { 0 } else { WAITING };
                    continue;
                }
                let mut words = Words::new(stream, node);
                for app in (0..shape.apps).filter(|app| is_gossiping && who.wanted.apps(version) >> app & 1 == 1) {
                    let (addresses, stamps) = of_app_mut(record, shape, app);
                    stamps.fill(0);
                    addresses
                        .iter_mut()
                        .zip(others(&pools[app], node, shape.keep, &mut words))
                        .for_each(|(address, other)| *address = other);
                }
                if app == NONE {
                    continue;
                }
                phases[k] = RUNNING;
                own(&mut code, k).have(releases, who.wanted.release(version, app));
                if let Some(views) = &mut views {
                    let others = others(&pools[usize::from(app)], node, entries, &mut words);
                    View::of(views.row(k), entries).fill(others.into_iter().map(|other| (other, 0)));
                }
            }
        });
        if is_launched {
            self.seed(who, (1, &[]), may, cycle);
        }
    }

    /// Nobody is in any application, or knows anybody there.
    fn empty(&mut self) {
        let (shape, entries) = (self.shape, self.overlay.sampling.view as usize);
        let views = self.overlay.records();
        let contacts = Records { cells: shape.words(), state: &mut self.contacts };
        strides((contacts, views), |_, (contacts, views)| {
            for record in contacts.state.chunks_exact_mut(contacts.cells) {
                Header::NOBODY.write(record);
                contacts::clear(record, shape);
            }
            if let Some(views) = views {
                let records = views.state.chunks_exact_mut(views.cells);
                records.for_each(|record| View::of(record, entries).fill(std::iter::empty()));
            }
        });
    }
}

/// Random ones of a pool but a node itself, at most so many, none twice.
fn others(pool: &[u32], node: u32, wanted: usize, words: &mut Words) -> Vec<u32> {
    let mut chosen = Vec::with_capacity(wanted);
    if pool.len() <= 2 * wanted {
        // Few are found in turn: a random order of all of them.
        let mut rest: Vec<u32> = pool.iter().copied().filter(|&other| other != node).collect();
        while chosen.len() < wanted && !rest.is_empty() {
            chosen.push(rest.swap_remove(words.below(rest.len())));
        }
        return chosen;
    }
    while chosen.len() < wanted {
        let other = pool.get(words.below(pool.len())).copied().unwrap_or(NOBODY);
        if other != node && !chosen.contains(&other) {
            chosen.push(other);
        }
    }
    chosen
}
