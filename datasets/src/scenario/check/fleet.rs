//! Who the nodes are.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::fleet::{Distribution, data_folder};
use crate::scenario::raw::{self, At};
use crate::scenario::{Availability, Churn, Class, Fleet, Inventory, InventoryColumn, Resample, Run, Source};
use crate::suite::is_attribute;
use crate::written::Check;

/// A node's class is one byte while it is born.
const MOST_CLASSES: usize = 255;

/// How far the shares of the classes may be from 1: the rounding of figures such as 0.333.
const SUM_TOLERANCE: f64 = 1e-6;

/// Names that a table of the trace already has, beside those that begin with [`RANK`] or [`ESTIMATE`].
const TAKEN: &[&str] = &["cycle", "node_id", "alive", "app", "member_of", "phase", "run", "seed"];
/// How the names of columns of ranks begin, one a gradient.
const RANK: &str = "rank_fraction";

/// What the names of columns of estimates begin with.
const ESTIMATE: &str = "estimate_";

impl Check<'_, '_> {
    pub(super) fn fleet(&self, raw: &At<raw::Fleet>, run: &Run) -> Result<Fleet, Error> {
        let mut fleet = match (&raw.file, &raw.class) {
            (Some(file), None) => self.inventory(raw, file)?,
            (None, Some(classes)) if !classes.is_empty() => self.classes(raw, classes, run)?,
            (Some(file), Some(_)) => {
                let help = "keep `file` or the classes";
                return Err(self.refuse(file.span(), "the fleet has both a `file` and classes", help));
            }
            (None, _) => {
                let help = "give `file` with [fleet.attributes], or at least one [[fleet.class]]";
                return Err(self.refuse(raw.span(), "the fleet has neither a `file` nor a class", help));
            }
        };
        if let Some(churn) = &raw.churn {
            if raw.file.is_none() {
                let help = "give these keys in each class";
                return Err(self.refuse(churn.span(), "[fleet.churn] belongs to a fleet from a `file`", help));
            }
            fleet.churn = self.churn(raw::said!(churn, "the fleet", &|| churn.span()), run.cycle_seconds)?;
        }
        if let Some(replay) = &raw.replay {
            if let Some(class) = fleet.classes().iter().find(|class| !class.churn.is_none()) {
                let message = format!("class \"{}\" comes and goes both by itself and by a replay", class.name);
                return Err(self.refuse(replay.span(), message, "keep one of them"));
            }
            if !fleet.churn.is_none() {
                let message = "the fleet comes and goes both by [fleet.churn] and by a replay";
                return Err(self.refuse(replay.span(), message, "keep one of them"));
            }
            fleet.replay = Some(self.replay(raw, replay)?);
        }
        if let Some(resample) = &raw.resample {
            if raw.file.is_none() && raw.replay.is_none() {
                let message = "`resample` means nothing without `file` or [fleet.replay]";
                return Err(self.refuse(resample.span(), message, "leave it out: nodes of classes are drawn"));
            }
            fleet.resample = **resample;
        }
        Ok(fleet)
    }

