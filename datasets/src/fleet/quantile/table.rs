//! Quantile tables and weighted values.

/// From `low` at 0 to `high` at 1.
pub(super) fn between(low: f64, high: f64, t: f64) -> f64 {
    (low * (1.0 - t) + high * t).clamp(low, high)
}

/// Straight lines between points (quantile, value), both ascending.
///
/// Below the first point a line runs down to 0 at quantile 0 if the first value is not negative, else the first value
/// holds. Above the last point the last line goes on.
pub(super) fn quantiles(points: &[(f64, f64)], u: f64) -> f64 {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return 0.0;
    };
    let start = (0.0, first.1.min(0.0));
    let next = points.partition_point(|point| point.0 < u);
    if let Some(&to) = points.get(next) {
        let from = if next == 0 { start } else { points[next - 1] };
        return line(from, to, u);
    }
    let before = if points.len() > 1 { points[points.len() - 2] } else { start };
    let width = last.0 - before.0;
    let slope = if width > 0.0 { (last.1 - before.1) / width } else { 0.0 };
    last.1 + slope * (u - last.0)
}

fn line(from: (f64, f64), to: (f64, f64), u: f64) -> f64 {
    let width = to.0 - from.0;
    if width > 0.0 { between(from.1, to.1, (u - from.0) / width) } else { to.1 }
}

/// The first value at which the weights so far exceed `u`; values ascend and weights sum to 1.
pub(super) fn choice(values: &[(f64, f64)], u: f64) -> f64 {
    let mut sum = 0.0;
    let mut chosen = 0.0;
    for &(value, weight) in values.iter().filter(|(_, weight)| *weight > 0.0) {
        chosen = value;
        sum += weight;
        if u < sum {
            break;
        }
    }
    chosen
}
