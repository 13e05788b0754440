//! Further versions of the suite: those that events bring in, and those that adversaries push.

use std::ops::Range;

use super::suite::{Beginning, START, UNDATED, expires_cycle};
use crate::error::Error;
use crate::scenario::launch::app_names;
use crate::scenario::raw::{self, At};
use crate::scenario::{Adversaries, Event, EventKind, Fleet, Push, Pushed, Run, Trust};
use crate::suite::{
    self, Description, MOST_APPS, Names, Reason, Suite, Verdict, Version, verify_held, verify_unsigned,
};
use crate::written::Check;

/// A node holds the number of its version in seven bits, and the first version and none are numbers too.
const MOST_LAUNCHES: usize = 125;

/// What to do with a version that adversaries are to push, and that nodes would take.
const GOOD: &str = "bring it in by an [[event]], or give a file that nodes refuse, such as one with an older version";

/// Adversaries push at most so many files.
const MOST_PUSHED: usize = 100;

/// An event and, if it brings a version of the suite in, the name of its file.
pub(super) type Due<'r> = (Event, Option<&'r At<String>>);

/// The versions that events bring in, and what each was read from.
pub(super) struct Entering {
    pub launches: Vec<Version>,
    pub files: Vec<suite::File>,
    /// The cycle in which each enters.
    pub cycles: Vec<u32>,
}

/// From a cycle on, the newest version that nodes may hold, and whether it is in format 2.
type Held = (u32, Option<Description>, bool);

