//! A sweep that grows: points which a directory holds keep their numbers, and new ones come after them.
//!
//! A point is its run: the same scenario with the same seed has the same `run_id`, wherever a sweep has it. The numbers
//! of a point, its setting and its replicate stand in its tables, so that whoever adds values to the middle of a grid
//! must not change them.

use std::collections::BTreeMap;

use super::{Point, Sweep};
use crate::record::{PointRecord, SweepRecord, run_id};

impl Point {
    /// What `sweep.json` says of the point.
    #[must_use]
    pub fn record(&self) -> PointRecord {
        PointRecord {
            point: self.number,
            setting: self.setting,
            replicate: self.replicate,
            seed: self.scenario.run.seed,
            run_id: run_id(&self.scenario, &self.hash),
            params: self.params.iter().map(|param| (param.key.clone(), param.value.clone().into())).collect(),
        }
    }
}

impl Sweep {
    /// The sweep with the numbers that a directory has, of which `found` is the record: points that are there keep
    /// theirs, and so do their settings; all others follow in the order of the sweep.
    ///
    /// A sweep that lacks one of those points, or has other values there, is another one, and stays as it is.
    #[must_use]
    pub fn numbered_as(self, found: &SweepRecord) -> Sweep {
        match self.numbers(found) {
            Some(numbers) => self.renumbered(numbers),
            None => self,
        }
    }

    /// The number of the point and of the setting for each point of the sweep; `None` if this is another sweep.
    fn numbers(&self, found: &SweepRecord) -> Option<Vec<(u32, u32)>> {
        let known: BTreeMap<&str, &PointRecord> =
            found.points.iter().map(|point| (point.run_id.as_str(), point)).collect();
        let is_numbered = (0..).zip(&found.points).all(|(number, point)| point.point == number);
        if !is_numbered || known.len() != found.points.len() || found.is_one_at_a_time != self.is_one_at_a_time {
            return None;
        }
        let own: Vec<PointRecord> = self.points.iter().map(Point::record).collect();
        let old: Vec<Option<&PointRecord>> =
            own.iter().map(|point| known.get(point.run_id.as_str()).copied()).collect();
        // Settings of the sweep, by the numbers that the directory has for them.
        let mut settings = BTreeMap::new();
        for (own, old) in own.iter().zip(&old) {
            let Some(old) = old else { continue };
            let is_same = own.replicate == old.replicate && own.params == old.params;
            if !is_same || *settings.entry(own.setting).or_insert(old.setting) != old.setting {
                return None;
            }
        }
        if old.iter().flatten().count() != found.points.len() {
            return None;
        }
        let mut next_setting = found.points.iter().map(|point| point.setting + 1).max().unwrap_or(0);
        let mut next = found.points.len() as u32;
        let after = |next: &mut u32| {
            *next += 1;
            *next - 1
        };
        let numbers = own.iter().zip(old).map(|(own, old)| {
            let setting = *settings.entry(own.setting).or_insert_with(|| after(&mut next_setting));
            (old.map_or_else(|| after(&mut next), |old| old.point), setting)
        });
        Some(numbers.collect())
    }

    fn renumbered(mut self, numbers: Vec<(u32, u32)>) -> Sweep {
        for (point, (number, setting)) in self.points.iter_mut().zip(numbers) {
            (point.number, point.setting) = (number, setting);
        }
        self.points.sort_by_key(|point| point.number);
        self
    }
}

impl SweepRecord {
    /// Whether a sweep is the same as the one of a directory, but for points that come after those.
    #[must_use]
    pub fn extends(&self, found: &SweepRecord) -> bool {
        let (old, all) = (found.points.len(), self.points.len());
        self.is_one_at_a_time == found.is_one_at_a_time && 0 < old && old < all && self.points[..old] == found.points
    }
}
