//! Who the nodes are.

use std::path::{Path, PathBuf};

use super::Check;
use crate::error::Error;
use crate::fleet::Distribution;
use crate::fleet::{Format, data_folder};
use crate::scenario::raw::{self, At};
use crate::scenario::{Class, Fleet, Inventory, InventoryColumn, Source};

/// A node's class is one byte while it is born.
const MOST_CLASSES: usize = 255;

/// How far the shares of the classes may be from 1: the rounding of figures such as 0.333.
const SUM_TOLERANCE: f64 = 1e-6;

/// Names that a table of the trace already has.
const TAKEN: &[&str] = &["cycle", "node_id", "alive", "app", "rank_fraction", "run", "seed"];

impl Check<'_, '_> {
    pub(super) fn fleet(&self, raw: &At<raw::Fleet>) -> Result<Fleet, Error> {
        match (&raw.file, &raw.class) {
            (Some(file), None) => self.inventory(raw, file),
            (None, Some(classes)) if !classes.is_empty() => self.classes(raw, classes),
            (Some(file), Some(_)) => {
                let help = "keep `file` or the classes";
                Err(self.refuse(file.span(), "the fleet has both a `file` and classes", help))
            }
            (None, _) => {
                let help = "give `file` with [fleet.attributes], or at least one [[fleet.class]]";
                Err(self.refuse(raw.span(), "the fleet has neither a `file` nor a class", help))
            }
        }
    }

    fn inventory(&self, raw: &At<raw::Fleet>, file: &At<String>) -> Result<Fleet, Error> {
        let columns = raw.attributes.as_ref().filter(|columns| !columns.0.is_empty()).ok_or_else(|| {
            let help = "name at least one in [fleet.attributes], as in `availability = { column = \"availability\" }`";
            self.refuse(file.span(), "the fleet has no attribute", help)
        })?;
        let mut attributes = Vec::new();
        let mut read = Vec::new();
        for (name, column) in &columns.0 {
            self.attribute_name(name)?;
            attributes.push((**name).clone());
            let scale = column.scale.as_ref().map_or(Ok(1.0), |scale| self.positive(scale))?;
            read.push(InventoryColumn { column: (*column.column).clone(), scale });
        }
        let path = self.inventory_path(file);
        if Format::of(&path).is_none() {
            let message = format!("`fleet.file` is \"{}\", expected a csv, csv.gz or parquet file", **file);
            return Err(self.refuse(file.span(), message, "convert the inventory, or give it its usual extension"));
        }
        if !path.is_file() {
            let message = format!("`fleet.file`: there is no file {}", path.display());
            let help =
                "a relative path starts at the scenario's folder; `$SUBCLOUD_DATA/` is the folder of that variable";
            return Err(self.refuse(file.span(), message, help));
        }
        Ok(Fleet { attributes, source: Source::File(Inventory { path, columns: read }) })
    }

    /// The absolute path of an inventory, so that a scenario that was written out may be read from anywhere.
    fn inventory_path(&self, file: &str) -> PathBuf {
        let path = match file.strip_prefix("$SUBCLOUD_DATA/") {
            Some(rest) => data_folder().join(rest),
            None => self.document.path.parent().unwrap_or(Path::new("")).join(file),
        };
        std::path::absolute(&path).unwrap_or(path)
    }

    fn classes(&self, fleet: &At<raw::Fleet>, raw: &[raw::Class]) -> Result<Fleet, Error> {
        if let Some(attributes) = &fleet.attributes {
            let help = "give the attributes inside each class, as in `attributes.storage_gb = { uniform = [1, 8] }`";
            return Err(self.refuse(attributes.span(), "[fleet.attributes] belongs to a fleet from a `file`", help));
        }
        if let Some(one_more) = raw.get(MOST_CLASSES) {
            let message = format!("a fleet has at most {MOST_CLASSES} classes, and this has {}", raw.len());
            return Err(self.refuse(one_more.share.span(), message, "join alike classes, or give the fleet as a file"));
        }
        self.unique("class", raw.iter().map(|class| &class.name))?;
        let attributes = self.attribute_names(raw)?;
        let classes = raw.iter().map(|class| self.class(class, &attributes)).collect::<Result<Vec<Class>, Error>>()?;
        let sum: f64 = classes.iter().map(|class| class.share).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            let span = raw.last().map_or(0..0, |class| class.share.span());
            let message = format!("the shares of the classes sum to {sum:.6}, expected 1");
            return Err(self.refuse(span, message, "change `share` of the classes so that they sum to 1"));
        }
        Ok(Fleet { attributes, source: Source::Classes(classes) })
    }

    /// The attributes of all classes in the order of the file.
    fn attribute_names(&self, raw: &[raw::Class]) -> Result<Vec<String>, Error> {
        let mut attributes: Vec<String> = Vec::new();
        for class in raw {
            for (name, _) in &class.attributes.0 {
                self.attribute_name(name)?;
                if !attributes.contains(name) {
                    attributes.push((**name).clone());
                }
            }
        }
        match raw.first() {
            Some(first) if attributes.is_empty() => {
                let help = "give each class at least one, as in `attributes.storage_gb = { uniform = [1, 8] }`";
                Err(self.refuse(first.name.span(), "the fleet has no attribute", help))
            }
            _ => Ok(attributes),
        }
    }

    fn attribute_name(&self, name: &At<String>) -> Result<(), Error> {
        let mut chars = name.chars();
        let lower = |c: char| c.is_ascii_lowercase();
        if !chars.next().is_some_and(lower) || !chars.all(|c| lower(c) || c.is_ascii_digit() || c == '_') {
            let message = format!("an attribute cannot be named `{}`", **name);
            let help = "use small letters, digits and underscores, a letter first: it names columns of the trace";
            return Err(self.refuse(name.span(), message, help));
        }
        if TAKEN.contains(&name.as_str()) {
            let message = format!("an attribute cannot be named `{}`: the trace has a column of that name", **name);
            return Err(self.refuse(name.span(), message, format!("choose another name than {}", TAKEN.join(", "))));
        }
        Ok(())
    }

    fn class(&self, raw: &raw::Class, attributes: &[String]) -> Result<Class, Error> {
        let distribution = |attribute: &String| -> Result<Distribution, Error> {
            let mut given = raw.attributes.0.iter();
            let Some((_, distribution)) = given.find(|(name, _)| **name == *attribute) else {
                let message = format!("class \"{}\" lacks the attribute `{attribute}`", *raw.name);
                let help = format!("another class has it: add `attributes.{attribute}` here too");
                return Err(self.refuse(raw.name.span(), message, help));
            };
            self.distribution(distribution)
        };
        Ok(Class {
            name: (*raw.name).clone(),
            share: self.fraction(&raw.share)?,
            attributes: attributes.iter().map(distribution).collect::<Result<_, _>>()?,
        })
    }
}
