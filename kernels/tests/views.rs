//! Views: what every exchange must leave behind, and the vectors beside their twin.

use kernels::newscast::newscast;
use kernels::philox::Stream;
use kernels::scalar;
use kernels::views::{Generic, NOBODY, OLDEST, Pair, Scratch, View, Words, cyclon, forget, generic, words};

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
fn newscast_in_vectors_is_its_twin() {
    for (entries, filled) in [
        (1, 1),
        (2, 1),
        (7, 7),
        (8, 8),
        (9, 7),
        (13, 13),
        (16, 16),
        (17, 17),
        (20, 3),
        (20, 20),
        (24, 24),
        (31, 31),
        (32, 30),
        (40, 40),
    ] {
        let run = |vectors: bool| {
            let mut now = 0_u8;
            meet(entries, cloud(entries, filled), |meeting, words| {
                now = now.wrapping_add(u8::from(meeting.own % 7 == 0));
                let seed = [words.word(), words.word()];
                if vectors { newscast(meeting, now, seed) } else { scalar::newscast::merge(meeting, now, seed) }
            })
        };
        assert_eq!(run(true), run(false), "{entries} entries");
    }
}

#[test]
fn both_know_each_other_and_the_freshest_of_both_after_newscast() {
    let mut records = vec![vec![0; words(3)]; 2];
    let entries: [&[(u32, u8)]; 2] = [&[(7, 8), (1, 9), (8, 4)], &[(7, 9), (9, 7), (5, 3)]];
    for (record, entries) in records.iter_mut().zip(entries) {
        View::of(record, 3).fill(entries.iter().copied());
    }
    let [one, two] = records.get_disjoint_mut([0, 1]).unwrap();
    let (own_view, other_view) = (View::of(one, 3), View::of(two, 3));
    let mut meeting = Pair { own: 0, other: 1, own_view, other_view, reply_lost: false };
    newscast(&mut meeting, 10, [1, 2]);
    let entries: Vec<Vec<_>> = records.iter_mut().map(|record| View::of(record, 3).entries().collect()).collect();
    assert_eq!(entries, [[(7, 9), (9, 7), (1, 10)], [(7, 9), (9, 7), (0, 10)]]);
}

#[test]
fn ties_of_newscast_are_broken_evenly_and_apart() {
    // Entries of one age, of which each view keeps about half: by the twin, then in vectors.
    for entries in [5_u32, 8, 20] {
        let all = 2 * entries;
        let mut counts = vec![0_u32; (all * all) as usize];
        for turn in 0..20_000 {
            let mut records = vec![vec![0; words(entries as usize)]; 2];
            for (number, record) in records.iter_mut().enumerate() {
                let first = 10 + entries * number as u32;
                View::of(record, entries as usize).fill((first..first + entries).map(|address| (address, 3)));
            }
            let [one, two] = records.get_disjoint_mut([0, 1]).unwrap();
            let (own_view, other_view) = (View::of(one, entries as usize), View::of(two, entries as usize));
            let mut meeting = Pair { own: 0, other: 1, own_view, other_view, reply_lost: false };
            newscast(&mut meeting, 9, [0, 1].map(|draw| Stream::new(1, 1, 1).word_of_many(turn, draw)));
            let [one, two] = [0, 1].map(|node: usize| {
                let kept = View::of(&mut records[node], entries as usize).entries().collect::<Vec<_>>();
                kept.into_iter().filter(|&(_, stamp)| stamp == 3).map(|(address, _)| address - 10).collect::<Vec<_>>()
            });
            assert_eq!([one.len(), two.len()], [entries as usize - 1; 2]);
            for one in one {
                for two in &two {
                    counts[(one * all + two) as usize] += 1;
                }
            }
        }
        // What one keeps says nothing of what the other does.
        let share = f64::from(entries - 1) / f64::from(all);
        let (mean, error) = (20_000.0 * share * share, (20_000.0 * share * share).sqrt());
        let worst = counts.iter().map(|&count| (f64::from(count) - mean).abs() / error).fold(0.0, f64::max);
        assert!(worst < 4.5, "{entries}: {worst} standard errors");
    }
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
        for replies in [true, false] {
            let mut room = Scratch::default();
            let rules = Generic { replies, healing, swapping };
            let mut records = meet(entries, cloud(entries, entries.min(4)), |meeting, words| {
                generic(meeting, &rules, words, &mut room);
            });
            assert!(records.iter_mut().any(|record| View::of(record, entries).len() == entries));
        }
    }
}

#[test]
fn cyclon_keeps_views_sound_and_moves_entries_only() {
    for (entries, shuffle) in [(2, 1), (6, 3), (20, 8), (20, 20)] {
        let mut room = Scratch::default();
        let before = entries * NODES;
        let mut records = meet(entries, cloud(entries, entries), |meeting, words| {
            // The initiator takes its partner out of its view.
            let own: Vec<_> = meeting.own_view.entries().filter(|&(address, _)| address != meeting.other).collect();
            meeting.own_view.fill(own.into_iter());
            cyclon(meeting, shuffle, words, &mut room);
        });
        let after: usize = records.iter_mut().map(|record| View::of(record, entries).len()).sum();
        // What is lost with replies is not made up for at once.
        assert!(after <= before && after > before / 2, "{after} of {before}");
    }
}
