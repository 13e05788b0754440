//! Conditions on attributes: which nodes of a stride fit.
//!
//! Reads four bytes a node for each attribute named, and writes a byte.

use datasets::suite::{Comparison, Operand, Test};

/// Marks with 1 the nodes that pass a test, with 0 the others. `attributes` are those of the nodes at hand.
pub fn fits(marks: &mut [u8], test: &Test, attributes: &[&[f32]]) {
    match test {
        Test::Compare(left, comparison, right) => match (left, right) {
            (Operand::Attribute(left), Operand::Attribute(right)) => {
                let (left, right) = (attributes[*left], attributes[*right]);
                compare(marks, *comparison, left.iter().copied().zip(right.iter().copied()));
            }
            (Operand::Attribute(left), Operand::Number(right)) => {
                compare(marks, *comparison, attributes[*left].iter().map(|&value| (value, *right as f32)));
            }
            (Operand::Number(left), Operand::Attribute(right)) => {
                compare(marks, *comparison, attributes[*right].iter().map(|&value| (*left as f32, value)));
            }
            (Operand::Number(left), Operand::Number(right)) => {
                compare(marks, *comparison, std::iter::repeat((*left as f32, *right as f32)));
            }
        },
        Test::And(tests) => join(marks, tests, attributes, 1, |mark, other| mark & other),
        Test::Or(tests) => join(marks, tests, attributes, 0, |mark, other| mark | other),
        Test::Not(test) => {
            fits(marks, test, attributes);
            for mark in marks {
                *mark ^= 1;
            }
        }
    }
}

fn compare(marks: &mut [u8], comparison: Comparison, pairs: impl Iterator<Item = (f32, f32)>) {
    #[expect(clippy::float_cmp, reason = "equal means equal")]
    match comparison {
        Comparison::Less => mark(marks, pairs, |left, right| left < right),
        Comparison::AtMost => mark(marks, pairs, |left, right| left <= right),
        Comparison::Greater => mark(marks, pairs, |left, right| left > right),
        Comparison::AtLeast => mark(marks, pairs, |left, right| left >= right),
        Comparison::Equal => mark(marks, pairs, |left, right| left == right),
        Comparison::NotEqual => mark(marks, pairs, |left, right| left != right),
    }
}

fn mark(marks: &mut [u8], pairs: impl Iterator<Item = (f32, f32)>, holds: impl Fn(f32, f32) -> bool) {
    marks.iter_mut().zip(pairs).for_each(|(mark, (left, right))| *mark = u8::from(holds(left, right)));
}

/// Joins the marks of several tests; `start` is what no test at all gives.
fn join(marks: &mut [u8], tests: &[Test], attributes: &[&[f32]], start: u8, with: impl Fn(u8, u8) -> u8) {
    let mut room = vec![0; marks.len()];
    marks.fill(start);
    for test in tests {
        fits(&mut room, test, attributes);
        marks.iter_mut().zip(&room).for_each(|(mark, &other)| *mark = with(*mark, other));
    }
}
