//! The time left is right within a factor of two after a tenth of the time, where that can be known.

#[path = "../src/progress/left.rs"]
mod left;

use left::Left;

/// Milliseconds of the cycles of a run of `newscast.toml`, whose overlay is measured in every fifth; the last has all.
const NEWSCAST: [u32; 60] = [
    39, 26, 27, 28, 364, 27, 26, 27, 27, 360, 27, 27, 26, 26, 355, 27, 27, 27, 27, 370, 31, 35, 36, 31, 440, 36, 36,
    34, 31, 479, 31, 32, 26, 30, 524, 61, 57, 55, 33, 508, 67, 68, 49, 48, 551, 61, 37, 48, 38, 627, 46, 31, 67, 59,
    666, 62, 32, 31, 28, 517,
];

/// Milliseconds of each fifth cycle of a run of `healing.toml`: half of the nodes crash a little after half of the
/// time.
const HEALING: [u32; 32] = [
    136, 115, 117, 123, 121, 115, 118, 104, 117, 119, 119, 117, 108, 112, 116, 115, 108, 97, 90, 104, 98, 116, 121, 68,
    63, 65, 48, 56, 49, 49, 48, 50,
];

/// A made-up run: the seconds and the kind of each step.
struct Steps(Vec<(f64, usize)>);

impl Steps {
    /// Steps of one kind.
    fn alike(seconds: impl IntoIterator<Item = f64>) -> Self {
        Self(seconds.into_iter().map(|seconds| (seconds, 0)).collect())
    }

    /// Steps of which every so many-th is of a second kind.
    fn periodic(seconds: impl IntoIterator<Item = f64>, every: usize) -> Self {
        let kind = |step: usize| usize::from((step + 1).is_multiple_of(every));
        Self(seconds.into_iter().enumerate().map(|(step, seconds)| (seconds, kind(step))).collect())
    }

    /// The worst factor by which the time left was ever wrong, from `share` of the time on until the last step.
    fn worst_from(&self, share: f64) -> f64 {
        let totals = [0, 1].map(|kind| self.0.iter().filter(|step| step.1 == kind).count() as f64);
        let mut left = Left::new(&totals);
        let total: f64 = self.0.iter().map(|step| step.0).sum();
        let (mut elapsed, mut worst) = (0.0, 1.0_f64);
        for &(seconds, kind) in &self.0[..self.0.len() - 1] {
            left.advance(kind, 1.0, seconds);
            elapsed += seconds;
            if elapsed >= share * total {
                let (told, truth) = (left.seconds().unwrap_or(0.0), total - elapsed);
                worst = worst.max(told / truth).max(truth / told);
            }
        }
        assert!((left.share_done() - 1.0 + 1.0 / self.0.len() as f64).abs() < 1e-9);
        worst
    }
}

#[test]
fn steps_that_others_have_done_are_no_longer_to_come_and_cost_nothing() {
    let mut left = Left::new(&[10.0, 4.0]);
    left.skip(0, 6.0);
    left.skip(1, 4.0);
    assert!(left.seconds().is_none() && (left.share_done() - 10.0 / 14.0).abs() < 1e-9);
    left.advance(0, 1.0, 2.0);
    assert!(left.seconds().is_some_and(|seconds| (seconds - 6.0).abs() < 1e-9));
}

/// A number that is other for each step, from 0 to 1.
fn noise(step: u32) -> f64 {
    f64::from(step.wrapping_mul(2_654_435_769) >> 16) / 65_536.0
}

#[test]
fn equal_steps_leave_no_doubt() {
    assert!(Steps::alike([0.3; 40]).worst_from(0.0) < 1.001);
    assert!(Steps::alike([1e-9; 40]).worst_from(0.0) < 1.001);
    assert!(Steps::alike([5.0; 2]).worst_from(0.0) < 1.001);
}

#[test]
fn uneven_steps_are_right_within_a_factor_of_two() {
    let uneven = |spread: f64| Steps::alike((0..100).map(move |step| 1.0 + spread * noise(step))).worst_from(0.1);
    assert!(uneven(1.0) < 1.6 && uneven(4.0) < 2.0, "{} and {}", uneven(1.0), uneven(4.0));
}

#[test]
fn first_steps_that_are_slower_are_forgotten() {
    let slow_start = (0..100).map(|step| if step < 3 { 10.0 } else { 1.0 });
    // A tenth of the time are the slow steps themselves, and nobody knows yet that those to come are not like them.
    assert!(Steps::alike(slow_start).worst_from(0.26) < 2.0);
    let twice = (0..100).map(|step| if step < 10 { 1.8 } else { 1.0 });
    assert!(Steps::alike(twice).worst_from(0.1) < 2.0);
}

#[test]
fn an_event_at_half_that_makes_steps_cheaper_or_dearer_is_met() {
    let event = |factor: f64| Steps::alike((0..100).map(move |step| if step < 50 { 1.0 } else { factor }));
    for factor in [0.6, 0.8, 1.5, 1.9] {
        assert!(event(factor).worst_from(0.1) < 2.0, "{factor}: {}", event(factor).worst_from(0.1));
    }
    // A fourth of the cost cannot be known before; from some steps after the event on it is.
    assert!(event(0.25).worst_from(0.9) < 2.0, "{}", event(0.25).worst_from(0.9));
}

#[test]
fn steps_that_observe_are_counted_apart() {
    let seconds = || (1..=100).map(|step| if step % 25 == 0 { 50.0 } else { 1.0 });
    assert!(Steps::periodic(seconds(), 25).worst_from(0.2) < 1.01);
    assert!(Steps::alike(seconds()).worst_from(0.2) > 2.0, "the test shows nothing");
}

#[test]
fn recorded_runs_are_right_within_a_factor_of_two() {
    let seconds = |milliseconds: &[u32]| milliseconds.iter().map(|&time| f64::from(time) / 1e3).collect::<Vec<_>>();
    assert!(Steps::periodic(seconds(&NEWSCAST), 5).worst_from(0.1) < 2.0);
    assert!(Steps::alike(seconds(&HEALING)).worst_from(0.1) < 2.0);
}

#[test]
fn steps_of_known_weight_take_time_in_proportion() {
    let mut left = Left::new(&[60.0]);
    assert_eq!(left.seconds(), None);
    left.advance(0, 10.0, 5.0);
    left.advance(0, 20.0, 10.0);
    assert!((left.seconds().unwrap_or(0.0) - 15.0).abs() < 1e-9 && (left.share_done() - 0.5).abs() < 1e-9);
    // Steps that were done at the same time, or beside others, as by several threads.
    left.advance(0, 15.0, 0.0);
    left.advance(0, 15.0, 15.0);
    assert!(left.seconds().is_some_and(|seconds| seconds.abs() < 1e-9) && (left.share_done() - 1.0).abs() < 1e-9);
}

#[test]
fn a_kind_that_was_not_met_yet_is_taken_for_the_mean_of_the_others() {
    let mut left = Left::new(&[4.0, 2.0, 0.0]);
    left.advance(0, 1.0, 3.0);
    assert!((left.seconds().unwrap_or(0.0) - 15.0).abs() < 1e-9);
    left.advance(1, 1.0, 10.0);
    assert!((left.seconds().unwrap_or(0.0) - 19.0).abs() < 1e-9);
}

#[test]
fn work_without_steps_is_done() {
    assert!((Left::new(&[]).share_done() - 1.0).abs() < 1e-9);
    let mut left = Left::new(&[0.0]);
    left.advance(0, 0.0, 1.0);
    assert!(left.seconds().is_none_or(f64::is_finite) && left.share_done().is_finite());
}
