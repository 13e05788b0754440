//! How the nodes of a class come and go, and the trace by which all do.

use crate::error::Error;
use crate::fleet::{Distribution, date, parts};
use crate::scenario::presets::preset;
use crate::scenario::raw::{self, At};
use crate::scenario::{BeforeFirst, Churn, HOURS, Lengths, Replay, ReplayUnit, Rhythm, Sessions, TimeUnit, Turnover};
use crate::written::Check;

/// A node that comes and goes more often than this in a cycle is not simulated.
const MOST_SESSIONS: f64 = 4.0;

impl Check<'_, '_> {
    /// How nodes come and go, with cycles of so many seconds.
    pub(super) fn churn(&self, raw: raw::Said<'_>, cycle_seconds: f64) -> Result<Churn, Error> {
        let preset = raw.preset.and_then(|name| preset(**name).sessions);
        let lengths = |raw: Option<&At<raw::Lengths>>| raw.map(|raw| self.lengths(raw)).transpose();
        let (up, down) = (lengths(raw.up)?, lengths(raw.down)?);
        let rhythm = self.rhythm(raw)?;
        let given = preset.as_ref();
        let up = up.or_else(|| given.map(|preset| preset.up.clone()));
        let down = down.or_else(|| given.map(|preset| preset.down.clone()));
        let sessions = match (up, down, rhythm) {
            (None, None, None) => None,
            (Some(up), Some(down), rhythm) => Some(Sessions { up, down, rhythm }),
            (Some(up), None, Some(rhythm)) => Some(Sessions { down: rest(&up, &rhythm), up, rhythm: Some(rhythm) }),
            (up, down, _) => {
                let (there, lacks) = if up.is_some() { ("up", "down") } else { ("down", "up") };
                let there = if up.is_none() && down.is_none() { "diurnal" } else { there };
                let span = raw.up.or(raw.down).map_or_else(raw.span, At::span);
                let message = format!("{} has `{there}`, but no `{lacks}`", raw.whom);
                return Err(self.refuse(span, message, format!("add `{lacks}`, as in `{lacks}.hours = 8`")));
            }
        };
        if let Some(Sessions { up, down, .. }) = &sessions {
            let cycle = up.mean_seconds() + down.mean_seconds();
            if cycle * MOST_SESSIONS < cycle_seconds {
                let span = raw.up.or(raw.down).map_or_else(raw.span, At::span);
                let times = cycle_seconds / cycle;
                let message = format!("a node of {} would come and go {times:.1} times in a cycle", raw.whom);
                let help = format!(
                    "lengthen `up` or `down`, or shorten `run.cycle_seconds` to at most {:.3}",
                    cycle * MOST_SESSIONS
                );
                return Err(self.refuse(span, message, help));
            }
        }
        Ok(Churn {
            sessions,
            turnover: self.turnover(raw, cycle_seconds)?,
            present: raw.present.map_or(Ok(1.0), |present| self.fraction(present))?,
        })
    }

    fn lengths(&self, raw: &At<raw::Lengths>) -> Result<Lengths, Error> {
        let units = [(TimeUnit::Seconds, &raw.seconds), (TimeUnit::Hours, &raw.hours), (TimeUnit::Days, &raw.days)];
        let mut given = units.into_iter().filter_map(|(unit, written)| Some((unit, written.as_ref()?)));
        let key = self.document.key_at(&raw.span()).unwrap_or_default();
        let (Some((unit, written)), None) = (given.next(), given.next()) else {
            let help = "give one of `seconds`, `hours` and `days`, as in `{ hours = { exponential = { mean = 8 } } }`";
            return Err(self.refuse(raw.span(), format!("`{key}` needs exactly one unit of time"), help));
        };
        let distribution = self.distribution(written)?;
        if let Distribution::Pareto { shape, .. } = distribution
            && shape <= 1.0
        {
            let message = format!("`{key}` is Pareto of shape {shape}, which has no mean");
            return Err(self.refuse(written.span(), message, "choose a shape above 1"));
        }
        if distribution.quantile(0.0) < 0.0 {
            let message = format!("`{key}` may be negative, and is a length of time");
            return Err(self.refuse(written.span(), message, "choose a distribution of positive values"));
        }
        let mean = distribution.mean();
        if !(mean > 0.0 && mean.is_finite()) {
            let message = format!("`{key}` has a mean of {mean}, and is a length of time");
            return Err(self.refuse(written.span(), message, "choose a distribution whose mean is above 0"));
        }
        let spread = raw.spread.as_ref().map_or(Ok(0.0), |spread| {
            self.number_where(spread, "a number from 0 to 5", |value| (0.0..=5.0).contains(&value))
        })?;
        Ok(Lengths { distribution, unit, spread })
    }

