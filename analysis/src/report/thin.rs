//! Fewer points for a line than it has rows.

/// The most points of a line.
pub const MOST_POINTS: usize = 1000;

/// At most [`MOST_POINTS`] of the points, in their order: the first, the last, and of each stretch between them the
/// least, the greatest, and a gap if there is one. Ends and outliers stay where they are; only the points between them
/// are gone.
pub fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let stretches = (MOST_POINTS - 2) / 3;
    let inner = points.len() - 2;
    let mut kept = vec![0];
    for stretch in 0..stretches {
        let [from, to] = [stretch, stretch + 1].map(|k| 1 + k * inner / stretches);
        kept.extend(telling(points, from, to));
    }
    kept.push(points.len() - 1);
    kept.into_iter().map(|index| points[index]).collect()
}

/// The places of the least and the greatest value and of the first gap of a stretch, ascending.
fn telling(points: &[(f64, f64)], from: usize, to: usize) -> Vec<usize> {
    let value = |index: &usize| points[*index].1;
    let there = || (from..to).filter(|index| value(index).is_finite());
    let least = there().min_by(|a, b| value(a).total_cmp(&value(b)));
    let greatest = there().max_by(|a, b| value(a).total_cmp(&value(b)));
    let gap = (from..to).find(|index| !value(index).is_finite());
    let mut kept: Vec<usize> = [least, greatest, gap].into_iter().flatten().collect();
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_ends_its_extremes_and_its_gaps() {
        let points: Vec<(f64, f64)> = (0..100_000)
            .map(|k| {
                let y = match k {
                    54_321 => 1e9,
                    77_777 => -1e9,
                    33_333 => f64::NAN,
                    _ => f64::from(k % 100),
                };
                (f64::from(k), y)
            })
            .collect();
        let kept = thin(&points);
        assert!(kept.len() <= MOST_POINTS && kept.len() > 600, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[99_999]));
        assert!(kept.contains(&points[54_321]) && kept.contains(&points[77_777]));
        assert!(kept.iter().any(|(x, y)| y.is_nan() && x.to_bits() == 33_333_f64.to_bits()));
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(thin(&points[..1000]).len(), 1000);
    }
}
