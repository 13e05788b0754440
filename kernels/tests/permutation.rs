//! Random orders of many things, against what they are said to be.

use std::collections::BTreeMap;

use kernels::permutation::Permutation;
use kernels::philox::Stream;

#[test]
fn every_number_has_one_place() {
    for range in (1..=300).chain([1023, 1024, 1025, 65_536, 100_003]) {
        for seed in 0..3 {
            let order = Permutation::new(range, &Stream::new(seed, 0, 0));
            let mut seen = vec![false; range as usize];
            (0..range).for_each(|place| seen[order.of(place) as usize] = true);
            assert!(seen.into_iter().all(|seen| seen), "{range}");
            assert!((0..range).all(|place| order.place_of(order.of(place)) == place), "{range}");
        }
    }
    let last = Permutation::new(u32::MAX, &Stream::new(1, 0, 0));
    assert!(last.of(u32::MAX - 1) < u32::MAX);
}

#[test]
fn every_order_of_a_few_things_is_as_likely_as_another() {
    for range in [2, 3, 4, 5, 6] {
        const ROUNDS: u64 = 20_000;
        let mut counts: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for seed in 0..ROUNDS {
            let order = Permutation::new(range, &Stream::new(seed, 0, 7));
            *counts.entry((0..range).map(|place| order.of(place)).collect()).or_default() += 1.0;
        }
        let orders = (1..=range).product::<u32>();
        let expected = ROUNDS as f64 / f64::from(orders);
        let chi: f64 = counts.values().map(|count| (count - expected).powi(2) / expected).sum();
        let freedom = f64::from(orders) - 1.0;
        assert!(counts.len() == orders as usize && chi - freedom <= 4.0 * (2.0 * freedom).sqrt(), "{range}: {chi}");
    }
}

#[test]
fn places_that_lie_together_have_numbers_that_do_not() {
    // Of neighbours in a random order a share of 1 / 2 is ascending, and the distance of two is that of two random
    // numbers: a third of the range in the mean.
    const RANGE: u32 = 100_000;
    for seed in 0..5 {
        let order = Permutation::new(RANGE, &Stream::new(seed, 0, 0));
        let numbers: Vec<f64> = (0..RANGE).map(|place| f64::from(order.of(place)) / f64::from(RANGE)).collect();
        for lag in [1, 2, 3, 8, 64, 4096] {
            let distances = numbers.iter().zip(&numbers[lag..]).map(|(one, other)| (one - other).abs());
            let count = numbers.len() - lag;
            let mean = distances.sum::<f64>() / count as f64;
            // The standard deviation of the distance is the square root of 1 / 18; neighbouring pairs share a number.
            let error = (1.0 / 18.0 / count as f64).sqrt() * 1.5;
            assert!((mean - 1.0 / 3.0).abs() < 4.0 * error, "seed {seed}, lag {lag}: {mean}");
        }
    }
}

#[test]
fn places_side_by_side_have_the_numbers_that_they_have_alone() {
    for range in [1, 2, 7, 1000, 1024, 1025, 70_000, u32::MAX] {
        let order = Permutation::new(range, &Stream::new(5, 0, 0));
        for count in [0, 1, 15, 16, 17, 700] {
            let places: Vec<u32> = (0..count).map(|k: u32| k.wrapping_mul(40_503) % range).collect();
            let mut numbers = places.clone();
            order.put(&mut numbers);
            assert!(places.iter().zip(numbers).all(|(&place, number)| order.of(place) == number), "{range}");
        }
    }
}
