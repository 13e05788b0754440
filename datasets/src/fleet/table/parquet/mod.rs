//! Tables in Parquet: numbers of any type, moments, and ids as whole numbers, text or UUIDs.

mod cells;
mod found;
mod ids;
mod moments;
mod numbers;
mod texts;
mod types;

use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Seek};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;

use super::kind::{FileKind, HEAD};
use super::{Asked, Column, Faults, Wanted};
use crate::error::Error;

/// Rows that are decoded at once.
const BATCH: usize = 8192;

pub(super) fn read(wanted: &Wanted<'_>, mut file: File) -> Result<Vec<Column>, Error> {
    must_be_parquet(wanted, &mut file)?;
    let metadata = metadata(&file).map_err(|cause| unsound(wanted, &cause))?;
    let found = found::columns(wanted, metadata.schema().fields())?;
    for (column, asked) in found.iter().zip(wanted.columns) {
        types::must_fit(wanted, asked, &column.data_type)?;
        must_be_decompressible(wanted, asked, metadata.metadata(), column.leaf)?;
    }
    let mask = ProjectionMask::leaves(metadata.parquet_schema(), found.iter().map(|column| column.leaf));
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_projection(mask)
        .with_batch_size(BATCH)
        .build()
        .map_err(|cause| unsound(wanted, &cause))?;
    let mut columns: Vec<_> = wanted.columns.iter().map(|asked| asked.content.column()).collect();
    let mut faults = Faults::default();
    let mut before = 0;
    for batch in batches {
        let batch = batch.map_err(|cause| unsound(wanted, &cause))?;
        for ((column, asked), found) in columns.iter_mut().zip(wanted.columns).zip(&found) {
            let array = found.of(&batch).ok_or_else(|| unsound(wanted, &"a column is gone"))?;
            cells::take(column, asked, &array, &mut |row, cell| {
                faults.note(|| Wanted::bad_cell(asked, before + row + 1, &cell.unwrap_or_else(|| "null".into())));
            });
        }
        before += batch.num_rows();
    }
    if faults.are_none() { Ok(columns) } else { Err(wanted.refuse_file(faults)) }
}

/// The refusal of a file that cannot be decoded.
fn unsound(wanted: &Wanted<'_>, cause: &dyn Display) -> Error {
    wanted.wrong(format!("not a sound Parquet file: {cause}")).helped(
        "it may be cut short, encrypted or of another format: copy it again, or write it again without encryption",
    )
}

/// A file that is something else by its first bytes is named as what it is.
fn must_be_parquet(wanted: &Wanted<'_>, file: &mut File) -> Result<(), Error> {
    let mut head = Vec::with_capacity(HEAD);
    let read = Read::by_ref(file).take(HEAD as u64).read_to_end(&mut head).and_then(|_| file.rewind());
    read.map_err(|cause| unsound(wanted, &cause))?;
    let help = match FileKind::of(&head) {
        FileKind::Parquet => return Ok(()),
        FileKind::Text => "if it is csv, let its name end in .csv; else write it again as Parquet",
        FileKind::Gzip => "unpack it; if it is compressed csv, let its name end in .csv.gz",
        kind => kind.remedy(),
    };
    let message = format!("not a sound Parquet file: it is {}", FileKind::of(&head).named());
    Err(wanted.wrong(message).helped(help))
}

/// What the footer says, with types that can be decoded as they are.
fn metadata(file: &File) -> parquet::errors::Result<ArrowReaderMetadata> {
    let found = ArrowReaderMetadata::load(file, ArrowReaderOptions::new())?;
    let Some(plain) = found::plain_schema(&found) else { return Ok(found) };
    let options = ArrowReaderOptions::new().with_schema(plain);
    Ok(ArrowReaderMetadata::try_new(found.metadata().clone(), options).unwrap_or(found))
}

/// Of the codecs of Parquet all but one can be read.
fn must_be_decompressible(
    wanted: &Wanted<'_>,
    asked: &Asked<'_>,
    metadata: &ParquetMetaData,
    leaf: usize,
) -> Result<(), Error> {
    let mut chunks = metadata.row_groups().iter().filter_map(|group| group.columns().get(leaf));
    if !chunks.any(|chunk| matches!(chunk.compression(), Compression::LZO)) {
        return Ok(());
    }
    Err(wanted
        .wrong(format!("column `{}` is compressed with LZO, which cannot be read", asked.name))
        .keyed(asked.name)
        .helped("write it again, compressed with Zstd, Snappy, Gzip, Brotli or LZ4, or not at all"))
}