    fn rhythm(&self, raw: raw::Said<'_>) -> Result<Option<Rhythm>, Error> {
        let Some(shares) = raw.diurnal else {
            let preset = raw.preset.and_then(|name| preset(**name).sessions).and_then(|it| it.rhythm);
            return match (raw.time_zone, preset) {
                (None, preset) => Ok(preset),
                (Some(zone), Some(rhythm)) => Ok(Some(Rhythm { time_zone: self.distribution(zone)?, ..rhythm })),
                (Some(zone), None) => {
                    let help = "leave it out, or give `diurnal` with 24 shares";
                    Err(self.refuse(zone.span(), "`time_zone` means nothing without `diurnal`", help))
                }
            };
        };
        let written = shares.iter().map(|share| self.fraction(share)).collect::<Result<Vec<f64>, Error>>()?;
        let Ok(given) = <[f64; HOURS]>::try_from(&*written) else {
            let message = format!("`diurnal` has {} shares, expected 24", written.len());
            return Err(self.refuse(shares.span(), message, "give the share that is up at 0, 1, … 23 o'clock"));
        };
        if !written.iter().any(|&share| share > 0.0) {
            let help = "give at least one share above 0";
            return Err(self.refuse(shares.span(), "`diurnal` is 0 at all hours: nobody is ever up", help));
        }
        let time_zone = raw.time_zone.map_or(Ok(Distribution::Constant(0.0)), |zone| self.distribution(zone))?;
        Ok(Some(Rhythm { shares: given, time_zone }))
    }

    fn turnover(&self, raw: raw::Said<'_>, cycle_seconds: f64) -> Result<Option<Turnover>, Error> {
        let Some(lifetime) = raw.lifetime else {
            return raw.vacancy.map_or(Ok(None), |vacancy| {
                let help = "leave it out, or give `lifetime`";
                Err(self.refuse(vacancy.span(), "`vacancy` means nothing without `lifetime`", help))
            });
        };
        let span = lifetime.span();
        let lifetime = self.lengths(lifetime)?;
        if lifetime.mean_seconds() < cycle_seconds {
            let message = format!("nodes of {} live for less than a cycle", raw.whom);
            return Err(self.refuse(span, message, "lengthen `lifetime`, or shorten `run.cycle_seconds`"));
        }
        let at_once = Lengths { distribution: Distribution::Constant(1.0), unit: TimeUnit::Seconds, spread: 0.0 };
        let vacancy = raw.vacancy.map_or(Ok(at_once), |vacancy| self.lengths(vacancy))?;
        Ok(Some(Turnover { lifetime, vacancy }))
    }

