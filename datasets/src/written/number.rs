//! Numbers in their ranges, names that exist and are unique.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use super::{At, Check, Number, Whole, fault, nearest};
use crate::error::Error;
use crate::numeral::{self, is_ambiguous, meant};

impl Check<'_, '_> {
    /// A whole number from 1 to the largest `u32`.
    pub(crate) fn count(&self, raw: &At<Whole>) -> Result<u32, Error> {
        self.whole(raw, 1, u32::MAX.into()).map(|count| count as u32)
    }

    pub(crate) fn whole(&self, raw: &At<Whole>, low: u64, high: u64) -> Result<u64, Error> {
        self.whole_at(**raw, raw.span(), low, high)
    }

    pub(crate) fn whole_at(&self, raw: Whole, span: Range<usize>, low: u64, high: u64) -> Result<u64, Error> {
        self.unambiguous(&span)?;
        match u64::try_from(raw.0) {
            Ok(value) if (low..=high).contains(&value) => Ok(value),
            _ => Err(self.out_of_range(span, &raw.0, &format!("a whole number from {low} to {high}"))),
        }
    }

    /// Refuses a whole number that some take for a thousand times as much: `200.000`.
    pub(crate) fn unambiguous(&self, span: &Range<usize>) -> Result<(), Error> {
        let Some(found) = self.document.written(span).filter(|found| is_ambiguous(found)) else { return Ok(()) };
        let key = self.document.key_at(span).unwrap_or_default();
        let message = format!("`{key}` is {found}, in which the point may be a decimal point or separate thousands");
        let remedy = meant(&found, numeral::Kind::Whole).unwrap_or_default();
        Err(self.refuse(span.clone(), message, format!("write {remedy}")))
    }

    /// A number from 0 to 1.
    pub(crate) fn fraction(&self, raw: &At<Number>) -> Result<f64, Error> {
        self.number_where(raw, "a fraction from 0 to 1", |value| (0.0..=1.0).contains(&value))
    }

    pub(crate) fn positive(&self, raw: &At<Number>) -> Result<f64, Error> {
        self.number_where(raw, "a number above 0", |value| value > 0.0)
    }

    /// Beyond 10^6, a beta has no width to speak of, and its quantiles take long to find.
    pub(crate) fn beta_shape(&self, raw: &At<Number>) -> Result<f64, Error> {
        self.number_where(raw, "a number above 0, at most 1e6", |value| value > 0.0 && value <= 1e6)
    }

    pub(crate) fn not_negative(&self, raw: &At<Number>) -> Result<f64, Error> {
        self.number_where(raw, "a number of at least 0", |value| value >= 0.0)
    }

    pub(crate) fn finite(&self, raw: &At<Number>) -> Result<f64, Error> {
        self.number_where(raw, "a finite number", |_| true)
    }

    pub(crate) fn number_where(
        &self,
        raw: &At<Number>,
        expected: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<f64, Error> {
        let value = raw.0;
        if value.is_finite() && fits(value) {
            // A negative zero would print, and hash, as another scenario.
            Ok(value + 0.0)
        } else {
            Err(self.out_of_range(raw.span(), &value, expected))
        }
    }

    pub(crate) fn out_of_range(&self, span: Range<usize>, value: &dyn Display, expected: &str) -> Error {
        let key = self.document.key_at(&span).unwrap_or_default();
        let found = self.document.written(&span).unwrap_or_else(|| value.to_string());
        self.refuse(span, format!("`{key}` is {found}, expected {expected}"), format!("write {expected}"))
    }

    /// The index of an attribute of the fleet.
    pub(crate) fn attribute(&self, name: &At<String>, attributes: &[String]) -> Result<usize, Error> {
        attributes.iter().position(|attribute| *attribute == **name).ok_or_else(|| {
            let known: Vec<&str> = attributes.iter().map(String::as_str).collect();
            let list = known.join(", ");
            let help = match nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`? The fleet has: {list}"),
                None => format!("the fleet has: {list}"),
            };
            self.refuse(name.span(), format!("no node has an attribute `{}`", **name), help)
        })
    }

    /// Names that are not empty and differ from one another.
    pub(crate) fn unique<'a>(&self, what: &str, names: impl Iterator<Item = &'a At<String>>) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        for name in names {
            if let Some((fault, help)) = fault(name) {
                return Err(self.refuse(name.span(), format!("the name of this {what} {fault}"), help));
            }
            if !seen.insert(name.as_str()) {
                let message = format!("a second {what} is named \"{}\"", **name);
                return Err(self.refuse(name.span(), message, "give each a name of its own"));
            }
        }
        Ok(())
    }
}
