//! Clouds that are several, or were: how far they have mixed, or parted.

use std::fmt;

use super::table::{Table, wrapped};
use crate::number::percent;
use crate::{CloudPair, Summary};

/// The most pairs that are told of; the table `clouds` has all.
const MOST: usize = 20;

impl Summary {
    pub(super) fn clouds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clouds.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nClouds: who knows whom across\n")?;
        let titles = ["clouds", "are", "from cycle", "50 % mixed", "95 % mixed", "none across", "mixed", "parts"];
        let mut table = Table::new(&titles, 2);
        for pair in self.clouds.iter().take(MOST) {
            let after = |cycles: Option<u32>| cycles.map_or_else(|| "-".to_owned(), |cycles| cycles.to_string());
            table.row(&[
                pair.names.join(", "),
                if pair.is_one { "one" } else { "apart" }.to_owned(),
                pair.since.to_string(),
                after(pair.mixed_after[0]),
                after(pair.mixed_after[1]),
                after(pair.none_after),
                if pair.mixed.is_nan() { "-".to_owned() } else { percent(pair.mixed) },
                pair.components.map_or_else(|| "-".to_owned(), |components| components.to_string()),
            ]);
        }
        table.write(f)?;
        writeln!(f)?;
        let text = "Mixed: entries that lead across, over what it is where all know random others. 50 %, 95 %, none: \
                    cycles until then, the first is that in which they became one or parted. Parts: in which the views \
                    of both lie.";
        wrapped(f, "  ", text)?;
        self.clouds.iter().filter(|pair| pair.is_one_in_name()).take(MOST).try_for_each(|pair| in_name(f, pair))
    }
}

fn in_name(f: &mut fmt::Formatter<'_>, pair: &CloudPair) -> fmt::Result {
    let [one, other] = &pair.names;
    let text = format!(
        "{one} and {other} are one cloud, and their views still lie in several parts: those who know nobody on the \
         other side do not find anybody there by themselves. A merge with contacts (merge.contacts = 10) joins them."
    );
    wrapped(f, "  ", &text)
}
