//! Newscast: the rule by which two views are merged, and every form of the merge beside its twin.

use kernels::machine::{Form, choose};
use kernels::newscast::newscast;
use kernels::scalar;
use kernels::views::{NOBODY, OLDEST, Pair, View, words};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What two nodes hold after they met: 0, the initiator, and 1.
fn met(
    exchange: fn(&mut Pair<'_>, u8, bool),
    entries: usize,
    views: [&[(u32, u8)]; 2],
    now: u8,
    partner_first: bool,
    reply_lost: bool,
) -> [Vec<(u32, u8)>; 2] {
    let mut records = views.map(|view| {
        let mut record = vec![0; words(entries)];
        View::of(&mut record, entries).fill(view.iter().copied());
        record
    });
    let [own_view, other_view] = records.each_mut().map(|record| View::of(record, entries));
    exchange(&mut Pair { own: 0, other: 1, own_view, other_view, reply_lost }, now, partner_first);
    records.map(|mut record| {
        let view = View::of(&mut record, entries);
        assert!(view.addresses.iter().skip_while(|&&address| address != NOBODY).all(|&address| address == NOBODY));
        view.entries().collect()
    })
}

#[test]
fn both_keep_the_freshest_of_both_and_entries_of_an_age_by_turns() {
    // In cycle 10: entries 1 cycle old, 2 cycles old, 3 cycles old.
    let own = [(20, 9), (21, 9), (1, 8), (22, 8), (23, 8), (24, 7)];
    let other = [(30, 9), (21, 9), (31, 9), (20, 8), (32, 8), (33, 7)];
    for exchange in [newscast, scalar::newscast::merge] {
        let [one, two] = met(exchange, 6, [&own, &other], 10, false, false);
        // 20, 30, 21 (its copy goes), 31; of 2 cycles: 1 is the partner, the copy of 20 goes.
        assert_eq!(one, [(1, 10), (20, 9), (30, 9), (21, 9), (31, 9), (22, 8)]);
        assert_eq!(two, [(0, 10), (20, 9), (30, 9), (21, 9), (31, 9), (22, 8)]);
        let [one, two] = met(exchange, 6, [&own, &other], 10, true, false);
        // 30, 20, 21, 31; of 2 cycles: the place of 20 is its second copy's, then that of the partner, then 32.
        assert_eq!(one, [(1, 10), (30, 9), (20, 9), (21, 9), (31, 9), (32, 8)]);
        assert_eq!(two[1..], one[1..]);
        let [one, two] = met(exchange, 6, [&own, &other], 10, true, true);
        assert_eq!((&one[..], two[0]), (&own[..], (0, 10)), "the reply is lost");
    }
}

#[test]
fn an_entry_keeps_its_number_within_its_age_when_those_before_it_go() {
    // The partner stands first: the entry behind it is still the second of its age.
    let [own, _] = met(scalar::newscast::merge, 4, [&[(1, 5), (2, 5), (3, 5)], &[(4, 5), (5, 5)]], 6, false, false);
    assert_eq!(own, [(1, 6), (4, 5), (2, 5), (5, 5)]);
}

/// A view of node `own`, freshest first, with ages up to a few cycles or beyond what a byte holds.
fn view(own: u32, entries: usize) -> impl Strategy<Value = Vec<(u32, u8)>> {
    let nodes = 2 * entries as u32 + 4;
    let others: Vec<u32> = (0..nodes).filter(|&other| other != own).collect();
    let filled = prop_oneof![8 => Just(entries), 1 => 0..=entries];
    let ages = prop_oneof![Just(3_u8), Just(6), Just(10), Just(255)];
    (Just(others).prop_shuffle(), filled, ages, proptest::collection::vec(any::<u8>(), entries)).prop_map(
        |(addresses, filled, most, mut ages)| {
            if most < 255 {
                for age in &mut ages {
                    *age %= most + 1;
                }
            }
            ages.sort_unstable();
            addresses.into_iter().zip(ages).take(filled).collect()
        },
    )
}

/// A meeting: places of a view, entries of both views with their ages, this cycle, whether the partner's entries come
/// first, and whether the reply is lost.
type Meeting = (usize, [Vec<(u32, u8)>; 2], u8, bool, bool);

fn meeting() -> impl Strategy<Value = Meeting> {
    let views = |entries| (Just(entries), [view(0, entries), view(1, entries)]);
    ((1_usize..=40).prop_flat_map(views), any::<u8>(), any::<bool>(), any::<bool>())
        .prop_map(|((entries, views), now, partner_first, lost)| (entries, views, now, partner_first, lost))
}

/// Compares a form of the merge with its twin in many random meetings.
fn is_its_twin(form: Form) {
    assert_eq!(choose(form), form);
    let mut runner = TestRunner::new(ProptestConfig { cases: 20_000, ..ProptestConfig::default() });
    let compared = runner.run(&meeting(), |(entries, views, now, partner_first, lost)| {
        let stamp = |(address, age): (u32, u8)| (address, now.wrapping_sub(age));
        let stamped = views.map(|view| view.into_iter().map(stamp).collect::<Vec<_>>());
        let views = stamped.each_ref().map(|view| &view[..]);
        let found = met(newscast, entries, views, now, partner_first, lost);
        prop_assert_eq!(&found, &met(scalar::newscast::merge, entries, views, now, partner_first, lost));
        // Freshest first, as before.
        let age = |&(_, stamp): &(u32, u8)| now.wrapping_sub(stamp).min(OLDEST);
        prop_assert!(found.iter().all(|view| view.is_sorted_by_key(age)));
        Ok(())
    });
    compared.unwrap_or_else(|error| panic!("{form:?}: {error}"));
}

#[test]
fn every_form_is_its_twin() {
    is_its_twin(Form::Built);
    if choose(Form::Avx512) == Form::Avx512 {
        is_its_twin(Form::Avx512);
    } else {
        println!("skipped: this processor has no AVX-512");
    }
}
