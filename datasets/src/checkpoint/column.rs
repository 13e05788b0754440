//! A column between memory and its file, past the page cache.
//!
//! Columns are as large as memory, and written once: through the page cache they would push out what the run needs, and
//! cost the processors a copy. Columns begin at a page of memory, so the disk takes them as they are. Where a file
//! system takes nothing past its cache, or a column does not begin at a page, the cache serves, and is emptied on the
//! way.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Advice, OFlags, fadvise};
use xxhash_rust::xxh3::Xxh3;

/// Bytes that go to the disk at a time.
const PIECE: usize = 8 << 20;
/// What begins and ends here can go past the page cache.
const BLOCK: usize = 4096;
/// Bytes that the page cache may hold of a file before they are forced to the disk.
const CACHED: usize = 64 << 20;

/// The part of some bytes that can go past the page cache; the rest follows it.
fn direct_len(bytes: &[u8]) -> usize {
    if bytes.as_ptr().addr().is_multiple_of(BLOCK) { bytes.len() / BLOCK * BLOCK } else { 0 }
}

/// A file opened past the page cache; `None` where the file system takes nothing so.
fn past_the_cache(options: &mut OpenOptions, path: &Path) -> io::Result<Option<File>> {
    match options.custom_flags(OFlags::DIRECT.bits().cast_signed()).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INVAL.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes bytes to a new file, and forces them to the disk. Returns their digest.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<u64> {
    let plain = File::create_new(path)?;
    let direct = match direct_len(bytes) {
        0 => None,
        len => past_the_cache(OpenOptions::new().write(true), path)?.map(|file| (file, len)),
    };
    let mut hash = Xxh3::new();
    let len = direct.as_ref().map_or(0, |(_, len)| *len);
    for (piece, start) in pieces(bytes, 0..len) {
        hash.update(piece);
        direct.iter().try_for_each(|(file, _)| file.write_all_at(piece, start as u64))?;
    }
    let mut cached = 0;
    for (piece, start) in pieces(bytes, len..bytes.len()) {
        hash.update(piece);
        plain.write_all_at(piece, start as u64)?;
        cached += piece.len();
        if cached >= CACHED {
            forget(&plain)?;
            cached = 0;
        }
    }
    forget(&plain)?;
    plain.sync_all()?;
    Ok(hash.digest())
}

/// Reads a file of as many bytes as there is room for. Returns their digest.
pub fn read(path: &Path, bytes: &mut [u8]) -> io::Result<u64> {
    let plain = File::open(path)?;
    let len = direct_len(bytes);
    let direct = if len > 0 { past_the_cache(OpenOptions::new().read(true), path)? } else { None };
    let mut hash = Xxh3::new();
    let mut start = 0;
    while start < bytes.len() {
        let is_direct = direct.is_some() && start < len;
        let end = if is_direct { len } else { bytes.len() }.min(start + PIECE);
        let piece = &mut bytes[start..end];
        match &direct {
            Some(file) if is_direct => file.read_exact_at(piece, start as u64)?,
            _ => plain.read_exact_at(piece, start as u64)?,
        }
        hash.update(piece);
        start = end;
    }
    // The file is not read again; what the cache keeps of it is of no use.
    let _ = fadvise(&plain, 0, None, Advice::DontNeed);
    Ok(hash.digest())
}

/// A range of some bytes in pieces, each with its place.
fn pieces(bytes: &[u8], range: std::ops::Range<usize>) -> impl Iterator<Item = (&[u8], usize)> {
    let first = range.start;
    bytes[range].chunks(PIECE).enumerate().map(move |(k, piece)| (piece, first + k * PIECE))
}

/// Forces a file to the disk, and out of the page cache.
fn forget(file: &File) -> io::Result<()> {
    file.sync_data()?;
    // What stays in the cache costs memory and nothing else.
    let _ = fadvise(file, 0, None, Advice::DontNeed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::{BLOCK, PIECE, read, write};

    #[test]
    fn bytes_come_back_wherever_they_begin_and_end() {
        let folder = tempfile::tempdir().unwrap();
        let room: Vec<u8> = (0..2 * PIECE + 3 * BLOCK).map(|k| (k * 31 >> 3) as u8).collect();
        let page = room.as_ptr().align_offset(BLOCK);
        for (number, (start, len)) in
            [(page, 2 * PIECE + 7), (page, PIECE), (page, BLOCK), (page, 5), (page, 0), (page + 1, PIECE + 9)]
                .into_iter()
                .enumerate()
        {
            let bytes = &room[start..start + len];
            let path = folder.path().join(number.to_string());
            assert_eq!(write(&path, bytes).unwrap(), xxh3_64(bytes));
            assert!(std::fs::read(&path).unwrap() == bytes);
            let mut back = vec![0; len + BLOCK];
            let begin = back.as_ptr().align_offset(BLOCK);
            let back = &mut back[begin..begin + len];
            assert_eq!(read(&path, back).unwrap(), xxh3_64(bytes));
            assert!(back == bytes);
        }
    }
}
