//! Contacts: four applications side by side leave what one after the other does.

use kernels::contacts::{Header, Pair, Rules, Shape, age, clear, of_app, of_app_mut};
use kernels::scalar;
use kernels::suite::NONE;
use kernels::views::NOBODY;
use proptest::prelude::*;

/// Few addresses, so that many are known to both nodes, and each is known to the other.
const NODES: u32 = 24;

#[derive(Clone, Debug)]
struct Meeting {
    shape: Shape,
    now: u8,
    key: [u32; 2],
    wanted: [u64; 3],
    nodes: [u32; 2],
    headers: [Header; 2],
    /// For each side and application, addresses and ages.
    known: [Vec<Vec<(u32, u8)>>; 2],
    reply_lost: bool,
}

fn header(apps: usize) -> impl Strategy<Value = Header> {
    (0..=apps, any::<bool>(), 0..4_u8).prop_map(move |(app, is_published, version)| {
        let app = if app == apps { NONE } else { app as u8 };
        Header { app, version, since: 7, is_published: is_published && app != NONE }
    })
}

/// What a node knows in an application: some others, each once.
fn known(keep: usize) -> impl Strategy<Value = Vec<(u32, u8)>> {
    // Many of one age, so that ties decide.
    prop::collection::btree_map(0..NODES, prop_oneof![Just(0_u8), 0..3_u8, any::<u8>()], 0..=keep)
        .prop_map(|known| known.into_iter().collect())
}

fn meeting() -> impl Strategy<Value = Meeting> {
    (1..=8_usize, 1..=11_usize).prop_flat_map(|(keep, apps)| {
        let known = || prop::collection::vec(known(keep), apps);
        let nodes = (0..NODES, 1..NODES).prop_map(|(one, further)| [one, (one + further) % NODES]);
        let drawn = (any::<u8>(), any::<[u32; 2]>(), any::<[u64; 3]>(), nodes, any::<bool>());
        (drawn, [header(apps), header(apps)], [known(), known()]).prop_map(move |(drawn, headers, known)| {
            let (now, key, wanted, nodes, reply_lost) = drawn;
            let shape = Shape { keep, apps };
            Meeting { shape, now, key, wanted, nodes, headers, known, reply_lost }
        })
    })
}

impl Meeting {
    fn record(&self, side: usize) -> Vec<u32> {
        let mut record = vec![0; self.shape.words()];
        self.headers[side].write(&mut record);
        clear(&mut record, self.shape);
        for (app, known) in self.known[side].iter().enumerate() {
            let (addresses, stamps) = of_app_mut(&mut record, self.shape, app);
            let others = known.iter().filter(|(address, _)| *address != self.nodes[side]);
            for (place, &(address, age)) in others.enumerate() {
                (addresses[place], stamps[place]) = (address, self.now.wrapping_sub(age));
            }
        }
        record
    }

    fn meet(&self, meet: impl Fn(&Rules<'_>, &mut Pair<'_>) -> [u64; 2]) -> ([u64; 2], [Vec<u32>; 2]) {
        let &Self { shape, now, key, ref wanted, nodes, reply_lost, .. } = self;
        let mut records = [self.record(0), self.record(1)];
        let rules = Rules { shape, now, key, wanted };
        let sent =
            meet(&rules, &mut Pair { nodes, records: records.each_mut().map(|record| &mut **record), reply_lost });
        (sent, records)
    }
}

fn side_by_side(rules: &Rules<'_>, pair: &mut Pair<'_>) -> [u64; 2] {
    rules.meet(pair)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn side_by_side_is_as_one_by_one(meeting in meeting()) {
        prop_assert_eq!(meeting.meet(side_by_side), meeting.meet(scalar::contacts::meet));
    }

    #[test]
    fn nobody_holds_itself_or_anybody_twice_and_the_youngest_come_first(meeting in meeting()) {
        let (_, records) = meeting.meet(side_by_side);
        for side in [0, 1] {
            let version = usize::from(meeting.headers[side].version);
            let wanted = meeting.wanted.get(version).copied().unwrap_or(0);
            for app in (0..meeting.shape.apps).filter(|app| wanted >> app & 1 == 1) {
                let (addresses, stamps) = of_app(&records[side], meeting.shape, app);
                let count = addresses.iter().take_while(|address| **address != NOBODY).count();
                prop_assert!(addresses[count..].iter().all(|&address| address == NOBODY));
                let mut once = addresses[..count].to_vec();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), count);
                prop_assert!(!once.contains(&meeting.nodes[side]));
                let is_heard = side == 1 || !meeting.reply_lost;
                prop_assert!(!is_heard || stamps[..count].is_sorted_by_key(|&stamp| age(meeting.now, stamp)));
            }
        }
    }
}
