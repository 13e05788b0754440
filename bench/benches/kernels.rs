//! Every vectorised kernel beside its scalar twin. A pair is compared before it is timed.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernels::coarse::{Bins, COMPARED, Coarse, compare};
use kernels::contacts::{self, Header, Rules, Shape};
use kernels::cyclon::cyclon;
use kernels::disorder::{Cell, Ecdf, Ids, Order, count, measure};
use kernels::exchange::BATCH;
use kernels::generic::generic;
use kernels::machine::{Form, choose};
use kernels::moments::Moments;
use kernels::newscast;
use kernels::peers::{in_window, uniform, uniform_many};
use kernels::philox::Stream;
use kernels::scalar;
use kernels::slicing::{Slot, first_misplaced};
use kernels::start::all_at_random;
use kernels::suite::{Holdings, NONE, claim};
use kernels::views::{self, Generic, NOBODY, Pair, View};

/// Nodes of a kernel's block.
const NODES: usize = 1 << 12;
/// Candidates of a node.
const CANDIDATES: usize = 20;

fn stream() -> Stream {
    Stream::new(1, 2, 3)
}

fn words(draw: u32) -> Vec<u32> {
    let mut words = vec![0; NODES];
    stream().fill(&mut words, 0, draw);
    words
}

/// Times a kernel and its twin on `elements` elements, after both gave the same.
fn pair<T: PartialEq + std::fmt::Debug>(
    criterion: &mut Criterion,
    name: &str,
    elements: usize,
    mut kernel: impl FnMut() -> T,
    mut twin: impl FnMut() -> T,
) {
    assert_eq!(kernel(), twin(), "{name}: the kernel and its twin differ");
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(elements as u64));
    group.bench_function("vectors", |bench| bench.iter(|| black_box(kernel())));
    group.bench_function("scalar", |bench| bench.iter(|| black_box(twin())));
    group.finish();
}

fn random_words(criterion: &mut Criterion) {
    let (mut filled, mut single) = (vec![0; NODES], vec![0; NODES]);
    let sum = |words: &[u32]| words.iter().fold(0_u32, |sum, &word| sum.rotate_left(1) ^ word);
    pair(
        criterion,
        "philox, one word a node",
        NODES,
        || {
            stream().fill(&mut filled, 0, 0);
            sum(&filled)
        },
        || {
            (0..).zip(&mut single).for_each(|(node, word)| *word = stream().word(node, 0));
            sum(&single)
        },
    );
    let (mut filled, mut single) = (vec![0; NODES], vec![0; NODES]);
    let quarter = NODES / 4;
    pair(
        criterion,
        "philox, four words a node",
        NODES,
        || {
            let mut rows = filled.chunks_exact_mut(quarter);
            if let [Some(a), Some(b), Some(c), Some(d)] = std::array::from_fn(|_| rows.next()) {
                stream().fill_many([a, b, c, d], 0, 0);
            }
            sum(&filled)
        },
        || {
            for (draw, row) in (0..).zip(single.chunks_exact_mut(quarter)) {
                (0..).zip(row).for_each(|(node, word)| *word = stream().word_of_many(node, draw));
            }
            sum(&single)
        },
    );
}

