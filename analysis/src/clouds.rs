//! How clouds have mixed, or parted.

use datasets::trace::CloudRow;

/// Two clouds at the end of a run, and since they last became one or parted.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudPair {
    /// The names of the clouds.
    pub names: [String; 2],
    /// Whether they are one.
    pub is_one: bool,
    /// The cycle in which they became one or parted, or that of their first row: the first observed one, where not every
    /// cycle is (`trace.every`).
    pub since: u32,
    /// Cycles from then on until half of what is to lead across did so, and until 95 % did; the first is that of the
    /// event. `None` if that never was, and for clouds that are not one.
    pub mixed_after: [Option<u32>; 2],
    /// Cycles from then on until nothing led across any more; `None` if something does, and for clouds that are one.
    pub none_after: Option<u32>,
    /// Entries that lead across, over what it is where they are well mixed, in the last row; not a number without
    /// views.
    pub mixed: f64,
    /// Weakly connected components of both when they were last counted.
    pub components: Option<u64>,
}

impl CloudPair {
    /// Whether they are one, and their views lie in several parts.
    #[must_use]
    pub fn is_one_in_name(&self) -> bool {
        self.is_one && self.components.is_some_and(|components| components > 1)
    }
}

/// The pairs in the rows of `clouds`, in the order of their first rows.
pub(crate) fn pairs(rows: &[CloudRow]) -> Vec<CloudPair> {
    let mut names: Vec<[&str; 2]> = Vec::new();
    for row in rows {
        if !names.contains(&[&row.cloud, &row.other]) {
            names.push([&row.cloud, &row.other]);
        }
    }
    let pair = |[cloud, other]: [&str; 2]| {
        let rows: Vec<&CloudRow> = rows.iter().filter(|row| row.cloud == cloud && row.other == other).collect();
        let last = *rows.last()?;
        let from = rows.iter().rposition(|row| row.is_one != last.is_one).map_or(0, |before| before + 1);
        let since = rows[from].cycle;
        let after = |is_it: &dyn Fn(&CloudRow) -> bool| {
            rows[from..].iter().find(|row| is_it(row)).map(|row| row.cycle + 1 - since)
        };
        let mixed = |share: f64| after(&|row| row.mixed_fraction >= share).filter(|_| last.is_one);
        Some(CloudPair {
            names: [cloud.to_owned(), other.to_owned()],
            is_one: last.is_one,
            since,
            mixed_after: [mixed(0.5), mixed(0.95)],
            none_after: after(&|row| row.cross_links_count == Some(0)).filter(|_| !last.is_one),
            mixed: last.mixed_fraction,
            components: rows.iter().rev().find_map(|row| row.components_count),
        })
    };
    names.into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cycle: u32, is_one: bool, mixed: f64) -> CloudRow {
        CloudRow {
            cycle,
            cloud: "one".into(),
            other: "two".into(),
            is_one,
            cross_links_count: Some((mixed * 100.0) as u64),
            mixed_fraction: mixed,
            components_count: (cycle == 2).then_some(1),
            ..CloudRow::default()
        }
    }

    #[test]
    fn cycles_count_from_the_last_event() {
        let rows = [row(0, true, 1.0), row(1, false, 0.4), row(2, false, 0.0), row(3, false, 0.0)];
        let parted = &pairs(&rows)[0];
        assert_eq!((parted.since, parted.none_after, parted.mixed_after), (1, Some(2), [None; 2]));
        assert_eq!((parted.components, parted.is_one_in_name()), (Some(1), false));
        let again = [row(4, true, 0.1), row(5, true, 0.6), row(6, true, 0.9), row(7, true, 0.96)];
        let rows = [&rows[..], &again].concat();
        let one = &pairs(&rows)[0];
        assert_eq!((one.since, one.none_after, one.mixed_after), (4, None, [Some(2), Some(4)]));
        // Some nodes that knew nobody else have gone over to the other side: the views lie in two parts all the same.
        let apart = CloudRow { components_count: Some(2), ..row(4, true, 0.01) };
        assert!(pairs(&[&rows[..4], &[apart]].concat())[0].is_one_in_name());
        assert!(pairs(&[]).is_empty());
    }
}
