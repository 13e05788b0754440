//! Which values go together: every combination of a grid, with every item of a list; or one value at a time.

use std::collections::BTreeSet;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::values::{Assignment, Entry, assignment};
use super::{MOST_POINTS, raw};
use crate::error::Error;
use crate::written::Check;

/// The key of the seed.
pub(super) const SEED: &str = "run.seed";

/// The settings of a sweep.
pub(super) struct Settings {
    /// What is set at all of them.
    pub same: Vec<Assignment>,
    /// What is set at each.
    pub varied: Vec<Setting>,
    /// Whether the first stands for itself, and each of the others for one value.
    pub is_one_at_a_time: bool,
}

/// The values of a setting.
pub(super) type Setting = Vec<Rc<Assignment>>;

impl Check<'_, '_> {
    /// The settings of the sweep, in their order.
    pub(super) fn settings(&self, raw: &raw::Sweep) -> Result<Settings, Error> {
        let mut same = Vec::new();
        if let Some(seed) = &raw.seed {
            let value = toml::Value::Integer(self.whole(seed, 0, i64::MAX as u64)? as i64);
            same.push(assignment(SEED, &value, seed.span()));
        }
        if let Some(set) = self.table("set")? {
            let given = self.entries(set);
            let given = given.iter().map(|entry| self.assignment(&entry.key, entry.value));
            same.extend(given.collect::<Result<Vec<_>, Error>>()?);
        }
        let [grid, alone] = ["grid", "one_at_a_time"].map(|name| self.axes(name));
        let (grid, alone, list) = (grid?, alone?, self.list()?);
        self.either(raw, &alone)?;
        self.once(&same, &[&grid, &alone], &list)?;
        let is_one_at_a_time = raw.one_at_a_time.is_some();
        let varied = if is_one_at_a_time { each_alone(alone) } else { self.combined(&grid, list)? };
        Ok(Settings { same, varied, is_one_at_a_time })
    }

    /// A table of the sweep.
    fn table(&self, name: &str) -> Result<Option<&DeTable<'_>>, Error> {
        let Some(value) = self.document.value(name) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(table)),
            _ => Err(self.no_table(value, name)),
        }
    }

    fn no_table(&self, value: &Spanned<DeValue<'_>>, name: &str) -> Error {
        let found = self.document.written(&value.span()).unwrap_or_else(|| value.get_ref().type_str().to_owned());
        let message = format!("`{name}` is {found}, expected a table of keys");
        self.refuse(value.span(), message, format!("write [{name}] on a line of its own, and below it the keys"))
    }

    /// The keys of a table, each with its values.
    fn axes(&self, name: &str) -> Result<Vec<Setting>, Error> {
        let entries = self.table(name)?.map(|table| self.entries(table)).unwrap_or_default();
        entries.iter().map(|entry| Ok(self.values(entry)?.into_iter().map(Rc::new).collect())).collect()
    }

    /// The settings that are given one by one.
    fn list(&self) -> Result<Vec<Setting>, Error> {
        let items = self.document.value("list").and_then(|value| value.get_ref().as_array());
        let setting = |item: &Spanned<DeValue<'_>>| {
            let table = item.get_ref().as_table().ok_or_else(|| {
                let message = "an item of `list` is no table of keys";
                self.refuse(item.span(), message, "write [[list]] above the keys of each setting")
            })?;
            let entry = |Entry { key, value, .. }: &Entry<'_, '_>| Ok(Rc::new(self.assignment(key, value)?));
            self.entries(table).iter().map(entry).collect()
        };
        items.into_iter().flat_map(|items| items.iter()).map(setting).collect()
    }

    /// Changing one value at a time does not go with changing several.
    fn either(&self, raw: &raw::Sweep, alone: &[Setting]) -> Result<(), Error> {
        let Some(one_at_a_time) = &raw.one_at_a_time else { return Ok(()) };
        if raw.grid.is_some() || !raw.list.is_empty() {
            let help = "write two sweeps; what is to be the same at every point stands under [set]";
            return Err(self.refuse(one_at_a_time.span(), "`one_at_a_time` stands beside `grid` or `list`", help));
        }
        if alone.is_empty() {
            let help = "give each key that is to change a list of values, as in \"sampling.view\" = [10, 40]";
            return Err(self.refuse(one_at_a_time.span(), "`one_at_a_time` has no keys", help));
        }
        Ok(())
    }

    /// Refuses a key that is set twice.
    fn once(&self, same: &[Assignment], axes: &[&[Setting]], list: &[Setting]) -> Result<(), Error> {
        let mut taken = BTreeSet::new();
        let refuse = |assignment: &Assignment| {
            let other = if assignment.key == SEED { " (`seed` sets it too)" } else { "" };
            let message = format!("`{}` is set in two places of the sweep{other}", assignment.key);
            self.refuse(assignment.span.clone(), message, "leave it out of one of them")
        };
        let axes = axes.iter().flat_map(|axes| axes.iter()).filter_map(|axis| axis.first());
        for assignment in same.iter().chain(axes.map(AsRef::as_ref)) {
            if !taken.insert(assignment.key.as_str()) {
                return Err(refuse(assignment));
            }
        }
        let twice = list.iter().flatten().find(|assignment| taken.contains(assignment.key.as_str()));
        twice.map_or(Ok(()), |assignment| Err(refuse(assignment)))
    }

    /// Every item of the list with every combination of the grid, whose last key changes fastest.
    fn combined(&self, grid: &[Setting], list: Vec<Setting>) -> Result<Vec<Setting>, Error> {
        let mut settings = if list.is_empty() { vec![Setting::new()] } else { list };
        for axis in grid {
            if settings.len().saturating_mul(axis.len()) > MOST_POINTS {
                let span = axis.first().map_or(0..0, |value| value.span.clone());
                let message = format!("the values of `grid` have more than {MOST_POINTS} combinations");
                return Err(self.refuse(span, message, format!("a sweep has at most {MOST_POINTS} points")));
            }
            let with = |setting: Setting| {
                let values = axis.iter().map(Rc::clone);
                values
                    .map(|value| setting.iter().map(Rc::clone).chain([value]).collect::<Setting>())
                    .collect::<Vec<_>>()
            };
            settings = settings.into_iter().flat_map(with).collect();
        }
        Ok(settings)
    }
}

/// Nothing, and then each value alone.
fn each_alone(axes: Vec<Setting>) -> Vec<Setting> {
    let alone = axes.into_iter().flatten().map(|value| vec![value]);
    std::iter::once(Setting::new()).chain(alone).collect()
}