fn peers(criterion: &mut Criterion) {
    let redraw = |node: u32, range: u32| (0..).find_map(|attempt| scalar::index(stream().word(node, attempt), range));
    let range = 8_191;
    let mut drawn = vec![0; NODES];
    pair(
        criterion,
        "one uniform peer",
        NODES,
        || {
            uniform(&mut drawn, &stream(), 0, range);
            drawn.iter().map(|&peer| u64::from(peer)).sum::<u64>()
        },
        || (0..NODES as u32).filter_map(|node| redraw(node, range)).map(u64::from).sum(),
    );
    let sum = |rows: &[[u32; BATCH]]| rows.iter().flatten().map(|&peer| u64::from(peer)).sum::<u64>();
    let two = |node: u32, word: u32, range: u32| {
        let of = |attempt: u32| stream().word_of_many(node, word + (attempt << 24));
        (0..).find_map(|attempt| scalar::two_indices(of(attempt), range)).unwrap_or_default()
    };
    let mut rows = vec![[0; BATCH]; CANDIDATES];
    pair(
        criterion,
        "20 uniform peers",
        BATCH * CANDIDATES,
        || {
            uniform_many(&mut rows, BATCH, &stream(), 0, 2_047);
            sum(&rows)
        },
        || {
            let pairs = (0..BATCH as u32).flat_map(|node| (0..CANDIDATES as u32 / 2).map(move |word| (node, word)));
            pairs.flat_map(|(node, word)| two(node, word, 2_047)).map(u64::from).sum()
        },
    );
    let mut rows = vec![[0; BATCH]; CANDIDATES];
    let place = |node: u32, draw: u32| scalar::place_in_window(draw, |word| stream().word_of_many(node, word));
    pair(
        criterion,
        "20 peers of a window",
        BATCH * CANDIDATES,
        || {
            in_window(&mut rows, BATCH, &stream(), 0);
            sum(&rows)
        },
        || {
            let pairs = (0..BATCH as u32).flat_map(|node| (0..CANDIDATES as u32).map(move |draw| (node, draw)));
            pairs.map(|(node, draw)| u64::from(place(node, draw))).sum()
        },
    );
}

fn slicing(criterion: &mut Criterion) {
    // Ids nearly in the order of the keys, as after a few cycles: most nodes look at all their candidates.
    let slots: Vec<Slot> = words(0).iter().map(|&key| Slot::new(key, key ^ (key >> 7 & 0xff_ffff))).collect();
    let groups: Vec<[Slot; 4]> = slots.as_chunks::<4>().0.to_vec();
    let each = |node: usize| node % (groups.len() - CANDIDATES / 4);
    pair(
        criterion,
        "first misplaced of 20",
        NODES,
        || {
            let first = |node| first_misplaced(slots[node], &groups[each(node)..][..CANDIDATES / 4], |group| *group);
            (0..NODES).filter_map(first).sum::<usize>()
        },
        || {
            let first = |node| scalar::slicing::first_misplaced(slots[node], &slots[4 * each(node)..][..CANDIDATES]);
            (0..NODES).filter_map(first).sum()
        },
    );
    let nodes = || (0..).zip(&slots);
    let bins = Bins::of(&mut nodes().map(|(node, slot)| slot.place(node)).collect::<Vec<_>>());
    let coarse: Vec<Coarse> = nodes().map(|(node, &slot)| bins.coarse(slot, node)).collect();
    let others = |node: usize| -> [Coarse; COMPARED] { std::array::from_fn(|k| coarse[(node + k) % NODES]) };
    let sum = |[wrong, open]: [u32; 2]| (wrong ^ open) as usize;
    pair(
        criterion,
        "coarse slots of 32",
        NODES,
        || (0..NODES).map(|node| sum(compare(coarse[node], others(node)))).sum::<usize>(),
        || (0..NODES).map(|node| sum(scalar::slicing::compare(coarse[node], others(node)))).sum(),
    );
}

