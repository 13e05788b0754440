//! Writing checkpoints, and reading them back.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use super::column;
use super::error::Error;
use super::files::{Folder, remove_file};
use super::manifest::{FileRecord, Manifest};
use super::names::{NAME, NEXT};
use crate::disk;
use crate::trace::{SavedRows, Writer};

/// Columns that are written or read at a time.
const SIDE_BY_SIDE: usize = 2;

/// A column of a state.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its cells, all nodes one after the other.
    pub bytes: &'a [u8],
    /// Whether it is most often as it was at the checkpoint before.
    pub is_slow: bool,
}

/// The state of a run after a cycle.
#[derive(Debug)]
pub struct State<'a> {
    /// What there is to say of it; its files are found when they are written.
    pub manifest: Manifest,
    /// The columns that last from this cycle to the next.
    pub columns: Vec<Column<'a>>,
    /// What lasts beside them.
    pub book: Vec<u8>,
}

/// The checkpoints of a run: one directory, which holds the last of them.
#[derive(Debug)]
pub struct Store {
    folder: Folder,
    /// The checkpoint that is there.
    last: Option<Manifest>,
    /// Rows that the trace takes for saved, though no checkpoint that lists them has been committed.
    rows: SavedRows,
    /// Held for its lock; `None` where the file system knows no locks, and before the directory is made.
    lock: Option<File>,
}

impl Store {
    /// Opens a directory, which need not be there; `results` is the number of what the engine computes.
    ///
    /// # Errors
    ///
    /// If its checkpoint is damaged or of another version, or another process writes there.
    pub fn open(folder: Folder, results: u32) -> Result<Self, Error> {
        let last = Manifest::read(folder.path(), results)?;
        let mut store = Self { folder, last, rows: SavedRows::default(), lock: None };
        if store.last.is_some() {
            store.lock()?;
        }
        Ok(store)
    }

    /// Opens a directory to read its checkpoint, which others may read too.
    ///
    /// # Errors
    ///
    /// If the checkpoint is damaged or of another version.
    pub fn open_to_read(folder: Folder, results: u32) -> Result<Self, Error> {
        let last = Manifest::read(folder.path(), results)?;
        Ok(Self { folder, last, rows: SavedRows::default(), lock: None })
    }

    /// Opens a directory without what it holds, which the next checkpoint replaces.
    #[must_use]
    pub fn anew(folder: Folder) -> Self {
        Self { folder, last: None, rows: SavedRows::default(), lock: None }
    }

    /// The checkpoint that is there.
    #[must_use]
    pub fn last(&self) -> Option<&Manifest> {
        self.last.as_ref()
    }

    /// Its directory.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Takes the saved rows of the checkpoint into a new trace.
    ///
    /// # Errors
    ///
    /// If a file is damaged or missing.
    pub fn restore(&mut self, trace: &mut Writer) -> Result<(), Error> {
        if let Some(last) = &self.last {
            trace.restore(self.folder.path(), &last.rows)?;
            self.rows = last.rows.clone();
        }
        Ok(())
    }

    /// What lasts beside the columns.
    ///
    /// # Errors
    ///
    /// If the file is damaged or missing.
    ///
    /// # Panics
    ///
    /// If there is no checkpoint.
    pub fn book(&self) -> Result<Vec<u8>, Error> {
        let last = self.last.as_ref().unwrap_or_else(|| panic!("there is a checkpoint"));
        let path = self.folder.path().join(&last.book.file);
        let bytes = fs::read(&path).map_err(unread(&path))?;
        if bytes.len() as u64 != last.book.bytes || xxh3_64(&bytes) != last.book.xxh3 {
            return Err(Error::damaged(&path, "its digest is not that of its content"));
        }
        Ok(bytes)
    }

    /// Reads a column into its cells; says whether there is such a column.
    ///
    /// # Errors
    ///
    /// If the file is damaged, missing, or of another size than the cells.
    pub fn fill(&self, name: &str, cells: &mut [u8]) -> Result<bool, Error> {
        let columns = self.last.iter().flat_map(|last| &last.columns);
        let Some(found) = columns.into_iter().find(|column| column.name == name) else { return Ok(false) };
        let path = self.folder.path().join(&found.file);
        let size = path.metadata().map_err(unread(&path))?.len();
        if size != found.bytes {
            let what = format!("it has {size} bytes, and had {}", found.bytes);
            return Err(Error::damaged(&path, &what));
        }
        if found.bytes != cells.len() as u64 {
            let what = format!("it has {size} bytes, and the column {}", cells.len());
            return Err(Error::damaged(&path, &what));
        }
        if column::read(&path, cells).map_err(Error::io("read", &path))? != found.xxh3 {
            return Err(Error::damaged(&path, "its digest is not that of its content"));
        }
        Ok(true)
    }