    fn inventory(&self, raw: &At<raw::Fleet>, file: &At<String>) -> Result<Fleet, Error> {
        let columns = raw.attributes.as_ref().filter(|columns| !columns.0.is_empty()).ok_or_else(|| {
            let help = "name at least one in [fleet.attributes], as in `availability = { column = \"availability\" }`";
            self.refuse(file.span(), "the fleet has no attribute", help)
        })?;
        let (mut attributes, mut read, mut availabilities) = (Vec::new(), Vec::new(), Vec::new());
        for (name, column) in &columns.0 {
            self.attribute_name(name)?;
            match (&column.column, &column.from) {
                (Some(from), None) => {
                    read.push(InventoryColumn {
                        column: (**from).clone(),
                        scale: column.scale.as_ref().map_or(Ok(1.0), |scale| self.positive(scale))?,
                        offset: column.offset.as_ref().map_or(Ok(0.0), |offset| self.finite(offset))?,
                        rounded: column.rounded.as_ref().is_some_and(|rounded| **rounded),
                    });
                }
                (None, Some(from)) => availabilities.push((attributes.len(), **from)),
                _ => {
                    let message = format!("the attribute `{}` needs either `column` or `from`", **name);
                    let help = "write `{ column = \"…\" }`, or `{ from = \"sessions\" }` for the node's availability";
                    return Err(self.refuse(name.span(), message, help));
                }
            }
            attributes.push((**name).clone());
        }
        if read.is_empty() {
            let help = "read at least one from the file, as in `bandwidth_mbps = { column = \"bandwidth\" }`; without \
                any, give a class";
            return Err(self.refuse(file.span(), "no attribute is read from `fleet.file`", help));
        }
        let path = self.data_path(file);
        self.must_be_table(file, &path, "fleet.file")?;
        let source = Source::File(Inventory { path, decimal: raw.decimal.as_ref().map(|sign| **sign), columns: read });
        Ok(Fleet { attributes, source, availabilities, churn: Churn::NONE, replay: None, resample: Resample::Exact })
    }

    /// The absolute path of a table, so that a scenario that was written out may be read from anywhere.
    pub(super) fn data_path(&self, file: &str) -> PathBuf {
        let path = match file.strip_prefix("$SUBCLOUD_DATA/") {
            Some(rest) => data_folder().join(rest),
            None => self.document.path.parent().unwrap_or(Path::new("")).join(file),
        };
        std::path::absolute(&path).unwrap_or(path)
    }

