//! Columns of mapped memory: a field of every node, as one array.
//!
//! A wing of the engine declares its columns first, without memory: each has a name, a [`Kind`], and so many cells a
//! node. Whatever is done to all columns is done through [`Fields::visit`], in the one place that lists them: memory is
//! found for them ([`Field::allocate`]), their bytes are added up ([`Field::bytes_in`]), their content is
//! digested ([`super::digest`]).
//!
//! Anonymous memory asks for huge pages, which halve the cost of a random access. Files serve clouds that are larger
//! than memory: their space is reserved when they are made, so that a full disk is an error then and no fault later.
//! What is written at random over a file goes to the disk again and again: exchanges of 10^8 nodes whose views lie in a
//! file of 10 GB wrote more than 2 TB in a cycle, where the system keeps no more than 4 GB unwritten. So the widest
//! columns of such a cloud lie in memory, as many as fit, and become files when the run ends.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Formatter};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, AtomicU32};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytemuck::Pod;
use memmap2::{Advice, MmapMut};

use crate::error::Error;

/// Where columns live.
#[derive(Debug, Default)]
pub enum Storage {
    /// In anonymous memory.
    #[default]
    Memory,
    /// In files of this directory, which belongs to this run alone.
    Files(Folder),
}

/// A directory in which columns are made as files, until it is closed.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// Names of the columns that lie in memory for as long as the run goes on.
    in_memory: Arc<BTreeSet<String>>,
    /// Held while a file is made, and for ever once the directory is closed.
    gate: Arc<Mutex<()>>,
}

impl Folder {
    /// The directory at a path, which must be there.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, in_memory: Arc::default(), gate: Arc::default() }
    }

    /// The same, where columns of these names lie in memory for as long as the run goes on.
    #[must_use]
    pub fn with_in_memory(self, names: BTreeSet<String>) -> Self {
        Self { in_memory: Arc::new(names), ..self }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the directory for good: when this returns no file is being made, and whoever wants to make another waits
    /// until the process ends. So the files that are there can be removed, and none comes after them.
    pub fn close(&self) {
        std::mem::forget(self.gate.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Makes a file, or empties it.
    fn create(&self, name: &str) -> io::Result<File> {
        let _open = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(self.path.join(name))
    }
}

/// What becomes of a column between two cycles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// It is state: what it holds now decides what comes.
    Kept,
    /// As [`Kind::Kept`], and most cycles do not change it.
    Slow,
    /// It can be found again from kept columns.
    Derived,
    /// A pass writes it before it reads it: between passes it means nothing.
    Scratch,
}

/// Whatever is made of columns: a wing's struct, a part of one, or a column.
pub trait Fields {
    /// Shows every field, in an order that the scenario alone decides.
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field));

    /// All fields.
    fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        self.visit(&mut |field| fields.push(field));
        fields
    }
}

impl<F: Fields> Fields for Option<F> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        if let Some(part) = self {
            part.visit(see);
        }
    }
}

impl<F: Fields> Fields for Vec<F> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        for part in self {
            part.visit(see);
        }
    }
}

/// Shows the fields of a struct, all of which are named: `fields!(Past { first, down })`. Those that hold no columns
/// stand behind a `but`: a field that is forgotten does not compile.
macro_rules! fields {
    ($of:ty { $($field:ident),* } $(but $($other:ident),*)?) => {
        impl $crate::memory::Fields for $of {
            fn visit<'a>(&'a self, _see: &mut dyn FnMut(&'a $crate::memory::Field)) {
                let Self { $($field,)* $($($other: _),*)? } = self;
                $($field.visit(_see);)*
            }
        }
    };
}
pub(crate) use fields;

/// A column without the type of its cells.
#[derive(Debug)]
pub struct Field {
    /// Its name: that of its file, and in `run.json`.
    pub name: String,
    /// What becomes of it between cycles.
    pub kind: Kind,
    /// Bytes of a cell, and cells of a node.
    cell_bytes: usize,
    cells: usize,
    /// Rows, if it is no field of every node: those of a table.
    rows: Option<usize>,
    /// What cells hold at first; `None` for zeros.
    first: Option<Vec<u8>>,
    /// Rows, and their cells: nothing until it is allocated.
    memory: OnceLock<(usize, MmapMut)>,
}

