//! The observer's kernels, against their definitions, for every length around their lanes.

use kernels::disorder::{self, Cell, Disorder, Ecdf, Ids, MOST_SLICES, OUTSIDE, Order, measure};
use kernels::moments::Moments;
use kernels::philox::Stream;
use kernels::scalar;
use kernels::slicing::Slot;
use kernels::suite::{Holdings, NONE, claim};

fn words(count: usize, draw: u32) -> Vec<u32> {
    let mut words = vec![0; count];
    Stream::new(4, 0, 0).fill(&mut words, 0, draw);
    words
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1e-9), "{found} is not {expected}");
}

#[test]
fn moments_are_those_of_two_plain_passes() {
    for count in (0..=33).chain([1_000]) {
        // Far from zero, so that a sum of squares would lose the variance.
        let values: Vec<f64> = words(count, 0).iter().map(|&word| 1e6 + f64::from(word) / 1e10).collect();
        let mask: Vec<u8> = words(count, 1).iter().map(|word| (word % 2) as u8).collect();
        for mask in [None, Some(&*mask)] {
            let is_kept = |&k: &usize| mask.is_none_or(|mask| mask[k] == 1);
            let kept: Vec<f64> = (0..count).filter(is_kept).map(|k| values[k]).collect();
            let found = Moments::of(&values, mask);
            assert_eq!(found.count as usize, kept.len());
            let mean = 1e6 + kept.iter().map(|value| value - 1e6).sum::<f64>() / kept.len().max(1) as f64;
            if !kept.is_empty() {
                assert_near(found.mean, mean);
                let squares: f64 = kept.iter().map(|value| (value - mean).powi(2)).sum();
                assert!((found.squares - squares).abs() <= 1e-8 * squares.max(1e-15), "{} {squares}", found.squares);
                assert_eq!(found.min.to_bits(), kept.iter().copied().fold(f64::INFINITY, f64::min).to_bits());
                assert_eq!(found.max.to_bits(), kept.iter().copied().fold(f64::NEG_INFINITY, f64::max).to_bits());
            }
            let (one, two) = values.split_at(count / 3);
            let [first, second] = [0..count / 3, count / 3..count].map(|range| mask.map(|mask| &mask[range]));
            let merged = Moments::of(one, first).merge(Moments::of(two, second));
            assert_eq!((merged.count, merged.min.to_bits()), (found.count, found.min.to_bits()));
            assert!((merged.squares - found.squares).abs() <= 1e-8 * found.squares.max(1e-15));
        }
    }
}

#[test]
fn holdings_are_those_of_a_plain_loop() {
    for (count, apps) in [(0, 3), (1, 3), (100, 3), (1_000, 3), (1_000, 200)] {
        let of = |draw| -> Vec<u8> {
            words(count, draw).iter().map(|&word| (u64::from(word) * (apps as u64 + 1) >> 32) as u8).collect()
        };
        let none = |app: u8| if usize::from(app) == apps { NONE } else { app };
        let held: Vec<u8> = of(0).into_iter().map(none).collect();
        let truth: Vec<u8> = of(1).into_iter().map(none).collect();
        let values: Vec<f32> = words(count, 2).iter().map(|&word| word as f32 / 1e9).collect();
        let found = Holdings::of(apps, &held, &truth, &[&values]);
        for app in 0..apps {
            let of_app: Vec<usize> = (0..count).filter(|&k| usize::from(held[k]) == app).collect();
            assert_eq!(found.held[app] as usize, of_app.len());
            assert_eq!(found.correct[app] as usize, of_app.iter().filter(|&&k| truth[k] == held[k]).count());
            assert_near(found.sums[0][app], of_app.iter().map(|&k| f64::from(values[k])).sum());
        }
    }
}

#[test]
fn claims_are_those_of_the_scalar_twin() {
    let whole = 1_u64 << 32;
    let drawn = words(1_000, 0);
    for (from, to) in [(0, whole), (0, 0), (whole, whole), (whole / 3, whole / 2), (whole / 2, whole), (5, 4)] {
        let mut apps: Vec<u8> = words(1_000, 1).iter().map(|word| if word % 3 == 0 { 7 } else { NONE }).collect();
        let before = apps.clone();
        claim(&mut apps, drawn.iter().copied(), None, from, to, 1);
        for ((app, &was), &word) in apps.iter().zip(&before).zip(&drawn) {
            assert_eq!(*app, if was == NONE && scalar::takes(word, from, to) { 1 } else { was });
        }
    }
}