    fn classes(&self, fleet: &At<raw::Fleet>, raw: &[raw::Class], run: &Run) -> Result<Fleet, Error> {
        if let Some(attributes) = &fleet.attributes {
            let help = "give the attributes inside each class, as in `attributes.storage_gb = { uniform = [1, 8] }`";
            return Err(self.refuse(attributes.span(), "[fleet.attributes] belongs to a fleet from a `file`", help));
        }
        if let Some(decimal) = &fleet.decimal {
            let message = "`fleet.decimal` means nothing without `file`";
            return Err(self.refuse(decimal.span(), message, "leave it out"));
        }
        if let Some(one_more) = raw.get(MOST_CLASSES) {
            let message = format!("a fleet has at most {MOST_CLASSES} classes, and this has {}", raw.len());
            return Err(self.refuse(one_more.name.span(), message, "join alike classes, or give the fleet as a file"));
        }
        self.unique("class", raw.iter().map(|class| &class.name))?;
        let attributes = self.attribute_names(raw)?;
        let availabilities = self.availabilities(raw, &attributes)?;
        let class = |class| self.class(class, &attributes, run.cycle_seconds);
        let classes = raw.iter().map(class).collect::<Result<Vec<Class>, Error>>()?;
        let sum: f64 = classes.iter().map(|class| class.share).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            let last = raw.iter().rev().find_map(|class| class.share.as_ref());
            let span = last.map_or_else(|| raw.last().map_or(0..0, |class| class.name.span()), At::span);
            let message = format!("the shares of the classes sum to {sum:.6}, expected 1");
            return Err(self.refuse(span, message, "change `share` of the classes so that they sum to 1"));
        }
        let counted: u64 = classes.iter().filter_map(|class| class.nodes).map(u64::from).sum();
        if let Some(nodes) =
            raw.iter().rev().find_map(|class| class.nodes.as_ref()).filter(|_| counted > run.nodes.into())
        {
            let message = format!("classes have {counted} nodes, and the cloud {}", run.nodes);
            return Err(self.refuse(nodes.span(), message, "give them fewer, or more to the cloud (`run.nodes`)"));
        }
        let (source, churn) = (Source::Classes(classes), Churn::NONE);
        Ok(Fleet { attributes, source, availabilities, churn, replay: None, resample: Resample::Exact })
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
        if !is_attribute(name) {
            let message = format!("an attribute cannot be named `{}`", **name);
            let help = "use small letters, digits and underscores, a letter first: it names columns of the trace";
            return Err(self.refuse(name.span(), message, help));
        }
        if TAKEN.contains(&name.as_str()) || [RANK, ESTIMATE].iter().any(|start| name.starts_with(start)) {
            let message = format!("an attribute cannot be named `{}`: the trace has a column of that name", **name);
            let help = format!(
                "choose another name than {}, and none that begins with {RANK} or {ESTIMATE}",
                TAKEN.join(", ")
            );
            return Err(self.refuse(name.span(), message, help));
        }
        Ok(())
    }

    /// Attributes that are the nodes' availability: in every class in the same way.
    fn availabilities(&self, raw: &[raw::Class], attributes: &[String]) -> Result<Vec<(usize, Availability)>, Error> {
        let mut found = Vec::new();
        for (index, attribute) in attributes.iter().enumerate() {
            let mut all = raw.iter().filter_map(|class| given(class, attribute)).map(|(_, given)| (given, from(given)));
            let Some((_, first)) = all.next() else { continue };
            if let Some((other, _)) = all.find(|(_, other)| *other != first) {
                let message = format!("`{attribute}` is the nodes' availability in one class and not in another");
                let help = "give `{ from = \"sessions\" }` or `{ from = \"past\" }` in all classes, or in none";
                return Err(self.refuse(other.span(), message, help));
            }
            found.extend(first.map(|from| (index, from)));
        }
        Ok(found)
    }

    fn class(&self, raw: &raw::Class, attributes: &[String], cycle_seconds: f64) -> Result<Class, Error> {
        let distribution = |attribute: &String| -> Result<Option<Distribution>, Error> {
            let Some((_, distribution)) = given(raw, attribute) else {
                let message = format!("class \"{}\" lacks the attribute `{attribute}`", *raw.name);
                let help = format!("another class has it: add `attributes.{attribute}` here too");
                return Err(self.refuse(raw.name.span(), message, help));
            };
            if from(distribution).is_some() { Ok(None) } else { self.distribution(distribution).map(Some) }
        };
        let (share, nodes) = match (&raw.share, &raw.nodes) {
            (Some(share), None) => (self.fraction(share)?, None),
            (None, Some(nodes)) => (0.0, Some(self.whole(nodes, 1, u32::MAX.into())? as u32)),
            (None, None) => {
                let message = format!("it is not said how many nodes are of class \"{}\"", *raw.name);
                let help = "give `share`, or `nodes` for an exact number";
                return Err(self.refuse(raw.name.span(), message, help));
            }
            (Some(_), Some(nodes)) => {
                let message = format!("class \"{}\" has both a `share` and `nodes`", *raw.name);
                return Err(self.refuse(nodes.span(), message, "keep one of them"));
            }
        };
        Ok(Class {
            name: (*raw.name).clone(),
            share,
            nodes,
            attributes: attributes.iter().map(distribution).collect::<Result<_, _>>()?,
            churn: {
                let whom = format!("class \"{}\"", *raw.name);
                self.churn(raw::said!(raw, &whom, &|| raw.name.span()), cycle_seconds)?
            },
        })
    }
}

/// An attribute as a class gives it.
fn given<'r>(class: &'r raw::Class, attribute: &str) -> Option<&'r (At<String>, At<raw::Distribution>)> {
    class.attributes.0.iter().find(|(name, _)| **name == *attribute)
}

/// How nodes come by an attribute, if that is all that is said of it.
fn from(distribution: &raw::Distribution) -> Option<Availability> {
    match distribution {
        raw::Distribution::Shape(shapes) if shapes.is_availability() => shapes.from.as_ref().map(|from| **from),
        _ => None,
    }
}
