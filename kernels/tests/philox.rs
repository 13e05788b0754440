//! Philox against the published vectors, an independent implementation, and its own scalar twin.

use kernels::philox::Stream;
use kernels::scalar::philox;
use proptest::prelude::*;

#[test]
fn published_vectors_are_reproduced() {
    // Random123 1.14, tests/kat_vectors: philox4x32 10.
    assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    assert_eq!(
        philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    );
}

#[test]
fn every_start_and_length_equals_the_scalar_twin() {
    for first in (0..70).chain([u32::MAX / 2, 4_000_000_001]) {
        for length in 0..=129 {
            let stream = Stream::new(0x0123_4567_89ab_cdef, 9, 5);
            let mut words = vec![0; length];
            stream.fill(&mut words, first, 2);
            for (k, &word) in words.iter().enumerate() {
                assert_eq!(word, stream.word(first + k as u32, 2), "first {first}, length {length}, word {k}");
            }
        }
    }
}

proptest! {
    #[test]
    fn an_independent_implementation_agrees(counter: [u32; 4], key: [u32; 2]) {
        prop_assert_eq!(philox(counter, key), rand_philox::philox4x32_10(counter, key));
    }
}

#[test]
fn words_of_scattered_nodes_are_those_of_each() {
    let stream = Stream::new(9, 8, 7);
    let nodes: [u32; 16] = std::array::from_fn(|k| (k as u32).wrapping_mul(2_654_435_761));
    for quad in [0, 1, 5] {
        for (word, row) in stream.quads_of_many(&nodes, quad).iter().enumerate() {
            for (&node, &found) in nodes.iter().zip(row) {
                assert_eq!(found, stream.word_of_many(node, 4 * quad + word as u32));
            }
        }
    }
}