#[test]
fn disorder_is_that_of_a_plain_loop() {
    for count in [1_usize, 7, 511, 512, 513, 1_500] {
        let ids = words(count, 0);
        let slots: Vec<Slot> = ids.iter().map(|&id| Slot::new(1, id)).collect();
        let present: Vec<u8> = words(count, 1).iter().map(|word| u8::from(word % 4 != 0)).collect();
        for (present, slices) in
            [None, Some(&*present)].into_iter().flat_map(|it| [2, 10, 100, MOST_SLICES].map(|k| (it, k)))
        {
            let takes_part = |k: usize| k % 5 != 3;
            let members = (0..count).filter(|&k| takes_part(k)).count() as u64;
            let mut rank = 0;
            let ranks: Vec<u32> = (0..count)
                .map(|k| {
                    rank += u32::from(takes_part(k));
                    if takes_part(k) { rank - 1 } else { OUTSIDE }
                })
                .collect();
            let mut counts = vec![Cell::default(); 1 << Ecdf::bits(count)];
            disorder::count(&mut counts, &slots, present);
            let ecdf = Ecdf::new(&counts);
            let mut noted = vec![0; count];
            let order = Order { ids: Ids::Estimates, ecdf: &ecdf, members, slices };
            let found = measure(&mut noted, &slots, &ranks, present, order);
            let mut expected = Disorder::default();
            for k in (0..count).filter(|&k| takes_part(k) && present.is_none_or(|present| present[k] == 1)) {
                let slice = scalar::slice(ids[k].into(), 1 << 32, slices);
                let truth = scalar::slice(ranks[k].into(), members, slices);
                let rank = (f64::from(ranks[k]) + 0.5) / members as f64;
                let (difference, error) = (ecdf.rank(ids[k]) - rank, f64::from(ids[k]) / 2_f64.powi(32) - rank);
                expected.add(Disorder {
                    members: 1,
                    squares: difference * difference,
                    errors: error * error,
                    slices: slice.abs_diff(truth),
                    wrong: u64::from(slice != truth),
                    changes: u64::from(slice != 0),
                });
            }
            assert_near(found.squares, expected.squares);
            assert_near(found.errors, expected.errors);
            let counts = |of: Disorder| Disorder { squares: 0.0, errors: 0.0, ..of };
            assert_eq!(counts(found), counts(expected));
            let again = measure(&mut noted, &slots, &ranks, present, Order { ids: Ids::Random, ..order });
            assert_eq!(again.changes, 0, "the slices were noted");
            assert_eq!(again, Disorder { errors: 0.0, changes: 0, ..found });
        }
    }
}

#[test]
fn slices_are_exact_at_their_borders() {
    // Ranks on both sides of borders, among numbers of members that have many digits.
    for members in [4_294_967_294_u64, 3_999_999_979, 1_000_003, 257, 3] {
        for slices in [2, 3, 7, 10, 100, 255, MOST_SLICES] {
            let borders = (1..u64::from(slices)).map(|slice| (slice * members).div_ceil(slices.into()));
            let ranks: Vec<u32> = borders
                .flat_map(|border| [border.saturating_sub(1), border])
                .map(|rank| rank.min(members - 1) as u32)
                .collect();
            // Each believes itself in its true slice.
            let middle = |slice: u64| ((2 * slice + 1) << 31) / u64::from(slices);
            let slots: Vec<Slot> = (ranks.iter())
                .map(|&rank| Slot::new(0, middle(scalar::slice(rank.into(), members, slices)) as u32))
                .collect();
            let ecdf = ranked(&[1, 2, 3]);
            let order = Order { ids: Ids::Random, ecdf: &ecdf, members, slices };
            let found = measure(&mut vec![0; ranks.len()], &slots, &ranks, None, order);
            assert_eq!((found.members as usize, found.wrong), (ranks.len(), 0), "{slices} slices of {members}");
        }
    }
}

/// The ranks of ids.
fn ranked(ids: &[u32]) -> Ecdf {
    let slots: Vec<Slot> = ids.iter().map(|&id| Slot::new(1, id)).collect();
    let mut cells = vec![Cell::default(); 1 << Ecdf::bits(ids.len())];
    disorder::count(&mut cells, &slots, None);
    let ecdf = Ecdf::new(&cells);
    assert_eq!(ecdf.total() as usize, ids.len());
    ecdf
}

#[test]
fn ranks_of_ids_are_counts_of_lower_ids() {
    let ids = words(50_000, 0);
    let ecdf = ranked(&ids);
    for &id in ids.iter().step_by(97) {
        let below = ids.iter().filter(|&&other| other < id).count() as f64 + 0.5;
        // A cell holds some six ids, so they are one or two off the straight line.
        assert!((ecdf.rank(id) - below / 50_000.0).abs() < 8.0 / 50_000.0);
    }
    let sum: f64 = ids.iter().map(|&id| ecdf.rank(id)).sum();
    assert_near(sum, 25_000.0);
}

#[test]
fn equal_ids_share_the_mean_of_their_ranks() {
    // A hundred ids of seventy nodes each, far apart.
    let ids: Vec<u32> = (0..7_000).map(|k| (k % 100) * 40_000_003 + 17).collect();
    let ecdf = ranked(&ids);
    for (k, &id) in ids[..100].iter().enumerate() {
        assert_near(ecdf.rank(id), (70.0 * k as f64 + 35.0) / 7_000.0);
    }
}
