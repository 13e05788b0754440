//! How files of a fleet are written, and how often what they hold is in the cloud.

use super::choices::choices;

choices! {
    /// How often each row of a file, or each host of a trace, is in the cloud.
    Resample {
        /// Each as often as every other, or once more: once if there are as many nodes as rows, and never or once if
        /// there are fewer. Which node is which row is drawn, and which rows are there once more.
        Exact = "exact",
        /// Each node is a row of its own drawing, with replacement.
        Random = "random",
    }

    /// The decimal sign of numbers in text. The one of `,` and `.` that it is not sets thousands apart.
    Decimal {
        /// As in 1,234.5.
        Point = ".",
        /// As in 1.234,5.
        Comma = ",",
    }
}
