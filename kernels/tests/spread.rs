//! Versions of the suite: what two nodes make of what they tell each other.

use kernels::exchange::{REPLY_LOST, REQUEST_LOST};
use kernels::spread::{ADVERSARY, Bad, NUMBER, Rules, Spread};

/// All versions may be passed on.
const HONEST: Rules = Rules { current: u128::MAX, push: None };

/// What two nodes hold after they have met, and what was sent.
fn met(rules: Rules, own: u8, other: u8, loss: u8) -> ([u8; 2], Spread) {
    let (mut own, mut other, mut spread) = (own, other, Spread::default());
    rules.meet(&mut own, &mut other, loss, &mut spread);
    ([own, other], spread)
}

#[test]
fn the_newer_version_wins_whoever_starts() {
    for own in 0..NUMBER {
        for other in [0, 1, 2, 60, NUMBER - 1] {
            let (held, spread) = met(HONEST, own, other, 0);
            let newer = own.max(other);
            assert_eq!(held, [newer; 2]);
            assert_eq!(spread.taken[usize::from(newer)], u64::from(own != other));
            assert_eq!((spread.taken.iter().sum::<u64>(), spread.dropped), (u64::from(own != other), 0));
        }
    }
}

#[test]
fn a_lost_request_tells_nobody_and_a_lost_reply_only_the_partner() {
    assert_eq!(met(HONEST, 5, 3, REQUEST_LOST).0, [5, 3]);
    assert_eq!(met(HONEST, 5, 3, REPLY_LOST).0, [5, 5]);
    assert_eq!(met(HONEST, 3, 5, REPLY_LOST).0, [3, 5]);
}

#[test]
fn who_pushes_hears_nothing() {
    let (mut other, mut spread) = (1, Spread::default());
    HONEST.push(4, &mut other, 0, &mut spread);
    assert_eq!((other, spread.taken[4]), (4, 1));
    HONEST.push(2, &mut other, 0, &mut spread);
    assert_eq!(other, 4, "an older version is not taken");
    other = 1;
    HONEST.push(4, &mut other, REQUEST_LOST, &mut spread);
    assert_eq!(other, 1);
}

#[test]
fn what_has_expired_is_kept_and_not_passed_on() {
    let rules = Rules { current: !(1 << 5), push: None };
    assert_eq!(met(rules, 5, 3, 0).0, [5, 3]);
    assert_eq!(met(rules, 4, 3, 0).0, [4, 4]);
}

#[test]
fn adversaries_push_and_pass_nothing_on() {
    let forging = Rules { current: u128::MAX, push: Some(Bad::Invalid) };
    let (held, spread) = met(forging, 5 | ADVERSARY, 3, 0);
    assert_eq!((held, spread.dropped), ([5 | ADVERSARY, 3], 1), "nobody takes it, and version 5 is not told");
    let (held, spread) = met(forging, 3 | ADVERSARY, 5, 0);
    assert_eq!((held, spread.dropped), ([5 | ADVERSARY, 5], 1), "an adversary takes what it is told");
    assert_eq!(met(forging, 5 | ADVERSARY, 3 | ADVERSARY, 0).1, Spread::default(), "they do not bother each other");
    // Before they begin they are like others.
    assert_eq!(met(HONEST, 5 | ADVERSARY, 3, 0).0, [5 | ADVERSARY, 5]);
}

#[test]
fn an_old_version_is_taken_by_those_that_hold_none_or_an_older_one() {
    let old = Rules { current: u128::MAX, push: Some(Bad::Old(2)) };
    assert_eq!(met(old, 5 | ADVERSARY, 0, 0).0, [5 | ADVERSARY, 2]);
    assert_eq!(met(old, 5 | ADVERSARY, 1, 0).0, [5 | ADVERSARY, 2]);
    let (held, spread) = met(old, 5 | ADVERSARY, 3, 0);
    assert_eq!((held, spread.dropped), ([5 | ADVERSARY, 3], 1));
    let expired = Rules { current: !(1 << 2), push: Some(Bad::Old(2)) };
    assert_eq!(met(expired, 5 | ADVERSARY, 0, 0).0, [5 | ADVERSARY, 0]);
}

#[test]
fn what_was_sent_adds_up() {
    let (mut sum, one) = (Spread::default(), met(HONEST, 5, 3, 0).1);
    assert!(sum.is_nothing() && !one.is_nothing());
    sum.add(&one);
    sum.add(&one);
    assert_eq!(sum.taken[5], 2);
}