/// Two random views of nodes that are a few cycles old, anew for each exchange: what is left is summed.
fn meet(records: &[u32], entries: usize, known: usize, exchange: impl Fn(&mut Pair<'_>, [u32; 2])) -> u64 {
    let cells = views::words(entries);
    let mut sum = 0_u64;
    for (turn, two) in records.chunks_exact(2 * cells).enumerate() {
        let mut two = two.to_vec();
        let (one, other) = two.split_at_mut(cells);
        for (number, record) in [&mut *one, &mut *other].into_iter().enumerate() {
            // Apart, but for every third place.
            for (place, address) in record[..entries].iter_mut().enumerate() {
                *address = (place * 8 + if place % 3 == 0 { 2 } else { 2 + number }) as u32;
            }
            record[entries..].iter_mut().for_each(|ages| *ages &= 0x0707_0707);
        }
        one[known..entries].fill(NOBODY);
        let (own_view, other_view) = (View::of(one, entries), View::of(other, entries));
        let mut meeting = Pair { own: 0, other: 1, own_view, other_view, reply_lost: false };
        exchange(&mut meeting, [turn as u32, 1]);
        sum += two.iter().map(|&word| u64::from(word)).sum::<u64>();
    }
    sum
}

fn exchanges(criterion: &mut Criterion) {
    let records = words(7);
    let meetings = |entries: usize| NODES / (2 * views::words(entries));
    for (name, healing, swapping) in [("healer", 15, 0), ("swapper", 0, 15), ("mixed", 8, 7)] {
        let rules = Generic { sends: true, replies: true, healing, swapping };
        pair(
            criterion,
            &format!("generic with views of 30, {name}"),
            meetings(30),
            || meet(&records, 30, 30, |meeting, seed| generic(meeting, &rules, seed)),
            || meet(&records, 30, 30, |meeting, seed| scalar::generic::exchange(meeting, &rules, seed)),
        );
    }
    pair(
        criterion,
        "Cyclon with views of 30, 10 of them swapped",
        meetings(30),
        || meet(&records, 30, 29, |meeting, seed| cyclon(meeting, 10, seed)),
        || meet(&records, 30, 29, |meeting, seed| scalar::cyclon::exchange(meeting, 10, seed)),
    );
}

/// Nodes that meet, and cycles after which their views are as they stay.
const MEETING: usize = 1 << 10;
const SETTLED: u32 = 12;

/// A cycle of Newscast: each node meets an entry of its view.
fn newscast_cycle(records: &mut [u32], cycle: u32, exchange: fn(&mut Pair<'_>, u8, bool)) {
    let cells = views::words(CANDIDATES);
    let mut drawn = [0; MEETING];
    Stream::new(1, cycle, 4).fill(&mut drawn, 0, 0);
    for (own, word) in drawn.into_iter().enumerate() {
        let other = records[own * cells + word as usize % CANDIDATES] as usize;
        let ends = [own, other].map(|node| node * cells..(node + 1) * cells);
        let [one, two] = records.get_disjoint_mut(ends).unwrap_or_else(|error| panic!("a node met itself: {error}"));
        let (own_view, other_view) = (View::of(one, CANDIDATES), View::of(two, CANDIDATES));
        let mut meeting = Pair { own: own as u32, other: other as u32, own_view, other_view, reply_lost: false };
        exchange(&mut meeting, cycle as u8, word >> 31 == 1);
    }
}

fn meetings(criterion: &mut Criterion) {
    let mut settled = vec![0; MEETING * views::words(CANDIDATES)];
    for (first, records) in (0..).step_by(BATCH).zip(settled.chunks_mut(BATCH * views::words(CANDIDATES))) {
        all_at_random(records, CANDIDATES, first, MEETING, Stream::new(1, 0, 5));
    }
    (1..SETTLED).for_each(|cycle| newscast_cycle(&mut settled, cycle, scalar::newscast::merge));
    let meet = |exchange| {
        let mut records = settled.clone();
        newscast_cycle(&mut records, SETTLED, exchange);
        records.iter().fold(0_u32, |sum, &word| sum.rotate_left(1) ^ word)
    };
    for form in [Form::Built, Form::Avx512] {
        if choose(form) == form {
            let name = format!("Newscast with views of 20, {}", form.name());
            pair(criterion, &name, MEETING, || meet(newscast::newscast), || meet(scalar::newscast::merge));
        }
    }
}

/// A cycle in which each node tells a random one its contacts in four applications, of which it is in one.
fn contacts_cycle(records: &mut [u32], shape: Shape, cycle: u32, meet: impl Fn(&Rules<'_>, &mut contacts::Pair<'_>)) {
    let cells = shape.words();
    let rules = Rules { shape, now: cycle as u8, key: [cycle, 1], wanted: &[0, 0xF] };
    let mut drawn = [0; MEETING];
    Stream::new(1, cycle, 6).fill(&mut drawn, 0, 0);
    for (own, word) in drawn.into_iter().enumerate() {
        let other = (own + 1 + word as usize % (MEETING - 1)) % MEETING;
        let ends = [own, other].map(|node| node * cells..(node + 1) * cells);
        let records = records.get_disjoint_mut(ends).unwrap_or_else(|error| panic!("a node met itself: {error}"));
        meet(&rules, &mut contacts::Pair { nodes: [own as u32, other as u32], records, reply_lost: false });
    }
}

fn contacts(criterion: &mut Criterion) {
    for keep in [2, 8] {
        let shape = Shape { keep, apps: 4 };
        let mut settled = vec![NOBODY; MEETING * shape.words()];
        for (node, record) in settled.chunks_exact_mut(shape.words()).enumerate() {
            Header { app: node as u8 % 4, version: 1, since: 0, is_published: true }.write(record);
        }
        for cycle in 1..SETTLED {
            contacts_cycle(&mut settled, shape, cycle, |rules, pair| _ = scalar::contacts::meet(rules, pair));
        }
        let meet = |exchange: fn(&Rules<'_>, &mut contacts::Pair<'_>) -> [u64; 2]| {
            let mut records = settled.clone();
            contacts_cycle(&mut records, shape, SETTLED, |rules, pair| _ = exchange(rules, pair));
            records.iter().fold(0_u32, |sum, &word| sum.rotate_left(1) ^ word)
        };
        let name = format!("contacts in four applications, {keep} in each");
        let vectors = |rules: &Rules<'_>, pair: &mut contacts::Pair<'_>| rules.meet(pair);
        pair(criterion, &name, MEETING, || meet(vectors), || meet(scalar::contacts::meet));
    }
}

fn measures(criterion: &mut Criterion) {
    let values: Vec<f64> = words(0).iter().map(|&word| f64::from(word >> 16)).collect();
    pair(
        criterion,
        "moments",
        NODES,
        // Whole numbers, so that the order of a sum does not matter.
        || Moments::of(&values, None).max,
        || values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let drawn = words(0);
    let (mut held, mut single) = (vec![NONE; NODES], vec![NONE; NODES]);
    pair(
        criterion,
        "claim",
        NODES,
        || {
            held.fill(NONE);
            claim(&mut held, drawn.iter().copied(), None, 1 << 30, 1 << 31, 1);
            held.clone()
        },
        || {
            for (held, &word) in single.iter_mut().zip(&drawn) {
                *held = if scalar::takes(word, 1 << 30, 1 << 31) { 1 } else { NONE };
            }
            single.clone()
        },
    );
    let apps: Vec<u8> = drawn.iter().map(|word| (word % 3) as u8).collect();
    let attribute: Vec<f32> = words(1).iter().map(|&word| (word >> 16) as f32).collect();
    pair(
        criterion,
        "holdings of 3 applications",
        NODES,
        || Holdings::of(3, &apps, &apps, &[&attribute]).sums,
        || {
            let mut sums = vec![0.0; 3];
            apps.iter().zip(&attribute).for_each(|(&app, &value)| sums[usize::from(app)] += f64::from(value));
            vec![sums]
        },
    );
    let slots: Vec<Slot> = drawn.iter().map(|&id| Slot::new(0, id)).collect();
    let ranks: Vec<u32> = (0..NODES as u32).collect();
    let mut counts = vec![Cell::default(); 1 << Ecdf::bits(NODES)];
    count(&mut counts, &slots, None);
    let ecdf = Ecdf::new(&counts);
    let mut noted = vec![0; NODES];
    let order = Order { ids: Ids::Random, ecdf: &ecdf, members: NODES as u64, slices: 10 };
    pair(
        criterion,
        "disorder",
        NODES,
        || measure(&mut noted, &slots, &ranks, None, order).wrong,
        || {
            let mut squares = 0.0;
            let wrong = drawn.iter().zip(&ranks).filter(|&(&id, &rank)| {
                let off = ecdf.rank(id) - (f64::from(rank) + 0.5) / NODES as f64;
                squares += off * off;
                scalar::slice(id.into(), 1 << 32, 10) != scalar::slice(rank.into(), NODES as u64, 10)
            });
            let wrong = wrong.count() as u64;
            black_box(squares);
            wrong
        },
    );
}

criterion_group!(all, random_words, peers, slicing, meetings, exchanges, contacts, measures);
criterion_main!(all);