    pub(super) fn replay(&self, fleet: &raw::Fleet, raw: &At<raw::Replay>) -> Result<Replay, Error> {
        let unit = raw.unit.as_ref().map_or(ReplayUnit::Seconds, |unit| **unit);
        let path = self.data_path(&raw.file);
        self.must_be_table(&raw.file, &path, "fleet.replay.file")?;
        let unit_seconds = match (unit.seconds(), &raw.snapshot_seconds) {
            (Some(seconds), None) => seconds,
            (None, Some(seconds)) => self.positive(seconds)?,
            (None, None) => {
                let help = "add `snapshot_seconds`, the time from one snapshot to the next";
                return Err(self.refuse(raw.span(), "a replay of snapshots needs their distance", help));
            }
            (Some(_), Some(seconds)) => {
                let message = "`snapshot_seconds` means nothing without `unit = \"snapshots\"`";
                return Err(self.refuse(seconds.span(), message, "leave it out, or set the unit"));
            }
        };
        match (&fleet.file, &raw.key) {
            (None, Some(key)) => {
                let message = "`key` means nothing without `fleet.file`";
                return Err(self.refuse(key.span(), message, "leave it out, or give the nodes' attributes as a file"));
            }
            (Some(_), None) => {
                let help = "name the column of `fleet.file` that holds the host's id as `key`";
                return Err(self.refuse(raw.span(), "a replay beside `fleet.file` lacks `key`", help));
            }
            _ => {}
        }
        if let (None, Some(allowed)) = (&raw.key, &raw.allow_unmatched) {
            let message = "`allow_unmatched` means nothing without `key`";
            return Err(self.refuse(allowed.span(), message, "leave it out"));
        }
        let columns = [&raw.node, &raw.from, &raw.to].map(|column| (**column).clone());
        Ok(Replay {
            unit,
            unit_seconds,
            start: raw.start.as_ref().map_or(Ok(f64::NEG_INFINITY), |start| self.replay_start(start, unit))?,
            shift: raw.shift.as_ref().map_or(Ok(0.0), |shift| self.not_negative(shift))?,
            open_end: raw.open_end.as_ref().map(|mark| mark.0.trim().to_owned()),
            before_first: raw.before_first.as_ref().map_or(BeforeFirst::Down, |before| **before),
            decimal: raw.decimal.as_ref().map(|sign| **sign),
            key: raw.key.as_ref().map(|key| (**key).clone()),
            allow_unmatched: raw.allow_unmatched.as_ref().is_some_and(|allowed| **allowed),
            ..Replay::new(path, columns)
        })
    }

    /// Where in a trace the run begins, in the unit of the trace: a date counts from 1970.
    fn replay_start(&self, raw: &At<raw::ReplayStart>, unit: ReplayUnit) -> Result<f64, Error> {
        let text = match &**raw {
            raw::ReplayStart::Number(number) if number.0.is_finite() => return Ok(number.0 + 0.0),
            raw::ReplayStart::Number(number) => number.0.to_string(),
            raw::ReplayStart::Date(text) => text.clone(),
        };
        match (date(&text), unit.seconds()) {
            (Some((seconds, _)), Some(unit)) => Ok(seconds / unit),
            (Some(_), None) => {
                let message = "`fleet.replay.start` is a date, and the trace counts snapshots";
                Err(self.refuse(raw.span(), message, "give the number of the snapshot"))
            }
            (None, _) => {
                let message = format!("`fleet.replay.start` is {text}, expected a number or a date");
                let help = "write a number in the unit of the trace, or a date such as 2010-01-31T12:00:00Z";
                Err(self.refuse(raw.span(), message, help))
            }
        }
    }

    /// The files of a table must be there.
    pub(super) fn must_be_table(&self, file: &At<String>, path: &std::path::Path, key: &str) -> Result<(), Error> {
        let parts =
            parts(path).map_err(|none| self.refuse(file.span(), format!("`{key}`: {}", none.message), none.help))?;
        if parts.iter().any(|part| !part.path.is_file()) {
            let message = format!("`{key}`: there is no file {}", path.display());
            let help =
                "a relative path starts at the scenario's folder; `$SUBCLOUD_DATA/` is the folder of that variable";
            return Err(self.refuse(file.span(), message, help));
        }
        Ok(())
    }
}

/// The time down that goes with a time up and a daily rhythm: in the long run as many are up as the rhythm says.
fn rest(up: &Lengths, rhythm: &Rhythm) -> Lengths {
    let share = rhythm.shares.iter().sum::<f64>() / HOURS as f64;
    let mean = up.distribution.mean() * (1.0 - share).max(1e-3) / share;
    Lengths { distribution: Distribution::Exponential { mean }, ..up.clone() }
}
