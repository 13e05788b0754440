//! Views: what every exchange must leave behind.

use std::collections::BTreeMap;

use kernels::cyclon::cyclon;
use kernels::generic::generic;
use kernels::philox::Stream;
use kernels::scalar;
use kernels::views::{Generic, NOBODY, OLDEST, Pair, View, Words, forget, words};
use proptest::prelude::*;

const NODES: usize = 60;

/// A cloud of records, each with some random others in its view.
fn cloud(entries: usize, filled: usize) -> Vec<Vec<u32>> {
    let mut draws = Words::new(Stream::new(1, 0, 0), entries as u32);
    (0..NODES as u32)
        .map(|own| {
            let mut record = vec![0; words(entries)];
            let mut view = View::of(&mut record, entries);
            let mut others: Vec<u32> = (0..NODES as u32).filter(|&other| other != own).collect();
            let chosen = (0..filled).map(|_| (others.remove(draws.below(others.len())), draws.below(5) as u8));
            let chosen: Vec<_> = chosen.collect();
            view.fill(chosen.into_iter());
            record
        })
        .collect()
}

/// Runs random exchanges; `check` sees every one of them.
fn meet(
    entries: usize,
    mut records: Vec<Vec<u32>>,
    mut exchange: impl FnMut(&mut Pair<'_>, &mut Words),
) -> Vec<Vec<u32>> {
    let mut draws = Words::new(Stream::new(2, 0, 0), 0);
    for turn in 0..3_000 {
        let own = draws.below(NODES);
        let view = View::of(&mut records[own], entries);
        if view.is_empty() {
            continue;
        }
        let place = draws.below(view.len());
        let other = view.addresses[place] as usize;
        let Ok([one, two]) = records.get_disjoint_mut([own, other]) else { unreachable!("nobody meets itself") };
        let (own_view, other_view) = (View::of(one, entries), View::of(two, entries));
        let reply_lost = draws.below(5) == 0;
        let mut meeting = Pair { own: own as u32, other: other as u32, own_view, other_view, reply_lost };
        exchange(&mut meeting, &mut Words::new(Stream::new(3, 0, 0), turn));
        for node in [own, other] {
            sound(node as u32, &View::of(&mut records[node], entries));
        }
    }
    records
}

/// A view never holds its owner, no address twice, and entries come first.
fn sound(owner: u32, view: &View<'_>) {
    let entries: Vec<u32> = view.entries().map(|(address, _)| address).collect();
    assert!(view.addresses[entries.len()..].iter().all(|&address| address == NOBODY), "{view:?}");
    assert!(
        !entries.contains(&owner) && entries.iter().all(|&address| (address as usize) < NODES),
        "{owner}: {view:?}"
    );
    let mut sorted = entries.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), entries.len(), "{owner}: {view:?}");
}

#[test]
fn old_entries_stay_old() {
    let mut record = vec![0; words(2)];
    let mut view = View::of(&mut record, 2);
    view.fill([(1, 0), (2, 200)].into_iter());
    for now in 0..1_000_u32 {
        forget(&mut view, now as u8);
    }
    assert!(view.ages.iter().all(|&age| (999_u32 as u8).wrapping_sub(age) == OLDEST));
}

#[test]
fn the_generic_framework_keeps_views_sound() {
    for (entries, healing, swapping) in [(2, 0, 0), (6, 3, 0), (6, 0, 3), (20, 10, 0), (20, 0, 10), (30, 7, 8)] {
        for (sends, replies) in [(true, true), (true, false), (false, true)] {
            let rules = Generic { sends, replies, healing, swapping };
            let mut records = meet(entries, cloud(entries, entries.min(4)), |meeting, words| {
                generic(meeting, &rules, [words.word(), words.word()]);
            });
            assert!(records.iter_mut().any(|record| View::of(record, entries).len() == entries));
        }
    }
}

#[test]
fn cyclon_keeps_views_sound_and_moves_entries_only() {
    for (entries, shuffle) in [(2, 1), (6, 3), (20, 8), (20, 20)] {
        let before = entries * NODES;
        let mut records = meet(entries, cloud(entries, entries), |meeting, words| {
            // The initiator takes its partner out of its view.
            let own: Vec<_> = meeting.own_view.entries().filter(|&(address, _)| address != meeting.other).collect();
            meeting.own_view.fill(own.into_iter());
            cyclon(meeting, shuffle, [words.word(), words.word()]);
        });
        let after: usize = records.iter_mut().map(|record| View::of(record, entries).len()).sum();
        // What is lost with replies is not made up for at once.
        assert!(after <= before && after > before / 2, "{after} of {before}");
    }
}

