//! Numbers as people read them.

/// A count with commas between the thousands.
pub(crate) fn count(value: u64) -> String {
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
pub(crate) fn short_count(value: u64) -> String {
    if value < 1_000_000_000 { count(value) } else { format!("{} M", count(value / 1_000_000)) }
}

/// A number of nodes, with the word.
pub(crate) fn nodes(value: u64) -> String {
    if value == 1 { "1 node".to_owned() } else { format!("{} nodes", count(value)) }
}

/// A measure with four digits or more that count; `-` if there is none.
pub(crate) fn decimal(value: f64) -> String {
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

/// A fraction of 1 in percent; `-` if there is none.
pub(crate) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if !percent.is_finite() {
        "-".to_owned()
    } else if percent == 0.0 {
        "0 %".to_owned()
    } else if percent < 0.001 {
        "< 0.001 %".to_owned()
    } else if percent < 1.0 {
        format!("{percent:.3} %")
    } else {
        format!("{percent:.2} %")
    }
}

#[cfg(test)]
mod tests {
    use super::{count, decimal, percent, short_count};

    #[test]
    fn numbers_are_grouped_and_short() {
        assert_eq!([0, 999, 1000, 100_000_000].map(count), ["0", "999", "1,000", "100,000,000"]);
        assert_eq!([999_999_999, 1_234_567_890].map(short_count), ["999,999,999", "1,234 M"]);
        let measures = [0.0, 0.98765, 75.4321, -1_234_567.8, 1e-7, f64::NAN];
        assert_eq!(measures.map(decimal), ["0", "0.9877", "75.43", "-1,234,568", "1.000e-7", "-"]);
        let shares = [0.0, 1e-6, 0.0012, 0.25, 1.0, f64::NAN];
        assert_eq!(shares.map(percent), ["0 %", "< 0.001 %", "0.120 %", "25.00 %", "100.00 %", "-"]);
    }
}
