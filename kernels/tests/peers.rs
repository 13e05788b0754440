//! Uniform indices: equal to their twins, in range, and without bias.

use kernels::exchange::BATCH;
use kernels::peers::{in_window, uniform, uniform_many};
use kernels::philox::Stream;
use kernels::scalar::{index, place_in_window, two_indices};

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
            uniform(&mut indices, &stream, 77, range);
            for (k, &drawn) in indices.iter().enumerate() {
                let attempt = |n: u32| index(stream.word(77 + k as u32, n), range);
                assert_eq!(Some(drawn), (0..).find_map(attempt), "range {range}, index {k}");
            }
        }
    }
}

#[test]
fn many_indices_are_those_of_the_first_accepted_words() {
    let stream = Stream::new(3, 1, 4);
    for range in [1, 7, 4096, 5000, 8192, 8193, 100_000] {
        for draws in [1, 2, 7, 8, 9, 20] {
            for length in [0, 1, 15, 16, 17, 100, BATCH] {
                let mut rows = vec![[0; BATCH]; draws];
                uniform_many(&mut rows, length, &stream, 5, range);
                for (k, draw) in (0..length).flat_map(|k| (0..draws).map(move |draw| (k, draw))) {
                    let word = |draw: usize, n: u32| stream.word_of_many(5 + k as u32, draw as u32 + (n << 24));
                    let expected = if range > 8192 {
                        (0..).find_map(|n| index(word(draw, n), range))
                    } else if draw + 1 == draws && draws % 2 == 1 {
                        (0..).find_map(|n| index(word(draw / 2, n), range))
                    } else {
                        (0..).find_map(|n| two_indices(word(draw / 2, n), range)).map(|two| two[draw % 2])
                    };
                    assert_eq!(Some(rows[draw][k]), expected, "range {range}, node {k}, draw {draw} of {draws}");
                }
            }
        }
    }
}

#[test]
fn places_in_a_window_are_thirds_of_words_and_of_their_mixtures() {
    let stream = Stream::new(3, 1, 4);
    for draws in [1, 3, 12, 13, 20, 30] {
        let mut rows = vec![[0; BATCH]; draws];
        in_window(&mut rows, 100, &stream, 9);
        for (k, draw) in (0..100).flat_map(|k| (0..draws).map(move |draw| (k, draw))) {
            let word = |number| stream.word_of_many(9 + k as u32, number);
            assert_eq!(rows[draw][k], place_in_window(draw as u32, word));
        }
    }
}

#[test]
fn a_range_that_favours_some_words_is_drawn_without_bias() {
    // Without rejection the multiples of three would be drawn twice as often as the rest.
    let range = 3 << 30;
    let mut indices = vec![0; 300_000];
    uniform(&mut indices, &Stream::new(1, 0, 0), 0, range);
    let mut counts = [0; 3];
    for index in indices {
        counts[index as usize % 3] += 1;
    }
    assert!(excess(&counts).abs() < 4.0, "{counts:?}");
}

#[test]
fn two_indices_of_one_word_are_independent() {
    let range = 60;
    let mut cells = vec![0; (range * range) as usize];
    for batch in 0..2000 {
        let mut rows = [[0; BATCH]; 2];
        uniform_many(&mut rows, BATCH, &Stream::new(1, 0, 0), batch * BATCH as u32, range);
        for (one, other) in rows[0].iter().zip(&rows[1]) {
            cells[(one * range + other) as usize] += 1;
        }
    }
    assert!(excess(&cells).abs() < 4.0, "{}", excess(&cells));
}
