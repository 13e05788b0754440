//! When a run saves its state.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// When a run saves its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// So seldom that it costs at most a twentieth of the time, and not within the first minute.
    Auto,
    /// Not at all.
    Never,
    /// After the cycle in which so much time has gone by.
    Time(Duration),
    /// Every so many cycles.
    Cycles(u32),
}

/// The least time between two checkpoints where nobody asks for more.
const LEAST: Duration = Duration::from_secs(60);
/// A checkpoint is due when so many times its cost have gone by.
const TIMES_ITS_COST: u32 = 20;

impl Cadence {
    /// The time between two checkpoints that cost so much; `None` where time does not matter.
    pub fn interval(self, cost: Duration) -> Option<Duration> {
        match self {
            Cadence::Auto => Some(LEAST.max(cost * TIMES_ITS_COST)),
            Cadence::Time(time) => Some(time),
            Cadence::Never | Cadence::Cycles(_) => None,
        }
    }
}

/// What may be written.
const EXPECTED: &str = "expected auto, never, a time as in 90s, 5m or 2h, or a number of cycles as in 25cycles";

impl FromStr for Cadence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || EXPECTED.to_owned();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let seconds = match (text, unit) {
            ("auto", _) => return Ok(Cadence::Auto),
            ("never", _) => return Ok(Cadence::Never),
            (_, "s") => 1,
            (_, "m") => 60,
            (_, "h") => 3600,
            (_, "cycle" | "cycles") => {
                let cycles = number.parse().ok().filter(|&cycles| cycles > 0);
                return cycles.map(Cadence::Cycles).ok_or_else(wrong);
            }
            _ => return Err(wrong()),
        };
        let number: u64 = number.parse().ok().filter(|&number| number > 0).ok_or_else(wrong)?;
        number.checked_mul(seconds).map(|seconds| Cadence::Time(Duration::from_secs(seconds))).ok_or_else(wrong)
    }
}

impl fmt::Display for Cadence {
    /// As it may be written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cadence::Auto => write!(f, "auto"),
            Cadence::Never => write!(f, "never"),
            Cadence::Time(time) => write!(f, "{}s", time.as_secs()),
            Cadence::Cycles(cycles) => write!(f, "{cycles}cycles"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Cadence;

    #[test]
    fn a_cadence_is_a_word_a_time_or_a_number_of_cycles() {
        for (text, cadence) in [
            ("auto", Cadence::Auto),
            ("never", Cadence::Never),
            ("90s", Cadence::Time(Duration::from_secs(90))),
            ("5m", Cadence::Time(Duration::from_secs(300))),
            ("2h", Cadence::Time(Duration::from_secs(7200))),
            ("1cycle", Cadence::Cycles(1)),
            ("25cycles", Cadence::Cycles(25)),
        ] {
            assert_eq!(text.parse(), Ok(cadence));
            assert_eq!(cadence.to_string().parse(), Ok(cadence));
        }
        for text in ["", "5", "m", "0s", "0cycles", "-5m", "5 m", "5d", "1.5h", "99999999999999999999s", "Auto"] {
            assert!(text.parse::<Cadence>().is_err_and(|error| error.contains("25cycles")), "{text}");
        }
        assert!(format!("{}h", u64::MAX / 1000).parse::<Cadence>().is_err());
    }

    #[test]
    fn auto_costs_at_most_a_twentieth_of_the_time() {
        assert_eq!(Cadence::Auto.interval(Duration::from_secs(2)), Some(Duration::from_secs(60)));
        assert_eq!(Cadence::Auto.interval(Duration::from_secs(10)), Some(Duration::from_secs(200)));
        assert_eq!(Cadence::Never.interval(Duration::from_secs(10)), None);
    }
}
