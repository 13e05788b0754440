//! Dates and seconds.

use datasets::suite::moment::{parse, text};
use proptest::prelude::*;

#[test]
fn known_moments_are_read() {
    let cases = [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2027-01-01T00:00:00Z", 1_798_761_600),
        ("2027-01-01T02:00:00+02:00", 1_798_761_600),
        ("2026-12-31T19:00:00.999-05:00", 1_798_761_600),
        ("1969-12-31T23:30:00-00:30", 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ];
    for (written, moment) in cases {
        assert_eq!(parse(written), Some(moment), "{written}");
    }
}

#[test]
fn a_date_without_its_time_or_its_zone_is_no_moment() {
    for written in ["2027-01-01", "2027-01-01T00:00:00", "00:00:00", "2027-02-30T00:00:00Z", "soon", ""] {
        assert_eq!(parse(written), None, "{written}");
    }
}

#[test]
fn a_moment_lies_between_1970_and_9999() {
    for written in ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        assert_eq!(parse(written), None, "{written}");
    }
}

proptest! {
    #[test]
    fn a_moment_written_is_the_moment_read(moment in 0..253_402_300_800_i64) {
        prop_assert_eq!(parse(&text(moment)), Some(moment));
    }
}
