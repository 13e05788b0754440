//! Passes in units of the machine's own random accesses.

use std::io;
use std::time::Instant;

use crate::access::Memory;

/// Measures passes over so many nodes, each between two looks at the machine's rate.
#[derive(Debug)]
pub struct Meter {
    memory: Memory,
    nodes: usize,
    /// Nanoseconds of the random accesses last measured.
    access: f64,
    rates: Vec<f64>,
    rows: Vec<Row>,
}

/// What one run of a pass cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Wall time in nanoseconds, divided by the nodes.
    pub nanoseconds: f64,
    /// The same in random accesses, as long as they took just then.
    pub accesses: f64,
}

/// A line of the table.
#[derive(Debug)]
struct Row {
    name: String,
    costs: Vec<Cost>,
    bar: Option<f64>,
}

impl Meter {
    /// A meter for passes over `nodes` nodes; its own array has a word for each.
    ///
    /// # Errors
    /// If the system has not as much memory to map.
    pub fn new(nodes: usize) -> io::Result<Self> {
        let mut memory = Memory::new(nodes)?;
        memory.nanoseconds();
        let access = memory.nanoseconds();
        Ok(Self { memory, nodes, access, rates: vec![access], rows: Vec::new() })
    }

    /// Runs a pass and measures what it cost.
    pub fn measure<R>(&mut self, pass: impl FnOnce() -> R) -> (R, Cost) {
        let before = self.access;
        let start = Instant::now();
        let result = pass();
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / self.nodes as f64;
        self.access = self.memory.nanoseconds();
        self.rates.push(self.access);
        (result, Cost { nanoseconds, accesses: nanoseconds * 2.0 / (before + self.access) })
    }

    /// Adds a line to the table: the mean of some runs, the most accesses a node that the pass may cost.
    pub fn report(&mut self, name: &str, costs: Vec<Cost>, bar: Option<f64>) {
        let row = Row { name: name.to_owned(), costs, bar };
        println!("{}", row.line());
        self.rows.push(row);
    }

    /// Prints the titles of the table.
    pub fn title(&self) {
        println!("{} nodes, {} threads", self.nodes, rayon::current_num_threads());
        println!("{:<46} {:>8} {:>10} {:>13} {:>6}  ok", "pass", "ns/node", "accesses", "least to most", "bar");
    }

    /// Prints how long random accesses took meanwhile.
    pub fn summary(&self) {
        let (least, most) = range(self.rates.iter().copied());
        println!(
            "a random read-modify-write of an f32 took {:.2} ns, {least:.2} to {most:.2} in {} measurements",
            mean(self.rates.iter().copied()),
            self.rates.len()
        );
        let missed = self.rows.iter().filter(|row| row.ok() == Some(false)).count();
        println!("{missed} bars missed");
    }
}

impl Row {
    fn accesses(&self) -> f64 {
        mean(self.costs.iter().map(|cost| cost.accesses))
    }

    fn ok(&self) -> Option<bool> {
        self.bar.map(|bar| self.accesses() <= bar)
    }

    fn line(&self) -> String {
        let (least, most) = range(self.costs.iter().map(|cost| cost.accesses));
        let bar = self.bar.map_or(String::new(), |bar| format!("{bar:.2}"));
        let ok = self.ok().map_or("", |ok| if ok { "yes" } else { "NO" });
        let nanoseconds = mean(self.costs.iter().map(|cost| cost.nanoseconds));
        let accesses = self.accesses();
        format!("{:<46} {nanoseconds:>8.2} {accesses:>10.2} {least:>6.2} {most:>6.2} {bar:>6}  {ok}", self.name)
    }
}

/// The mean cost of some runs.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn average(costs: &[Cost]) -> Cost {
    assert!(!costs.is_empty());
    Cost {
        nanoseconds: mean(costs.iter().map(|cost| cost.nanoseconds)),
        accesses: mean(costs.iter().map(|cost| cost.accesses)),
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.fold(0.0, |sum, value| sum + value) / count
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (value.min(least), value.max(most)))
}
