//! Names of hosts, kept as they are written.

use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// The ids of a column, each different one kept once.
#[derive(Debug, Default)]
pub(in crate::fleet) struct Ids {
    /// The different ids, in the order in which they first stand in the column.
    pub names: IndexSet<Box<str>, RandomState>,
    /// Which of them each row has.
    pub rows: Vec<u32>,
}

impl Ids {
    /// Takes the id of the next row.
    pub fn push(&mut self, name: &str) {
        let number = self.names.get_index_of(name).unwrap_or_else(|| self.names.insert_full(name.into()).0);
        self.rows.push(number as u32);
    }

    /// Takes the ids of the rows of another file.
    pub fn append(&mut self, more: Self) {
        let numbers: Vec<u32> = more.names.into_iter().map(|name| self.names.insert_full(name).0 as u32).collect();
        self.rows.extend(more.rows.iter().filter_map(|&id| numbers.get(id as usize)));
    }

    /// The place of each different id in their order: by value if all are whole numbers, else as text.
    pub fn ranks(&self) -> Vec<u32> {
        let numbers: Option<Vec<i128>> = self.names.iter().map(|name| number(name)).collect();
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        match numbers {
            Some(numbers) => order.sort_by_key(|&id| numbers[id as usize]),
            None => order.sort_by_key(|&id| &self.names[id as usize]),
        }
        let mut ranks = vec![0; order.len()];
        (0..).zip(order).for_each(|(rank, id)| ranks[id as usize] = rank);
        ranks
    }
}

/// The number of an id that is written as whole numbers usually are: not `007`, `+7` or `-0`, so that no two ids have
/// one number.
fn number(name: &str) -> Option<i128> {
    let digits = name.strip_prefix('-').unwrap_or(name);
    let is_plain = name == "0" || !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { name.parse().ok() } else { None }
}
