//! The scenario of every point.

use std::collections::BTreeMap;
use std::path::Path;

use super::settings::{Setting, Settings};
use super::values::Assignment;
use super::warm::WarmUp;
use super::{Point, raw, seed};
use crate::error::{Error, Kind};
use crate::scenario::{self, Fork, Scenario};
use crate::written::{Check, read_text};

impl Check<'_, '_> {
    /// Reads the scenario of every point, and that of their common beginning.
    pub(super) fn points(
        &self,
        raw: &raw::Sweep,
        settings: &Settings,
        replicates: u32,
    ) -> Result<(Vec<Point>, Option<WarmUp>), Error> {
        let written = &raw.scenario;
        let path = self.document.path.parent().unwrap_or(Path::new("")).join(written.as_str());
        let text = read_text(&path, "scenario").map_err(|error| match error.kind() {
            Kind::Unreadable => {
                let message = format!("`scenario` is {:?}: {}", written.as_str(), error.message());
                self.refuse(written.span(), message, "give the path of a scenario, relative to this file")
            }
            _ => error,
        })?;
        let base = || self.scenario(&path, &text, &settings.same, &Setting::new());
        let warm_up = raw.warm_up.as_ref().map(|cycles| self.warm_up(cycles, base()?)).transpose()?;
        let forks = warm_up.as_ref().map(|beginning| beginning.forks(replicates)).unwrap_or_default();
        let mut points = Vec::new();
        let mut known = BTreeMap::new();
        for setting in &settings.varied {
            let scenario = self.scenario(&path, &text, &settings.same, setting)?;
            if let Some(beginning) = &warm_up {
                self.begins_with(beginning, &scenario, setting)?;
            }
            let number = points.len() as u32 / replicates;
            let hash = scenario.hash();
            match known.get(&hash) {
                // A value that the scenario has anyhow is its setting 0.
                Some(0) if settings.is_one_at_a_time => continue,
                Some(&other) => return Err(self.twice(other, number, setting)),
                None => known.insert(hash, number),
            };
            for replicate in 0..replicates {
                let fork = forks.get(replicate as usize).cloned();
                points.push(point(points.len() as u32, (number, replicate), &scenario, (setting, fork)));
            }
        }
        Ok((points, warm_up.map(|beginning| beginning.warm_up)))
    }

    /// The scenario of a setting.
    fn scenario(&self, path: &Path, text: &str, same: &[Assignment], setting: &Setting) -> Result<Scenario, Error> {
        let all = || same.iter().chain(setting.iter().map(AsRef::as_ref));
        let overrides: Vec<_> = all().map(|value| (value.key.clone(), value.text.clone())).collect();
        scenario::parse(path, text, &overrides).map_err(|error| {
            // What the sweep brought in is at fault in the sweep; anything else in the scenario.
            let Some(set) = error.set() else { return self.told(error, setting) };
            let Some(value) = all().find(|value| format!("{}={}", value.key, value.text) == set) else { return error };
            let again = self.document.error(error.kind(), value.span.clone(), error.message());
            let again = again.keyed(error.key().unwrap_or(&value.key));
            again.helped(error.help().unwrap_or("correct the value"))
        })
    }

    /// An error in the scenario, with what the sweep sets there.
    fn told(&self, error: Error, setting: &Setting) -> Error {
        if setting.is_empty() {
            return error;
        }
        let values: Vec<String> = setting.iter().map(|value| format!("{} = {}", value.key, value.text)).collect();
        let help = error.help().map_or_else(String::new, |help| format!("{help}; "));
        let sweep = self.document.path.display();
        error.helped(format!("{help}the sweep {sweep} sets {} there", values.join(", ")))
    }

    fn twice(&self, one: u32, other: u32, setting: &Setting) -> Error {
        let message = format!("settings {one} and {other} are the same scenario: the values make no difference");
        let help = "leave out what is there twice, and keys that mean nothing in this scenario";
        self.refuse(setting.last().map_or(0..0, |value| value.span.clone()), message, help)
    }
}

fn point(
    number: u32,
    (setting, replicate): (u32, u32),
    scenario: &Scenario,
    (values, fork): (&Setting, Option<Fork>),
) -> Point {
    let mut scenario = Scenario { fork, ..scenario.clone() };
    scenario.run.seed = seed(scenario.run.seed, replicate);
    let params = values.iter().map(|value| value.param.clone()).collect();
    Point { number, setting, replicate, params, hash: scenario.hash(), scenario }
}
