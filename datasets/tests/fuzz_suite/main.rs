//! Files of suites, certificates, keys and conditions with random damage: nothing panics, and nothing that was changed
//! is taken for what was signed.
//!
//! The cases are numbered and depend on nothing but the seed; as many are tried as there is time for.
//! `SUBCLOUD_FUZZ_SECONDS` is the time of all tests here together, 10 if it is not set, and `SUBCLOUD_FUZZ_SEED` the
//! seed, 1 if it is not set. A failure tells the seed, the case and the input.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

mod corpus;
mod mutation;
mod random;
mod targets;

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use random::Random;

/// Tests that share the time.
const TESTS: u32 = 5;

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// Runs a target on damaged texts of a corpus until its share of the time has passed; at least on 100.
fn fuzz(corpus: &[String], target: impl Fn(&str)) {
    let seed = setting("SUBCLOUD_FUZZ_SEED", 1);
    let budget = Duration::from_secs(setting("SUBCLOUD_FUZZ_SECONDS", 10)) / TESTS;
    let start = Instant::now();
    for text in corpus {
        target(text);
    }
    for case in 0.. {
        if case >= 100 && start.elapsed() >= budget {
            break;
        }
        let input = mutation::damaged(corpus, &mut Random::new(seed, case));
        let _told = Told { seed, case, input: &input };
        target(&input);
    }
}

/// The case at hand: it is told when a target panics.
struct Told<'i> {
    seed: u64,
    case: u64,
    input: &'i str,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("SUBCLOUD_FUZZ_SEED={} case {}: {:?}", self.seed, self.case, self.input);
        }
    }
}
