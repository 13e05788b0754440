//! A save: the files that it adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;

use super::place::Place;
use super::{SavedFile, SavedRows};
use crate::disk;
use crate::trace::file::{self, TableFile};
use crate::trace::publishing::hidden::sync;
use crate::trace::snapshots::{Batched, Snapshots};
use crate::trace::staging::missing_ancestors;
use crate::trace::tables::Kept;
use crate::trace::{Error, Meta, Table};

/// A save under way.
pub(in crate::trace) struct Save<'a> {
    folder: &'a Path,
    cycle: u32,
    meta: &'a Meta,
    /// The files that belong to the save by now.
    files: Vec<SavedFile>,
    /// The directories that have new entries.
    touched: BTreeSet<PathBuf>,
}

impl<'a> Save<'a> {
    /// Begins a save into a directory, which is created if it is not there. Files of the save `before`, in a directory
    /// of its own or in the same, still belong to it.
    pub(in crate::trace) fn begin(
        folder: &'a Path,
        cycle: u32,
        meta: &'a Meta,
        before: Option<&(PathBuf, SavedRows)>,
    ) -> Result<Self, Error> {
        let made = missing_ancestors(folder);
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        made.iter().filter_map(|made| made.parent()).try_for_each(sync)?;
        let mut save = Save { folder, cycle, meta, files: Vec::new(), touched: BTreeSet::new() };
        if let Some((old, saved)) = before {
            save.take_over(old, saved)?;
        }
        Ok(save)
    }

    /// Adds the rows of all small tables that have come since the save before.
    pub(in crate::trace) fn rows(&mut self, kept: &Kept) -> Result<(), Error> {
        let mut saved: BTreeMap<Table, usize> = BTreeMap::new();
        for file in &self.files {
            *saved.entry(file.table).or_default() += file.rows as usize;
        }
        for (table, columns) in kept.columns(&self.meta.attributes, |table| saved.get(&table).copied().unwrap_or(0)) {
            let place = Place::Rows(table, self.cycle);
            let batch = columns.batch(&self.folder.join(place.path()))?;
            if batch.num_rows() > 0 {
                self.write(place, [Ok(batch)])?;
            }
        }
        Ok(())
    }

    /// Adds the parts of a streamed table, which lie below `traces`, and the rows that have come since the save before.
    pub(in crate::trace) fn streamed<R: Batched>(&mut self, table: &Snapshots<R>, traces: &Path) -> Result<(), Error> {
        let is_part = |file: &SavedFile| matches!(Place::at(&file.path, file.table), Some(Place::Part(..)));
        let saved = self.files.iter().filter(|file| file.table == R::TABLE && is_part(file)).count();
        if saved < table.closed().len() {
            // The rows of the tails are in a part by now.
            self.files.retain(|file| file.table != R::TABLE || is_part(file));
        }
        let from = traces.join(file::partition(R::TABLE, self.meta));
        for (number, part) in table.closed().iter().enumerate().skip(saved) {
            let place = Place::Part(R::TABLE, number);
            let path = self.clear(&place.path())?;
            disk::link_or_copy(&from.join(file::name(number)), &path).map_err(Error::io("create", &path))?;
            self.add(place, part.rows)?;
        }
        let place = Place::Tail(R::TABLE, self.cycle);
        let path = self.folder.join(place.path());
        self.write(place, table.unsaved(&path, self.meta))
    }

    /// Forces the entries of the directories to the disk.
    pub(in crate::trace) fn finish(self) -> Result<SavedRows, Error> {
        self.touched.iter().try_for_each(|folder| sync(folder))?;
        sync(self.folder)?;
        Ok(SavedRows { files: self.files })
    }

    /// Takes over the files of the save before: those of another directory get a second name in this one.
    fn take_over(&mut self, old: &Path, saved: &SavedRows) -> Result<(), Error> {
        let real = |folder: &Path| folder.canonicalize().map_err(Error::io("read", folder));
        if !saved.files.is_empty() && real(old)? != real(self.folder)? {
            for file in &saved.files {
                let path = self.clear(&file.path)?;
                disk::link_or_copy(&old.join(&file.path), &path).map_err(Error::io("create", &path))?;
                disk::step();
            }
        }
        self.files.clone_from(&saved.files);
        Ok(())
    }

    /// Writes a file at a place; no file if there are no rows.
    fn write(
        &mut self,
        place: Place,
        batches: impl IntoIterator<Item = Result<RecordBatch, Error>>,
    ) -> Result<(), Error> {
        let mut open: Option<TableFile> = None;
        for batch in batches {
            let batch = batch?;
            let file = match &mut open {
                Some(file) => file,
                none => none.insert(TableFile::at(self.clear(&place.path())?, batch.schema(), self.meta.key_values())?),
            };
            file.write(&batch)?;
        }
        match open {
            Some(file) => self.add(place, file.close()?.0),
            None => Ok(()),
        }
    }

    /// Makes room for a file, and says where it is. What lies there was left by a killed process.
    fn clear(&mut self, path: &str) -> Result<PathBuf, Error> {
        assert!(self.files.iter().all(|file| file.path != path), "rows have come since the save of the same cycle");
        let path = self.folder.join(path);
        for folder in path.ancestors().skip(1).take_while(|&folder| folder != self.folder) {
            self.touched.insert(folder.to_owned());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", &path)(error)),
            _ => Ok(path),
        }
    }

    /// Adds the file that has been written at a place.
    fn add(&mut self, place: Place, rows: u64) -> Result<(), Error> {
        let path = self.folder.join(place.path());
        let (bytes, xxh3) = disk::digest(&path).map_err(Error::io("read", &path))?;
        self.files.push(SavedFile { path: place.path(), table: place.table(), rows, bytes, xxh3 });
        disk::step();
        Ok(())
    }
}
