//! What is said of the code of an application.

use std::ops::Range;

use crate::error::Error;
use crate::suite::code::{CodeSettings, MOST_CHUNKS};
use crate::suite::raw;
use crate::written::{At, Check};

/// Where each application says something of its code, or else its name stands; behind them those that rules add.
pub(crate) fn said_of_code(apps: &[At<raw::App>]) -> impl Iterator<Item = Range<usize>> {
    let added = apps.iter().flat_map(|app| &app.rule).filter_map(|rule| rule.add.as_deref());
    apps.iter().chain(added).map(|app| app.code.as_ref().map_or_else(|| app.name.span(), At::span))
}

impl Check<'_, '_> {
    /// What is said of code, which is something.
    pub(crate) fn code(&self, raw: &At<raw::Code>) -> Result<CodeSettings, Error> {
        let expected = "a number of bytes from 1 to 1e15";
        let bytes = |bytes| self.number_where(bytes, expected, |bytes| (1.0..=1e15).contains(&bytes));
        let whole = |raw: &Option<_>, most| raw.as_ref().map(|raw| self.whole(raw, 1, most)).transpose();
        let narrow = |number: Option<u64>| number.map(|number| number as u32);
        let settings = CodeSettings {
            bytes: raw.bytes.as_ref().map(bytes).transpose()?.map(|bytes| bytes.round() as u64),
            chunks: narrow(whole(&raw.chunks, MOST_CHUNKS)?),
            per_exchange: narrow(whole(&raw.per_exchange, MOST_CHUNKS)?),
            version: narrow(whole(&raw.version, u32::MAX.into())?),
        };
        if settings == CodeSettings::default() {
            let help = "write how many `bytes` it has, as in `code = { bytes = 200e6 }`, or leave it out";
            return Err(self.refuse(raw.span(), "`code` says nothing", help));
        }
        Ok(settings)
    }
}
