//! The steps of the sort: keys order as values do, digits put together are the number, and cells fill in order.

use std::cmp::Ordering;

use kernels::sort::{BATCH, Cells, DIGITS, Span, count, key, record, upper, value};
use proptest::collection::vec;
use proptest::prelude::*;

/// Any number, zeros and infinities among them.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![any::<f32>(), (-3..3_i8).prop_map(f32::from), Just(-0.0)]
}

proptest! {
    #[test]
    fn keys_order_as_values_do(a in number(), b in number()) {
        prop_assert_eq!(key(a).cmp(&key(b)), a.partial_cmp(&b).unwrap());
        prop_assert_eq!(value(key(a)).partial_cmp(&a), Some(Ordering::Equal));
    }

    #[test]
    fn numbers_order_as_values_do_and_digits_are_all_there_is(values in vec(number(), 1..200)) {
        let digits = Span::of(&values, None).digits();
        for pair in values.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|value| digits.number(value));
            prop_assert_eq!(a.cmp(&b), pair[0].partial_cmp(&pair[1]).unwrap());
            let all = |number| (0..digits.steps()).rev().map(|step| digits.digit(number, step)).collect::<Vec<_>>();
            prop_assert_eq!(all(a).cmp(&all(b)), a.cmp(&b));
            prop_assert!(all(a).iter().all(|&digit| digit < DIGITS));
            prop_assert_eq!(digits.value(a).partial_cmp(&pair[0]), Some(Ordering::Equal));
        }
    }

    #[test]
    fn a_span_is_that_of_its_parts(values in vec(number(), 0..100), words in vec(0..3_u8, 100), cut in 0..100_usize) {
        let cut = cut.min(values.len());
        let mask = &words[..values.len()];
        let marked: Vec<_> = values.iter().zip(mask).filter(|&(_, &mark)| mark == 1).map(|(&value, _)| value).collect();
        let parts = Span::of(&values[..cut], Some(&mask[..cut])).merge(Span::of(&values[cut..], Some(&mask[cut..])));
        prop_assert_eq!(Span::of(&values, Some(mask)), Span::of(&marked, None));
        if cut > 0 && cut < values.len() {
            prop_assert_eq!(parts, Span::of(&marked, None));
        }
    }

    #[test]
    fn records_are_those_of_the_marked(values in vec(number(), 0..=BATCH), words in vec(0..3_u8, BATCH), all: bool) {
        let digits = Span::of(&values, None).digits();
        let mask = &words[..values.len()];
        let mut records = [0; BATCH];
        let found = digits.records(&mut records, &values, (!all).then_some(mask), 7);
        let expected: Vec<_> = (0..values.len())
            .filter(|&k| all || mask[k] == 1)
            .map(|k| record(digits.number(values[k]), 7 + k as u32))
            .collect();
        prop_assert_eq!(&records[..found], &expected[..]);
    }

    #[test]
    fn cells_fill_in_the_order_of_their_records(words in vec(0..20_u32, 0..400)) {
        let records: Vec<_> = words.iter().zip(0..).map(|(&word, k)| record(word, k)).collect();
        let digit = |record| upper(record) as usize;
        let mut counts = [0; DIGITS];
        count(&mut counts, &records, digit);
        let mut sorted = vec![0; records.len()];
        let mut cells = Cells::default();
        let mut rest = &mut sorted[..];
        for (places, &count) in cells.places.iter_mut().zip(&counts) {
            (*places, rest) = rest.split_at_mut(count as usize);
        }
        cells.scatter(&records, digit);
        prop_assert_eq!(cells.filled, counts);
        let mut expected = records;
        expected.sort_unstable();
        prop_assert_eq!(sorted, expected);
    }
}
