//! Which points of a sweep a call is about.

use std::fmt;
use std::str::FromStr;

use analysis::number::counted;
use datasets::sweep::{Point, Sweep};

use crate::failure::Failure;

/// Points by their numbers, as `--point` and `--points` give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: u32,
    /// The last one, which is done too; `None` for the last one of the sweep.
    last: Option<u32>,
}

impl FromStr for Range {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected the first and the last number, as in 0-9, or 10- for all from 10 on";
        let (first, last) = text.split_once('-').ok_or(EXPECTED)?;
        let number = |text: &str| {
            // A sign is no digit.
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                text.parse().map_err(|_| EXPECTED)
            } else {
                Err(EXPECTED)
            }
        };
        let first: u32 = number(first)?;
        let last = if last.is_empty() { None } else { Some(number(last)?) };
        if last.is_some_and(|last| last < first) {
            return Err("the first number is above the last");
        }
        Ok(Self { first, last })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) => write!(f, "{}-{last}", self.first),
            None => write!(f, "{}-", self.first),
        }
    }
}

/// The points that a call is about: one, a range, or without either all.
pub fn wanted(sweep: &Sweep, point: Option<u32>, points: Option<Range>) -> Result<&[Point], Failure> {
    let all = &sweep.points;
    let (given, range) = match (point, points) {
        (Some(number), _) => (format!("--point {number}"), Range { first: number, last: Some(number) }),
        (None, Some(range)) => (format!("--points {range}"), range),
        (None, None) => return Ok(all),
    };
    let last = range.last.unwrap_or_else(|| range.first.max(all.len().saturating_sub(1) as u32));
    all.get(range.first as usize..=last as usize).ok_or_else(|| {
        let message = format!("{given}: the sweep has {}", counted(all.len() as u64, "point", "points"));
        Failure::input(message, format!("give a number from 0 to {}; --list shows them", all.len().saturating_sub(1)))
    })
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn a_range_is_two_numbers_or_the_first_alone() {
        for good in ["0-9", "7-7", "10-"] {
            assert_eq!(good.parse::<Range>().map(|range| range.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "-", "3", "-3", "+1-2", "1-2-3", "a-b", "4-3", "0-4294967296", "1..2"] {
            assert!(bad.parse::<Range>().is_err(), "{bad}");
        }
    }
}