impl Check<'_, '_> {
    /// The versions that events bring in, in the order of the events, which get their numbers.
    pub(super) fn launches(
        &self,
        due: &mut [Due<'_>],
        first: &Beginning,
        run: &Run,
        fleet: &Fleet,
    ) -> Result<Entering, Error> {
        let mut launches: Vec<Version> = Vec::new();
        let (mut files, mut cycles) = (Vec::new(), Vec::new());
        for (event, written) in due {
            let (EventKind::Suite(index, _), Some(written)) = (&mut event.kind, written) else { continue };
            *index = launches.len();
            if launches.len() == MOST_LAUNCHES {
                let message = format!("a run has at most {MOST_LAUNCHES} events that bring in a version of the suite");
                return Err(self.refuse(written.span(), message, "leave some of them out"));
            }
            let file = suite::read(&self.suite_path(written, written.span())?, Names::Fleet(&fleet.attributes))?;
            let taken = launches.iter().rposition(|launch| launch.verdict == Verdict::Valid);
            let base = taken.and_then(|index| files.get(index)).map(suite::File::description);
            let base = base.or_else(|| first.description(fleet));
            let is_held_in_2 = taken.map_or(&first.version, |index| &launches[index]).is_in_format_2;
            let launch = launch(&file, event.at_cycle, (base.as_ref(), is_held_in_2), run, first.trust.as_ref())?;
            launches.push(launch);
            files.push(file);
            cycles.push(event.at_cycle);
            let count = app_names(&first.version.suite, &launches).len();
            if count > MOST_APPS {
                let message = format!("with this suite the run has {count} applications, expected at most {MOST_APPS}");
                return Err(self.refuse(written.span(), message, "keep the names of applications that stay the same"));
            }
        }
        Ok(Entering { launches, files, cycles })
    }

    /// Those who push bad versions; `None` if the command line ends the run before.
    pub(super) fn adversaries(
        &self,
        raw: &At<raw::Adversaries>,
        first: &Beginning,
        entering: &Entering,
        run: &Run,
        fleet: &Fleet,
    ) -> Result<Option<Adversaries>, Error> {
        if app_names(&first.version.suite, &entering.launches).is_empty() {
            // The suite may come in behind the end of a run that the command line shortens.
            if self.shortened {
                return Ok(None);
            }
            let help = "give a suite with at least one [[suite.app]], or leave [adversaries] out";
            return Err(self.refuse(raw.span(), "adversaries have nothing to work against without a suite", help));
        }
        let share = self.fraction(&raw.share)?;
        let from_cycle = raw.from_cycle.as_ref().map_or(Ok(Some(1)), |cycle| self.cycle(cycle, 1, run))?;
        let Some(from_cycle) = from_cycle else { return Ok(None) };
        let push = match (&raw.push, &raw.suite) {
            (Some(push), None) => self.push(push, &first.version.suite)?,
            (None, Some(files)) => {
                let held = held(first, entering, from_cycle, fleet);
                Push::Files(self.all_pushed(files, &held, (run, fleet), first.trust.as_ref())?)
            }
            (None, None) => {
                let help = "add `push = \"forged\"`, `push = \"old\"`, or `suite` with a file that nodes do not take";
                return Err(self.refuse(raw.span(), "[adversaries] does not say what they push", help));
            }
            (Some(_), Some(files)) => {
                return Err(self.refuse(files.span(), "both `push` and `suite` are given", "keep one of them"));
            }
        };
        Ok(Some(Adversaries { share, from_cycle, push }))
    }

    fn push(&self, raw: &At<raw::Push>, first: &Suite) -> Result<Push, Error> {
        match **raw {
            raw::Push::Forged => Ok(Push::Forged),
            raw::Push::Old if first.is_none() => {
                let help = "give [suite] an application, or choose `push = \"forged\"`";
                Err(self.refuse(raw.span(), "the run does not begin with a suite that could be old", help))
            }
            raw::Push::Old => Ok(Push::Old),
        }
    }

    /// The versions of files that nodes do not take, whichever of these versions they hold.
    fn all_pushed(
        &self,
        files: &At<raw::Files>,
        held: &[Held],
        around: (&Run, &Fleet),
        trust: Option<&Trust>,
    ) -> Result<Vec<Pushed>, Error> {
        let pushed = |file: &str, span| self.pushed((file, span), held, around, trust);
        match &**files {
            raw::Files::One(file) => Ok(vec![pushed(file, files.span())?]),
            raw::Files::Several(several) if several.is_empty() || several.len() > MOST_PUSHED => {
                let message = format!("{} files are given, expected 1 to {MOST_PUSHED}", several.len());
                Err(self.refuse(files.span(), message, "give the files that adversaries are to push"))
            }
            raw::Files::Several(several) => several.iter().map(|file| pushed(file, file.span())).collect(),
        }
    }

    /// A version that nodes do not take, even if it is no suite at all.
    fn pushed(
        &self,
        (file, span): (&str, Range<usize>),
        held: &[Held],
        (run, fleet): (&Run, &Fleet),
        trust: Option<&Trust>,
    ) -> Result<Pushed, Error> {
        let path = self.suite_path(file, span.clone())?;
        let mut pushed = Pushed { version: Version::default(), reasons: Vec::new() };
        let Ok(file) = suite::read(&path, Names::Fleet(&fleet.attributes)) else {
            let verdict = Verdict::Rejected(Reason::Malformed);
            let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
            pushed.version = Version { bytes, verdict, path, ..Version::default() };
            pushed.reasons.extend(held.first().map(|(cycle, ..)| (*cycle, Reason::Malformed)));
            return Ok(pushed);
        };
        for (cycle, base, is_in_format_2) in held {
            let version = launch(&file, *cycle, (base.as_ref(), *is_in_format_2), run, trust)?;
            let Verdict::Rejected(reason) = version.verdict else {
                let path = version.path.display();
                let message = format!("nodes would take {path} in cycle {cycle}, which adversaries are to push");
                return Err(self.refuse(span, message, GOOD));
            };
            if pushed.reasons.is_empty() {
                pushed.version = version;
            }
            pushed.reasons.push((*cycle, reason));
        }
        Ok(pushed)
    }
}

/// The newest versions that nodes may hold from a cycle on: the one that has entered by then, and those to come.
fn held(first: &Beginning, entering: &Entering, from_cycle: u32, fleet: &Fleet) -> Vec<Held> {
    let mut all = vec![(from_cycle, first.description(fleet), first.version.is_in_format_2)];
    for ((launch, file), &cycle) in entering.launches.iter().zip(&entering.files).zip(&entering.cycles) {
        if launch.verdict != Verdict::Valid {
            continue;
        }
        let held = (cycle.max(from_cycle), Some(file.description()), launch.is_in_format_2);
        if cycle <= from_cycle {
            all.clear();
        }
        all.push(held);
    }
    all
}

/// What comes in with a file at the start of a cycle, where nodes hold `base`, or nothing, in format 2 or not.
fn launch(
    file: &suite::File,
    cycle: u32,
    (base, is_held_in_2): (Option<&Description>, bool),
    run: &Run,
    trust: Option<&Trust>,
) -> Result<Version, Error> {
    let description = file.description();
    let until = description.until(trust.map(|trust| &trust.cloud.owner));
    let expires_cycle = expires_cycle(until, run, || file.refuse_until(UNDATED, START))?;
    let start = run.starts_at.unwrap_or(0);
    let now = start.saturating_add((f64::from(cycle - 1) * run.cycle_seconds) as i64);
    let verdict = match trust {
        Some(Trust { cloud, .. }) => verify_held(cloud, &description, (base, is_held_in_2), now),
        None => verify_unsigned(&description.suite, base.map(|base| &base.suite), now),
    };
    let bytes = description.bytes_count();
    let is_in_format_2 = trust.is_some() && description.cloud().is_some();
    let Description { suite, certificate, signed_by, .. } = description;
    let path = file.path.clone();
    Ok(Version { suite, bytes, expires_cycle, verdict, path, is_in_format_2, certificate, signed_by })
}
