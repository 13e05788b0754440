//! A sweep: what each application got at each setting, and what each key changes.

use std::fmt;

use super::table::{Table, wrapped};
use crate::number::{count, decimal, percent};
use crate::{Dispersion, Effect, Name, Setting, Study};

/// The most settings of a table, and the most tables of one kind; the derived tables have all.
const MOST_ROWS: usize = 40;
const MOST_TABLES: usize = 4;

impl fmt::Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = self.settings.iter().map(|setting| setting.points.len() as u64).sum();
        let head = format!(
            "Sweep {}: {} points, {} settings with {} seeds each. After each mean, where it is with 95 % confidence.",
            self.name,
            count(points),
            count(self.settings.len() as u64),
            self.replicates,
        );
        wrapped(f, "", &head)?;
        let is_known =
            |name: &Name| self.settings.iter().any(|setting| setting.spread(name.metric, &name.subject).is_some());
        let metric = |metric: &'static str| self.names().filter(move |name| name.metric == metric && is_known(name));
        for name in metric("held").take(MOST_TABLES) {
            self.application(f, &name.subject)?;
        }
        for name in metric("relative_error").take(MOST_TABLES) {
            self.measure(f, name, "error of what nodes found, relative to the true value")?;
        }
        for name in metric("variance_factor").take(MOST_TABLES) {
            self.measure(f, name, "factor by which the variance over the nodes falls in a cycle, in the first ten")?;
        }
        let told = metric("held").chain(metric("wrong")).chain(metric("relative_error"));
        told.take(MOST_TABLES).try_for_each(|name| self.tornado(f, name))
    }
}

impl Study {
    /// The metrics of the first setting.
    fn names(&self) -> impl Iterator<Item = &Name> {
        self.settings.first().into_iter().flat_map(|setting| setting.spreads.iter().map(|(name, _)| name))
    }

    fn application(&self, f: &mut fmt::Formatter<'_>, app: &str) -> fmt::Result {
        writeln!(f)?;
        wrapped(
            f,
            "",
            &format!("{app}: nodes asked for and held, wrong ones, cycle from which on fewer than 1 % are"),
        )?;
        writeln!(f)?;
        let mut table = Table::new(&["setting", "n", "asked", "held", "+-", "wrong", "cycle"], 1);
        for setting in self.settings.iter().take(MOST_ROWS) {
            let of = |metric| setting.spread(metric, app);
            // Of no nodes, none are wrong, and none are right.
            let holds = of("held").is_some_and(|held| held.mean > 0.0);
            table.row(&[
                label(setting),
                of("held").map_or(0, |spread| spread.count).to_string(),
                mean(of("asked"), whole),
                mean(of("held"), whole),
                half(of("held")),
                mean(of("wrong").filter(|_| holds), percent),
                settled(of("settled"), setting.points.len()),
            ]);
        }
        table.write(f)?;
        self.more(f)
    }

    /// A metric of an aggregate, which `meaning` tells.
    fn measure(&self, f: &mut fmt::Formatter<'_>, name: &Name, meaning: &str) -> fmt::Result {
        writeln!(f)?;
        wrapped(f, "", &format!("{}: {meaning}", name.subject))?;
        writeln!(f)?;
        let mut table = Table::new(&["setting", "n", "mean", "+-", "p10", "p50", "p90"], 1);
        for setting in self.settings.iter().take(MOST_ROWS) {
            let spread = setting.spread(name.metric, &name.subject);
            let quantile =
                |which: usize| spread.map_or_else(|| "-".to_owned(), |spread| decimal(spread.quantiles[which]));
            let count = spread.map_or(0, |spread| spread.count).to_string();
            let cells = [count, mean(spread, decimal), half(spread), quantile(1), quantile(2), quantile(3)];
            table.row(&[vec![label(setting)], cells.to_vec()].concat());
        }
        table.write(f)?;
        self.more(f)
    }

    fn more(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.settings.len().saturating_sub(MOST_ROWS) {
            0 => Ok(()),
            more => wrapped(f, "  ", &format!("… and {more} more settings, which the derived tables have")),
        }
    }

    /// The keys by what they change in a metric.
    fn tornado(&self, f: &mut fmt::Formatter<'_>, name: &Name) -> fmt::Result {
        let mut effects = self.effects.iter().filter(|effect| effect.name == *name).take(MOST_ROWS).peekable();
        let Some(first) = effects.peek() else { return Ok(()) };
        writeln!(f)?;
        let Name { metric, subject, unit } = name;
        let base = decimal(first.base);
        let text = format!("{metric} of {subject}: {base} ({unit}); what each key adds, the largest swing first");
        wrapped(f, "", &text)?;
        writeln!(f)?;
        let mut table = Table::new(&["key", "low", "adds", "high", "adds", "swing", "+-"], 1);
        effects.for_each(|effect| table.row(&cells(effect)));
        table.write(f)
    }
}

impl Setting {
    /// How a metric differs between the replicates; `None` if there is none.
    pub(crate) fn spread(&self, metric: &str, subject: &str) -> Option<&Dispersion> {
        let found = self.spreads.iter().find(|(name, _)| name.metric == metric && name.subject == subject);
        found.and_then(|(_, spread)| spread.as_ref())
    }
}

fn cells(effect: &Effect) -> [String; 7] {
    let dash = || "-".to_owned();
    [
        short(&effect.key).to_owned(),
        effect.low_value.clone().unwrap_or_else(dash),
        mean(effect.low.as_ref(), decimal),
        effect.high_value.clone(),
        decimal(effect.high.mean),
        decimal(effect.swing.mean),
        half(Some(&effect.swing)),
    ]
}

/// What a setting sets, by the last words of its keys.
pub(crate) fn label(setting: &Setting) -> String {
    if setting.params.is_empty() {
        return "as it is".to_owned();
    }
    let params = setting.params.iter().map(|param| format!("{}={}", short(&param.key), param.value));
    params.collect::<Vec<_>>().join(" ")
}

/// The last word of a key, or the last two where it has a name before it: `share` alone would not say whose.
pub(crate) fn short(key: &str) -> &str {
    let mut dots = key.rmatch_indices('.').map(|(at, _)| at);
    let (last, before) = (dots.next(), dots.next());
    let from = if key.starts_with("suite.app.") || key.starts_with("fleet.class.") { before } else { last };
    from.map_or(key, |from| &key[from + 1..])
}

fn whole(value: f64) -> String {
    count(value.round() as u64)
}

fn mean(spread: Option<&Dispersion>, shown: impl Fn(f64) -> String) -> String {
    spread.map_or_else(|| "-".to_owned(), |spread| shown(spread.mean))
}

/// The cycle, and how many replicates it is the mean of, if not of all.
fn settled(spread: Option<&Dispersion>, replicates: usize) -> String {
    match spread {
        Some(spread) if spread.count < replicates => format!("{} ({})", decimal(spread.mean), spread.count),
        spread => mean(spread, decimal),
    }
}

/// Half the width of the interval.
fn half(spread: Option<&Dispersion>) -> String {
    spread.and_then(Dispersion::half_width).map_or_else(|| "-".to_owned(), decimal)
}
