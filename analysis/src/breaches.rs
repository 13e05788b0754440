//! How badly constraints of applications were broken.

use datasets::trace::BreachRow;

/// By how much a constraint was missed at worst, as a fraction of its limit: 0.1 where a tenth was missing. `None`
/// where no node was held to have an attribute, or where the limit is 0.
///
/// ```
/// use datasets::trace::BreachRow;
///
/// let breach = BreachRow {
///     app: "recorder".into(),
///     constraint: "min_nodes".into(),
///     limit: 2_000.0,
///     first_cycle: 51,
///     last_cycle: 63,
///     cycles_count: 13,
///     worst_cycle: 52,
///     worst_value: Some(1_800.0),
///     has_ended: true,
/// };
/// assert_eq!(analysis::depth_fraction(&breach), Some(0.1));
/// ```
#[must_use]
pub fn depth_fraction(breach: &BreachRow) -> Option<f64> {
    let missing = breach.limit - breach.worst_value?;
    (breach.limit != 0.0).then(|| missing / breach.limit.abs())
}
