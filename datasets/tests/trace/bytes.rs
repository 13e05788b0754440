use std::fs::{self, File};
use std::path::Path;

use datasets::trace::{Finished, Table, Writer};
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::tempdir;

use crate::fixture;

#[test]
fn the_same_rows_give_the_same_bytes() {
    let (first, second) = (tempdir().unwrap(), tempdir().unwrap());
    fixture::write(first.path());
    fixture::write(second.path());
    let names = fixture::files(first.path());
    assert_eq!(names, fixture::files(second.path()));
    for name in names {
        assert_eq!(fs::read(first.path().join(&name)).unwrap(), fs::read(second.path().join(&name)).unwrap());
    }
}

#[test]
fn batches_of_a_snapshot_do_not_show_in_the_bytes() {
    let write = |out: &Path, pieces: &[u32]| {
        let mut writer = Writer::create(out, fixture::meta(), false).unwrap();
        for piece in pieces.windows(2) {
            writer.nodes(&fixture::nodes(3, piece[0]..piece[1])).unwrap();
        }
        let finished = writer.finish("{}").unwrap();
        fs::read(&finished.files[0].path).unwrap()
    };
    let (first, second) = (tempdir().unwrap(), tempdir().unwrap());
    let whole = write(first.path(), &[0, 250_000]);
    let pieces = write(second.path(), &[0, 1, 65_536, 122_880, 200_000, 250_000]);
    assert!(whole == pieces, "bytes differ");
}

#[test]
fn encodings_follow_the_types() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    for file in &finished.files {
        let reader = SerializedFileReader::new(File::open(&file.path).unwrap()).unwrap();
        for group in reader.metadata().row_groups() {
            for column in group.columns() {
                let encodings: Vec<Encoding> = column.encodings().collect();
                let expected = match column.column_type() {
                    parquet::basic::Type::INT32 | parquet::basic::Type::INT64 => Encoding::DELTA_BINARY_PACKED,
                    parquet::basic::Type::FLOAT | parquet::basic::Type::DOUBLE => Encoding::BYTE_STREAM_SPLIT,
                    parquet::basic::Type::BOOLEAN => Encoding::RLE,
                    _ => Encoding::RLE_DICTIONARY,
                };
                assert!(encodings.contains(&expected), "{} of {:?}: {encodings:?}", column.column_path(), file.table);
            }
        }
    }
}

#[test]
fn what_no_node_holds_or_finds_is_null() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    assert_eq!(with_nulls(&finished, Table::Breaches), [("worst_value".to_owned(), 1)]);
    let held = [("relative_error", 3), ("held_mean", 1), ("held_relative_error", 2)];
    assert_eq!(with_nulls(&finished, Table::Aggregates), held.map(|(name, nulls)| (name.to_owned(), nulls)));
    let found = ["mean", "sd", "min", "max", "relative_error", "worst_relative_error"];
    assert_eq!(with_nulls(&finished, Table::Epochs), found.map(|name| (name.to_owned(), 1)));
    assert!(with_nulls(&finished, Table::Rules).is_empty());
}

/// The columns of a table that have nulls, and how many.
fn with_nulls(finished: &Finished, table: Table) -> Vec<(String, u64)> {
    let file = finished.files.iter().find(|file| file.table == table).unwrap();
    let reader = SerializedFileReader::new(File::open(&file.path).unwrap()).unwrap();
    let columns = reader.metadata().row_group(0).columns();
    columns
        .iter()
        .map(|column| (column.column_path().string(), column.statistics().unwrap().null_count_opt().unwrap_or(0)))
        .filter(|(_, nulls)| *nulls > 0)
        .collect()
}

#[test]
fn row_groups_have_122_880_rows() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), fixture::meta(), false).unwrap();
    writer.nodes(&fixture::nodes(0, 0..150_000)).unwrap();
    writer.nodes(&fixture::nodes(1, 0..150_000)).unwrap();
    let finished = writer.finish("{}").unwrap();
    let reader = SerializedFileReader::new(File::open(&finished.files[0].path).unwrap()).unwrap();
    let rows: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(rows, [122_880, 122_880, 54_240]);
}