/// Two views that have some entries in common, of `entries` places each, of which so many are filled; nodes 0 and 1 may
/// know each other.
fn two_views(entries: usize, filled: [usize; 2], ages: u8, seed: u64) -> [Vec<u32>; 2] {
    let mut draws = Words::new(Stream::new(seed, 0, 0), 0);
    [0, 1].map(|node| {
        let mut others: Vec<u32> = (0..2 * entries as u32 + 2).filter(|&other| other != node).collect();
        let mut record = vec![0; words(entries)];
        let entry = |_| (others.remove(draws.below(others.len())), draws.below(usize::from(ages)) as u8);
        let chosen: Vec<_> = (0..filled[node as usize]).map(entry).collect();
        View::of(&mut record, entries).fill(chosen.into_iter());
        record
    })
}

/// The records after a meeting.
fn after(mut records: [Vec<u32>; 2], entries: usize, lost: bool, exchange: impl Fn(&mut Pair<'_>)) -> [Vec<u32>; 2] {
    let [one, two] = &mut records;
    let (own_view, other_view) = (View::of(one, entries), View::of(two, entries));
    exchange(&mut Pair { own: 0, other: 1, own_view, other_view, reply_lost: lost });
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn generic_and_cyclon_are_their_twins(
        seed in any::<[u32; 2]>(),
        shares in any::<[u16; 5]>(),
        full in any::<bool>(),
        ages in prop_oneof![Just(1_u8), 2..=8_u8, Just(OLDEST)],
        lost in any::<bool>(),
    ) {
        let [one, two, heals, swaps, shuffles] = shares.map(usize::from);
        for entries in 1..=128 {
            let filled = if full { [entries; 2] } else { [one % (entries + 1), two % (entries + 1)] };
            let before = two_views(entries, filled, ages, u64::from(seed[0]));
            let healing = heals % (entries / 2 + 1);
            let rules = Generic { sends: true, replies: true, healing, swapping: swaps % (entries / 2 - healing + 1) };
            let run = |exchange: &dyn Fn(&mut Pair<'_>)| after(before.clone(), entries, lost, exchange);
            prop_assert_eq!(
                run(&|meeting| generic(meeting, &rules, seed)),
                run(&|meeting| scalar::generic::exchange(meeting, &rules, seed)),
                "{} entries, {:?}", entries, rules
            );
            let before = two_views(entries, filled, ages, u64::from(seed[1]));
            let run = |exchange: &dyn Fn(&mut Pair<'_>)| after(before.clone(), entries, lost, exchange);
            let shuffle = 1 + shuffles % entries;
            prop_assert_eq!(
                run(&|meeting| cyclon(meeting, shuffle, seed)),
                run(&|meeting| scalar::cyclon::exchange(meeting, shuffle, seed)),
                "{} entries, {} of them swapped", entries, shuffle
            );
        }
    }
}

/// An entry: an address and an age.
type Entry = (u32, u8);

/// A shuffle.
fn shuffled(mut view: Vec<Entry>, draws: &mut Words) -> Vec<Entry> {
    (0..view.len()).map(|_| view.swap_remove(draws.below(view.len()))).collect()
}

/// Takes out the oldest entries, so many, ties at random.
fn take_oldest(view: &mut Vec<Entry>, count: usize, draws: &mut Words) -> Vec<Entry> {
    let one = |_| {
        let oldest = view.iter().map(|&(_, age)| age).max()?;
        let ties: Vec<usize> = (0..view.len()).filter(|&place| view[place].1 == oldest).collect();
        Some(view.remove(ties[draws.below(ties.len())]))
    };
    (0..count).filter_map(one).collect()
}

/// The generic framework, line by line as it is published.
fn published(meeting: &mut Pair<'_>, rules: &Generic, draws: &mut Words) {
    let capacity = meeting.own_view.addresses.len();
    let mut sides =
        [(meeting.own, &mut meeting.own_view), (meeting.other, &mut meeting.other_view)].map(|(node, view)| {
            let mut entries = shuffled(view.entries().collect(), draws);
            let oldest = take_oldest(&mut entries, rules.healing, draws);
            entries.extend(shuffled(oldest, draws));
            let buffer: Vec<Entry> =
                [(node, 0)].into_iter().chain(entries.iter().copied().take(capacity / 2 - 1)).collect();
            (node, view, entries, buffer)
        });
    let buffers = [sides[1].3.clone(), sides[0].3.clone()];
    for ((node, view, entries, _), buffer) in sides.iter_mut().zip(buffers) {
        for entry in buffer.into_iter().filter(|(address, _)| address != node) {
            match entries.iter().position(|known| known.0 == entry.0) {
                Some(place) if entries[place].1 <= entry.1 => continue,
                Some(place) => drop(entries.remove(place)),
                None => {}
            }
            entries.push(entry);
        }
        let excess = |entries: &Vec<Entry>| entries.len().saturating_sub(capacity);
        let healed = rules.healing.min(excess(entries));
        take_oldest(entries, healed, draws);
        entries.drain(..rules.swapping.min(excess(entries)));
        while excess(entries) > 0 {
            entries.remove(draws.below(entries.len()));
        }
        view.fill(entries.iter().copied());
        view.grow_older();
    }
}

/// Cyclon, line by line as it is published.
fn published_cyclon(meeting: &mut Pair<'_>, count: usize, draws: &mut Words) {
    let Pair { own, other, own_view, other_view, .. } = meeting;
    let capacity = own_view.addresses.len();
    let [mut one, mut two] = [&own_view, &other_view].map(|view| shuffled(view.entries().collect(), draws));
    let request = shuffled(one.iter().copied().take(count - 1).chain([(*own, 0)]).collect(), draws);
    let reply: Vec<_> = two.iter().copied().take(count).collect();
    for (node, entries, sent, came) in [(*own, &mut one, count - 1, reply), (*other, &mut two, count, request)] {
        let mut sent = 0..sent;
        let is_new = |entry: &Entry| entry.0 != node && entries.iter().all(|known| known.0 != entry.0);
        for entry in came.into_iter().filter(is_new).collect::<Vec<_>>() {
            if entries.len() < capacity {
                entries.push(entry);
            } else if let Some(place) = sent.next() {
                entries[place] = entry;
            }
        }
    }
    own_view.fill(one.into_iter());
    other_view.fill(two.into_iter());
}

/// Chi-square of two samples of outcomes beside each other, in standard deviations of a normal distribution (Wilson and
/// Hilferty's cube root).
fn chi_square(one: &BTreeMap<Vec<Entry>, [u32; 2]>) -> f64 {
    // Outcomes that are rare count as one.
    let (mut cells, rare): (Vec<&[u32; 2]>, Vec<&[u32; 2]>) =
        one.values().partition(|counts| counts.iter().sum::<u32>() >= 20);
    let rest = rare.into_iter().fold([0; 2], |all, counts| [all[0] + counts[0], all[1] + counts[1]]);
    cells.extend((rest != [0; 2]).then_some(&rest));
    let square = |counts: &&[u32; 2]| {
        let [one, two] = counts.map(f64::from);
        (one - two).powi(2) / (one + two)
    };
    let degrees = (cells.len() as f64 - 1.0).max(1.0);
    let (part, variance) = (cells.iter().map(square).sum::<f64>() / degrees, 2.0 / (9.0 * degrees));
    (part.cbrt() - (1.0 - variance)) / variance.sqrt()
}

/// How the views of either node after a meeting, as sets, are distributed in two forms of a protocol.
fn compare(
    name: &str,
    before: &[Vec<u32>; 2],
    entries: usize,
    form: impl Fn(&mut Pair<'_>, [u32; 2]),
    other: impl Fn(&mut Pair<'_>, &mut Words),
) {
    let mut outcomes = [BTreeMap::new(), BTreeMap::new()];
    for turn in 0..40_000 {
        let seed = [0, 1].map(|draw| Stream::new(4, 0, 0).word_of_many(turn, draw));
        for sample in 0..2 {
            let records = after(before.clone(), entries, false, |meeting| match sample {
                0 => form(meeting, seed),
                _ => other(meeting, &mut Words::new(Stream::new(5, 0, 0), turn)),
            });
            for (mut record, outcomes) in records.into_iter().zip(&mut outcomes) {
                let mut view: Vec<_> = View::of(&mut record, entries).entries().collect();
                view.sort_unstable();
                outcomes.entry(view).or_insert([0; 2])[sample] += 1;
            }
        }
    }
    assert!(outcomes.iter().any(|outcomes| outcomes.len() > 3), "{name}: outcomes vary");
    for (node, outcomes) in outcomes.iter().enumerate() {
        let off = chi_square(outcomes);
        assert!(off < 4.5, "{name}, node {node}: {} outcomes, {off} standard deviations", outcomes.len());
    }
}

#[test]
fn generic_leaves_what_the_published_protocol_leaves() {
    // By the twin, then in vectors.
    for entries in [6, 8] {
        for (healing, swapping, filled) in [
            (0, 0, [entries; 2]),
            (entries / 2, 0, [entries; 2]),
            (0, entries / 2, [entries; 2]),
            (2, 1, [entries; 2]),
            (1, 1, [entries, entries - 1]),
            // With so few entries some of the oldest are sent.
            (entries / 2, 0, [entries - 1, entries / 2 + 1]),
            (1, 2, [entries - 2, entries - 1]),
        ] {
            let rules = Generic { sends: true, replies: true, healing, swapping };
            let before = two_views(entries, filled, 3, 1);
            let name = format!("{entries} places, {filled:?} filled, {rules:?}");
            let form = |meeting: &mut Pair<'_>, seed| generic(meeting, &rules, seed);
            compare(&name, &before, entries, form, |meeting, draws| published(meeting, &rules, draws));
        }
    }
}

#[test]
fn cyclon_leaves_what_the_published_protocol_leaves() {
    for entries in [6, 8] {
        for (count, filled) in
            [(3, [entries - 1, entries]), (3, [entries; 2]), (4, [entries - 2, entries]), (2, [entries - 1; 2])]
        {
            let before = two_views(entries, filled, 3, 1);
            let name = format!("{entries} places, {filled:?} filled, {count} swapped");
            let form = |meeting: &mut Pair<'_>, seed| cyclon(meeting, count, seed);
            compare(&name, &before, entries, form, |meeting, draws| published_cyclon(meeting, count, draws));
        }
    }
}

#[test]
fn who_only_pushes_is_left_with_what_it_sent_first_and_its_partner_without_its_first_entries() {
    let mut before = [vec![0; words(8)], vec![0; words(8)]];
    for (first, record) in [10, 20].into_iter().zip(&mut before) {
        View::of(record, 8).fill((first..first + 8).map(|address| (address, 3)));
    }
    let rules = Generic { sends: true, replies: false, healing: 0, swapping: 4 };
    let mut orders = BTreeMap::new();
    for turn in 0..100 {
        let mut records = after(before.clone(), 8, false, |meeting| generic(meeting, &rules, [turn, 7]));
        let [one, two] = [0, 1].map(|node: usize| View::of(&mut records[node], 8).entries().collect::<Vec<_>>());
        let mut sorted = one.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (10..18).map(|address| (address, 4)).collect::<Vec<_>>());
        assert_eq!(two[..4], [24, 25, 26, 27].map(|address| (address, 4)));
        let mut sent = one[..3].to_vec();
        sent.push((0, 1));
        sent.sort_unstable();
        let mut came = two[4..].to_vec();
        came.sort_unstable();
        assert_eq!(sent, came);
        *orders.entry(one).or_insert(0) += 1;
    }
    assert!(orders.len() > 95, "the order is random");
}

/// To pull is to be pushed to, unless the reply is lost: the partner has then shuffled its view for nobody.
#[test]
fn who_only_pulls_has_what_its_partner_would_push() {
    let mut draws = Words::new(Stream::new(11, 0, 0), 0);
    for turn in 0..200 {
        let filled = [0, 1].map(|_| draws.below(13));
        let rules = |sends| Generic { sends, replies: !sends, healing: turn % 4, swapping: turn % 3 };
        let [one, two] = two_views(12, filled, 9, turn as u64);
        let seed = [turn as u32, 5];
        let pulled = after([one.clone(), two.clone()], 12, false, |meeting| generic(meeting, &rules(false), seed));
        let [mut own, mut other] = [one.clone(), two.clone()];
        let (own_view, other_view) = (View::of(&mut other, 12), View::of(&mut own, 12));
        let mut meeting = Pair { own: 1, other: 0, own_view, other_view, reply_lost: false };
        generic(&mut meeting, &rules(true), seed);
        assert_eq!(pulled, [own, other]);
        let lost = after([one.clone(), two], 12, true, |meeting| generic(meeting, &rules(false), seed));
        let mut older = one;
        View::of(&mut older, 12).grow_older();
        assert_eq!(lost, [older, pulled[1].clone()]);
    }
}
