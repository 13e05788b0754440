//! Columns of mapped memory: a field of every node, as one array.
//!
//! Anonymous memory asks for huge pages, which halve the cost of a random access. Files serve clouds that are larger than
//! memory: their space is reserved when they are made, so that a full disk is an error then and no fault later.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::atomic::AtomicU8;

use bytemuck::Pod;
use memmap2::{Advice, MmapMut};

/// Where columns live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In anonymous memory.
    #[default]
    Memory,
    /// In files of this directory, which belongs to this run alone.
    Files(PathBuf),
}

/// A field of every node, all zero at first.
#[derive(Debug)]
pub struct Column<T> {
    map: MmapMut,
    len: usize,
    field: std::marker::PhantomData<T>,
}

impl<T: Pod> Column<T> {
    /// A column in anonymous memory.
    ///
    /// # Errors
    /// If the system has not as much memory to map.
    pub fn anonymous(len: usize) -> io::Result<Self> {
        let map = MmapMut::map_anon(bytes::<T>(len)?.max(1))?;
        // Without huge pages the column is slower, not wrong.
        let _ = map.advise(Advice::HugePage);
        Ok(Self { map, len, field: std::marker::PhantomData })
    }

    /// A column called `name` where the storage says.
    ///
    /// # Errors
    /// If the memory, the disk or the right to write there is missing.
    pub fn new(storage: &Storage, name: &str, len: usize) -> io::Result<Self> {
        let Storage::Files(folder) = storage else { return Self::anonymous(len) };
        let path = folder.join(format!("{name}.column"));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        reserve(&file, bytes::<T>(len)?.max(1))?;
        #[expect(unsafe_code, reason = "mapping a file is the one thing that safe code cannot promise")]
        // SAFETY: the caller owns the directory for the length of the run (the command line locks it), so nobody else
        // shortens or writes the file while it is mapped; every bit pattern is a value of a `Pod` type.
        let map = unsafe { MmapMut::map_mut(&file)? };
        Ok(Self { map, len, field: std::marker::PhantomData })
    }
}

impl Column<u8> {
    /// The column as bytes that threads may change side by side.
    #[must_use]
    pub fn shared(&mut self) -> &[AtomicU8] {
        let bytes: &mut [u8] = self;
        #[expect(unsafe_code, reason = "atomic views of a slice are not yet stable")]
        // SAFETY: an `AtomicU8` has the size and the alignment of a `u8`; the bytes are borrowed mutably for as long, so nobody sees
        // them but through the atomic ones.
        unsafe {
            &*(std::ptr::from_mut(bytes) as *const [AtomicU8])
        }
    }
}

/// Bytes of a column.
fn bytes<T>(len: usize) -> io::Result<usize> {
    len.checked_mul(size_of::<T>()).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
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

impl<T: Pod> Deref for Column<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &bytemuck::cast_slice(&self.map[..self.len * size_of::<T>()])[..self.len]
    }
}

impl<T: Pod> DerefMut for Column<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.map[..self.len * size_of::<T>()])[..self.len]
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
