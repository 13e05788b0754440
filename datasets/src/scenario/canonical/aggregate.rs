//! What is aggregated, written out in full.

use crate::scenario::{Aggregate, Scenario};
use crate::written::quoted;

/// An aggregate; `apps` are the applications by the number that it has for them.
pub(super) fn lines(aggregate: &Aggregate, scenario: &Scenario, apps: &[String]) -> Vec<String> {
    let mut lines = Vec::from(super::header("[[aggregate]]"));
    lines.push(format!("name = {}", quoted(&aggregate.name)));
    lines.push(format!("function = \"{}\"", aggregate.function));
    lines.extend(aggregate.attribute.map(|it| format!("attribute = \"{}\"", scenario.fleet.attributes[it])));
    lines.extend(aggregate.app.map(|app| format!("app = {}", quoted(&apps[app]))));
    if let Some(epochs) = aggregate.epochs {
        lines.push(format!("epoch_cycles = {}", epochs.cycles));
        lines.push(format!("clock_drift = {:?}", epochs.drift));
    }
    if let Some(counting) = aggregate.counting {
        lines.push(format!("instances = {}", counting.instances));
        lines.push(format!("leaders = {:?}", counting.leaders));
        lines.push(format!("first_estimate = {:?}", counting.first_estimate));
    }
    if let Some(interpolation) = &aggregate.interpolation {
        lines.push(format!("points = {}", interpolation.points));
        lines.push(format!("quantiles = {:?}", interpolation.quantiles));
    }
    lines
}