impl Field {
    /// Bytes of a row: of a node, but in a table.
    pub fn bytes_per_row(&self) -> u64 {
        (self.cell_bytes * self.cells) as u64
    }

    /// Rows in a cloud of so many nodes.
    pub fn rows(&self, nodes: usize) -> usize {
        self.rows.unwrap_or(nodes)
    }

    /// Bytes in a cloud of so many nodes.
    pub fn bytes_in(&self, nodes: usize) -> u64 {
        self.rows(nodes) as u64 * self.bytes_per_row()
    }

    /// Bytes of a cell.
    pub fn cell_bytes(&self) -> usize {
        self.cell_bytes
    }

    /// The cells of all nodes, one after the other; none before there is memory.
    pub fn bytes(&self) -> &[u8] {
        self.memory.get().map_or(&[], |(nodes, map)| &map[..nodes * self.cells * self.cell_bytes])
    }

    /// Finds memory for so many nodes, and fills it with what cells hold at first.
    ///
    /// # Errors
    /// If the memory, the disk or the right to write there is missing.
    ///
    /// # Panics
    /// If there is memory already.
    pub fn allocate(&self, storage: &Storage, nodes: usize) -> Result<(), Error> {
        self.allocate_with(storage, nodes, |_| Ok(false)).map(drop)
    }

    /// Finds memory for so many nodes whose cells are known: `fill` writes the cells into it, and says whether it has.
    /// Where `fill` has not, cells hold what they hold at first. Returns what `fill` said.
    ///
    /// # Errors
    /// If the memory, the disk or the right to write there is missing, or `fill` fails.
    ///
    /// # Panics
    /// If there is memory already.
    pub fn allocate_with(
        &self,
        storage: &Storage,
        nodes: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let nodes = self.rows(nodes);
        let found = self.map(storage, nodes);
        let bytes = nodes as u64 * self.bytes_per_row();
        let mut map = found.map_err(|source| Error::Column { column: self.name.clone(), bytes, source })?;
        let is_filled = fill(&mut map[..nodes * self.cells * self.cell_bytes])?;
        match self.first.as_deref().filter(|_| !is_filled) {
            None => {}
            Some([first]) => map.fill(*first),
            Some(first) => map.chunks_exact_mut(self.cell_bytes).for_each(|cell| cell.copy_from_slice(first)),
        }
        assert!(self.memory.set((nodes, map)).is_ok(), "{} is allocated once", self.name);
        Ok(is_filled)
    }

    /// Writes a column that lasts, and that the directory of the others has kept in memory, to its file there.
    ///
    /// # Errors
    /// If the disk is full, or may not be written.
    pub fn write_out(&self, storage: &Storage) -> Result<(), Error> {
        let Storage::Files(folder) = storage else { return Ok(()) };
        if self.kind == Kind::Scratch || !folder.in_memory.contains(&self.name) {
            return Ok(());
        }
        let written = folder.create(&self.file_name()).and_then(|mut file| file.write_all(self.bytes()));
        let bytes = self.bytes().len() as u64;
        written.map_err(|source| Error::Column { column: self.name.clone(), bytes, source })
    }

    fn file_name(&self) -> String {
        format!("{}.column", self.name)
    }

    fn map(&self, storage: &Storage, nodes: usize) -> io::Result<MmapMut> {
        let bytes = nodes.checked_mul(self.cells * self.cell_bytes);
        let bytes = bytes.ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?.max(1);
        let in_file = if let Storage::Files(folder) = storage { Some(folder) } else { None };
        let Some(folder) = in_file.filter(|folder| !folder.in_memory.contains(&self.name)) else {
            let map = MmapMut::map_anon(bytes)?;
            // Without huge pages the column is slower, not wrong.
            let _ = map.advise(Advice::HugePage);
            return Ok(map);
        };
        let file = folder.create(&self.file_name())?;
        reserve(&file, bytes)?;
        #[expect(unsafe_code, reason = "mapping a file is the one thing that safe code cannot promise")]
        // SAFETY: the caller owns the directory for the length of the run (the command line locks it), so nobody else
        // shortens or writes the file while it is mapped; every bit pattern is a value of a `Pod` type.
        unsafe {
            MmapMut::map_mut(&file)
        }
    }
}

