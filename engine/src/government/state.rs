//! The columns of a government (what each node holds and does) and its course (what lasts beside the columns).

use datasets::scenario::Rounds;
use kernels::spread::{NUMBER, Spread};
use kernels::suite::NONE;
use serde::{Deserialize, Serialize};

use super::claims::words;
use super::constraints::Constraints;
use super::ledger::Ledger;
use super::moves::Moves;
use super::versions::{self, Versions};
use crate::memory::{Column, Kind, fields};
use crate::plans::Needs;

/// Who follows which version of the suite, and where it puts them.
#[derive(Debug)]
pub struct Government {
    /// Which application each node has chosen; missing without a suite.
    pub apps: Option<Column<u8>>,
    /// The version of the suite that each node holds, and whether it is an adversary ([`kernels::spread`]); missing
    /// while all hold the same for ever.
    pub holding: Option<Column<u8>>,
    /// The version by which each node decided last, or [`FOUNDER`]; missing as `holding` is.
    pub acting: Option<Column<u8>>,
    /// The version that each node held when the cycle began, where nodes tell that one and none that they have heard of
    /// since; missing elsewhere.
    pub before: Option<Column<u8>>,
    /// How each node stands to each rule of the suite, an entry a rule: see [`super::monitor`].
    pub streaks: Vec<Column<u8>>,
    /// The versions of the suite.
    pub versions: Versions,
    /// The names of the rules that have a column.
    pub(super) rules: Vec<String>,
    /// What lasts beside the columns and the versions.
    pub course: Course,
    /// A node keeps its application until its rank is off by more than this, in units of 2^-32.
    pub slack: u64,
    /// What nodes have sent of the suite in the cycle under way, as far as it rode along with peer sampling.
    pub(super) sent: Spread,
}

/// In the column `acting`, instead of a version: the node was there before any version was, and has decided by none
/// yet.
pub const FOUNDER: u8 = 1 << 7;

/// What lasts of a government beside its columns and versions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Course {
    /// What has become of the versions.
    pub ledger: Ledger,
    /// What applications must have, and when they did not.
    pub constraints: Constraints,
    /// Whether a version that a rule made found no number: no rule acts any more.
    pub is_exhausted: bool,
    /// Nodes that each application holds.
    pub held: Vec<u64>,
    /// Moves of each application since they were asked for last.
    pub moves: Vec<Moves>,
}

impl Government {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let (plans, apps) = (needs.plans.clone(), needs.plans.apps.len());
        let column = |is_there: bool, name: &str| is_there.then(|| Column::new(Kind::Kept, name));
        Self {
            apps: column(needs.has_suite, "apps").map(|apps| apps.filled(NONE)),
            holding: column(needs.spreads, "versions"),
            acting: column(needs.spreads, "acting"),
            before: (needs.spreads && needs.scenario.spreading.rounds == Rounds::Synchronous)
                .then(|| Column::new(Kind::Scratch, "versions-before")),
            streaks: (0..needs.rules.len()).map(|rule| Column::new(Kind::Kept, format!("rule-{rule}"))).collect(),
            versions: Versions::new(plans, needs.scenario),
            rules: needs.rules.iter().map(|&name| name.to_owned()).collect(),
            course: Course { held: vec![0; apps], moves: vec![Moves::default(); apps], ..Course::default() },
            slack: words(needs.scenario.slicing.steadiness),
            sent: Spread::default(),
        }
    }

    /// The moves of each application since they were taken last.
    pub fn take_moves(&mut self) -> Vec<Moves> {
        self.course.moves.iter_mut().map(std::mem::take).collect()
    }

    /// Counts the moves of each application.
    pub(super) fn count(&mut self, moves: &[Moves]) {
        let Course { moves: sums, held, .. } = &mut self.course;
        for ((sum, held), moves) in sums.iter_mut().zip(held).zip(moves) {
            sum.add(moves);
            *held = *held + moves.joins.iter().sum::<u64>() - moves.leaves.iter().sum::<u64>();
        }
    }

    /// Takes up what lasts where a book has left it; the scenario may know further versions and applications that come
    /// later. Says whether the versions of the book are some of the scenario's, and nodes hold no others. Reads three
    /// bytes a node.
    pub fn take_up(&mut self, (versions, course): (versions::VersionsBook, Course)) -> bool {
        let fits = self.versions.take_up(versions);
        let count = self.versions.plans.versions.len();
        let columns = [&self.holding, &self.acting].into_iter().flatten();
        let most = columns.flat_map(|column| column.iter()).fold(0, |most, version| (version & NUMBER).max(most));
        let fits = fits && usize::from(most) <= count;
        let apps = self.versions.plans.apps.len();
        self.course = course;
        // Counted, and not believed: later cycles add and take away.
        self.course.held = vec![0; apps];
        for &app in self.apps.iter().flat_map(|apps| apps.iter()) {
            if let Some(held) = self.course.held.get_mut(usize::from(app)) {
                *held += 1;
            }
        }
        self.course.moves.resize(apps, Moves::default());
        fits
    }

    /// What lasts beside the columns.
    pub fn book(&self) -> (versions::VersionsBook, Course) {
        let Self {
            apps: _,
            holding: _,
            acting: _,
            before: _,
            streaks: _,
            versions,
            rules: _,
            course,
            slack: _,
            sent: _,
        } = self;
        (versions.book(), course.clone())
    }
}

fields!(Government { apps, holding, acting, before, streaks } but versions, rules, slack, sent, course);
