//! One Parquet file while it is written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::file::metadata::KeyValue;

use super::{Error, Meta, Table, encoding};

/// Name of a table's file of this number, from 0.
pub(super) fn name(part: usize) -> String {
    format!("part-{part}.parquet")
}

/// A file of a table in the staging directory. Memory: the encoded pages of one row group.
pub(super) struct TableFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    rows: u64,
}

impl TableFile {
    /// Creates the table's file of this number below `traces`, with its partition directories.
    pub(super) fn create(
        traces: &Path,
        table: Table,
        part: usize,
        schema: SchemaRef,
        meta: &Meta,
    ) -> Result<Self, Error> {
        let folder = traces.join(partition(table, meta));
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        TableFile::at(folder.join(name(part)), schema, meta.key_values())
    }

    /// Creates the file at a path.
    pub(super) fn at(path: PathBuf, schema: SchemaRef, key_values: Vec<KeyValue>) -> Result<Self, Error> {
        let properties = encoding::properties(&schema, key_values).map_err(Error::parquet("write", &path))?;
        // Without the embedded Arrow schema a reader sees what Parquet says: names are strings in every table, and
        // join.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let file = File::create_new(&path).map_err(Error::io("create", &path))?;
        let writer =
            ArrowWriter::try_new_with_options(file, schema, options).map_err(Error::parquet("write", &path))?;
        Ok(TableFile { path, writer, rows: 0 })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.writer.write(batch).map_err(Error::parquet("write", &self.path))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Closes the file and forces it to the disk. Returns its rows and bytes.
    pub(super) fn close(self) -> Result<(u64, u64), Error> {
        let file = self.writer.into_inner().map_err(Error::parquet("write", &self.path))?;
        file.sync_all().map_err(Error::io("write", &self.path))?;
        let bytes = file.metadata().map_err(Error::io("write", &self.path))?.len();
        Ok((self.rows, bytes))
    }
}

/// The directory of a table's files below `traces`, in the hive style that DuckDB and Polars turn into columns.
pub(super) fn partition(table: Table, meta: &Meta) -> PathBuf {
    [table.name().to_owned(), format!("run={}", meta.run_id), format!("seed={}", meta.seed)].iter().collect()
}
