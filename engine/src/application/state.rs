//! The columns of what happens inside applications, and its course.
//!
//! A node has two bytes, its contacts (4 bytes, and 5 for each of them, rounded up to words), its view of its
//! application (as at the level of the cloud), eight bytes of code, two more where code changes during the run, and
//! eight bytes of room.

use std::collections::BTreeMap;

use datasets::scenario::Subcloud;
use kernels::contacts::{Header, Shape, clear, of_app, of_app_mut};
use kernels::suite::NONE;
use kernels::views::NOBODY;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::releases::{Having, NO_CODE, Own, Releases, UPGRADES, Upgrades, own, parts};
use crate::error::Error;
use crate::memory::{Column, Kind, fields};
use crate::overlay::Overlay;
use crate::plans::Needs;

/// The name of the column of contacts.
pub const CONTACTS: &str = "contacts";
/// The name of the column of chunks.
pub const CODE: &str = "code";

/// A phase ([`super`]): the node belongs to an application, and is not in its overlay.
pub const WAITING: u8 = 1;
/// A phase: the node is in the overlay of its application, and lacks some of its code.
pub const FETCHING: u8 = 2;
/// A phase: the application's `join` method has been called.
pub const RUNNING: u8 = 3;
/// A phase: the node runs its application, and knows nobody in it any more.
pub const ALONE: u8 = 4;

/// What happens inside applications.
#[derive(Debug)]
pub struct Applications {
    /// What the scenario says of it.
    pub subcloud: Subcloud,
    /// How many contacts a node keeps.
    pub shape: Shape,
    /// The phase of each node.
    pub phases: Column<u8>,
    /// The application in whose overlay each node is, [`NONE`] for none.
    pub places: Column<u8>,
    /// Whom each node knows in each application, and what it says of itself ([`kernels::contacts`]).
    pub contacts: Column<u32>,
    /// The overlays of all applications: a view a node, since it is in one.
    pub overlay: Overlay,
    /// Whom each node has met in a pass.
    pub(super) met: Column<u32>,
    /// A contact that each member may call in the cycle under way ([`crate::overlay::Groups`]).
    pub(super) calls: Column<u32>,
    /// The code of all applications.
    pub releases: Releases,
    /// Which chunks of its application's code each node holds, a bit each; missing if there is no code.
    pub held: Option<Column<u64>>,
    /// Of which release these chunks are, and which one each node runs; missing if code never changes.
    pub upgrades: Option<Upgrades>,
    /// What lasts beside the columns.
    pub course: Course,
}

/// What lasts beside the columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Course {
    /// Who holds an application by decree, ascending by node.
    pub seeds: Vec<Seed>,
    /// What has happened in each application since the last row.
    pub counts: Vec<Counts>,
    /// What was sent of each release since the last row.
    pub sent: Vec<CodeCounts>,
}

/// A node that holds an application by decree, as long as it lives and its version has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    /// The node.
    pub node: u32,
    /// The application.
    pub app: u8,
    /// The number of the version that brought it: the node may hold an older one for a while.
    pub version: u8,
    /// The release of which it is a seed.
    pub release: u8,
    /// How often each chunk of that release which it has sent has arrived; nothing before one has.
    pub sent: Vec<u32>,
}

/// What members have sent each other of code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeCounts {
    /// Exchanges.
    pub exchanges: u64,
    /// Those in which nothing moved.
    pub useless: u64,
    /// Chunks sent.
    pub sent: u64,
    /// Those that seeds sent.
    pub by_seeds: u64,
    /// Messages by which a member said which chunks it has.
    pub digests: u64,
}

impl CodeCounts {
    /// Adds those of others.
    pub fn add(&mut self, other: &Self) {
        let Self { exchanges, useless, sent, by_seeds, digests } = other;
        self.exchanges += exchanges;
        self.useless += useless;
        self.sent += sent;
        self.by_seeds += by_seeds;
        self.digests += digests;
    }
}

