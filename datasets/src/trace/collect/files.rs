//! Files of a directory that is collected: looked at without following links, compared and copied.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::trace::Error;
use crate::trace::unlike::Unlike;

/// What lies at a path: a file, a folder or nothing; a link is refused.
pub(super) fn look(path: &Path) -> Result<Option<Metadata>, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() || found.is_dir() => Ok(Some(found)),
        Ok(_) => Err(Unlike::Link { path: path.to_owned() }.into()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// The Parquet files at a path below a folder, by their own paths below it.
pub(super) fn list(folder: &Path, own: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let path = folder.join(own);
    for entry in fs::read_dir(&path).map_err(Error::io("list", &path))? {
        let own = own.join(entry.map_err(Error::io("list", &path))?.file_name());
        match look(&folder.join(&own))? {
            Some(found) if found.is_dir() => list(folder, &own, files)?,
            Some(_) if own.extension().is_some_and(|extension| extension == "parquet") => files.push(own),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a file begins and ends as a Parquet file does.
pub(super) fn is_whole(path: &Path) -> io::Result<bool> {
    const MARK: &[u8; 4] = b"PAR1";
    let mut file = File::open(path)?;
    if file.metadata()?.len() < 12 {
        return Ok(false);
    }
    let (mut first, mut last) = ([0; 4], [0; 4]);
    file.read_exact(&mut first)?;
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut last)?;
    Ok(&first == MARK && &last == MARK)
}

/// Whether two files have the same bytes.
pub(super) fn are_equal(one: &Path, other: &Path) -> io::Result<bool> {
    const CHUNK: u64 = 1 << 20;
    let [mut one, mut other] = [File::open(one)?, File::open(other)?];
    let [mut chunk, mut other_chunk] = [Vec::new(), Vec::new()];
    loop {
        chunk.clear();
        other_chunk.clear();
        one.by_ref().take(CHUNK).read_to_end(&mut chunk)?;
        other.by_ref().take(CHUNK).read_to_end(&mut other_chunk)?;
        if chunk != other_chunk {
            return Ok(false);
        }
        if chunk.is_empty() {
            return Ok(true);
        }
    }
}

/// Copies a file to where there is none, with the folders above it, and forces all to the disk.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut source = File::open(from).map_err(Error::io("read", from))?;
    let mut copy = File::create_new(to).map_err(Error::io("create", to))?;
    io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all()).map_err(Error::io("write", to))?;
    disk::sync_folder(folder).map_err(Error::io("write", folder))
}
