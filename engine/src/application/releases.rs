//! Releases: the code of each application under each of its numbers, which of them a node is to have, and which it
//! runs.
//!
//! ```text
//! the version by which a node acts names another release than before:
//!     its chunks of the earlier one are dropped, and it fetches; if it runs a release, it goes on running and
//!     serving it
//! it has all chunks: it runs the new release, and serves the old one no more
//! ```
//!
//! A node that runs a release has all of it. So the chunks of what it runs take no bits, and the two sets that it
//! serves during an upgrade are a word and a byte.

use datasets::scenario::{Release, Subcloud, Uplink};
use datasets::suite::{App, Code};
use kernels::code::all;

use crate::memory::{Column, Kind, fields};
use crate::plans::{Needs, Plan};

/// In place of a release: no code.
pub const NO_CODE: u8 = 0;

/// The names of the columns that say which release a node is to have, and which it runs.
pub const UPGRADES: [&str; 2] = ["releases-held", "releases-run"];

/// The releases of all applications.
#[derive(Clone, Debug)]
pub struct Releases {
    subcloud: Subcloud,
    /// The application and the code of each: that of number k is entry k - 1.
    all: Vec<(u8, Code)>,
    /// The release of each application that has but one, or none, in all versions.
    only: Vec<u8>,
    /// Length of a cycle in seconds.
    pub(super) cycle_seconds: f64,
}

/// What every version that has entered says of the applications.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which applications each version has, by its number: a bit each; none of number 0.
    pub apps: Vec<u64>,
    /// The release of each application in each version.
    releases: Vec<Vec<u8>>,
}

impl Wanted {
    /// Which applications a version has.
    #[must_use]
    pub fn apps(&self, version: u8) -> u64 {
        self.apps.get(usize::from(version)).copied().unwrap_or(0)
    }

    /// The release of an application in a version.
    #[must_use]
    pub fn release(&self, version: u8, app: u8) -> u8 {
        let releases = self.releases.get(usize::from(version));
        releases.and_then(|releases| releases.get(usize::from(app))).copied().unwrap_or(NO_CODE)
    }

    /// The number of the newest version that has entered.
    pub(super) fn newest(&self) -> u8 {
        (self.apps.len() - 1) as u8
    }
}

impl Releases {
    /// Those of a scenario.
    pub(super) fn of(needs: &Needs<'_>, subcloud: &Subcloud) -> Self {
        let apps = &needs.plans.apps;
        let number = |name: &String| apps.iter().position(|app| app == name).unwrap_or_default() as u8;
        let releases = needs.scenario.releases();
        let all: Vec<(u8, Code)> = releases.iter().map(|Release { app, code }| (number(app), *code)).collect();
        let mut only = vec![NO_CODE; apps.len()];
        for (release, (app, _)) in (1..).zip(&all) {
            only[usize::from(*app)] = release;
        }
        Self { subcloud: subcloud.clone(), all, only, cycle_seconds: needs.scenario.run.cycle_seconds }
    }

    /// Whether any application has code.
    pub(super) fn are_any(&self) -> bool {
        !self.all.is_empty()
    }

    /// Whether an application may change its code: more than one release, or none in some version.
    pub(super) fn change(&self, needs: &Needs<'_>) -> bool {
        let suites = needs.scenario.versions();
        let mut apps = suites.flat_map(datasets::suite::Suite::apps_ever);
        let only = |app: &App| {
            let number = needs.plans.apps.iter().position(|name| *name == app.name).unwrap_or_default();
            self.only[number]
        };
        self.are_any() && apps.any(|app| self.number(app, &needs.plans.apps) != only(app))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// The code of a release; `None` for no code.
    pub(super) fn code(&self, release: u8) -> Option<&Code> {
        self.all.get(usize::from(release).checked_sub(1)?).map(|(_, code)| code)
    }

    /// All chunks of a release.
    #[must_use]
    pub fn whole(&self, release: u8) -> u64 {
        self.code(release).map_or(0, |code| all(code.chunks))
    }

    /// The releases of an application, by their numbers.
    pub(super) fn of_app(&self, app: usize) -> impl Iterator<Item = u8> {
        (1..).zip(&self.all).filter(move |(_, (of, _))| usize::from(*of) == app).map(|(release, _)| release)
    }

    /// The release of an application whose code never changes.
    pub(super) fn only(&self, app: u8) -> u8 {
        self.only.get(usize::from(app)).copied().unwrap_or(NO_CODE)
    }

    /// The number of the release that a version names for an application.
    fn number(&self, app: &App, names: &[String]) -> u8 {
        let Some(code) = self.subcloud.code_of(app) else { return NO_CODE };
        let is_it = |(of, known): &(u8, Code)| names[usize::from(*of)] == app.name && known.version == code.version;
        self.all.iter().position(is_it).map_or(NO_CODE, |index| index as u8 + 1)
    }

    /// What the versions that have entered say, in their order.
    pub fn wanted<'p>(&self, entered: impl Iterator<Item = &'p Plan>, names: &[String]) -> Wanted {
        let mut wanted = Wanted { apps: vec![0], releases: vec![vec![NO_CODE; names.len()]] };
        for plan in entered {
            let (mut apps, mut releases) = (0, vec![NO_CODE; names.len()]);
            for (step, app) in plan.steps.iter().zip(&plan.version.suite.apps) {
                apps |= 1 << step.app;
                releases[usize::from(step.app)] = self.number(app, names);
            }
            wanted.apps.push(apps);
            wanted.releases.push(releases);
        }
        wanted
    }

