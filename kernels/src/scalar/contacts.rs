//! The twin of contacts: an application after the other, an entry after the other.

use std::collections::BTreeMap;

use super::mixed;
use crate::contacts::{Header, Pair, Rules, age, of_app, of_app_mut};
use crate::views::NOBODY;

/// Two nodes meet, and tell each other all contacts that they have ([`Rules::meet`]).
pub fn meet(rules: &Rules<'_>, pair: &mut Pair<'_>) -> [u64; 2] {
    let Pair { nodes, records, reply_lost } = pair;
    let headers = [Header::of(records[0]), Header::of(records[1])];
    let key = [rules.key[0] ^ nodes[0], rules.key[1] ^ nodes[1]];
    let mut sent = headers.map(|header| u64::from(header.is_published));
    for app in 0..rules.shape.apps {
        // The youngest entry of each address.
        let mut known = BTreeMap::new();
        let mut add = |address: u32, age: u8| {
            let youngest = known.entry(address).or_insert(age);
            *youngest = age.min(*youngest);
        };
        for side in [0, 1] {
            let (addresses, stamps) = of_app(records[side], rules.shape, app);
            for (&address, &stamp) in addresses.iter().zip(stamps).filter(|(address, _)| **address != NOBODY) {
                add(address, age(rules.now, stamp));
                sent[side] += 1;
            }
            if headers[side].published() == Some(app as u8) {
                add(nodes[side], 0);
            }
        }
        let mut sorted: Vec<(u8, u32, u32)> =
            known.into_iter().map(|(address, age)| (age, mixed(key, address) >> 8, address)).collect();
        sorted.sort_unstable();
        for side in [0, 1] {
            let is_deaf = side == 0 && *reply_lost;
            if is_deaf || rules.wanted(headers[side]) >> app & 1 == 0 {
                continue;
            }
            let (addresses, stamps) = of_app_mut(records[side], rules.shape, app);
            let mut kept = sorted.iter().filter(|(.., address)| *address != nodes[side]);
            for (address, stamp) in addresses.iter_mut().zip(stamps) {
                match kept.next() {
                    Some(&(age, _, other)) => (*address, *stamp) = (other, rules.now.wrapping_sub(age)),
                    None => *address = NOBODY,
                }
            }
        }
    }
    sent
}
