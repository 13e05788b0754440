//! What is said of the code of an application, and where it says something of what holds for others, too.

use std::ops::Range;

use crate::error::Error;
use crate::suite::code::{CodeSettings, MOST_CHUNKS};
use crate::suite::raw;
use crate::written::{At, Check};

/// Of what an application says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// Of its code.
    Code,
    /// Of its topology.
    Topology,
}

/// What is wrong with what an application says.
pub(crate) struct AppFault {
    /// Its place among the applications, and behind them those that rules add.
    pub app: usize,
    /// Of what it says that.
    pub said: Said,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Where each application says something of that, or else its name stands; behind them those that rules add.
pub(crate) fn said(apps: &[At<raw::App>], said: Said) -> impl Iterator<Item = Range<usize>> {
    let added = apps.iter().flat_map(|app| &app.rule).filter_map(|rule| rule.add.as_deref());
    let place = move |app: &raw::App| match said {
        Said::Code => app.code.as_ref().map(At::span),
        Said::Topology => app.topology.as_ref().map(At::span),
    };
    apps.iter()
        .map(|app| &**app)
        .chain(added.map(|app| &**app))
        .map(move |app| place(app).unwrap_or_else(|| app.name.span()))
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