    /// What nodes have of them.
    pub(super) fn having<'a>(&'a self, upgrades: Option<&'a Upgrades>) -> Having<'a> {
        Having { releases: self, upgrades: upgrades.map(|Upgrades { held, run }| [&**held, &**run]) }
    }

    /// How fast nodes send code, if there is a limit.
    pub(super) fn uplink(&self) -> Option<Uplink> {
        self.subcloud.uplink
    }
}

/// Which release each node is to have, and which it runs: two bytes a node, where code may change during the run.
#[derive(Debug)]
pub struct Upgrades {
    /// The release whose chunks a node holds.
    pub held: Column<u8>,
    /// The release that a node runs.
    pub run: Column<u8>,
}

impl Upgrades {
    /// The columns.
    pub(super) fn declare() -> Self {
        let [held, run] = UPGRADES.map(|name| Column::new(Kind::Kept, name));
        Self { held, run }
    }
}

/// The releases of some nodes side by side.
#[derive(Clone, Copy, Debug)]
pub struct Having<'a> {
    /// All releases.
    pub releases: &'a Releases,
    /// The release whose chunks each node holds, and the one that it runs; missing where code never changes.
    pub upgrades: Option<[&'a [u8]; 2]>,
}

impl Having<'_> {
    /// The release whose chunks a node holds, which is in an application.
    #[must_use]
    pub fn held(&self, node: usize, app: u8) -> u8 {
        self.upgrades.map_or_else(|| self.releases.only(app), |[held, _]| held[node])
    }

    /// The release that a node runs beside that, and has all of.
    #[must_use]
    pub fn beside(&self, node: usize) -> u8 {
        self.upgrades.map_or(NO_CODE, |[held, run]| if run[node] == held[node] { NO_CODE } else { run[node] })
    }
}

/// What one node has of code, to be changed.
#[derive(Debug, Default)]
pub(super) struct Own<'a> {
    /// Its chunks.
    pub chunks: Option<&'a mut u64>,
    /// The release of which they are, and the one that it runs.
    pub upgrades: Option<[&'a mut u8; 2]>,
}

impl Own<'_> {
    /// It has nothing, and is to have a release.
    pub fn begin(self, release: u8) {
        self.chunks.into_iter().for_each(|chunks| *chunks = 0);
        if let Some([held, run]) = self.upgrades {
            (*held, *run) = (release, NO_CODE);
        }
    }

    /// It has all of a release, and runs it.
    pub fn have(self, releases: &Releases, release: u8) {
        self.chunks.into_iter().for_each(|chunks| *chunks = releases.whole(release));
        if let Some([held, run]) = self.upgrades {
            (*held, *run) = (release, release);
        }
    }

    /// It is to have a release: what it holds of another one goes, but for what it runs.
    pub fn want(self, releases: &Releases, release: u8) {
        let (Some(chunks), Some([held, run])) = (self.chunks, self.upgrades) else { return };
        if *held != release {
            *chunks = if *run == release { releases.whole(release) } else { 0 };
            *held = release;
        }
    }
}

/// What nodes have of code: their chunks, and of which release these are and which they run.
pub(super) type Parts<'a> = (Option<&'a mut [u64]>, Option<(&'a mut [u8], &'a mut [u8])>);

/// What all nodes have.
pub(super) fn parts<'a>(held: &'a mut Option<Column<u64>>, upgrades: &'a mut Option<Upgrades>) -> Parts<'a> {
    (held.as_deref_mut(), upgrades.as_mut().map(|Upgrades { held, run }| (&mut **held, &mut **run)))
}

/// What one of them has.
pub(super) fn own<'b>((chunks, upgrades): &'b mut Parts<'_>, node: usize) -> Own<'b> {
    Own {
        chunks: chunks.as_mut().map(|chunks| &mut chunks[node]),
        upgrades: upgrades.as_mut().map(|(held, run)| [&mut held[node], &mut run[node]]),
    }
}

fields!(Upgrades { held, run });
