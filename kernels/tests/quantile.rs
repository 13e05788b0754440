//! Values drawn from tables of an inverse distribution function.

use kernels::philox::Stream;
use kernels::quantile::{Table, class};

/// Words at both ends, in the middle, and between.
fn words() -> Vec<u32> {
    let mut words: Vec<u32> = (0..32).flat_map(|bit| [1 << bit, u32::MAX - (1 << bit)]).collect();
    words.extend([0, u32::MAX, 1 << 31, (1 << 31) - 1]);
    words.extend((0..2_000).map(|node| Stream::new(1, 1, 1).word(node, 0)));
    words
}

#[test]
fn a_smooth_law_is_its_inverse_but_for_millionths_of_the_probability() {
    let laws: [fn(f64) -> f64; 3] = [|p| p, |p| 1.0 / (1.0 - p), |p| (p / (1.0 - p)).sqrt()];
    for law in laws {
        let table = Table::smooth(law);
        for word in words() {
            let probability = (f64::from(word) + 0.5) / 2_f64.powi(32);
            // A cell is a 256th to a 512th of its distance to the end, and a straight line off by (1/256)^2 / 4 of that
            // where the law is the steepest of these. The first words at either end are cells of their own: within a
            // quarter of a word.
            let slack = (4e-6 * probability.min(1.0 - probability)).max(0.25 / 2_f64.powi(32));
            let [low, high] = [probability - slack, probability + slack].map(|p| law(p.clamp(1e-12, 1.0 - 1e-12)));
            // The value is a 32-bit float, and so are the borders of its cell.
            let rounding = 2e-6 * high.abs().max(low.abs()).max(1e-6);
            let value = f64::from(table.draw(word));
            assert!((low - rounding..=high + rounding).contains(&value), "word {word}: {value} in {low}..{high}");
        }
    }
}

#[test]
fn larger_words_draw_larger_values() {
    let table = Table::smooth(|p| p * p);
    let mut all = words();
    all.sort_unstable();
    assert!(all.windows(2).all(|pair| table.draw(pair[0]) <= table.draw(pair[1])));
}

#[test]
fn steps_are_drawn_by_their_weights_exactly() {
    let table = Table::steps(&[(8.0, 1.0), (16.0, 2.0), (32.0, 1.0)]);
    let border = 1_u32 << 30;
    for (word, value) in [(0, 8.0), (border - 1, 8.0), (border, 16.0), (3 * border - 1, 16.0), (3 * border, 32.0)] {
        assert_eq!(table.draw(word).to_bits(), f32::to_bits(value), "word {word}");
    }
    assert_eq!(table.draw(u32::MAX).to_bits(), 32.0_f32.to_bits(), "the last step takes what rounding leaves");
}

#[test]
fn a_class_is_the_number_of_borders_at_or_below_a_word() {
    let above = [10, 20, 20, 1 << 32];
    for (word, expected) in [(0, 0), (9, 0), (10, 1), (19, 1), (20, 3), (u32::MAX, 3)] {
        assert_eq!(class(&above, word), expected, "word {word}");
    }
}