/// What has happened in an application since the last row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Calls of `join`.
    pub join_calls: u64,
    /// Calls of `leave`.
    pub leave_calls: u64,
    /// Members that crashed while they ran.
    pub crashed: u64,
    /// Nodes that entered the overlay, by the cycles that they had waited.
    pub waits: BTreeMap<u16, u64>,
    /// Nodes that began to run it, by the cycles since they were assigned.
    pub starts: BTreeMap<u16, u64>,
    /// Contacts that those tried who entered.
    pub tries: u64,
    /// Nodes that a contact sent away, since it had let in as many as it does in a cycle.
    pub busy: u64,
    /// Nodes that ran it and changed to another release.
    pub upgrades: u64,
}

impl Counts {
    /// Adds those of others.
    pub fn add(&mut self, other: &Self) {
        let Self { join_calls, leave_calls, crashed, waits, starts, tries, busy, upgrades } = other;
        self.join_calls += join_calls;
        self.leave_calls += leave_calls;
        self.crashed += crashed;
        self.tries += tries;
        self.busy += busy;
        self.upgrades += upgrades;
        for (all, more) in [(&mut self.waits, waits), (&mut self.starts, starts)] {
            for (&cycles, count) in more {
                *all.entry(cycles).or_default() += count;
            }
        }
    }
}