    /// Writes a checkpoint, with the rows of the trace so far. The one before is there until this one is, and stays
    /// where this fails.
    ///
    /// # Errors
    ///
    /// If a file cannot be written; what was written is removed then.
    pub fn save(&mut self, state: State<'_>, trace: &mut Writer) -> Result<(), Error> {
        if self.last.as_ref().is_some_and(|last| last.cycle == state.manifest.cycle) {
            // The state was taken up from this checkpoint, and no cycle has been run since.
            return Ok(());
        }
        self.folder.make()?;
        self.lock()?;
        self.folder.remove_but(&self.listed())?;
        disk::step();
        let saved = self.write(state, trace);
        if saved.is_err() {
            // The error that led here is the one to tell.
            self.folder.remove_but(&self.listed()).ok();
        }
        self.last = Some(saved?);
        disk::step();
        // What cannot be removed is removed by the next one.
        self.folder.remove_but(&self.listed()).ok();
        Ok(())
    }

    fn write(&mut self, state: State<'_>, trace: &mut Writer) -> Result<Manifest, Error> {
        let State { mut manifest, columns, book } = state;
        let folder = self.folder.path().to_owned();
        let cycle = manifest.cycle;
        manifest.rows = trace.save(&folder, cycle)?;
        self.rows = manifest.rows.clone();
        disk::step();
        manifest.columns = self.columns(&columns, cycle)?;
        disk::step();
        let name = format!("{cycle:06}-book.bin");
        let path = folder.join(&name);
        // The file of a checkpoint after the same cycle that was not committed.
        remove_file(&path)?;
        disk::write_synced(&path, &book).map_err(Error::io("write", &path))?;
        manifest.book = FileRecord { name: "book".into(), file: name, bytes: book.len() as u64, xxh3: xxh3_64(&book) };
        disk::step();
        let (next, place) = (folder.join(NEXT), folder.join(NAME));
        remove_file(&next)?;
        disk::write_synced(&next, manifest.text().as_bytes()).map_err(Error::io("write", &next))?;
        disk::sync_folder(&folder).map_err(Error::io("write", &folder))?;
        disk::step();
        fs::rename(&next, &place).map_err(Error::io("create", &place))?;
        disk::sync_folder(&folder).map_err(Error::io("write", &folder))?;
        Ok(manifest)
    }

    /// Writes the columns that have changed, a few at a time.
    fn columns(&self, columns: &[Column<'_>], cycle: u32) -> Result<Vec<FileRecord>, Error> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(column) = columns.get(number) else { return };
                let record = self.column(column, number, cycle);
                let is_error = record.is_err();
                done.lock().unwrap_or_else(PoisonError::into_inner).push((number, record));
                if is_error {
                    next.store(columns.len(), Ordering::Relaxed);
                }
            }
        };
        thread::scope(|scope| (0..SIDE_BY_SIDE.min(columns.len())).for_each(|_| drop(scope.spawn(work))));
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, record)| record).collect()
    }

    /// Writes a column, unless it is that of the checkpoint before.
    fn column(&self, column: &Column<'_>, number: usize, cycle: u32) -> Result<FileRecord, Error> {
        let Column { name, bytes, is_slow } = *column;
        let before = self.last.iter().flat_map(|last| &last.columns).find(|before| before.name == name);
        let before = before.filter(|before| is_slow && before.bytes == bytes.len() as u64);
        if let Some(before) = before.filter(|before| before.xxh3 == xxh3_64(bytes)) {
            return Ok(before.clone());
        }
        // Names of attributes are the user's, and may hold anything.
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let readable: String = name.chars().take(60).map(plain).collect();
        let file = format!("{cycle:06}-{number:03}-{readable}.column");
        let path = self.folder.path().join(&file);
        remove_file(&path)?;
        let xxh3 = column::write(&path, bytes).map_err(Error::io("write", &path))?;
        Ok(FileRecord { name: name.to_owned(), file, bytes: bytes.len() as u64, xxh3 })
    }

    /// Removes the checkpoint and its directory.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        self.folder.remove()
    }

    /// The files that must stay: of the checkpoint that is there, and the rows that the trace takes for saved.
    fn listed(&self) -> BTreeSet<PathBuf> {
        let rows = self.rows.files.iter().map(|file| PathBuf::from(&file.path));
        let last = self.last.iter().flat_map(|last| last.files().chain([PathBuf::from(NAME)]));
        last.chain(rows).collect()
    }

    fn lock(&mut self) -> Result<(), Error> {
        if self.lock.is_some() {
            return Ok(());
        }
        let path = self.folder.path();
        let file = File::open(path).map_err(Error::io("open", path))?;
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(_)) => {}
        }
        Ok(())
    }
}

/// Why a file cannot be read that the list has.
fn unread(path: &Path) -> impl FnOnce(io::Error) -> Error {
    |error| match error.kind() {
        ErrorKind::NotFound => Error::damaged(path, "the file is missing"),
        _ => Error::io("read", path)(error),
    }
}
