//! The report of a run or a sweep: one page to show to others, and its tables for a workbook or for files.
//!
//! A report is made in two steps: the parts ([`section::Section`]) say what there is to see, as words, tables and
//! charts without any look; the page gives them their look, and carries everything that it needs. No table and no chart
//! has a row for a node.

mod answer;
mod axis;
mod chart;
mod cost;
mod fleet;
mod held;
mod inside;
mod moves;
mod order;
mod overlay;
mod page;
mod provenance;
mod section;
mod sheet;
mod size;
mod source;
mod spread;
mod suite;
mod sweep;
mod tables;
mod thin;
mod topologies;
mod truth;
mod words;
mod workbook;

use std::path::Path;

use datasets::trace::read::Sweep;

pub use sheet::{Cell, Sheet};

use crate::Error;
use answer::Answer;
use provenance::Provenance;
use section::Section;
use source::Source;

/// What a run or a sweep showed, ready for others.
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    answer: Answer,
    sections: Vec<Section>,
    provenance: Provenance,
    sheets: Vec<Sheet>,
}

impl Report {
    /// Reads the run in a directory, with what a search for a size left beside it, or a sweep.
    ///
    /// # Errors
    ///
    /// If the directory holds neither a run nor a sweep, or damaged files.
    pub fn read(folder: &Path) -> Result<Report, Error> {
        if Sweep::is_at(folder) {
            return sweep::report(folder);
        }
        let source = Source::read(folder)?;
        let answer = answer::answer(&source);
        let parts = [
            size::size,
            suite::suite,
            fleet::fleet,
            held::held,
            order::order,
            spread::spread,
            moves::moves,
            inside::inside,
            topologies::topologies,
            topologies::own,
            overlay::overlay,
            truth::truth,
            cost::cost,
        ];
        let provenance = provenance::provenance(&source);
        Ok(Report {
            title: source.name().to_owned(),
            sheets: tables::sheets(&source, &answer, &provenance)?,
            sections: parts.iter().filter_map(|part| part(&source)).collect(),
            answer,
            provenance,
        })
    }

    /// The answer in one sentence.
    #[must_use]
    pub fn headline(&self) -> &str {
        &self.answer.headline
    }

    /// The tables, whole: those of the run beside a summary and where it comes from.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The page, which needs nothing else: neither a network nor another file.
    ///
    /// # Errors
    ///
    /// If the template of the page is at fault, which would be a bug.
    pub fn to_html(&self) -> Result<String, Error> {
        page::page(self)
    }

    /// The tables as a workbook (xlsx).
    ///
    /// # Errors
    ///
    /// If a sheet has more columns, or a cell more text, than a workbook can hold.
    pub fn to_workbook(&self) -> Result<Vec<u8>, Error> {
        workbook::workbook(&self.sheets)
    }
}
