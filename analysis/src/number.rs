//! Numbers as people read them: the same in tables, reports and messages.

/// A count with commas between the thousands.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count, in millions from a thousand millions on: at most eleven characters below 10^15.
#[must_use]
pub fn short_count(value: u64) -> String {
    if value < 1_000_000_000 { count(value) } else { format!("{} M", count(value / 1_000_000)) }
}

/// A number of nodes, with the word.
#[must_use]
pub fn nodes(value: u64) -> String {
    counted(value, "node", "nodes")
}

/// A number of things with their name: `1 point`, `12,000 points`.
#[must_use]
pub fn counted(value: u64, one: &str, several: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {several}", count(value)) }
}

/// A measure with four digits or more that count; `-` if there is none.
#[must_use]
pub fn decimal(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "-".to_owned()
    } else if size == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e12).contains(&size) {
        format!("{value:.3e}")
    } else if size >= 1000.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        #[expect(clippy::cast_sign_loss, reason = "`size` is positive and far below 2^64")]
        let whole = size.round() as u64;
        format!("{sign}{}", count(whole))
    } else {
        let decimals = if size >= 100.0 {
            1
        } else if size >= 10.0 {
            2
        } else if size >= 1.0 {
            3
        } else {
            4
        };
        format!("{value:.decimals$}")
    }
}

/// A measure in a text: without the zeros behind its last digit that counts.
#[must_use]
pub fn measure(value: f64) -> String {
    let text = decimal(value);
    if text.contains('e') { text } else { trimmed(&text) }
}

fn trimmed(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

/// A fraction of 1 in percent; `-` if there is none. What is not all is not called 100 %, and what is something is not
/// called 0 %.
#[must_use]
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if !percent.is_finite() {
        return "-".to_owned();
    }
    if percent == 0.0 {
        return "0 %".to_owned();
    }
    if percent < 0.001 {
        return "< 0.001 %".to_owned();
    }
    let is_told = |decimals: &usize| percent >= 100.0 || percent + 0.5 * 0.1_f64.powi(*decimals as i32) < 100.0;
    let least = if percent < 1.0 { 3 } else { 2 };
    match (least..=6).find(is_told) {
        Some(decimals) => format!("{percent:.decimals$} %"),
        None => "> 99.999999 %".to_owned(),
    }
}

/// A time for people.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        seconds if seconds > 0.0 && seconds < 1.0 => (seconds * 1e3, "ms"),
        seconds if seconds < 120.0 => (seconds, "s"),
        seconds if seconds < 7200.0 => (seconds / 60.0, "min"),
        seconds if seconds < 172_800.0 => (seconds / 3600.0, "h"),
        seconds => (seconds / 86_400.0, "days"),
    };
    let rounded = if value >= 10.0 { format!("{value:.0}") } else { trimmed(&format!("{value:.1}")) };
    format!("{rounded} {unit}")
}

#[cfg(test)]
mod tests {
    use super::{count, counted, decimal, duration, measure, percent, short_count};

    #[test]
    fn numbers_are_grouped_and_short() {
        assert_eq!([0, 999, 1000, 100_000_000].map(count), ["0", "999", "1,000", "100,000,000"]);
        assert_eq!([999_999_999, 1_234_567_890].map(short_count), ["999,999,999", "1,234 M"]);
        let measures = [0.0, 0.98765, 75.4321, -1_234_567.8, 1e-7, f64::NAN];
        assert_eq!(measures.map(decimal), ["0", "0.9877", "75.43", "-1,234,568", "1.000e-7", "-"]);
        assert_eq!([1.0, 0.25, 1e-9].map(measure), ["1", "0.25", "1.000e-9"]);
        assert_eq!([1, 2000].map(|value| counted(value, "node", "nodes")), ["1 node", "2,000 nodes"]);
        let shares = [0.0, 1e-6, 0.0012, 0.25, 1.0, f64::NAN];
        assert_eq!(shares.map(percent), ["0 %", "< 0.001 %", "0.120 %", "25.00 %", "100.00 %", "-"]);
        let shares = [0.999_949, 0.999_951, 0.999_999_9, 1.0 - 1e-12];
        assert_eq!(shares.map(percent), ["99.99 %", "99.995 %", "99.99999 %", "> 99.999999 %"]);
    }

    #[test]
    fn a_time_has_the_unit_in_which_it_is_short() {
        let times = [0.0, 0.0123, 1.5, 99.6, 150.0, 7200.0, 400_000.0];
        assert_eq!(times.map(duration), ["0 s", "12 ms", "1.5 s", "100 s", "2.5 min", "2 h", "4.6 days"]);
    }
}
