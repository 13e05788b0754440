//! Saved rows on their way back into a writer.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::place::Place;
use super::{SavedFile, SavedRows};
use crate::disk;
use crate::trace::cell::Batch;
use crate::trace::file;
use crate::trace::meta::KEY_ATTRIBUTES;
use crate::trace::read::files::Opened;
use crate::trace::snapshots::{Batched, Part, Snapshots};
use crate::trace::tables::Kept;
use crate::trace::{Error, Meta, Table};

/// Files of saved rows that are as they were saved, in the order of their rows.
pub(in crate::trace) struct Files {
    files: Vec<Found>,
}

/// A file as it was saved.
struct Found {
    place: Place,
    path: PathBuf,
    rows: u64,
    bytes: u64,
}

impl Files {
    /// Checks the files below a directory: their places, sizes and hashes.
    pub(in crate::trace) fn check(folder: &Path, saved: &SavedRows) -> Result<Self, Error> {
        let mut files = saved.files.iter().map(|file| Found::check(folder, file)).collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(|file| file.place);
        if let Some(twice) = files.windows(2).find(|pair| pair[0].place == pair[1].place) {
            return Err(twice[1].damaged());
        }
        for &of in Table::STREAMED {
            let parts = files.iter().filter(|file| matches!(file.place, Place::Part(table, _) if table == of));
            if let Some((file, _)) = parts.zip(0..).find(|(file, number)| file.place != Place::Part(of, *number)) {
                return Err(file.damaged());
            }
        }
        Ok(Files { files })
    }

    /// Puts the rows of small tables back.
    pub(in crate::trace) fn restore_kept(&self, kept: &mut Kept, meta: &Meta) -> Result<(), Error> {
        for file in &self.files {
            if let Place::Rows(table, _) = file.place {
                file.each(meta, |batch| kept.read(table, batch))?;
            }
        }
        Ok(())
    }

    /// Puts the rows of a streamed table back into the files below `traces`.
    pub(in crate::trace) fn restore<R: Batched>(
        &self,
        table: &mut Snapshots<R>,
        traces: &Path,
        meta: &Meta,
    ) -> Result<(), Error> {
        let mut parts = 0;
        for file in self.files.iter().filter(|file| file.place.table() == R::TABLE) {
            match file.place {
                Place::Rows(..) => {}
                Place::Part(_, number) => {
                    file.restore_part(number, table, traces, meta)?;
                    parts = number + 1;
                }
                Place::Tail(..) => file.feed(table, traces, meta)?,
            }
            if table.closed().len() != parts {
                return Err(file.damaged());
            }
        }
        table.set_saved();
        Ok(())
    }
}

impl Found {
    fn check(folder: &Path, file: &SavedFile) -> Result<Self, Error> {
        let path = folder.join(&file.path);
        let Some(place) = Place::at(&file.path, file.table) else { return Err(Error::Damaged { path }) };
        let found = Found { place, path, rows: file.rows, bytes: file.bytes };
        match disk::digest(&found.path) {
            Ok(is) if is == (file.bytes, file.xxh3) => Ok(found),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("read", &found.path)(error)),
            _ => Err(found.damaged()),
        }
    }

    fn damaged(&self) -> Error {
        Error::Damaged { path: self.path.clone() }
    }

    /// Opens the file, whose rows must be as many as were saved, of a fleet with the attributes of `meta`.
    fn open(&self, meta: &Meta) -> Result<Opened, Error> {
        let opened = Opened::at(&self.path)?;
        if opened.rows() != self.rows {
            return Err(self.damaged());
        }
        if opened.meta().attributes != meta.attributes {
            let [found, expected] = [opened.meta(), meta].map(|meta| meta.attributes.join(", "));
            return Err(Error::Metadata { path: self.path.clone(), key: KEY_ATTRIBUTES, found, expected });
        }
        Ok(opened)
    }

    /// Calls `each` with the rows, batch by batch, as rows of a trace with this `meta`.
    fn each(&self, meta: &Meta, mut each: impl FnMut(&Batch) -> Result<(), Error>) -> Result<(), Error> {
        for batch in self.open(meta)?.batches()? {
            let (path, columns) = batch?;
            each(&Batch { path: &path, meta, columns: &columns })?;
        }
        Ok(())
    }

    /// Writes the rows of a streamed table again.
    fn feed<R: Batched>(&self, table: &mut Snapshots<R>, traces: &Path, meta: &Meta) -> Result<(), Error> {
        self.each(meta, |batch| R::read(batch)?.iter().try_for_each(|rows| table.write(rows, traces, meta)))
    }

    /// Puts a full part back. A part with the metadata of another run is written again.
    fn restore_part<R: Batched>(
        &self,
        number: usize,
        table: &mut Snapshots<R>,
        traces: &Path,
        meta: &Meta,
    ) -> Result<(), Error> {
        if self.rows != table.part_rows() as u64 {
            return Err(self.damaged());
        }
        if self.open(meta)?.meta() != meta {
            return self.feed(table, traces, meta);
        }
        let folder = traces.join(file::partition(R::TABLE, meta));
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let path = folder.join(file::name(number));
        disk::link_or_copy(&self.path, &path).map_err(Error::io("create", &path))?;
        table.take_part(Part { rows: self.rows, bytes: self.bytes });
        Ok(())
    }
}
