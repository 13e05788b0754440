//! Uniform indices: equal to their twins, in range, and without bias.

use kernels::peers::{uniform, uniform_two};
use kernels::philox::Stream;
use kernels::scalar::{index, two_indices};

/// Chi-square of counts against equal shares, in standard deviations from its mean.
fn excess(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let chi: f64 = counts.iter().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
    let freedom = counts.len() as f64 - 1.0;
    (chi - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn indices_are_those_of_the_first_accepted_word() {
    let stream = Stream::new(3, 1, 4);
    for range in [1, 2, 3, 1000, 3_000_000_000, u32::MAX] {
        for length in 0..=129 {
            let mut indices = vec![0; length];
            uniform(&mut indices, &stream, 77, 1, range);
            for (k, &drawn) in indices.iter().enumerate() {
                let attempt = |n: u32| index(stream.word(77 + k as u32, 1 + (n << 24)), range);
                assert_eq!(Some(drawn), (0..).find_map(attempt), "range {range}, index {k}");
            }
        }
    }
}

#[test]
fn pairs_of_indices_are_those_of_the_first_accepted_word() {
    let stream = Stream::new(3, 1, 4);
    for range in [1, 7, 4096, 5000, 8192] {
        for length in 0..=129 {
            let (mut ones, mut others) = (vec![0; length], vec![0; length]);
            uniform_two(&mut ones, &mut others, &stream, 5, 0, range);
            for k in 0..length {
                let attempt = |n: u32| two_indices(stream.word(5 + k as u32, n << 24), range);
                assert_eq!(Some([ones[k], others[k]]), (0..).find_map(attempt), "range {range}, index {k}");
            }
        }
    }
}

#[test]
fn a_range_that_favours_some_words_is_drawn_without_bias() {
    // Without rejection the multiples of three would be drawn twice as often as the rest.
    let range = 3 << 30;
    let mut indices = vec![0; 300_000];
    uniform(&mut indices, &Stream::new(1, 0, 0), 0, 0, range);
    let mut counts = [0; 3];
    for index in indices {
        counts[index as usize % 3] += 1;
    }
    assert!(excess(&counts).abs() < 4.0, "{counts:?}");
}

#[test]
fn two_indices_of_one_word_are_independent() {
    let range = 60;
    let (mut ones, mut others) = (vec![0; 400_000], vec![0; 400_000]);
    uniform_two(&mut ones, &mut others, &Stream::new(1, 0, 0), 0, 0, range);
    let mut cells = vec![0; (range * range) as usize];
    for (one, other) in ones.iter().zip(&others) {
        cells[(one * range + other) as usize] += 1;
    }
    assert!(excess(&cells).abs() < 4.0, "{}", excess(&cells));
}
