//! Random orders, against what they are said to be.

use std::collections::BTreeMap;

use kernels::choice::{DRAWN_TOGETHER, next_of_permutation, nth};
use kernels::philox::Stream;

#[test]
fn every_order_of_a_few_items_is_as_likely_as_another() {
    let stream = Stream::new(1, 0, 0);
    for items in [1, 2, 3, 4, 5, 6] {
        let mut counts = BTreeMap::new();
        let rounds = 120_000;
        for round in 0..rounds {
            let mut order: Vec<_> = (0..items).collect();
            let mut draw = 0;
            for start in (0..items).step_by(DRAWN_TOGETHER) {
                while !next_of_permutation(&mut order, start, stream.word_of_many(round, draw)) {
                    draw += 1;
                }
                draw += 1;
            }
            *counts.entry(order).or_insert(0.0) += 1.0;
        }
        let orders = (1..=items).product::<usize>();
        let expected = f64::from(rounds) / orders as f64;
        let chi: f64 = counts.values().map(|count: &f64| (count - expected).powi(2) / expected).sum();
        let freedom = orders as f64 - 1.0;
        assert!(counts.len() == orders && chi - freedom <= 4.0 * (2.0 * freedom).sqrt(), "{items} items: {chi}");
    }
}

#[test]
fn a_word_that_would_favour_some_order_draws_nothing() {
    // With 256 items a word has 256 * 255 * 254 * 253 outcomes: 2^32 is no multiple of that.
    let mut items: Vec<u32> = (0..256).collect();
    let all = (253_u64..=256).product::<u64>();
    let wasted = (1_u64 << 32) % all;
    assert!(!next_of_permutation(&mut items, 0, 0) && items.is_sorted());
    let stream = Stream::new(2, 0, 0);
    let rounds = 100_000;
    let refused =
        (0..rounds).filter(|&round| !next_of_permutation(&mut items, 0, stream.word(round, 0))).count() as f64;
    let chance = wasted as f64 / 2_f64.powi(32);
    let error = (f64::from(rounds) * chance * (1.0 - chance)).sqrt();
    assert!((refused - f64::from(rounds) * chance).abs() < 4.0 * error, "{refused}");
}

#[test]
fn the_nth_set_bit_is_that_before_which_there_are_n_others() {
    let stream = Stream::new(3, 0, 0);
    for round in 0..200 {
        let words: [u32; 4] = std::array::from_fn(|word| stream.word(round, word as u32));
        let all = words.into_iter().fold(0_u128, |all, word| all << 32 | u128::from(word));
        // Dense ones, sparse ones, and those with all bits on one side.
        for bits in [all, all & all.rotate_left(7) & all.rotate_left(31), all >> 70, all << 70, u128::MAX] {
            let places = (0..128).filter(|place| bits >> place & 1 == 1);
            for (n, place) in places.enumerate() {
                assert_eq!(nth(bits, n as u32), place, "{n} of {bits:b}");
            }
        }
    }
}