/// A field of every node. As a slice it has the cells of all nodes, one after the other.
pub struct Column<T> {
    field: Field,
    cell: PhantomData<T>,
}

impl<T> Debug for Column<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.field.fmt(f)
    }
}

impl<T: Pod> Column<T> {
    /// A column of one cell a node, all zero at first, which has no memory yet.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        let name = name.into();
        let (cell_bytes, memory) = (size_of::<T>(), OnceLock::new());
        Self { field: Field { name, kind, cell_bytes, cells: 1, rows: None, first: None, memory }, cell: PhantomData }
    }

    /// The same with so many cells a node.
    #[must_use]
    pub fn of_cells(mut self, cells: usize) -> Self {
        self.field.cells = cells;
        self
    }

    /// The same as a table of so many rows, whatever the number of nodes.
    #[must_use]
    pub fn of_rows(mut self, rows: usize) -> Self {
        self.field.rows = Some(rows);
        self
    }

    /// The same with another value at first.
    #[must_use]
    pub fn filled(mut self, first: T) -> Self {
        self.field.first = Some(bytemuck::bytes_of(&first).to_vec());
        self
    }

    /// A column of so many zeros in anonymous memory, outside of any wing: room for a measure.
    ///
    /// # Errors
    /// If the system has not as much memory to map.
    pub fn anonymous(len: usize) -> io::Result<Self> {
        let column = Self::new(Kind::Scratch, String::new());
        let map = column.field.map(&Storage::Memory, len)?;
        let _ = column.field.memory.set((len, map));
        Ok(column)
    }
}

impl<T> Fields for Column<T> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        see(&self.field);
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(self.field.bytes())
    }
}

impl<T: Pod> DerefMut for Column<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let Field { cells, memory, .. } = &mut self.field;
        match memory.get_mut() {
            Some((nodes, map)) => bytemuck::cast_slice_mut(&mut map[..*nodes * *cells * size_of::<T>()]),
            None => &mut [],
        }
    }
}

/// A number that threads may change side by side.
pub trait Shareable: Pod {
    /// The number as threads share it, of the same size and alignment.
    type Atomic;
}

impl Shareable for u8 {
    type Atomic = AtomicU8;
}

impl Shareable for u32 {
    type Atomic = AtomicU32;
}

impl<T: Shareable> Column<T> {
    /// The column as cells that threads may change side by side.
    pub fn shared(&mut self) -> &[T::Atomic] {
        const { assert!(size_of::<T>() == size_of::<T::Atomic>() && align_of::<T>() == align_of::<T::Atomic>()) };
        let cells: &mut [T] = self;
        #[expect(unsafe_code, reason = "atomic views of a slice are not yet stable")]
        // SAFETY: the atomic type is that of the number, of its size and its alignment; the cells are borrowed mutably
        // for as long, so nobody sees them but through the atomic ones.
        unsafe {
            &*(std::ptr::from_mut(cells) as *const [T::Atomic])
        }
    }
}

/// Gives a file its size, and the disk blocks for it.
fn reserve(file: &File, bytes: usize) -> io::Result<()> {
    use rustix::fs::FallocateFlags;
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, bytes as u64) {
        // A file system that cannot reserve gives room when it is used.
        Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(bytes as u64),
        other => other.map_err(io::Error::from),
    }
}

/// Bytes free to this user on the disk of a directory.
///
/// # Errors
/// If the directory cannot be asked.
pub fn free_bytes(folder: &std::path::Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail * disk.f_frsize)
}
