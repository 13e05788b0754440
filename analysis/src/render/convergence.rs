//! Aggregates: what the nodes found, and how fast.

use std::fmt;

use super::table::{Table, wrapped};
use crate::number::decimal;
use crate::{Aggregate, Contraction, Factor, Summary};

/// The most factors shown one by one; the trace has all.
const MOST_STEPS: usize = 60;

impl Summary {
    pub(super) fn convergence(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.aggregates.is_empty() {
            self.estimates(f)?;
            self.agreements(f)?;
        }
        self.epochs(f)?;
        self.contractions(f)
    }

    fn estimates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nAggregates after cycle {}: what the nodes found\n", self.cycles)?;
        let mut table = Table::new(&["aggregate", "function", "true value", "mean estimate", "rms error"], 2);
        for aggregate in &self.aggregates {
            let error = match aggregate.relative_error {
                Some(error) if error > 0.0 => format!("{error:.1e}"),
                Some(_) => "0".to_owned(),
                None => "-".to_owned(),
            };
            let cells = [decimal(aggregate.true_value), decimal(aggregate.mean), error];
            table.row(&[vec![aggregate.aggregate.clone(), aggregate.function.clone()], cells.to_vec()].concat());
        }
        table.write(f)
    }

    /// For the functions that spread: when all nodes had the same answer.
    fn agreements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spreading: Vec<_> = self.aggregates.iter().filter(|aggregate| aggregate.contraction.is_none()).collect();
        if !spreading.is_empty() {
            writeln!(f)?;
        }
        for Aggregate { aggregate, agreed_at, .. } in spreading {
            let text = match agreed_at {
                Some(cycle) => {
                    format!("{aggregate}: all nodes have the same value from cycle {cycle} on.")
                }
                None => format!("{aggregate}: not all nodes have the same value by cycle {}.", self.cycles),
            };
            wrapped(f, "  ", &text)?;
        }
        Ok(())
    }

    fn contractions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lasting = self.aggregates.iter().map(|found| (&found.aggregate, &found.contraction));
        let restarting = self.epochs.iter().map(|found| (&found.aggregate, &found.contraction));
        let falling: Vec<(&String, &Contraction)> =
            lasting.chain(restarting).filter_map(|(name, fall)| Some((name, fall.as_ref()?))).collect();
        if falling.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nFactor by which the variance over the nodes falls in a cycle\n")?;
        let mut table = Table::new(&["aggregate", "over cycles", "measured", "theory"], 1);
        for &(name, fall) in &falling {
            let (cycles, measured) = match fall.mean {
                Some(mean) => (format!("{}-{}", mean.after_cycle + 1, mean.cycle), format!("{:.4}", mean.factor)),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let theory = match fall.theory {
                Some(theory) if fall.theory_is_exact => format!("{theory:.4}"),
                Some(theory) => format!("tends to {theory:.4}"),
                None => "-".to_owned(),
            };
            table.row(&[name.clone(), cycles, measured, theory]);
        }
        table.write(f)?;
        falling.into_iter().try_for_each(|(name, fall)| steps(f, name, fall))
    }
}

fn steps(f: &mut fmt::Formatter<'_>, name: &str, fall: &Contraction) -> fmt::Result {
    let rounding = match fall.rounding_after {
        Some(0) => Some("all nodes have the same value before the first cycle.".to_owned()),
        Some(cycle) => Some(format!("only rounding is left after cycle {cycle}.")),
        None => None,
    };
    let shown = &fall.steps[..fall.steps.len().min(MOST_STEPS)];
    let factors: Vec<String> = shown.iter().map(|Factor { factor, .. }| format!("{factor:.3}")).collect();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return rounding.map_or(Ok(()), |text| {
            writeln!(f)?;
            wrapped(f, "  ", &format!("{name}: {text}"))
        });
    };
    let cycles = format!("{}-{}", first.after_cycle + 1, last.cycle);
    let rounding = rounding.filter(|_| shown.len() == fall.steps.len());
    let end = rounding.map_or(String::new(), |text| format!("; {text}"));
    writeln!(f)?;
    wrapped(f, "  ", &format!("{name}, cycle by cycle, {cycles}: {}{end}", factors.join(" ")))
}