impl Applications {
    /// The columns that a scenario needs, if its applications get anything inside.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Option<Self> {
        let subcloud = needs.scenario.subcloud.clone()?;
        let apps = needs.plans.apps.len();
        let shape = Shape { keep: subcloud.contacts.keep as usize, apps };
        let releases = Releases::of(needs, &subcloud);
        Some(Self {
            shape,
            phases: Column::new(Kind::Kept, "phases"),
            places: Column::new(Kind::Kept, "places").filled(NONE),
            contacts: Column::new(Kind::Kept, CONTACTS).of_cells(shape.words()),
            overlay: Overlay::inside(&subcloud.sampling),
            met: Column::new(Kind::Scratch, "met"),
            calls: Column::new(Kind::Scratch, "calls"),
            held: releases.are_any().then(|| Column::new(Kind::Kept, CODE)),
            upgrades: releases.change(needs).then(Upgrades::declare),
            course: Course {
                seeds: Vec::new(),
                counts: vec![Counts::default(); apps],
                sent: vec![CodeCounts::default(); releases.count()],
            },
            releases,
            subcloud,
        })
    }

    /// The contacts of an application that a node knows, the youngest first; `None` if nodes do not tell each other
    /// any.
    #[must_use]
    pub fn contacts_of(&self, node: u32, app: u8) -> Option<&[u32]> {
        let (contacts, _) = of_app(self.record(node), self.shape, app.into());
        let known = contacts.iter().take_while(|contact| **contact != NOBODY).count();
        self.is_gossiping().then(|| &contacts[..known])
    }

    /// Whether a node runs its application.
    #[must_use]
    pub fn is_running(&self, node: u32) -> bool {
        [RUNNING, ALONE].contains(&self.phases[node as usize])
    }

    /// What a node says of itself, and whom it knows.
    pub(super) fn record(&self, node: u32) -> &[u32] {
        &self.contacts[node as usize * self.shape.words()..][..self.shape.words()]
    }

    /// The same, to be changed.
    pub(super) fn record_mut(&mut self, node: u32) -> &mut [u32] {
        let cells = self.shape.words();
        &mut self.contacts[node as usize * cells..][..cells]
    }

    /// Whether a node holds its application by decree.
    pub(super) fn is_seed(&self, node: u32) -> bool {
        self.course.seeds.binary_search_by_key(&node, |seed| seed.node).is_ok()
    }

    /// What has happened in each application, and what was sent of each release, since this was asked last.
    pub fn take_counts(&mut self) -> (Vec<Counts>, Vec<CodeCounts>) {
        let Course { counts, sent, .. } = &mut self.course;
        (counts.iter_mut().map(std::mem::take).collect(), sent.iter_mut().map(std::mem::take).collect())
    }

    /// What nodes have of code.
    #[must_use]
    pub fn having(&self) -> Having<'_> {
        self.releases.having(self.upgrades.as_ref())
    }

    /// What a node has of code, to be changed by `change`.
    pub(super) fn change_code(&mut self, node: usize, change: impl FnOnce(Own<'_>, &Releases)) {
        let Self { held, upgrades, releases, .. } = self;
        change(own(&mut parts(held, upgrades), node), releases);
    }

    /// Nodes hold and run the release that their application had when there were so many: what the columns say of a
    /// state from before code could change.
    fn grow_upgrades(&mut self, known: usize) {
        let Self { upgrades, releases, contacts, shape, phases, .. } = self;
        let Some(Upgrades { held, run }) = upgrades else { return };
        let before = |app: usize| releases.of_app(app).find(|&release| usize::from(release) <= known);
        let before: Vec<u8> = (0..shape.apps).map(|app| before(app).unwrap_or(NO_CODE)).collect();
        for (node, record) in contacts.chunks_exact(shape.words()).enumerate() {
            let release = before.get(usize::from(Header::of(record).app)).copied().unwrap_or(NO_CODE);
            held[node] = release;
            run[node] = if phases[node] >= RUNNING { release } else { NO_CODE };
        }
    }

    /// Takes up the contacts of nodes that knew of the first so many applications, which `fill` has by the name of
    /// their column: they know nobody in the others yet.
    ///
    /// Says whether `fill` has that column.
    ///
    /// # Errors
    /// If there is no room for both, or `fill` fails.
    pub fn take_contacts(
        &mut self,
        apps: usize,
        nodes: usize,
        fill: impl Fn(&str, &mut [u8]) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let (before, shape) = (Shape { apps, ..self.shape }, self.shape);
        let no_room = |source| {
            let bytes = (nodes * before.words() * size_of::<u32>()) as u64;
            Error::Column { column: CONTACTS.to_owned(), bytes, source }
        };
        let mut known = Column::<u32>::anonymous(nodes * before.words()).map_err(no_room)?;
        if !fill(CONTACTS, bytemuck::cast_slice_mut(&mut known))? {
            return Ok(false);
        }
        let records = self.contacts.par_chunks_mut(shape.words()).zip(known.par_chunks(before.words()));
        records.for_each(|(record, known)| {
            Header::of(known).write(record);
            clear(record, shape);
            for app in 0..apps {
                let (addresses, stamps) = of_app_mut(record, shape, app);
                let (old_addresses, old_stamps) = of_app(known, before, app);
                addresses.copy_from_slice(old_addresses);
                stamps.copy_from_slice(old_stamps);
            }
        });
        Ok(true)
    }

    /// Takes up what lasts where a book has left it; the scenario may know further applications, and further code. Says
    /// whether it is of this scenario's nodes and applications. `missing` are the columns that were not saved.
    pub fn take_up(&mut self, course: Course, nodes: usize, missing: &[String]) -> bool {
        let apps = self.shape.apps;
        let releases = self.releases.count();
        let is_ours = |seed: &Seed| {
            (seed.node as usize) < nodes && usize::from(seed.app) < apps && usize::from(seed.release) <= releases
        };
        let fits = course.counts.len() <= apps
            && course.sent.len() <= releases
            && course.seeds.iter().all(is_ours)
            && course.seeds.is_sorted_by(|one, next| one.node < next.node);
        if UPGRADES.iter().any(|name| missing.iter().any(|missing| missing == name)) {
            self.grow_upgrades(course.sent.len());
        }
        self.course = course;
        self.course.counts.resize(apps, Counts::default());
        self.course.sent.resize(releases, CodeCounts::default());
        fits
    }
}

fields!(Applications {
    phases, places, contacts, overlay, held, upgrades, met, calls
} but subcloud, shape, releases, course);
